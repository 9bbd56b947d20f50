//! Credentials that are refused: what goes out with them waits beside its lane, and comes back in order.

use store::Store;
use store::outbox::{Delivery, DeliveryState, Pause, Settlement};

use crate::setup::{
    COUNT_TO, LEASE_MS, NOW, Setup, accept, all_deliveries, begin_one, claim_one, configure, delivered, settle, settled,
};

const SCOPE: &str = "slack/123456789012/T0SANDBOX";

fn pause(probe_at_ms: i64) -> Pause {
    Pause { scope: SCOPE.to_owned(), reason: "token_revoked".to_owned(), since_ms: NOW, probe_at_ms }
}

fn held() -> Settlement {
    Settlement::Held { scope: SCOPE.to_owned(), reason: "token_revoked".to_owned() }
}

/// Accepts two messages and holds both.
async fn hold_two(store: &Store) {
    configure(store, "ops", "C001", &["a"]).await;
    assert!(store.begin_pause(&pause(NOW)).await.unwrap());
    for message in ["m1", "m2"] {
        accept(store, "a", message, NOW).await;
        let attempt = begin_one(store, NOW).await;
        assert!(settle(store, &attempt, held(), NOW).await);
    }
}

fn states(all: &[Delivery]) -> Vec<DeliveryState> {
    all.iter().map(|delivery| delivery.state).collect()
}

pub async fn what_is_held_waits_beside_its_lane_and_says_why(setup: &impl Setup) {
    let store = setup.open().await;
    hold_two(&store).await;
    let all = all_deliveries(&store).await;
    assert_eq!(states(&all), [DeliveryState::Held; 2]);
    assert_eq!((all[0].scope.as_deref(), all[0].reason.as_deref()), (Some(SCOPE), Some("token_revoked")));
    assert_eq!((all[0].attempts, all[0].due_at_ms), (0, None));
    assert_eq!(store.held_count(SCOPE, 10).await.unwrap(), 2);
    assert_eq!(store.held_count(SCOPE, 1).await.unwrap(), 1);
    assert!(store.claim(1, NOW, LEASE_MS).await.unwrap().is_empty());
    // Others in the same channel go on.
    accept(&store, "a", "m3", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(attempt.0.held);
    assert_eq!(attempt.1.message_id, "m3");
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
}

pub async fn a_pause_that_ends_brings_back_what_was_held_before_what_is_newer(setup: &impl Setup) {
    let store = setup.open().await;
    hold_two(&store).await;
    let ended = store.end_pause(SCOPE, NOW + 5).await.unwrap().unwrap();
    assert_eq!((ended.reason.as_str(), ended.since_ms), ("token_revoked", NOW));
    assert!(store.end_pause(SCOPE, NOW + 5).await.unwrap().is_none());
    accept(&store, "a", "m3", NOW + 5).await;
    for message in ["m1", "m2", "m3"] {
        let lease = claim_one(&store, NOW + 5).await;
        if lease.held {
            store.release_held(&lease).await.unwrap();
        }
        let head = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
        assert_eq!(head.message_id, message);
        assert!(settle(&store, &(lease, head), delivered("1.1"), NOW + 5).await);
    }
}

pub async fn what_is_still_paused_stays_held(setup: &impl Setup) {
    let store = setup.open().await;
    hold_two(&store).await;
    accept(&store, "a", "m3", NOW).await;
    let lease = claim_one(&store, NOW).await;
    store.release_held(&lease).await.unwrap();
    assert_eq!(store.head(&lease, COUNT_TO).await.unwrap().unwrap().message_id, "m3");
    assert!(store.release(&lease, settled(NOW)).await.unwrap());
    assert!(claim_one(&store, NOW).await.held);
}

/// The pause ended while a worker was about to hold something for it.
pub async fn what_is_held_for_a_pause_that_ended_is_found(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    store.begin_pause(&pause(NOW)).await.unwrap();
    store.end_pause(SCOPE, NOW).await.unwrap();
    assert!(settle(&store, &attempt, held(), NOW).await);
    assert_eq!(store.next_due_at_ms(NOW).await.unwrap(), None);
    store.forget_ended_pauses(NOW + 1, NOW).await.unwrap();
    let lease = claim_one(&store, NOW).await;
    store.release_held(&lease).await.unwrap();
    assert_eq!(store.head(&lease, COUNT_TO).await.unwrap().unwrap().message_id, "m1");
    store.forget_ended_pauses(NOW + 1, NOW).await.unwrap();
    assert!(store.begin_pause(&pause(NOW)).await.unwrap(), "the row is new");
}

pub async fn a_pause_is_tried_when_it_is_due(setup: &impl Setup) {
    let store = setup.open().await;
    assert!(store.begin_pause(&pause(NOW + 10)).await.unwrap());
    assert!(store.due_pauses(NOW + 9, 10).await.unwrap().is_empty());
    assert!(!store.begin_pause(&Pause { since_ms: NOW + 3, ..pause(NOW + 20) }).await.unwrap());
    assert_eq!(store.due_pauses(NOW + 20, 10).await.unwrap(), [pause(NOW + 20)]);
    assert_eq!(store.pauses("", 10).await.unwrap(), [pause(NOW + 20)]);
    assert_eq!(store.pause(SCOPE).await.unwrap(), Some(pause(NOW + 20)));
}

pub async fn what_was_held_too_long_is_dead_with_the_reason(setup: &impl Setup) {
    let store = setup.open().await;
    hold_two(&store).await;
    assert_eq!(store.bury_held(NOW, "gave up: ", NOW + 1).await.unwrap(), 0);
    assert_eq!(store.bury_held(NOW + 1, "gave up: ", NOW + 1).await.unwrap(), 2);
    let all = all_deliveries(&store).await;
    assert_eq!(states(&all), [DeliveryState::Dead; 2]);
    assert_eq!(all[0].reason.as_deref(), Some("gave up: token_revoked"));
}
