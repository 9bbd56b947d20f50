//! One trace from SNS to chat, whoever goes on with it and however often it is tried.

use std::sync::Arc;

use serde_json::json;
use server::clock::SystemClock;
use tempfile::TempDir;
use wire::operations::Operation::CreateSlackChannelConfiguration;

use crate::kit::{
    BellhopProcess, CollectedSpan, DEV, FakeCollector, FakeSlack, FakeSns, ROLE, SlackAnswer, SnsPost, TOPIC,
    eventually,
};

struct Traced {
    slack: FakeSlack,
    sns: FakeSns,
    collector: FakeCollector,
    data_dir: TempDir,
}

impl Traced {
    async fn start() -> Self {
        Self {
            slack: FakeSlack::start(Arc::new(SystemClock)).await,
            sns: FakeSns::start(Arc::new(SystemClock)).await,
            collector: FakeCollector::start().await,
            data_dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A process on the same data.
    async fn node(&self, more: &[(&str, &str)]) -> BellhopProcess {
        let (api_url, sns, collector) = (self.slack.api_url().to_string(), self.sns.host(), self.collector.url());
        let mut environment = vec![
            ("BELLHOP_SLACK__API_URL", api_url.as_str()),
            ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", &sns),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector),
            ("OTEL_BSP_SCHEDULE_DELAY", "20"),
        ];
        environment.extend_from_slice(more);
        BellhopProcess::dev(self.data_dir.path(), &environment).await
    }

    async fn configure(&self, node: &BellhopProcess) {
        let body = json!({
            "ConfigurationName": "ops",
            "SlackTeamId": "T0SANDBOX",
            "SlackChannelId": "C1",
            "SlackChannelName": "ops",
            "IamRoleArn": ROLE,
            "SnsTopicArns": [TOPIC],
        });
        node.api().call(CreateSlackChannelConfiguration, DEV).json(&body).send().await.ok(201);
    }

    async fn post(&self, node: &BellhopProcess, post: &SnsPost) {
        assert_eq!(node.api().post_sns(post).await.0, 200);
    }

    async fn attempts(&self, count: usize) -> Vec<CollectedSpan> {
        eventually(&format!("{count} attempts in traces"), async || {
            let spans = self.collector.spans();
            let attempts = spans.iter().filter(|span| span.name == "delivery.attempt").count();
            (attempts >= count && spans.iter().any(|span| span.name == "sns.accept")).then_some(spans)
        })
        .await
    }
}

fn named<'a>(spans: &'a [CollectedSpan], name: &str) -> Vec<&'a CollectedSpan> {
    spans.iter().filter(|span| span.name == name).collect()
}

fn outcomes(spans: &[CollectedSpan]) -> Vec<(&str, bool)> {
    named(spans, "delivery.attempt").iter().map(|span| (span.attributes["outcome"].as_str(), span.failed)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_one_trace_from_sns_to_slack_also_after_a_retry() {
    let traced = Traced::start().await;
    let node = traced.node(&[]).await;
    traced.configure(&node).await;
    traced.slack.next("chat.postMessage", [SlackAnswer::Status(500)]);
    let xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let post = traced.sns.notification(TOPIC, "message-1").signed().header("x-amzn-trace-id", Some(xray));
    traced.post(&node, &post).await;
    let spans = traced.attempts(2).await;

    let names: Vec<_> = ["sns.accept", "store.commit", "delivery.attempt", "slack.chat.postMessage"]
        .map(|name| named(&spans, name).len())
        .to_vec();
    assert_eq!((names, spans.len()), (vec![1, 1, 2, 2], 6), "{spans:#?}");
    let accept = named(&spans, "sns.accept")[0];
    assert!(spans.iter().all(|span| span.trace_id == accept.trace_id && span.service == "bellhop"), "{spans:#?}");
    assert_eq!(accept.parent_id, "");
    assert_eq!(accept.links, [("5759e988bd862e3fe1be46a994272793".to_owned(), "53995c3f42cd8ad8".to_owned())]);
    assert_eq!(accept.attributes["messaging.destination.name"], TOPIC);
    for (child, parent) in [("store.commit", "sns.accept"), ("delivery.attempt", "sns.accept")] {
        assert!(named(&spans, child).iter().all(|span| span.parent_id == named(&spans, parent)[0].span_id));
    }
    let attempts = named(&spans, "delivery.attempt");
    let calls = named(&spans, "slack.chat.postMessage");
    assert!(attempts.iter().zip(calls).all(|(attempt, call)| call.parent_id == attempt.span_id), "{spans:#?}");
    assert_eq!(outcomes(&spans), [("retry", true), ("delivered", false)]);
    let members = ["configuration", "destination", "attempt"].map(|name| attempts[1].attributes[name].as_str());
    let arn = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
    assert_eq!(members, [arn, "slack/T0SANDBOX/C1", "2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_goes_on_with_the_same_trace() {
    let traced = Traced::start().await;
    let node = traced.node(&[]).await;
    traced.configure(&node).await;
    traced.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 1 }]);
    traced.post(&node, &traced.sns.notification(TOPIC, "message-1").signed()).await;
    traced.attempts(1).await;
    node.kill();
    let other = traced.node(&[("OTEL_SERVICE_NAME", "the-other-node")]).await;
    let spans = traced.attempts(2).await;
    assert_eq!(outcomes(&spans), [("retry", true), ("delivered", false)]);
    let attempts = named(&spans, "delivery.attempt");
    assert_eq!(attempts[1].service, "the-other-node");
    assert_eq!(attempts[0].trace_id, attempts[1].trace_id);
    assert_eq!(attempts[0].parent_id, attempts[1].parent_id);
    // Another notification is another trace.
    traced.post(&other, &traced.sns.notification(TOPIC, "message-2").signed()).await;
    let spans = traced.attempts(3).await;
    assert_ne!(named(&spans, "delivery.attempt")[2].trace_id, attempts[0].trace_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_span_is_sent_where_the_sampler_says_none_and_the_end_sends_what_waits_elsewhere() {
    for (sampler, expected) in [("always_off", 0), ("traceidratio", 4)] {
        let traced = Traced::start().await;
        let slow = [("OTEL_TRACES_SAMPLER", sampler), ("OTEL_BSP_SCHEDULE_DELAY", "60000")];
        let mut node = traced.node(&slow).await;
        traced.configure(&node).await;
        traced.post(&node, &traced.sns.notification(TOPIC, "message-1").signed()).await;
        eventually("the message", async || (traced.slack.posted("C1").len() == 1).then_some(())).await;
        assert!(traced.collector.spans().is_empty());
        node.terminate().await;
        assert_eq!(traced.collector.spans().len(), expected, "{sampler}: {:#?}", traced.collector.spans());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_message_begins_no_trace() {
    let traced = Traced::start().await;
    let mut node = traced.node(&[]).await;
    traced.configure(&node).await;
    let forged = traced.sns.notification(TOPIC, "message-1").signed().tampered("Message", "message-2");
    assert_eq!(node.api().post_sns(&forged).await.0, 403);
    node.terminate().await;
    assert!(traced.collector.spans().is_empty(), "{:#?}", traced.collector.spans());
}
