//! Rules at the door: what is kept out says why, what is sent elsewhere arrives there once, and what quiet hours hold comes
//! back in order and before what is newer.

use domain::notification::Similarity;
use store::Store;
use store::outbox::{AcceptRules, Admission, Delivery, DeliveryState, Enqueued, Fate, Gate, NewNotification};

use crate::setup::{
    ACCOUNT, COUNT_TO, LEASE_MS, NOW, OTHER_ACCOUNT, RULES, Setup, accept, all_deliveries, arn, begin_one, claim_one,
    configure, delivered, notification, redirect, settle,
};

const UNTIL_MS: i64 = NOW + 60_000;

fn muted(reason: &str) -> Admission {
    Admission { fate: Fate::Suppress { reason: reason.to_owned() }, ..Admission::default() }
}

fn held() -> Admission {
    Admission { fate: Fate::Hold { until_ms: UNTIL_MS, reason: "night".to_owned() }, ..Admission::default() }
}

fn sent_to(names: &[&str], only: bool) -> Admission {
    let send_to = names.iter().map(|name| (*name).to_owned()).collect();
    Admission { send_to, only: only.then(|| "route".to_owned()), ..Admission::default() }
}

/// Accepts a message of topic `a`, of which rules make this.
async fn accept_through(
    store: &Store,
    message: &str,
    rules: AcceptRules,
    gate: impl Fn(&str) -> Admission + Send + Sync + 'static,
) -> usize {
    let similarity = Some(Similarity { matter: "m".to_owned(), says: "s".to_owned() });
    let notification = notification("a", message, NOW);
    let notification = NewNotification { similarity, gate: Some(Gate::new(gate)), ..notification };
    match store.enqueue(notification, rules).await.unwrap() {
        Enqueued::Accepted { deliveries } => deliveries,
        other => panic!("{other:?}"),
    }
}

/// Name, state and reason of each, in the order of the names.
async fn outcome(store: &Store) -> Vec<(String, DeliveryState, String)> {
    let of = |found: Delivery| {
        let name = found.configuration_arn.rsplit('/').next().unwrap().to_owned();
        (name, found.state, found.reason.unwrap_or_default())
    };
    let mut outcome: Vec<_> = all_deliveries(store).await.into_iter().map(of).collect();
    outcome.sort_by(|one, other| one.0.cmp(&other.0));
    outcome
}

fn is(name: &str, state: DeliveryState, reason: &str) -> (String, DeliveryState, String) {
    (name.to_owned(), state, reason.to_owned())
}

pub async fn what_is_muted_is_in_the_ledger_and_can_be_brought(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "dev", "C1", &["a"]).await;
    configure(&store, "ops", "C2", &["a"]).await;
    let dev = arn(ACCOUNT, "dev");
    let gate =
        move |asked: &str| if asked == dev.as_str() { muted("muted by rule `dev`") } else { Admission::default() };
    assert_eq!(accept_through(&store, "m1", RULES, gate).await, 2);
    let found = outcome(&store).await;
    let expected = [is("dev", DeliveryState::Suppressed, "muted by rule `dev`"), is("ops", DeliveryState::Pending, "")];
    assert_eq!(found, expected);
    let muted =
        all_deliveries(&store).await.into_iter().find(|found| found.state == DeliveryState::Suppressed).unwrap();
    assert!(store.revive(muted.id, NOW).await.unwrap());
    assert_eq!(store.claim(10, NOW, LEASE_MS).await.unwrap().len(), 2);
}

/// What a rule mutes was not told: the next of its kind is news to the channel.
pub async fn what_is_muted_is_not_what_a_channel_was_told(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C1", &["a"]).await;
    let limits = AcceptRules { similar_within_ms: 300_000, events_per_second: 1 };
    accept_through(&store, "m1", limits, |_| muted("muted")).await;
    accept_through(&store, "m2", limits, |_| Admission::default()).await;
    let states: Vec<_> = all_deliveries(&store).await.into_iter().map(|found| found.state).collect();
    assert_eq!(states, [DeliveryState::Suppressed, DeliveryState::Pending]);
}

pub async fn a_message_is_sent_where_rules_say_once_and_stays_where_they_name_nobody(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "dev", "C1", &["a"]).await;
    configure(&store, "ops", "C2", &["a"]).await;
    configure(&store, "oncall", "C3", &[]).await;
    let oncall = arn(ACCOUNT, "oncall");
    // Beside: of two that send there, one delivery; what is asked about the third is its own.
    let quiet = oncall.clone();
    let asked = move |one: &str| {
        if one == quiet.as_str() { held() } else { sent_to(&["oncall", "ops", "nobody"], false) }
    };
    assert_eq!(accept_through(&store, "m1", RULES, asked).await, 3);
    let pending = |name| is(name, DeliveryState::Pending, "");
    let night = is("oncall", DeliveryState::Held, "night");
    assert_eq!(outcome(&store).await, [pending("dev"), night, pending("ops")]);
    let before = all_deliveries(&store).await.len();
    // Instead: `ops` is named itself and keeps it.
    let arns = [oncall.as_str().to_owned(), arn(ACCOUNT, "ops").as_str().to_owned()];
    let instead = move |_: &str| sent_to(&[&arns[0], &arns[1]], true);
    assert_eq!(accept_through(&store, "m2", RULES, instead).await, 3);
    let mut found = all_deliveries(&store).await.split_off(before);
    found.sort_by_key(|found| found.configuration_arn.clone());
    let states: Vec<_> = found.iter().map(|found| found.state).collect();
    assert_eq!(states, [DeliveryState::Suppressed, DeliveryState::Pending, DeliveryState::Pending]);
    let reason = "sent to slack-channel/oncall, slack-channel/ops instead by rule `route`";
    assert_eq!(found[0].reason.as_deref(), Some(reason));
    // A name that nobody has, and another account's: it stays where it was listed.
    let theirs = arn(OTHER_ACCOUNT, "oncall").as_str().to_owned();
    assert_eq!(accept_through(&store, "m3", RULES, move |_: &str| sent_to(&["nobody", &theirs], true)).await, 2);
    let found = all_deliveries(&store).await.split_off(before + 3);
    assert!(found.iter().all(|found| found.state == DeliveryState::Pending), "{found:?}");
}

pub async fn quiet_hours_hold_what_comes_and_bring_it_before_what_is_newer(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C1", &["a"]).await;
    for message in ["m1", "m2"] {
        accept_through(&store, message, RULES, |_| held()).await;
    }
    // A lane that only holds sleeps; what is let through goes on.
    assert!(store.claim(1, NOW, LEASE_MS).await.unwrap().is_empty());
    accept(&store, "a", "m3", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(attempt.0.held);
    store.release_quiet(&attempt.0, UNTIL_MS - 1).await.unwrap();
    store.release_held(&attempt.0).await.unwrap();
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
    // Neither time nor what waits too long for credentials ends them early.
    store.end_quiet_hours(UNTIL_MS - 1).await.unwrap();
    assert_eq!(store.bury_held(i64::MAX, "gave up", NOW).await.unwrap(), 0);
    assert!(store.claim(1, UNTIL_MS, LEASE_MS).await.unwrap().is_empty());
    store.end_quiet_hours(UNTIL_MS).await.unwrap();
    accept(&store, "a", "m4", UNTIL_MS).await;
    for message in ["m1", "m2", "m4"] {
        let lease = claim_one(&store, UNTIL_MS).await;
        store.release_quiet(&lease, UNTIL_MS).await.unwrap();
        store.release_held(&lease).await.unwrap();
        let head = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
        assert_eq!((head.message_id.as_str(), head.since_ms), (message, UNTIL_MS));
        assert!(settle(&store, &(lease, head), delivered("1.1"), UNTIL_MS).await);
    }
}

/// A message that comes in the second of the end wakes the lane, which takes back what it held first.
pub async fn what_comes_as_quiet_hours_end_does_not_overtake(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C1", &["a"]).await;
    accept_through(&store, "m1", RULES, |_| held()).await;
    accept(&store, "a", "m2", UNTIL_MS).await;
    let lease = claim_one(&store, UNTIL_MS).await;
    assert!(lease.held);
    store.release_quiet(&lease, UNTIL_MS).await.unwrap();
    assert_eq!(store.head(&lease, COUNT_TO).await.unwrap().unwrap().message_id, "m1");
}

pub async fn quiet_hours_last_in_another_channel_and_end_for_one_that_is_brought(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C1", &["a"]).await;
    for message in ["m1", "m2"] {
        accept_through(&store, message, RULES, |_| held()).await;
    }
    redirect(&store, "ops", "C2").await;
    let first = all_deliveries(&store).await.remove(0);
    assert_eq!((first.state, first.destination.ends_with("C2")), (DeliveryState::Held, true));
    assert!(store.revive(first.id, NOW).await.unwrap());
    let attempt = claim_lane(&store, NOW, &first.destination).await;
    assert_eq!(attempt.1.message_id, "m1");
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
    store.end_quiet_hours(UNTIL_MS).await.unwrap();
    let lease = claim_one(&store, UNTIL_MS).await;
    assert!(lease.held);
    store.release_quiet(&lease, UNTIL_MS).await.unwrap();
    assert_eq!(store.head(&lease, COUNT_TO).await.unwrap().unwrap().message_id, "m2");
}

/// The lane it left may be due too, with nothing in it.
async fn claim_lane(
    store: &Store,
    at_ms: i64,
    destination: &str,
) -> (store::outbox::Lease, store::outbox::PendingDelivery) {
    let leases = store.claim(10, at_ms, LEASE_MS).await.unwrap();
    let lease = leases.into_iter().find(|lease| lease.destination == destination).unwrap();
    let head = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
    (lease, head)
}
