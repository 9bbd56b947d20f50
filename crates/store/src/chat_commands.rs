//! What people had run in AWS, from the moment they asked to the moment they have the answer: each at most once.
//!
//! A command's life: *asked* ([`Store::ask_command`]; it waits for its person) → *started* ([`Store::start_command`], or
//! [`Store::begin_command`] at once; durable before the first byte goes to AWS, and never a second time) → *ended*
//! ([`Store::end_command`], with its result) → *answered*; or *cancelled*. What a crash left between two is found by
//! [`Store::claim_chat_commands`]: what had ended is answered again, and of what had only started nobody knows whether it ran. What
//! was asked and what came of it is sealed; the result is gone with the answer, the rest when it is old.

use secrecy::{ExposeSecret as _, SecretString};

use crate::sql::{Row, query, query_of};
use crate::{EncryptionKey, Store, StoreError};

const TABLE: &str = "chat_commands";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatCommandState {
    Asked,
    Started,
    Ended,
    Answered,
    Cancelled,
}

impl ChatCommandState {
    const ALL: [Self; 5] = [Self::Asked, Self::Started, Self::Ended, Self::Answered, Self::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Answered => "answered",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A command that somebody asks for.
#[derive(Debug, Clone)]
pub struct NewChatCommand {
    /// Made of the event that asks for it: whoever is asked twice for the same makes one.
    pub id: String,
    /// The channel, as deliveries name it.
    pub destination: String,
    /// What is asked, by whom, where; the store does not read it.
    pub asked: SecretString,
    pub now_ms: i64,
}

#[derive(Debug, Clone)]
pub struct ChatCommand {
    pub id: String,
    pub destination: String,
    pub state: ChatCommandState,
    /// Grows with each change of what is asked: a button is good for what it stood under.
    pub revision: i64,
    /// `None`: it is damaged, or was sealed with another key.
    pub asked: Option<SecretString>,
    /// Of one that ended. `None`: nobody knows what came of it.
    pub result: Option<SecretString>,
    /// The event that started or cancelled it.
    pub moved_by: Option<String>,
    /// The message that says that it runs.
    pub posted: Option<String>,
    /// Attempts to answer that failed, and why the last did.
    pub attempts: i64,
    pub reason: Option<String>,
    pub created_at_ms: i64,
    pub started_at_ms: Option<i64>,
    pub ended_at_ms: Option<i64>,
    /// Until then it may be started.
    pub expires_at_ms: i64,
}

/// What came of asking a command on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    Now,
    /// This very event did it before, and was then interrupted.
    Before,
    /// What is asked was changed after the button was given out.
    Revised,
    Expired,
    /// It is there no more.
    Unknown,
    /// Another event was first; the state that it is in.
    Not(ChatCommandState),
}

impl Store {
    /// Commits a command as started. `false`: it is known already, and must not be run by whoever asks here.
    pub async fn begin_command(&self, command: &NewChatCommand, lease_until_ms: i64) -> Result<bool, StoreError> {
        let inserted = query(
            "INSERT INTO chat_commands (command_id, destination, state, revision, sealed_asked, moved_by, attempts, due_at_ms,
                 created_at_ms, started_at_ms, expires_at_ms)
             VALUES ($1, $2, 'started', 0, $3, $1, 0, $4, $5, $5, $5) ON CONFLICT (command_id) DO NOTHING",
        )
        .bind(&command.id)
        .bind(&command.destination)
        .bind(self.sealed(&command.id, &command.asked)?)
        .bind(lease_until_ms)
        .bind(command.now_ms)
        .execute(&self.writer)
        .await?;
        Ok(inserted == 1)
    }

    /// Commits a command that waits for its person, and answers it as it is: perhaps it was asked before.
    pub async fn ask_command(&self, command: &NewChatCommand, expires_at_ms: i64) -> Result<ChatCommand, StoreError> {
        query(
            "INSERT INTO chat_commands (command_id, destination, state, revision, sealed_asked, attempts, created_at_ms,
                 expires_at_ms) VALUES ($1, $2, 'asked', 0, $3, 0, $4, $5) ON CONFLICT (command_id) DO NOTHING",
        )
        .bind(&command.id)
        .bind(&command.destination)
        .bind(self.sealed(&command.id, &command.asked)?)
        .bind(command.now_ms)
        .bind(expires_at_ms)
        .execute(&self.writer)
        .await?;
        let row = query("SELECT * FROM chat_commands WHERE command_id = $1").bind(&command.id);
        self.command_of(&row.fetch_one(&self.writer).await?)
    }

    pub async fn chat_command(&self, id: &str) -> Result<Option<ChatCommand>, StoreError> {
        let row = query("SELECT * FROM chat_commands WHERE command_id = $1").bind(id);
        row.fetch_optional(&self.reader).await?.map(|row| self.command_of(&row)).transpose()
    }

    /// Changes what is asked, while it waits, and until when. `false`: it does not wait any more, or was changed meanwhile.
    pub async fn revise_command(
        &self,
        id: &str,
        revision: i64,
        asked: &SecretString,
        expires_at_ms: i64,
    ) -> Result<bool, StoreError> {
        let revised = query(
            "UPDATE chat_commands SET sealed_asked = $1, revision = revision + 1, expires_at_ms = $4
             WHERE command_id = $2 AND revision = $3 AND state = 'asked'",
        )
        .bind(self.sealed(id, asked)?)
        .bind(id)
        .bind(revision)
        .bind(expires_at_ms)
        .execute(&self.writer)
        .await?;
        Ok(revised == 1)
    }

    /// Starts a command that waits, as it was in this revision; once. `asked` is the same with who said yes to it.
    pub async fn start_command(
        &self,
        (id, revision): (&str, i64),
        asked: &SecretString,
        by_event: &str,
        now_ms: i64,
        lease_until_ms: i64,
    ) -> Result<Moved, StoreError> {
        let started = query(
            "UPDATE chat_commands SET state = 'started', moved_by = $1, started_at_ms = $2, due_at_ms = $3, sealed_asked = $6
             WHERE command_id = $4 AND revision = $5 AND state = 'asked' AND expires_at_ms > $2",
        )
        .bind(by_event)
        .bind(now_ms)
        .bind(lease_until_ms)
        .bind(id)
        .bind(revision)
        .bind(self.sealed(id, asked)?)
        .execute(&self.writer)
        .await?;
        self.moved(id, revision, by_event, now_ms, started).await
    }

    /// Nobody will start it any more.
    pub async fn cancel_command(
        &self,
        id: &str,
        revision: i64,
        by_event: &str,
        now_ms: i64,
    ) -> Result<Moved, StoreError> {
        let cancelled = query(
            "UPDATE chat_commands SET state = 'cancelled', moved_by = $1, ended_at_ms = $2, sealed_asked = NULL
             WHERE command_id = $3 AND revision = $4 AND state = 'asked' AND expires_at_ms > $2",
        )
        .bind(by_event)
        .bind(now_ms)
        .bind(id)
        .bind(revision)
        .execute(&self.writer)
        .await?;
        self.moved(id, revision, by_event, now_ms, cancelled).await
    }

    async fn moved(
        &self,
        id: &str,
        revision: i64,
        by_event: &str,
        now_ms: i64,
        changed: u64,
    ) -> Result<Moved, StoreError> {
        if changed == 1 {
            return Ok(Moved::Now);
        }
        let row = query("SELECT * FROM chat_commands WHERE command_id = $1").bind(id);
        let Some(row) = row.fetch_optional(&self.writer).await? else { return Ok(Moved::Unknown) };
        let found = self.command_of(&row)?;
        Ok(match found.state {
            _ if found.moved_by.as_deref() == Some(by_event) => Moved::Before,
            ChatCommandState::Asked if found.revision != revision => Moved::Revised,
            ChatCommandState::Asked if found.expires_at_ms <= now_ms => Moved::Expired,
            state => Moved::Not(state),
        })
    }

    /// It still runs.
    pub async fn lease_command(&self, id: &str, until_ms: i64) -> Result<bool, StoreError> {
        let leased = query("UPDATE chat_commands SET due_at_ms = $1 WHERE command_id = $2 AND state = 'started'");
        Ok(leased.bind(until_ms).bind(id).execute(&self.writer).await? == 1)
    }

    /// Which message says that it runs, for whoever answers.
    pub async fn put_command_post(&self, id: &str, posted: &str) -> Result<(), StoreError> {
        let put = query("UPDATE chat_commands SET posted = $1 WHERE command_id = $2");
        put.bind(posted).bind(id).execute(&self.writer).await?;
        Ok(())
    }

    /// Keeps what came of a command that runs, and what is asked as it goes on from here: the next page. `false`: it was given up
    /// meanwhile, and its person was told that nobody knows.
    pub async fn end_command(
        &self,
        id: &str,
        result: &SecretString,
        asked: Option<&SecretString>,
        now_ms: i64,
        answer_until_ms: i64,
    ) -> Result<bool, StoreError> {
        let asked = asked.map(|asked| self.sealed(id, asked)).transpose()?;
        let ended = query(
            "UPDATE chat_commands SET state = 'ended', sealed_result = $1, sealed_asked = COALESCE($2, sealed_asked),
                 ended_at_ms = $3, due_at_ms = $4 WHERE command_id = $5 AND state = 'started'",
        )
        .bind(self.key.seal(&result_name(id), result.expose_secret())?)
        .bind(asked)
        .bind(now_ms)
        .bind(answer_until_ms)
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(ended == 1)
    }

    /// Its person has the answer, or never will: then `reason` says why.
    pub async fn command_answered(&self, id: &str, reason: Option<&str>) -> Result<(), StoreError> {
        query(
            "UPDATE chat_commands SET state = 'answered', reason = $1, due_at_ms = NULL, sealed_result = NULL
             WHERE command_id = $2 AND state = 'ended'",
        )
        .bind(reason)
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The answer could not be sent, and is tried again.
    pub async fn answer_command_again(&self, id: &str, at_ms: i64, reason: &str) -> Result<(), StoreError> {
        query(
            "UPDATE chat_commands SET due_at_ms = $1, reason = $2, attempts = attempts + 1
             WHERE command_id = $3 AND state = 'ended'",
        )
        .bind(at_ms)
        .bind(reason)
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Takes up to `limit` commands that whoever ran them left: those that had started end here without a result.
    pub async fn claim_chat_commands(
        &self,
        limit: i64,
        now_ms: i64,
        lease_ms: i64,
    ) -> Result<Vec<ChatCommand>, StoreError> {
        // Those that another node is claiming at this moment are passed over.
        let lock = self.writer.engine().for_update_skip_locked();
        let rows = query_of(format!(
            "UPDATE chat_commands SET state = 'ended', ended_at_ms = COALESCE(ended_at_ms, $2), due_at_ms = $1
             WHERE command_id IN (
                 SELECT command_id FROM chat_commands WHERE due_at_ms <= $2 ORDER BY due_at_ms LIMIT $3{lock})
             RETURNING *",
        ))
        .bind(now_ms.saturating_add(lease_ms))
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&self.writer)
        .await?;
        rows.iter().map(|row| self.command_of(row)).collect()
    }

    /// When the next command is due that nobody may have in hand any more.
    pub async fn next_chat_command_due_at_ms(&self) -> Result<Option<i64>, StoreError> {
        let row = query("SELECT due_at_ms FROM chat_commands WHERE due_at_ms IS NOT NULL ORDER BY due_at_ms LIMIT 1");
        row.fetch_optional(&self.reader).await?.map(|row| row.try_get("due_at_ms")).transpose()
    }

    /// A page of commands, the newest first, beginning before a time and id; without what was asked.
    pub async fn chat_commands(&self, before: Option<(i64, &str)>, limit: i64) -> Result<Vec<ChatCommand>, StoreError> {
        let (before_ms, before_id) = before.unwrap_or((i64::MAX, ""));
        let rows = query(
            "SELECT * FROM chat_commands WHERE (created_at_ms, command_id) < ($1, $2)
             ORDER BY created_at_ms DESC, command_id DESC LIMIT $3",
        )
        .bind(before_ms)
        .bind(before_id)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| self.command_of(row)).collect()
    }

    /// Forgets commands that were asked for before a time and that nobody waits for, and answers how many there were.
    pub async fn prune_chat_commands(&self, before_ms: i64, limit: i64) -> Result<u64, StoreError> {
        query(
            "DELETE FROM chat_commands WHERE command_id IN (
                 SELECT command_id FROM chat_commands WHERE created_at_ms < $1 AND due_at_ms IS NULL
                 ORDER BY created_at_ms LIMIT $2)",
        )
        .bind(before_ms)
        .bind(limit)
        .execute(&self.writer)
        .await
    }

    /// Frees the leases of a server that died, but not what waits as a platform said. Right only for the one server that holds
    /// the data directory's lock.
    pub(crate) async fn free_chat_command_leases(&self) -> Result<(), StoreError> {
        query("UPDATE chat_commands SET due_at_ms = 0 WHERE due_at_ms > 0 AND (state = 'started' OR attempts = 0)")
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    fn sealed(&self, id: &str, asked: &SecretString) -> Result<Vec<u8>, StoreError> {
        self.key.seal(&asked_name(id), asked.expose_secret())
    }

    fn command_of(&self, row: &Row) -> Result<ChatCommand, StoreError> {
        let id: String = row.try_get("command_id")?;
        Ok(ChatCommand {
            state: state(row)?,
            destination: row.try_get("destination")?,
            revision: row.try_get("revision")?,
            asked: unsealed(&self.key, &asked_name(&id), row.try_get("sealed_asked")?),
            result: unsealed(&self.key, &result_name(&id), row.try_get("sealed_result")?),
            moved_by: row.try_get("moved_by")?,
            posted: row.try_get("posted")?,
            attempts: row.try_get("attempts")?,
            reason: row.try_get("reason")?,
            created_at_ms: row.try_get("created_at_ms")?,
            started_at_ms: row.try_get("started_at_ms")?,
            ended_at_ms: row.try_get("ended_at_ms")?,
            expires_at_ms: row.try_get("expires_at_ms")?,
            id,
        })
    }
}

fn unsealed(key: &EncryptionKey, name: &str, sealed: Option<Vec<u8>>) -> Option<SecretString> {
    key.unseal(name, &sealed?)
}

fn state(row: &Row) -> Result<ChatCommandState, StoreError> {
    let name: &str = row.try_get("state")?;
    let known = ChatCommandState::ALL.into_iter().find(|state| state.as_str() == name);
    known.ok_or_else(|| StoreError::corrupt(TABLE, "state", name, &"no state of this version"))
}

pub(crate) fn asked_name(id: &str) -> String {
    format!("chat_commands/{id}/asked")
}

pub(crate) fn result_name(id: &str) -> String {
    format!("chat_commands/{id}/result")
}
