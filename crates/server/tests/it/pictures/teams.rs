//! The same in messages of a Teams bot, which hold their pictures: within Teams' limits, and kept when the thread goes on.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use server::clock::SystemClock;
use tempfile::TempDir;
use wire::operations::Operation::CreateMicrosoftTeamsChannelConfiguration;

use super::{alarm, came_to};
use crate::kit::{
    APP_SECRET, BellhopProcess, DEV, FakeMetrics, FakeSns, FakeTeams, MetricsAnswer, ROLE, TOPIC, TeamsAnswer,
    TeamsRequest, eventually,
};

/// The settings of `bellhop dev` have them.
const TEAM: &str = "11111111-2222-4333-8444-555555555555";
const TENANT: &str = "66666666-7777-4888-9999-aaaaaaaaaaaa";

/// A process whose bot is in a channel of Teams, and everybody around it.
struct Drawn {
    bellhop: BellhopProcess,
    teams: FakeTeams,
    sns: FakeSns,
    metrics: FakeMetrics,
    _data_dir: TempDir,
}

impl Drawn {
    async fn start(answer: MetricsAnswer) -> Self {
        let (teams, sns) = (FakeTeams::start(Arc::new(SystemClock)).await, FakeSns::start(Arc::new(SystemClock)).await);
        let (metrics, data_dir) = (FakeMetrics::start(answer).await, tempfile::tempdir().unwrap());
        let mut environment = metrics.environment();
        environment.extend([
            ("BELLHOP_MICROSOFT_TEAMS__BOT__APP_ID", teams.bot().app_id.to_string()),
            ("BELLHOP_MICROSOFT_TEAMS__BOT__APP_PASSWORD", APP_SECRET.to_owned()),
            ("BELLHOP_MICROSOFT_TEAMS__BOT__SERVICE_URL", teams.url("/teams/").to_string()),
            ("BELLHOP_MICROSOFT_TEAMS__BOT__LOGIN_URL", teams.url("/login/").to_string()),
            ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", sns.host()),
        ]);
        let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let bellhop = BellhopProcess::dev(data_dir.path(), &environment).await;
        let body = json!({
            "ConfigurationName": "ops", "ChannelId": "19%3Aops%40thread.tacv2", "TeamId": TEAM,
            "TenantId": TENANT, "IamRoleArn": ROLE, "SnsTopicArns": [TOPIC],
        });
        bellhop.api().call(CreateMicrosoftTeamsChannelConfiguration, DEV).json(&body).send().await.ok(201);
        // Minutes before 2026-11-22T18:20:16Z.
        metrics.has(&[(1_795_371_420, 12.0), (1_795_371_480, 20.0), (1_795_371_540, 95.5)]);
        Self { bellhop, teams, sns, metrics, _data_dir: data_dir }
    }

    async fn publish(&self, message: &str) {
        let post = self.sns.notification(TOPIC, message).signed();
        assert_eq!(self.bellhop.api().post_sns(&post).await.0, 200);
    }

    /// The requests of a method, once there are so many.
    async fn requests(&self, method: Method, count: usize) -> Vec<TeamsRequest> {
        eventually(&format!("{count} of {method}"), async || {
            let all = self.teams.requests().into_iter().filter(|request| request.method == method);
            Some(all.collect::<Vec<_>>()).filter(|found| found.len() >= count)
        })
        .await
    }

    async fn came_to(&self, outcome: &str) {
        came_to(&self.bellhop, outcome).await;
    }
}

fn elements(message: &Value) -> Vec<Value> {
    message["attachments"][0]["content"]["body"].as_array().unwrap().clone()
}

fn picture(message: &Value) -> Option<Value> {
    elements(message).into_iter().find(|element| element["type"] == "Image")
}

/// The picture's bytes, width and height.
fn png(picture: &Value) -> (Vec<u8>, u32, u32) {
    let base64 = picture["url"].as_str().unwrap().strip_prefix("data:image/png;base64,").unwrap();
    let png = STANDARD.decode(base64).unwrap();
    assert_eq!((&png[1..4], png[25]), (&b"PNG"[..], 3), "with a palette");
    let [width, height] = [16..20, 20..24].map(|at| u32::from_be_bytes(png[at].try_into().unwrap()));
    (png, width, height)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_message_goes_out_first_and_then_holds_its_picture() {
    let drawn = Drawn::start(MetricsAnswer::NumbersAlone).await;
    drawn.publish(&alarm("cpu-high", "ALARM")).await;
    let posted = drawn.requests(Method::POST, 1).await.remove(0).body["activity"].clone();
    assert_eq!(picture(&posted), None);
    let update = drawn.requests(Method::PUT, 1).await.remove(0);
    let shown = picture(&update.body).unwrap();
    let (_, width, height) = png(&shown);
    assert_eq!((width, height), (1024, 512), "the most that Teams shows");
    assert_eq!(shown["size"], "Stretch");
    assert!(shown["altText"].as_str().unwrap().ends_with("lowest 12 %, highest 95.5 %, latest 95.5 %"), "{shown}");
    let words: Vec<Value> = elements(&update.body).into_iter().filter(|element| element["type"] != "Image").collect();
    assert_eq!((elements(&update.body)[1].clone(), words), (shown, elements(&posted)), "below the headline");
    let body = update.body.to_string();
    assert!(body.len() <= 28_000 && body.encode_utf16().count() * 2 <= 40_000, "{}", body.len());
    drawn.came_to("shown").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_keeps_its_picture_when_the_alarm_is_over() {
    let drawn = Drawn::start(MetricsAnswer::NumbersAlone).await;
    drawn.publish(&alarm("cpu-high", "ALARM")).await;
    let first = drawn.requests(Method::PUT, 1).await.remove(0);
    drawn.came_to("shown").await;
    drawn.publish(&alarm("cpu-high", "OK")).await;
    // The reply's own picture, and the first message's change, in any order.
    let updates = drawn.requests(Method::PUT, 3).await;
    let of = |is_first: bool| updates[1..].iter().find(|update| (update.path == first.path) == is_first).unwrap();
    assert!(of(true).body.to_string().contains("Resolved"), "{:#?}", of(true));
    assert_eq!(picture(&of(true).body), picture(&first.body));
    let of_reply = picture(&of(false).body).unwrap();
    assert!(of_reply["altText"].as_str().unwrap().contains(", OK since "), "{of_reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cloudwatch_draws_is_made_smaller() {
    let drawn = Drawn::start(MetricsAnswer::Whole).await;
    drawn.publish(&alarm("cpu-high", "ALARM")).await;
    let update = drawn.requests(Method::PUT, 1).await.remove(0);
    let (png, width, height) = png(&picture(&update.body).unwrap());
    assert_eq!((width, height), (1, 1));
    let palette = png.windows(4).position(|chunk| chunk == b"PLTE").unwrap() + 4;
    assert_eq!(png[palette..palette + 3], [0x09, 0x72, 0xd3], "its one colour");
    let (_, asked) = drawn.metrics.request("GetMetricWidgetImage");
    let widget: Value = serde_json::from_str(asked["MetricWidget"].as_str().unwrap()).unwrap();
    assert_eq!((&widget["width"], &widget["height"]), (&json!(600), &json!(270)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_full_of_words_has_no_picture() {
    let drawn = Drawn::start(MetricsAnswer::NumbersAlone).await;
    let mut wordy: Value = serde_json::from_str(&alarm("cpu-high", "ALARM")).unwrap();
    wordy["AlarmDescription"] = json!("what to do ".repeat(4_000));
    drawn.publish(&wordy.to_string()).await;
    drawn.came_to("no_room").await;
    assert!(drawn.metrics.operations().is_empty(), "AWS is not asked for what has no room");
    assert_eq!(drawn.teams.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_update_is_tried_again_and_a_refused_one_is_not() {
    let drawn = Drawn::start(MetricsAnswer::NumbersAlone).await;
    let post = async |name: &str| drawn.publish(&alarm(name, "ALARM")).await;
    drawn.teams.next_to(Method::PUT, [TeamsAnswer::RateLimited { retry_after_seconds: 1 }]);
    post("cpu-high").await;
    let updates = drawn.requests(Method::PUT, 2).await;
    assert!(updates[0].status == 429 && updates[1].at_ms - updates[0].at_ms >= 1000, "{updates:#?}");
    drawn.came_to("shown").await;
    drawn.teams.next_to(Method::PUT, [TeamsAnswer::Error(413, "MessageSizeTooBig")]);
    post("cpu-higher").await;
    drawn.came_to("not_shown").await;
    // Two at once are all that a channel gets: its messages come first.
    post("cpu-highest").await;
    drawn.came_to("dropped").await;
    assert_eq!((drawn.requests(Method::POST, 3).await.len(), drawn.requests(Method::PUT, 3).await.len()), (3, 3));
}
