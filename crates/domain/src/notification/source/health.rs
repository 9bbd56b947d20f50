//! AWS Health: what AWS itself knows to be wrong, or will change.

use super::entry::Entry;
use super::event::Event;
use crate::delivery::Priority;
use crate::notification::triage::Triage;

pub const ENTRY: Entry = Entry::new("health", "AWS Health").events(&["aws.health"], |_| None).triaged(triage);

/// Health's issues are urgent, opened and closed, so that a closing cannot be overtaken; changes that are scheduled and notices
/// to the account are not. One event goes to many accounts, each of them news; its updates carry a new `communicationId`.
/// Source: Health User Guide, "Reference: AWS Health events Amazon `EventBridge` schema".
fn triage(event: &Event<'_>) -> Option<Triage> {
    if !matches!(event.detail_type, "AWS Health Event" | "AWS Health Abuse Event") || event.detail.is_empty() {
        return None;
    }
    let said = |path| event.detail.str(path).unwrap_or_default();
    let is_issue = said("eventTypeCategory") == "issue";
    let priority = if is_issue { Priority::Alarm } else { Priority::Notification };
    let Some(arn) = event.detail.str("eventArn") else { return Some(Triage { priority, similarity: None }) };
    let account = event.detail.str("affectedAccount").or(event.account).unwrap_or_default();
    Some(Triage::alike(priority, &["health", account, said("communicationId"), arn], &[said("statusCode")]))
}
