//! Alerts of Prometheus' Alertmanager over SNS, as Amazon Managed Service for Prometheus sends them: JSON and default text.
//!
//! Shapes: Managed Service for Prometheus User Guide, "Configure alert manager to send messages to Amazon SNS as JSON";
//! Alertmanager's `sns.default.message` template ("Alerts Firing:", then labels and annotations of each). Labels and
//! annotations are the sender's own; only the ones with a meaning by convention are read.

mod text;

use super::draft::Draft;
use super::entry::Entry;
use super::fields::{Fields, Object, list, string};
use super::severity::of_severity_word;
use crate::delivery::Priority;
use crate::notification::triage::Triage;
use crate::notification::{Incoming, Severity, Text};

pub const ENTRY: Entry = Entry::new("prometheus", "Amazon Managed Service for Prometheus")
    .objects(claims, read)
    .objects_triaged(triage)
    .texts(text::claims, text::read);

/// Alerts that a card lists, and labels of each.
const ALERTS: usize = 10;
const LABELS: usize = 6;
/// Alerts looked at; Alertmanager has no limit of its own, a message of SNS holds some hundred.
const ALERTS_READ: usize = 1_000;

/// One alert, in whichever shape it came.
struct Alert<'a> {
    firing: bool,
    labels: Vec<(&'a str, &'a str)>,
    annotations: Vec<(&'a str, &'a str)>,
    starts_at: Option<&'a str>,
}

impl<'a> Alert<'a> {
    fn label(&self, name: &str) -> Option<&'a str> {
        of(&self.labels, name)
    }

    fn annotation(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| of(&self.annotations, name))
    }

    /// What it is about: the labels that name a place rather than the rule.
    fn line(&self) -> String {
        let told = self.labels.iter().filter(|(name, _)| !matches!(*name, "alertname" | "severity"));
        let told: Vec<String> = told.take(LABELS).map(|(name, value)| format!("{name} {value}")).collect();
        let state = if self.firing { "firing" } else { "resolved" };
        match self.annotation(&["summary", "message"]) {
            Some(summary) => format!("{state}: {summary} ({})", told.join(", ")),
            None => format!("{state}: {}", told.join(", ")),
        }
    }
}

fn of<'a>(pairs: &[(&'a str, &'a str)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).filter(|value| !value.trim().is_empty())
}

fn claims(object: &Object) -> bool {
    let first = list(object, "alerts").first().map(Fields::of).unwrap_or_default();
    matches!(string(object, "status"), Some("firing" | "resolved")) && !first.fields("labels").is_empty()
}

fn read(object: &Object, _: &Incoming<'_>) -> Draft {
    let fields = Fields::of_object(object);
    let alerts: Vec<Alert<'_>> = fields.objects("alerts").take(ALERTS_READ).map(alert).collect();
    draft(&alerts, &group(fields, &alerts))
}

fn alert(fields: Fields<'_>) -> Alert<'_> {
    let pairs = |path| {
        let object = fields.fields(path).object();
        object.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect()
    };
    Alert {
        firing: fields.str("status") != Some("resolved"),
        labels: pairs("labels"),
        annotations: pairs("annotations"),
        starts_at: fields.str("startsAt"),
    }
}

/// What is the same in all messages of a group: its key, its labels, else the rule's name and the first alert's labels.
fn group(fields: Fields<'_>, alerts: &[Alert<'_>]) -> String {
    if let Some(key) = fields.str("groupKey") {
        return key.to_owned();
    }
    let labels = fields.fields("groupLabels").object();
    let labels: Vec<String> =
        labels.into_iter().flatten().filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?))).collect();
    if labels.is_empty() { group_of_alerts(alerts) } else { labels.join(",") }
}

fn group_of_alerts(alerts: &[Alert<'_>]) -> String {
    let labels = alerts.first().map(|alert| alert.labels.as_slice()).unwrap_or_default();
    labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

fn draft(alerts: &[Alert<'_>], group: &str) -> Draft {
    let firing = alerts.iter().filter(|alert| alert.firing).count();
    let resolved = alerts.len() - firing;
    let worst = alerts.iter().filter(|alert| alert.firing).max_by_key(|alert| severity(alert)).or(alerts.first());
    let state = if firing > 0 { "firing" } else { "resolved" };
    let name = worst.and_then(|alert| alert.label("alertname")).unwrap_or("of no name");
    let headline = match (firing, resolved) {
        (1, 0) | (0, 1) => format!("Alert {name}: {state}"),
        (0, _) | (_, 0) => format!("Alert {name}: {} {state}", alerts.len()),
        _ => format!("Alert {name}: {firing} firing, {resolved} resolved"),
    };
    let told = |names: &[&str]| worst.and_then(|alert| alert.annotation(names));
    let label = |name| worst.and_then(|alert| alert.label(name));
    let items: Vec<Text> = alerts.iter().take(ALERTS).map(|alert| Text::Plain(alert.line())).collect();
    let left_out = alerts.len() - items.len();
    let severity = worst.filter(|alert| alert.firing).map_or(Severity::Good, severity);
    let summary = told(&["summary", "message"]);
    let description = told(&["description"]);
    let draft = Draft::new(severity, headline)
        .gist(summary.or(description))
        .subject(Some(name))
        .state(Some(state))
        .paragraph(None, summary)
        .paragraph(None, description.filter(|description| summary != Some(description)));
    let draft = if alerts.len() > 1 { draft.bullets("Alerts", items, left_out) } else { one(draft, alerts) };
    draft
        .fact("Severity", label("severity"))
        .fact("Runbook", told(&["runbook_url", "runbook"]))
        .since("Since", worst.and_then(|alert| alert.starts_at))
        .origin("prometheus", "Alertmanager notification")
        .thread(&["prometheus", group], (firing == 0).then_some("Resolved"))
}

/// The labels of the only alert.
fn one(draft: Draft, alerts: &[Alert<'_>]) -> Draft {
    let labels = alerts.iter().flat_map(|alert| &alert.labels);
    let labels = labels.filter(|(name, _)| !matches!(*name, "alertname" | "severity")).take(LABELS);
    labels.fold(draft, |draft, (name, value)| draft.code(name, Some(*value)))
}

/// An alert rings unless its rule says that it need not.
fn severity(alert: &Alert<'_>) -> Severity {
    match alert.label("severity") {
        Some("page") | None => Severity::Critical,
        Some(word) => of_severity_word(word).unwrap_or(Severity::Warning),
    }
}

/// Rings like an alarm, its end too. Alertmanager repeats itself every `repeat_interval`: that is alike.
#[expect(clippy::unnecessary_wraps, reason = "the table's type of a triage")]
fn triage(object: &Object, _: &Incoming<'_>) -> Option<Triage> {
    let fields = Fields::of_object(object);
    let alerts: Vec<Alert<'_>> = fields.objects("alerts").take(ALERTS_READ).map(alert).collect();
    let lines: Vec<String> = alerts.iter().map(Alert::line).collect();
    Some(Triage::alike(Priority::Alarm, &["prometheus", &group(fields, &alerts)], &[&lines.join("\n")]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_say_how_bad_an_alert_is() {
        let of = |word| {
            severity(&Alert { firing: true, labels: vec![("severity", word)], annotations: vec![], starts_at: None })
        };
        assert_eq!(
            ["critical", "page", "warning", "info", "odd"].map(of),
            [Severity::Critical, Severity::Critical, Severity::Warning, Severity::Neutral, Severity::Warning]
        );
        let bare = Alert { firing: true, labels: vec![], annotations: vec![], starts_at: None };
        assert_eq!(severity(&bare), Severity::Critical);
    }
}
