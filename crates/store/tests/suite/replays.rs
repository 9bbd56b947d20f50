//! Sending again what a time brought, keeping out what repeats, and forgetting what is old.

use domain::notification::Similarity;
use store::Store;
use store::outbox::{AcceptRules, DeliveryState, NewNotification, Replay};

use crate::setup::{
    LEASE_MS, NOW, RULES, Setup, accept, all_deliveries, begin_one, configure, dead, delivered, notification, settle,
    topic,
};

fn replay() -> Replay {
    Replay {
        from_ms: NOW,
        to_ms: NOW + 1000,
        topic_arn: None,
        delivered_too: false,
        after: None,
        limit: 100,
        dry_run: false,
        now_ms: NOW + 2000,
    }
}

async fn deliver(store: &Store, message_id: &str, at_ms: i64) {
    accept(store, "a", message_id, at_ms).await;
    let attempt = begin_one(store, at_ms).await;
    assert!(settle(store, &attempt, delivered(message_id), at_ms).await);
}

async fn states(store: &Store) -> Vec<(String, DeliveryState)> {
    all_deliveries(store).await.into_iter().map(|found| (found.message_id, found.state)).collect()
}

pub async fn a_replay_brings_what_did_not_arrive(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(settle(&store, &attempt, dead("is_archived"), NOW).await);
    deliver(&store, "m2", NOW + 10).await;
    assert_eq!(store.replay(&Replay { dry_run: true, ..replay() }).await.unwrap(), (1, None));
    assert!(states(&store).await.iter().all(|(_, state)| *state != DeliveryState::Pending), "it was only asked");
    let (made, next) = store.replay(&replay()).await.unwrap();
    assert_eq!((made, next), (1, None));
    assert_eq!(
        states(&store).await,
        [("m1".to_owned(), DeliveryState::Pending), ("m2".to_owned(), DeliveryState::Delivered)]
    );
    let attempt = begin_one(&store, NOW + 2000).await;
    let history = store.delivery(attempt.1.id).await.unwrap().unwrap().history;
    let events: Vec<_> = history.iter().map(|entry| (entry.event.as_str(), entry.detail.as_str())).collect();
    assert_eq!(events, [("dead", "is_archived"), ("replayed", "")]);
}

pub async fn a_replay_of_everything_sends_again_what_arrived(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    deliver(&store, "m1", NOW).await;
    let everything = Replay { delivered_too: true, ..replay() };
    assert_eq!(store.replay(&everything).await.unwrap(), (1, None));
    let attempt = begin_one(&store, NOW + 2000).await;
    assert_eq!((attempt.1.posted.as_deref(), attempt.1.since_ms), (None, NOW + 2000));
    // What waits already is not doubled.
    assert_eq!(store.replay(&everything).await.unwrap(), (0, None));
}

pub async fn a_replay_reaches_configurations_that_came_later(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    deliver(&store, "m1", NOW).await;
    configure(&store, "late", "C002", &["a"]).await;
    assert_eq!(store.replay(&replay()).await.unwrap(), (1, None));
    assert!(begin_one(&store, NOW + 2000).await.0.destination.ends_with("C002"));
}

pub async fn a_replay_is_of_its_time_and_topic_and_goes_page_by_page(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a", "b"]).await;
    for (topic, message, at_ms) in [("a", "early", NOW - 1), ("a", "m1", NOW), ("b", "b1", NOW), ("a", "m2", NOW + 999)]
    {
        accept(&store, topic, message, at_ms).await;
    }
    accept(&store, "a", "late", NOW + 1000).await;
    while let Some(lease) = store.claim(1, NOW + 1000, LEASE_MS).await.unwrap().pop() {
        let head = store.head(&lease, 1).await.unwrap().unwrap();
        assert!(settle(&store, &(lease, head), dead("is_archived"), NOW + 1000).await);
    }
    let mut page = Replay { topic_arn: Some(topic("a").as_str().to_owned()), limit: 1, ..replay() };
    let mut made = 0;
    while let (some, Some(next)) = store.replay(&page).await.unwrap() {
        made += some;
        page.after = Some(next);
    }
    assert_eq!(made, 2);
    let waiting = states(&store).await.into_iter().filter(|(_, state)| *state == DeliveryState::Pending);
    assert_eq!(waiting.map(|(message, _)| message).collect::<Vec<_>>(), ["m1", "m2"]);
}

pub async fn a_channel_is_told_the_same_once_within_the_window(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a", "b"]).await;
    let rules = AcceptRules { similar_within_ms: 60_000, ..RULES };
    let say = async |topic_name: &str, message: &str, says: Option<&str>, at_ms| {
        let similarity = says.map(|says| Similarity { matter: "alarm|cpu".to_owned(), says: says.to_owned() });
        let notification = NewNotification { similarity, ..notification(topic_name, message, at_ms) };
        store.enqueue(notification, rules).await.unwrap();
    };
    say("a", "m1", Some("ALARM"), NOW).await;
    say("b", "m2", Some("ALARM"), NOW + 30_000).await;
    say("a", "m3", None, NOW + 30_000).await;
    say("a", "m4", Some("ALARM"), NOW + 60_000).await;
    // It flaps: each change is news.
    say("a", "m5", Some("OK"), NOW + 60_001).await;
    say("a", "m6", Some("ALARM"), NOW + 60_002).await;
    say("a", "m7", Some("ALARM"), NOW + 60_003).await;
    let all = all_deliveries(&store).await;
    let suppressed: Vec<_> = all.iter().filter(|found| found.state == DeliveryState::Suppressed).collect();
    assert_eq!(suppressed.iter().map(|found| found.message_id.as_str()).collect::<Vec<_>>(), ["m2", "m7"]);
    assert!(suppressed[0].reason.as_ref().unwrap().contains("within 60 s: alarm|cpu ALARM"));
    store.prune_recent_similar(NOW + 60_001).await.unwrap();
}

pub async fn an_account_has_its_events_a_second_where_that_is_wanted(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let rules = AcceptRules { events_per_second: 10, ..RULES };
    for n in 0..25 {
        store.enqueue(notification("a", &format!("m{n}"), NOW + n * 50), rules).await.unwrap();
    }
    let throttled = states(&store).await.into_iter().filter(|(_, state)| *state == DeliveryState::Throttled);
    let throttled: Vec<_> = throttled.map(|(message, _)| message).collect();
    assert_eq!(throttled, (10..20).map(|n| format!("m{n}")).collect::<Vec<_>>());
}

pub async fn what_is_old_is_forgotten_unless_it_waits(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    deliver(&store, "m1", NOW).await;
    deliver(&store, "m2", NOW + 1).await;
    accept(&store, "a", "m3", NOW + 2).await;
    deliver_waiting(&store).await;
    accept(&store, "a", "m4", NOW + 3).await;
    assert_eq!(store.prune_notifications(NOW + 4, 1).await.unwrap(), 1);
    assert_eq!(store.prune_notifications(NOW + 4, 10).await.unwrap(), 2);
    assert_eq!(store.prune_notifications(NOW + 4, 10).await.unwrap(), 0);
    assert_eq!(states(&store).await, [("m4".to_owned(), DeliveryState::Pending)]);
    // Forgotten, it is new.
    accept(&store, "a", "m1", NOW + 5).await;
}

async fn deliver_waiting(store: &Store) {
    let attempt = begin_one(store, NOW + 2).await;
    assert!(settle(store, &attempt, delivered("3.3"), NOW + 2).await);
}

pub async fn what_was_refused_is_kept_up_to_its_bound(setup: &impl Setup) {
    let store = setup.open().await;
    let refused = |n: i64| store::RefusedMessage {
        id: 0,
        received_at_ms: NOW + n,
        outcome: "bad_signature".to_owned(),
        source: "192.0.2.1".to_owned(),
        topic_arn: Some(topic("a").as_str().to_owned()),
        message_id: None,
        reason: "the signature does not hold".to_owned(),
        body: format!("m{n}"),
    };
    let some: Vec<_> = (0..5).map(refused).collect();
    store.record_refused(&some, 3).await.unwrap();
    let kept = store.refused_messages(None, 2).await.unwrap();
    assert_eq!(kept.iter().map(|found| found.body.as_str()).collect::<Vec<_>>(), ["m4", "m3"]);
    assert_eq!(store::RefusedMessage { id: 0, ..kept[0].clone() }, refused(4));
    let rest = store.refused_messages(kept.last().map(|found| found.id), 10).await.unwrap();
    assert_eq!(rest.iter().map(|found| found.body.as_str()).collect::<Vec<_>>(), ["m2"]);
}
