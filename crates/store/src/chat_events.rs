//! What people said and pressed, between the moment it was acknowledged and the moment it is answered.
//!
//! An event's life: [`Store::hear`] (durable when it returns) ‖ [`Store::claim_chat_events`] leases what is due ‖
//! [`Store::settle_chat_event`]. A platform repeats what it thinks was not heard, and says it to any node: the key keeps
//! that from being heard twice. The body is sealed, for it holds addresses that anybody could answer by, and is gone
//! once it is answered; the row stays as long as a platform may repeat itself.

use secrecy::{ExposeSecret as _, SecretString};

use crate::sql::{Row, Transaction, query, query_of};
use crate::{EncryptionKey, Store, StoreError};

const TABLE: &str = "chat_events";

/// How an event came; a name for logs and for the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatEventKind {
    /// The Events API.
    SlackEvent,
    /// A slash command.
    SlackCommand,
    /// A press, a submitted view, a shortcut.
    SlackInteraction,
    /// An activity of the Bot Framework.
    TeamsActivity,
}

impl ChatEventKind {
    const ALL: [Self; 4] = [Self::SlackEvent, Self::SlackCommand, Self::SlackInteraction, Self::TeamsActivity];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SlackEvent => "slack-event",
            Self::SlackCommand => "slack-command",
            Self::SlackInteraction => "slack-interaction",
            Self::TeamsActivity => "teams-activity",
        }
    }
}

/// An event that somebody vouched for.
#[derive(Debug, Clone)]
pub struct NewChatEvent {
    /// Unique over all platforms and apps.
    pub key: String,
    pub kind: ChatEventKind,
    /// As it came.
    pub body: SecretString,
    pub received_at_ms: i64,
}

/// The right to answer an event until the lease ends.
#[derive(Debug, Clone)]
pub struct ChatEventLease {
    pub id: i64,
    fence: i64,
    /// From then on another node may answer it.
    pub until_ms: i64,
    pub key: String,
    pub kind: ChatEventKind,
    /// `None`: it is damaged, or was sealed with another key. One such event must not keep the others waiting.
    pub body: Option<SecretString>,
    /// Failed attempts so far.
    pub attempts: i64,
    /// Why the last of them failed.
    pub reason: Option<String>,
    pub received_at_ms: i64,
}

/// What came of an attempt to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatEventOutcome {
    Answered,
    Retry { at_ms: i64, reason: String },
    Failed { reason: String },
}

/// An event as a list shows it, without what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedChatEvent {
    pub id: i64,
    pub key: String,
    pub kind: ChatEventKind,
    /// pending, answered, failed
    pub state: String,
    pub attempts: i64,
    pub reason: Option<String>,
    pub received_at_ms: i64,
}

/// A new event as it is written: sealed before the one task that commits has it.
pub(crate) struct SealedChatEvent {
    key: String,
    kind: ChatEventKind,
    sealed_body: Vec<u8>,
    received_at_ms: i64,
}

impl SealedChatEvent {
    pub(crate) fn of(event: &NewChatEvent, key: &EncryptionKey) -> Result<Self, StoreError> {
        Ok(Self {
            sealed_body: key.seal(&row_name(&event.key), event.body.expose_secret())?,
            key: event.key.clone(),
            kind: event.kind,
            received_at_ms: event.received_at_ms,
        })
    }
}

/// Answers of each whether it is new. In the order of their keys, so that no two nodes that hear the same wait for each other.
pub(crate) async fn write(transaction: &mut Transaction, events: &[SealedChatEvent]) -> Result<Vec<bool>, StoreError> {
    let mut in_order: Vec<(usize, &SealedChatEvent)> = events.iter().enumerate().collect();
    in_order.sort_by_key(|(_, event)| &event.key);
    let mut new = vec![false; events.len()];
    for (at, event) in in_order {
        let inserted = query(
            "INSERT INTO chat_events (event_key, kind, sealed_body, state, attempts, due_at_ms, leased_until_ms, fence,
             received_at_ms) VALUES ($1, $2, $3, 'pending', 0, $4, 0, 0, $4) ON CONFLICT (event_key) DO NOTHING",
        )
        .bind(&event.key)
        .bind(event.kind.as_str())
        .bind(event.sealed_body.clone())
        .bind(event.received_at_ms)
        .execute(&mut *transaction)
        .await?;
        if let Some(new) = new.get_mut(at) {
            *new = inserted == 1;
        }
    }
    Ok(new)
}

/// What came of an attempt, as the one task that commits has it.
#[derive(Debug)]
pub(crate) struct SettledChatEvent {
    id: i64,
    fence: i64,
    outcome: ChatEventOutcome,
}

/// Answers of each whether its lease was still held. In the order of their ids, for the same reason.
pub(crate) async fn settle(
    transaction: &mut Transaction,
    events: &[SettledChatEvent],
) -> Result<Vec<bool>, StoreError> {
    let mut in_order: Vec<(usize, &SettledChatEvent)> = events.iter().enumerate().collect();
    in_order.sort_by_key(|(_, event)| event.id);
    let mut held = vec![false; events.len()];
    for (at, event) in in_order {
        let (state, reason, due_at_ms) = match &event.outcome {
            ChatEventOutcome::Answered => ("answered", None, None),
            ChatEventOutcome::Retry { at_ms, reason } => ("pending", Some(reason), Some(*at_ms)),
            ChatEventOutcome::Failed { reason } => ("failed", Some(reason), None),
        };
        let settled = query(
            "UPDATE chat_events SET state = $1, reason = $2, due_at_ms = COALESCE($3, due_at_ms), leased_until_ms = 0,
                 fence = fence + 1, attempts = attempts + $4,
                 sealed_body = CASE WHEN $1 = 'pending' THEN sealed_body ELSE NULL END
             WHERE id = $5 AND fence = $6",
        )
        .bind(state)
        .bind(reason)
        .bind(due_at_ms)
        .bind(i64::from(reason.is_some()))
        .bind(event.id)
        .bind(event.fence)
        .execute(&mut *transaction)
        .await?;
        if let Some(held) = held.get_mut(at) {
            *held = settled == 1;
        }
    }
    Ok(held)
}

impl Store {
    /// Commits an event. `false`: it was heard before. When this returns, the platform may be told that it was.
    pub async fn hear(&self, event: &NewChatEvent) -> Result<bool, StoreError> {
        self.hear_soon(SealedChatEvent::of(event, &self.key)?).await
    }

    /// Waits until an event was heard. Hints get lost: look now and then.
    pub async fn chat_event_due(&self) {
        self.waker.chat_event_due().await;
    }

    /// Leases up to `limit` events that are due, those that have waited longest first.
    pub async fn claim_chat_events(
        &self,
        limit: i64,
        now_ms: i64,
        lease_ms: i64,
    ) -> Result<Vec<ChatEventLease>, StoreError> {
        // Events that another node is claiming at this moment are passed over.
        let lock = self.writer.engine().for_update_skip_locked();
        let rows = query_of(format!(
            "UPDATE chat_events SET leased_until_ms = $1, fence = fence + 1 WHERE id IN (
                 SELECT id FROM chat_events WHERE state = 'pending' AND due_at_ms <= $2 AND leased_until_ms <= $2
                 ORDER BY due_at_ms LIMIT $3{lock})
             RETURNING *",
        ))
        .bind(now_ms.saturating_add(lease_ms))
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&self.writer)
        .await?;
        rows.iter().map(|row| self.lease(row)).collect()
    }

    /// When the next event that nobody answers becomes due.
    pub async fn next_chat_event_due_at_ms(&self, now_ms: i64) -> Result<Option<i64>, StoreError> {
        let row = query(
            "SELECT due_at_ms FROM chat_events WHERE state = 'pending' AND leased_until_ms <= $1 ORDER BY due_at_ms LIMIT 1",
        )
        .bind(now_ms)
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| row.try_get("due_at_ms")).transpose()
    }

    /// Records what came of it and ends the lease. `false`: another worker has it meanwhile.
    pub async fn settle_chat_event(
        &self,
        lease: &ChatEventLease,
        outcome: &ChatEventOutcome,
    ) -> Result<bool, StoreError> {
        self.settle_chat_event_soon(SettledChatEvent { id: lease.id, fence: lease.fence, outcome: outcome.clone() })
            .await
    }

    /// A page of events, the newest first, beginning below `before`; of one state, or of all.
    pub async fn chat_events(
        &self,
        state: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ListedChatEvent>, StoreError> {
        let of_all = "SELECT id, event_key, kind, state, attempts, reason, received_at_ms FROM chat_events
             WHERE id < $1 ORDER BY id DESC LIMIT $2";
        let of_state = "SELECT id, event_key, kind, state, attempts, reason, received_at_ms FROM chat_events
             WHERE id < $1 AND state = $3 ORDER BY id DESC LIMIT $2";
        let mut query = query(if state.is_some() { of_state } else { of_all });
        query = query.bind(before.unwrap_or(i64::MAX)).bind(limit);
        if let Some(state) = state {
            query = query.bind(state);
        }
        let rows = query.fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| {
                Ok(ListedChatEvent {
                    id: row.try_get("id")?,
                    key: row.try_get("event_key")?,
                    kind: kind(row)?,
                    state: row.try_get("state")?,
                    attempts: row.try_get("attempts")?,
                    reason: row.try_get("reason")?,
                    received_at_ms: row.try_get("received_at_ms")?,
                })
            })
            .collect()
    }

    /// Forgets events that ended, heard before a time, and answers how many there were.
    pub async fn prune_chat_events(&self, before_ms: i64, limit: i64) -> Result<u64, StoreError> {
        query(
            "DELETE FROM chat_events WHERE id IN (
                 SELECT id FROM chat_events WHERE received_at_ms < $1 AND state <> 'pending' ORDER BY received_at_ms LIMIT $2)",
        )
        .bind(before_ms)
        .bind(limit)
        .execute(&self.writer)
        .await
    }

    /// Spends a ticket that may be pressed once. `false`: another event spent it. The event that did may come again, after a
    /// crash.
    pub async fn spend_ticket(&self, ticket: &str, event_key: &str, expires_at_ms: i64) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        query("INSERT INTO spent_tickets (ticket, event_key, expires_at_ms) VALUES ($1, $2, $3) ON CONFLICT (ticket) DO NOTHING")
            .bind(ticket)
            .bind(event_key)
            .bind(expires_at_ms)
            .execute(&mut transaction)
            .await?;
        let row = query("SELECT event_key FROM spent_tickets WHERE ticket = $1").bind(ticket);
        let by: String = row.fetch_one(&mut transaction).await?.try_get("event_key")?;
        transaction.commit().await?;
        Ok(by == event_key)
    }

    /// Forgets tickets that have expired: they are refused for that.
    pub async fn prune_spent_tickets(&self, before_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM spent_tickets WHERE expires_at_ms < $1").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }

    /// Frees the leases of a server that died. Right only for the one server that holds the data directory's lock.
    pub(crate) async fn free_chat_event_leases(&self) -> Result<(), StoreError> {
        // The time is there for the index: what is pending is due some time.
        query("UPDATE chat_events SET leased_until_ms = 0 WHERE state = 'pending' AND due_at_ms >= 0 AND leased_until_ms > 0")
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    fn lease(&self, row: &Row) -> Result<ChatEventLease, StoreError> {
        let key: String = row.try_get("event_key")?;
        let sealed: Option<Vec<u8>> = row.try_get("sealed_body")?;
        let body = sealed.and_then(|sealed| self.key.unseal(&row_name(&key), &sealed));
        Ok(ChatEventLease {
            id: row.try_get("id")?,
            fence: row.try_get("fence")?,
            until_ms: row.try_get("leased_until_ms")?,
            body,
            kind: kind(row)?,
            attempts: row.try_get("attempts")?,
            reason: row.try_get("reason")?,
            received_at_ms: row.try_get("received_at_ms")?,
            key,
        })
    }
}

fn kind(row: &Row) -> Result<ChatEventKind, StoreError> {
    let name: &str = row.try_get("kind")?;
    let known = ChatEventKind::ALL.into_iter().find(|kind| kind.as_str() == name);
    known.ok_or_else(|| StoreError::corrupt(TABLE, "kind", name, &"no kind of this version"))
}

pub(crate) fn row_name(event_key: &str) -> String {
    format!("chat_events/{event_key}")
}
