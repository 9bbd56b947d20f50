//! Pictures that are in messages of a chat platform: which, so that a message that changes keeps its own.

use crate::sql::query;
use crate::{Store, StoreError};

/// A picture of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Slack's id of it, `F…`; of a message that holds its picture, as Teams' do, the picture as a data URI of at most 20 KB.
    pub file: String,
    /// The same in words.
    pub alt_text: String,
}

impl Store {
    /// Keeps which picture belongs to a message, in place of an earlier one.
    pub async fn keep_picture(
        &self,
        destination: &str,
        posted: &str,
        picture: &Picture,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO pictures (destination, posted, file, alt_text, at_ms) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (destination, posted) DO UPDATE SET file = excluded.file, alt_text = excluded.alt_text",
        )
        .bind(destination)
        .bind(posted)
        .bind(picture.file.as_str())
        .bind(picture.alt_text.as_str())
        .bind(now_ms)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The picture of a message, if it has one.
    pub async fn picture(&self, destination: &str, posted: &str) -> Result<Option<Picture>, StoreError> {
        let row = query("SELECT file, alt_text FROM pictures WHERE destination = $1 AND posted = $2")
            .bind(destination)
            .bind(posted)
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Picture { file: row.try_get("file")?, alt_text: row.try_get("alt_text")? }))
    }

    /// Forgets which pictures messages from before a time have.
    pub async fn prune_pictures(&self, before_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM pictures WHERE at_ms < $1").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }
}
