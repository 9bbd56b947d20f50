//! The graphs of alarms: put into messages that are out already, with the role of the configuration, or not at all.

mod teams;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::clock::SystemClock;
use tempfile::TempDir;
use wire::operations::Operation::CreateSlackChannelConfiguration;

use crate::kit::{
    BellhopProcess, DEV, FakeMetrics, FakeSlack, FakeSns, MetricsAnswer, PIXEL, ROLE, SlackAnswer, SlackRequest, TOPIC,
    eventually,
};

/// A process, and everybody around it.
struct Drawn {
    bellhop: BellhopProcess,
    slack: FakeSlack,
    sns: FakeSns,
    metrics: FakeMetrics,
    _data_dir: TempDir,
}

impl Drawn {
    async fn start(answer: MetricsAnswer, settings: &[(&'static str, &str)]) -> Self {
        let (slack, sns) = (FakeSlack::start(Arc::new(SystemClock)).await, FakeSns::start(Arc::new(SystemClock)).await);
        let (metrics, data_dir) = (FakeMetrics::start(answer).await, tempfile::tempdir().unwrap());
        let mut environment = metrics.environment();
        environment.extend([
            ("BELLHOP_SLACK__API_URL", slack.api_url().to_string()),
            ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", sns.host()),
            ("BELLHOP_DELIVERY__SLACK_BURST", "100".to_owned()),
        ]);
        environment.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let bellhop = BellhopProcess::dev(data_dir.path(), &environment).await;
        let body = json!({
            "ConfigurationName": "ops",
            "SlackTeamId": "T0SANDBOX",
            "SlackChannelId": "C0OPS",
            "SlackChannelName": "ops",
            "IamRoleArn": ROLE,
            "SnsTopicArns": [TOPIC],
        });
        bellhop.api().call(CreateSlackChannelConfiguration, DEV).json(&body).send().await.ok(201);
        Self { bellhop, slack, sns, metrics, _data_dir: data_dir }
    }

    /// Publishes an alarm and answers its message, once it is out.
    async fn alarm(&self, name: &str) -> SlackRequest {
        let post = self.sns.notification(TOPIC, &alarm(name, "ALARM")).signed();
        assert_eq!(self.bellhop.api().post_sns(&post).await.0, 200);
        eventually("the message", async || {
            self.slack.posted("C0OPS").into_iter().find(|post| post.body.to_string().contains(name))
        })
        .await
    }

    async fn updates(&self, count: usize) -> Vec<SlackRequest> {
        eventually(&format!("{count} updates"), async || {
            Some(self.slack.requests("chat.update")).filter(|updates| updates.len() >= count)
        })
        .await
    }

    async fn came_to(&self, outcome: &str) {
        came_to(&self.bellhop, outcome).await;
    }
}

/// Waits until a picture came to this.
async fn came_to(bellhop: &BellhopProcess, outcome: &str) {
    let line = format!("bellhop_pictures_total{{outcome=\"{outcome}\"}} 1");
    eventually(&line, async || {
        let url = format!("http://{}/metrics", bellhop.address);
        let text = bellhop.api().http.get(url).send().await.unwrap().text().await.unwrap();
        text.lines().any(|found| found == line).then_some(())
    })
    .await;
}

/// Shape: the CloudWatch User Guide ("Notification schema").
fn alarm(name: &str, state: &str) -> String {
    json!({
        "AlarmName": name,
        "AWSAccountId": "123456789012",
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-11-22T18:20:16.588+0000",
        "Region": "EU (Ireland)",
        "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"),
        "Trigger": {
            "MetricName": "CPUUtilization", "Namespace": "AWS/EC2", "Statistic": "AVERAGE", "Unit": null,
            "Dimensions": [{"name": "InstanceId", "value": "i-0abc"}], "Period": 60, "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold", "Threshold": 80.0,
        },
    })
    .to_string()
}

fn picture(message: &SlackRequest) -> Option<Value> {
    message.body["blocks"].as_array().unwrap().iter().find(|block| block["type"] == "image").cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_message_goes_out_first_and_its_picture_follows() {
    let drawn = Drawn::start(MetricsAnswer::Whole, &[]).await;
    let message = drawn.alarm("cpu-high").await;
    assert_eq!(picture(&message), None);
    let update = drawn.updates(1).await.remove(0);
    assert_eq!(update.body["ts"].as_str(), message.posted.as_deref());
    let shown = picture(&update).unwrap();
    assert_eq!(shown["slack_file"]["id"], "F0FILE");
    assert!(shown["alt_text"].as_str().unwrap().contains("CPUUtilization (Average)"), "{shown}");
    assert_eq!(update.body["attachments"], message.body["attachments"], "the words stay");
    // Before the update: what no message has shown is a broken picture there.
    let below = drawn.slack.posted("C0OPS").remove(1);
    assert_eq!((below.thread_ts(), &picture(&below).unwrap()), (message.posted.as_deref(), &shown));
    let uploaded = drawn.slack.requests("upload").remove(0);
    assert_eq!(STANDARD.decode(uploaded.body["bytes"].as_str().unwrap()).unwrap(), PIXEL);
    let (sts_region, assumed) = drawn.metrics.request("AssumeRole");
    assert_eq!((sts_region.as_str(), &assumed["RoleArn"]), ("eu-west-1", &json!(ROLE)));
    let (region, asked) = drawn.metrics.request("GetMetricWidgetImage");
    let widget: Value = serde_json::from_str(asked["MetricWidget"].as_str().unwrap()).unwrap();
    assert_eq!((region.as_str(), &widget["annotations"]["horizontal"][0]["value"]), ("eu-west-1", &json!(80.0)));
    drawn.came_to("shown").await;
    drawn.alarm("cpu-higher").await;
    drawn.updates(2).await;
    let assumed = drawn.metrics.operations().into_iter().filter(|operation| operation == "AssumeRole").count();
    assert_eq!(assumed, 1, "credentials last");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_cloudwatch_does_not_draw_bellhop_does() {
    let drawn = Drawn::start(MetricsAnswer::NumbersAlone, &[]).await;
    // Minutes before 2026-11-22T18:20:16Z.
    drawn.metrics.has(&[(1_795_371_420, 12.0), (1_795_371_480, 20.0), (1_795_371_540, 95.5)]);
    drawn.alarm("cpu-high").await;
    let shown = picture(&drawn.updates(1).await[0]).unwrap();
    assert!(shown["alt_text"].as_str().unwrap().ends_with("lowest 12 %, highest 95.5 %, latest 95.5 %"), "{shown}");
    let uploaded = STANDARD.decode(drawn.slack.requests("upload")[0].body["bytes"].as_str().unwrap()).unwrap();
    let size = [16..20, 20..24].map(|at| u32::from_be_bytes(uploaded[at].try_into().unwrap()));
    assert_eq!((&uploaded[1..4], size), (&b"PNG"[..], [1200, 600]));
    let (region, asked) = drawn.metrics.request("GetMetricData");
    let stat = &asked["MetricDataQueries"][0]["MetricStat"];
    assert_eq!((region.as_str(), &stat["Stat"], &stat["Period"]), ("eu-west-1", &json!("Average"), &json!(60)));
    assert_eq!(stat["Metric"]["Dimensions"], json!([{ "Name": "InstanceId", "Value": "i-0abc" }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_read_metrics_leaves_the_message_without() {
    let drawn = Drawn::start(MetricsAnswer::Denied, &[]).await;
    drawn.alarm("cpu-high").await;
    drawn.came_to("not_had").await;
    assert_eq!(drawn.metrics.operations(), ["AssumeRole", "GetMetricWidgetImage", "GetMetricData"]);
    assert!(drawn.slack.requests("chat.update").is_empty() && drawn.slack.requests("upload").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloudwatch_that_hangs_holds_up_nothing() {
    let mut drawn = Drawn::start(MetricsAnswer::Hang, &[("BELLHOP_PICTURES__TIMEOUT_SECONDS", "1")]).await;
    for number in 0..6 {
        drawn.alarm(&format!("cpu-{number}")).await;
    }
    eventually("the first to be given up", async || {
        let url = format!("http://{}/metrics", drawn.bellhop.address);
        let text = drawn.bellhop.api().http.get(url).send().await.unwrap().text().await.unwrap();
        text.contains("outcome=\"timed_out\"").then_some(())
    })
    .await;
    assert!(drawn.slack.requests("chat.update").is_empty());
    drawn.alarm("cpu-last").await;
    drawn.bellhop.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_is_asked_once() {
    let drawn = Drawn::start(MetricsAnswer::Whole, &[]).await;
    drawn.slack.next("files.getUploadURLExternal", [SlackAnswer::Error("missing_scope")]);
    drawn.alarm("cpu-high").await;
    drawn.came_to("not_shown").await;
    drawn.alarm("cpu-higher").await;
    drawn.alarm("cpu-highest").await;
    let images = drawn.metrics.operations().into_iter().filter(|operation| operation == "GetMetricWidgetImage").count();
    assert_eq!((images, drawn.slack.requests("files.getUploadURLExternal").len()), (1, 1));
    assert!(drawn.slack.requests("chat.update").is_empty());
}

/// Slack looks at an upload for a moment, and refuses messages that name it until then.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_slack_does_not_know_yet_is_shown_later() {
    let drawn = Drawn::start(MetricsAnswer::Whole, &[]).await;
    drawn.slack.next("chat.update", [SlackAnswer::Error("invalid_blocks"), SlackAnswer::Status(500)]);
    drawn
        .slack
        .next("chat.postMessage", [SlackAnswer::Ok, SlackAnswer::Error("invalid_blocks"), SlackAnswer::Status(500)]);
    drawn.alarm("cpu-high").await;
    drawn.came_to("shown").await;
    assert_eq!((drawn.updates(3).await.len(), drawn.slack.requests("upload").len()), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_can_be_turned_off() {
    let drawn = Drawn::start(MetricsAnswer::Whole, &[("BELLHOP_PICTURES__ENABLED", "false")]).await;
    drawn.alarm("cpu-high").await;
    drawn.alarm("cpu-higher").await;
    assert_eq!((drawn.metrics.operations().len(), drawn.slack.requests("chat.update").len()), (0, 0));
}
