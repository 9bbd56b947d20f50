//! Buttons of custom actions under notifications: a press becomes the action's command, with the notification's own values in it.
//!
//! The values are read from the stored message when somebody presses, as they were when the button was drawn. What will run is
//! always shown before it runs, below the notification; from there it is a command like any other, of whoever pressed (`commands`).

use std::sync::Arc;

use domain::command::alias::Action;
use domain::command::custom_action::ACTIONS_MAX;
use domain::command::variables::VariableValues;
use domain::conversation::{Answer, ChatEvent, Reply};
use store::{ListedConfiguration, StoreError};

use super::values::Filling;
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::chat_commands::Origin;
use crate::app::notification_buttons::Notice;
use crate::app::tickets::{NotificationPress, NotificationStep, Purpose, Ticket, ValuesPress};

impl App {
    pub(super) async fn notification_pressed(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        ticket: &Ticket,
        press: &NotificationPress,
        given: Option<VariableValues>,
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(listed) = turn.configuration(ticket.configuration_arn.as_deref()) else {
            let gone = "The configuration that sent this notification is not in this channel any more.";
            return Ok(to_asker(Answer::sentence(gone)));
        };
        let Some(notice) = self.notice(press.notification, listed.configuration.arn.as_str()).await? else {
            let pruned = "I have forgotten this notification: it is older than I keep them. Nothing was run.";
            return Ok(to_asker(Answer::sentence(pruned)));
        };
        match &press.step {
            NotificationStep::Action(arn) => self.action_pressed(turn, (listed, press), &notice, (arn, given)).await,
            NotificationStep::More => self.more_actions(turn, listed, press.notification, &notice).await,
            NotificationStep::Approval(decision) => {
                self.pipeline_approval_pressed(turn, (listed, press), &notice, (*decision, None)).await
            }
            NotificationStep::ApprovalWith(decision) => {
                let given = Some(given.unwrap_or_default());
                self.pipeline_approval_pressed(turn, (listed, press), &notice, (*decision, given)).await
            }
            NotificationStep::Logs { errors } => Box::pin(self.logs_pressed(turn, listed, &notice, *errors)).await,
        }
    }

    async fn action_pressed(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        (listed, press): (&ListedConfiguration, &NotificationPress),
        notice: &Notice,
        (arn, given): (&str, Option<VariableValues>),
    ) -> Result<Vec<Reply>, StoreError> {
        let configuration_arn = &listed.configuration.arn;
        let actions = self.store.actions_shown(configuration_arn.as_str()).await?;
        let action = actions.iter().find(|action| action.arn.as_str() == arn);
        let Some(shown) = action.and_then(|action| notice.notified.as_ref()?.shows(action)) else {
            let gone = "This action is not one of this notification any more. Nothing was run.";
            return Ok(to_asker(Answer::sentence(gone)));
        };
        let mut values = shown.values;
        // What the notification says stands: a form asks for the rest alone.
        for (name, value) in given.unwrap_or_default() {
            values.entry(name).or_insert(value);
        }
        let command = shown.action.command_text.as_str();
        if let Ok(action) = Action::parse(command) {
            let variables = action.variables();
            values.retain(|name, _| variables.contains(&name.as_str()));
        }
        let filling = Filling {
            origin: Origin::Action(shown.action.name.as_str().to_owned()),
            configuration_arn: Some(configuration_arn.clone()),
            action: command.to_owned(),
            values,
            again: ValuesPress::Notification(press.clone()),
        };
        let event = below(turn.event, &filling);
        let below =
            Turn { event: event.as_ref().unwrap_or(turn.event), configurations: turn.configurations.clone(), ..*turn };
        self.fill_in(&below, filling).await
    }

    /// All actions of a notification that has more than it shows.
    async fn more_actions(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
        notification_id: i64,
        notice: &Notice,
    ) -> Result<Vec<Reply>, StoreError> {
        let arn = &listed.configuration.arn;
        let ticket = |step| {
            let press = NotificationPress { notification: notification_id, step };
            Ticket::for_asker(turn.event, Purpose::Notification(press), Some(arn), self.clock.now_ms())
        };
        let buttons = self.buttons_of(notice, arn.as_str()).await?;
        let left_out = buttons.len().saturating_sub(ACTIONS_MAX);
        let shown = buttons.into_iter().take(ACTIONS_MAX);
        let controls = shown.map(|button| self.control_of(button, &ticket)).collect::<Result<_, _>>()?;
        let note =
            (left_out > 0).then(|| format!("{left_out} more have no room here. `alias list` shows those with a name."));
        Ok(to_asker(Answer { controls, note, ..Answer::sentence("What do you want to run?") }))
    }
}

/// What a press begins stands below the notification and not in its place: as if it had been said there. A form that is still to be
/// asked for needs the press itself.
fn below(event: &ChatEvent, filling: &Filling) -> Option<ChatEvent> {
    let action = Action::parse(&filling.action).ok()?;
    let is_whole = action.missing(&filling.values).is_empty();
    is_whole.then(|| event.said_below())
}
