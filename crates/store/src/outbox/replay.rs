//! Bringing deliveries back: one, the oldest of the dead, or all that a time's messages would make today.

use super::lanes::make_due;
use super::settle::note;
use crate::sql::{Row, Transaction, query, query_of};
use crate::{Store, StoreError};

/// Of a channel that can be written to again. Older ones are history; `bellhop deliveries replay` brings them.
const REVIVED_OF_LANE_MAX: i64 = 1000;

/// A page of messages to send again.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Messages that were received in `from_ms..to_ms`.
    pub from_ms: i64,
    pub to_ms: i64,
    /// Only of this topic.
    pub topic_arn: Option<String>,
    /// Also what was delivered: it comes again.
    pub delivered_too: bool,
    /// The notification after which the page begins.
    pub after: Option<(i64, i64)>,
    pub limit: i64,
    /// Only counts: nothing is sent.
    pub dry_run: bool,
    pub now_ms: i64,
}

impl Store {
    /// Brings a delivery that will not go out by itself back to life: it is tried when its lane goes on, at once if that is
    /// idle. `false` if it waits already or was delivered.
    pub async fn revive(&self, id: i64, now_ms: i64) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let ended = "id = $2 AND state NOT IN ('pending', 'delivered')";
        let rows = revive_where(&mut transaction, ended, id, now_ms).await?;
        self.go_on(transaction, &rows, "revived", now_ms).await?;
        Ok(!rows.is_empty())
    }

    /// Brings the oldest `limit` dead deliveries back to life and answers how many there were.
    pub async fn revive_all(&self, limit: i64, now_ms: i64) -> Result<usize, StoreError> {
        let mut transaction = self.write().await?;
        let dead = "id IN (SELECT id FROM deliveries WHERE state = 'dead' ORDER BY id LIMIT $2)";
        let rows = revive_where(&mut transaction, dead, limit, now_ms).await?;
        self.go_on(transaction, &rows, "revived", now_ms).await?;
        Ok(rows.len())
    }

    /// Brings back to life what died because its channel could not be written to, the newest of it, and answers how much.
    pub async fn revive_lane(&self, destination: &str, now_ms: i64) -> Result<usize, StoreError> {
        let dead = query(
            "SELECT id FROM deliveries WHERE destination = $1 AND state = 'dead' AND (reason LIKE '%is_archived%'
                 OR reason LIKE '%not_in_channel%' OR reason LIKE '%channel_not_found%') ORDER BY id DESC LIMIT $2",
        );
        let mut transaction = self.write().await?;
        let dead = dead.bind(destination).bind(REVIVED_OF_LANE_MAX).fetch_all(&mut transaction).await?;
        let mut rows = Vec::new();
        for row in &dead {
            rows.extend(revive_where(&mut transaction, "id = $2", row.try_get("id")?, now_ms).await?);
        }
        self.go_on(transaction, &rows, "revived", now_ms).await?;
        Ok(rows.len())
    }

    /// Sends a page of messages again to whoever lists their topics today. Answers how many deliveries that made, or would
    /// make, and where the next page begins; `None` after the last.
    pub async fn replay(&self, replay: &Replay) -> Result<(usize, Option<(i64, i64)>), StoreError> {
        let mut transaction = self.write().await?;
        let (after_ms, after_id) = replay.after.unwrap_or((replay.from_ms, 0));
        let page = query(
            "SELECT id, topic_arn, received_at_ms FROM notifications
             WHERE (received_at_ms, id) > ($1, $2) AND received_at_ms < $3 ORDER BY received_at_ms, id LIMIT $4",
        );
        let page = page.bind(after_ms).bind(after_id).bind(replay.to_ms).bind(replay.limit);
        let page = page.fetch_all(&mut transaction).await?;
        let mut rows = Vec::new();
        for message in &page {
            let id: i64 = message.try_get("id")?;
            if replay
                .topic_arn
                .as_ref()
                .is_some_and(|wanted| message.try_get::<&str>("topic_arn").is_ok_and(|topic| topic != wanted))
            {
                continue;
            }
            let waiting = if replay.delivered_too { "('pending', 'held')" } else { "('pending', 'held', 'delivered')" };
            let ended = format!("notification_id = $2 AND state NOT IN {waiting}");
            rows.extend(revive_where(&mut transaction, &ended, id, replay.now_ms).await?);
            rows.extend(deliver_to_newcomers(&mut transaction, message, replay.now_ms).await?);
        }
        if replay.dry_run {
            transaction.rollback().await?;
        } else {
            self.go_on(transaction, &rows, "replayed", replay.now_ms).await?;
        }
        let full = i64::try_from(page.len()).unwrap_or(i64::MAX) >= replay.limit;
        let last = page.last().filter(|_| full);
        let next =
            last.map(|row| Ok::<_, StoreError>((row.try_get("received_at_ms")?, row.try_get("id")?))).transpose()?;
        Ok((rows.len(), next))
    }

    async fn go_on(
        &self,
        mut transaction: Transaction,
        rows: &[Row],
        event: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let ids = rows.iter().map(|row| row.try_get("id")).collect::<Result<Vec<i64>, _>>()?;
        note(&mut transaction, &ids, event, "", now_ms).await?;
        let lanes = rows.iter().map(|row| Ok((row.try_get("destination")?, now_ms)));
        make_due(&mut transaction, &lanes.collect::<Result<_, StoreError>>()?).await?;
        transaction.commit().await?;
        self.waker.wake();
        Ok(())
    }
}

/// `since_ms` begins anew: so do its retries, and it is another message to the platform.
async fn revive_where(
    transaction: &mut Transaction,
    condition: &str,
    value: i64,
    now_ms: i64,
) -> Result<Vec<Row>, StoreError> {
    let revive = query_of(format!(
        "UPDATE deliveries SET state = 'pending', attempts = 0, since_ms = $1, updated_at_ms = $1, scope = NULL,
             until_ms = NULL, folded_into = NULL, posted = CASE WHEN state = 'delivered' THEN NULL ELSE posted END
         WHERE {condition} RETURNING id, destination"
    ));
    revive.bind(now_ms).bind(value).fetch_all(transaction).await
}

/// Configurations that list the topic and were not there when the message came.
async fn deliver_to_newcomers(
    transaction: &mut Transaction,
    message: &Row,
    now_ms: i64,
) -> Result<Vec<Row>, StoreError> {
    query(
        "INSERT INTO deliveries (notification_id, configuration_arn, destination, state, priority, since_ms, updated_at_ms,
             attempts, folds)
         SELECT $1, configuration_arn, destination, 'pending', 2, $2, $2, 0, 0 FROM topic_listeners WHERE topic_arn = $3
         ON CONFLICT (notification_id, configuration_arn) DO NOTHING RETURNING id, destination",
    )
    .bind(message.try_get::<i64>("id")?)
    .bind(now_ms)
    .bind(message.try_get::<String>("topic_arn")?)
    .fetch_all(transaction)
    .await
}
