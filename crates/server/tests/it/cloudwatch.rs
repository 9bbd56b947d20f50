//! What Amazon CloudWatch gets to hear of events: the metrics and the logs of AWS Chatbot, late rather than never, and
//! never at the cost of a delivery.

use std::sync::Arc;

use serde_json::{Value, json};
use server::clock::SystemClock;
use tempfile::TempDir;
use wire::operations::Operation::CreateSlackChannelConfiguration;

use crate::kit::{
    BellhopProcess, CloudWatchAnswer, DEV, FakeCloudWatch, FakeSlack, FakeSns, ROLE, SlackAnswer, eventually,
};

const ALARM: &str = r#"{"AlarmName":"cpu-high","NewStateValue":"ALARM","NewStateReason":"above"}"#;

/// A process with both turned on, and everybody around it.
struct Watched {
    bellhop: BellhopProcess,
    slack: FakeSlack,
    sns: FakeSns,
    cloudwatch: FakeCloudWatch,
    _data_dir: TempDir,
}

impl Watched {
    /// What waits is sent every second unless `settings` say otherwise.
    async fn start(settings: &[(&'static str, &str)]) -> Self {
        let (slack, sns) = (FakeSlack::start(Arc::new(SystemClock)).await, FakeSns::start(Arc::new(SystemClock)).await);
        let (cloudwatch, data_dir) = (FakeCloudWatch::start().await, tempfile::tempdir().unwrap());
        let mut environment = cloudwatch.environment();
        environment.extend([
            ("BELLHOP_SLACK__API_URL", slack.api_url().to_string()),
            ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", sns.host()),
            ("BELLHOP_DELIVERY__SLACK_BURST", "100".to_owned()),
        ]);
        for what in ["METRICS", "LOGS"] {
            let settings: [(&str, &str); 3] = [("ENABLED", "true"), ("REGION", "eu-west-1"), ("EVERY_SECONDS", "1")];
            for (key, value) in settings {
                let name = format!("BELLHOP_CLOUDWATCH__{what}__{key}");
                environment.push((name.leak(), value.to_owned()));
            }
        }
        environment.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let bellhop = BellhopProcess::dev(data_dir.path(), &environment).await;
        Self { bellhop, slack, sns, cloudwatch, _data_dir: data_dir }
    }

    /// A configuration of that name, with a channel and a topic of its own.
    async fn configure(&self, name: &str, logging_level: &str) {
        let body = json!({
            "ConfigurationName": name,
            "SlackTeamId": "T0SANDBOX",
            "SlackChannelId": format!("C{}", name.to_uppercase()),
            "SlackChannelName": name,
            "IamRoleArn": ROLE,
            "SnsTopicArns": [topic(name)],
            "LoggingLevel": logging_level,
        });
        self.bellhop.api().call(CreateSlackChannelConfiguration, DEV).json(&body).send().await.ok(201);
    }

    async fn publish(&self, name: &str, message: &str) {
        let post = self.sns.notification(&topic(name), message).signed();
        assert_eq!(self.bellhop.api().post_sns(&post).await.0, 200);
    }

    /// Waits until so many events of a kind were counted, and fails if there are more.
    async fn counted(&self, name: &str, metric: &str, count: f64) {
        eventually(&format!("{count} × {metric} of {name}"), async || {
            let sum = self.cloudwatch.sum(name, metric);
            assert!(sum <= count, "{sum} × {metric}: {:#?}", self.cloudwatch.metrics());
            ((sum - count).abs() < 0.1).then_some(())
        })
        .await;
    }

    async fn logged(&self, name: &str, count: usize) -> Vec<String> {
        let group = format!("/aws/chatbot/{name}");
        eventually(&format!("{count} lines in {group}"), async || {
            Some(self.cloudwatch.lines(&group)).filter(|lines| lines.len() >= count)
        })
        .await
    }

    async fn metric(&self, line: &str) -> u64 {
        let url = format!("http://{}/metrics", self.bellhop.address);
        let text = self.bellhop.api().http.get(url).send().await.unwrap().text().await.unwrap();
        let value = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().unwrap())
    }
}

fn topic(name: &str) -> String {
    format!("arn:aws:sns:eu-west-1:123456789012:{name}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_are_those_of_aws_chatbot() {
    let watched = Watched::start(&[]).await;
    watched.configure("ops", "NONE").await;
    watched.configure("builds", "NONE").await;
    watched.slack.next("chat.postMessage", [SlackAnswer::Error("is_archived")]);
    watched.publish("builds", ALARM).await;
    watched.counted("builds", "MessageDeliveryFailure", 1.0).await;
    watched.publish("ops", ALARM).await;
    watched.publish("ops", "plain text").await;
    watched.counted("ops", "MessageDeliverySuccess", 2.0).await;
    watched.counted("ops", "EventsProcessed", 2.0).await;
    watched.counted("ops", "UnsupportedEvents", 1.0).await;
    watched.counted("builds", "EventsProcessed", 1.0).await;
    for never in ["MessageDeliverySuccess", "UnsupportedEvents", "EventsThrottled"] {
        watched.counted("builds", never, 0.0).await;
    }
    for request in watched.cloudwatch.metrics() {
        assert_eq!(request["Namespace"], "Chatbot");
        for datum in request["MetricData"].as_array().unwrap() {
            assert_eq!(datum["Unit"], "Count");
            assert_eq!(datum["StatisticValues"]["SampleCount"], datum["StatisticValues"]["Sum"]);
            assert_eq!(datum["StatisticValues"]["Maximum"], 1.0);
            let seconds = datum["Timestamp"].as_f64().unwrap();
            assert!(seconds > 1.6e9 && seconds % 60.0 == 0.0, "{datum}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_for_each_configuration_has_what_its_level_asks_for() {
    let watched = Watched::start(&[("BELLHOP_CLOUDWATCH__LOGS__RETENTION_DAYS", "14")]).await;
    for (name, level) in [("all", "INFO"), ("errors", "ERROR"), ("nothing", "NONE")] {
        watched.configure(name, level).await;
        watched.publish(name, ALARM).await;
        watched.counted(name, "MessageDeliverySuccess", 1.0).await;
    }
    watched.publish("all", "plain text").await;
    let all = watched.logged("all", 4).await;
    assert!(all[0].starts_with("Event received: {") && all[0].contains("cpu-high"), "{all:#?}");
    assert!(all[1].contains(" delivered as 1700000000.") && all[1].contains("cpu-high"), "{all:#?}");
    assert!(all[2].starts_with("Event received is not supported (see https://docs.aws.amazon.com/"), "{all:#?}");
    assert!(all[3].contains(" delivered as 1700000000.") && all[3].contains("plain text"), "{all:#?}");
    assert!(all.iter().all(|line| !line.contains("Signature")), "{all:#?}");
    for (name, channel) in [("errors", "CERRORS"), ("nothing", "CNOTHING")] {
        watched.slack.always(channel, SlackAnswer::Error("is_archived"));
        watched.publish(name, "plain text").await;
    }
    let errors = watched.logged("errors", 1).await;
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].contains("not delivered") && errors[0].contains("is_archived"), "{errors:#?}");
    watched.counted("nothing", "MessageDeliveryFailure", 1.0).await;
    assert_eq!(watched.cloudwatch.group("/aws/chatbot/nothing"), None);
    let group = watched.cloudwatch.group("/aws/chatbot/errors").unwrap();
    assert_eq!(group.retention_days, Some(14));
    assert_eq!(group.streams.keys().collect::<Vec<_>>(), ["123456789012"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_cloudwatch_is_away_messages_arrive_and_afterwards_it_hears_of_each_once() {
    let watched = Watched::start(&[]).await;
    watched.configure("ops", "INFO").await;
    watched.cloudwatch.next([CloudWatchAnswer::Status(503); 4]);
    watched.publish("ops", ALARM).await;
    eventually("the message", async || (watched.slack.posted("COPS").len() == 1).then_some(())).await;
    eventually("refused calls", async || (watched.cloudwatch.operations().len() >= 3).then_some(())).await;
    watched.publish("ops", ALARM).await;
    watched.counted("ops", "MessageDeliverySuccess", 2.0).await;
    watched.counted("ops", "EventsProcessed", 2.0).await;
    let lines = watched.logged("ops", 4).await;
    let said: Vec<_> = lines.iter().map(|line| line.starts_with("Event received: ")).collect();
    assert_eq!(said, [true, false, true, false], "{lines:#?}");
    for what in ["metrics", "logs"] {
        assert_eq!(watched.metric(&format!("bellhop_cloudwatch_lost_total{{what=\"{what}\"}}")).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cloudwatch_refuses_is_lost_and_counted_and_does_not_hold_up_the_next() {
    let watched = Watched::start(&[("BELLHOP_CLOUDWATCH__LOGS__ENABLED", "false")]).await;
    watched.configure("ops", "INFO").await;
    watched.cloudwatch.next([CloudWatchAnswer::Refused("InvalidParameterValueException")]);
    watched.publish("ops", ALARM).await;
    eventually("the loss", async || {
        (watched.metric("bellhop_cloudwatch_lost_total{what=\"metrics\"}").await > 0).then_some(())
    })
    .await;
    let lost = watched.metric("bellhop_cloudwatch_lost_total{what=\"metrics\"}").await;
    watched.publish("ops", ALARM).await;
    // Two messages are four events: received and delivered.
    let sum = || ["EventsProcessed", "MessageDeliverySuccess"].map(|metric| watched.cloudwatch.sum("ops", metric));
    eventually("the others", async || {
        let heard: f64 = sum().iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "four at most")]
        let lost = lost as f64;
        ((heard + lost - 4.0).abs() < 0.1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_server_sends_what_waits() {
    let every = ["BELLHOP_CLOUDWATCH__METRICS__EVERY_SECONDS", "BELLHOP_CLOUDWATCH__LOGS__EVERY_SECONDS"];
    let mut watched = Watched::start(&every.map(|name| (name, "300"))).await;
    watched.configure("ops", "INFO").await;
    watched.publish("ops", ALARM).await;
    eventually("the message", async || (watched.slack.posted("COPS").len() == 1).then_some(())).await;
    assert!(watched.cloudwatch.operations().is_empty(), "{:?}", watched.cloudwatch.operations());
    watched.bellhop.terminate().await;
    watched.counted("ops", "MessageDeliverySuccess", 1.0).await;
    assert_eq!(watched.logged("ops", 2).await.len(), 2);
    let one_call = watched.cloudwatch.metrics();
    let minutes: Vec<&Value> = one_call.iter().flat_map(|call| call["MetricData"].as_array().unwrap()).collect();
    assert_eq!((one_call.len(), minutes.len() >= 2), (1, true), "{one_call:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_is_told_nothing_unless_the_settings_say_so() {
    let off = ["BELLHOP_CLOUDWATCH__METRICS__ENABLED", "BELLHOP_CLOUDWATCH__LOGS__ENABLED"].map(|name| (name, "false"));
    let mut watched = Watched::start(&off).await;
    watched.configure("ops", "INFO").await;
    watched.publish("ops", ALARM).await;
    eventually("the message", async || (watched.slack.posted("COPS").len() == 1).then_some(())).await;
    watched.bellhop.terminate().await;
    assert!(watched.cloudwatch.operations().is_empty(), "{:?}", watched.cloudwatch.operations());
}
