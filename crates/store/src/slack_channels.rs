//! What Slack said of channels, whoever asked: whether one is public or private. Kept so that a restart, or a Slack that is
//! away, does not make a channel unknown that a policy allows.
//!
//! `app/organization` writes and reads it. No row is no channel of a configuration for that: it is a memory, not a list.

use std::collections::BTreeMap;

use crate::outbox::rows_of_placeholders;
use crate::sql::{Query, query, query_of};
use crate::{Store, StoreError};

/// Channels of one look: a page of the API has 100.
const CHANNELS_MAX: usize = 200;

/// A workspace and a channel of it.
pub type SlackChannelKey = (String, String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenSlackChannel {
    pub is_private: bool,
    pub seen_at_ms: i64,
}

impl Store {
    /// What is remembered of these channels, by one statement; of those beyond [`CHANNELS_MAX`], nothing.
    pub async fn slack_channels(
        &self,
        channels: &[SlackChannelKey],
    ) -> Result<BTreeMap<SlackChannelKey, SeenSlackChannel>, StoreError> {
        let channels: Vec<&SlackChannelKey> = channels.iter().take(CHANNELS_MAX).collect();
        if channels.is_empty() {
            return Ok(BTreeMap::new());
        }
        let values = rows_of_placeholders(channels.len(), 2, "");
        let select = query_of(format!("SELECT * FROM slack_channels WHERE (team_id, channel_id) IN (VALUES {values})"));
        let bound = |select: Query<'static>, (team_id, channel_id): &&SlackChannelKey| {
            select.bind(team_id.clone()).bind(channel_id.clone())
        };
        let rows = channels.iter().fold(select, bound).fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| {
                let is_private = row.try_get::<i64>("is_private")? != 0;
                let seen = SeenSlackChannel { is_private, seen_at_ms: row.try_get("seen_at_ms")? };
                Ok(((row.try_get("team_id")?, row.try_get("channel_id")?), seen))
            })
            .collect()
    }

    pub async fn put_slack_channel(&self, key: &SlackChannelKey, seen: SeenSlackChannel) -> Result<(), StoreError> {
        query(
            "INSERT INTO slack_channels (team_id, channel_id, is_private, seen_at_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (team_id, channel_id) DO UPDATE SET is_private = excluded.is_private,
                 seen_at_ms = excluded.seen_at_ms WHERE excluded.seen_at_ms >= slack_channels.seen_at_ms",
        )
        .bind(&key.0)
        .bind(&key.1)
        .bind(i64::from(seen.is_private))
        .bind(seen.seen_at_ms)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Forgets what nobody has asked Slack again since a time.
    pub async fn prune_slack_channels(&self, before_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM slack_channels WHERE seen_at_ms < $1").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }
}
