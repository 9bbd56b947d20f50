//! A CloudWatch alarm that changed state, metric or composite, as SNS alarm JSON.
//!
//! `EventBridge`'s "CloudWatch Alarm State Change" says the same in other words. Shapes: the CloudWatch User Guide
//! ("Notification schema", "Alarm events and `EventBridge`") and messages observed from the real service.

mod child;
mod condition;
mod configuration_change;

use std::borrow::Cow;

use serde_json::Value;

use self::child::Child;
use self::condition::{Change, Trigger};
use self::configuration_change::CONFIGURATION_CHANGE;
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object, list, string};
use crate::delivery::Priority;
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::picture::MetricGraph;
use crate::notification::triage::Triage;
use crate::notification::{Incoming, Link, Moment, Part, Place, Severity};

pub const ENTRY: Entry = Entry::new("cloudwatch_alarm", "Amazon CloudWatch alarms")
    .events(&["aws.cloudwatch"], read_event)
    .triaged(triage_event)
    .objects(claims, read)
    .objects_triaged(triage);

const ORIGIN: &str = "aws.cloudwatch";
const STATE_CHANGE: &str = "CloudWatch Alarm State Change";
/// One time series of an alarm over many.
const CONTRIBUTOR_STATE_CHANGE: &str = "CloudWatch Alarm Contributor State Change";
/// Attributes of a contributor that the headline names.
const ATTRIBUTES_SHOWN: usize = 4;
/// Log groups of a log alarm that a card shows.
const LOG_GROUPS_SHOWN: usize = 5;

fn claims(object: &Object) -> bool {
    string(object, "AlarmName").is_some() && string(object, "NewStateValue").is_some()
}

/// Reads SNS alarm JSON.
fn read(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let arn = string(object, "AlarmArn").and_then(Arn::parse);
    // `Region` is a display name ("US East (N. Virginia)"); only the ARN has the code.
    let region = arn.map(|arn| arn.region).filter(|region| !region.is_empty()).or(string(object, "Region"));
    let place = incoming.place(string(object, "AWSAccountId").or(arn.map(|arn| arn.account)), region);
    let fields = Fields::of_object(object);
    Alarm {
        name: string(object, "AlarmName").unwrap_or_default(),
        state: string(object, "NewStateValue").unwrap_or_default(),
        previous: string(object, "OldStateValue"),
        reason: string(object, "NewStateReason"),
        description: string(object, "AlarmDescription"),
        since: string(object, "StateChangeTime"),
        arn,
        place,
        trigger: object.get("Trigger").and_then(Value::as_object).map(Trigger::read),
        rule: string(object, "AlarmRule"),
        children: list(object, "TriggeringChildren").iter().filter_map(Child::read).collect(),
        contributor: contributor(fields.str("AlarmContributorId"), fields.fields("AlarmContributorAttributes")),
        band: None,
        evaluation: None,
        actions: actions(fields),
        log_groups: fields.texts("LogGroups").take(LOG_GROUPS_SHOWN).collect(),
        query: fields.str("QueryString"),
    }
    .draft()
    .origin(ORIGIN, STATE_CHANGE)
}

/// Reads `EventBridge`'s events of alarms; nothing of one that has no alarm name or state.
fn read_event(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        STATE_CHANGE | CONTRIBUTOR_STATE_CHANGE => {}
        CONFIGURATION_CHANGE => return configuration_change::read(event),
        _ => return None,
    }
    let detail = event.detail;
    // The children of a composite alarm and the band of an anomaly come as JSON inside a string.
    let reason_data: Option<Value> = detail.str("state.reasonData").and_then(|text| serde_json::from_str(text).ok());
    let reason_data = reason_data.as_ref().map(Fields::of).unwrap_or_default();
    let configuration = detail.fields("configuration");
    let reason = detail.str("state.reason");
    let alarm = Alarm {
        name: detail.str("alarmName")?,
        state: detail.str("state.value")?,
        previous: detail.str("previousState.value"),
        reason,
        description: configuration.str("description"),
        since: detail.str("state.timestamp"),
        arn: event.resources.first().and_then(|arn| Arn::parse(arn)),
        place: event.place(),
        trigger: configuration
            .object()
            .filter(|object| object.contains_key("metrics"))
            .map(Trigger::read)
            .map(|trigger| trigger.told_by(reason)),
        rule: configuration.str("alarmRule"),
        children: reason_data.list("triggeringAlarms").iter().filter_map(Child::read).collect(),
        contributor: contributor(detail.str("alarmContributor.id"), detail.fields("alarmContributor.attributes")),
        band: band(reason_data),
        evaluation: detail.str("state.evaluationState"),
        actions: silenced_by(detail),
        log_groups: Vec::new(),
        query: None,
    };
    Some(alarm.draft())
}

/// Every change of an alarm's state is urgent, its end too: if the end could be overtaken by the next beginning, the channel
/// would read "OK" last while the alarm rings.
fn triage(object: &Object, _: &Incoming<'_>) -> Option<Triage> {
    let said = |key| string(object, key).unwrap_or_default();
    let place = [said("Region"), said("AWSAccountId")];
    let state = string(object, "NewStateValue")?;
    let mut matter = matter(string(object, "AlarmArn"), place, said("AlarmName"));
    matter.extend(string(object, "AlarmContributorId"));
    Some(of_change(&matter, state))
}

/// Like [`triage`], of `EventBridge`'s event; the same change arrives with the same key by both ways. Changes of an alarm's
/// configuration are not urgent.
fn triage_event(event: &Event<'_>) -> Option<Triage> {
    let state = event.detail.str("state.value")?;
    let mut matter = matter_of_event(event, event.detail.str("alarmName")?);
    match event.detail_type {
        STATE_CHANGE => {}
        CONTRIBUTOR_STATE_CHANGE => matter.push(event.detail.str("alarmContributor.id")?),
        _ => return None,
    }
    Some(of_change(&matter, state))
}

fn of_change(matter: &[&str], state: &str) -> Triage {
    Triage::alike(Priority::Alarm, matter, &[state])
}

/// What is the same in all messages of an alarm, by both ways.
fn matter<'a>(alarm_arn: Option<&'a str>, [region, account]: [&'a str; 2], name: &'a str) -> Vec<&'a str> {
    match alarm_arn {
        Some(arn) => vec!["alarm", arn],
        None => vec!["alarm", region, account, name],
    }
}

fn matter_of_event<'a>(event: &Event<'a>, name: &'a str) -> Vec<&'a str> {
    let place = [event.region, event.account].map(Option::unwrap_or_default);
    matter(event.resources.first().copied(), place, name)
}

fn alarm_thread(draft: Draft, event: &Event<'_>, name: &str, ended: Option<&str>) -> Draft {
    draft.thread(&matter_of_event(event, name), ended)
}

fn alarm_page(event: &Event<'_>, name: &str) -> Option<Link> {
    Some(event.console()?.alarm(name))
}

/// Which time series of an alarm over many: `TableName orders`, or its id.
fn contributor(id: Option<&str>, attributes: Fields<'_>) -> Option<String> {
    let members = attributes.object().into_iter().flatten().take(ATTRIBUTES_SHOWN);
    let named: Vec<String> = members.filter_map(|(name, value)| Some(format!("{name} {}", value.as_str()?))).collect();
    if named.is_empty() { id.map(str::to_owned) } else { Some(named.join(", ")) }
}

/// What SNS alarm JSON says of its own sending. Observed of the real service: `ActionExecutedAfterMuteWindow`, false as a rule.
fn actions(alarm: Fields<'_>) -> Option<String> {
    if alarm.flag("ActionsEnabled") == Some(false) {
        Some("disabled".to_owned())
    } else if alarm.flag("ActionExecutedAfterMuteWindow") == Some(true) {
        Some("sent now: a mute window is over".to_owned())
    } else {
        None
    }
}

/// The band that an anomaly detector expected: `0.02 to 0.3`.
fn band(reason_data: Fields<'_>) -> Option<String> {
    let bounds = |path| reason_data.list(path).iter().filter_map(Value::as_f64).filter(|bound| bound.is_finite());
    let low = bounds("recentLowerThresholds").reduce(f64::min);
    let high = bounds("recentUpperThresholds").reduce(f64::max);
    let said = |bound: f64| format!("{}", (bound * 10_000.0).round() / 10_000.0);
    Some(format!("{} to {}", said(low?), said(high?)))
}

/// Why the alarm's actions do not run although its state changed: a mute rule with its window, a suppressor.
/// Source: CloudWatch User Guide, "Alarm events and `EventBridge`" (`muteDetail`, `actionsSuppressedBy`).
fn silenced_by(detail: Fields<'_>) -> Option<String> {
    if let Some(rule) = detail.str("muteDetail.mutedByArn") {
        let name = Arn::parse(rule).and_then(|arn| arn.named("alarm-mute-rule")).unwrap_or(rule);
        let until = detail.str("muteDetail.muteWindowEnd");
        let until = until.map(|end| format!(" until {}", Moment::parse(end).utc())).unwrap_or_default();
        return Some(format!("muted by {name}{until}"));
    }
    let by = detail.str("state.actionsSuppressedBy")?;
    Some(match detail.str("configuration.actionsSuppressor") {
        Some(suppressor) => {
            let name = Arn::parse(suppressor).and_then(|arn| arn.named("alarm")).unwrap_or(suppressor);
            format!("suppressed by {by} (suppressor {name})")
        }
        None => format!("suppressed by {by}"),
    })
}

/// What both shapes say.
struct Alarm<'a> {
    name: &'a str,
    state: &'a str,
    previous: Option<&'a str>,
    reason: Option<&'a str>,
    description: Option<&'a str>,
    since: Option<&'a str>,
    arn: Option<Arn<'a>>,
    place: Place,
    trigger: Option<Trigger<'a>>,
    rule: Option<&'a str>,
    children: Vec<Child<'a>>,
    /// The time series that changed, of an alarm over many.
    contributor: Option<String>,
    /// What an anomaly detector expected.
    band: Option<String>,
    /// `PARTIAL_DATA`, `EVALUATION_ERROR`, `EVALUATION_FAILURE`.
    evaluation: Option<&'a str>,
    /// What keeps the actions from running.
    actions: Option<String>,
    /// What an alarm over logs searches, and how. Assumed: no guide has the shape.
    log_groups: Vec<Cow<'a, str>>,
    query: Option<&'a str>,
}

impl Alarm<'_> {
    /// What is wrong, why it was set up, then the numbers: the order in which a person woken by it asks.
    fn draft(self) -> Draft {
        let condition = self.trigger.as_ref().and_then(Trigger::condition);
        let picture = self.picture();
        let headline = match &self.contributor {
            Some(contributor) => format!("{}: {}, {contributor}", self.state, self.name),
            None => format!("{}: {}", self.state, self.name),
        };
        let mut draft = Draft::new(severity(self.state), headline)
            .gist(self.gist(condition.as_deref()))
            .subject(Some(self.name))
            .state(Some(self.state))
            .paragraph(None, self.reason.map(without_arns))
            .paragraph(None, self.missing())
            .part(child::list(&self.children))
            .paragraph(Some("Description"), self.description)
            .fact("Condition", condition);
        draft = match self.previous {
            Some(previous) => draft.fact("State", Some(format!("{previous} → {}", self.state))),
            None => draft.fact("State", Some(self.state)),
        };
        draft = draft.fact("Expected", self.band.as_deref()).fact("Evaluation", self.evaluation);
        for fact in self.trigger.iter().flat_map(Trigger::facts) {
            draft = draft.labelled(&fact.label, Some(fact.value));
        }
        draft = draft
            .fact("Actions", self.actions.as_deref())
            .fact("Log groups", (!self.log_groups.is_empty()).then(|| self.log_groups.join(", ")))
            .since("Since", self.since)
            .detail(self.trigger.as_ref().and_then(Trigger::formula))
            .detail(preformatted("Rule", self.rule))
            .detail(preformatted("Query", self.query))
            .link(self.page())
            .picture(picture);
        let arn = self.arn.map(|arn| arn.to_string());
        let place = [&self.place.region, &self.place.account].map(|part| part.as_deref().unwrap_or_default());
        // One of many time series that is well again does not end the alarm.
        let ended = (self.state == "OK" && self.contributor.is_none()).then_some("Resolved");
        draft.thread(&matter(arn.as_deref(), place, self.name), ended).place(self.place)
    }

    /// Its metrics, to be drawn.
    fn picture(&self) -> Option<MetricGraph> {
        let Self { name: alarm, state, reason, since, .. } = *self;
        let region = self.arn.map(|arn| arn.region).filter(|region| !region.is_empty());
        self.trigger.as_ref()?.graph(&Change { alarm, state, reason, since, region, place: &self.place })
    }

    fn gist(&self, condition: Option<&str>) -> Option<String> {
        if self.is_new() {
            return Some("not evaluated yet".to_owned());
        }
        let missing = self.reason.and_then(treated_as).map(|treatment| format!("no data, which counts as {treatment}"));
        let because = || self.children.first().map(|child| format!("because of {}", child.name));
        let told = match (self.state, condition) {
            ("INSUFFICIENT_DATA", Some(condition)) => Some(format!("too little data to judge {condition}")),
            // The bare condition beside the word OK would read as if it held.
            ("OK", Some(condition)) if self.previous == Some("ALARM") => Some(format!("no longer {condition}")),
            ("OK", Some(condition)) => Some(format!("not {condition}")),
            (_, condition) => missing.or_else(|| condition.map(str::to_owned)).or_else(because),
        };
        match (told, &self.actions) {
            (Some(told), Some(actions)) => Some(format!("{told}; {actions}")),
            (told, actions) => told.or_else(|| actions.clone()),
        }
    }

    /// That there were no data, and what it means.
    fn missing(&self) -> Option<String> {
        if self.is_new() {
            return Some("The alarm is new: CloudWatch has not evaluated it yet.".to_owned());
        }
        if self.state == "INSUFFICIENT_DATA" {
            let told = if self.rule.is_some() {
                "Whether something is wrong is unknown: alarms that the rule names have too little data."
            } else {
                "Whether something is wrong is unknown: CloudWatch has too little data to evaluate the alarm."
            };
            return Some(told.to_owned());
        }
        let treatment = self.reason.and_then(treated_as)?;
        Some(format!(
            "No data arrived. The state follows from the alarm's setting that missing data counts as {treatment}."
        ))
    }

    fn is_new(&self) -> bool {
        self.state == "INSUFFICIENT_DATA" && self.reason.is_some_and(|reason| reason.starts_with("Unchecked: Initial"))
    }

    fn page(&self) -> Option<Link> {
        let arn = self.arn?;
        let region = Some(arn.region).filter(|region| !region.is_empty()).or(self.place.region.as_deref());
        Some(Console::of(arn.partition, region?)?.alarm(self.name))
    }
}

fn preformatted(title: &str, text: Option<&str>) -> Option<Part> {
    Some(Part::Preformatted { title: Some(title.to_owned()), text: text?.to_owned() })
}

/// The reason with the names of alarms instead of their ARNs.
fn without_arns(reason: &str) -> Cow<'_, str> {
    if !reason.contains("arn:") {
        return reason.into();
    }
    let words = reason.split(' ').map(|word| Arn::parse(word).and_then(|arn| arn.named("alarm")).unwrap_or(word));
    words.collect::<Vec<_>>().join(" ").into()
}

/// Of "no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching]": `breaching`.
fn treated_as(reason: &str) -> Option<&'static str> {
    let (before, treatment) = reason.split_once("treated as [")?;
    if !before.contains("no datapoints were received") {
        return None;
    }
    match treatment.split(']').next()? {
        "Breaching" => Some("breaching"),
        "NonBreaching" => Some("not breaching"),
        _ => None,
    }
}

fn severity(state: &str) -> Severity {
    match state {
        "ALARM" => Severity::Critical,
        "OK" => Severity::Good,
        "INSUFFICIENT_DATA" => Severity::Warning,
        _ => Severity::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::source::triaged_fixture::triaged;

    #[test]
    fn a_time_series_is_a_matter_of_its_own_and_a_changed_setting_is_not_urgent() {
        let series = triaged("cloudwatch_alarm/contributor.json");
        assert_eq!(series.priority, Priority::Alarm);
        let by_sns = triaged("cloudwatch_alarm/contributor_by_sns.json");
        let (series, by_sns) = (series.similarity.unwrap(), by_sns.similarity.unwrap());
        assert!(series.matter.ends_with(":alarm:tables-throttled|9c1e22d07bd1a4f2"));
        assert_eq!(series.matter, by_sns.matter);
        assert_eq!(triaged("cloudwatch_alarm/actions_disabled.json"), Triage::ordinary());
    }

    #[test]
    fn the_reason_tells_how_missing_data_counted() {
        let of = |treatment: &str| {
            format!("no datapoints were received for 1 period and 1 missing datapoint was treated as [{treatment}].")
        };
        assert_eq!(treated_as(&of("Breaching")), Some("breaching"));
        assert_eq!(treated_as(&of("NonBreaching")), Some("not breaching"));
        assert_eq!(treated_as("1 datapoint was greater than the threshold (0.0)."), None);
    }
}
