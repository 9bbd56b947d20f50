//! Incident Manager: incidents that were started, updated and resolved, and engagements of contacts.
//!
//! It has no event of its own: `EventBridge` gets its API calls from `CloudTrail`. So this source reads the calls that make an
//! incident, and leaves the others to the reader of calls. Reference: `EventBridge` Events Reference, "AWS Systems Manager
//! Incident Manager events"; Incident Manager API Reference, `StartIncident`, `UpdateIncidentRecord` (impact 1 to 5).

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::delivery::Priority;
use crate::notification::Severity;
use crate::notification::arn::Arn;
use crate::notification::triage::Triage;

pub const ENTRY: Entry = Entry::new("ssm_incidents", "AWS Systems Manager Incident Manager")
    .events(&["aws.ssm-incidents", "aws.ssm-contacts"], read)
    .triaged(triage)
    .reading_calls();

struct Incident<'a> {
    arn: Option<&'a str>,
    title: Option<&'a str>,
    state: &'static str,
    /// 1, critical, to 5, no impact.
    impact: Option<u64>,
}

fn incident<'a>(event: &Event<'a>) -> Option<Incident<'a>> {
    let detail = event.detail;
    // A call that was refused changed nothing.
    if detail.has("errorCode") && detail.str("errorCode").is_some() {
        return None;
    }
    let request: Fields<'a> = detail.fields("requestParameters");
    let (arn, state) = match detail.str("eventName")? {
        "StartIncident" => (detail.str("responseElements.incidentRecordArn"), "OPEN"),
        "UpdateIncidentRecord" => {
            let state = match request.str("status") {
                Some("RESOLVED") => "RESOLVED",
                Some("OPEN") => "OPEN",
                _ => "UPDATED",
            };
            (request.str("arn"), state)
        }
        _ => return None,
    };
    Some(Incident { arn, title: request.str("title"), state, impact: request.count("impact") })
}

fn read(event: &Event<'_>) -> Option<Draft> {
    let incident = incident(event)?;
    let plan = event.detail.str("requestParameters.responsePlanArn");
    // `response-plan/PLAN` and `incident-record/PLAN/ID`.
    let name = |arn| Arn::parse(arn).and_then(|arn| arn.resource.split('/').nth(1)).unwrap_or(arn);
    let subject = incident.title.or(incident.arn.map(name)).or(plan.map(name))?;
    let says = impact(incident.impact);
    let draft = Draft::new(severity(&incident), format!("Incident {subject}: {}", incident.state))
        .gist(
            says.map(|says| format!("impact {says}"))
                .or_else(|| event.detail.str("requestParameters.summary").map(str::to_owned)),
        )
        .subject(Some(subject))
        .state(Some(incident.state))
        .paragraph(Some("Summary"), event.detail.str("requestParameters.summary"))
        .fact("Impact", says)
        .fact("Response plan", plan.map(name))
        .fact("Trigger", event.detail.str("requestParameters.triggerDetails.source"))
        .code("Triggered by", event.detail.str("requestParameters.triggerDetails.triggerArn"))
        .code("Record", incident.arn)
        .since("Time", event.detail.str("eventTime"));
    Some(match incident.arn {
        Some(arn) => draft.thread(&["incident", arn], (incident.state == "RESOLVED").then_some("Resolved")),
        None => draft,
    })
}

fn severity(incident: &Incident<'_>) -> Severity {
    match (incident.state, incident.impact) {
        ("RESOLVED", _) => Severity::Good,
        (_, Some(1 | 2)) | ("OPEN", None) => Severity::Critical,
        (_, Some(3)) | ("OPEN", Some(4)) => Severity::Warning,
        _ => Severity::Neutral,
    }
}

fn impact(impact: Option<u64>) -> Option<&'static str> {
    match impact? {
        1 => Some("1, critical"),
        2 => Some("2, high"),
        3 => Some("3, medium"),
        4 => Some("4, low"),
        5 => Some("5, no impact"),
        _ => None,
    }
}

/// An incident rings, its end too: an end that is overtaken would be read last.
fn triage(event: &Event<'_>) -> Option<Triage> {
    incident(event).map(|_| Triage { priority: Priority::Alarm, similarity: None })
}
