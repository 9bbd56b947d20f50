//! An alarm's metrics as a graph to draw.
//!
//! The alarm reader calls it. What cannot be asked of CloudWatch as it stands (an id or a region that is none, more metrics
//! than were read) makes no graph: a wrong picture is worse than none.

use super::{METRICS_SHOWN, Metric, Trigger};
use crate::notification::picture::{MetricGraph, MetricQuery, Queried, Side, Threshold, Unit};
use crate::notification::{Moment, Place};

/// What `GetMetricData` takes.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html>.
const ID_BYTES_MAX: usize = 255;
const EXPRESSION_BYTES_MAX: usize = 2048;
const NAME_BYTES_MAX: usize = 1024;
const DIMENSIONS_MAX: usize = 30;
const PERIOD_SECONDS_MAX: u64 = 86_400;
/// Of a metric whose alarm does not say it: CloudWatch's usual one.
const PERIOD_SECONDS_USUAL: u64 = 300;

/// The rest of what an alarm says, beside what it watches.
pub struct Change<'a> {
    pub alarm: &'a str,
    pub state: &'a str,
    pub reason: Option<&'a str>,
    pub since: Option<&'a str>,
    pub region: Option<&'a str>,
    pub place: &'a Place,
}

impl Trigger<'_> {
    /// The graph of an alarm that fires or is over.
    pub fn graph(&self, change: &Change<'_>) -> Option<MetricGraph> {
        if !matches!(change.state, "ALARM" | "OK") || self.left_out > 0 || self.metrics.len() > METRICS_SHOWN {
            return None;
        }
        let watched = self.watched()?;
        let periods = || self.metrics.iter().filter_map(|metric| metric.period);
        let period = watched.period.or_else(|| periods().next()).unwrap_or(PERIOD_SECONDS_USUAL);
        let alone = self.metrics.len() == 1;
        let queries: Option<Vec<_>> = self.metrics.iter().map(|metric| metric.query(alone, period)).collect();
        let queries = queries.filter(|queries| queries.iter().any(|query| query.is_shown))?;
        let band = self.threshold_metric.filter(|id| queries.iter().any(|query| query.id == **id));
        // A formula's unit is not that of its parts.
        let name = watched.name.filter(|_| watched.expression.is_none());
        Some(MetricGraph {
            title: watched.title()?,
            alarm: change.alarm.to_owned(),
            state: change.state.to_owned(),
            account: change.place.account.clone().filter(|account| is_account(account)),
            region: change.region.or(change.place.region.as_deref()).filter(|region| is_region(region))?.to_owned(),
            threshold: if band.is_some() { None } else { self.crossed(change.reason) },
            band: band.map(str::to_owned),
            unit: Unit::of(watched.unit, name),
            queries,
            period_seconds: seconds(period)?,
            changed_at: Moment::parse(change.since?).unix()?,
        })
    }

    /// From the alarm's own words; `EventBridge`'s event has the threshold in its reason alone: "… was greater than or equal to
    /// the threshold (80.0)".
    fn crossed(&self, reason: Option<&str>) -> Option<Threshold> {
        let finite = |text: &str| text.trim().parse().ok().filter(|value: &f64| value.is_finite());
        if let (Some(operator), Some(value)) = (self.operator, self.threshold.as_deref().and_then(finite)) {
            let side = if operator.starts_with("Greater") {
                Side::Above
            } else if operator.starts_with("Less") {
                Side::Below
            } else {
                return None;
            };
            return Some(Threshold { value, side, is_inclusive: operator.contains("OrEqualTo") });
        }
        let (before, after) = reason?.split_once("the threshold (")?;
        let value = finite(after.split_once(')')?.0)?;
        let side = match (before.contains("greater than"), before.contains("less than")) {
            (true, false) => Side::Above,
            (false, true) => Side::Below,
            _ => return None,
        };
        // "was not greater than" of an alarm that is over names the same side.
        Some(Threshold { value, side, is_inclusive: before.contains("or equal to") })
    }
}

impl Metric<'_> {
    fn query(&self, alone: bool, period: u64) -> Option<MetricQuery> {
        let id = self.id.or(alone.then_some("m1")).filter(|id| is_id(id))?.to_owned();
        let label = self.label.map(str::to_owned).or_else(|| self.title()).unwrap_or_else(|| id.clone());
        let of = match self.expression {
            Some(expression) if expression.len() <= EXPRESSION_BYTES_MAX => Queried::Expression(expression.to_owned()),
            Some(_) => return None,
            None => {
                let said = [self.namespace?, self.name?, self.statistic()?];
                let pairs = self.dimensions.iter().flat_map(|(name, value)| [*name, value.as_str()]);
                if self.dimensions.len() > DIMENSIONS_MAX
                    || said.into_iter().chain(pairs).any(|text| text.len() > NAME_BYTES_MAX)
                {
                    return None;
                }
                let [namespace, name, statistic] = said.map(str::to_owned);
                Queried::Metric {
                    namespace,
                    name,
                    dimensions: self
                        .dimensions
                        .iter()
                        .map(|(name, value)| ((*name).to_owned(), value.clone()))
                        .collect(),
                    statistic,
                    period_seconds: seconds(self.period.unwrap_or(period))?,
                    unit: self.unit.map(str::to_owned),
                    account: self.account.filter(|account| is_account(account)).map(str::to_owned),
                }
            }
        };
        Some(MetricQuery { id, label, of, is_shown: self.returns_data || alone })
    }
}

/// 10, 20, 30, or whole minutes up to a day.
fn seconds(period: u64) -> Option<u32> {
    let is_period =
        matches!(period, 10 | 20 | 30) || period.is_multiple_of(60) && (60..=PERIOD_SECONDS_MAX).contains(&period);
    u32::try_from(period).ok().filter(|_| is_period)
}

fn is_id(text: &str) -> bool {
    text.len() <= ID_BYTES_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `eu-west-1`, `us-gov-west-1`: nothing that could be another host.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let of = |test: fn(&u8) -> bool| {
        move |part: &&str| !part.is_empty() && part.len() <= 12 && part.as_bytes().iter().all(test)
    };
    match parts.as_slice() {
        [area @ .., number] => {
            (2..=3).contains(&area.len())
                && area.iter().all(of(u8::is_ascii_lowercase))
                && of(u8::is_ascii_digit)(number)
        }
        [] => false,
    }
}
