//! A message and its thread, on any platform that has threads: the first message of a matter opens one, those after it reply and
//! show in the first, which says how the matter stands.
//!
//! A reply is two attempts: posted, then the first message updated. Between them the store knows the reply, so a crash repeats
//! the update alone.

use std::future::Future;

use domain::delivery::{DeliveryOutcome, ThreadEvent, ThreadPreferences, ThreadState};
use domain::notification::{Card, Source, Thread as CardThread, ThreadUpdate};
use store::outbox::{Lease, PendingDelivery};
use store::{StoreError, Thread, ThreadEntry};

use super::Sent;
use crate::app::App;
use crate::app::notification_buttons::ButtonPlace;

/// A channel whose platform can reply and update, for one delivery.
pub(super) trait Conversation: Sync {
    /// Posts the message: on its own, or as a reply.
    fn post(&self, card: &Card, reply: Option<Reply<'_>>) -> impl Future<Output = Landed> + Send;

    /// Puts the first message of a thread in place of what it was.
    fn update(&self, parent_posted: &str, update: &ThreadUpdate<'_>) -> impl Future<Output = DeliveryOutcome> + Send;

    /// Whether a reply can show in the channel, too.
    fn can_show_replies(&self) -> bool;

    /// Where presses of what is sent there are heard, if they are.
    fn buttons(&self) -> Option<ButtonPlace<'_>>;

    /// Whether a reply or an update failed because somebody deleted the thread's first message.
    fn parent_is_gone(&self, outcome: &DeliveryOutcome) -> bool;
}

/// What came of a message that was posted.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) outcome: DeliveryOutcome,
    /// A reply that stands on its own: somebody deleted its thread's first message, and the chat did not say so.
    pub(super) beside_thread: bool,
}

/// To which message, and where it shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reply<'a> {
    pub(super) parent_posted: &'a str,
    /// In the channel too.
    pub(super) shows_in_channel: bool,
}

/// What a message has to do with a thread.
struct Threaded {
    key: String,
    event: ThreadEvent,
    preferences: ThreadPreferences,
    /// How long its matter may have been quiet.
    window_ms: i64,
    /// The newest thread of the matter, whether the message belongs into it or not.
    found: Option<Thread>,
}

impl Threaded {
    /// The thread that the message belongs into. One whose first message is gone has lost its name, and takes none.
    fn joins(&self) -> Option<&Thread> {
        let takes =
            |entry: &ThreadEntry| !entry.parent_posted.is_empty() && entry.state.takes(&self.event, self.window_ms);
        self.found.as_ref().filter(|thread| takes(&thread.entry))
    }

    fn opened(&self, posted: &str, delivery: &PendingDelivery) -> ThreadEntry {
        ThreadEntry {
            key: self.key.clone(),
            parent_posted: posted.to_owned(),
            parent_notification_id: delivery.notification_id,
            state: ThreadState::opened_by(&self.event),
        }
    }
}

impl App {
    /// Sends one message, or finishes what was begun.
    pub(super) async fn converse(
        &self,
        channel: &impl Conversation,
        lease: &Lease,
        delivery: &PendingDelivery,
        card: &Card,
    ) -> Result<Sent, StoreError> {
        let controls = match channel.buttons() {
            Some(to) => self.buttons_for(card, (delivery.notification_id, delivery.body.as_str()), &to).await?,
            None => Vec::new(),
        };
        // Most have none, and are sent as they are.
        let with_buttons = (!controls.is_empty()).then(|| Card { controls, ..card.clone() });
        let card = with_buttons.as_ref().unwrap_or(card);
        let threaded = match &card.thread {
            Some(thread) => self.threaded(lease, delivery, card, thread).await?,
            None => None,
        };
        Ok(match (&delivery.posted, threaded) {
            (None, None) => channel.post(card, None).await.outcome.into(),
            (None, Some(threaded)) => post(channel, delivery, card, &threaded).await,
            (Some(posted), threaded) => {
                let done = |thread| Sent::Delivered { posted: posted.clone(), thread };
                match threaded {
                    Some(threaded) => match self.update_parent(channel, delivery, card, &threaded).await? {
                        Updated::Later(sent) => sent,
                        Updated::Done(thread) => done(thread),
                    },
                    None => done(None),
                }
            }
        })
    }

    /// `None`: the configuration wants no such thread.
    async fn threaded(
        &self,
        lease: &Lease,
        delivery: &PendingDelivery,
        card: &Card,
        thread: &CardThread,
    ) -> Result<Option<Threaded>, StoreError> {
        let is_custom = card.source == Source::CUSTOM_NOTIFICATION;
        // A sender chooses its key: it must not be able to choose that of an alarm.
        let key = if is_custom { format!("custom|{}", thread.key) } else { thread.key.clone() };
        let configuration_arn = delivery.configuration_arn.as_str();
        let lookup = self.store.thread(configuration_arn, &lease.destination, &key).await?;
        let preferences = self.thread_rules.of(configuration_arn, lookup.preferences).preferences;
        let at_ms = card.sent.unix().map_or(delivery.since_ms, |seconds| seconds.saturating_mul(1000));
        let event = ThreadEvent { severity: card.severity, at_ms, ended: thread.ended.is_some() };
        let found = lookup.thread;
        Ok(preferences.window_ms(is_custom).map(|window_ms| Threaded { key, event, preferences, window_ms, found }))
    }

    /// Shows the reply in the thread's first message. The reply itself is out: what cannot be updated stays as it is. Where
    /// somebody deleted it, the matter's next message opens a new thread.
    async fn update_parent(
        &self,
        channel: &impl Conversation,
        delivery: &PendingDelivery,
        card: &Card,
        threaded: &Threaded,
    ) -> Result<Updated, StoreError> {
        // Something newer may have gone out in between.
        let thread = threaded.found.as_ref().filter(|thread| !thread.entry.state.is_past(&threaded.event));
        let parent = thread.and_then(|thread| {
            let parent = self.card_of(&thread.parent_body, &delivery.configuration_arn).ok()?;
            Some((thread, parent))
        });
        let Some((thread, mut parent)) = parent else { return Ok(Updated::Done(None)) };
        if let Some(to) = channel.buttons() {
            let stored = (thread.entry.parent_notification_id, thread.parent_body.as_str());
            parent.controls = self.buttons_for(&parent, stored, &to).await?;
        }
        let took_ms = thread.entry.state.took_ms();
        let update = ThreadUpdate { parent: &parent, latest: card, took_ms, updates: threaded.preferences.updates };
        let outcome = channel.update(&thread.entry.parent_posted, &update).await;
        let is_gone = channel.parent_is_gone(&outcome);
        Ok(match outcome {
            DeliveryOutcome::Delivered { .. } => Updated::Done(None),
            DeliveryOutcome::Dead { reason } => {
                let configuration = delivery.configuration_arn.as_str();
                tracing::warn!(configuration, reason, "the thread's first message was not updated");
                let nameless = || ThreadEntry { parent_posted: String::new(), ..thread.entry.clone() };
                Updated::Done(is_gone.then(nameless))
            }
            other => Updated::Later(other.into()),
        })
    }
}

/// What became of a thread's first message.
enum Updated {
    /// Nothing is left to do. The thread, where it is another by that.
    Done(Option<ThreadEntry>),
    Later(Sent),
}

/// Posts the message: as the first of its thread, or as a reply.
async fn post(channel: &impl Conversation, delivery: &PendingDelivery, card: &Card, threaded: &Threaded) -> Sent {
    // Where no reply shows in the channel, an alarm that rings again stands on its own: nobody is told of an old thread.
    let is_unseen = |thread: &&Thread| !channel.can_show_replies() && thread.entry.state.rings_again(&threaded.event);
    if let Some(Thread { entry, .. }) = threaded.joins().filter(|thread| !is_unseen(thread)) {
        let shows_in_channel = threaded.preferences.shows_in_channel(&entry.state, &threaded.event);
        let reply = Reply { parent_posted: &entry.parent_posted, shows_in_channel };
        let Landed { outcome, beside_thread } = channel.post(card, Some(reply)).await;
        if beside_thread {
            return first(outcome, delivery, threaded);
        }
        if !channel.parent_is_gone(&outcome) {
            return replied(outcome, entry, &threaded.event);
        }
    }
    first(channel.post(card, None).await.outcome, delivery, threaded)
}

/// A message that stands on its own begins a thread.
fn first(outcome: DeliveryOutcome, delivery: &PendingDelivery, threaded: &Threaded) -> Sent {
    match outcome {
        DeliveryOutcome::Delivered { posted } => {
            let thread = Some(threaded.opened(&posted, delivery));
            Sent::Delivered { posted, thread }
        }
        other => other.into(),
    }
}

/// What came late is in the thread and changes nothing of what its first message says.
fn replied(outcome: DeliveryOutcome, entry: &ThreadEntry, event: &ThreadEvent) -> Sent {
    match outcome {
        DeliveryOutcome::Delivered { posted } if !entry.state.is_past(event) => {
            let thread = ThreadEntry { state: entry.state.after(event), ..entry.clone() };
            Sent::Posted { posted, thread }
        }
        other => other.into(),
    }
}
