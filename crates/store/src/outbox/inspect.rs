//! Looking at deliveries: `bellhop deliveries list|show`.

use crate::sql::{Row, query, query_of};
use crate::{Store, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It goes out when its lane goes on.
    Pending,
    /// It waits for credentials that are paused.
    Held,
    Delivered,
    /// A digest tells of it.
    Folded,
    /// Its channel was told the same shortly before.
    Suppressed,
    /// Its account had more events in that second than the settings allow.
    Throttled,
    Dead,
}

impl DeliveryState {
    pub const ALL: [Self; 7] =
        [Self::Pending, Self::Held, Self::Delivered, Self::Folded, Self::Suppressed, Self::Throttled, Self::Dead];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Delivered => "delivered",
            Self::Folded => "folded",
            Self::Suppressed => "suppressed",
            Self::Throttled => "throttled",
            Self::Dead => "dead",
        }
    }
}

/// Which deliveries a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFilter {
    All,
    InState(DeliveryState),
    /// Those that a digest tells of.
    FoldedInto(i64),
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
    pub priority: i64,
    pub attempts: i64,
    pub reason: Option<String>,
    pub posted: Option<String>,
    /// The credentials that it is held for.
    pub scope: Option<String>,
    /// The digest that tells of it.
    pub folded_into: Option<i64>,
    /// How many deliveries it tells of beside itself.
    pub folds: i64,
    pub received_at_ms: i64,
    pub updated_at_ms: i64,
    /// When its lane goes on, if it waits.
    pub due_at_ms: Option<i64>,
}

/// A configuration that a message was kept from as it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOut {
    pub configuration_arn: String,
    /// Throttled or suppressed.
    pub state: DeliveryState,
    pub reason: Option<String>,
}

/// One delivery with the SNS envelope as it arrived, and what happened to it since.
#[derive(Debug, Clone)]
pub struct DeliveryDetail {
    pub delivery: Delivery,
    pub body: String,
    /// The oldest first; the newest of a long one.
    pub history: Vec<HistoryEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    pub at_ms: i64,
    /// `retry`, `held`, `dead`, `revived`, `replayed`
    pub event: String,
    pub detail: String,
}

/// A day of retries every five minutes, and some.
const HISTORY_MAX: i64 = 500;

const COLUMNS: &str = "deliveries.id, state, topic_arn, message_id, configuration_arn, deliveries.destination, priority, \
     attempts, reason, posted, scope, folded_into, folds, received_at_ms, updated_at_ms, \
     CASE WHEN state = 'pending' THEN due_at_ms END AS due_at_ms";
const TABLES: &str = "deliveries JOIN notifications ON notifications.id = deliveries.notification_id \
     LEFT JOIN destinations ON destinations.destination = deliveries.destination";

impl Store {
    /// A page of deliveries, the newest first, older than `before`.
    pub async fn deliveries(
        &self,
        filter: DeliveryFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let condition = match filter {
            DeliveryFilter::All => "",
            DeliveryFilter::InState(_) => "state = $3 AND",
            DeliveryFilter::FoldedInto(_) => "folded_into = $3 AND",
        };
        let page = query_of(format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE {condition} deliveries.id < $1 ORDER BY deliveries.id DESC LIMIT $2"
        ));
        let page = page.bind(before.unwrap_or(i64::MAX)).bind(limit);
        let page = match filter {
            DeliveryFilter::All => page,
            DeliveryFilter::InState(state) => page.bind(state.as_str()),
            DeliveryFilter::FoldedInto(id) => page.bind(id),
        };
        page.fetch_all(&self.reader).await?.iter().map(read).collect()
    }

    pub async fn delivery(&self, id: i64) -> Result<Option<DeliveryDetail>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, body FROM {TABLES} WHERE deliveries.id = $1");
        let row = query_of(sql).bind(id).fetch_optional(&self.reader).await?;
        let Some(row) = row else { return Ok(None) };
        let entries =
            query("SELECT at_ms, event, detail FROM delivery_history WHERE delivery_id = $1 ORDER BY id DESC LIMIT $2");
        let entries = entries.bind(id).bind(HISTORY_MAX).fetch_all(&self.reader).await?;
        let history = entries.iter().rev().map(read_entry).collect::<Result<_, _>>()?;
        Ok(Some(DeliveryDetail { delivery: read(&row)?, body: row.try_get("body")?, history }))
    }

    /// The SNS envelope of a notification, as it arrived; `None`: it is forgotten.
    pub async fn notification_body(&self, id: i64) -> Result<Option<String>, StoreError> {
        let row = query("SELECT body FROM notifications WHERE id = $1").bind(id).fetch_optional(&self.reader).await?;
        row.map(|row| row.try_get("body")).transpose()
    }

    /// The configurations that a message was kept from as it was accepted: throttled, or suppressed and why.
    pub async fn kept_out(&self, topic_arn: &str, message_id: &str) -> Result<Vec<KeptOut>, StoreError> {
        let rows = query(
            "SELECT configuration_arn, state, reason FROM notifications JOIN deliveries ON deliveries.notification_id = notifications.id
             WHERE topic_arn = $1 AND message_id = $2 AND state IN ('throttled', 'suppressed')",
        );
        let rows = rows.bind(topic_arn).bind(message_id).fetch_all(&self.reader).await?;
        let read = |row: &Row| {
            let state: String = row.try_get("state")?;
            let state = if state == "throttled" { DeliveryState::Throttled } else { DeliveryState::Suppressed };
            Ok(KeptOut { configuration_arn: row.try_get("configuration_arn")?, state, reason: row.try_get("reason")? })
        };
        rows.iter().map(read).collect()
    }

    /// When the longest-waiting pending delivery was accepted or revived.
    pub async fn oldest_pending_since_ms(&self) -> Result<Option<i64>, StoreError> {
        // Not that of the smallest id: what is revived waits from then on.
        let row = query("SELECT since_ms FROM deliveries WHERE state = 'pending' ORDER BY since_ms LIMIT 1")
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| row.try_get("since_ms")).transpose()
    }
}

fn read_entry(row: &Row) -> Result<HistoryEntry, StoreError> {
    Ok(HistoryEntry { at_ms: row.try_get("at_ms")?, event: row.try_get("event")?, detail: row.try_get("detail")? })
}

fn read(row: &Row) -> Result<Delivery, StoreError> {
    let (id, state): (i64, String) = (row.try_get("id")?, row.try_get("state")?);
    let known = DeliveryState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(Delivery {
        id,
        state: known.ok_or_else(|| StoreError::corrupt("deliveries", "state", &id.to_string(), &"unknown"))?,
        topic_arn: row.try_get("topic_arn")?,
        message_id: row.try_get("message_id")?,
        configuration_arn: row.try_get("configuration_arn")?,
        destination: row.try_get("destination")?,
        priority: row.try_get("priority")?,
        attempts: row.try_get("attempts")?,
        reason: row.try_get("reason")?,
        posted: row.try_get("posted")?,
        scope: row.try_get("scope")?,
        folded_into: row.try_get("folded_into")?,
        folds: row.try_get("folds")?,
        received_at_ms: row.try_get("received_at_ms")?,
        updated_at_ms: row.try_get("updated_at_ms")?,
        due_at_ms: row.try_get("due_at_ms")?,
    })
}
