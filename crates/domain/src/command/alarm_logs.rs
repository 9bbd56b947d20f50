//! The logs behind an alarm: of a Lambda function, of a stage of API Gateway.
//!
//! The server's `app/notification_buttons` asks whether an alarm has some, and `app/conversations/show_logs` for the command that
//! shows them: an ordinary one, which anybody can copy, change and run again.

use serde_json::Value;

use crate::notification::picture::{MetricGraph, Queried};
use crate::notification::{Card, Moment};

/// Entries that are shown, from the beginning of the alarm's evaluation on.
/// Source: AWS Chatbot Administrator Guide, "Displaying Amazon CloudWatch Logs information".
const ENTRIES: u32 = 30;
/// Of an alarm whose evaluation is not told; and the longest that one can be: a day, or a week of periods of an hour and more.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>.
const EVALUATION_SECONDS: i64 = 300;
const EVALUATION_SECONDS_MAX: i64 = 7 * 24 * 60 * 60;
/// What an alarm's logs are read to, after its change: whoever presses the next morning would have the whole night scanned, which AWS
/// charges by its size.
const SHOWN_AFTER_SECONDS: i64 = 60 * 60;

/// Where an alarm's logs are, and from when on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmLogs {
    pub source: LogSource,
    pub region: String,
    /// Whose logs they are, where the message says so.
    pub account: Option<String>,
    /// Seconds since 1970.
    pub since: i64,
    /// At most.
    pub until: i64,
}

/// What writes them. All names are the sender's, and shaped as AWS shapes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogSource {
    Function(String),
    /// A REST API: its metrics have its name alone.
    RestApi {
        name: String,
        stage: Option<String>,
    },
    /// An HTTP or `WebSocket` API, by its id.
    HttpApi {
        id: String,
        stage: Option<String>,
    },
}

impl AlarmLogs {
    /// Nothing, where the card is of no alarm, or of one over other metrics.
    pub fn of(card: &Card, message: Option<&Value>) -> Option<Self> {
        let graph = card.picture.as_ref()?;
        let source = graph.queries.iter().find_map(|query| match &query.of {
            Queried::Metric { namespace, dimensions, account: None, .. } => source(namespace, dimensions),
            Queried::Metric { .. } | Queried::Expression(_) => None,
        })?;
        let evaluated = message.and_then(|message| evaluated(message, graph)).unwrap_or(EVALUATION_SECONDS);
        let since = graph.changed_at.saturating_sub(evaluated.clamp(0, EVALUATION_SECONDS_MAX));
        let until = graph.changed_at.saturating_add(SHOWN_AFTER_SECONDS);
        Some(Self { source, region: graph.region.clone(), account: graph.account.clone(), since, until })
    }

    /// The query of one log group, up to now, as it is typed.
    pub fn line(&self, log_group: &str, errors: bool, now_ms: i64) -> String {
        // "log entries containing Error, Exception, or Fail terms".
        let filter = if errors { " | filter @message like /(?i)(error|exception|fail)/" } else { "" };
        let query = format!("fields @timestamp, @message{filter} | sort @timestamp asc | limit {ENTRIES}");
        let (since, until) = (self.since, now_ms.div_euclid(1000).clamp(self.since, self.until));
        let region = &self.region;
        format!(
            "logs start-query --log-group-name '{log_group}' --start-time {since} --end-time {until} --query-string '{query}' \
             --region {region}"
        )
    }
}

impl LogSource {
    /// The log group that AWS itself makes, where it follows from the name: of a function that has not chosen another.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html>.
    pub fn usual_log_group(&self) -> Option<String> {
        match self {
            Self::Function(name) => Some(format!("/aws/lambda/{name}")),
            Self::RestApi { .. } | Self::HttpApi { .. } => None,
        }
    }
}

/// Where an API of REST writes what it does itself, by its id.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>.
pub fn execution_log_group(api_id: &str, stage: &str) -> String {
    format!("API-Gateway-Execution-Logs_{api_id}/{stage}")
}

/// Whether a name is one of a log group: it becomes part of a command's line.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>.
pub fn is_log_group(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '#');
    (1..=512).contains(&name.len()) && name.chars().all(is_part)
}

/// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>.
fn source(namespace: &str, dimensions: &[(String, String)]) -> Option<LogSource> {
    let dimension = |name: &str| {
        let (_, value) = dimensions.iter().find(|(found, _)| found == name)?;
        Some(value.clone())
    };
    let stage = || dimension("Stage").filter(|stage| is_log_group(stage));
    match namespace {
        "AWS/Lambda" => dimension("FunctionName").filter(|name| is_function(name)).map(LogSource::Function),
        "AWS/ApiGateway" => match (dimension("ApiId"), dimension("ApiName")) {
            (Some(id), _) => is_log_group(&id).then(|| LogSource::HttpApi { id, stage: stage() }),
            (None, Some(name)) => Some(LogSource::RestApi { name, stage: stage() }),
            (None, None) => None,
        },
        _ => None,
    }
}

/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html> (`FunctionName`).
fn is_function(name: &str) -> bool {
    (1..=140).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// How long the alarm looked back, in seconds: SNS says how many periods, `EventBridge` says when the first began.
fn evaluated(message: &Value, graph: &MetricGraph) -> Option<i64> {
    if let Some(periods) = message.pointer("/Trigger/EvaluationPeriods").and_then(Value::as_i64) {
        return periods.checked_mul(i64::from(graph.period_seconds));
    }
    let data = message.pointer("/detail/state/reasonData").and_then(Value::as_str)?;
    let data: Value = serde_json::from_str(data).ok()?;
    let began = Moment::parse(data.get("startDate")?.as_str()?).unix()?;
    graph.changed_at.checked_sub(began)
}

#[cfg(test)]
mod tests {
    use awscall::command_line::{Parsed, parse};
    use serde_json::json;

    use super::*;
    use crate::command::tests::heard;

    fn logs(message: &Value) -> Option<AlarmLogs> {
        let (card, json) = heard(message);
        AlarmLogs::of(&card, json.as_ref())
    }

    fn alarm(namespace: &str, dimensions: &Value) -> Value {
        json!({
            "AlarmName": "a", "NewStateValue": "ALARM", "OldStateValue": "OK", "AWSAccountId": "123456789012",
            "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a", "Region": "EU (Ireland)",
            "StateChangeTime": "2026-11-23T10:00:00.000+0000",
            "Trigger": {
                "MetricName": "Errors", "Namespace": namespace, "Statistic": "SUM", "Dimensions": dimensions, "Period": 60,
                "EvaluationPeriods": 5, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 0.0,
            },
        })
    }

    #[test]
    fn an_alarm_of_a_function_has_its_logs() {
        let logs = logs(&alarm("AWS/Lambda", &json!([{"name": "FunctionName", "value": "checkout"}]))).unwrap();
        assert_eq!(logs.source, LogSource::Function("checkout".to_owned()));
        // Five minutes before ten o'clock.
        assert_eq!((logs.region.as_str(), logs.since), ("eu-west-1", 1_795_427_700));
        assert_eq!(logs.source.usual_log_group().as_deref(), Some("/aws/lambda/checkout"));
    }

    #[test]
    fn an_event_says_when_its_evaluation_began() {
        let reason = json!({"startDate": "2026-11-23T09:57:00.000+0000"}).to_string();
        let metric = json!({"namespace": "AWS/Lambda", "name": "Errors", "dimensions": {"FunctionName": "checkout"}});
        let event = json!({
            "version": "0", "detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch", "account": "123456789012",
            "region": "eu-west-1", "time": "2026-11-23T10:00:00Z",
            "resources": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a"],
            "detail": {
                "alarmName": "a",
                "state": {"value": "ALARM", "timestamp": "2026-11-23T10:00:00.000+0000", "reasonData": reason},
                "configuration": {"metrics": [
                    {"id": "m", "metricStat": {"metric": metric, "period": 60, "stat": "Sum"}, "returnData": true},
                ]},
            },
        });
        assert_eq!(logs(&event).unwrap().since, 1_795_427_820);
    }

    #[test]
    fn an_alarm_of_an_api_has_its_logs() {
        let rest = json!([{"name": "ApiName", "value": "my shop"}, {"name": "Stage", "value": "prod"}]);
        let rest = logs(&alarm("AWS/ApiGateway", &rest)).unwrap();
        let stage = Some("prod".to_owned());
        assert_eq!(rest.source, LogSource::RestApi { name: "my shop".to_owned(), stage });
        let http = json!([{"name": "ApiId", "value": "a1b2c3"}]);
        let http = logs(&alarm("AWS/ApiGateway", &http)).unwrap();
        assert_eq!(http.source, LogSource::HttpApi { id: "a1b2c3".to_owned(), stage: None });
        assert_eq!(http.source.usual_log_group(), None);
    }

    #[test]
    fn other_alarms_have_none() {
        assert_eq!(logs(&alarm("AWS/EC2", &json!([{"name": "InstanceId", "value": "i-1"}]))), None);
        assert_eq!(logs(&alarm("AWS/Lambda", &json!([]))), None);
        assert_eq!(logs(&alarm("AWS/Lambda", &json!([{"name": "FunctionName", "value": "x' --region y"}]))), None);
        assert_eq!(logs(&json!({"text": "hello"})), None);
    }

    #[test]
    fn the_command_is_one_of_aws() {
        let logs = logs(&alarm("AWS/Lambda", &json!([{"name": "FunctionName", "value": "checkout"}]))).unwrap();
        for errors in [false, true] {
            let Parsed::Run(line) = parse(&logs.line("/aws/lambda/checkout", errors, 1_795_428_000_000)) else {
                panic!()
            };
            assert_eq!((line.call.service.name, line.call.operation.name), ("logs", "StartQuery"));
            assert_eq!(line.region.as_deref(), Some("eu-west-1"));
            let query = line.call.input["queryString"].as_str().unwrap();
            assert_eq!(query.contains("exception"), errors);
            assert_eq!(
                line.call.input,
                json!({
                    "logGroupName": "/aws/lambda/checkout", "startTime": 1_795_427_700, "endTime": 1_795_428_000,
                    "queryString": query,
                })
                .as_object()
                .unwrap()
                .clone()
            );
        }
    }

    #[test]
    fn names_of_log_groups_are_plain() {
        assert!(is_log_group("/aws/lambda/checkout") && is_log_group("API-Gateway-Execution-Logs_a1/prod"));
        for name in ["", "a b", "a'b", "a\"b", "a$b", &"x".repeat(513)] {
            assert!(!is_log_group(name), "{name}");
        }
    }
}
