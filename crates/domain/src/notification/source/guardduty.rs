//! GuardDuty: findings, what its malware protection scanned, and the announcements of AWS's own topic.
//!
//! Shapes: GuardDuty User Guide, "Processing GuardDuty findings with Amazon `EventBridge`", "Finding details", "Monitoring S3
//! object scans" and "Subscribing to GuardDuty announcements".

mod action;
mod malware;
mod resource;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object, string};
use super::severity;
use crate::delivery::Priority;
use crate::notification::console::encoded;
use crate::notification::triage::Triage;
use crate::notification::{Incoming, Link, Severity, Text};

pub const ENTRY: Entry = Entry::new("guardduty", "Amazon GuardDuty")
    .events(&["aws.guardduty"], read)
    .triaged(triage)
    .objects(claims_announcement, read_announcement);

const FINDING: &str = "GuardDuty Finding";
/// Announcements of one message that a card lists.
const ANNOUNCEMENTS_SHOWN: usize = 5;

fn read(event: &Event<'_>) -> Option<Draft> {
    if event.detail_type == FINDING { finding(event) } else { malware::read(event) }
}

fn finding(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let kind = detail.str("type")?;
    let resource = resource::named(detail.fields("resource")).or_else(|| resource::of_sequence(detail));
    let level = detail.number("severity").map(level);
    // An archived finding needs nobody any more.
    let severity = match level {
        _ if detail.flag("service.archived") == Some(true) => Severity::Neutral,
        Some("CRITICAL" | "HIGH") => Severity::Critical,
        Some("MEDIUM") => Severity::Warning,
        _ => Severity::Neutral,
    };
    let label = level.unwrap_or("NEW");
    let from = action::origin(detail.fields("service"));
    let about: Vec<String> = resource.iter().cloned().chain(from.iter().map(|from| format!("from {from}"))).collect();
    let gist = (!about.is_empty()).then(|| about.join(", "));
    let sample = detail.flag("service.additionalInfo.sample") == Some(true);
    let title = detail.str("title").unwrap_or(kind);
    let draft = Draft::new(severity, format!("GuardDuty finding, {label}: {title}"))
        .gist(gist)
        .subject(resource.clone().or_else(|| Some(kind.to_owned())))
        .state(Some(label))
        .paragraph(None, sample.then_some("This is a sample finding: nothing happened."))
        .paragraph(None, detail.str("description").filter(|description| *description != title))
        .fact("Type", Some(kind))
        .fact("Resource", resource)
        .fact("Signals", signals(detail))
        .fact("By", action::actor(detail))
        .fact("From", from)
        .fact("Severity", detail.text("severity").map(|number| format!("{number} ({label})")))
        .fact("Seen", detail.count("service.count").map(times))
        .time("First seen", detail.str("service.eventFirstSeen"))
        .since("Last seen", detail.str("service.eventLastSeen"))
        .place(event.incoming.place(detail.str("accountId").or(event.account), detail.str("region").or(event.region)));
    let Some(id) = detail.str("id") else { return Some(draft) };
    Some(draft.thread(&["guardduty", id], None).link(page(event, id)))
}

/// An attack sequence is made of several signals. Source: GuardDuty API Reference, "Sequence".
fn signals(detail: Fields<'_>) -> Option<String> {
    let signals = detail.list("service.detection.sequence.signals").len();
    (signals > 0).then(|| signals.to_string())
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// GuardDuty's word for its number. Source: GuardDuty User Guide, "Severity levels of GuardDuty findings".
fn level(severity: f64) -> &'static str {
    match severity {
        9.0.. => "CRITICAL",
        7.0.. => "HIGH",
        4.0.. => "MEDIUM",
        _ => "LOW",
    }
}

/// Source of the page: GuardDuty User Guide, "Processing GuardDuty findings with Amazon `EventBridge`", the input template.
fn page(event: &Event<'_>, id: &str) -> Option<Link> {
    let fragment = format!("#/findings?search=id%3D{}", encoded(id));
    Some(event.console()?.link("the finding in GuardDuty", "guardduty/home", &fragment))
}

/// GuardDuty sends a finding again whenever it sees more of the same (every 15 minutes at the fastest), with a new `updatedAt`
/// and count. That is alike; a severity that rose is not.
/// Source: GuardDuty User Guide, "Setting notification frequency for finding updates".
fn triage(event: &Event<'_>) -> Option<Triage> {
    let id = event.detail.str("id").filter(|_| event.detail_type == FINDING)?;
    let says = event.detail.value("severity").map(ToString::to_string).unwrap_or_default();
    let is_archived = event.detail.flag("service.archived") == Some(true);
    let priority = if is_archived { Priority::Notification } else { severity::priority(event) };
    Some(Triage::alike(priority, &["guardduty", id], &[&says]))
}

/// What GuardDuty's own topic says of GuardDuty: `{"version", "type": "NEW_FINDINGS", "findingDetails": […]}`.
fn claims_announcement(object: &Object) -> bool {
    string(object, "type").is_some() && (object.contains_key("findingDetails") || object.contains_key("featureDetails"))
}

fn read_announcement(object: &Object, _: &Incoming<'_>) -> Draft {
    let message = Fields::of_object(object);
    let kind = message.str("type").unwrap_or("ANNOUNCEMENT");
    let what = match kind {
        "NEW_FINDINGS" => "new finding types",
        "UPDATED_FINDINGS" => "changed finding types",
        "NEW_FEATURES" => "new features",
        other => other,
    };
    let lines: Vec<String> = message
        .objects("findingDetails")
        .chain(message.objects("featureDetails"))
        .filter_map(|one| {
            let said = one.either(&["findingDescription", "description", "featureDescription"]);
            match (one.str("findingType"), said) {
                (Some(name), Some(said)) => Some(format!("{name}: {said}")),
                (Some(name), None) => Some(name.to_owned()),
                (None, said) => said.map(std::borrow::Cow::into_owned),
            }
        })
        .collect();
    let left_out = lines.len().saturating_sub(ANNOUNCEMENTS_SHOWN);
    let first = message.str("findingDetails.0.findingType");
    Draft::new(Severity::Neutral, format!("GuardDuty announces {what}"))
        .gist(first)
        .subject(first.or(Some("GuardDuty")))
        .state(Some(kind))
        .origin("aws.guardduty", "GuardDuty Announcement")
        .bullets("News", lines.into_iter().take(ANNOUNCEMENTS_SHOWN).map(Text::Plain).collect(), left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_guide_for_a_severity() {
        for (severity, word) in [
            (0.1, "LOW"),
            (3.9, "LOW"),
            (4.0, "MEDIUM"),
            (6.9, "MEDIUM"),
            (7.0, "HIGH"),
            (8.9, "HIGH"),
            (9.0, "CRITICAL"),
        ] {
            assert_eq!(level(severity), word, "{severity}");
        }
    }
}
