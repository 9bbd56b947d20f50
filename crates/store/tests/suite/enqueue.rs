//! Accepting: group commit, repeats, and what is still there afterwards.

use std::collections::BTreeMap;

use store::StoreError;
use store::outbox::{Enqueued, NewNotification};
use tokio::task::JoinSet;

use crate::setup::{
    ACCOUNT, LIMIT, NOW, OTHER_ACCOUNT, RULES, Setup, accept, all_deliveries, configuration, configure, notification,
    only_delivery, topic,
};

pub async fn a_thousand_at_once_with_repeats_are_accepted_once_each(setup: &impl Setup) {
    const TOPICS: usize = 20;
    const MESSAGES: usize = 400;
    let store = setup.open().await;
    for n in 0..TOPICS {
        configure(&store, &format!("c{n}"), &format!("C{n}"), &[&format!("t{n}")]).await;
    }
    let mut at_once = JoinSet::new();
    for n in 0..1000 {
        let store = store.clone();
        // Twice in a row, so that both are in one batch; then every other one long after.
        let message = if n < 2 * MESSAGES { n / 2 } else { (n - 2 * MESSAGES) * 2 };
        let notification = notification(&format!("t{}", message % TOPICS), &format!("m{message}"), NOW);
        at_once.spawn(async move { (message, store.enqueue(notification, RULES).await.unwrap()) });
    }
    let mut accepted: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (message, enqueued) in at_once.join_all().await {
        let (first, repeats) = accepted.entry(message).or_default();
        match enqueued {
            Enqueued::Accepted { deliveries: 1 } => *first += 1,
            Enqueued::Repeated => *repeats += 1,
            other => panic!("{other:?}"),
        }
    }
    for (message, times) in &accepted {
        assert_eq!(*times, (1, if message % 2 == 0 { 2 } else { 1 }), "message {message}");
    }
    let mut found: Vec<(String, String)> =
        all_deliveries(&store).await.into_iter().map(|delivery| (delivery.message_id, delivery.topic_arn)).collect();
    found.sort();
    let mut expected: Vec<(String, String)> =
        (0..MESSAGES).map(|n| (format!("m{n}"), topic(&format!("t{}", n % TOPICS)).as_str().to_owned())).collect();
    expected.sort();
    assert_eq!(found, expected);
}

pub async fn an_unknown_topic_writes_nothing(setup: &impl Setup) {
    let store = setup.open().await;
    let enqueued = store.enqueue(notification("a", "m1", NOW), RULES).await.unwrap();
    assert_eq!(enqueued, Enqueued::UnknownTopic);
    assert_eq!(store.next_due_at_ms(NOW).await.unwrap(), None);
    // Were it in the ledger, it would now be a repetition.
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    assert_eq!(all_deliveries(&store).await.len(), 1);
}

pub async fn a_topic_with_three_hundred_listeners_reaches_them_all(setup: &impl Setup) {
    let store = setup.open().await;
    for n in 0..300 {
        configure(&store, &format!("c{n}"), &format!("C{n}"), &["a"]).await;
    }
    let enqueued = store.enqueue(notification("a", "m1", NOW), RULES).await.unwrap();
    assert_eq!(enqueued, Enqueued::Accepted { deliveries: 300 });
    let mut destinations: Vec<_> = all_deliveries(&store).await.into_iter().map(|d| d.destination).collect();
    destinations.sort();
    destinations.dedup();
    assert_eq!(destinations.len(), 300);
    assert_eq!(store.claim(1000, NOW, 1).await.unwrap().len(), 300);
}

pub async fn a_message_id_is_one_message_per_topic(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a", "b"]).await;
    // Two accounts that configure one channel both get it, on the lane that they share.
    let other = configuration(OTHER_ACCOUNT, "ops", "C001", &["a"]);
    store.create_chat_configuration(&other, LIMIT, NOW).await.unwrap().unwrap();
    let enqueue = async |topic_name| store.enqueue(notification(topic_name, "m1", NOW), RULES).await.unwrap();
    assert_eq!(enqueue("a").await, Enqueued::Accepted { deliveries: 2 });
    assert_eq!(enqueue("b").await, Enqueued::Accepted { deliveries: 1 });
    assert_eq!(enqueue("a").await, Enqueued::Repeated);
    let all = all_deliveries(&store).await;
    assert_eq!(all.len(), 3);
    assert_eq!(all.iter().filter(|d| d.configuration_arn.contains(ACCOUNT)).count(), 2);
    assert_eq!(store.claim(10, NOW, 1).await.unwrap().len(), 1);
}

pub async fn a_caller_that_goes_away_takes_nothing_with_it(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    // Each future is polled a different number of times and dropped: before, while and after the message is queued.
    for n in 0..20 {
        let enqueue = store.enqueue(notification("a", &format!("m{n}"), NOW), RULES);
        tokio::select! {
            biased;
            _ = enqueue => {}
            () = async { for _ in 0..n % 5 { tokio::task::yield_now().await; } } => {}
        }
    }
    for n in 0..20 {
        let again = store.enqueue(notification("a", &format!("m{n}"), NOW), RULES).await.unwrap();
        assert_ne!(again, Enqueued::UnknownTopic);
    }
    let all = all_deliveries(&store).await;
    let mut ids: Vec<_> = all.iter().map(|delivery| delivery.message_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), all.len()), (20, 20));
}

pub async fn what_was_accepted_is_there_after_reopening_without_closing(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let message = NewNotification { body: "{\"Message\":\"größe 🔔\"}".to_owned(), ..notification("a", "m1", NOW) };
    store.enqueue(message.clone(), RULES).await.unwrap();
    drop(store);
    let store = setup.open().await;
    let found = store.delivery(only_delivery(&store).await.id).await.unwrap().unwrap();
    assert_eq!(found.body, message.body);
    assert_eq!(store.enqueue(message, RULES).await.unwrap(), Enqueued::Repeated);
    assert_eq!(store.claim(10, NOW, 1).await.unwrap().len(), 1);
}

pub async fn a_closed_store_says_so(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    store.ping().await.unwrap();
    store.close().await;
    let refused = store.enqueue(notification("a", "m1", NOW), RULES).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let refused = store.ping().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}
