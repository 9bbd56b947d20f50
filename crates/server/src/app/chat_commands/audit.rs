//! Every command in the audit trail, in CloudTrail's shape, and in its configuration's log of Amazon CloudWatch, whatever the level:
//! asked, started, ended, refused, cancelled. What the models call sensitive stands in neither. Aliases too, when they are made and
//! deleted.

use awscall::command_line::CommandLine;
use domain::command::line_for_records;
use domain::conversation::{Person, Scene};
use serde_json::{Value, json};
use store::NewAuditRecord;
use uuid::Uuid;
use wire::ids::{AccountId, ChatConfigurationArn};

use super::outcome::OUTCOME_UNKNOWN;
use super::{Asked, Outcome, Settled};
use crate::app::App;
use crate::app::command_permissions::Standing;
use crate::clock::iso8601;

const EVENT_NAME: &str = "RunCommand";
pub(in crate::app) const ALIAS_CREATED: &str = "CreateAlias";
pub(in crate::app) const ALIAS_DELETED: &str = "DeleteAlias";
/// What the trail has of people in chat.
pub const EVENTS_OF_CHAT: [&str; 3] = [EVENT_NAME, ALIAS_CREATED, ALIAS_DELETED];
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

    /// For the counter of commands, which tells a good end from a bad one.
    fn outcome(&self) -> &'static str {
        match (self.step, self.error) {
            (Step::Ended, None) => "done",
            (Step::Ended, Some((OUTCOME_UNKNOWN, _))) => "unknown",
            (Step::Ended, Some(_)) => "failed",
            (Step::ApprovalAsked, _) => "approval_asked",
            (Step::NotApproved, _) => "not_approved",
            (step, _) => step.as_str(),
        }
    }

    pub(super) fn ended(settled: &'a Settled, outcome: &'a Outcome) -> Self {
        Self { error: outcome.error(), ..Self::of(Step::Ended, settled) }
    }
}

/// An alias that was made or deleted.
pub(in crate::app) struct AuditedAlias<'a> {
    pub(in crate::app) event_name: &'static str,
    pub(in crate::app) scene: &'a Scene,
    pub(in crate::app) person: &'a Person,
    pub(in crate::app) arn: &'a ChatConfigurationArn,
    pub(in crate::app) name: &'a str,
    /// Of one that was made.
    pub(in crate::app) action: Option<&'a str>,
}

impl App {
    /// What changes something goes on when this is recorded; the record of what only reads follows.
    pub(in crate::app) async fn audit_command(&self, audited: &Audited<'_>) {
        self.metrics.command(audited.outcome());
        let Some(configuration) = &audited.asked.configuration_arn else { return };
        let (scene, person) = (&audited.asked.scene, &audited.asked.person);
        let Some(event) = self.event_of_person(EVENT_NAME, scene, person, configuration) else { return };
        self.observe_command(configuration, log_line(audited));
        let record = event.into_record(audited.read_only, own_of_command(audited));
        if audited.read_only {
            self.audit.record(record, &self.metrics).await;
        } else {
            self.audit.record_and_wait(record, &self.metrics).await;
        }
    }

    pub(in crate::app) async fn audit_alias(&self, audited: &AuditedAlias<'_>) {
        let AuditedAlias { event_name, scene, person, arn, name, action } = *audited;
        let Some(event) = self.event_of_person(event_name, scene, person, arn) else { return };
        let words = action.map(|action| format!(": {action}")).unwrap_or_default();
        self.observe_command(arn, one_line(&format!("{event_name} {name}, by {}{words}", person.user_id)));
        let parameters = json!({ "configurationArn": arn, "name": name, "action": action });
        let record = event.into_record(false, json!({ "requestParameters": parameters }));
        self.audit.record_and_wait(record, &self.metrics).await;
    }

    fn event_of_person<'a>(
        &self,
        name: &'static str,
        scene: &'a Scene,
        person: &'a Person,
        configuration: &ChatConfigurationArn,
    ) -> Option<Event<'a>> {
        let account_id = configuration.account_id()?;
        Some(Event { name, scene, person, account_id, time_ms: self.clock.now_ms(), id: Uuid::new_v4().to_string() })
    }
}

/// What every record of a person in chat says.
struct Event<'a> {
    name: &'static str,
    scene: &'a Scene,
    person: &'a Person,
    account_id: AccountId,
    time_ms: i64,
    id: String,
}

impl Event<'_> {
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
    fn into_record(self, read_only: bool, own: Value) -> NewAuditRecord {
        let Event { name, scene, person, account_id, time_ms, id } = self;
        let (provider, place) = match scene {
            Scene::Slack(scene) => ("slack.com", format!("{}/{}", scene.team_id, person.user_id)),
            Scene::Teams(scene) => ("teams.microsoft.com", format!("{}/{}", scene.tenant_id, person.user_id)),
        };
        let mut record = json!({
            "eventVersion": "1.11",
            // Of CloudTrail's kinds, the one of people whom another than AWS vouches for: assumed.
            "userIdentity": {
                "type": "WebIdentityUser",
                "principalId": place,
                "accountId": account_id,
                "userName": person.name.as_deref().unwrap_or(&person.user_id),
                "identityProvider": provider,
            },
            "eventTime": iso8601(time_ms),
            "eventSource": "chatbot.amazonaws.com",
            "eventName": name,
            "responseElements": null,
            "additionalEventData": { "operationOf": "Bellhop" },
            "eventID": id,
            "readOnly": read_only,
            "eventType": "AwsServiceEvent",
            "managementEvent": true,
            "recipientAccountId": account_id,
            "eventCategory": "Management",
        });
        merge(&mut record, own);
        NewAuditRecord {
            account_id,
            event_time_ms: time_ms,
            event_id: id,
            event_name: name,
            record: record.to_string(),
        }
    }
}

/// AWS's own record of what AWS did for a command names the same session: it begins with `Bellhop-`.
fn own_of_command(audited: &Audited<'_>) -> Value {
    let Audited { step, asked, .. } = audited;
    let mut own = json!({
        "awsRegion": audited.line.and_then(|line| line.region.as_deref()),
        "requestParameters": {
            "configurationArn": asked.configuration_arn,
            "destination": asked.destination(),
            "service": audited.line.map(|line| line.call.service.name),
            "operation": audited.line.map(|line| line.call.operation.name),
            "command": audited.line.map(line_for_records),
            "roleArn": audited.standing.map(|standing| standing.role.as_str()),
            "roleSessionName": audited.standing.map(|standing| standing.session_name.as_str()),
        },
        "additionalEventData": { "step": step.as_str(), "origin": asked.origin, "approval": asked.approval },
        "requestID": audited.id,
    });
    if let Some((code, message)) = audited.error {
        merge(&mut own, json!({ "errorCode": code, "errorMessage": shortened(message) }));
    }
    own
}

/// Objects member by member; all else is the newer's.
fn merge(into: &mut Value, newer: Value) {
    match (into, newer) {
        (Value::Object(into), Value::Object(newer)) => {
            for (name, value) in newer {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, newer) => *into = newer,
    }
}

fn log_line(audited: &Audited<'_>) -> String {
    let Audited { step, id, asked, .. } = audited;
    let command = audited.line.map(line_for_records).unwrap_or_default();
    let role = audited.standing.map_or("-", |standing| standing.role.as_str());
    let error = audited.error.map(|(code, message)| format!("; {code}: {}", shortened(message))).unwrap_or_default();
    let by = asked.approval.as_ref().and_then(|approval| approval.by.as_ref());
    let approver = by.map(|by| format!(" by {}", by.person.user_id)).unwrap_or_default();
    one_line(&format!(
        "Command {}{approver} ({id}), asked by {} in {}, as {role}: {command}{error}",
        step.as_str(),
        asked.person.user_id,
        asked.destination(),
    ))
}

/// Nothing of it can begin another.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Cut between two characters.
fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or(text)
}
