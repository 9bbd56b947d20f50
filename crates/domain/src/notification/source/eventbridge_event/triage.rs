//! How urgent an event is and what it is alike, by its source and detail-type.
//!
//! The `EventBridge` reader's part of `notification::triage`. Urgent are alarms that change, findings of high severity and
//! Health's issues; all other events are not, whatever their words say. Only shapes that repeat themselves by design have a
//! similarity key: an event of another kind is news even if it looks like the last one.

use serde_json::Value;

use super::severity;
use crate::delivery::Priority;
use crate::notification::source::payload::{list, string};
use crate::notification::source::{Object, cloudwatch_alarm};
use crate::notification::triage::Triage;
use crate::notification::{Incoming, Severity};

pub fn triage(object: &Object, _: &Incoming<'_>) -> Triage {
    let said = |key| string(object, key).unwrap_or_default();
    let Some(Value::Object(detail)) = object.get("detail") else { return Triage::ordinary() };
    let triage = match (said("source"), said("detail-type")) {
        ("aws.cloudwatch", "CloudWatch Alarm State Change") => {
            let arn = list(object, "resources").first().and_then(Value::as_str);
            cloudwatch_alarm::triage_event(detail, arn, [said("region"), said("account")])
        }
        ("aws.guardduty", "GuardDuty Finding") => guardduty(detail),
        ("aws.securityhub", "Security Hub Findings - Imported") => security_hub(detail),
        ("aws.health", "AWS Health Event" | "AWS Health Abuse Event") => Some(health(detail, said("account"))),
        _ => None,
    };
    triage.unwrap_or_else(Triage::ordinary)
}

/// GuardDuty sends a finding again whenever it sees more of the same (every 15 minutes at the fastest), with a new `updatedAt`
/// and count. That is alike; a severity that rose is not.
/// Source: GuardDuty User Guide, "Setting notification frequency for finding updates".
fn guardduty(detail: &Object) -> Option<Triage> {
    let id = string(detail, "id")?;
    let severity = detail.get("severity").map(Value::to_string).unwrap_or_default();
    Some(Triage::alike(of_finding("aws.guardduty", "GuardDuty Finding", detail), &["guardduty", id], &[&severity]))
}

/// Security Hub sends a finding again with each update. Its severity, workflow and record state are what a person waits for.
/// Several findings in one event are alike to nothing.
fn security_hub(detail: &Object) -> Option<Triage> {
    let priority = of_finding("aws.securityhub", "Security Hub Findings - Imported", detail);
    let [Value::Object(finding)] = list(detail, "findings") else {
        return Some(Triage { priority, similarity: None });
    };
    let inner = |section: &str, key: &str| finding.get(section)?.get(key)?.as_str();
    let says = [
        inner("Severity", "Label").unwrap_or_default(),
        inner("Workflow", "Status").unwrap_or_default(),
        string(finding, "RecordState").unwrap_or_default(),
    ];
    Some(Triage::alike(priority, &["securityhub", string(finding, "Id")?], &says))
}

fn of_finding(source: &str, detail_type: &str, detail: &Object) -> Priority {
    let severity = severity::of_object(source, detail_type, detail);
    if severity == Severity::Critical { Priority::Alarm } else { Priority::Notification }
}

/// Health's issues are urgent, opened and closed, so that a closing cannot be overtaken; changes that are scheduled and notices
/// to the account are not. One event goes to many accounts, each of them news; its updates carry a new `communicationId`.
/// Source: Health User Guide, "Reference: AWS Health events Amazon `EventBridge` schema".
fn health(detail: &Object, account: &str) -> Triage {
    let said = |key| string(detail, key).unwrap_or_default();
    let is_issue = said("eventTypeCategory") == "issue";
    let priority = if is_issue { Priority::Alarm } else { Priority::Notification };
    let Some(arn) = string(detail, "eventArn") else { return Triage { priority, similarity: None } };
    let account = string(detail, "affectedAccount").unwrap_or(account);
    Triage::alike(priority, &["health", account, said("communicationId"), arn], &[said("statusCode")])
}
