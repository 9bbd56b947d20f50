//! `SubscriptionConfirmation` and `UnsubscribeConfirmation`: a URL that a stranger wrote is visited only if it is SNS's.

use std::sync::Arc;

use store::SubscriptionState;

use super::{listening, outcome};
use crate::kit::{FakeSns, OTHER_TOPIC, TOPIC, TestServer, Visited};

async fn state(server: &TestServer, topic_arn: &str) -> Option<(SubscriptionState, Option<String>)> {
    let row = server.store().topic_subscription(topic_arn).await.unwrap();
    row.map(|row| (row.state, row.subscription_arn))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_topic_is_confirmed_by_visiting_its_url_once() {
    let server = listening().await;
    for version in ["1", "2"] {
        let envelope = server.sns.confirmation("SubscriptionConfirmation", TOPIC);
        let post = envelope.with("SignatureVersion", version).signed();
        assert_eq!(outcome(&server, &post, "confirmed").await, 200, "version {version}");
    }
    let visits = server.sns.visits();
    assert_eq!(visits.len(), 2, "one for each");
    assert_eq!((visits[0]["Action"].as_str(), visits[0]["Token"].as_str()), ("ConfirmSubscription", "t0ken"));
    let subscription_arn = format!("{TOPIC}:0a1b2c3d-0000-4000-8000-000000000000");
    assert_eq!(state(&server, TOPIC).await, Some((SubscriptionState::Confirmed, Some(subscription_arn))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_nobody_lists_is_404_and_its_url_is_never_visited() {
    let server = listening().await;
    let post = server.sns.confirmation("SubscriptionConfirmation", OTHER_TOPIC).signed();
    assert_eq!(outcome(&server, &post, "unknown_topic").await, 404);
    assert!(server.sns.visits().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_elsewhere_is_403_and_never_visited() {
    let server = listening().await;
    let elsewhere = FakeSns::start(Arc::new(server.clock.clone())).await;
    for url in [
        format!("http://{}/?Action=ConfirmSubscription", elsewhere.host()),
        format!("http://{}@{}/", server.sns.host(), elsewhere.host()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription".to_owned(),
        "gopher://127.0.0.1/".to_owned(),
        "not a url".to_owned(),
    ] {
        // Signed all the same: whoever owns a topic can have SNS sign a message, though not its URL.
        let envelope = server.sns.confirmation("SubscriptionConfirmation", TOPIC);
        let post = envelope.with("SubscribeURL", &url).signed();
        assert_eq!(outcome(&server, &post, "bad_signature").await, 403, "{url}");
    }
    assert!(elsewhere.visits().is_empty() && server.sns.visits().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_confirmation_is_403_and_its_url_is_never_visited() {
    let server = listening().await;
    let post = server.sns.confirmation("SubscriptionConfirmation", TOPIC).signed();
    for forged in [post.clone().tampered("Token", "another"), post.tampered("Signature", "AAAA")] {
        assert_eq!(outcome(&server, &forged, "bad_signature").await, 403);
    }
    assert!(server.sns.visits().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_and_a_failure_is_503() {
    let server = listening().await;
    let elsewhere = FakeSns::start(Arc::new(server.clock.clone())).await;
    let post = server.sns.confirmation("SubscriptionConfirmation", TOPIC).signed();
    for visited in
        [Visited::RedirectTo(format!("http://{}/", elsewhere.host())), Visited::Status(500), Visited::Status(403)]
    {
        server.sns.on_visit(visited.clone());
        assert_eq!(outcome(&server, &post, "unavailable").await, 503, "{visited:?}");
    }
    assert_eq!((server.sns.visits().len(), elsewhere.visits().len()), (3, 0));
    assert_ne!(state(&server, TOPIC).await.unwrap().0, SubscriptionState::Confirmed);
    server.sns.on_visit(Visited::Confirmed);
    assert_eq!(outcome(&server, &post, "confirmed").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_somebody_ended_is_wanted_again() {
    let server = listening().await;
    let confirm = server.sns.confirmation("SubscriptionConfirmation", TOPIC).signed();
    assert_eq!(outcome(&server, &confirm, "confirmed").await, 200);
    let ended = server.sns.confirmation("UnsubscribeConfirmation", TOPIC).signed();
    assert_eq!(outcome(&server, &ended, "unsubscribed").await, 200);
    // Its SubscribeURL would subscribe again under the old token: Bellhop asks SNS by itself instead.
    assert_eq!(server.sns.visits().len(), 1);
    assert_ne!(state(&server, TOPIC).await.unwrap().0, SubscriptionState::Confirmed);
    let unknown = server.sns.confirmation("UnsubscribeConfirmation", OTHER_TOPIC).signed();
    assert_eq!(outcome(&server, &unknown, "unknown_topic").await, 404);
}
