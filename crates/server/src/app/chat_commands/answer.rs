//! Answering: what came of a command, told in the thread where it was asked for; at least once, for half an hour.

use awscall::command_line::{self, CommandLine, Parsed};
use domain::conversation::{Answer, Audience, ChatEvent, Reply, Scene};
use domain::delivery::{DeliveryOutcome, TeamsActivity};
use store::{ChatCommand, StoreError};

use super::{Asked, Audited, Outcome, Settled, Step, reply_key};
use crate::app::App;

/// Whoever asked is gone by then.
const ANSWERED_WITHIN_MS: i64 = 30 * 60 * 1000;
/// The number of a reply among those of one command: by it Slack knows one that was sent before.
const STILL: usize = 0;
const ANSWER: usize = 1;
const FILE: usize = 2;

/// A command that has ended, as far as it is known.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) asked: Asked,
    /// `None`: it cannot be read any more.
    pub(super) line: Option<CommandLine>,
    pub(super) outcome: Outcome,
    /// The message that says that it runs.
    pub(super) posted: Option<String>,
    pub(super) attempts: i64,
    pub(super) ended_at_ms: i64,
    pub(super) took_ms: i64,
    /// As whom it ran, where that is known still.
    pub(super) role: Option<String>,
}

impl App {
    /// Told once, to whoever waits for longer than a moment. Answers the name of the message, if there is one.
    pub(super) async fn say_still_running(&self, settled: &Settled) -> Option<String> {
        let call = &settled.line.call;
        let headline = format!("Still running {} {} in {}…", call.service.name, call.operation.command, settled.region);
        let say = Reply::Say { to: Audience::Everyone, answer: Answer::sentence(headline) };
        let event = settled.asked.event();
        match self.reply_in(&reply_key(&settled.id), &event, STILL, &say).await {
            Ok(DeliveryOutcome::Delivered { posted }) if !posted.is_empty() => {
                if let Err(error) = self.store.put_command_post(&settled.id, &posted).await {
                    tracing::debug!(command = settled.id, %error, "a message of a command is not remembered");
                }
                Some(posted)
            }
            // The answer itself will come.
            _ => None,
        }
    }

    /// Answers a command that whoever ran it left, as `worker/run_chat_commands` found it.
    pub async fn tell_chat_command(&self, command: ChatCommand) {
        let Some(asked) = Asked::of(&command) else {
            tracing::error!(command = command.id, "a command is damaged in the store, or was sealed with another key");
            self.answered(&command.id, Some("what was asked is damaged in the store")).await;
            return;
        };
        let line = match command_line::parse(&asked.line) {
            Parsed::Run(line) | Parsed::Incomplete(line, _) => Some(line),
            Parsed::Help(_) | Parsed::Mistake(_) => None,
        };
        let outcome = Outcome::read(command.result.as_ref());
        if matches!(outcome, Outcome::Unknown) && command.attempts == 0 {
            self.audit_command(&Audited {
                step: Step::Ended,
                id: &command.id,
                asked: &asked,
                line: line.as_ref(),
                standing: None,
                read_only: false,
                error: outcome.error(),
            })
            .await;
        }
        let ended_at_ms = command.ended_at_ms.unwrap_or(command.created_at_ms);
        let took_ms = ended_at_ms.saturating_sub(command.started_at_ms.unwrap_or(ended_at_ms));
        let ChatCommand { id, posted, attempts, .. } = command;
        let role = asked.shown_as.as_ref().map(|shown| shown.role().to_owned());
        self.tell(Told { id, asked, line, outcome, posted, attempts, ended_at_ms, took_ms, role }).await;
    }

    pub(super) async fn tell(&self, told: Told) {
        let id = told.id.clone();
        let (attempts, until_ms) = (told.attempts, told.ended_at_ms.saturating_add(ANSWERED_WITHIN_MS));
        let sent = match self.send_answer(&told).await {
            Ok(outcome) => outcome,
            Err(error) => DeliveryOutcome::Retry { after_ms: None, reason: error.to_string() },
        };
        match sent {
            DeliveryOutcome::Delivered { .. } => self.answered(&id, None).await,
            DeliveryOutcome::Retry { after_ms, reason } => {
                let failures = attempts.saturating_add(1);
                let wait_ms = after_ms.unwrap_or_else(|| self.backoff.delay_ms(failures, self.random.fraction()));
                let at_ms = self.clock.now_ms().saturating_add(wait_ms);
                if at_ms > until_ms {
                    let reason = format!("gave up after half an hour; last: {reason}");
                    self.unanswered(&id, &reason).await;
                } else if let Err(error) = self.store.answer_command_again(&id, at_ms, &reason).await {
                    tracing::warn!(command = id, %error, "an answer is tried again when its lease is over");
                }
            }
            DeliveryOutcome::Paused { reason } | DeliveryOutcome::Dead { reason } => {
                self.unanswered(&id, &reason).await;
            }
        }
    }

    async fn send_answer(&self, told: &Told) -> Result<DeliveryOutcome, StoreError> {
        let event = told.asked.event();
        let mut replies = self.words_of(told)?.replies(matches!(event.scene, Scene::Slack(_))).into_iter();
        let Some(answer) = replies.next() else { return Ok(DeliveryOutcome::Delivered { posted: String::new() }) };
        let key = reply_key(&told.id);
        let sent = self.send_in_place(told, &event, &key, answer).await?;
        if matches!(sent, DeliveryOutcome::Delivered { .. }) {
            for (more, reply) in replies.enumerate() {
                // What came of it is told: whatever becomes of the rest, it is not told again.
                self.reply_in(&key, &event, FILE.saturating_add(more), &reply).await?;
            }
        }
        Ok(sent)
    }

    /// In the place of the message that says that it runs; where that cannot be, below it.
    async fn send_in_place(
        &self,
        told: &Told,
        event: &ChatEvent,
        key: &str,
        answer: Reply,
    ) -> Result<DeliveryOutcome, StoreError> {
        if let Some(there) = told.posted.as_deref().and_then(|posted| in_place_of(event, posted))
            && let Reply::Say { answer, .. } = &answer
        {
            let replaced = self.reply_in(key, &there, ANSWER, &Reply::Replace(answer.clone())).await?;
            if !matches!(replaced, DeliveryOutcome::Dead { .. }) {
                return Ok(replaced);
            }
        }
        self.reply_in(key, event, ANSWER, &answer).await
    }

    async fn answered(&self, id: &str, reason: Option<&str>) {
        if let Err(error) = self.store.command_answered(id, reason).await {
            tracing::warn!(command = id, %error, "a command that was answered may be answered again");
        }
    }

    async fn unanswered(&self, id: &str, reason: &str) {
        tracing::warn!(command = id, reason, "what came of a command is not told");
        self.answered(id, Some(reason)).await;
    }
}

/// The same place, with a message of ours as the one that was pressed.
fn in_place_of(event: &ChatEvent, posted: &str) -> Option<ChatEvent> {
    let mut there = event.clone();
    match &mut there.scene {
        Scene::Slack(scene) => {
            scene.message_ts = Some(posted.to_owned());
            scene.response_url = None;
        }
        Scene::Teams(scene) => {
            let activity = TeamsActivity::parse(posted)?;
            activity.conversation_id().clone_into(&mut scene.conversation_id);
            scene.reply_to_id = Some(activity.activity_id().to_owned());
        }
    }
    Some(there)
}
