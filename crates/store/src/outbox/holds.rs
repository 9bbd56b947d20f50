//! Pauses: credentials that a platform refuses, and the deliveries that are held until somebody mends them.
//!
//! A held delivery stands beside its lane, so that another account's messages in the same channel go on. When the
//! credentials work again, the lane takes its held deliveries back, in their order, before it sends anything newer.

use std::collections::BTreeMap;

use super::lanes::{Lease, holds, make_due};
use super::settle::note;
use crate::sql::{Transaction, query};
use crate::{Store, StoreError};

/// Deliveries that one transaction takes back or gives up.
const BATCH_MAX: i64 = 1000;

/// Credentials that are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// `slack/ACCOUNT/TEAM` or `teams/APP_ID`
    pub scope: String,
    pub reason: String,
    pub since_ms: i64,
    /// When they are to be tried again.
    pub probe_at_ms: i64,
}

impl Store {
    pub async fn pause(&self, scope: &str) -> Result<Option<Pause>, StoreError> {
        let row = query("SELECT * FROM pauses WHERE scope = $1 AND ended_at_ms IS NULL")
            .bind(scope)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// All pauses after `after`, by scope.
    pub async fn pauses(&self, after: &str, limit: i64) -> Result<Vec<Pause>, StoreError> {
        let rows = query("SELECT * FROM pauses WHERE scope > $1 AND ended_at_ms IS NULL ORDER BY scope LIMIT $2")
            .bind(after)
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Pauses whose credentials are to be tried, the longest overdue first.
    pub async fn due_pauses(&self, now_ms: i64, limit: i64) -> Result<Vec<Pause>, StoreError> {
        let rows =
            query("SELECT * FROM pauses WHERE probe_at_ms <= $1 AND ended_at_ms IS NULL ORDER BY probe_at_ms LIMIT $2")
                .bind(now_ms)
                .bind(limit)
                .fetch_all(&self.reader)
                .await?;
        rows.iter().map(read).collect()
    }

    /// Begins a pause, or says when an existing one is tried again. `true` if it began.
    pub async fn begin_pause(&self, pause: &Pause) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let began = query(
            "INSERT INTO pauses (scope, reason, since_ms, probe_at_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (scope) DO UPDATE SET reason = excluded.reason, since_ms = excluded.since_ms,
                 probe_at_ms = excluded.probe_at_ms, ended_at_ms = NULL WHERE pauses.ended_at_ms IS NOT NULL",
        )
        .bind(&pause.scope)
        .bind(&pause.reason)
        .bind(pause.since_ms)
        .bind(pause.probe_at_ms)
        .execute(&mut transaction)
        .await?;
        if began == 0 {
            query("UPDATE pauses SET reason = $2, probe_at_ms = $3 WHERE scope = $1")
                .bind(&pause.scope)
                .bind(&pause.reason)
                .bind(pause.probe_at_ms)
                .execute(&mut transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(began == 1)
    }

    /// Ends a pause and wakes every lane that holds something back for it. `None` if there was none.
    pub async fn end_pause(&self, scope: &str, now_ms: i64) -> Result<Option<Pause>, StoreError> {
        let pause = self.pause(scope).await?;
        let mut transaction = self.write().await?;
        query("UPDATE pauses SET ended_at_ms = $2 WHERE scope = $1")
            .bind(scope)
            .bind(now_ms)
            .execute(&mut transaction)
            .await?;
        let lanes = held_lanes(&mut transaction, scope, now_ms).await?;
        make_due(&mut transaction, &lanes).await?;
        transaction.commit().await?;
        self.waker.wake();
        Ok(pause)
    }

    /// Takes back what a leased lane holds for credentials that are not paused any more. What quiet hours hold stays.
    pub async fn release_held(&self, lease: &Lease) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        if !holds(&mut transaction, lease).await? {
            return Ok(());
        }
        let rows = query(
            "SELECT DISTINCT scope FROM deliveries WHERE destination = $1 AND state = 'held' AND scope IS NOT NULL",
        )
        .bind(&lease.destination)
        .fetch_all(&mut transaction)
        .await?;
        let quiet = query(
            "SELECT 1 FROM deliveries WHERE destination = $1 AND state = 'held' AND until_ms IS NOT NULL LIMIT 1",
        );
        let quiet = quiet.bind(&lease.destination).fetch_optional(&mut transaction).await?;
        let mut still = i64::from(quiet.is_some());
        for row in rows {
            let scope: String = row.try_get("scope")?;
            let paused = query("SELECT 1 FROM pauses WHERE scope = $1 AND ended_at_ms IS NULL").bind(&scope);
            if paused.fetch_optional(&mut transaction).await?.is_some() {
                still = 1;
                continue;
            }
            query(
                "UPDATE deliveries SET state = 'pending', scope = NULL
                 WHERE scope = $1 AND destination = $2 AND state = 'held'",
            )
            .bind(&scope)
            .bind(&lease.destination)
            .execute(&mut transaction)
            .await?;
        }
        query("UPDATE destinations SET held = $2 WHERE destination = $1")
            .bind(&lease.destination)
            .bind(still)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await
    }

    /// Looks once more after pauses that ended before a time: a worker may have held something while one ended. Forgets those
    /// that nothing is held for.
    pub async fn forget_ended_pauses(&self, before_ms: i64, now_ms: i64) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let ended = query("SELECT scope FROM pauses WHERE ended_at_ms < $1 ORDER BY ended_at_ms LIMIT 100");
        let mut woken = false;
        for row in ended.bind(before_ms).fetch_all(&mut transaction).await? {
            let scope: String = row.try_get("scope")?;
            let lanes = held_lanes(&mut transaction, &scope, now_ms).await?;
            woken |= make_due(&mut transaction, &lanes).await? > 0;
            if lanes.is_empty() {
                query("DELETE FROM pauses WHERE scope = $1").bind(&scope).execute(&mut transaction).await?;
            }
        }
        transaction.commit().await?;
        if woken {
            self.waker.wake();
        }
        Ok(())
    }

    /// How many deliveries wait for these credentials, counted up to `limit`.
    pub async fn held_count(&self, scope: &str, limit: i64) -> Result<i64, StoreError> {
        let row = query(
            "SELECT COUNT(*) AS count FROM (SELECT 1 FROM deliveries WHERE scope = $1 AND state = 'held' LIMIT $2) AS counted",
        );
        row.bind(scope).bind(limit).fetch_one(&self.reader).await?.try_get("count")
    }

    /// Gives up what has been held since before `before_ms`, a batch at a time. Answers how many.
    pub async fn bury_held(&self, before_ms: i64, reason: &str, now_ms: i64) -> Result<usize, StoreError> {
        let mut transaction = self.write().await?;
        let rows = query(
            "UPDATE deliveries SET state = 'dead', reason = $1 || COALESCE(reason, ''), scope = NULL, updated_at_ms = $2
             WHERE id IN (SELECT id FROM deliveries WHERE state = 'held' AND until_ms IS NULL AND since_ms < $3
                 ORDER BY since_ms LIMIT $4)
             RETURNING id",
        )
        .bind(reason)
        .bind(now_ms)
        .bind(before_ms)
        .bind(BATCH_MAX)
        .fetch_all(&mut transaction)
        .await?;
        let ids = rows.iter().map(|row| row.try_get("id")).collect::<Result<Vec<i64>, _>>()?;
        note(&mut transaction, &ids, "dead", reason, now_ms).await?;
        transaction.commit().await?;
        Ok(ids.len())
    }
}

/// When they may go on: at once. As many as a workspace has channels with something held.
async fn held_lanes(
    transaction: &mut Transaction,
    scope: &str,
    now_ms: i64,
) -> Result<BTreeMap<String, i64>, StoreError> {
    let rows =
        query("SELECT DISTINCT destination FROM deliveries WHERE scope = $1 AND state = 'held' ORDER BY destination");
    let rows = rows.bind(scope).fetch_all(transaction).await?;
    rows.iter().map(|row| Ok((row.try_get("destination")?, now_ms))).collect()
}

fn read(row: &crate::sql::Row) -> Result<Pause, StoreError> {
    Ok(Pause {
        scope: row.try_get("scope")?,
        reason: row.try_get("reason")?,
        since_ms: row.try_get("since_ms")?,
        probe_at_ms: row.try_get("probe_at_ms")?,
    })
}
