//! Threads: the first message of each, and how its matter stands. `outbox` writes them with what a delivery came to.

use domain::delivery::ThreadState;
use domain::notification::Severity;

use crate::configuration_preferences::{self, ConfigurationPreferences};
use crate::outbox::PendingDelivery;
use crate::sql::{Row, Transaction, query};
use crate::{Store, StoreError};

/// A thread as a message that was just taken leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadEntry {
    pub key: String,
    /// The platform's name for its first message: Slack's `ts`.
    pub parent_posted: String,
    /// The message that the first one was made from.
    pub parent_notification_id: i64,
    pub state: ThreadState,
}

/// A thread, with what its first message was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    pub entry: ThreadEntry,
    /// The SNS envelope, to make the message again with what is new.
    pub parent_body: String,
}

/// What is to be known before a message that names a thread is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadLookup {
    /// `None`: no message of the thread was posted, or it is forgotten.
    pub thread: Option<Thread>,
    /// As far as somebody has said them.
    pub preferences: ConfigurationPreferences,
}

impl Store {
    /// A thread of a configuration in its channel, and the configuration's preferences: one query.
    pub async fn thread(
        &self,
        configuration_arn: &str,
        destination: &str,
        thread_key: &str,
    ) -> Result<ThreadLookup, StoreError> {
        let row = query(
            "SELECT configuration_preferences.thread_updates, configuration_preferences.thread_window_ms, parent_posted,
                 parent_notification_id, first_at_ms, began_at_ms, last_at_ms, ended_at_ms, severity, notifications.body
             FROM (SELECT 1 AS one) AS asked
             LEFT JOIN configuration_preferences ON configuration_preferences.configuration_arn = $1
             LEFT JOIN threads ON threads.configuration_arn = $1 AND threads.destination = $2 AND threads.thread_key = $3
             LEFT JOIN notifications ON notifications.id = threads.parent_notification_id",
        )
        .bind(configuration_arn)
        .bind(destination)
        .bind(thread_key)
        .fetch_one(&self.reader)
        .await?;
        let preferences = configuration_preferences::read(&row, configuration_arn)?;
        // A thread goes with the message that opened it.
        let Some(parent_body) = row.try_get::<Option<String>>("body")? else {
            return Ok(ThreadLookup { thread: None, preferences });
        };
        let entry = ThreadEntry {
            key: thread_key.to_owned(),
            parent_posted: row.try_get("parent_posted")?,
            parent_notification_id: row.try_get("parent_notification_id")?,
            state: state(&row, thread_key)?,
        };
        Ok(ThreadLookup { thread: Some(Thread { entry, parent_body }), preferences })
    }

    /// Forgets up to `limit` threads whose newest message was published before a time. Answers how many it was.
    pub async fn prune_threads(&self, before_ms: i64, limit: i64) -> Result<u64, StoreError> {
        query(
            "DELETE FROM threads WHERE (configuration_arn, destination, thread_key) IN (
                 SELECT configuration_arn, destination, thread_key FROM threads WHERE last_at_ms < $1
                 ORDER BY last_at_ms LIMIT $2)",
        )
        .bind(before_ms)
        .bind(limit)
        .execute(&self.writer)
        .await
    }
}

/// Writes a thread as it is now; the same twice is the same.
pub(crate) async fn put(
    transaction: &mut Transaction,
    destination: &str,
    delivery: &PendingDelivery,
    entry: &ThreadEntry,
) -> Result<(), StoreError> {
    let ThreadState { first_at_ms, began_at_ms, last_at_ms, ended_at_ms, severity } = entry.state;
    query(
        "INSERT INTO threads (configuration_arn, destination, thread_key, parent_posted, parent_notification_id, first_at_ms,
             began_at_ms, last_at_ms, ended_at_ms, severity)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (configuration_arn, destination, thread_key) DO UPDATE SET parent_posted = excluded.parent_posted,
             parent_notification_id = excluded.parent_notification_id, first_at_ms = excluded.first_at_ms,
             began_at_ms = excluded.began_at_ms, last_at_ms = excluded.last_at_ms, ended_at_ms = excluded.ended_at_ms,
             severity = excluded.severity",
    )
    .bind(&delivery.configuration_arn)
    .bind(destination)
    .bind(&entry.key)
    .bind(&entry.parent_posted)
    .bind(entry.parent_notification_id)
    .bind(first_at_ms)
    .bind(began_at_ms)
    .bind(last_at_ms)
    .bind(ended_at_ms)
    .bind(number(severity))
    .execute(transaction)
    .await?;
    Ok(())
}

fn state(row: &Row, thread_key: &str) -> Result<ThreadState, StoreError> {
    let corrupt = || StoreError::Corrupt {
        table: "threads",
        column: "severity",
        row: thread_key.to_owned(),
        problem: "no such severity".to_owned(),
    };
    Ok(ThreadState {
        first_at_ms: row.try_get("first_at_ms")?,
        began_at_ms: row.try_get("began_at_ms")?,
        last_at_ms: row.try_get("last_at_ms")?,
        ended_at_ms: row.try_get("ended_at_ms")?,
        severity: severity(row.try_get("severity")?).ok_or_else(corrupt)?,
    })
}

fn number(severity: Severity) -> i64 {
    match severity {
        Severity::Neutral => 0,
        Severity::Good => 1,
        Severity::Warning => 2,
        Severity::Critical => 3,
    }
}

fn severity(number: i64) -> Option<Severity> {
    let all = [Severity::Neutral, Severity::Good, Severity::Warning, Severity::Critical];
    all.into_iter().find(|severity| self::number(*severity) == number)
}
