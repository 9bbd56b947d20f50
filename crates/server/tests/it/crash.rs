//! `kill -9`: what was accepted arrives, and only what was on the wire may arrive twice.

use std::sync::Arc;

use serde_json::json;
use server::clock::SystemClock;
use wire::operations::Operation::CreateSlackChannelConfiguration;

use crate::kit::{BellhopProcess, DEV, FakeSlack, FakeSns, ROLE, SlackAnswer, SlackRequest, TOPIC, eventually};

/// Delivery is at least once. Slack took the message and its answer was lost with the process: nobody can know, so it is
/// sent again. A message that comes twice beats one that never comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_on_the_wire_comes_again_and_what_waited_comes_once() {
    let (slack, sns) = (FakeSlack::start(Arc::new(SystemClock)).await, FakeSns::start(Arc::new(SystemClock)).await);
    let data_dir = tempfile::tempdir().unwrap();
    let environment = [
        ("BELLHOP_SLACK__API_URL", slack.api_url().to_string()),
        ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", sns.host()),
        ("BELLHOP_DELIVERY__SLACK_BURST", "10".to_owned()),
    ];
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let bellhop = BellhopProcess::dev(data_dir.path(), &environment).await;
    let configuration = json!({
        "ConfigurationName": "ops",
        "SlackTeamId": "T0SANDBOX",
        "SlackChannelId": "C1",
        "SlackChannelName": "ops",
        "IamRoleArn": ROLE,
        "SnsTopicArns": [TOPIC],
    });
    bellhop.api().call(CreateSlackChannelConfiguration, DEV).json(&configuration).send().await.ok(201);
    slack.next("chat.postMessage", [SlackAnswer::Ok, SlackAnswer::PostedThenHang]);
    for number in 1..=4 {
        let post = sns.notification(TOPIC, &format!("message-{number}")).signed();
        assert_eq!(bellhop.api().post_sns(&post).await.0, 200);
    }
    eventually("the second is on the wire", async || (slack.posted("C1").len() == 2).then_some(())).await;
    bellhop.kill();
    let again = BellhopProcess::dev(data_dir.path(), &environment).await;
    let posts = eventually("the others", async || Some(slack.posted("C1")).filter(|posts| posts.len() >= 5)).await;
    let markers: Vec<_> = posts.iter().map(SlackRequest::marker).collect();
    assert_eq!(markers, ["message-1", "message-2", "message-2", "message-3", "message-4"]);
    drop(again);
}
