//! Security Hub's findings, insights and custom actions.

use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use super::severity;
use crate::notification::triage::Triage;

pub const ENTRY: Entry =
    Entry::new("securityhub", "AWS Security Hub").events(&["aws.securityhub"], |_| None).triaged(triage);

/// Security Hub sends a finding again with each update. Its severity, workflow and record state are what a person waits for.
/// Several findings in one event are alike to nothing.
fn triage(event: &Event<'_>) -> Option<Triage> {
    if event.detail_type != "Security Hub Findings - Imported" || event.detail.is_empty() {
        return None;
    }
    let priority = severity::priority(event);
    let [finding] = event.detail.list("findings") else {
        return Some(Triage { priority, similarity: None });
    };
    let finding = Fields::of(finding);
    let said = |path| finding.str(path).unwrap_or_default();
    let says = [said("Severity.Label"), said("Workflow.Status"), said("RecordState")];
    Some(Triage::alike(priority, &["securityhub", finding.str("Id")?], &says))
}
