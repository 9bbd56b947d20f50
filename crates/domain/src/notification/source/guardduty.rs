//! GuardDuty's findings.

use super::entry::Entry;
use super::event::Event;
use super::severity;
use crate::notification::triage::Triage;

pub const ENTRY: Entry =
    Entry::new("guardduty", "Amazon GuardDuty").events(&["aws.guardduty"], |_| None).triaged(triage);

/// GuardDuty sends a finding again whenever it sees more of the same (every 15 minutes at the fastest), with a new `updatedAt`
/// and count. That is alike; a severity that rose is not.
/// Source: GuardDuty User Guide, "Setting notification frequency for finding updates".
fn triage(event: &Event<'_>) -> Option<Triage> {
    let id = event.detail.str("id").filter(|_| event.detail_type == "GuardDuty Finding")?;
    let says = event.detail.value("severity").map(ToString::to_string).unwrap_or_default();
    Some(Triage::alike(severity::priority(event), &["guardduty", id], &[&says]))
}
