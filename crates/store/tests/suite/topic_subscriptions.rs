//! The subscriptions' states, as configurations come and go and as SNS answers.

use domain::chat_configuration::ConfigurationUpdate;
use store::SubscriptionState::{Confirmed, Manual, Pending, Unwanted, Wanted};
use store::{Store, SubscriptionState, TopicSubscription};

use crate::setup::{NOW, Setup, configure, delete, topic, topics, update};

const SUBSCRIPTION: &str = "arn:aws:sns:eu-central-1:123456789012:a:6c5d5b0b-4e5e-4c1a-9f4e-000000000001";

async fn row(store: &Store, name: &str) -> Option<TopicSubscription> {
    store.topic_subscription(topic(name).as_str()).await.unwrap()
}

async fn state(store: &Store, name: &str) -> SubscriptionState {
    row(store, name).await.unwrap().state
}

async fn settle(
    store: &Store,
    name: &str,
    from: SubscriptionState,
    to: SubscriptionState,
    reason: Option<&str>,
) -> bool {
    let now = TopicSubscription {
        topic_arn: topic(name).as_str().to_owned(),
        state: to,
        subscription_arn: None,
        reason: reason.map(str::to_owned),
        asked_at_ms: NOW + 1,
    };
    store.settle_topic_subscription(from, &now).await.unwrap()
}

async fn confirm(store: &Store, name: &str, subscription_arn: Option<&str>) {
    let topic_arn = topic(name);
    let confirmed = store.confirm_topic_subscription(topic_arn.as_str(), subscription_arn, NOW + 2);
    confirmed.await.unwrap();
}

async fn forget(store: &Store, name: &str) {
    store.forget_topic_subscription(topic(name).as_str()).await.unwrap();
}

pub async fn a_topic_is_wanted_until_sns_confirms_it_and_unwanted_when_nobody_lists_it(setup: &impl Setup) {
    let store = setup.open().await;
    assert_eq!(row(&store, "a").await, None);
    configure(&store, "ops", "C001", &["a"]).await;
    let mut expected = TopicSubscription {
        topic_arn: topic("a").as_str().to_owned(),
        state: Wanted,
        subscription_arn: None,
        reason: None,
        asked_at_ms: 0,
    };
    assert_eq!(row(&store, "a").await, Some(expected.clone()));
    assert!(settle(&store, "a", Wanted, Pending, Some("asked")).await);
    (expected.state, expected.asked_at_ms) = (Pending, NOW + 1);
    expected.reason = Some("asked".to_owned());
    assert_eq!(row(&store, "a").await, Some(expected.clone()));
    confirm(&store, "a", Some(SUBSCRIPTION)).await;
    (expected.state, expected.asked_at_ms) = (Confirmed, NOW + 2);
    expected.subscription_arn = Some(SUBSCRIPTION.to_owned());
    expected.reason = None;
    assert_eq!(row(&store, "a").await, Some(expected.clone()));
    assert!(delete(&store, "ops").await);
    (expected.state, expected.asked_at_ms) = (Unwanted, 0);
    assert_eq!(row(&store, "a").await, Some(expected));
    confirm(&store, "a", None).await;
    assert_eq!(state(&store, "a").await, Unwanted);
}

/// SNS may have been asked to unsubscribe in between: only SNS knows whether the subscription is still there.
pub async fn a_topic_that_is_wanted_again_is_asked_for_again(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a", "b"]).await;
    confirm(&store, "a", Some(SUBSCRIPTION)).await;
    assert!(delete(&store, "ops").await);
    configure(&store, "ops", "C001", &["a", "b"]).await;
    let again = row(&store, "a").await.unwrap();
    assert_eq!((again.state, again.subscription_arn.as_deref()), (Wanted, Some(SUBSCRIPTION)));
    assert_eq!(again.asked_at_ms, 0);
    assert_eq!(state(&store, "b").await, Wanted);
}

pub async fn a_subscription_that_ended_is_wanted_again(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let want_again = async || store.want_topic_again(topic("a").as_str(), "ended from outside").await.unwrap();
    assert!(!want_again().await, "it is not confirmed yet");
    confirm(&store, "a", Some(SUBSCRIPTION)).await;
    assert!(want_again().await);
    let again = row(&store, "a").await.unwrap();
    assert_eq!((again.state, again.subscription_arn, again.asked_at_ms), (Wanted, None, 0));
    assert_eq!(again.reason.as_deref(), Some("ended from outside"));
}

pub async fn an_update_leaves_the_subscriptions_of_topics_that_it_keeps(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["pending", "manual", "confirmed", "dropped"]).await;
    assert!(settle(&store, "pending", Wanted, Pending, None).await);
    assert!(settle(&store, "manual", Wanted, Manual, Some("there are no AWS credentials")).await);
    // A person who visits the link in a browser confirms without an ARN that Bellhop learns of.
    confirm(&store, "confirmed", None).await;
    let mut before = Vec::new();
    for name in ["pending", "manual", "confirmed"] {
        before.push(row(&store, name).await);
    }
    let kept = ConfigurationUpdate {
        sns_topic_arns: Some(topics(&["pending", "manual", "confirmed", "added"])),
        ..ConfigurationUpdate::default()
    };
    update(&store, "ops", kept).await;
    for (name, before) in ["pending", "manual", "confirmed"].into_iter().zip(before) {
        assert_eq!(row(&store, name).await, before);
    }
    assert_eq!(state(&store, "dropped").await, Unwanted);
    assert_eq!(state(&store, "added").await, Wanted);
}

pub async fn a_topic_stays_wanted_while_another_configuration_lists_it(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    configure(&store, "dev", "C002", &["a"]).await;
    let none = ConfigurationUpdate { sns_topic_arns: Some(Vec::new()), ..ConfigurationUpdate::default() };
    update(&store, "ops", none).await;
    assert_eq!(state(&store, "a").await, Wanted);
    assert!(delete(&store, "dev").await);
    assert_eq!(state(&store, "a").await, Unwanted);
}

pub async fn what_sns_said_is_not_recorded_over_a_newer_state(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    assert!(delete(&store, "ops").await);
    assert!(!settle(&store, "a", Wanted, Pending, None).await);
    assert_eq!(state(&store, "a").await, Unwanted);
    assert!(!settle(&store, "never", Wanted, Pending, None).await);
    assert_eq!(row(&store, "never").await, None);
}

pub async fn only_unwanted_topics_are_forgotten(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let mut from = Wanted;
    for to in [Pending, Manual, Confirmed, Wanted] {
        forget(&store, "a").await;
        assert!(settle(&store, "a", from, to, None).await);
        from = to;
    }
    assert!(delete(&store, "ops").await);
    forget(&store, "a").await;
    assert_eq!(row(&store, "a").await, None);
}

pub async fn what_was_asked_longest_ago_is_due_first(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a", "b", "c"]).await;
    let due = async |state, not_after_ms, limit| -> Vec<String> {
        let due = store.due_topic_subscriptions(state, not_after_ms, limit).await.unwrap();
        due.into_iter().map(|row| row.topic_arn.rsplit(':').next().unwrap().to_owned()).collect()
    };
    assert_eq!(due(Wanted, 0, 10).await.len(), 3, "what was never asked is due at once");
    assert_eq!(due(Wanted, 0, 2).await.len(), 2);
    assert!(settle(&store, "b", Wanted, Wanted, Some("SNS did not answer")).await);
    assert_eq!(due(Wanted, NOW, 10).await, ["a", "c"]);
    assert_eq!(due(Wanted, NOW + 1, 10).await, ["a", "c", "b"]);
    assert_eq!(due(Pending, NOW + 1, 10).await, Vec::<String>::new());
}
