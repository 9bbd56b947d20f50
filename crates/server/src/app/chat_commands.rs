//! Commands of AWS that people give in chat, from the moment it is settled what runs to the moment its person has the answer.
//!
//! `conversations/commands` settles it, and calls [`App::begin`] or [`App::start`]: from there a task of its own asks AWS (`run`),
//! keeps what came of it and answers (`answer`). A command is committed as started before the first byte goes to AWS, and nobody
//! starts it a second time; what a crash leaves is told by `worker/run_chat_commands`.

mod answer;
mod asked;
mod audit;
mod outcome;
mod query_logs;
mod run;
mod slots;
mod words;

use std::sync::Arc;

use aws_lc_rs::digest;
use awscall::command_line::CommandLine;
use secrecy::SecretString;
use store::{Moved, NewChatCommand, StoreError};

pub use self::asked::asked_of;
pub(super) use self::asked::{Approval, Approver, Asked, Origin, ShownAs, person_id};
pub use self::audit::EVENTS_OF_CHAT;
pub(super) use self::audit::{ALIAS_CREATED, ALIAS_DELETED, Audited, AuditedAlias, Step};
pub(super) use self::outcome::Outcome;
use self::slots::Slot;
pub use self::slots::{Busy, Slots};
use super::App;
use super::command_permissions::Standing;

/// A command is given up by its lease: whoever runs it extends it in time.
const LEASE_MS: i64 = 60_000;

/// What is to run, and as whom: all of it was shown or is read-only.
#[derive(Clone)]
pub(super) struct Settled {
    pub(super) id: String,
    pub(super) asked: Asked,
    pub(super) line: CommandLine,
    pub(super) region: String,
    pub(super) standing: Standing,
    pub(super) read_only: bool,
}

/// What came of setting a command off.
pub(super) enum SetOff {
    /// It runs, and will answer by itself.
    Runs,
    /// It did not: too much runs at the moment.
    Busy(Busy),
    /// It did not: another press was first, it was changed, it expired.
    Not(Moved),
}

impl App {
    /// Runs a command that nobody was asked about: one commit, then the call. The event that asks for it may come again, after a
    /// crash; then it does nothing. `None`: it waits for an answer to a question that it needs no more, and is to be started.
    pub(super) async fn begin(self: &Arc<Self>, settled: &Settled) -> Result<Option<SetOff>, StoreError> {
        let slot = match self.slots.take(&settled.asked.destination()) {
            Ok(slot) => slot,
            Err(busy) => return self.without_slot(&settled.id, &settled.id, busy).await.map(Some),
        };
        let now_ms = self.clock.now_ms();
        let new = NewChatCommand {
            id: settled.id.clone(),
            destination: settled.asked.destination(),
            asked: settled.asked.sealable(),
            now_ms,
        };
        if self.store.begin_command(&new, now_ms.saturating_add(LEASE_MS)).await? {
            self.set_off(settled.clone(), slot);
            return Ok(Some(SetOff::Runs));
        }
        let known = self.store.chat_command(&settled.id).await?;
        let began = known.is_none_or(|command| command.moved_by.as_deref() == Some(&settled.id));
        Ok(began.then_some(SetOff::Runs))
    }

    /// Runs a command that waited, as it was in this revision.
    pub(super) async fn start(
        self: &Arc<Self>,
        settled: Settled,
        revision: i64,
        by_event: &str,
    ) -> Result<SetOff, StoreError> {
        let slot = match self.slots.take(&settled.asked.destination()) {
            Ok(slot) => slot,
            Err(busy) => return self.without_slot(&settled.id, by_event, busy).await,
        };
        let now_ms = self.clock.now_ms();
        let lease_until_ms = now_ms.saturating_add(LEASE_MS);
        let asked = settled.asked.sealable();
        match self.store.start_command((&settled.id, revision), &asked, by_event, now_ms, lease_until_ms).await? {
            Moved::Now => {
                self.set_off(settled, slot);
                Ok(SetOff::Runs)
            }
            // This press was interrupted after it had started it: it answers by itself, or nobody knows.
            Moved::Before => Ok(SetOff::Runs),
            other => Ok(SetOff::Not(other)),
        }
    }

    /// Whoever comes again, after a crash, is not told that nothing was run.
    async fn without_slot(&self, id: &str, by_event: &str, busy: Busy) -> Result<SetOff, StoreError> {
        let known = self.store.chat_command(id).await?;
        let was_here = known.is_some_and(|command| command.moved_by.as_deref() == Some(by_event));
        Ok(if was_here { SetOff::Runs } else { SetOff::Busy(busy) })
    }

    /// From here on it ends by itself, whoever waits or goes away.
    fn set_off(self: &Arc<Self>, settled: Settled, slot: Slot) {
        let app = self.clone();
        self.tasks.spawn(async move {
            Box::pin(app.run(settled)).await;
            drop(slot);
        });
    }
}

/// The name of the command that an event asks for: the same each time that the event comes.
pub(super) fn command_id(event_key: &str) -> String {
    let digest = digest::digest(&digest::SHA256, format!("{event_key}\ncommand").as_bytes());
    let bytes = digest.as_ref().first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// As JSON, for the store to seal. What is written here is read back: nothing of it can fail to be written.
fn sealable<T: serde::Serialize>(value: &T) -> SecretString {
    serde_json::to_string(value).unwrap_or_default().into()
}

/// A name for one more of an event's replies.
fn reply_key(id: &str) -> String {
    format!("command/{id}")
}
