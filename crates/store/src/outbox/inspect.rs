//! Looking at deliveries and reviving them: `bellhop deliveries list|show|retry`.

use std::collections::BTreeSet;

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::{Store, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    Pending,
    Delivered,
    Dead,
}

impl DeliveryState {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// One delivery, without the message.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: i64,
    pub state: DeliveryState,
    pub topic_arn: String,
    pub message_id: String,
    pub configuration_arn: String,
    pub destination: String,
    pub attempts: i64,
    pub reason: Option<String>,
    pub posted: Option<String>,
    pub received_at_ms: i64,
    pub updated_at_ms: i64,
    /// When its lane goes on, if it waits.
    pub due_at_ms: Option<i64>,
}

/// One delivery with the SNS envelope as it arrived.
#[derive(Debug, Clone)]
pub struct DeliveryDetail {
    pub delivery: Delivery,
    pub body: String,
}

const COLUMNS: &str = "deliveries.id, state, topic_arn, message_id, configuration_arn, deliveries.destination, attempts, \
     reason, posted, received_at_ms, updated_at_ms, CASE WHEN state = 'pending' THEN due_at_ms END AS due_at_ms";
const TABLES: &str = "deliveries JOIN notifications ON notifications.id = deliveries.notification_id \
     LEFT JOIN destinations ON destinations.destination = deliveries.destination";

impl Store {
    /// A page of deliveries, the newest first, older than `before`.
    pub async fn deliveries(
        &self,
        state: Option<DeliveryState>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let filter = if state.is_some() { "state = $3 AND" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE {filter} deliveries.id < $1 ORDER BY deliveries.id DESC LIMIT $2"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.unwrap_or(i64::MAX)).bind(limit);
        if let Some(state) = state {
            query = query.bind(state.as_str());
        }
        query.fetch_all(&self.reader).await?.iter().map(read).collect()
    }

    pub async fn delivery(&self, id: i64) -> Result<Option<DeliveryDetail>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, body FROM {TABLES} WHERE deliveries.id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.reader).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(DeliveryDetail { delivery: read(&row)?, body: row.try_get("body")? }))
    }

    /// Brings a dead delivery back to life: it is tried when its lane goes on, at once if that is idle. `false` if it is not dead.
    pub async fn revive(&self, id: i64, now_ms: i64) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let row = sqlx::query(
            "UPDATE deliveries SET state = 'pending', attempts = 0, since_ms = $2, updated_at_ms = $2
             WHERE id = $1 AND state = 'dead' RETURNING destination",
        )
        .bind(id)
        .bind(now_ms)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(false) };
        super::lanes::make_due(&mut transaction, row.try_get("destination")?, now_ms).await?;
        transaction.commit().await?;
        self.lane_due.notify_one();
        Ok(true)
    }

    /// Brings the oldest `limit` dead deliveries back to life and answers how many there were.
    pub async fn revive_all(&self, limit: i64, now_ms: i64) -> Result<usize, StoreError> {
        let mut transaction = self.write().await?;
        let rows = sqlx::query(
            "UPDATE deliveries SET state = 'pending', attempts = 0, since_ms = $2, updated_at_ms = $2
             WHERE id IN (SELECT id FROM deliveries WHERE state = 'dead' ORDER BY id LIMIT $1) RETURNING destination",
        )
        .bind(limit)
        .bind(now_ms)
        .fetch_all(&mut *transaction)
        .await?;
        let destinations = rows.iter().map(|row| row.try_get("destination"));
        for destination in destinations.collect::<Result<BTreeSet<String>, _>>()? {
            super::lanes::make_due(&mut transaction, &destination, now_ms).await?;
        }
        transaction.commit().await?;
        self.lane_due.notify_one();
        Ok(rows.len())
    }

    /// When the longest-waiting pending delivery was accepted or revived.
    pub async fn oldest_pending_since_ms(&self) -> Result<Option<i64>, StoreError> {
        // Not that of the smallest id: what is revived waits from then on.
        let row = sqlx::query("SELECT since_ms FROM deliveries WHERE state = 'pending' ORDER BY since_ms LIMIT 1")
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map(|row| row.try_get("since_ms")).transpose()?)
    }
}

fn read(row: &SqliteRow) -> Result<Delivery, StoreError> {
    let (id, state): (i64, String) = (row.try_get("id")?, row.try_get("state")?);
    let known = DeliveryState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(Delivery {
        id,
        state: known.ok_or_else(|| StoreError::corrupt("deliveries", "state", &id.to_string(), &"unknown"))?,
        topic_arn: row.try_get("topic_arn")?,
        message_id: row.try_get("message_id")?,
        configuration_arn: row.try_get("configuration_arn")?,
        destination: row.try_get("destination")?,
        attempts: row.try_get("attempts")?,
        reason: row.try_get("reason")?,
        posted: row.try_get("posted")?,
        received_at_ms: row.try_get("received_at_ms")?,
        updated_at_ms: row.try_get("updated_at_ms")?,
        due_at_ms: row.try_get("due_at_ms")?,
    })
}
