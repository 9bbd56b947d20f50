//! Lanes: which channel may send now, who sends for it, and what came of it.

use sqlx::{Row as _, Sqlite, Transaction};

use crate::{Store, StoreError};

/// The right to send for one channel until `leased_until_ms`. The fence grows with each lease.
#[derive(Debug, Clone)]
pub struct Lease {
    pub destination: String,
    fence: i64,
    /// The pace's state: the theoretical arrival time of the next request.
    pub arrival_ms: i64,
}

/// The oldest delivery of a lane.
#[derive(Debug, Clone)]
pub struct PendingDelivery {
    pub id: i64,
    pub notification_id: i64,
    pub configuration_arn: String,
    /// Failed attempts so far.
    pub attempts: i64,
    /// Set when the message is posted and only the thread's first message waits for its update.
    pub posted: Option<String>,
    pub since_ms: i64,
    /// The SNS envelope as it arrived.
    pub body: String,
}

/// What came of an attempt.
#[derive(Debug, Clone)]
pub enum Settlement {
    /// Done. `opens_thread` makes it the first message of that thread.
    Delivered {
        posted: String,
        opens_thread: Option<String>,
    },
    /// The message is out; something that belongs to it is still to do.
    Posted {
        posted: String,
    },
    Retry {
        reason: String,
    },
    Dead {
        reason: String,
    },
}

/// When the lane may go on, and its pace.
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    pub now_ms: i64,
    pub next_at_ms: i64,
    pub arrival_ms: i64,
}

impl Store {
    /// Waits until a lane that slept has something to send. Other processes' doings are not seen: look now and then.
    pub async fn lane_due(&self) {
        self.lane_due.notified().await;
    }

    /// Leases up to `limit` lanes that are due at `now_ms`, those that have waited longest first.
    pub async fn claim(&self, limit: i64, now_ms: i64, lease_ms: i64) -> Result<Vec<Lease>, StoreError> {
        // The lease is looked at again outside: of two nodes that claim at once, PostgreSQL lets the second wait for the
        // first's rows and then asks only the outer condition again.
        let rows = sqlx::query(
            "UPDATE destinations SET leased_until_ms = $1, fence = fence + 1 WHERE destination IN (
                 SELECT destination FROM destinations
                 WHERE due_at_ms IS NOT NULL AND due_at_ms <= $2 AND leased_until_ms <= $2 ORDER BY due_at_ms LIMIT $3)
             AND leased_until_ms <= $2
             RETURNING destination, fence, arrival_ms",
        )
        .bind(now_ms.saturating_add(lease_ms))
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&self.writer)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Lease {
                    destination: row.try_get("destination")?,
                    fence: row.try_get("fence")?,
                    arrival_ms: row.try_get("arrival_ms")?,
                })
            })
            .collect()
    }

    /// When the next lane that nobody holds becomes due.
    pub async fn next_due_at_ms(&self, now_ms: i64) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query(
            "SELECT due_at_ms FROM destinations WHERE due_at_ms IS NOT NULL AND leased_until_ms <= $1
             ORDER BY due_at_ms LIMIT 1",
        )
        .bind(now_ms)
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.map(|row| row.try_get("due_at_ms")).transpose()?)
    }

    /// The lane's oldest pending delivery.
    pub async fn head(&self, lease: &Lease) -> Result<Option<PendingDelivery>, StoreError> {
        let row = sqlx::query(
            "SELECT deliveries.id, notification_id, configuration_arn, attempts, posted, since_ms, body
             FROM deliveries JOIN notifications ON notifications.id = deliveries.notification_id
             WHERE destination = $1 AND state = 'pending' ORDER BY deliveries.id LIMIT 1",
        )
        .bind(&lease.destination)
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(PendingDelivery {
            id: row.try_get("id")?,
            notification_id: row.try_get("notification_id")?,
            configuration_arn: row.try_get("configuration_arn")?,
            attempts: row.try_get("attempts")?,
            posted: row.try_get("posted")?,
            since_ms: row.try_get("since_ms")?,
            body: row.try_get("body")?,
        }))
    }

    /// Records what came of an attempt and gives the lane back. `false`: the lease was lost meanwhile, nothing is written.
    ///
    /// The delivery may have changed during the attempt. A message that is out is out, wherever the delivery waits now
    /// and even if it was buried; but a failure concerns this lane only, and nothing wakes the dead but a revival.
    pub async fn settle(
        &self,
        lease: &Lease,
        delivery: &PendingDelivery,
        settlement: &Settlement,
        settled: Settled,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let (state, posted, reason) = match settlement {
            Settlement::Delivered { posted, .. } => ("delivered", Some(posted), None),
            Settlement::Posted { posted } => ("pending", Some(posted), None),
            Settlement::Retry { reason } => ("pending", None, Some(reason)),
            Settlement::Dead { reason } => ("dead", None, Some(reason)),
        };
        sqlx::query(
            "UPDATE deliveries SET state = $1, posted = COALESCE($2, posted), reason = $3, attempts = attempts + 1,
                 updated_at_ms = $4
             WHERE id = $5 AND (state = 'pending' OR (state = 'dead' AND $1 = 'delivered'))
                 AND (destination = $6 OR $2 IS NOT NULL)",
        )
        .bind(state)
        .bind(posted)
        .bind(reason)
        .bind(settled.now_ms)
        .bind(delivery.id)
        .bind(&lease.destination)
        .execute(&mut *transaction)
        .await?;
        if let Settlement::Delivered { posted, opens_thread: Some(thread_key) } = settlement {
            sqlx::query(
                "INSERT INTO threads (destination, thread_key, parent_posted, parent_notification_id) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (destination, thread_key) DO UPDATE SET parent_posted = excluded.parent_posted,
                     parent_notification_id = excluded.parent_notification_id",
            )
            .bind(&lease.destination)
            .bind(thread_key)
            .bind(posted)
            .bind(delivery.notification_id)
            .execute(&mut *transaction)
            .await?;
        }
        if !release(&mut transaction, lease, settled).await? {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Gives a lane back without an attempt: it had nothing to send, or may not send before `settled.next_at_ms`.
    pub async fn release(&self, lease: &Lease, settled: Settled) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let held = release(&mut transaction, lease, settled).await?;
        transaction.commit().await?;
        Ok(held)
    }

    /// Frees the leases of a server that died. Right only for the one server that holds the data directory's lock.
    pub(crate) async fn free_leases(&self) -> Result<(), StoreError> {
        sqlx::query("UPDATE destinations SET leased_until_ms = 0 WHERE leased_until_ms > 0")
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// A lane with nothing pending is not due at all: a new message makes it so again. A lease ends with its first use.
async fn release(
    transaction: &mut Transaction<'static, Sqlite>,
    lease: &Lease,
    settled: Settled,
) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "UPDATE destinations SET leased_until_ms = 0, fence = fence + 1, arrival_ms = $1, due_at_ms = CASE WHEN EXISTS (
             SELECT 1 FROM deliveries WHERE deliveries.destination = $2 AND state = 'pending') THEN $3 ELSE NULL END
         WHERE destination = $2 AND fence = $4",
    )
    .bind(settled.arrival_ms)
    .bind(&lease.destination)
    .bind(settled.next_at_ms)
    .bind(lease.fence)
    .execute(&mut **transaction)
    .await?
    .rows_affected();
    Ok(changed == 1)
}

/// Wakes a lane; one that waits already (its pace, a back-off) keeps its time. Answers whether it slept: then the caller
/// tells whoever waits in [`Store::lane_due`], after the commit.
pub(crate) async fn make_due(
    transaction: &mut Transaction<'static, Sqlite>,
    destination: &str,
    at_ms: i64,
) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "INSERT INTO destinations (destination, due_at_ms, leased_until_ms, fence, arrival_ms) VALUES ($1, $2, 0, 0, 0)
         ON CONFLICT (destination) DO UPDATE SET due_at_ms = excluded.due_at_ms WHERE destinations.due_at_ms IS NULL",
    )
    .bind(destination)
    .bind(at_ms)
    .execute(&mut **transaction)
    .await?
    .rows_affected();
    Ok(changed == 1)
}

/// What waits for a configuration, and what died, goes to its new channel.
pub(crate) async fn redirect(
    transaction: &mut Transaction<'static, Sqlite>,
    configuration_arn: &str,
    destination: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    sqlx::query("UPDATE deliveries SET destination = $1 WHERE configuration_arn = $2 AND state IN ('pending', 'dead')")
        .bind(destination)
        .bind(configuration_arn)
        .execute(&mut **transaction)
        .await?;
    make_due(transaction, destination, now_ms).await
}

/// What waits for a configuration is dead, with the reason.
pub(crate) async fn bury(
    transaction: &mut Transaction<'static, Sqlite>,
    configuration_arn: &str,
    reason: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE deliveries SET state = 'dead', reason = $1, updated_at_ms = $2
         WHERE configuration_arn = $3 AND state = 'pending'",
    )
    .bind(reason)
    .bind(now_ms)
    .bind(configuration_arn)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
