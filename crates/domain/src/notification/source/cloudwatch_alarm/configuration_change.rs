//! "CloudWatch Alarm Configuration Change": an alarm that was created, updated or deleted, and above all one whose actions
//! were switched off, since it will ring no more.
//!
//! The alarm reader calls it. Shape: the CloudWatch User Guide, "Alarm events and `EventBridge`".

use super::condition::Trigger;
use super::{alarm_page, alarm_thread};
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::Fields;
use crate::notification::{Severity, Text};

pub const CONFIGURATION_CHANGE: &str = "CloudWatch Alarm Configuration Change";

/// Changed members that a card lists.
const CHANGES_SHOWN: usize = 8;
/// Characters of a value that a change repeats: a rule may have 10,240.
const VALUE_LENGTH: usize = 200;
/// Members that are worth a line when they change, and what a person calls them.
const MEMBERS: [(&str, &str); 7] = [
    ("description", "Description"),
    ("alarmRule", "Rule"),
    ("threshold", "Threshold"),
    ("treatMissingData", "Missing data"),
    ("actionsSuppressor", "Actions suppressed by"),
    ("actionsSuppressorWaitPeriod", "Suppressor's wait period in s"),
    ("actionsSuppressorExtensionPeriod", "Suppressor's extension period in s"),
];
const ACTIONS: [(&str, &str); 3] =
    [("alarmActions", "On ALARM"), ("okActions", "On OK"), ("insufficientDataActions", "On INSUFFICIENT_DATA")];

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let name = detail.str("alarmName").or_else(|| detail.str("configuration.alarmName"))?;
    let operation = detail.str("operation").unwrap_or("change");
    let is_deleted = operation == "delete";
    let (now, before) = (detail.fields("configuration"), detail.fields("previousConfiguration"));
    let enabled = now.flag("actionsEnabled");
    let switched = enabled.filter(|now| before.flag("actionsEnabled").is_some_and(|was| was != *now));
    let (severity, said) = match (operation, switched, enabled) {
        ("delete", _, _) => (Severity::Warning, "deleted"),
        (_, Some(false), _) => (Severity::Warning, "actions disabled"),
        (_, Some(true), _) => (Severity::Neutral, "actions enabled"),
        ("create", _, _) => (Severity::Neutral, "created"),
        ("update", _, _) => (Severity::Neutral, "updated"),
        (other, _, _) => (Severity::Neutral, other),
    };
    let condition = now.object().map(Trigger::read).as_ref().and_then(Trigger::condition);
    let changes = changes(now, before);
    let silenced = (said == "actions disabled").then(|| "it tells nobody any more".to_owned());
    let gist = silenced.or_else(|| changes.first().cloned()).or_else(|| condition.clone());
    let left_out = changes.len().saturating_sub(CHANGES_SHOWN);
    let items = changes.into_iter().take(CHANGES_SHOWN).map(Text::Plain).collect();
    let draft = Draft::new(severity, format!("Alarm {name}: {said}"))
        .gist(gist)
        .subject(Some(name))
        .state(Some(operation))
        .paragraph(None, silence(operation, now))
        .bullets("What changed", items, left_out)
        .paragraph(Some("Description"), now.str("description"))
        .fact("Condition", condition)
        .fact("Rule", now.str("alarmRule").map(clipped))
        .fact("State", detail.str("state.value"))
        .fact("Actions", enabled.filter(|_| !is_deleted).map(|enabled| if enabled { "enabled" } else { "disabled" }))
        .since("Changed", now.str("timestamp").filter(|_| !is_deleted));
    let draft = alarm_thread(draft, event, name, is_deleted.then_some("Deleted"));
    Some(if is_deleted { draft } else { draft.link(alarm_page(event, name)) })
}

/// What follows from it for the person who relies on the alarm.
fn silence(operation: &str, now: Fields<'_>) -> Option<&'static str> {
    let has_actions = ACTIONS.iter().any(|(member, _)| !now.list(member).is_empty());
    match (operation, now.flag("actionsEnabled")) {
        ("delete", _) => Some("It watches nothing any more."),
        (_, Some(false)) => Some("It still changes state, but tells nobody."),
        _ if !has_actions && now.has("alarmActions") => Some("It has no actions: by itself it tells nobody."),
        _ => None,
    }
}

fn changes(now: Fields<'_>, before: Fields<'_>) -> Vec<String> {
    if before.is_empty() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mut note = |label: &str, before: Option<String>, now: Option<String>| {
        if before != now {
            let said = |value: Option<String>| value.map_or_else(|| "none".to_owned(), |value| clipped(&value));
            changes.push(format!("{label}: {} → {}", said(before), said(now)));
        }
    };
    let condition = |fields: Fields<'_>| fields.object().map(Trigger::read).as_ref().and_then(Trigger::condition);
    let (was, is) = (condition(before), condition(now));
    let condition_changed = was != is;
    note("Condition", was, is);
    // The condition names the threshold.
    for (member, label) in MEMBERS.iter().filter(|(member, _)| !(condition_changed && *member == "threshold")) {
        let of = |fields: Fields<'_>| fields.text(member).map(std::borrow::Cow::into_owned);
        note(label, of(before), of(now));
    }
    for (member, label) in ACTIONS {
        let of = |fields: Fields<'_>| {
            let arns: Vec<_> = fields.texts(member).take(5).collect();
            (!arns.is_empty()).then(|| arns.join(", "))
        };
        note(label, of(before), of(now));
    }
    changes
}

fn clipped(text: &str) -> String {
    let mut chars = text.chars();
    let mut kept: String = chars.by_ref().take(VALUE_LENGTH).collect();
    if chars.next().is_some() {
        kept.push('…');
    }
    kept
}
