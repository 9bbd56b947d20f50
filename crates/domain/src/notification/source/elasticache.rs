//! `ElastiCache`: clusters, nodes and snapshots, what was done to them and what failed.
//!
//! By a cluster's notification topic as `{"ElastiCache:FailoverComplete": "sessions-001"}` (`ElastiCache` User Guide, "Event
//! Notifications and Amazon SNS"), and by `EventBridge` in sentences (schema registry, `aws.elasticache`).

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Object, scalar};
use crate::notification::text::words;
use crate::notification::{Incoming, Moment, Severity, Text};

pub const ENTRY: Entry = Entry::new("elasticache", "Amazon ElastiCache")
    .events(&["aws.elasticache"], read_event)
    .objects(claims, read_notification);

const PREFIX: &str = "ElastiCache:";
/// Members of a notification that are looked at: the event and the nodes or reasons beside it.
const MEMBERS: usize = 8;

fn read_event(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let name = detail.str("SourceIdentifier")?;
    let message = detail.str("Message");
    let draft = Draft::new(severity(event.detail_type), format!("{name}: {}", event.detail_type))
        .gist(message)
        .subject(Some(name))
        .state(Some(event.detail_type))
        .resources(detail.str("SourceArn"))
        .paragraph(None, message)
        .fact("Kind", detail.str("SourceType"));
    Some(draft)
}

fn claims(object: &Object) -> bool {
    object.len() <= MEMBERS
        && object.iter().any(|(key, value)| key.strip_prefix(PREFIX).is_some_and(is_name) && value.is_string())
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn read_notification(object: &Object, _: &Incoming<'_>) -> Draft {
    let happened = object.iter().find_map(|(key, value)| {
        let state = key.strip_prefix(PREFIX).filter(|state| is_name(state))?;
        Some((state, value.as_str()?))
    });
    let (state, said) = happened.unwrap_or_default();
    // Of some failures it is a sentence, not the cluster's name.
    let is_sentence = said.contains(char::is_whitespace);
    let (name, message) = if is_sentence { ("ElastiCache", Some(said)) } else { (said, None) };
    let headline = if is_sentence { format!("ElastiCache: {state}") } else { format!("Cache {name}: {state}") };
    let mut draft = Draft::new(severity(state), headline)
        .gist(message)
        .subject(Some(name))
        .state(Some(state))
        .paragraph(None, message)
        .origin("aws.elasticache", &format!("{PREFIX}{state}"));
    for (key, value) in object.iter().filter(|(key, _)| !key.starts_with(PREFIX)).take(MEMBERS) {
        let said = scalar(value).map(|said| match Moment::parse(&said) {
            moment if moment.unix().is_some() => Text::Time(moment),
            _ => Text::Plain(said),
        });
        draft = draft.labelled(key, said);
    }
    draft
}

/// By the words of the event: `CreateReplicationGroupFailed`, `CacheNodeReplaceStarted`, `FailoverComplete`.
fn severity(happened: &str) -> Severity {
    let told = words(happened).filter_map(|word| match word.as_str() {
        "failed" | "impaired" => Some(Severity::Critical),
        // Something was, is or will be interrupted.
        "failover" | "approaching" | "scheduled" | "rescheduled" | "replace" | "replacement" | "rebooted"
        | "reboot" | "canceled" => Some(Severity::Warning),
        "complete" | "completed" | "created" => Some(Severity::Good),
        _ => None,
    });
    told.max().unwrap_or(Severity::Neutral)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_word_counts() {
        for (happened, level) in [
            ("CreateReplicationGroupFailed", Severity::Critical),
            ("Cache Update Failed", Severity::Critical),
            ("FailoverComplete", Severity::Warning),
            ("CacheNodeReplaceStarted", Severity::Warning),
            ("SnapshotComplete", Severity::Good),
            ("CacheClusterProvisioningComplete", Severity::Good),
            ("Cache Deleted", Severity::Neutral),
        ] {
            assert_eq!(severity(happened), level, "{happened}");
        }
    }
}
