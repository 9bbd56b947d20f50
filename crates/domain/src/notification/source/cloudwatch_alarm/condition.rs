//! What an alarm watches and when it fires, in words.
//!
//! The alarm reader calls it. One reader serves both spellings: SNS's `Trigger` (`MetricName`, dimensions as name/value
//! lists) and `EventBridge`'s `configuration` (`metrics[].metricStat.metric.name`, dimensions as an object).

mod graph;

use serde_json::Value;

pub use self::graph::Change;

use crate::notification::source::Object;
use crate::notification::source::fields::{count, either, either_string, plain_number, scalar, string};
use crate::notification::{Fact, Part, Text};

/// Dimensions that a card shows; CloudWatch allows 30.
const DIMENSIONS_SHOWN: usize = 6;
/// Metrics and expressions of a formula that a card shows; CloudWatch allows 500 in one request.
const METRICS_SHOWN: usize = 10;
/// The function of metric maths behind an anomaly alarm: `ANOMALY_DETECTION_BAND(m1, 2)`.
const BAND: &str = "ANOMALY_DETECTION_BAND(";

/// `Trigger` of SNS alarm JSON, or `configuration` of the event.
pub struct Trigger<'a> {
    metrics: Vec<Metric<'a>>,
    left_out: usize,
    /// Whether the alarm is over metric maths or an anomaly band rather than one metric.
    is_formula: bool,
    operator: Option<&'a str>,
    threshold: Option<String>,
    threshold_metric: Option<&'a str>,
    evaluation_periods: Option<u64>,
    datapoints_to_alarm: Option<u64>,
    missing_data: Option<&'a str>,
}

/// One metric, or one expression over others.
struct Metric<'a> {
    id: Option<&'a str>,
    label: Option<&'a str>,
    expression: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    dimensions: Vec<(&'a str, String)>,
    statistic: Option<&'static str>,
    /// A statistic outside CloudWatch's five (`p99`, `tm95`).
    extended_statistic: Option<&'a str>,
    period: Option<u64>,
    returns_data: bool,
    unit: Option<&'a str>,
    account: Option<&'a str>,
}

impl<'a> Trigger<'a> {
    pub fn read(trigger: &'a Object) -> Self {
        let listed = either(trigger, "Metrics", "metrics").and_then(Value::as_array).filter(|list| !list.is_empty());
        let (metrics, left_out) = match listed {
            Some(list) => {
                let metrics =
                    list.iter().filter_map(Value::as_object).take(METRICS_SHOWN).map(Metric::listed).collect();
                (metrics, list.len().saturating_sub(METRICS_SHOWN))
            }
            None => (vec![Metric::alone(trigger)], 0),
        };
        let single = |metrics: &[Metric<'_>]| matches!(metrics, [only] if only.expression.is_none());
        Self {
            is_formula: listed.is_some() && !single(&metrics),
            metrics,
            left_out,
            operator: either_string(trigger, "ComparisonOperator", "comparisonOperator"),
            threshold: either(trigger, "Threshold", "threshold").and_then(scalar),
            threshold_metric: either_string(trigger, "ThresholdMetricId", "thresholdMetricId"),
            evaluation_periods: count(either(trigger, "EvaluationPeriods", "evaluationPeriods")),
            datapoints_to_alarm: count(either(trigger, "DatapointsToAlarm", "datapointsToAlarm")),
            missing_data: either_string(trigger, "TreatMissingData", "treatMissingData"),
        }
    }

    /// `EventBridge`'s events do not name the threshold, but the reason of a change does: "… was not greater than the threshold
    /// (50.0)". The alarm's condition is the same with and without the "not".
    pub fn told_by(mut self, reason: Option<&str>) -> Self {
        const WORDS: [(&str, &str); 4] = [
            ("greater than", "GreaterThanThreshold"),
            ("greater than or equal to", "GreaterThanOrEqualToThreshold"),
            ("less than", "LessThanThreshold"),
            ("less than or equal to", "LessThanOrEqualToThreshold"),
        ];
        let told = || {
            let (before, after) = reason?.split_once(" the threshold (")?;
            let (_, words) = before.rsplit_once(" was ").or_else(|| before.rsplit_once(" were "))?;
            let words = words.strip_prefix("not ").unwrap_or(words);
            let (_, operator) = WORDS.iter().find(|(known, _)| *known == words)?;
            let threshold: serde_json::Number = after.split(')').next()?.parse().ok()?;
            Some((*operator, plain_number(&threshold)))
        };
        if let (None, None, Some((operator, threshold))) = (self.operator, &self.threshold, told()) {
            self.operator = Some(operator);
            self.threshold = Some(threshold);
        }
        self
    }

    /// The metric or expression whose value is compared.
    fn watched(&self) -> Option<&Metric<'a>> {
        let mut candidates = self.metrics.iter().filter(|metric| !self.is_band(metric));
        candidates.clone().find(|metric| metric.returns_data).or_else(|| candidates.next())
    }

    /// `CPUUtilization (Average) > 80 for 1 of 1 periods of 60 s`, as much of it as is known.
    pub fn condition(&self) -> Option<String> {
        let watched = self.watched()?;
        let mut words = watched.title()?;
        if let Some(comparison) = self.comparison() {
            words.push(' ');
            words.push_str(&comparison);
        }
        if let Some(of) = self.evaluation_periods {
            let datapoints = self.datapoints_to_alarm.unwrap_or(of);
            let period = watched.period.or_else(|| self.metrics.iter().find_map(|metric| metric.period));
            let span = period.map(|period| format!(" of {}", span(period))).unwrap_or_default();
            words.extend([" for ", &datapoints.to_string(), " of ", &of.to_string(), " periods", &span]);
        }
        Some(words)
    }

    fn is_band(&self, metric: &Metric<'_>) -> bool {
        let is_named = metric.id.is_some() && metric.id == self.threshold_metric;
        is_named || metric.expression.is_some_and(|expression| expression.starts_with(BAND))
    }

    /// `the expected band (2 standard deviations)`.
    fn band(&self) -> String {
        let metric = self.metrics.iter().find(|metric| self.is_band(metric));
        let width = metric.and_then(|metric| {
            let (_, width) = metric.expression?.strip_prefix(BAND)?.strip_suffix(')')?.rsplit_once(',')?;
            width.trim().parse::<f64>().ok()
        });
        match width {
            Some(width) => format!("the expected band ({width} standard deviations)"),
            None => "the expected band".to_owned(),
        }
    }

    fn comparison(&self) -> Option<String> {
        let threshold = self.threshold.as_deref();
        let Some(operator) = self.operator else {
            // Older events of anomaly alarms do not name it.
            let is_anomaly = self.metrics.iter().any(|metric| self.is_band(metric));
            return is_anomaly.then(|| format!("outside {}", self.band()));
        };
        Some(match operator {
            "GreaterThanThreshold" => format!("> {}", threshold?),
            "GreaterThanOrEqualToThreshold" => format!("≥ {}", threshold?),
            "LessThanThreshold" => format!("< {}", threshold?),
            "LessThanOrEqualToThreshold" => format!("≤ {}", threshold?),
            "LessThanLowerOrGreaterThanUpperThreshold" => format!("outside {}", self.band()),
            "LessThanLowerThreshold" => format!("below {}", self.band()),
            "GreaterThanUpperThreshold" => format!("above {}", self.band()),
            other => match threshold {
                Some(threshold) => format!("{other} {threshold}"),
                None => other.to_owned(),
            },
        })
    }

    /// Namespace, dimensions and the treatment of missing data, for an alarm over one metric.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let (false, Some(metric)) = (self.is_formula, self.metrics.first()) {
            facts.extend(metric.namespace.map(|namespace| Fact::new("Namespace", Text::Code(namespace.to_owned()))));
            let shown = metric.dimensions.iter().take(DIMENSIONS_SHOWN);
            facts.extend(shown.map(|(name, value)| Fact::new(*name, Text::Code(value.clone()))));
            if let Some(more @ 1..) = metric.dimensions.len().checked_sub(DIMENSIONS_SHOWN) {
                facts.push(Fact::new("Dimensions", Text::Plain(format!("{more} more"))));
            }
        }
        // The SNS form pads it: "- TreatMissingData:                    breaching". `missing` is the default.
        let missing = self.missing_data.and_then(|text| text.split_whitespace().next_back());
        if let Some(treatment) = missing.filter(|treatment| !matches!(*treatment, "missing" | "-")) {
            let words = match treatment {
                "breaching" | "Breaching" => "counts as breaching",
                "notBreaching" | "NonBreaching" => "counts as not breaching",
                "ignore" | "Ignore" => "keeps the state",
                other => other,
            };
            facts.push(Fact::new("Missing data", Text::Plain(words.to_owned())));
        }
        facts
    }

    /// The metrics and expressions behind a metric maths or anomaly alarm.
    pub fn formula(&self) -> Option<Part> {
        let items: Vec<Text> = self.metrics.iter().filter_map(Metric::line).map(Text::Plain).collect();
        let left_out = self.left_out;
        (self.is_formula && !items.is_empty()).then(|| Part::Bullets {
            title: Some("Metrics".to_owned()),
            items,
            left_out,
        })
    }
}

impl<'a> Metric<'a> {
    /// The metric of an alarm over one metric, whose members stand in `Trigger` itself.
    fn alone(trigger: &'a Object) -> Self {
        let statistic = string(trigger, "Statistic");
        Self {
            id: None,
            label: None,
            expression: None,
            namespace: string(trigger, "Namespace"),
            name: string(trigger, "MetricName"),
            dimensions: dimensions(trigger.get("Dimensions")),
            statistic: statistic.and_then(spelled),
            extended_statistic: string(trigger, "ExtendedStatistic").or(statistic),
            period: count(trigger.get("Period")),
            returns_data: true,
            unit: string(trigger, "Unit"),
            account: None,
        }
    }

    /// A member of `Metrics`.
    fn listed(entry: &'a Object) -> Self {
        let stat = either(entry, "MetricStat", "metricStat").and_then(Value::as_object);
        let metric = stat.and_then(|stat| either(stat, "Metric", "metric")).and_then(Value::as_object);
        let statistic = stat.and_then(|stat| either_string(stat, "Stat", "stat"));
        Self {
            id: either_string(entry, "Id", "id"),
            label: either_string(entry, "Label", "label"),
            expression: either_string(entry, "Expression", "expression"),
            namespace: metric.and_then(|metric| either_string(metric, "Namespace", "namespace")),
            name: metric.and_then(|metric| either_string(metric, "MetricName", "name")),
            dimensions: metric.map_or_else(Vec::new, |metric| dimensions(either(metric, "Dimensions", "dimensions"))),
            statistic: statistic.and_then(spelled),
            extended_statistic: statistic,
            period: count(stat.and_then(|stat| either(stat, "Period", "period")))
                .or_else(|| count(either(entry, "Period", "period"))),
            returns_data: either(entry, "ReturnData", "returnData").and_then(Value::as_bool).unwrap_or(false),
            unit: stat.and_then(|stat| either_string(stat, "Unit", "unit")),
            account: either_string(entry, "AccountId", "accountId"),
        }
    }

    fn statistic(&self) -> Option<&str> {
        self.statistic.or(self.extended_statistic)
    }

    /// `CPUUtilization (Average)`, `Error rate`, `m1 / m2 * 100`.
    fn title(&self) -> Option<String> {
        if let Some(label) = self.label.filter(|_| self.expression.is_some()) {
            return Some(label.to_owned());
        }
        match (self.name.or(self.label).or(self.expression).or(self.id), self.statistic()) {
            (Some(name), Some(statistic)) => Some(format!("{name} ({statistic})")),
            (name, _) => name.map(str::to_owned),
        }
    }

    /// `e1: m1 / m2 * 100 (Error rate)`, `m1: AWS/EC2 NetworkOut (Average, 60 s), InstanceId i-0abc`.
    fn line(&self) -> Option<String> {
        let mut line = self.id.map(|id| format!("{id}: ")).unwrap_or_default();
        if let Some(expression) = self.expression {
            line.push_str(expression);
            if let Some(label) = self.label {
                line.extend([" (", label, ")"]);
            }
            return Some(line);
        }
        let name = self.name.or(self.label)?;
        let of = [self.namespace, Some(name)].into_iter().flatten();
        line.push_str(&of.collect::<Vec<_>>().join(" "));
        match (self.statistic(), self.period) {
            (Some(statistic), Some(period)) => line.extend([" (", statistic, ", ", &span(period), ")"]),
            (Some(statistic), None) => line.extend([" (", statistic, ")"]),
            (None, _) => {}
        }
        for (name, value) in self.dimensions.iter().take(DIMENSIONS_SHOWN) {
            line.extend([", ", *name, " ", value.as_str()]);
        }
        Some(line)
    }
}

/// `[{"name", "value"}]` (SNS) or `{"InstanceId": "i-0abc"}` (`EventBridge`).
fn dimensions(value: Option<&Value>) -> Vec<(&str, String)> {
    match value {
        Some(Value::Array(pairs)) => pairs
            .iter()
            .filter_map(Value::as_object)
            .filter_map(|pair| Some((either_string(pair, "name", "Name")?, scalar(either(pair, "value", "Value")?)?)))
            .collect(),
        Some(Value::Object(pairs)) => {
            pairs.iter().filter_map(|(name, value)| Some((name.as_str(), scalar(value)?))).collect()
        }
        _ => Vec::new(),
    }
}

/// CloudWatch's own spelling of its five statistics; SNS shouts them.
fn spelled(statistic: &str) -> Option<&'static str> {
    ["Average", "Sum", "Minimum", "Maximum", "SampleCount"]
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(statistic))
}

/// Seconds as a person says them: `60 s`, `5 min`, `1 h`.
fn span(seconds: u64) -> String {
    match seconds {
        0..=60 => format!("{seconds} s"),
        _ if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}
