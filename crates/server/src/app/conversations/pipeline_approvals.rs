//! Approve and Reject under a pipeline's request: a press asks for a comment, and becomes the command that answers `CodePipeline`.
//!
//! `custom_actions` comes here with the notification. What runs is shown first, below it, and goes the way of commands from there
//! (`commands`): under the role of whoever pressed, with the rules of `[approvals]`. The token is read from the stored message when
//! the form comes back, and stands in no button.

use std::sync::Arc;

use domain::command::pipeline_approval::{PipelineApproval, SUMMARY_CHARACTERS_MAX, Status};
use domain::command::variables::VariableValues;
use domain::conversation::{Answer, Field, Form, Input, Reply};
use domain::notification::{Part, Text};
use store::{ListedConfiguration, StoreError};

use super::commands::Wanted;
use super::help::fact;
use super::values::field_of;
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::chat_commands::Origin;
use crate::app::notification_buttons::Notice;
use crate::app::tickets::{Decision, NotificationPress, NotificationStep, Purpose, Ticket};

const COMMENT: &str = "comment";

impl App {
    pub(super) async fn pipeline_approval_pressed(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        (listed, press): (&ListedConfiguration, &NotificationPress),
        notice: &Notice,
        (decision, given): (Decision, Option<VariableValues>),
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(approval) = &notice.approval else {
            return Ok(to_asker(Answer::sentence("I know of no approval that this notification asks for.")));
        };
        if approval.is_over(self.clock.now_ms()) {
            return Ok(to_asker(expired(approval)));
        }
        let account_id = listed.configuration.account_id.as_str();
        if let Some(account) = approval.account.as_deref().filter(|account| *account != account_id) {
            let elsewhere = format!(
                "The pipeline is of account {account}, and this channel's role of {account_id}: I cannot answer for it. \
                 Nothing was run."
            );
            return Ok(to_asker(Answer::sentence(elsewhere)));
        }
        let Some(given) = given else { return self.ask_for_comment(turn, listed, press, approval, decision) };
        let comment = given.get(COMMENT).map(|comment| comment.trim()).unwrap_or_default();
        let characters = comment.chars().count();
        if characters > SUMMARY_CHARACTERS_MAX {
            let long = format!(
                "Your comment has {characters} characters, and CodePipeline takes {SUMMARY_CHARACTERS_MAX}. Press again with a \
                 shorter one. Nothing was run."
            );
            return Ok(to_asker(Answer::sentence(long)));
        }
        let status = match decision {
            Decision::Approve => Status::Approved,
            Decision::Reject => Status::Rejected,
        };
        let configuration_arn = Some(listed.configuration.arn.clone());
        let line = approval.line(status, comment);
        let event = turn.event.said_below();
        let below = Turn { event: &event, configurations: turn.configurations.clone(), ..*turn };
        self.wanted(&below, Wanted { line, origin: Origin::Button, configuration_arn }).await
    }

    fn ask_for_comment(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
        press: &NotificationPress,
        approval: &PipelineApproval,
        decision: Decision,
    ) -> Result<Vec<Reply>, StoreError> {
        // The form comes back to the thread below the notification.
        let event = turn.event.said_below();
        let step = NotificationStep::ApprovalWith(decision);
        let purpose = Purpose::Notification(NotificationPress { step, ..press.clone() });
        let ticket = Ticket::for_asker(&event, purpose, Some(&listed.configuration.arn), self.clock.now_ms());
        let title = match decision {
            Decision::Approve => "Approve",
            Decision::Reject => "Reject",
        };
        let facts = [("Pipeline", &approval.pipeline), ("Stage", &approval.stage), ("Action", &approval.action)];
        let facts = facts.map(|(label, name)| fact(label, Text::Code(name.clone())));
        Ok(vec![Reply::Ask(Form {
            title: title.to_owned(),
            intro: vec![Part::Facts(facts.into())],
            fields: vec![Field {
                name: field_of(COMMENT),
                label: "Comment".to_owned(),
                hint: Some("CodePipeline keeps it beside your answer. The command is shown before it runs.".to_owned()),
                input: Input::Text { initial: String::new(), optional: true },
            }],
            submit: "Continue".to_owned(),
            ticket: self.seal_ticket(&ticket)?,
        })])
    }
}

fn expired(approval: &PipelineApproval) -> Answer {
    let PipelineApproval { pipeline, stage, .. } = approval;
    let remedy = format!("Retry the stage {stage} of {pipeline}, and it is asked for again. Nothing was run.");
    Answer {
        note: Some(remedy),
        ..Answer::sentence("This approval has expired: CodePipeline takes no answer to it any more.")
    }
}
