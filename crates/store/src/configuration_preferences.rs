//! What is preferred for a configuration, by its ARN: it need not exist, and may go and come again.
//!
//! `bellhop preferences` writes it; whoever delivers reads it with the thread ([`Store::thread`]).

use domain::delivery::ThreadUpdates;

use crate::sql::{Row, query};
use crate::{Store, StoreError};

/// As far as somebody has said them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConfigurationPreferences {
    pub thread_updates: Option<ThreadUpdates>,
    pub thread_window_ms: Option<i64>,
}

impl Store {
    pub async fn configuration_preferences(
        &self,
        configuration_arn: &str,
    ) -> Result<ConfigurationPreferences, StoreError> {
        let row = query(
            "SELECT thread_updates, thread_window_ms FROM configuration_preferences WHERE configuration_arn = $1",
        );
        let row = row.bind(configuration_arn).fetch_optional(&self.reader).await?;
        row.map_or(Ok(ConfigurationPreferences::default()), |row| read(&row, configuration_arn))
    }

    /// Those of configurations for which somebody prefers something, in the order of their ARNs, after one.
    pub async fn all_configuration_preferences(
        &self,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<(String, ConfigurationPreferences)>, StoreError> {
        let rows = query(
            "SELECT configuration_arn, thread_updates, thread_window_ms FROM configuration_preferences
             WHERE configuration_arn > $1 ORDER BY configuration_arn LIMIT $2",
        )
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                let arn: String = row.try_get("configuration_arn")?;
                let preferences = read(row, &arn)?;
                Ok((arn, preferences))
            })
            .collect()
    }

    /// Changes what is named, and answers all of it as it is now.
    pub async fn put_configuration_preferences(
        &self,
        configuration_arn: &str,
        change: ConfigurationPreferences,
    ) -> Result<ConfigurationPreferences, StoreError> {
        let row = query(
            "INSERT INTO configuration_preferences (configuration_arn, thread_updates, thread_window_ms) VALUES ($1, $2, $3)
             ON CONFLICT (configuration_arn) DO UPDATE SET
                 thread_updates = COALESCE(excluded.thread_updates, configuration_preferences.thread_updates),
                 thread_window_ms = COALESCE(excluded.thread_window_ms, configuration_preferences.thread_window_ms)
             RETURNING thread_updates, thread_window_ms",
        )
        .bind(configuration_arn)
        .bind(change.thread_updates.map(ThreadUpdates::as_str))
        .bind(change.thread_window_ms)
        .fetch_one(&self.writer)
        .await?;
        read(&row, configuration_arn)
    }

    /// Forgets what is preferred for a configuration. `false`: there was nothing.
    pub async fn reset_configuration_preferences(&self, configuration_arn: &str) -> Result<bool, StoreError> {
        let reset = query("DELETE FROM configuration_preferences WHERE configuration_arn = $1");
        Ok(reset.bind(configuration_arn).execute(&self.writer).await? > 0)
    }

    /// Forgets what is preferred for any configuration. Answers for how many something was.
    pub async fn reset_all_configuration_preferences(&self) -> Result<u64, StoreError> {
        query("DELETE FROM configuration_preferences").execute(&self.writer).await
    }
}

pub(crate) fn read(row: &Row, configuration_arn: &str) -> Result<ConfigurationPreferences, StoreError> {
    let updates: Option<String> = row.try_get("thread_updates")?;
    let updates = updates.map(|text| text.parse::<ThreadUpdates>()).transpose();
    let thread_updates = updates.map_err(|error| StoreError::Corrupt {
        table: "configuration_preferences",
        column: "thread_updates",
        row: configuration_arn.to_owned(),
        problem: error.to_string(),
    })?;
    Ok(ConfigurationPreferences { thread_updates, thread_window_ms: row.try_get("thread_window_ms")? })
}
