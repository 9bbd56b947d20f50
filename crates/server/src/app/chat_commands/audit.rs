//! Every command in the audit trail, in CloudTrail's shape, and in its configuration's log of Amazon CloudWatch, whatever the level:
//! asked, started, ended, refused, cancelled. What the models call sensitive stands in neither.

use awscall::command_line::{self, CommandLine};
use domain::conversation::Scene;
use serde_json::{Value, json};
use store::NewAuditRecord;
use uuid::Uuid;

use super::{Asked, Outcome, Settled};
use crate::app::App;
use crate::app::command_permissions::Standing;
use crate::clock::iso8601;

const EVENT_NAME: &str = "RunCommand";
/// Of `errorMessage`: CloudTrail's maximum.
const TEXT_BYTES_MAX: usize = 1024;

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Step {
    /// It waits for its person.
    Asked,
    /// It waits for somebody else's yes.
    ApprovalAsked,
    Approved,
    Rejected,
    /// Whoever pressed may not decide.
    NotApproved,
    Started,
    Ended,
    Refused,
    Cancelled,
}

impl Step {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::ApprovalAsked => "approval asked for",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::NotApproved => "not approved",
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One line of a trail.
pub(in crate::app) struct Audited<'a> {
    pub(in crate::app) step: Step,
    pub(in crate::app) id: &'a str,
    pub(in crate::app) asked: &'a Asked,
    /// `None`: it cannot be read any more.
    pub(in crate::app) line: Option<&'a CommandLine>,
    /// `None`: nobody is known as whom it runs.
    pub(in crate::app) standing: Option<&'a Standing>,
    /// What is recorded of what only reads need not be waited for.
    pub(in crate::app) read_only: bool,
    /// A code and a sentence.
    pub(in crate::app) error: Option<(&'a str, &'a str)>,
}

impl<'a> Audited<'a> {
    pub(in crate::app) fn of(step: Step, settled: &'a Settled) -> Self {
        Self {
            step,
            id: &settled.id,
            asked: &settled.asked,
            line: Some(&settled.line),
            standing: Some(&settled.standing),
            read_only: settled.read_only,
            error: None,
        }
    }

    pub(super) fn ended(settled: &'a Settled, outcome: &'a Outcome) -> Self {
        Self { error: outcome.error(), ..Self::of(Step::Ended, settled) }
    }
}

impl App {
    /// What changes something goes on when this is recorded; the record of what only reads follows.
    pub(in crate::app) async fn audit_command(&self, audited: &Audited<'_>) {
        let Some(configuration) = &audited.asked.configuration_arn else { return };
        let Some(account_id) = configuration.account_id() else { return };
        let event_time_ms = self.clock.now_ms();
        let event_id = Uuid::new_v4().to_string();
        self.observe_command(configuration, log_line(audited));
        let record = NewAuditRecord {
            record: record(audited, account_id.as_str(), event_time_ms, &event_id).to_string(),
            account_id,
            event_time_ms,
            event_name: EVENT_NAME,
            event_id,
        };
        if audited.read_only {
            self.audit.record(record, &self.metrics).await;
        } else {
            self.audit.record_and_wait(record, &self.metrics).await;
        }
    }
}

/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>. AWS's own record of
/// what AWS did for it names the same session: it begins with `Bellhop-`.
fn record(audited: &Audited<'_>, account_id: &str, event_time_ms: i64, event_id: &str) -> Value {
    let Audited { step, asked, .. } = audited;
    let (provider, place) = match &asked.scene {
        Scene::Slack(scene) => ("slack.com", format!("{}/{}", scene.team_id, asked.person.user_id)),
        Scene::Teams(scene) => ("teams.microsoft.com", format!("{}/{}", scene.tenant_id, asked.person.user_id)),
    };
    let mut record = json!({
        "eventVersion": "1.11",
        // Of CloudTrail's kinds, the one of people whom another than AWS vouches for: assumed.
        "userIdentity": {
            "type": "WebIdentityUser",
            "principalId": place,
            "accountId": account_id,
            "userName": asked.person.name.as_deref().unwrap_or(&asked.person.user_id),
            "identityProvider": provider,
        },
        "eventTime": iso8601(event_time_ms),
        "eventSource": "chatbot.amazonaws.com",
        "eventName": EVENT_NAME,
        "awsRegion": audited.line.and_then(|line| line.region.as_deref()),
        "requestParameters": {
            "configurationArn": asked.configuration_arn,
            "destination": asked.destination(),
            "service": audited.line.map(|line| line.call.service.name),
            "operation": audited.line.map(|line| line.call.operation.name),
            "command": audited.line.map(command_line::masked),
            "roleArn": audited.standing.map(|standing| standing.role.as_str()),
            "roleSessionName": audited.standing.map(|standing| standing.session_name.as_str()),
        },
        "responseElements": null,
        "additionalEventData": {
            "operationOf": "Bellhop",
            "step": step.as_str(),
            "origin": asked.origin,
            "approval": asked.approval,
        },
        "requestID": audited.id,
        "eventID": event_id,
        "readOnly": audited.read_only,
        "eventType": "AwsServiceEvent",
        "managementEvent": true,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    });
    if let (Some((code, message)), Some(record)) = (audited.error, record.as_object_mut()) {
        record.insert("errorCode".to_owned(), json!(code));
        record.insert("errorMessage".to_owned(), json!(shortened(message)));
    }
    record
}

/// One line: nothing of it can begin another.
fn log_line(audited: &Audited<'_>) -> String {
    let Audited { step, id, asked, .. } = audited;
    let command = audited.line.map(command_line::masked).unwrap_or_default();
    let role = audited.standing.map_or("-", |standing| standing.role.as_str());
    let error = audited.error.map(|(code, message)| format!("; {code}: {}", shortened(message))).unwrap_or_default();
    let by = asked.approval.as_ref().and_then(|approval| approval.by.as_ref());
    let approver = by.map(|by| format!(" by {}", by.person.user_id)).unwrap_or_default();
    let line = format!(
        "Command {}{approver} ({id}), asked by {} in {}, as {role}: {command}{error}",
        step.as_str(),
        asked.person.user_id,
        asked.destination(),
    );
    line.replace(char::is_control, " ")
}

/// Cut between two characters.
fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or(text)
}
