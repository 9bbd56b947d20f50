//! Lanes: which channel may send now, and who sends for it.

use std::collections::BTreeMap;

use super::settle::Settled;
use crate::sql::{Transaction, query, query_of};
use crate::{Store, StoreError};

/// Lanes of one statement.
const WOKEN_AT_ONCE: usize = 128;

/// The right to send for one channel until `until_ms`. The fence grows with each lease.
#[derive(Debug, Clone)]
pub struct Lease {
    pub destination: String,
    fence: i64,
    /// From then on another node may take the lane over.
    pub until_ms: i64,
    /// The pace's state: the theoretical arrival time of the next request.
    pub arrival_ms: i64,
    /// Attempts of the lane that failed one after the other.
    pub failures: i64,
    /// Some of the lane's deliveries are held: [`Store::release_held`] looks whether they may go on.
    pub held: bool,
}

/// The delivery of a lane that goes next.
#[derive(Debug, Clone)]
pub struct PendingDelivery {
    pub id: i64,
    pub notification_id: i64,
    pub configuration_arn: String,
    pub priority: i64,
    /// Failed attempts so far.
    pub attempts: i64,
    /// Set when the message is posted and only the thread's first message waits for its update.
    pub posted: Option<String>,
    /// How many deliveries it tells of beside itself.
    pub folds: i64,
    pub since_ms: i64,
    pub topic_arn: String,
    pub message_id: String,
    /// The SNS envelope as it arrived.
    pub body: String,
    /// How many of its priority wait in the lane, itself among them: counted up to the bound that was asked for.
    pub waiting: i64,
}

impl Store {
    /// Waits until a lane that slept has something to send. Hints get lost: look now and then.
    pub async fn lane_due(&self) {
        self.waker.lane_due().await;
    }

    /// Leases up to `limit` lanes that are due at `now_ms`, those that have waited longest first.
    pub async fn claim(&self, limit: i64, now_ms: i64, lease_ms: i64) -> Result<Vec<Lease>, StoreError> {
        let until_ms = now_ms.saturating_add(lease_ms);
        // Lanes that another node is claiming at this moment are passed over.
        let lock = self.writer.engine().for_update_skip_locked();
        let rows = query_of(format!(
            "UPDATE destinations SET leased_until_ms = $1, fence = fence + 1 WHERE destination IN (
                 SELECT destination FROM destinations
                 WHERE due_at_ms IS NOT NULL AND due_at_ms <= $2 AND leased_until_ms <= $2 ORDER BY due_at_ms LIMIT $3{lock})
             RETURNING destination, fence, arrival_ms, failures, held",
        ))
        .bind(until_ms)
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&self.writer)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Lease {
                    destination: row.try_get("destination")?,
                    fence: row.try_get("fence")?,
                    until_ms,
                    arrival_ms: row.try_get("arrival_ms")?,
                    failures: row.try_get("failures")?,
                    held: row.try_get::<i64>("held")? != 0,
                })
            })
            .collect()
    }

    /// When the next lane that nobody holds becomes due.
    pub async fn next_due_at_ms(&self, now_ms: i64) -> Result<Option<i64>, StoreError> {
        let row = query(
            "SELECT due_at_ms FROM destinations WHERE due_at_ms IS NOT NULL AND leased_until_ms <= $1
             ORDER BY due_at_ms LIMIT 1",
        )
        .bind(now_ms)
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| row.try_get("due_at_ms")).transpose()
    }

    /// What goes next: of the highest priority that waits, the oldest. `count_to` bounds [`PendingDelivery::waiting`].
    pub async fn head(&self, lease: &Lease, count_to: i64) -> Result<Option<PendingDelivery>, StoreError> {
        let row = query(
            "SELECT deliveries.id, notification_id, configuration_arn, priority, attempts, posted, folds, since_ms,
                 topic_arn, message_id, body,
                 (SELECT COUNT(*) FROM (SELECT 1 FROM deliveries AS queued WHERE queued.destination = $1
                     AND queued.state = 'pending' AND queued.priority = deliveries.priority LIMIT $2) AS counted) AS waiting
             FROM deliveries JOIN notifications ON notifications.id = deliveries.notification_id
             WHERE destination = $1 AND state = 'pending' ORDER BY priority, deliveries.id LIMIT 1",
        )
        .bind(&lease.destination)
        .bind(count_to)
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(PendingDelivery {
            id: row.try_get("id")?,
            notification_id: row.try_get("notification_id")?,
            configuration_arn: row.try_get("configuration_arn")?,
            priority: row.try_get("priority")?,
            attempts: row.try_get("attempts")?,
            posted: row.try_get("posted")?,
            folds: row.try_get("folds")?,
            since_ms: row.try_get("since_ms")?,
            topic_arn: row.try_get("topic_arn")?,
            message_id: row.try_get("message_id")?,
            body: row.try_get("body")?,
            waiting: row.try_get("waiting")?,
        }))
    }

    /// Frees the leases of a server that died. Right only for the one server that holds the data directory's lock.
    pub(crate) async fn free_leases(&self) -> Result<(), StoreError> {
        query("UPDATE destinations SET leased_until_ms = 0 WHERE leased_until_ms > 0").execute(&self.writer).await?;
        Ok(())
    }
}

/// Whether the lease still holds. The lane's row is this transaction's from then on: what is read of the lane afterwards
/// is what is committed, and whoever wakes the lane meanwhile comes after.
pub(super) async fn holds(transaction: &mut Transaction, lease: &Lease) -> Result<bool, StoreError> {
    let lock = transaction.engine().for_update();
    let row = query_of(format!("SELECT fence FROM destinations WHERE destination = $1{lock}"))
        .bind(&lease.destination)
        .fetch_optional(&mut *transaction)
        .await?;
    Ok(row.map(|row| row.try_get::<i64>("fence")).transpose()? == Some(lease.fence))
}

/// A lane with nothing pending is not due at all: a new message makes it so again. A lease ends with its first use.
pub(super) async fn give_back(
    transaction: &mut Transaction,
    lease: &Lease,
    settled: Settled,
    holds_back: bool,
) -> Result<(), StoreError> {
    query(
        "UPDATE destinations SET leased_until_ms = 0, fence = fence + 1, arrival_ms = $1, failures = $2,
             held = CASE WHEN $3 = 1 THEN 1 ELSE held END,
             due_at_ms = CASE WHEN EXISTS (
                 SELECT 1 FROM deliveries WHERE deliveries.destination = $4 AND state = 'pending') THEN $5 ELSE NULL END
         WHERE destination = $4",
    )
    .bind(settled.arrival_ms)
    .bind(settled.failures)
    .bind(i64::from(holds_back))
    .bind(&lease.destination)
    .bind(settled.next_at_ms)
    .execute(transaction)
    .await?;
    Ok(())
}

/// Wakes lanes; one that waits already (its pace, a back-off) keeps its time. Answers how many slept: if any did, the caller
/// tells whoever waits in [`Store::lane_due`], after the commit. In the order of their names, so that no two nodes wait for
/// each other.
pub(crate) async fn make_due(transaction: &mut Transaction, lanes: &BTreeMap<String, i64>) -> Result<u64, StoreError> {
    let mut woken = 0;
    for rows in lanes.iter().collect::<Vec<_>>().chunks(WOKEN_AT_ONCE) {
        let wake = query_of(format!(
            "INSERT INTO destinations (destination, due_at_ms, leased_until_ms, fence, arrival_ms, failures, held) VALUES {}
             ON CONFLICT (destination) DO UPDATE SET due_at_ms = excluded.due_at_ms WHERE destinations.due_at_ms IS NULL",
            super::rows_of_placeholders(rows.len(), 2, ", 0, 0, 0, 0, 0")
        ));
        let wake = rows.iter().fold(wake, |wake, (destination, at_ms)| wake.bind(*destination).bind(*at_ms));
        woken += wake.execute(&mut *transaction).await?;
    }
    Ok(woken)
}

/// What a lane hears of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Waking {
    /// Something waits from now on.
    pub(super) due_at_ms: Option<i64>,
    /// Something of it is held back.
    pub(super) held: bool,
}

/// As [`make_due`], for lanes some of which get something that is held back: in one pass, so that no two nodes wait for each
/// other.
pub(super) async fn wake(transaction: &mut Transaction, lanes: &BTreeMap<String, Waking>) -> Result<u64, StoreError> {
    let mut woken = 0;
    for rows in lanes.iter().collect::<Vec<_>>().chunks(WOKEN_AT_ONCE) {
        let wake = query_of(format!(
            "INSERT INTO destinations (destination, due_at_ms, held, leased_until_ms, fence, arrival_ms, failures) VALUES {}
             ON CONFLICT (destination) DO UPDATE SET
                 due_at_ms = COALESCE(destinations.due_at_ms, excluded.due_at_ms),
                 held = CASE WHEN excluded.held = 1 THEN 1 ELSE destinations.held END
             WHERE (destinations.due_at_ms IS NULL AND excluded.due_at_ms IS NOT NULL) OR excluded.held > destinations.held",
            super::rows_of_placeholders(rows.len(), 3, ", 0, 0, 0, 0")
        ));
        let wake = rows.iter().fold(wake, |wake, (destination, waking)| {
            wake.bind(*destination).bind(waking.due_at_ms).bind(i64::from(waking.held))
        });
        woken += wake.execute(&mut *transaction).await?;
    }
    Ok(woken)
}

/// What waits for a configuration, and what died, goes to its new channel.
pub(crate) async fn redirect(
    transaction: &mut Transaction,
    configuration_arn: &str,
    destination: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    // What was held goes through the lane again: its credentials may be others. Quiet hours are quiet there too.
    query(
        "UPDATE deliveries SET destination = $1, state = CASE WHEN state = 'held' AND until_ms IS NULL THEN 'pending' ELSE state END, scope = NULL
         WHERE configuration_arn = $2 AND state IN ('pending', 'held', 'dead')",
    )
    .bind(destination)
    .bind(configuration_arn)
    .execute(&mut *transaction)
    .await?;
    Ok(make_due(transaction, &BTreeMap::from([(destination.to_owned(), now_ms)])).await? > 0)
}

/// What waits for a configuration is dead, with the reason.
pub(crate) async fn bury(
    transaction: &mut Transaction,
    configuration_arn: &str,
    reason: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    query(
        "UPDATE deliveries SET state = 'dead', reason = $1, scope = NULL, until_ms = NULL, updated_at_ms = $2
         WHERE configuration_arn = $3 AND state IN ('pending', 'held')",
    )
    .bind(reason)
    .bind(now_ms)
    .bind(configuration_arn)
    .execute(transaction)
    .await?;
    Ok(())
}
