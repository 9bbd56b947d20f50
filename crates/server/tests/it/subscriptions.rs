//! Bellhop subscribes itself: what it asks of SNS when configurations list topics and drop them.
//!
//! Most of these run a process of their own, whose AWS is what its environment says; time is the machine's there.

use std::sync::Arc;

use serde_json::{Value, json};
use server::clock::SystemClock;
use store::SubscriptionState;
use wire::operations::Operation::{
    CreateSlackChannelConfiguration as CREATE, DeleteSlackChannelConfiguration as DELETE,
    UpdateSlackChannelConfiguration as UPDATE,
};

use crate::kit::{BellhopProcess, DEV, FakeSns, FakeSqs, OTHER_TOPIC, ROLE, TOPIC, TestServer, eventually};

const ARN: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";

fn configuration(topic_arns: &[&str]) -> Value {
    json!({
        "ConfigurationName": "ops",
        "SlackTeamId": "T0SANDBOX",
        "SlackChannelId": "C1",
        "SlackChannelName": "ops",
        "IamRoleArn": ROLE,
        "SnsTopicArns": topic_arns,
    })
}

/// A `bellhop dev` whose AWS is the fake.
async fn with_credentials(sns: &FakeSns, data_dir: &tempfile::TempDir) -> BellhopProcess {
    let endpoint = format!("http://{}", sns.host());
    let environment = [
        ("AWS_ENDPOINT_URL_SNS", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "AKIDAWS"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", &sns.host()),
    ];
    BellhopProcess::dev(data_dir.path(), &environment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_subscribed_once_and_unsubscribed_when_the_last_configuration_drops_them() {
    let (sns, data_dir) = (FakeSns::start(Arc::new(SystemClock)).await, tempfile::tempdir().unwrap());
    let bellhop = with_credentials(&sns, &data_dir).await;
    bellhop.api().call(CREATE, DEV).json(&configuration(&[TOPIC])).send().await.ok(201);
    let subscribed = async |count: usize| {
        eventually(&format!("{count} × Subscribe"), async || {
            let calls = sns.calls("Subscribe");
            assert!(calls.len() <= count, "{calls:#?}");
            (calls.len() == count).then_some(calls)
        })
        .await
    };
    let calls = subscribed(1).await;
    let endpoint = format!("http://{}/sns", bellhop.address);
    assert_eq!(
        (&calls[0]["TopicArn"], &calls[0]["Protocol"], &calls[0]["Endpoint"]),
        (&TOPIC.into(), &"http".into(), &endpoint)
    );
    // SNS is to try for longer than the minute that it tries of itself: the retries of its policy, all within an hour.
    assert_eq!(calls[0]["Attributes.entry.1.key"], "DeliveryPolicy");
    let policy: serde_json::Value = serde_json::from_str(&calls[0]["Attributes.entry.1.value"]).unwrap();
    let (retries, most) =
        (&policy["healthyRetryPolicy"]["numRetries"], &policy["healthyRetryPolicy"]["maxDelayTarget"]);
    assert!((1800..3600).contains(&(retries.as_i64().unwrap() * most.as_i64().unwrap())), "{policy}");
    let confirmation = sns.confirmation("SubscriptionConfirmation", TOPIC).signed();
    assert_eq!(bellhop.api().post_sns(&confirmation).await.0, 200);
    assert_eq!(sns.visits().len(), 1);
    // Another configuration of the same topic asks for nothing; one more topic is one more subscription.
    let mut second = configuration(&[TOPIC, OTHER_TOPIC]);
    (second["ConfigurationName"], second["SlackChannelId"]) = ("web".into(), "C2".into());
    bellhop.api().call(CREATE, DEV).json(&second).send().await.ok(201);
    assert_eq!(subscribed(2).await[1]["TopicArn"], OTHER_TOPIC);
    // The first configuration goes; the second still lists the topic.
    let deleted = bellhop.api().call(DELETE, DEV).json(&json!({ "ChatConfigurationArn": ARN })).send().await;
    assert_eq!(deleted.status, 204);
    let web = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/web";
    let dropped = json!({ "ChatConfigurationArn": web, "SlackChannelId": "C2", "SnsTopicArns": [OTHER_TOPIC] });
    assert!(sns.calls("Unsubscribe").is_empty());
    bellhop.api().call(UPDATE, DEV).json(&dropped).send().await.ok(200);
    let calls =
        eventually("Unsubscribe", async || Some(sns.calls("Unsubscribe")).filter(|calls| !calls.is_empty())).await;
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0]["SubscriptionArn"], format!("{TOPIC}:0a1b2c3d-0000-4000-8000-000000000000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_was_ended_from_outside_is_asked_for_again() {
    let (sns, data_dir) = (FakeSns::start(Arc::new(SystemClock)).await, tempfile::tempdir().unwrap());
    let bellhop = with_credentials(&sns, &data_dir).await;
    bellhop.api().call(CREATE, DEV).json(&configuration(&[TOPIC])).send().await.ok(201);
    eventually("Subscribe", async || (sns.calls("Subscribe").len() == 1).then_some(())).await;
    let post = sns.confirmation("SubscriptionConfirmation", TOPIC).signed();
    assert_eq!(bellhop.api().post_sns(&post).await.0, 200);
    let post = sns.confirmation("UnsubscribeConfirmation", TOPIC).signed();
    assert_eq!(bellhop.api().post_sns(&post).await.0, 200);
    eventually("Subscribe again", async || (sns.calls("Subscribe").len() == 2).then_some(())).await;
}

/// The queue is its way in. Here it is declared by the environment, and so are the credentials.
#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_a_queue_brings_is_not_subscribed_and_the_queue_is_polled() {
    let (sns, data_dir) = (FakeSns::start(Arc::new(SystemClock)).await, tempfile::tempdir().unwrap());
    let sqs = FakeSqs::start(Arc::new(SystemClock)).await;
    let (endpoint, queue_url) = (format!("http://{}", sns.host()), sqs.queue_url());
    let queue = format!(r#"[{{queue_url="{queue_url}",region="eu-central-1",topic_arn="{TOPIC}"}}]"#);
    let environment = [
        ("AWS_ENDPOINT_URL_SNS", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "AKIDAWS"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("BELLHOP_INGEST__SQS", &queue),
    ];
    let bellhop = BellhopProcess::dev(data_dir.path(), &environment).await;
    bellhop.api().call(CREATE, DEV).json(&configuration(&[TOPIC, OTHER_TOPIC])).send().await.ok(201);
    let calls = eventually("Subscribe", async || Some(sns.calls("Subscribe")).filter(|calls| !calls.is_empty())).await;
    sqs.send("a raw message");
    eventually("the queue is empty", async || sqs.queued().is_empty().then_some(())).await;
    assert_eq!((calls.len(), &calls[0]["TopicArn"]), (1, &OTHER_TOPIC.into()));
    assert_eq!(sns.calls("Subscribe").len(), 1);
}

/// A server on a loopback address that nobody told of an emulator: SNS could never reach it.
#[tokio::test(flavor = "multi_thread")]
async fn what_bellhop_cannot_subscribe_is_manual_and_says_why() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    let row = eventually("the topic is manual", async || {
        let row = server.store().topic_subscription(TOPIC).await.unwrap().unwrap();
        (row.state == SubscriptionState::Manual).then_some(row)
    })
    .await;
    assert_eq!(row.reason.as_deref(), Some("Amazon SNS cannot reach a loopback address"));
    // A person subscribes it: the confirmation is taken all the same.
    let post = server.sns.confirmation("SubscriptionConfirmation", TOPIC).signed();
    assert_eq!(server.post_sns(&post).await.0, 200);
    let row = server.store().topic_subscription(TOPIC).await.unwrap().unwrap();
    assert_eq!(row.state, SubscriptionState::Confirmed);
}
