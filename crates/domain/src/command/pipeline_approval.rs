//! An approval that a pipeline of `CodePipeline` waits for, and the command that gives or refuses it.
//!
//! The server's `app/notification_buttons` asks whether a notification is one, and `app/conversations/pipeline_approvals` for the
//! command: an ordinary one, shown before it runs. The message's `token` stands in the command alone, never on a card.
//! Source: `CodePipeline` User Guide, "JSON data format for manual approval notifications".

use serde_json::{Value, json};

use crate::notification::{Card, Moment};

/// `ApprovalSummary`. Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ApprovalResult.html>.
pub const SUMMARY_CHARACTERS_MAX: usize = 512;
/// The reader of codepipeline's messages, by its name.
const SOURCE: &str = "codepipeline";
/// Names of pipelines, stages and actions. Source: the model.
const NAME_LENGTH_MAX: usize = 100;
const REGION_LENGTH_MAX: usize = 63;
/// Letters of the groups of a token. Source: the model (`ApprovalToken`).
const TOKEN_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// All names are the sender's, and shaped as AWS shapes them.
#[derive(Clone, PartialEq, Eq)]
pub struct PipelineApproval {
    pub pipeline: String,
    pub stage: String,
    pub action: String,
    pub region: String,
    /// Whose pipeline it is, where the message says so.
    pub account: Option<String>,
    /// `None`: the message does not say when.
    pub expires_at_ms: Option<i64>,
    token: String,
}

/// `ApprovalStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Approved,
    Rejected,
}

impl PipelineApproval {
    /// Nothing, where the message is of something else or has no token: an event of `EventBridge` never has one.
    pub fn of(card: &Card, message: Option<&Value>) -> Option<Self> {
        if !Self::may_be_on(card) {
            return None;
        }
        let message = message?;
        let approval = message.get("approval")?;
        let said = |member: &str| approval.get(member).and_then(Value::as_str).map(str::to_owned);
        let name = |member: &str| said(member).filter(|name| is_name(name));
        let region = message.get("region").and_then(Value::as_str).or(card.place.region.as_deref());
        Some(Self {
            pipeline: name("pipelineName")?,
            stage: name("stageName")?,
            action: name("actionName")?,
            token: said("token").filter(|token| is_token(token))?,
            region: region.filter(|region| is_region(region))?.to_owned(),
            account: card.place.account.clone(),
            expires_at_ms: said("expires").and_then(|expires| expiry(&expires)),
        })
    }

    /// Whether it is worth to read the message for one.
    pub fn may_be_on(card: &Card) -> bool {
        card.source.name() == SOURCE
    }

    /// Whether `CodePipeline` takes no answer any more.
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.expires_at_ms.is_some_and(|expires_at_ms| expires_at_ms <= now_ms)
    }

    /// The answer, as it is typed. Whatever the summary says, it stays the summary: it is JSON between quotes that it cannot close.
    pub fn line(&self, status: Status, summary: &str) -> String {
        let Self { pipeline, stage, action, token, region, .. } = self;
        let result = json!({ "summary": summary, "status": status.as_str() }).to_string().replace('\'', r"\u0027");
        // A name may begin with a hyphen: after `=` it is a value all the same.
        format!(
            "codepipeline put-approval-result --pipeline-name={pipeline} --stage-name={stage} --action-name={action} \
             --result '{result}' --token={token} --region {region}"
        )
    }
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
        }
    }
}

/// `2026-11-29T20:22Z`, with seconds or without.
fn expiry(said: &str) -> Option<i64> {
    let minutes = said.strip_suffix('Z').filter(|minutes| minutes.len() == "2026-11-29T20:22".len());
    let moment = minutes.map_or_else(|| Moment::parse(said), |minutes| Moment::parse(&format!("{minutes}:00Z")));
    moment.unix()?.checked_mul(1000)
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '-' | '_');
    (1..=NAME_LENGTH_MAX).contains(&name.len()) && name.chars().all(is_part)
}

fn is_region(region: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    region.len() <= REGION_LENGTH_MAX
        && region.starts_with(|c: char| c.is_ascii_lowercase())
        && region.chars().all(is_part)
}

fn is_token(token: &str) -> bool {
    let is_hex = |group: &str| group.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    token.split('-').map(str::len).eq(TOKEN_GROUPS) && token.split('-').all(is_hex)
}

#[cfg(test)]
mod tests {
    use awscall::command_line::{CommandLine, Parsed, parse};

    use super::*;
    use crate::command::line_for_records;
    use crate::command::tests::heard;

    const FIXTURE: &str = include_str!("../../tests/fixtures/notification/codepipeline/approval_topic.json");
    const TOKEN: &str = "7d0c1f52-0000-4b3e-9c2a-aabbccddeeff";

    fn found(message: &Value) -> Option<PipelineApproval> {
        let (card, json) = heard(message);
        PipelineApproval::of(&card, json.as_ref())
    }

    fn with(member: &str, value: &str) -> Value {
        let mut message: Value = serde_json::from_str(FIXTURE).unwrap();
        message["approval"][member] = json!(value);
        message
    }

    fn read(line: &str) -> CommandLine {
        match parse(line) {
            Parsed::Run(line) => line,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_message_of_an_approval_action_is_one_until_it_expires() {
        let approval = found(&with("x", "")).unwrap();
        assert_eq!((approval.stage.as_str(), approval.region.as_str()), ("Production", "eu-west-1"));
        assert_eq!(approval.account.as_deref(), Some("123456789012"));
        let expires_at_ms = approval.expires_at_ms.unwrap();
        assert_eq!(expires_at_ms, 1_795_976_400_000);
        assert!(approval.is_over(expires_at_ms) && !approval.is_over(expires_at_ms - 1));
        assert!(!PipelineApproval { expires_at_ms: None, ..approval }.is_over(i64::MAX));
    }

    #[test]
    fn what_is_not_shaped_as_aws_shapes_it_is_none() {
        for (member, value) in [
            ("token", ""),
            ("token", "7d0c1f52-0000-4b3e-9c2a-aabbccddeef'"),
            ("token", "7D0C1F52-0000-4B3E-9C2A-AABBCCDDEEFF"),
            ("pipelineName", "a b"),
            ("pipelineName", "a' --region us-gov-west-1 '"),
            ("stageName", "$(id)"),
            ("actionName", ""),
        ] {
            assert!(found(&with(member, value)).is_none(), "{member} {value}");
        }
        let mut elsewhere = with("x", "");
        elsewhere["region"] = json!("eu-west-1 --profile x");
        assert!(found(&elsewhere).is_none());
        let event = json!({
            "version": "0", "id": "1", "detail-type": "CodePipeline Action Execution State Change",
            "source": "aws.codepipeline", "account": "123456789012", "time": "2026-11-22T10:00:00Z", "region": "eu-west-1",
            "resources": [],
            "detail": {"pipeline": "storefront", "state": "STARTED", "stage": "Production", "action": "Sign-off",
                "type": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}},
        });
        assert!(found(&event).is_none());
    }

    #[test]
    fn whatever_is_said_stays_a_value() {
        for summary in [
            "",
            "basket checked",
            "--token=x --region us-gov-west-1",
            "it's fine' --region us-gov-west-1 '",
            "a,status=Rejected",
            "\",\"status\":\"Rejected",
            "two\nlines \\ and a tab\t",
            "“curly” — and 'single' $(id) `id`",
            "file:///etc/passwd",
            &"😀".repeat(SUMMARY_CHARACTERS_MAX),
        ] {
            let approval = found(&with("pipelineName", "--dry")).unwrap();
            let line = read(&approval.line(Status::Approved, summary));
            let call = json!({
                "pipelineName": "--dry", "stageName": "Production", "actionName": "Sign-off", "token": TOKEN,
                "result": {"summary": summary, "status": "Approved"},
            });
            assert_eq!(Value::Object(line.call.input.clone()), call);
            assert_eq!(line.region.as_deref(), Some("eu-west-1"));
            // What is kept and run is the line as it is shown, with its token; what is shown has none.
            assert_eq!(Value::Object(read(&line.shown).call.input), call, "{}", line.shown);
            assert!(
                line.shown.contains(TOKEN) && !line_for_records(&line).contains(TOKEN),
                "{}",
                line_for_records(&line)
            );
        }
        let approval = found(&with("x", "")).unwrap();
        assert!(approval.line(Status::Rejected, "no").contains("Rejected"));
    }
}
