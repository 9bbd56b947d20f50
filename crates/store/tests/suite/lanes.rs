//! Lanes: one lease at a time, its fence, its pace, and what a configuration's change does to an attempt under way.

use store::Picture;
use store::outbox::{DeliveryState, Settled, Settlement};

use crate::setup::{
    ACCOUNT, LEASE_MS, NOW, Setup, accept, all_deliveries, arn, begin_one, claim_one, configure, dead, delete,
    delivered, lane, only_delivery, redirect, retry, settle, settled,
};
use crate::threads::opened_by;

pub async fn a_message_goes_from_claim_to_delivered(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    assert_eq!(store.next_due_at_ms(NOW).await.unwrap(), Some(NOW));
    assert!(store.claim(10, NOW - 1, LEASE_MS).await.unwrap().is_empty());

    let attempt = begin_one(&store, NOW).await;
    let (lease, head) = &attempt;
    assert_eq!((lease.destination.as_str(), lease.arrival_ms), (lane("C001").as_str(), 0));
    assert_eq!((head.attempts, head.posted.as_deref(), head.since_ms), (0, None, NOW));
    assert_eq!(head.body, "{\"MessageId\":\"m1\"}");
    let later = Settled { next_at_ms: NOW + 500, ..settled(NOW + 10) };
    assert!(store.settle(lease, head, &retry("timed out"), later).await.unwrap());
    let found = only_delivery(&store).await;
    assert_eq!((found.state, found.attempts), (DeliveryState::Pending, 1));
    assert_eq!((found.reason.as_deref(), found.due_at_ms), (Some("timed out"), Some(NOW + 500)));
    assert!(store.claim(10, NOW + 499, LEASE_MS).await.unwrap().is_empty());

    let attempt = begin_one(&store, NOW + 500).await;
    let posted = Settlement::Posted { posted: "1.2".to_owned(), thread: opened_by(head, "alarm", "1.1") };
    assert!(settle(&store, &attempt, posted, NOW + 510).await);
    let attempt = begin_one(&store, NOW + 510).await;
    assert_eq!((attempt.1.attempts, attempt.1.posted.as_deref()), (2, Some("1.2")));
    assert!(settle(&store, &attempt, delivered("1.2"), NOW + 520).await);
    let found = only_delivery(&store).await;
    assert_eq!((found.state, found.attempts, found.reason), (DeliveryState::Delivered, 3, None));
    assert_eq!((found.posted.as_deref(), found.due_at_ms), (Some("1.2"), None));
    assert_eq!((found.received_at_ms, found.updated_at_ms), (NOW, NOW + 520));
    assert_eq!(store.next_due_at_ms(i64::MAX).await.unwrap(), None);
}

pub async fn a_lane_has_one_lease_until_it_ends(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    claim_one(&store, NOW).await;
    assert!(store.claim(10, NOW + LEASE_MS - 1, LEASE_MS).await.unwrap().is_empty());
    assert_eq!(store.next_due_at_ms(NOW + LEASE_MS - 1).await.unwrap(), None);
    claim_one(&store, NOW + LEASE_MS).await;
}

pub async fn a_lost_leases_failure_settles_nothing_and_its_success_counts(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let slow = begin_one(&store, NOW).await;
    let quick = begin_one(&store, NOW + LEASE_MS).await;
    assert!(!settle(&store, &slow, dead("is_archived"), NOW + LEASE_MS).await);
    assert!(!store.release(&slow.0, settled(NOW + LEASE_MS)).await.unwrap());
    let found = only_delivery(&store).await;
    assert_eq!((found.state, found.attempts), (DeliveryState::Pending, 0));
    let thread = Some(opened_by(&slow.1, "alarm", "1.1"));
    let opens = Settlement::Delivered { posted: "1.1".to_owned(), thread };
    assert!(!settle(&store, &slow, opens, NOW + LEASE_MS).await);
    let found = only_delivery(&store).await;
    assert_eq!((found.state, found.attempts), (DeliveryState::Delivered, 1));
    let found = store.thread(arn(ACCOUNT, "ops").as_str(), &lane("C001"), "alarm").await.unwrap().thread;
    assert_eq!(found.unwrap().entry.parent_posted, "1.1");
    // The lane stays with whoever has it.
    assert!(store.claim(1, NOW + LEASE_MS, LEASE_MS).await.unwrap().is_empty());
    assert!(settle(&store, &quick, delivered("2.2"), NOW + LEASE_MS + 1).await);
    assert_eq!(only_delivery(&store).await.posted.as_deref(), Some("1.1"));
}

/// Whoever answers us writes the reason: one that a database cannot keep must not keep the lane.
pub async fn a_reason_with_a_nul_is_settled_like_any_other(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(settle(&store, &attempt, dead("not\0known"), NOW).await);
    let found = only_delivery(&store).await;
    assert_eq!(found.state, DeliveryState::Dead);
    let reason = found.reason.unwrap();
    assert!(reason.starts_with("not") && reason.ends_with("known"), "{reason:?}");
}

pub async fn a_lease_that_was_given_back_settles_nothing(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(settle(&store, &attempt, retry("500"), NOW).await);
    assert!(!settle(&store, &attempt, dead("twice"), NOW).await);
    assert!(!store.release(&attempt.0, settled(NOW)).await.unwrap());
    assert_eq!(only_delivery(&store).await.state, DeliveryState::Pending);
}

pub async fn those_that_waited_longest_are_claimed_first(setup: &impl Setup) {
    let store = setup.open().await;
    for (n, at_ms) in [(1, NOW + 2), (2, NOW), (3, NOW + 1)] {
        configure(&store, &format!("c{n}"), &format!("C{n}"), &[&format!("t{n}")]).await;
        accept(&store, &format!("t{n}"), "m1", at_ms).await;
    }
    assert_eq!(store.next_due_at_ms(NOW).await.unwrap(), Some(NOW));
    let leases = store.claim(2, NOW + 2, LEASE_MS).await.unwrap();
    let mut destinations: Vec<_> = leases.into_iter().map(|lease| lease.destination).collect();
    destinations.sort();
    assert_eq!(destinations, [lane("C2"), lane("C3")]);
    assert_eq!(claim_one(&store, NOW + 2).await.destination, lane("C1"));
}

pub async fn a_waiting_lane_keeps_its_time_when_more_arrives(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let (lease, head) = begin_one(&store, NOW).await;
    let later = Settled { next_at_ms: NOW + 5000, ..settled(NOW) };
    assert!(store.settle(&lease, &head, &retry("429"), later).await.unwrap());
    accept(&store, "a", "m2", NOW + 1).await;
    assert_eq!(store.next_due_at_ms(NOW).await.unwrap(), Some(NOW + 5000));
    assert_eq!(begin_one(&store, NOW + 5000).await.1.id, head.id);
}

pub async fn what_arrives_while_a_lane_is_leased_is_sent_next(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    accept(&store, "a", "m2", NOW + 1).await;
    assert!(settle(&store, &attempt, delivered("1.1"), NOW + 2).await);
    let attempt = begin_one(&store, NOW + 2).await;
    assert_eq!(attempt.1.body, "{\"MessageId\":\"m2\"}");
    assert!(settle(&store, &attempt, delivered("2.2"), NOW + 3).await);
    // A lane that fell asleep wakes again.
    accept(&store, "a", "m3", NOW + 4).await;
    assert_eq!(begin_one(&store, NOW + 4).await.1.body, "{\"MessageId\":\"m3\"}");
}

pub async fn the_pace_of_a_lane_is_remembered(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let lease = claim_one(&store, NOW).await;
    let paced = Settled { now_ms: NOW, next_at_ms: NOW + 700, arrival_ms: NOW + 4700, failures: 3 };
    assert!(store.release(&lease, paced).await.unwrap());
    assert_eq!(store.next_due_at_ms(NOW).await.unwrap(), Some(NOW + 700));
    let attempt = begin_one(&store, NOW + 700).await;
    assert_eq!((attempt.0.arrival_ms, attempt.0.failures, attempt.1.attempts), (NOW + 4700, 3, 0));
    assert!(settle(&store, &attempt, delivered("1.1"), NOW + 701).await);
    accept(&store, "a", "m2", NOW + 702).await;
    assert_eq!(claim_one(&store, NOW + 702).await.arrival_ms, NOW + 701);
}

pub async fn a_message_keeps_its_picture_until_it_is_pruned(setup: &impl Setup) {
    let store = setup.open().await;
    let picture = |file: &str| Picture { file: file.to_owned(), alt_text: "Graph of cpu".to_owned() };
    store.keep_picture("lane", "1.1", &picture("F1"), NOW).await.unwrap();
    store.keep_picture("lane", "2.2", &picture("F2"), NOW + 1).await.unwrap();
    store.keep_picture("lane", "2.2", &picture("F3"), NOW + 2).await.unwrap();
    assert_eq!(store.picture("lane", "1.1").await.unwrap(), Some(picture("F1")));
    assert_eq!(store.picture("lane", "2.2").await.unwrap(), Some(picture("F3")));
    assert_eq!(store.picture("other", "1.1").await.unwrap(), None);
    store.prune_pictures(NOW + 1).await.unwrap();
    assert_eq!(store.picture("lane", "1.1").await.unwrap(), None);
    assert_eq!(store.picture("lane", "2.2").await.unwrap(), Some(picture("F3")));
}

pub async fn a_failure_in_the_old_channel_does_not_follow_to_the_new_one(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "COLD", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    redirect(&store, "ops", "CNEW").await;
    assert!(settle(&store, &attempt, dead("channel_not_found"), NOW).await);
    let found = only_delivery(&store).await;
    assert_eq!((found.state, found.destination.as_str()), (DeliveryState::Pending, lane("CNEW").as_str()));
    assert_eq!((found.attempts, found.reason), (0, None));
    let attempt = begin_one(&store, NOW).await;
    assert_eq!(attempt.0.destination, lane("CNEW"));
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
    assert_eq!(store.next_due_at_ms(i64::MAX).await.unwrap(), None);
}

pub async fn a_late_failure_does_not_undo_a_delivery(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "COLD", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let old = begin_one(&store, NOW).await;
    redirect(&store, "ops", "CNEW").await;
    let new = begin_one(&store, NOW).await;
    assert!(settle(&store, &new, delivered("1.1"), NOW).await);
    assert!(settle(&store, &old, retry("timed out"), NOW).await);
    let found = only_delivery(&store).await;
    assert_eq!((found.state, found.posted.as_deref()), (DeliveryState::Delivered, Some("1.1")));
    assert_eq!(store.next_due_at_ms(i64::MAX).await.unwrap(), None);
}

pub async fn a_message_that_is_out_is_not_sent_again_in_the_new_channel(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "COLD", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    accept(&store, "a", "m2", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    redirect(&store, "ops", "CNEW").await;
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
    let (lease, head) = begin_one(&store, NOW).await;
    assert_eq!((lease.destination, head.body.as_str()), (lane("CNEW"), "{\"MessageId\":\"m2\"}"));
}

pub async fn a_buried_delivery_is_not_woken_by_a_late_failure(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    for (message, is_out) in [("m1", false), ("m2", true)] {
        accept(&store, "a", message, NOW).await;
        let attempt = begin_one(&store, NOW).await;
        let posted = || Settlement::Posted { posted: "1.1".to_owned(), thread: opened_by(&attempt.1, "alarm", "1.0") };
        let late = if is_out { posted() } else { retry("timed out") };
        assert!(delete(&store, "ops").await);
        assert!(settle(&store, &attempt, late, NOW).await);
        configure(&store, "ops", "C001", &["a"]).await;
    }
    for found in all_deliveries(&store).await {
        assert_eq!(found.state, DeliveryState::Dead);
        assert_eq!(found.reason.as_deref(), Some("its configuration was deleted"));
    }
    assert_eq!(store.next_due_at_ms(i64::MAX).await.unwrap(), None);
}

pub async fn a_buried_delivery_that_went_out_is_delivered(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(delete(&store, "ops").await);
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
    let found = only_delivery(&store).await;
    assert_eq!((found.state, found.posted.as_deref()), (DeliveryState::Delivered, Some("1.1")));
    assert_eq!(found.reason, None);
}
