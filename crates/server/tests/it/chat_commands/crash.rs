//! `kill -9` at each step: a command runs once, or it is said that nobody knows.

use std::sync::Arc;

use serde_json::json;
use server::clock::{Clock as _, SystemClock};
use wire::operations::Operation::CreateSlackChannelConfiguration;

use super::{DELETE, LIST, button, words};
use crate::kit::{
    AwsAnswer, BellhopProcess, DEV, FakeAws, FakeSlack, ROLE, SlackAnswer, SlackApp, SlackPost, SlackRequest, TOPIC,
    eventually,
};

/// The workspace and the app of `bellhop dev`.
const DEV_TEAM: &str = "T0SANDBOX";
const DEV_APP: SlackApp = SlackApp { id: "A0SANDBOX", signing_secret: "sandbox-signing-secret" };

/// What is not killed.
struct Around {
    slack: FakeSlack,
    aws: FakeAws,
    data_dir: tempfile::TempDir,
}

impl Around {
    async fn start() -> Self {
        let aws = FakeAws::start(Arc::new(SystemClock)).await;
        let slack = FakeSlack::start(Arc::new(SystemClock)).await;
        Self { slack, aws, data_dir: tempfile::tempdir().unwrap() }
    }

    async fn bellhop(&self) -> BellhopProcess {
        let environment = self.aws.environment();
        let credentials = environment.credentials.unwrap();
        let variables = [
            ("BELLHOP_SLACK__API_URL", self.slack.api_url().to_string()),
            ("AWS_ENDPOINT_URL", environment.endpoint_url.unwrap()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ];
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        BellhopProcess::dev(self.data_dir.path(), &variables).await
    }

    async fn configured(&self) -> BellhopProcess {
        let bellhop = self.bellhop().await;
        let configuration = json!({
            "ConfigurationName": "ops", "SlackTeamId": DEV_TEAM, "SlackChannelId": "C1", "SlackChannelName": "ops",
            "IamRoleArn": ROLE, "SnsTopicArns": [TOPIC],
        });
        bellhop.api().call(CreateSlackChannelConfiguration, DEV).json(&configuration).send().await.ok(201);
        bellhop
    }

    async fn posts(&self, count: usize) -> Vec<SlackRequest> {
        let posts = || self.slack.requests("chat.postMessage");
        eventually(&format!("{count} messages"), async || Some(posts()).filter(|posts| posts.len() >= count)).await
    }

    async fn called(&self, operation: &str) {
        eventually(operation, async || (!self.aws.of(operation).is_empty()).then_some(())).await;
    }
}

async fn send(bellhop: &BellhopProcess, post: SlackPost) {
    assert_eq!(post.send(bellhop.api().address).await.status, 200);
}

async fn mention(bellhop: &BellhopProcess, text: &str) {
    let mut event = DEV_APP.mention("Ev1", text);
    event["team_id"] = json!(DEV_TEAM);
    event["authorizations"][0]["team_id"] = json!(DEV_TEAM);
    send(bellhop, DEV_APP.event(&event, SystemClock.now_ms())).await;
}

async fn press(bellhop: &BellhopProcess, ticket: &str) {
    let mut payload = DEV_APP.press("1.2.a", ticket);
    payload["team"]["id"] = json!(DEV_TEAM);
    send(bellhop, DEV_APP.interaction(&payload, SystemClock.now_ms())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_its_way_to_aws_is_not_sent_again_and_nobody_claims_to_know() {
    let around = Around::start().await;
    around.aws.answers("DeleteLogGroup", [AwsAnswer::Hang]);
    let bellhop = around.configured().await;
    mention(&bellhop, DELETE).await;
    let shown = around.posts(1).await.remove(0);
    press(&bellhop, &button(&shown, "Run command")).await;
    around.called("DeleteLogGroup").await;
    bellhop.kill();
    let again = around.bellhop().await;
    let told = around.posts(2).await.remove(1);
    for word in ["I do not know whether", "cloudtrail lookup-events", "AttributeValue=DeleteLogGroup"] {
        assert!(words(&told).contains(word), "{word}: {}", words(&told));
    }
    assert_eq!(around.aws.of("DeleteLogGroup").len(), 1);
    drop(again);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_had_ended_is_answered_after_the_crash_and_not_asked_for_again() {
    let around = Around::start().await;
    around
        .aws
        .answers("DescribeLogGroups", [AwsAnswer::Body(json!({"logGroups": [{"logGroupName": "/app"}]}).to_string())]);
    around.slack.next("chat.postMessage", [SlackAnswer::Hang]);
    let bellhop = around.configured().await;
    mention(&bellhop, LIST).await;
    let on_the_wire = around.posts(1).await.remove(0);
    bellhop.kill();
    let again = around.bellhop().await;
    let told = around.posts(2).await.remove(1);
    assert!(words(&told).contains("/app"), "{}", words(&told));
    assert_eq!(told.body["client_msg_id"], on_the_wire.body["client_msg_id"], "Slack knows it if it had come");
    assert_eq!(around.aws.of("DescribeLogGroups").len(), 1);
    drop(again);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_outlives_a_crash_and_its_button_works() {
    let around = Around::start().await;
    around.aws.answers("DeleteLogGroup", [AwsAnswer::Body(String::new())]);
    let bellhop = around.configured().await;
    mention(&bellhop, DELETE).await;
    let shown = around.posts(1).await.remove(0);
    bellhop.kill();
    let again = around.bellhop().await;
    press(&again, &button(&shown, "Run command")).await;
    around.called("DeleteLogGroup").await;
    around.posts(2).await;
    assert_eq!(around.aws.of("DeleteLogGroup").len(), 1);
    drop(again);
}
