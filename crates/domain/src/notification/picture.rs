//! The picture of a card: which metrics to draw, over which time, and what to mark in them.
//!
//! The alarm reader makes a [`MetricGraph`]; the server asks CloudWatch to draw its [`MetricGraph::widget`], or asks for the
//! numbers and draws [`chart::svg`]. All strings are the sender's. Nothing here fetches, reads a clock or makes pixels.

mod axis;
pub mod chart;
mod widget;

#[cfg(test)]
mod tests;

use crate::notification::Moment;

/// The least time that a graph shows, and the most; between them about [`POINTS_WANTED`] periods.
const SPAN_SECONDS_MIN: i64 = 3 * 3600;
const SPAN_SECONDS_MAX: i64 = 30 * 24 * 3600;
/// Metrics of a shorter period are kept for three hours: an hour of them is already hundreds of points.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>.
const HIGH_RESOLUTION_SECONDS: u32 = 60;
const POINTS_WANTED: i64 = 48;
/// Drawn after the change of state, so that its mark does not stand on the edge: one part of so many.
const AFTER_CHANGE_PART: i64 = 30;

/// The graph of the metrics that an alarm watches.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricGraph {
    /// What is compared with the threshold: `CPUUtilization (Average)`.
    pub title: String,
    /// The alarm's name.
    pub alarm: String,
    /// The new state, as AWS spells it.
    pub state: String,
    /// The account whose metrics they are, where the message says it: twelve digits.
    pub account: Option<String>,
    /// Where they are: a region's code, checked to be one because it becomes part of a host's name.
    pub region: String,
    /// What to ask for, at most [`MetricGraph::QUERIES_MAX`].
    pub queries: Vec<MetricQuery>,
    pub threshold: Option<Threshold>,
    /// The query that gives the expected band, of an alarm over an anomaly.
    pub band: Option<String>,
    pub unit: Unit,
    /// 10 to 86 400.
    pub period_seconds: u32,
    /// When the state changed, in seconds since 1970.
    pub changed_at: i64,
}

/// One member of `GetMetricData`'s queries.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricQuery {
    /// A lower-case letter, then letters, digits and `_`: what `GetMetricData` takes.
    pub id: String,
    pub label: String,
    pub of: Queried,
    /// Whether it is drawn, or only part of an expression.
    pub is_shown: bool,
}

/// What a query is over.
#[derive(Debug, Clone, PartialEq)]
pub enum Queried {
    /// Metric maths over the other queries.
    Expression(String),
    Metric {
        namespace: String,
        name: String,
        dimensions: Vec<(String, String)>,
        /// `Average`, `p99`.
        statistic: String,
        period_seconds: u32,
        /// As the alarm restricts it: `Percent`.
        unit: Option<String>,
        /// Another account than the alarm's.
        account: Option<String>,
    },
}

/// Where an alarm fires.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    pub value: f64,
    pub side: Side,
    /// The threshold itself counts as crossed.
    pub is_inclusive: bool,
}

/// The side of the threshold that is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Above,
    Below,
}

/// What the numbers count. CloudWatch does not tell it with them, so it is the alarm's unit or what the metric's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    None,
    Percent,
    Bytes,
    Seconds,
    Milliseconds,
}

/// What `GetMetricData` answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricData {
    pub lines: Vec<MetricLine>,
}

/// One time series. A band has two of one id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricLine {
    pub id: String,
    pub label: String,
    /// Seconds since 1970 and value, in the order of time.
    pub points: Vec<(i64, f64)>,
}

/// Width and height in a picture's own units; the raster may be finer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

impl MetricGraph {
    /// More are not asked for; an alarm may have ten.
    pub const QUERIES_MAX: usize = 10;

    /// The first and the last second that it shows, on whole periods.
    pub fn span(&self) -> (i64, i64) {
        let period = i64::from(self.period_seconds.max(1));
        let least = if self.period_seconds < HIGH_RESOLUTION_SECONDS { SPAN_SECONDS_MIN / 3 } else { SPAN_SECONDS_MIN };
        let seconds = period.saturating_mul(POINTS_WANTED).clamp(least, SPAN_SECONDS_MAX);
        let step = period.max(i64::from(HIGH_RESOLUTION_SECONDS));
        let whole = |at: i64| at.div_euclid(step).saturating_mul(step);
        let end = whole(self.changed_at.saturating_add((seconds / AFTER_CHANGE_PART).max(step))).saturating_add(step);
        (whole(end.saturating_sub(seconds)), end)
    }

    /// What the picture shows, for those who do not see it.
    pub fn alt_text(&self, data: Option<&MetricData>) -> String {
        let (from, to) = self.span();
        let (from, to) =
            (Moment::from_unix_ms(from.saturating_mul(1000)), Moment::from_unix_ms(to.saturating_mul(1000)));
        let mut words = format!("Graph of {} from {} to {}", self.title, from.utc(), to.utc());
        if let Some(threshold) = &self.threshold {
            words.extend([", alarm ", &threshold.words(self.unit)]);
        }
        let changed = Moment::from_unix_ms(self.changed_at.saturating_mul(1000));
        words.extend([", ", &self.state, " since ", &changed.utc()]);
        if let Some(data) = data {
            words.push_str(&self.extremes(data));
        }
        words
    }

    fn extremes(&self, data: &MetricData) -> String {
        let is_line = |line: &&MetricLine| Some(&line.id) != self.band.as_ref();
        let Some(line) = data.lines.iter().find(is_line).filter(|line| !line.points.is_empty()) else {
            return "; no data".to_owned();
        };
        let values = || line.points.iter().map(|(_, value)| *value).filter(|value| value.is_finite());
        let said = |value: f64| axis::value(value, self.unit);
        let latest = values().next_back().map(said).unwrap_or_default();
        let (lowest, highest) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        format!("; lowest {}, highest {}, latest {latest}", said(lowest), said(highest))
    }

    /// Whether a query's series is drawn as a line.
    fn is_line(&self, id: &str) -> bool {
        self.band.as_deref() != Some(id) && self.queries.iter().any(|query| query.id == id && query.is_shown)
    }
}

impl Threshold {
    /// `> 80 %`.
    fn words(self, unit: Unit) -> String {
        let sign = match (self.side, self.is_inclusive) {
            (Side::Above, false) => ">",
            (Side::Above, true) => "≥",
            (Side::Below, false) => "<",
            (Side::Below, true) => "≤",
        };
        format!("{sign} {}", axis::value(self.value, unit))
    }

    fn is_crossed_by(self, value: f64) -> bool {
        match (self.side, self.is_inclusive) {
            (Side::Above, false) => value > self.value,
            (Side::Above, true) => value >= self.value,
            (Side::Below, false) => value < self.value,
            (Side::Below, true) => value <= self.value,
        }
    }
}

impl Unit {
    /// The alarm's own unit, else what AWS's names of metrics tell: all that end with `Utilization` are per cent.
    pub(in crate::notification) fn of(unit: Option<&str>, metric_name: Option<&str>) -> Self {
        match unit {
            Some("Percent") => return Self::Percent,
            Some("Bytes") => return Self::Bytes,
            Some("Seconds") => return Self::Seconds,
            Some("Milliseconds") => return Self::Milliseconds,
            Some(_) => return Self::None,
            None => {}
        }
        match metric_name {
            Some(name) if name.ends_with("Utilization") || name.contains("Percent") => Self::Percent,
            Some(name) if name.ends_with("Bytes") => Self::Bytes,
            Some("TargetResponseTime" | "ReadLatency" | "WriteLatency" | "ReplicaLag") => Self::Seconds,
            Some("Duration" | "IteratorAge" | "Latency" | "IntegrationLatency") => Self::Milliseconds,
            _ => Self::None,
        }
    }
}
