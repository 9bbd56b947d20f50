//! A graph in the words of CloudWatch's `GetMetricWidgetImage`, which draws it.
//!
//! Source of the shape: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Metric-Widget-Structure.html>.

use serde_json::{Map, Value, json};

use super::{MetricGraph, MetricQuery, Queried, Size};
use crate::notification::Moment;

const RED: &str = "#d13212";
const GREEN: &str = "#1d8102";

impl MetricGraph {
    /// The `MetricWidget` argument: these metrics in this span, the threshold and the change of state marked.
    pub fn widget(&self, size: Size) -> String {
        let (start, end) = self.span();
        let iso = |unix: i64| Moment::from_unix_ms(unix.saturating_mul(1000)).iso8601();
        let metrics: Vec<Value> = self.queries.iter().map(|query| self.metric(query)).collect();
        let threshold = self.threshold.map(|threshold| {
            // `fill` shades the side on which the alarm fires.
            let fill = if threshold.side == super::Side::Above { "above" } else { "below" };
            json!({"label": threshold.words(self.unit), "value": threshold.value, "color": RED, "fill": fill})
        });
        let colour = if self.state == "OK" { GREEN } else { RED };
        let change = json!([{"label": self.state, "value": iso(self.changed_at), "color": colour}]);
        json!({
            "title": self.title,
            "view": "timeSeries",
            "stacked": false,
            "metrics": metrics,
            "region": self.region,
            "period": self.period_seconds,
            "start": iso(start),
            "end": iso(end),
            "timezone": "+0000",
            "theme": "light",
            "width": size.width,
            "height": size.height,
            "legend": {"position": if self.lines() > 1 { "bottom" } else { "hidden" }},
            "annotations": {"horizontal": threshold.into_iter().collect::<Vec<_>>(), "vertical": change},
        })
        .to_string()
    }

    fn lines(&self) -> usize {
        self.queries.iter().filter(|query| query.is_shown).count()
    }

    /// `["AWS/EC2", "CPUUtilization", "InstanceId", "i-0abc", {"stat", "period", …}]`, or `[{"expression", …}]`.
    fn metric(&self, query: &MetricQuery) -> Value {
        let mut options = Map::new();
        let mut option = |name: &str, value: Value| options.insert(name.to_owned(), value);
        option("id", json!(query.id));
        option("label", json!(query.label));
        option("visible", json!(query.is_shown));
        option("region", json!(self.region));
        let mut members = Vec::new();
        match &query.of {
            Queried::Expression(expression) => drop(option("expression", json!(expression))),
            Queried::Metric { namespace, name, dimensions, statistic, period_seconds, account, .. } => {
                option("stat", json!(statistic));
                option("period", json!(period_seconds));
                if let Some(account) = account {
                    option("accountId", json!(account));
                }
                let pairs = dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]);
                members.extend([json!(namespace), json!(name)].into_iter().chain(pairs));
            }
        }
        members.push(Value::Object(options));
        Value::Array(members)
    }
}
