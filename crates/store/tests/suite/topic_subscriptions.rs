//! The subscriptions' states, as configurations come and go and as SNS answers.

use store::SubscriptionState::{Confirmed, Manual, Pending, Unwanted, Wanted};
use store::{ConfigurationUpdate, Store, SubscriptionState, TopicSubscription};

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
        updated_at_ms: NOW + 1,
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
        updated_at_ms: NOW,
    };
    assert_eq!(row(&store, "a").await, Some(expected.clone()));
    assert!(settle(&store, "a", Wanted, Pending, Some("asked")).await);
    (expected.state, expected.updated_at_ms) = (Pending, NOW + 1);
    expected.reason = Some("asked".to_owned());
    assert_eq!(row(&store, "a").await, Some(expected.clone()));
    confirm(&store, "a", Some(SUBSCRIPTION)).await;
    (expected.state, expected.updated_at_ms) = (Confirmed, NOW + 2);
    expected.subscription_arn = Some(SUBSCRIPTION.to_owned());
    expected.reason = None;
    assert_eq!(row(&store, "a").await, Some(expected.clone()));
    assert!(delete(&store, "ops").await);
    (expected.state, expected.updated_at_ms) = (Unwanted, NOW);
    assert_eq!(row(&store, "a").await, Some(expected));
    confirm(&store, "a", None).await;
    assert_eq!(state(&store, "a").await, Unwanted);
}

pub async fn a_topic_that_is_wanted_again_keeps_its_subscription(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a", "b"]).await;
    confirm(&store, "a", Some(SUBSCRIPTION)).await;
    assert!(delete(&store, "ops").await);
    configure(&store, "ops", "C001", &["a", "b"]).await;
    let again = row(&store, "a").await.unwrap();
    assert_eq!(
        (again.state, again.subscription_arn.as_deref()),
        (Confirmed, Some(SUBSCRIPTION))
    );
    assert_eq!(state(&store, "b").await, Wanted);
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
    let none = ConfigurationUpdate {
        sns_topic_arns: Some(Vec::new()),
        ..ConfigurationUpdate::default()
    };
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

pub async fn pages_hold_one_state_in_the_order_of_topics(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["d", "b", "a", "c", "e"]).await;
    assert!(settle(&store, "c", Wanted, Pending, None).await);
    let page = async |state, after: Option<&str>| -> Vec<String> {
        let after = after.map(|name| topic(name).as_str().to_owned());
        let page = store.topic_subscriptions(state, after.as_deref(), 2).await.unwrap();
        page.into_iter().map(|row| row.topic_arn).collect()
    };
    let arns = |names: &[&str]| -> Vec<String> { topics(names).iter().map(ToString::to_string).collect() };
    assert_eq!(page(Wanted, None).await, arns(&["a", "b"]));
    // A row that leaves the state meanwhile is not the end of the list.
    assert!(settle(&store, "b", Wanted, Manual, None).await);
    assert_eq!(page(Wanted, Some("b")).await, arns(&["d", "e"]));
    assert_eq!(page(Pending, None).await, arns(&["c"]));
    assert_eq!(page(Confirmed, None).await, arns(&[]));
}
