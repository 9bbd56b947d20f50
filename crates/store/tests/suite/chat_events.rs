//! What was said in chat: heard once, leased by one, answered or given up, forgotten in time.

use std::sync::Arc;

use secrecy::ExposeSecret as _;
use store::{ChatEventKind, ChatEventLease, ChatEventOutcome, NewChatEvent};
use tokio::task::JoinSet;

use crate::setup::{LEASE_MS, NOW, Setup};

fn event(key: &str, at_ms: i64) -> NewChatEvent {
    NewChatEvent {
        key: key.to_owned(),
        kind: ChatEventKind::SlackEvent,
        body: format!("body of {key}").into(),
        received_at_ms: at_ms,
    }
}

fn body_of(lease: &ChatEventLease) -> &str {
    lease.body.as_ref().unwrap().expose_secret()
}

pub async fn an_event_is_heard_once_however_often_it_is_said(setup: &impl Setup) {
    let store = Arc::new(setup.open().await);
    let mut said = JoinSet::new();
    for n in 0..32 {
        let store = store.clone();
        // Eight events, each said four times at once, in both orders.
        let key = if n % 2 == 0 { n / 4 } else { 7 - n / 4 };
        said.spawn(async move { store.hear(&event(&format!("key-{key}"), NOW)).await.unwrap() });
    }
    let new = said.join_all().await.into_iter().filter(|is_new| *is_new).count();
    assert_eq!(new, 8);
    assert_eq!(store.claim_chat_events(100, NOW, LEASE_MS).await.unwrap().len(), 8);
}

pub async fn a_leased_event_is_nobody_elses_until_the_lease_ends(setup: &impl Setup) {
    let store = setup.open().await;
    assert!(store.hear(&event("a", NOW)).await.unwrap());
    let leases = store.claim_chat_events(10, NOW, LEASE_MS).await.unwrap();
    assert_eq!((leases.len(), body_of(&leases[0])), (1, "body of a"));
    assert!(store.claim_chat_events(10, NOW, LEASE_MS).await.unwrap().is_empty());
    assert_eq!(store.next_chat_event_due_at_ms(NOW).await.unwrap(), None);
    let again = store.claim_chat_events(10, NOW + LEASE_MS, LEASE_MS).await.unwrap();
    assert_eq!(again.len(), 1);
    assert!(!store.settle_chat_event(&leases[0], &ChatEventOutcome::Answered).await.unwrap(), "the lease was lost");
    assert!(store.settle_chat_event(&again[0], &ChatEventOutcome::Answered).await.unwrap());
    assert!(store.claim_chat_events(10, NOW + 10 * LEASE_MS, LEASE_MS).await.unwrap().is_empty());
    assert!(!store.hear(&event("a", NOW)).await.unwrap(), "an answered event is not said again");
}

pub async fn what_fails_comes_again_or_stays_with_its_reason(setup: &impl Setup) {
    let store = setup.open().await;
    store.hear(&event("a", NOW)).await.unwrap();
    let lease = store.claim_chat_events(10, NOW, LEASE_MS).await.unwrap().remove(0);
    let retry = ChatEventOutcome::Retry { at_ms: NOW + 500, reason: "busy".to_owned() };
    assert!(store.settle_chat_event(&lease, &retry).await.unwrap());
    assert!(store.claim_chat_events(10, NOW + 499, LEASE_MS).await.unwrap().is_empty());
    assert_eq!(store.next_chat_event_due_at_ms(NOW).await.unwrap(), Some(NOW + 500));
    let lease = store.claim_chat_events(10, NOW + 500, LEASE_MS).await.unwrap().remove(0);
    assert_eq!((lease.attempts, body_of(&lease)), (1, "body of a"));
    let failed = ChatEventOutcome::Failed { reason: "no such channel".to_owned() };
    assert!(store.settle_chat_event(&lease, &failed).await.unwrap());
    let listed = store.chat_events(Some("failed"), None, 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].attempts, listed[0].reason.as_deref()), (1, 2, Some("no such channel")));
    assert!(store.chat_events(Some("answered"), None, 10).await.unwrap().is_empty());
}

pub async fn only_what_ended_is_forgotten(setup: &impl Setup) {
    let store = setup.open().await;
    store.hear(&event("ended", NOW)).await.unwrap();
    let lease = store.claim_chat_events(10, NOW, LEASE_MS).await.unwrap().remove(0);
    store.settle_chat_event(&lease, &ChatEventOutcome::Answered).await.unwrap();
    store.hear(&event("waits", NOW)).await.unwrap();
    assert_eq!(store.prune_chat_events(NOW, 10).await.unwrap(), 0);
    assert_eq!(store.prune_chat_events(NOW + 1, 10).await.unwrap(), 1);
    let left = store.chat_events(None, None, 10).await.unwrap();
    assert_eq!(left.iter().map(|event| event.key.as_str()).collect::<Vec<_>>(), ["waits"]);
}

pub async fn a_ticket_is_spent_by_one_event(setup: &impl Setup) {
    let store = setup.open().await;
    assert!(store.spend_ticket("t", "a", NOW).await.unwrap());
    assert!(store.spend_ticket("t", "a", NOW).await.unwrap(), "the same event may come again");
    assert!(!store.spend_ticket("t", "b", NOW).await.unwrap());
    store.prune_spent_tickets(NOW + 1).await.unwrap();
    assert!(store.spend_ticket("t", "b", NOW).await.unwrap());
}

pub async fn a_damaged_event_keeps_no_other_waiting(setup: &impl Setup) {
    let store = setup.open().await;
    store.hear(&event("damaged", NOW)).await.unwrap();
    store.hear(&event("whole", NOW)).await.unwrap();
    setup.spoil("UPDATE chat_events SET event_key = 'other' WHERE event_key = 'damaged'").await;
    let mut leases = store.claim_chat_events(10, NOW, LEASE_MS).await.unwrap();
    leases.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(leases.iter().map(|lease| lease.body.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(body_of(&leases[1]), "body of whole");
}
