//! What one node at a time does for all of them: each task's turn is leased, so that housekeeping runs once, and a signed
//! request signs in once.

use crate::sql::query;
use crate::{Store, StoreError};

impl Store {
    /// Takes the turn of `task` until a time, unless another node has it. It ends by itself: a node that dies loses it.
    pub async fn take_turn(&self, task: &str, until_ms: i64, now_ms: i64) -> Result<bool, StoreError> {
        let taken = query(
            "INSERT INTO turns (task, leased_until_ms) VALUES ($1, $2)
             ON CONFLICT (task) DO UPDATE SET leased_until_ms = excluded.leased_until_ms
             WHERE turns.leased_until_ms <= $3",
        )
        .bind(task)
        .bind(until_ms)
        .bind(now_ms)
        .execute(&self.writer)
        .await?;
        Ok(taken == 1)
    }

    /// Gives a turn back before its time.
    pub async fn end_turn(&self, task: &str) -> Result<(), StoreError> {
        query("UPDATE turns SET leased_until_ms = 0 WHERE task = $1").bind(task).execute(&self.writer).await?;
        Ok(())
    }

    /// Forgets turns that ended before a time.
    pub async fn prune_turns(&self, before_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM turns WHERE leased_until_ms < $1").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }
}
