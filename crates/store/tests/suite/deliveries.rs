//! Looking at deliveries, and bringing the dead back to life.

use store::Store;
use store::outbox::{DeliveryFilter, DeliveryState};

use crate::setup::{
    LEASE_MS, NOW, Setup, accept, all_deliveries, begin_one, configure, dead, delete, delivered, lane, only_delivery,
    settle, topic,
};

/// Accepts a message and lets it die.
async fn kill(store: &Store, message_id: &str, at_ms: i64) {
    accept(store, "a", message_id, at_ms).await;
    let attempt = begin_one(store, at_ms).await;
    assert!(settle(store, &attempt, dead("is_archived"), at_ms).await);
}

async fn page(store: &Store, state: Option<DeliveryState>, before: Option<i64>) -> Vec<(i64, String)> {
    let filter = state.map_or(DeliveryFilter::All, DeliveryFilter::InState);
    let page = store.deliveries(filter, before, 2).await.unwrap();
    page.into_iter().map(|found| (found.id, found.message_id)).collect()
}

pub async fn a_page_holds_the_newest_first_and_one_state_if_asked(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    kill(&store, "m1", NOW).await;
    kill(&store, "m2", NOW).await;
    accept(&store, "a", "m3", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
    kill(&store, "m4", NOW).await;
    accept(&store, "a", "m5", NOW).await;
    let ids = |page: Vec<(i64, String)>| -> Vec<String> { page.into_iter().map(|(_, id)| id).collect() };
    assert_eq!(ids(page(&store, None, None).await), ["m5", "m4"]);
    assert_eq!(ids(page(&store, Some(DeliveryState::Pending), None).await), ["m5"]);
    assert_eq!(ids(page(&store, Some(DeliveryState::Delivered), None).await), ["m3"]);
    let newest_dead = page(&store, Some(DeliveryState::Dead), None).await;
    let before = newest_dead.last().map(|(id, _)| *id);
    assert_eq!(ids(newest_dead), ["m4", "m2"]);
    assert_eq!(ids(page(&store, Some(DeliveryState::Dead), before).await), ["m1"]);
}

pub async fn pages_are_stable_while_more_arrives(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    for n in 0..5 {
        accept(&store, "a", &format!("m{n}"), NOW).await;
    }
    let (mut seen, mut before) = (Vec::new(), None);
    for n in 5.. {
        let page = page(&store, None, before).await;
        let Some((last, _)) = page.last() else { break };
        before = Some(*last);
        seen.extend(page.into_iter().map(|(_, message_id)| message_id));
        accept(&store, "a", &format!("m{n}"), NOW).await;
    }
    assert_eq!(seen, ["m4", "m3", "m2", "m1", "m0"]);
}

pub async fn a_delivery_is_shown_with_its_envelope(setup: &impl Setup) {
    let store = setup.open().await;
    let ops = configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let id = only_delivery(&store).await.id;
    let detail = store.delivery(id).await.unwrap().unwrap();
    assert_eq!(detail.body, "{\"MessageId\":\"m1\"}");
    let found = detail.delivery;
    assert_eq!((found.id, found.state, found.attempts), (id, DeliveryState::Pending, 0));
    assert_eq!((found.topic_arn.as_str(), found.message_id.as_str()), (topic("a").as_str(), "m1"));
    assert_eq!(found.configuration_arn, ops.arn.as_str());
    assert_eq!(found.destination, lane("C001"));
    assert_eq!((found.reason, found.posted), (None, None));
    assert_eq!((found.received_at_ms, found.updated_at_ms, found.due_at_ms), (NOW, NOW, Some(NOW)));
    assert!(store.delivery(id + 1).await.unwrap().is_none());
}

pub async fn deleting_a_configuration_buries_what_waits_with_the_reason(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    kill(&store, "m1", NOW).await;
    accept(&store, "a", "m2", NOW).await;
    assert!(delete(&store, "ops").await);
    let all = all_deliveries(&store).await;
    assert!(all.iter().all(|found| found.state == DeliveryState::Dead && found.due_at_ms.is_none()));
    let reasons: Vec<_> = all.iter().map(|found| found.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("is_archived"), Some("its configuration was deleted")]);
}

pub async fn only_the_dead_are_revived(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    assert!(!store.revive(1, NOW).await.unwrap());
    kill(&store, "m1", NOW).await;
    assert_eq!(store.next_due_at_ms(i64::MAX).await.unwrap(), None);
    let id = only_delivery(&store).await.id;
    assert!(store.revive(id, NOW + 5).await.unwrap());
    assert!(!store.revive(id, NOW + 6).await.unwrap());
    let attempt = begin_one(&store, NOW + 5).await;
    assert_eq!((attempt.1.id, attempt.1.attempts, attempt.1.since_ms), (id, 0, NOW + 5));
    assert!(settle(&store, &attempt, delivered("1.1"), NOW + 7).await);
    assert!(!store.revive(id, NOW + 8).await.unwrap());
    assert_eq!(only_delivery(&store).await.state, DeliveryState::Delivered);
}

pub async fn the_oldest_dead_are_revived_up_to_the_limit(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    for message in ["m1", "m2", "m3"] {
        kill(&store, message, NOW).await;
    }
    assert_eq!(store.revive_all(2, NOW + 5).await.unwrap(), 2);
    let states: Vec<_> = all_deliveries(&store).await.iter().map(|found| found.state).collect();
    assert_eq!(states, [DeliveryState::Pending, DeliveryState::Pending, DeliveryState::Dead]);
    assert_eq!(store.next_due_at_ms(NOW).await.unwrap(), Some(NOW + 5));
    assert_eq!(store.revive_all(2, NOW + 6).await.unwrap(), 1);
    assert_eq!(store.revive_all(2, NOW + 7).await.unwrap(), 0);
}

pub async fn the_longest_waiting_is_not_hidden_by_a_revived_one(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    assert_eq!(store.oldest_pending_since_ms().await.unwrap(), None);
    kill(&store, "m1", NOW).await;
    assert_eq!(store.oldest_pending_since_ms().await.unwrap(), None);
    accept(&store, "a", "m2", NOW + 1).await;
    assert_eq!(store.revive_all(10, NOW + LEASE_MS).await.unwrap(), 1);
    assert_eq!(store.oldest_pending_since_ms().await.unwrap(), Some(NOW + 1));
}
