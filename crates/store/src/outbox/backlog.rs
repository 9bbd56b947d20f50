//! How far behind the lanes are: what operators are told, and metrics show.

use crate::sql::query;
use crate::{Store, StoreError};

/// A lane that is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    pub destination: String,
    /// Since when the oldest that was looked at waits.
    pub oldest_since_ms: i64,
    /// Counted up to the bound that was asked for.
    pub waiting: i64,
}

/// Waiting deliveries that are looked at for lanes that are behind: a lane beyond them is found when these are told.
const LOOKED_AT: i64 = 1000;

impl Store {
    /// Lanes with something that waits since before `since_ms`; `count_to` bounds how far each is counted.
    pub async fn backlogs(&self, since_ms: i64, count_to: i64) -> Result<Vec<Backlog>, StoreError> {
        let rows = query(
            "SELECT destination, since_ms FROM deliveries WHERE state = 'pending' AND since_ms < $1 ORDER BY since_ms LIMIT $2",
        )
        .bind(since_ms)
        .bind(LOOKED_AT)
        .fetch_all(&self.reader)
        .await?;
        let mut backlogs: Vec<Backlog> = Vec::new();
        for row in rows {
            let destination: String = row.try_get("destination")?;
            if backlogs.iter().all(|known| known.destination != destination) {
                let waiting = self.waiting_in_lane(&destination, count_to).await?;
                backlogs.push(Backlog { destination, oldest_since_ms: row.try_get("since_ms")?, waiting });
            }
        }
        Ok(backlogs)
    }

    /// How many wait in a lane, counted up to `count_to`.
    pub async fn waiting_in_lane(&self, destination: &str, count_to: i64) -> Result<i64, StoreError> {
        let row = query(
            "SELECT COUNT(*) AS count FROM (SELECT 1 FROM deliveries WHERE destination = $1 AND state = 'pending'
                 LIMIT $2) AS counted",
        );
        row.bind(destination).bind(count_to).fetch_one(&self.reader).await?.try_get("count")
    }

    /// Lanes whose last attempts failed, at least so many one after the other: counted up to `count_to`.
    pub async fn failing_lanes(&self, failures: i64, count_to: i64) -> Result<i64, StoreError> {
        let row = query(
            "SELECT COUNT(*) AS count FROM (SELECT 1 FROM destinations WHERE failures > 0 AND failures >= $1 LIMIT $2)
                 AS counted",
        );
        row.bind(failures).bind(count_to).fetch_one(&self.reader).await?.try_get("count")
    }
}
