//! Accepting: notifications that arrive together are written together, each with a delivery for every listener.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::delivery::Priority;
use domain::notification::Similarity;

use super::gate::{Gate, route};
use super::lanes::Waking;
use crate::StoreError;
use crate::sql::{Query, Transaction, query, query_of};

/// Rows of one statement: far below the parameters that both engines take.
const ROWS_MAX: usize = 128;

/// A verified notification.
#[derive(Debug, Clone)]
pub struct NewNotification {
    pub topic_arn: String,
    pub message_id: String,
    /// The SNS envelope as it arrived.
    pub body: String,
    /// What goes out first when a queue builds: the lowest.
    pub priority: Priority,
    /// The one configuration that it is for, whatever that lists; `None`: all that list its topic.
    pub addressee: Option<Addressee>,
    /// What it says of what, if others may say the same.
    pub similarity: Option<Similarity>,
    /// What rules make of it, if there are any; `None`: every listener gets it.
    pub gate: Option<Gate>,
    pub received_at_ms: i64,
}

/// A configuration with its lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    pub configuration_arn: String,
    pub destination: String,
}

/// What keeps an accepted message out of a channel. Its delivery is in the ledger all the same, and says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AcceptRules {
    /// A channel that was told the same within this time is not told again; 0: it is.
    pub similar_within_ms: i64,
    /// Events a second of one account; 0: any number.
    pub events_per_second: i64,
}

/// What became of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// Committed: one delivery per listening configuration, and per one that rules add. What is kept out counts.
    Accepted { deliveries: usize },
    /// It was committed before.
    Repeated,
    /// No configuration listens to its topic. Nothing was written.
    UnknownTopic,
}

/// Answers what became of each, and whether a lane that slept has something to send now.
pub(super) async fn write(
    transaction: &mut Transaction,
    arrivals: &[(NewNotification, AcceptRules)],
) -> Result<(Vec<Enqueued>, bool), StoreError> {
    if arrivals.is_empty() {
        return Ok((Vec::new(), false));
    }
    let listeners = Listeners::of(transaction, arrivals).await?;
    let mut seen = HashSet::new();
    let wanted: Vec<&(NewNotification, AcceptRules)> = arrivals
        .iter()
        .filter(|(n, _)| !listeners.to(n).is_empty() && seen.insert((n.topic_arn.as_str(), n.message_id.as_str())))
        .collect();
    let mut inserted = insert_notifications(transaction, &wanted).await?;
    let (made, woken) = insert_deliveries(transaction, &wanted, &inserted, &listeners).await?;
    let enqueued = arrivals
        .iter()
        .map(|(notification, _)| match listeners.to(notification) {
            [] => Enqueued::UnknownTopic,
            // Taken out, so that a message that came twice in one batch is accepted once.
            _ => match inserted.remove(&key(notification)) {
                Some(id) => Enqueued::Accepted { deliveries: made.get(&id).copied().unwrap_or(0) },
                None => Enqueued::Repeated,
            },
        })
        .collect();
    Ok((enqueued, woken))
}

fn key(notification: &NewNotification) -> (String, String) {
    (notification.topic_arn.clone(), notification.message_id.clone())
}

/// Who lists the topics of a batch.
struct Listeners(HashMap<String, Vec<Addressee>>);

impl Listeners {
    async fn of(
        transaction: &mut Transaction,
        arrivals: &[(NewNotification, AcceptRules)],
    ) -> Result<Self, StoreError> {
        let topics: BTreeSet<&str> = arrivals.iter().map(|(n, _)| n.topic_arn.as_str()).collect();
        let placeholders = (1..=topics.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let select = query_of(format!(
            "SELECT topic_arn, configuration_arn, destination FROM topic_listeners WHERE topic_arn IN ({placeholders})"
        ));
        let select = topics.into_iter().fold(select, Query::bind);
        let mut by_topic: HashMap<String, Vec<Addressee>> = HashMap::new();
        for row in select.fetch_all(transaction).await? {
            by_topic.entry(row.try_get("topic_arn")?).or_default().push(Addressee {
                configuration_arn: row.try_get("configuration_arn")?,
                destination: row.try_get("destination")?,
            });
        }
        Ok(Self(by_topic))
    }

    fn to<'a>(&'a self, notification: &'a NewNotification) -> &'a [Addressee] {
        match &notification.addressee {
            Some(addressee) => std::slice::from_ref(addressee),
            None => self.0.get(&notification.topic_arn).map_or(&[], Vec::as_slice),
        }
    }
}

/// Answers the ids of those that were not there before.
async fn insert_notifications(
    transaction: &mut Transaction,
    notifications: &[&(NewNotification, AcceptRules)],
) -> Result<HashMap<(String, String), i64>, StoreError> {
    if notifications.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "INSERT INTO notifications (topic_arn, message_id, body, received_at_ms) VALUES {}
         ON CONFLICT (topic_arn, message_id) DO NOTHING RETURNING id, topic_arn, message_id",
        rows_of_placeholders(notifications.len(), 4, "")
    );
    let mut query = query_of(sql);
    for (n, _) in notifications {
        query = query.bind(&n.topic_arn).bind(&n.message_id).bind(&n.body).bind(n.received_at_ms);
    }
    let rows = query.fetch_all(&mut *transaction).await?;
    rows.iter().map(|row| Ok(((row.try_get("topic_arn")?, row.try_get("message_id")?), row.try_get("id")?))).collect()
}

/// A delivery to be made.
struct NewDelivery<'a> {
    notification_id: i64,
    notification: &'a NewNotification,
    rules: AcceptRules,
    listener: Cow<'a, Addressee>,
    kept_out: Option<KeptOut>,
}

/// What keeps a delivery out: the state that it gets, and why.
#[derive(Debug)]
pub(super) struct KeptOut {
    pub(super) state: &'static str,
    pub(super) reason: String,
    /// Held: until when.
    pub(super) until_ms: Option<i64>,
}

/// Answers how many each notification got, and whether a lane that slept has something to send now.
async fn insert_deliveries(
    transaction: &mut Transaction,
    wanted: &[&(NewNotification, AcceptRules)],
    inserted: &HashMap<(String, String), i64>,
    listeners: &Listeners,
) -> Result<(HashMap<i64, usize>, bool), StoreError> {
    let (mut deliveries, mut made) = (Vec::new(), HashMap::new());
    for (notification, rules) in wanted {
        let Some(&notification_id) = inserted.get(&key(notification)) else { continue };
        let routed = match &notification.gate {
            None => listeners.to(notification).iter().map(|listener| (Cow::Borrowed(listener), None)).collect(),
            Some(gate) => route(transaction, gate, listeners.to(notification)).await?,
        };
        made.insert(notification_id, routed.len());
        for (listener, kept_out) in routed {
            deliveries.push(NewDelivery { notification_id, notification, rules: *rules, listener, kept_out });
        }
    }
    // What a rule keeps out was not told, and is no event of its account.
    for delivery in &mut deliveries {
        if delivery.kept_out.as_ref().is_some_and(|kept_out| !kept_out.is_later()) {
            continue;
        }
        if let Some(kept_out) = kept_out(transaction, delivery).await? {
            delivery.kept_out = Some(kept_out);
        }
    }
    // One topic may have many listeners: the statements stay of a bounded size.
    for rows in deliveries.chunks(ROWS_MAX) {
        let sql = format!(
            "INSERT INTO deliveries (notification_id, configuration_arn, destination, state, priority, reason, until_ms,
                 since_ms, updated_at_ms, attempts, folds) VALUES {}",
            rows_of_placeholders(rows.len(), 9, ", 0, 0")
        );
        let insert = rows.iter().fold(query_of(sql), |insert, row| {
            let at_ms = row.notification.received_at_ms;
            insert
                .bind(row.notification_id)
                .bind(&row.listener.configuration_arn)
                .bind(&row.listener.destination)
                .bind(row.kept_out.as_ref().map_or("pending", |kept_out| kept_out.state))
                .bind(row.notification.priority.as_i64())
                .bind(row.kept_out.as_ref().map(|kept_out| &kept_out.reason))
                .bind(row.kept_out.as_ref().and_then(|kept_out| kept_out.until_ms))
                .bind(at_ms)
                .bind(at_ms)
        });
        insert.execute(&mut *transaction).await?;
    }
    Ok((made, wake_lanes(transaction, &deliveries).await? > 0))
}

/// Answers how many lanes slept.
async fn wake_lanes(transaction: &mut Transaction, deliveries: &[NewDelivery<'_>]) -> Result<u64, StoreError> {
    let mut due: BTreeMap<String, i64> = BTreeMap::new();
    for delivery in deliveries.iter().filter(|delivery| delivery.kept_out.is_none()) {
        due.entry(delivery.listener.destination.clone()).or_insert(delivery.notification.received_at_ms);
    }
    let held: Vec<&str> = deliveries
        .iter()
        .filter(|delivery| delivery.kept_out.as_ref().is_some_and(KeptOut::is_later))
        .map(|delivery| delivery.listener.destination.as_str())
        .collect();
    if held.is_empty() {
        return super::lanes::make_due(transaction, &due).await;
    }
    let waking = |(destination, at_ms)| (destination, Waking { due_at_ms: Some(at_ms), held: false });
    let mut lanes: BTreeMap<String, Waking> = due.into_iter().map(waking).collect();
    for destination in held {
        lanes.entry(destination.to_owned()).or_default().held = true;
    }
    super::lanes::wake(transaction, &lanes).await
}

impl KeptOut {
    fn new(state: &'static str, reason: String) -> Self {
        Self { state, reason, until_ms: None }
    }

    /// It goes out by itself.
    fn is_later(&self) -> bool {
        self.until_ms.is_some()
    }
}

/// Asks the settings' limits in turn.
async fn kept_out(transaction: &mut Transaction, delivery: &NewDelivery<'_>) -> Result<Option<KeptOut>, StoreError> {
    let rules = delivery.rules;
    if rules.events_per_second > 0 && !within_rate(transaction, delivery).await? {
        let limit = rules.events_per_second;
        let reason = format!("its account had more than {limit} events in this second");
        return Ok(Some(KeptOut::new("throttled", reason)));
    }
    match &delivery.notification.similarity {
        Some(similarity) if rules.similar_within_ms > 0 => told_lately(transaction, delivery, similarity).await,
        _ => Ok(None),
    }
}

/// Counts the event in its account's second; one second's count makes room for the next.
async fn within_rate(transaction: &mut Transaction, delivery: &NewDelivery<'_>) -> Result<bool, StoreError> {
    let account_id = delivery.listener.configuration_arn.split(':').nth(4).unwrap_or_default();
    let counted = query(
        "INSERT INTO event_rates (account_id, second, events) VALUES ($1, $2, 1)
         ON CONFLICT (account_id) DO UPDATE SET second = excluded.second,
             events = CASE WHEN event_rates.second = excluded.second THEN event_rates.events + 1 ELSE 1 END
         WHERE event_rates.second <> excluded.second OR event_rates.events < $3",
    )
    .bind(account_id)
    .bind(delivery.notification.received_at_ms.div_euclid(1000))
    .bind(delivery.rules.events_per_second)
    .execute(transaction)
    .await?;
    Ok(counted == 1)
}

/// The first of its kind within the window is told, and what repeats it is not, however long it goes on repeating.
async fn told_lately(
    transaction: &mut Transaction,
    delivery: &NewDelivery<'_>,
    similarity: &Similarity,
) -> Result<Option<KeptOut>, StoreError> {
    let at_ms = delivery.notification.received_at_ms;
    let first = query(
        "INSERT INTO recent_similar (destination, matter, says, notification_id, at_ms) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (destination, matter) DO UPDATE SET says = excluded.says, at_ms = excluded.at_ms,
             notification_id = excluded.notification_id
         WHERE recent_similar.at_ms <= $6 OR recent_similar.says <> excluded.says",
    )
    .bind(&delivery.listener.destination)
    .bind(&similarity.matter)
    .bind(&similarity.says)
    .bind(delivery.notification_id)
    .bind(at_ms)
    .bind(at_ms.saturating_sub(delivery.rules.similar_within_ms))
    .execute(transaction)
    .await?;
    let Similarity { matter, says } = similarity;
    let seconds = delivery.rules.similar_within_ms / 1000;
    let reason = || format!("the channel was told the same within {seconds} s: {matter} {says}");
    Ok((first == 0).then(|| KeptOut::new("suppressed", reason())))
}

/// `($1, $2, 'x'), ($3, $4, 'x')` for two rows of two columns and a constant.
pub(crate) fn rows_of_placeholders(rows: usize, columns: usize, constants: &str) -> String {
    let row = |row: usize| {
        let of_row: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({}{constants})", of_row.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
