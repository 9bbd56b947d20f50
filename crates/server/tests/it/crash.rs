//! `kill -9`: what was accepted arrives, and only what was on the wire may arrive twice.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use server::clock::SystemClock;
use wire::operations::Operation::CreateSlackChannelConfiguration;

use crate::kit::{BellhopProcess, DEV, FakeSlack, FakeSns, ROLE, SlackAnswer, SlackRequest, TOPIC, eventually};

/// What is not killed.
struct Around {
    slack: FakeSlack,
    sns: FakeSns,
    data_dir: tempfile::TempDir,
}

impl Around {
    async fn start() -> Self {
        let slack = FakeSlack::start(Arc::new(SystemClock)).await;
        Self { slack, sns: FakeSns::start(Arc::new(SystemClock)).await, data_dir: tempfile::tempdir().unwrap() }
    }
}

async fn start(slack: &FakeSlack, sns: &FakeSns, data_dir: &Path) -> BellhopProcess {
    let environment = [
        ("BELLHOP_SLACK__API_URL", slack.api_url().to_string()),
        ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", sns.host()),
        ("BELLHOP_DELIVERY__SLACK_BURST", "10".to_owned()),
    ];
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    BellhopProcess::dev(data_dir, &environment).await
}

async fn configure(bellhop: &BellhopProcess) {
    let configuration = json!({
        "ConfigurationName": "ops",
        "SlackTeamId": "T0SANDBOX",
        "SlackChannelId": "C1",
        "SlackChannelName": "ops",
        "IamRoleArn": ROLE,
        "SnsTopicArns": [TOPIC],
    });
    bellhop.api().call(CreateSlackChannelConfiguration, DEV).json(&configuration).send().await.ok(201);
}

/// The reply is out and known to be: only the update of the thread's first message is sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_thread_whose_update_was_on_the_wire_is_updated_again_and_has_its_reply_once() {
    let Around { slack, sns, data_dir } = Around::start().await;
    let bellhop = start(&slack, &sns, data_dir.path()).await;
    configure(&bellhop).await;
    slack.next("chat.update", [SlackAnswer::Hang]);
    for number in 1..=2 {
        let message = json!({
            "version": "1.0", "source": "custom", "content": { "title": format!("message-{number}"), "description": "d" },
            "metadata": { "threadId": "deploy" },
        });
        let post = sns.notification(TOPIC, &message.to_string()).signed();
        assert_eq!(bellhop.api().post_sns(&post).await.0, 200);
    }
    let updates = async |count: usize| (slack.requests("chat.update").len() == count).then_some(());
    eventually("the update is on the wire", async || updates(1).await).await;
    bellhop.kill();
    let again = start(&slack, &sns, data_dir.path()).await;
    eventually("the update again", async || updates(2).await).await;
    let posts = slack.posted("C1");
    assert_eq!(posts.iter().map(SlackRequest::marker).collect::<Vec<_>>(), ["message-1", "message-2"]);
    assert_eq!(posts[1].thread_ts(), posts[0].posted.as_deref());
    drop(again);
}

/// Delivery is at least once. Slack took the message and its answer was lost with the process: nobody can know, so it is
/// sent again. A message that comes twice beats one that never comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_on_the_wire_comes_again_and_what_waited_comes_once() {
    let Around { slack, sns, data_dir } = Around::start().await;
    let bellhop = start(&slack, &sns, data_dir.path()).await;
    configure(&bellhop).await;
    slack.next("chat.postMessage", [SlackAnswer::Ok, SlackAnswer::PostedThenHang]);
    for number in 1..=4 {
        let post = sns.notification(TOPIC, &format!("message-{number}")).signed();
        assert_eq!(bellhop.api().post_sns(&post).await.0, 200);
    }
    eventually("the second is on the wire", async || (slack.posted("C1").len() == 2).then_some(())).await;
    bellhop.kill();
    let again = start(&slack, &sns, data_dir.path()).await;
    let posts = eventually("the others", async || Some(slack.posted("C1")).filter(|posts| posts.len() >= 5)).await;
    let markers: Vec<_> = posts.iter().map(SlackRequest::marker).collect();
    assert_eq!(markers, ["message-1", "message-2", "message-2", "message-3", "message-4"]);
    drop(again);
}
