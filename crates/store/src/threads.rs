//! The first message of each thread, by channel and thread key.

use crate::sql::query;
use crate::{Store, StoreError};

/// The message that a thread hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadParent {
    /// The platform's name for it: Slack's `ts`.
    pub posted: String,
    /// The SNS envelope that it was made from, to make it again with what is new.
    pub body: String,
}

impl Store {
    pub async fn thread_parent(&self, destination: &str, thread_key: &str) -> Result<Option<ThreadParent>, StoreError> {
        let row = query(
            "SELECT threads.parent_posted, notifications.body FROM threads
             JOIN notifications ON notifications.id = threads.parent_notification_id
             WHERE threads.destination = $1 AND threads.thread_key = $2",
        )
        .bind(destination)
        .bind(thread_key)
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(ThreadParent { posted: row.try_get("parent_posted")?, body: row.try_get("body")? }))
    }
}
