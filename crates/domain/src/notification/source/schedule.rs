//! Scheduled events of `EventBridge`: a rule's time has come.
//!
//! Source: `EventBridge` User Guide, "Creating a rule that runs on a schedule". The event says nothing but the rule.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::Severity;
use crate::notification::arn::Arn;

pub const ENTRY: Entry =
    Entry::new("schedule", "Amazon EventBridge schedules").events(&["aws.events", "aws.scheduler"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    let rule = event.resources.first().and_then(|arn| Arn::parse(arn))?;
    let name = rule.named("rule").or_else(|| rule.named("schedule"))?;
    let draft = Draft::new(Severity::Neutral, format!("Schedule {name} ran"));
    Some(draft.subject(Some(name)).state(Some("ran")).code("Rule", Some(rule.to_string())))
}
