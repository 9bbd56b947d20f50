//! The notifier watches itself: what it finds is told to an operators' channel, as an ordinary notification.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::delivery::Priority;
use domain::watch::Finding;
use store::StoreError;
use store::outbox::{AcceptRules, Addressee, NewNotification, PendingDelivery};
use uuid::Uuid;
use wire::ids::ChatConfigurationArn;

use super::App;

/// The topic that findings have in the ledger. No topic of AWS has this ARN: its account is nobody's.
pub const OWN_TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:bellhop-operators";
/// Counted no further for a message to operators.
const COUNT_TO: i64 = 10_000;
/// Deaths are told together: once a minute for each channel.
const DEATHS_KEPT_MAX: usize = 1000;

/// Whom it tells, and what it gathers to tell.
#[derive(Debug, Default)]
pub struct Watch {
    pub(crate) operators: Option<ChatConfigurationArn>,
    pub(crate) backlog_after_ms: i64,
    /// By destination: how many died since the last look, and why the last did.
    deaths: Mutex<BTreeMap<String, (u64, String)>>,
}

impl Watch {
    pub fn new(operators: Option<ChatConfigurationArn>, backlog_after_ms: i64) -> Self {
        Self { operators, backlog_after_ms, deaths: Mutex::default() }
    }

    /// A delivery died.
    pub(super) fn died(&self, delivery: &PendingDelivery, reason: &str) {
        // What was told to the operators and died is not told to them again.
        if delivery.topic_arn == OWN_TOPIC {
            return;
        }
        let mut deaths = self.deaths.lock().unwrap_or_else(PoisonError::into_inner);
        let name = delivery.configuration_arn.clone();
        if deaths.len() < DEATHS_KEPT_MAX || deaths.contains_key(&name) {
            let (count, last) = deaths.entry(name).or_default();
            *count = count.saturating_add(1);
            reason.clone_into(last);
        }
    }

    fn take_deaths(&self) -> BTreeMap<String, (u64, String)> {
        std::mem::take(&mut *self.deaths.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl App {
    /// One look: what died since the last, and, by one node for all, lanes that fall behind or have caught up, and topics whose
    /// subscription fails.
    pub async fn look_around(&self, every_ms: i64) -> Result<(), StoreError> {
        for (destination, (count, reason)) in self.watch.take_deaths() {
            self.tell_operators(Finding::DeliveriesDead { destination, count, reason }).await;
        }
        let now_ms = self.clock.now_ms();
        if self.store.take_turn("watch", now_ms.saturating_add(every_ms / 2), now_ms).await? {
            self.look_at_backlogs().await?;
            self.look_at_topics().await?;
        }
        Ok(())
    }

    /// One beat of the heartbeat, if the store answers: a node that cannot accept anything is as good as dead.
    pub async fn beat_heart(&self) {
        if let Err(error) = self.ready().await {
            tracing::error!(%error, "no heartbeat: the store does not answer");
            return;
        }
        if let Err(error) = self.heartbeat.beat().await {
            tracing::warn!(%error, "`operators.heartbeat_url` does not answer");
        }
    }

    async fn look_at_backlogs(&self) -> Result<(), StoreError> {
        const KIND: &str = "backlog ";
        let now_ms = self.clock.now_ms();
        let behind = self.store.backlogs(now_ms.saturating_sub(self.watch.backlog_after_ms), COUNT_TO).await?;
        for lane in &behind {
            if self.store.begin_finding(&format!("{KIND}{}", lane.destination), now_ms).await? {
                let waiting = u64::try_from(lane.waiting).unwrap_or(0);
                let oldest_ms = now_ms.saturating_sub(lane.oldest_since_ms);
                let destination = lane.destination.clone();
                self.tell_operators(Finding::BacklogGrowing { destination, waiting, oldest_ms }).await;
            }
        }
        for told in self.store.findings(KIND, COUNT_TO).await? {
            let destination = told.finding.trim_start_matches(KIND).to_owned();
            let is_behind = behind.iter().any(|lane| lane.destination == destination);
            if !is_behind && self.store.end_finding(&told.finding).await? {
                self.tell_operators(Finding::BacklogCleared { destination }).await;
            }
        }
        Ok(())
    }

    async fn look_at_topics(&self) -> Result<(), StoreError> {
        const KIND: &str = "topic ";
        let now_ms = self.clock.now_ms();
        let failing = self.store.failing_topic_subscriptions(COUNT_TO).await?;
        for topic in &failing {
            if self.store.begin_finding(&format!("{KIND}{}", topic.topic_arn), now_ms).await? {
                let (topic_arn, reason) = (topic.topic_arn.clone(), topic.reason.clone().unwrap_or_default());
                self.tell_operators(Finding::TopicFailing { topic_arn, reason }).await;
            }
        }
        for told in self.store.findings(KIND, COUNT_TO).await? {
            let topic_arn = told.finding.trim_start_matches(KIND).to_owned();
            let fails = failing.iter().any(|topic| topic.topic_arn == topic_arn);
            if !fails && self.store.end_finding(&told.finding).await? {
                self.tell_operators(Finding::TopicRecovered { topic_arn }).await;
            }
        }
        Ok(())
    }

    /// Puts a finding into the outbox, for the operators' configuration. It is in the log in any case: what cannot be told must
    /// not stop anything.
    pub(super) async fn tell_operators(&self, finding: Finding) {
        tracing::warn!(?finding, "for the operators");
        self.metrics.finding(&finding);
        let Some(arn) = &self.watch.operators else { return };
        if let Err(error) = self.enqueue_finding(arn, &finding).await {
            tracing::error!(%error, ?finding, "the operators' channel was not told");
        }
    }

    async fn enqueue_finding(&self, arn: &ChatConfigurationArn, finding: &Finding) -> Result<(), StoreError> {
        let account_id = arn.account_id();
        let listed = match &account_id {
            Some(account_id) => self.store.chat_configuration(account_id, arn).await?,
            None => None,
        };
        let Some(listed) = listed else {
            tracing::error!(%arn, "`operators.configuration_arn` names no configuration; nobody was told");
            return Ok(());
        };
        let body = serde_json::to_string(finding).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let notification = NewNotification {
            topic_arn: OWN_TOPIC.to_owned(),
            message_id: Uuid::new_v4().to_string(),
            body,
            priority: Priority::Alarm,
            addressee: Some(Addressee {
                configuration_arn: arn.as_str().to_owned(),
                destination: listed.configuration.channel.destination(),
            }),
            similarity: None,
            gate: None,
            received_at_ms: self.clock.now_ms(),
        };
        self.store.enqueue(notification, AcceptRules::default()).await.map(drop)
    }
}
