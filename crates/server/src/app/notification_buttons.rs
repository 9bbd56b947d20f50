//! Buttons of notifications: of an approval that a pipeline waits for, of the custom actions that show in their configuration, and of
//! logs where an alarm is about some.
//!
//! `deliveries` puts them onto the cards of channels whose presses are heard; `conversations/custom_actions` asks again when one is
//! pressed. A button carries the notification's number and what it is of, never a value: the values stay in the stored message.

use domain::command::alarm_logs::AlarmLogs;
use domain::command::custom_action::{BUTTONS_SHOWN, Notified};
use domain::command::pipeline_approval::PipelineApproval;
use domain::conversation::{Control, Style};
use domain::notification::{Card, message_json};
use domain::sns_message::SnsMessage;
use store::StoreError;
use uuid::Uuid;

use super::App;
use super::tickets::{Decision, NotificationPress, NotificationStep, Purpose, Ticket};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A notification that is kept for ever has a button for so long.
const BUTTONS_LAST_DAYS: u32 = 365;

/// A notification, as its buttons look at it.
pub(super) struct Notice {
    /// `None`: it can have no custom actions.
    pub(super) notified: Option<Notified>,
    pub(super) logs: Option<AlarmLogs>,
    pub(super) approval: Option<PipelineApproval>,
}

pub(super) struct NotificationButton {
    label: String,
    style: Style,
    step: NotificationStep,
}

/// Where a notification goes to.
pub(super) struct ButtonPlace<'a> {
    /// As tickets name it.
    pub(super) place: String,
    pub(super) configuration_arn: &'a str,
}

impl NotificationButton {
    fn plain(label: &str, step: NotificationStep) -> Self {
        Self { label: label.to_owned(), style: Style::Plain, step }
    }
}

impl App {
    /// The buttons that a notification is sent with. A configuration without actions costs a look into memory.
    pub(super) async fn buttons_for(
        &self,
        card: &Card,
        (notification_id, body): (i64, &str),
        to: &ButtonPlace<'_>,
    ) -> Result<Vec<Control>, StoreError> {
        let has_actions = !self.store.actions_shown(to.configuration_arn).await?.is_empty();
        if !has_actions && card.picture.is_none() && !PipelineApproval::may_be_on(card) {
            return Ok(Vec::new());
        }
        let Ok(message) = SnsMessage::parse(body.as_bytes()) else { return Ok(Vec::new()) };
        let notice = self.notice_of(card, &message.message);
        let mut buttons = self.buttons_of(&notice, to.configuration_arn).await?;
        // One that shows the rest stands for several, or for none.
        if buttons.len() > BUTTONS_SHOWN + 1 {
            buttons.truncate(BUTTONS_SHOWN);
            buttons.push(NotificationButton::plain("More actions", NotificationStep::More));
        }
        let ticket = |step| Ticket {
            id: Uuid::new_v4().to_string(),
            purpose: Purpose::Notification(NotificationPress { notification: notification_id, step }),
            configuration_arn: Some(to.configuration_arn.to_owned()),
            person: None,
            place: to.place.clone(),
            expires_at_ms: self.clock.now_ms().saturating_add(self.buttons_last_ms()),
            once: false,
            channel_id: None,
            thread_ts: None,
            is_in_thread: false,
            teams: None,
        };
        buttons.into_iter().map(|button| self.control_of(button, &ticket)).collect()
    }

    /// A notification that is still kept.
    pub(super) async fn notice(
        &self,
        notification_id: i64,
        configuration_arn: &str,
    ) -> Result<Option<Notice>, StoreError> {
        let Some(body) = self.store.notification_body(notification_id).await? else { return Ok(None) };
        let Ok(message) = SnsMessage::parse(body.as_bytes()) else { return Ok(None) };
        let Ok(card) = self.card_of(&body, configuration_arn) else { return Ok(None) };
        Ok(Some(self.notice_of(&card, &message.message)))
    }

    fn notice_of(&self, card: &Card, message: &str) -> Notice {
        let json = message_json(message);
        let logs = AlarmLogs::of(card, json.as_ref()).filter(|_| self.commands.enabled);
        let approval = PipelineApproval::of(card, json.as_ref()).filter(|_| self.commands.enabled);
        let notified = Notified::of(card, json).filter(|_| self.commands.enabled);
        Notice { notified, logs, approval }
    }

    /// All of them: what is waited for, custom actions in the order of their ARNs, then logs.
    pub(super) async fn buttons_of(
        &self,
        notice: &Notice,
        configuration_arn: &str,
    ) -> Result<Vec<NotificationButton>, StoreError> {
        let mut buttons = Vec::new();
        // No longer than CodePipeline waits: a card may be late, or be drawn again.
        if notice.approval.as_ref().is_some_and(|approval| !approval.is_over(self.clock.now_ms())) {
            let decisions =
                [("Approve", Style::Primary, Decision::Approve), ("Reject", Style::Danger, Decision::Reject)];
            buttons.extend(decisions.map(|(label, style, decision)| {
                let step = NotificationStep::Approval(decision);
                NotificationButton { style, ..NotificationButton::plain(label, step) }
            }));
        }
        if let Some(notified) = &notice.notified {
            let actions = self.store.actions_shown(configuration_arn).await?;
            buttons.extend(actions.iter().filter_map(|action| notified.shows(action)).map(|shown| {
                NotificationButton::plain(shown.label, NotificationStep::Action(shown.action.arn.as_str().to_owned()))
            }));
        }
        if notice.logs.is_some() {
            buttons.extend(
                [("Show logs", false), ("Show error logs", true)]
                    .map(|(label, errors)| NotificationButton::plain(label, NotificationStep::Logs { errors })),
            );
        }
        Ok(buttons)
    }

    pub(super) fn control_of(
        &self,
        button: NotificationButton,
        ticket: &impl Fn(NotificationStep) -> Ticket,
    ) -> Result<Control, StoreError> {
        let sealed = self.seal_ticket(&ticket(button.step))?;
        Ok(Control::Press { label: button.label, style: button.style, ticket: sealed })
    }

    /// As long as the message is kept whose values it needs.
    fn buttons_last_ms(&self) -> i64 {
        let days = if self.ledger_retention_days == 0 { BUTTONS_LAST_DAYS } else { self.ledger_retention_days };
        i64::from(days).saturating_mul(DAY_MS)
    }
}
