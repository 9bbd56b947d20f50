//! Silences: made, listed, ended, forgotten, and never too many.

use store::{NewSilence, SILENCES_MAX};

use crate::setup::{ACCOUNT, NOW, Setup, account};

fn silence(ends_at_ms: i64) -> NewSilence {
    NewSilence {
        account_id: Some(account(ACCOUNT)),
        conditions: r#"{"subject":"größe-*"}"#.to_owned(),
        author: "anna".to_owned(),
        comment: "migration".to_owned(),
        created_at_ms: NOW,
        ends_at_ms,
    }
}

pub async fn a_silence_is_in_force_until_it_ends_or_is_ended(setup: &impl Setup) {
    let store = setup.open().await;
    let everywhere = NewSilence { account_id: None, ..silence(NOW + 20) };
    let first = store.create_silence(&silence(NOW + 10)).await.unwrap().unwrap();
    let second = store.create_silence(&everywhere).await.unwrap().unwrap();
    assert!(second > first);
    let in_force = store.silences_in_force(NOW).await.unwrap();
    assert_eq!(in_force.iter().map(|found| found.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!((&in_force[0].silence, &in_force[1].silence), (&silence(NOW + 10), &everywhere));
    assert_eq!(store.silences_in_force(NOW + 10).await.unwrap().len(), 1);
    assert!(store.expire_silence(second, NOW + 5).await.unwrap());
    assert!(!store.expire_silence(second, NOW + 5).await.unwrap() && !store.expire_silence(999, NOW).await.unwrap());
    assert!(!store.expire_silence(first, NOW + 10).await.unwrap());
    assert_eq!(store.silences_in_force(NOW + 5).await.unwrap().len(), 1);
    let all = store.silences(None, 10).await.unwrap();
    assert_eq!(
        all.iter().map(|found| (found.id, found.silence.ends_at_ms)).collect::<Vec<_>>(),
        [(second, NOW + 5), (first, NOW + 10)]
    );
    assert_eq!(store.silences(Some(second), 10).await.unwrap().len(), 1);
    store.prune_silences(NOW + 10).await.unwrap();
    assert_eq!(store.silences(None, 10).await.unwrap()[0].id, first);
}

pub async fn there_are_only_so_many_in_force(setup: &impl Setup) {
    let store = setup.open().await;
    for _ in 0..SILENCES_MAX {
        assert!(store.create_silence(&silence(NOW + 10)).await.unwrap().is_some());
    }
    assert_eq!(store.create_silence(&silence(NOW + 10)).await.unwrap(), None);
    let later = NewSilence { created_at_ms: NOW + 10, ..silence(NOW + 20) };
    assert!(store.create_silence(&later).await.unwrap().is_some(), "those that ended do not count");
}
