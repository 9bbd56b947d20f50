//! Threads: the first message, how the matter stands, and what is preferred of it.

use domain::delivery::{ThreadEvent, ThreadState, ThreadUpdates};
use domain::notification::Severity;
use store::outbox::{PendingDelivery, Settlement};
use store::{ConfigurationPreferences, Store, Thread, ThreadEntry, ThreadLookup};

use crate::setup::{
    ACCOUNT, NOW, OTHER_ACCOUNT, Setup, accept, arn, begin_one, configure, delete, delivered, lane, settle,
};

fn alarm(at_ms: i64) -> ThreadEvent {
    ThreadEvent { severity: Severity::Critical, at_ms, ended: false }
}

fn ok(at_ms: i64) -> ThreadEvent {
    ThreadEvent { severity: Severity::Good, at_ms, ended: true }
}

/// The thread that a delivery opens.
pub fn opened_by(delivery: &PendingDelivery, key: &str, posted: &str) -> ThreadEntry {
    ThreadEntry {
        key: key.to_owned(),
        parent_posted: posted.to_owned(),
        parent_notification_id: delivery.notification_id,
        state: ThreadState::opened_by(&alarm(NOW)),
    }
}

/// As the tests' configuration `ops` has it in C001.
async fn lookup(store: &Store, key: &str) -> ThreadLookup {
    store.thread(arn(ACCOUNT, "ops").as_str(), &lane("C001"), key).await.unwrap()
}

async fn found(store: &Store, key: &str) -> Option<Thread> {
    lookup(store, key).await.thread
}

/// Posts a message as the first of a thread.
async fn open_thread(store: &Store, message_id: &str, posted: &str) -> ThreadEntry {
    accept(store, "a", message_id, NOW).await;
    let attempt = begin_one(store, NOW).await;
    let entry = opened_by(&attempt.1, "alarm", posted);
    let opens = Settlement::Delivered { posted: posted.to_owned(), thread: Some(entry.clone()) };
    assert!(settle(store, &attempt, opens, NOW).await);
    entry
}

pub async fn a_threads_first_message_is_found_again(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    for (message, posted) in [("m1", "1.1"), ("m2", "2.2")] {
        // The second was posted because the first was gone: it is the thread's first message now.
        let entry = open_thread(&store, message, posted).await;
        let parent_body = format!("{{\"MessageId\":\"{message}\"}}");
        assert_eq!(found(&store, "alarm").await, Some(Thread { entry, parent_body }));
    }
    assert_eq!(
        lookup(&store, "other").await,
        ThreadLookup { thread: None, preferences: ConfigurationPreferences::default() }
    );
    let of = async |account, name, channel| {
        store.thread(arn(account, name).as_str(), &lane(channel), "alarm").await.unwrap().thread
    };
    assert!(of(ACCOUNT, "ops", "C001").await.is_some());
    assert_eq!(of(ACCOUNT, "ops", "C002").await, None, "another channel");
    assert_eq!(of(OTHER_ACCOUNT, "ops", "C001").await, None, "who shares the channel has threads of their own");
}

pub async fn a_reply_changes_how_its_matter_stands(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let mut entry = open_thread(&store, "m1", "1.1").await;
    for (message, event) in [("m2", ok(NOW + 5)), ("m3", alarm(NOW + 9))] {
        accept(&store, "a", message, NOW).await;
        let attempt = begin_one(&store, NOW).await;
        entry.state = entry.state.after(&event);
        // It may be told twice, when the first answer was lost.
        for _ in 0..2 {
            let posted = Settlement::Posted { posted: "1.2".to_owned(), thread: entry.clone() };
            settle(&store, &attempt, posted, NOW).await;
        }
        assert_eq!(found(&store, "alarm").await.unwrap().entry, entry);
        let attempt = begin_one(&store, NOW).await;
        assert_eq!(attempt.1.posted.as_deref(), Some("1.2"));
        assert!(settle(&store, &attempt, delivered("1.2"), NOW).await);
        assert_eq!(found(&store, "alarm").await.unwrap().entry, entry, "the update changes nothing");
    }
    assert_eq!((entry.state.began_at_ms, entry.state.ended_at_ms), (NOW + 9, None));
}

pub async fn a_thread_is_forgotten_with_its_first_message_or_when_it_is_old(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    open_thread(&store, "m1", "1.1").await;
    assert_eq!(store.prune_threads(NOW, 10).await.unwrap(), 0);
    assert_eq!(store.prune_threads(NOW + 1, 0).await.unwrap(), 0);
    assert_eq!(store.prune_threads(NOW + 1, 10).await.unwrap(), 1);
    assert_eq!(found(&store, "alarm").await, None);
    open_thread(&store, "m2", "2.2").await;
    assert_eq!(store.prune_notifications(NOW + 1, 10).await.unwrap(), 2);
    assert_eq!(found(&store, "alarm").await, None);
    assert_eq!(store.prune_threads(i64::MAX, 10).await.unwrap(), 0, "it is gone, not only hidden");
}

pub async fn preferences_outlive_their_configuration(setup: &impl Setup) {
    let store = setup.open().await;
    let arn = arn(ACCOUNT, "ops");
    let put = async |change| store.put_configuration_preferences(arn.as_str(), change).await.unwrap();
    let both = Some(ThreadUpdates::Both);
    // Before there is a configuration.
    let updates = ConfigurationPreferences { thread_updates: both, thread_window_ms: None };
    assert_eq!(put(updates).await, updates);
    configure(&store, "ops", "C001", &["a"]).await;
    let window = ConfigurationPreferences { thread_updates: None, thread_window_ms: Some(0) };
    let all = ConfigurationPreferences { thread_updates: both, thread_window_ms: Some(0) };
    assert_eq!(put(window).await, all, "what is not named stays");
    assert!(delete(&store, "ops").await);
    configure(&store, "ops", "C001", &["a"]).await;
    assert_eq!(lookup(&store, "alarm").await.preferences, all);
    assert_eq!(store.configuration_preferences(arn.as_str()).await.unwrap(), all);
    let listed = async |after, limit| store.all_configuration_preferences(after, limit).await.unwrap();
    assert_eq!(listed(None, 10).await, [(arn.as_str().to_owned(), all)]);
    assert!(listed(Some(arn.as_str()), 10).await.is_empty() && listed(None, 0).await.is_empty());
    assert!(store.reset_configuration_preferences(arn.as_str()).await.unwrap());
    assert!(!store.reset_configuration_preferences(arn.as_str()).await.unwrap());
    assert_eq!(lookup(&store, "alarm").await.preferences, ConfigurationPreferences::default());
    put(window).await;
    assert_eq!(store.reset_all_configuration_preferences().await.unwrap(), 1);
    assert_eq!(store.configuration_preferences(arn.as_str()).await.unwrap(), ConfigurationPreferences::default());
}
