//! Alertmanager's default text: `Alerts Firing:` and `Alerts Resolved:`, each with ` - name = value` lines.

use super::{ALERTS_READ, Alert, draft, group_of_alerts};
use crate::notification::Incoming;
use crate::notification::source::draft::Draft;

const HEADINGS: [(&str, bool); 2] = [("Alerts Firing:", true), ("Alerts Resolved:", false)];

/// A heading of the template, and a label in its form.
pub fn claims(text: &str) -> bool {
    let heading = HEADINGS.iter().filter_map(|(heading, _)| text.find(heading)).min();
    heading.and_then(|at| text.get(at..)).is_some_and(|rest| rest.contains("Labels:") && rest.contains("- alertname ="))
}

pub fn read(text: &str, _: &Incoming<'_>) -> Draft {
    let alerts = alerts(text);
    draft(&alerts, &group_of_alerts(&alerts))
}

fn alerts(text: &str) -> Vec<Alert<'_>> {
    let mut alerts: Vec<Alert<'_>> = Vec::new();
    let (mut firing, mut in_labels) = (true, false);
    for line in text.lines().map(str::trim) {
        if let Some((_, state)) = HEADINGS.iter().find(|(heading, _)| line.ends_with(heading)) {
            firing = *state;
        }
        // The template writes the first `Labels:` on the line of its heading.
        if line.ends_with("Labels:") {
            if alerts.len() == ALERTS_READ {
                break;
            }
            in_labels = true;
            alerts.push(Alert { firing, labels: Vec::new(), annotations: Vec::new(), starts_at: None });
        } else if line.ends_with("Annotations:") {
            in_labels = false;
        } else if let (Some((name, value)), Some(alert)) = (pair(line), alerts.last_mut()) {
            let pairs = if in_labels { &mut alert.labels } else { &mut alert.annotations };
            pairs.push((name, value));
        }
    }
    alerts
}

/// `- alertname = HighLatency`.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix("- ")?.split_once(" = ")?;
    Some((name.trim(), value.trim()))
}
