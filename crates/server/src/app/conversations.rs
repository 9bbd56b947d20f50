//! Answering: what somebody said or pressed in chat, from the event that was heard to the replies that are out.
//!
//! The corridor of `worker/answer_chat`: read the event, find the configurations of its place, decide what to reply (one file a
//! request), send (`send`), settle. All before the sending may be done twice, after a crash, and comes to the same.

mod aliases;
mod can_i;
mod channels;
mod command_help;
mod commands;
mod custom_actions;
mod help;
mod installations;
mod pipeline_approvals;
mod preferences;
mod search;
mod send;
mod show_logs;
mod switch_role;
mod values;
mod whoami;

use std::sync::Arc;

use domain::conversation::slack::{self, PayloadKind};
use domain::conversation::{Answer, Audience, ChatEvent, Happening, Reply, Request, Scene, Values};
use domain::delivery::DeliveryOutcome;
use domain::organization::Allowed;
use secrecy::{ExposeSecret as _, SecretString};
use store::{ChatEventKind, ChatEventLease, ChatEventOutcome, ListedConfiguration, StoreError};

use super::App;
use super::tickets::{NotTaken, NotificationStep, Purpose, ValuesPress};

/// Whoever asked is gone by then, and the addresses to answer by are no good any more.
/// Source: <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses> (30 minutes).
const ANSWERED_WITHIN_MS: i64 = 30 * 60 * 1000;

/// An event with what is known of its place.
struct Turn<'a> {
    /// The event's own name: the same each time that it is answered.
    key: &'a str,
    event: &'a ChatEvent,
    received_at_ms: i64,
    /// Of the channel, of all accounts, in the order of their ARNs.
    configurations: Vec<ListedConfiguration>,
}

impl Turn<'_> {
    /// The configuration that a ticket is about, if it is one of this channel still.
    fn configuration(&self, arn: Option<&str>) -> Option<&ListedConfiguration> {
        self.configurations.iter().find(|listed| Some(listed.configuration.arn.as_str()) == arn)
    }
}

/// Somebody said or pressed something; news of channels and installations are heard in denied channels too.
fn wants_an_answer(what: &Happening) -> bool {
    match what {
        Happening::Said { .. }
        | Happening::Pressed { .. }
        | Happening::Submitted { .. }
        | Happening::Shortcut { .. } => true,
        Happening::Channel(_) | Happening::Installation(_) | Happening::Nothing => false,
    }
}

fn gave_up(last: &str) -> String {
    format!("gave up after half an hour; last: {last}")
}

/// Only to whoever asked.
fn to_asker(answer: Answer) -> Vec<Reply> {
    vec![Reply::Say { to: Audience::Person, answer }]
}

impl App {
    /// Answers a leased event, and says what came of it.
    pub async fn answer_chat_event(self: &Arc<Self>, lease: &ChatEventLease) -> Result<ChatEventOutcome, StoreError> {
        let mut event = match self.read(lease).await? {
            Ok(event) => event,
            Err(reason) => return Ok(ChatEventOutcome::Failed { reason }),
        };
        // Nobody waits any more, and whatever was in the way of an answer until now is not tried for ever.
        if wants_an_answer(&event.what) && self.clock.now_ms() > lease.received_at_ms.saturating_add(ANSWERED_WITHIN_MS)
        {
            let last = lease.reason.as_deref().unwrap_or("nobody was there to answer");
            return Ok(ChatEventOutcome::Failed { reason: gave_up(last) });
        }
        let form = send::sent_form(&event);
        self.put_in_place(&mut event);
        let (configurations, refusal) = self.allowed_at(&event.scene).await?;
        let turn = Turn { key: &lease.key, event: &event, received_at_ms: lease.received_at_ms, configurations };
        let replies = match refusal.filter(|_| wants_an_answer(&event.what)) {
            Some(refusal) => to_asker(Answer::sentence(refusal)),
            // Large, as the ways through it are many.
            None => Box::pin(self.replies_to(&turn)).await?,
        };
        for (index, reply) in replies.iter().enumerate() {
            let outcome = self.send_reply(&turn, index, reply).await?;
            if let Some(ended) = self.ended(lease, outcome) {
                return Ok(ended);
            }
        }
        if let Some(form) = form {
            self.close_form(&form, &event.scene).await;
        }
        Ok(ChatEventOutcome::Answered)
    }

    /// Sends a reply that no event waits for, into the place of an event; under `key` and `number` it is known if it comes again.
    pub(super) async fn reply_in(
        &self,
        key: &str,
        event: &ChatEvent,
        number: usize,
        reply: &Reply,
    ) -> Result<DeliveryOutcome, StoreError> {
        let turn = Turn { key, event, received_at_ms: self.clock.now_ms(), configurations: Vec::new() };
        self.send_reply(&turn, number, reply).await
    }

    /// An inner `Err` says why the event cannot be read, and never will.
    async fn read(&self, lease: &ChatEventLease) -> Result<Result<ChatEvent, String>, StoreError> {
        let Some(body) = lease.body.as_ref().map(SecretString::expose_secret) else {
            return Ok(Err("what was said is damaged in the store, or was sealed with another key".to_owned()));
        };
        let kind = match lease.kind {
            ChatEventKind::SlackEvent => PayloadKind::Event,
            ChatEventKind::SlackCommand => PayloadKind::Command,
            ChatEventKind::SlackInteraction => PayloadKind::Interaction,
            ChatEventKind::TeamsActivity => {
                return Ok(self.teams_event(body).await?.map_err(|malformed| malformed.to_string()));
            }
        };
        Ok(slack::read(kind, body).map_err(|malformed| malformed.to_string()))
    }

    /// Nothing, if the reply is out and the next may follow.
    fn ended(&self, lease: &ChatEventLease, outcome: DeliveryOutcome) -> Option<ChatEventOutcome> {
        let (after_ms, reason) = match outcome {
            DeliveryOutcome::Delivered { .. } => return None,
            DeliveryOutcome::Retry { after_ms, reason } => (after_ms, reason),
            DeliveryOutcome::Paused { reason } | DeliveryOutcome::Dead { reason } => {
                return Some(ChatEventOutcome::Failed { reason });
            }
        };
        let now_ms = self.clock.now_ms();
        let failures = lease.attempts.saturating_add(1);
        let wait_ms = after_ms.unwrap_or_else(|| self.backoff.delay_ms(failures, self.random.fraction()));
        let at_ms = now_ms.saturating_add(wait_ms);
        if at_ms > lease.received_at_ms.saturating_add(ANSWERED_WITHIN_MS) {
            return Some(ChatEventOutcome::Failed { reason: gave_up(&reason) });
        }
        Some(ChatEventOutcome::Retry { at_ms, reason })
    }

    /// The configurations of a place that their accounts' policies allow. Where there are some and all are denied, what is said
    /// instead of an answer.
    async fn allowed_at(&self, scene: &Scene) -> Result<(Vec<ListedConfiguration>, Option<String>), StoreError> {
        let configurations = self.configurations_at(scene).await?;
        let allowed = self.all_allowed(configurations.iter().map(|listed| &listed.configuration)).await;
        let refusal = allowed.iter().find_map(Allowed::refusal);
        let pairs = configurations.into_iter().zip(&allowed);
        let kept: Vec<_> = pairs.filter(|(_, allowed)| allowed.denied.is_none()).map(|(listed, _)| listed).collect();
        let refusal = refusal.filter(|_| kept.is_empty());
        Ok((kept, refusal))
    }

    async fn configurations_at(&self, scene: &Scene) -> Result<Vec<ListedConfiguration>, StoreError> {
        let destination = match scene {
            Scene::Slack(scene) => {
                scene.channel_id.as_ref().map(|channel_id| format!("slack/{}/{channel_id}", scene.team_id))
            }
            Scene::Teams(scene) => match (&scene.team_id, &scene.channel_id) {
                (Some(team_id), Some(channel_id)) => {
                    Some(domain::chat_configuration::teams_destination(team_id, channel_id))
                }
                _ => None,
            },
        };
        match destination {
            Some(destination) => self.store.chat_configurations_of_channel(&destination).await,
            None => Ok(Vec::new()),
        }
    }

    async fn replies_to(self: &Arc<Self>, turn: &Turn<'_>) -> Result<Vec<Reply>, StoreError> {
        match &turn.event.what {
            Happening::Said { text } => match Request::parse(text) {
                Request::Help => self.help(turn).await,
                Request::Preferences => self.preferences(turn).await,
                Request::SwitchRole => self.switch_role(turn).await,
                Request::Whoami => self.whoami(turn).await,
                Request::CanI(command) => Box::pin(self.can_i(turn, &command)).await,
                Request::Search(words) => Ok(Self::search(&words)),
                Request::Alias(words) => self.alias(turn, &words).await,
                Request::Run(words) => self.run_alias(turn, &words).await,
                Request::Feedback => Ok(self.feedback()),
                Request::SetDefaultRegion(named) => self.set_default_region(turn, named.as_deref()).await,
                Request::SetDefaultAccount(named) => self.set_default_account(turn, named.as_deref()).await,
                Request::Command(line) => self.command(turn, &line).await,
            },
            Happening::Pressed { ticket, values } | Happening::Submitted { ticket, values } => {
                Box::pin(self.pressed(turn, ticket, values)).await
            }
            Happening::Shortcut { .. } => self.help(turn).await,
            Happening::Channel(news) => self.channel_news(turn, news).await,
            Happening::Installation(news) => self.installation_news(turn, news).await,
            Happening::Nothing => Ok(Vec::new()),
        }
    }

    async fn pressed(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        ticket: &str,
        values: &Values,
    ) -> Result<Vec<Reply>, StoreError> {
        let ticket = match self.take_ticket(turn.key, turn.event, ticket).await {
            Ok(ticket) => ticket,
            Err(NotTaken::Store(error)) => return Err(error),
            Err(refused) => return Ok(to_asker(Answer::sentence(refused.to_string()))),
        };
        match ticket.purpose {
            Purpose::ChangePreferences => self.ask_for_preferences(turn, &ticket).await,
            Purpose::KeepPreferences => self.keep_preferences(turn, &ticket, values).await,
            Purpose::SwitchRole => self.switch_role_of(turn, &ticket).await,
            Purpose::Command(ref press) => Box::pin(self.command_pressed(turn, &ticket, press, values)).await,
            Purpose::DefaultRegion(ref named) => {
                self.default_region_pressed(turn, &ticket, named.as_deref(), values).await
            }
            Purpose::Notification(ref press) => {
                let is_form = matches!(press.step, NotificationStep::ApprovalWith(_));
                let given = is_form.then(|| values::values_of_form(values));
                Box::pin(self.notification_pressed(turn, &ticket, press, given)).await
            }
            Purpose::Values(ref press) => {
                // Pressed, it shows the form; sent, the form comes back.
                let is_form = matches!(turn.event.what, Happening::Submitted { .. });
                let given = is_form.then(|| values::values_of_form(values));
                match press {
                    ValuesPress::Alias { name, values } => {
                        self.alias_values(turn, (name, values.clone()), given.as_ref()).await
                    }
                    ValuesPress::Notification(press) => {
                        Box::pin(self.notification_pressed(turn, &ticket, press, given)).await
                    }
                }
            }
            Purpose::DefaultAccount => self.default_account_pressed(turn, &ticket).await,
            Purpose::HelpPage { ref service, page } => self.help_page(turn, service, page),
        }
    }
}
