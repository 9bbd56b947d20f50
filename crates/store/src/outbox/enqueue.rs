//! Accepting: notifications that arrive together share one transaction and so one fsync.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Row as _, Sqlite, Transaction};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{Store, StoreError};

/// Notifications in one commit. More would only make the first wait for the last.
const BATCH_MAX: usize = 128;
/// Accepted requests that may wait for the writer; beyond it the sender waits, and SNS's own retry is the buffer.
const QUEUE_MAX: usize = 1024;

/// A verified notification.
#[derive(Debug, Clone)]
pub struct NewNotification {
    pub topic_arn: String,
    pub message_id: String,
    /// The SNS envelope as it arrived.
    pub body: String,
    pub received_at_ms: i64,
}

/// What became of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// Committed: one delivery per listening configuration.
    Accepted { deliveries: usize },
    /// It was committed before.
    Repeated,
    /// No configuration listens to its topic. Nothing was written.
    UnknownTopic,
}

type Answer = oneshot::Sender<Result<Enqueued, StoreError>>;

/// The one task that writes notifications. It ends when the last `Store` is dropped.
#[derive(Clone)]
pub(crate) struct GroupCommit {
    queue: mpsc::Sender<(NewNotification, Answer)>,
}

impl GroupCommit {
    pub(crate) fn start(writer: SqlitePool, lane_due: Arc<Notify>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        #[expect(clippy::disallowed_methods, reason = "it ends with the queue, which the store owns")]
        tokio::spawn(run(writer, lane_due, waiting));
        Self { queue }
    }
}

impl Store {
    /// Commits a notification with its deliveries. When this returns `Accepted` or `Repeated`, the message is safe.
    pub async fn enqueue(&self, notification: NewNotification) -> Result<Enqueued, StoreError> {
        let closed = || StoreError::Unavailable("the store is closing".to_owned());
        let (answer, answered) = oneshot::channel();
        self.group_commit.queue.send((notification, answer)).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

async fn run(writer: SqlitePool, lane_due: Arc<Notify>, mut waiting: mpsc::Receiver<(NewNotification, Answer)>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let (notifications, answers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let results = match commit(&writer, &lane_due, &notifications).await {
            Ok(results) => results.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error); answers.len()],
        };
        for (answer, result) in answers.into_iter().zip(results) {
            // Whoever went away meanwhile will ask again: the message is in the ledger and will be `Repeated`.
            let _ = answer.send(result);
        }
    }
}

/// A listening configuration and its lane.
struct Listener {
    configuration_arn: String,
    destination: String,
}

async fn commit(
    writer: &SqlitePool,
    lane_due: &Notify,
    notifications: &[NewNotification],
) -> Result<Vec<Enqueued>, StoreError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let listeners = listeners(&mut transaction, notifications).await?;
    let mut seen = HashSet::new();
    let wanted: Vec<&NewNotification> = notifications
        .iter()
        .filter(|n| listeners.contains_key(&n.topic_arn) && seen.insert((n.topic_arn.as_str(), n.message_id.as_str())))
        .collect();
    let mut inserted = insert_notifications(&mut transaction, &wanted).await?;
    let woken = insert_deliveries(&mut transaction, &wanted, &inserted, &listeners).await?;
    transaction.commit().await?;
    if woken {
        lane_due.notify_one();
    }
    Ok(notifications
        .iter()
        .map(|notification| match listeners.get(&notification.topic_arn) {
            None => Enqueued::UnknownTopic,
            // Taken out, so that a message that came twice in one batch is accepted once.
            Some(listeners) => match inserted.remove(&key(notification)) {
                Some(_) => Enqueued::Accepted { deliveries: listeners.len() },
                None => Enqueued::Repeated,
            },
        })
        .collect())
}

fn key(notification: &NewNotification) -> (String, String) {
    (notification.topic_arn.clone(), notification.message_id.clone())
}

async fn listeners(
    transaction: &mut Transaction<'static, Sqlite>,
    notifications: &[NewNotification],
) -> Result<HashMap<String, Vec<Listener>>, StoreError> {
    let topics: BTreeSet<&str> = notifications.iter().map(|n| n.topic_arn.as_str()).collect();
    let sql = format!(
        "SELECT topic_arn, configuration_arn, destination FROM topic_listeners WHERE topic_arn IN ({})",
        (1..=topics.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for topic in topics {
        query = query.bind(topic);
    }
    let mut listeners: HashMap<String, Vec<Listener>> = HashMap::new();
    for row in query.fetch_all(&mut **transaction).await? {
        listeners.entry(row.try_get("topic_arn")?).or_default().push(Listener {
            configuration_arn: row.try_get("configuration_arn")?,
            destination: row.try_get("destination")?,
        });
    }
    Ok(listeners)
}

/// Answers the ids of those that were not there before.
async fn insert_notifications(
    transaction: &mut Transaction<'static, Sqlite>,
    notifications: &[&NewNotification],
) -> Result<HashMap<(String, String), i64>, StoreError> {
    if notifications.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "INSERT INTO notifications (topic_arn, message_id, body, received_at_ms) VALUES {}
         ON CONFLICT (topic_arn, message_id) DO NOTHING RETURNING id, topic_arn, message_id",
        rows_of_placeholders(notifications.len(), 4, "")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for n in notifications {
        query = query.bind(&n.topic_arn).bind(&n.message_id).bind(&n.body).bind(n.received_at_ms);
    }
    let rows = query.fetch_all(&mut **transaction).await?;
    rows.iter().map(|row| Ok(((row.try_get("topic_arn")?, row.try_get("message_id")?), row.try_get("id")?))).collect()
}

/// Answers whether a lane that slept has something to send now.
async fn insert_deliveries(
    transaction: &mut Transaction<'static, Sqlite>,
    notifications: &[&NewNotification],
    inserted: &HashMap<(String, String), i64>,
    listeners: &HashMap<String, Vec<Listener>>,
) -> Result<bool, StoreError> {
    let mut rows = Vec::new();
    // In order, so that two nodes lock common lanes in the same order.
    let mut due: BTreeMap<&str, i64> = BTreeMap::new();
    for notification in notifications {
        let Some(id) = inserted.get(&key(notification)) else {
            continue;
        };
        for listener in listeners.get(&notification.topic_arn).into_iter().flatten() {
            rows.push((*id, listener, notification.received_at_ms));
            due.entry(&listener.destination).or_insert(notification.received_at_ms);
        }
    }
    // One topic may have many listeners: the statements stay of a bounded size.
    for rows in rows.chunks(BATCH_MAX) {
        let sql = format!(
            "INSERT INTO deliveries (notification_id, configuration_arn, destination, since_ms, updated_at_ms, state, attempts)
             VALUES {}",
            rows_of_placeholders(rows.len(), 5, ", 'pending', 0")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (id, listener, at) in rows {
            query = query.bind(id).bind(&listener.configuration_arn).bind(&listener.destination).bind(at).bind(at);
        }
        query.execute(&mut **transaction).await?;
    }
    let mut woken = false;
    for (destination, at) in due {
        woken |= super::lanes::make_due(transaction, destination, at).await?;
    }
    Ok(woken)
}

/// `($1, $2, 'x'), ($3, $4, 'x')` for two rows of two columns and a constant.
pub(crate) fn rows_of_placeholders(rows: usize, columns: usize, constants: &str) -> String {
    let row = |row: usize| {
        let of_row: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({}{constants})", of_row.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
