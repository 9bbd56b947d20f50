//! What the outbox promises, said again without a database: a model that takes the same steps and compares.

use std::collections::{BTreeMap, BTreeSet};

use domain::chat_configuration::ConfigurationUpdate;
use store::outbox::{Delivery, DeliveryState, Enqueued, Lease, PendingDelivery, Settled, Settlement};
use store::{Refused, Store};

use super::{CHANNELS, CONFIGURATIONS, LEASE_MS, Outcome, Step, TOPICS};
use crate::setup::{
    COUNT_TO, LIMIT, NOW, RULES, account, all_deliveries, arn, authorize, configuration, dead, lane, notification,
    retry, to_channel, topics,
};
use crate::threads::opened_by;

/// What the store should say of one delivery.
#[derive(Debug, Clone, PartialEq)]
struct Expected {
    /// Topic, message and configuration: there is one delivery of them, for ever.
    key: (String, String, String),
    destination: String,
    state: DeliveryState,
    attempts: i64,
    posted: Option<String>,
    since_ms: i64,
    due_at_ms: Option<i64>,
}

#[derive(Debug, Default)]
struct Lane {
    due_at_ms: Option<i64>,
    leased_until_ms: i64,
    /// The attempt that may settle: until it has, or until another one leased the lane.
    holder: Option<u64>,
}

struct Attempt {
    number: u64,
    lease: Lease,
    head: Option<PendingDelivery>,
}

#[derive(Default)]
pub struct Model {
    now_ms: i64,
    /// By account and name: channel and topics.
    configurations: BTreeMap<(&'static str, &'static str), (&'static str, BTreeSet<&'static str>)>,
    seen: BTreeSet<(&'static str, u8)>,
    deliveries: BTreeMap<i64, Expected>,
    lanes: BTreeMap<String, Lane>,
    under_way: Vec<Attempt>,
    ended: Vec<Attempt>,
    attempts: u64,
}

impl Model {
    pub fn new() -> Self {
        Self { now_ms: NOW, ..Self::default() }
    }

    pub async fn take(&mut self, store: &Store, step: Step) {
        match step {
            Step::Enqueue { topic, message } => self.enqueue(store, TOPICS[topic], message).await,
            Step::Claim { limit } => self.claim(store, limit).await,
            Step::Settle { attempt, outcome, next_in_ms } if !self.under_way.is_empty() => {
                let attempt = self.under_way.remove(attempt.index(self.under_way.len()));
                self.end(store, &attempt, Some(outcome), next_in_ms).await;
                self.ended.push(attempt);
            }
            Step::Release { attempt, next_in_ms } if !self.under_way.is_empty() => {
                let attempt = self.under_way.remove(attempt.index(self.under_way.len()));
                self.end(store, &attempt, None, next_in_ms).await;
                self.ended.push(attempt);
            }
            Step::SettleAgain { attempt } if !self.ended.is_empty() => {
                let attempt = self.ended.remove(attempt.index(self.ended.len()));
                self.end(store, &attempt, Some(Outcome::Dead), 0).await;
            }
            Step::Revive { delivery } if !self.deliveries.is_empty() => {
                let id = *self.deliveries.keys().nth(delivery.index(self.deliveries.len())).unwrap();
                let is_dead = self.deliveries[&id].state == DeliveryState::Dead;
                assert_eq!(store.revive(id, self.now_ms).await.unwrap(), is_dead);
                self.revive(&[id]);
            }
            Step::ReviveAll { limit } => {
                let dead = self.deliveries.iter().filter(|(_, found)| found.state == DeliveryState::Dead);
                let oldest: Vec<i64> = dead.map(|(id, _)| *id).take(limit).collect();
                let revived = store.revive_all(i64::try_from(limit).unwrap(), self.now_ms).await;
                assert_eq!(revived.unwrap(), oldest.len());
                self.revive(&oldest);
            }
            Step::Configure { configuration, channel, topics } => {
                let topics = TOPICS.into_iter().zip(topics).filter_map(|(topic, listed)| listed.then_some(topic));
                self.configure(store, CONFIGURATIONS[configuration], CHANNELS[channel], topics.collect()).await;
            }
            Step::Delete { configuration } => self.delete(store, CONFIGURATIONS[configuration]).await,
            Step::Wait { ms } => self.now_ms += ms,
            _ => {}
        }
    }

    fn wake(&mut self, destination: &str) {
        let lane = self.lanes.entry(destination.to_owned()).or_default();
        lane.due_at_ms.get_or_insert(self.now_ms);
    }

    fn pending<'a>(&'a self, destination: &'a str) -> impl Iterator<Item = i64> + 'a {
        let of_lane = move |found: &Expected| found.state == DeliveryState::Pending && found.destination == destination;
        self.deliveries.iter().filter(move |(_, found)| of_lane(found)).map(|(id, _)| *id)
    }

    async fn enqueue(&mut self, store: &Store, topic: &'static str, message: u8) {
        let notification = notification(topic, &message.to_string(), self.now_ms);
        let enqueued = store.enqueue(notification.clone(), RULES).await.unwrap();
        let listeners = self.configurations.iter().filter(|(_, (_, topics))| topics.contains(topic));
        let listeners: Vec<_> = listeners
            .map(|((account, name), (channel, _))| (arn(account, name).as_str().to_owned(), lane(channel)))
            .collect();
        if listeners.is_empty() {
            assert_eq!(enqueued, Enqueued::UnknownTopic);
            return;
        }
        if !self.seen.insert((topic, message)) {
            assert_eq!(enqueued, Enqueued::Repeated);
            return;
        }
        assert_eq!(enqueued, Enqueued::Accepted { deliveries: listeners.len() });
        let newest = self.deliveries.keys().next_back().copied();
        for delivery in all_deliveries(store).await {
            if self.deliveries.contains_key(&delivery.id) {
                continue;
            }
            assert!(Some(delivery.id) > newest, "ids grow in the order of acceptance");
            let expected = Expected {
                key: (
                    notification.topic_arn.clone(),
                    notification.message_id.clone(),
                    delivery.configuration_arn.clone(),
                ),
                destination: delivery.destination.clone(),
                state: DeliveryState::Pending,
                attempts: 0,
                posted: None,
                since_ms: self.now_ms,
                due_at_ms: None,
            };
            self.deliveries.insert(delivery.id, expected);
            assert!(listeners.contains(&(delivery.configuration_arn, delivery.destination)));
        }
        for (_, destination) in listeners {
            self.wake(&destination);
        }
    }

    async fn claim(&mut self, store: &Store, limit: usize) {
        let now_ms = self.now_ms;
        let may = |lane: &Lane| lane.due_at_ms.is_some_and(|at| at <= now_ms) && lane.leased_until_ms <= now_ms;
        let due = self.lanes.values().filter(|lane| may(lane)).count();
        let leases = store.claim(i64::try_from(limit).unwrap(), now_ms, LEASE_MS).await.unwrap();
        assert_eq!(leases.len(), due.min(limit));
        for lease in leases {
            let head = store.head(&lease, COUNT_TO).await.unwrap();
            assert_eq!(head.as_ref().map(|head| head.id), self.pending(&lease.destination).next(), "the oldest first");
            let lane = self.lanes.get_mut(&lease.destination).unwrap();
            assert!(may(lane), "leased or not due: {lane:?}");
            self.attempts += 1;
            (lane.leased_until_ms, lane.holder) = (now_ms + LEASE_MS, Some(self.attempts));
            self.under_way.push(Attempt { number: self.attempts, lease, head });
        }
    }

    /// Ends an attempt; one without a delivery, or without an outcome, gives its lane back as it is.
    async fn end(&mut self, store: &Store, attempt: &Attempt, outcome: Option<Outcome>, next_in_ms: i64) {
        let settled = Settled { now_ms: self.now_ms, next_at_ms: self.now_ms + next_in_ms, arrival_ms: 0, failures: 0 };
        let held = self.lanes[&attempt.lease.destination].holder == Some(attempt.number);
        if let (Some(head), Some(outcome)) = (&attempt.head, outcome) {
            let posted = format!("{}", attempt.number);
            let settlement = match outcome {
                Outcome::Delivered => Settlement::Delivered { posted: posted.clone(), thread: None },
                Outcome::Posted => {
                    Settlement::Posted { posted: posted.clone(), thread: opened_by(head, "matter", "1.1") }
                }
                Outcome::Retry => retry("500"),
                Outcome::Dead => dead("is_archived"),
            };
            let done = store.settle(&attempt.lease, head, &settlement, settled).await.unwrap();
            assert_eq!(done, held);
            // Whoever holds the lane now: what is out is out.
            if held || matches!(outcome, Outcome::Delivered | Outcome::Posted) {
                self.record(head.id, &attempt.lease.destination, outcome, posted);
            }
        } else {
            assert_eq!(store.release(&attempt.lease, settled).await.unwrap(), held);
        }
        if held {
            let waits = self.pending(&attempt.lease.destination).next().is_some();
            let lane = Lane { due_at_ms: waits.then_some(settled.next_at_ms), ..Lane::default() };
            self.lanes.insert(attempt.lease.destination.clone(), lane);
        }
    }

    fn record(&mut self, id: i64, destination: &str, outcome: Outcome, posted: String) {
        let found = self.deliveries.get_mut(&id).unwrap();
        let waits = found.state == DeliveryState::Pending;
        match outcome {
            Outcome::Delivered if found.state != DeliveryState::Delivered => {
                (found.state, found.posted) = (DeliveryState::Delivered, Some(posted));
            }
            Outcome::Posted if waits => found.posted = Some(posted),
            Outcome::Retry if waits && found.destination == destination => {}
            Outcome::Dead if waits && found.destination == destination => found.state = DeliveryState::Dead,
            _ => return,
        }
        found.attempts += 1;
    }

    fn revive(&mut self, ids: &[i64]) {
        for id in ids {
            let found = self.deliveries.get_mut(id).unwrap();
            if found.state == DeliveryState::Dead {
                (found.state, found.attempts, found.since_ms) = (DeliveryState::Pending, 0, self.now_ms);
                let destination = found.destination.clone();
                self.wake(&destination);
            }
        }
    }

    async fn configure(
        &mut self,
        store: &Store,
        key: (&'static str, &'static str),
        channel: &'static str,
        topics_listed: BTreeSet<&'static str>,
    ) {
        let taken = self
            .configurations
            .iter()
            .any(|(other, (theirs, _))| *other != key && other.0 == key.0 && *theirs == channel);
        let expected = if taken { Err(Refused::ChannelTaken) } else { Ok(()) };
        let names: Vec<&str> = topics_listed.iter().copied().collect();
        let Some((before, _)) = self.configurations.get(&key) else {
            let wanted = configuration(key.0, key.1, channel, &names);
            authorize(store).await;
            let created = store.create_chat_configuration(&wanted, LIMIT, self.now_ms).await.unwrap();
            assert_eq!(created.map(drop), expected);
            if !taken {
                self.configurations.insert(key, (channel, topics_listed));
            }
            return;
        };
        let update = ConfigurationUpdate {
            channel: Some(to_channel(channel)),
            sns_topic_arns: Some(topics(&names)),
            ..ConfigurationUpdate::default()
        };
        let (account_id, configuration_arn) = (account(key.0), arn(key.0, key.1));
        let updated = store.update_chat_configuration(&account_id, &configuration_arn, update, self.now_ms);
        assert_eq!(updated.await.unwrap().unwrap().map(|_| ()), expected);
        if taken {
            return;
        }
        if *before != channel {
            for found in self.deliveries.values_mut() {
                if found.key.2 == arn(key.0, key.1).as_str() && found.state != DeliveryState::Delivered {
                    found.destination = lane(channel);
                }
            }
            self.wake(&lane(channel));
        }
        self.configurations.insert(key, (channel, topics_listed));
    }

    async fn delete(&mut self, store: &Store, key: (&'static str, &'static str)) {
        let arn = arn(key.0, key.1);
        let deleted = store.delete_chat_configuration(&account(key.0), &arn, self.now_ms).await;
        let was_there = self.configurations.remove(&key).is_some();
        assert_eq!(deleted.unwrap(), was_there);
        for found in self.deliveries.values_mut() {
            if was_there && found.key.2 == arn.as_str() && found.state == DeliveryState::Pending {
                found.state = DeliveryState::Dead;
            }
        }
    }

    /// The workers of before are gone with their leases.
    pub fn restart(&mut self) {
        self.under_way.clear();
        self.ended.clear();
        for lane in self.lanes.values_mut() {
            (lane.leased_until_ms, lane.holder) = (0, None);
        }
    }

    pub async fn compare(&self, store: &Store) {
        let found = all_deliveries(store).await;
        let found: BTreeMap<i64, &Delivery> = found.iter().map(|delivery| (delivery.id, delivery)).collect();
        assert!(found.keys().eq(self.deliveries.keys()), "nothing disappears and nothing appears");
        for (id, expected) in &self.deliveries {
            let (delivery, waits) = (found[id], expected.state == DeliveryState::Pending);
            let said = Expected {
                key: (delivery.topic_arn.clone(), delivery.message_id.clone(), delivery.configuration_arn.clone()),
                destination: delivery.destination.clone(),
                state: delivery.state,
                attempts: delivery.attempts,
                posted: delivery.posted.clone(),
                since_ms: expected.since_ms,
                due_at_ms: delivery.due_at_ms,
            };
            let lane_due_at_ms = self.lanes.get(&expected.destination).and_then(|lane| lane.due_at_ms);
            let expected = Expected { due_at_ms: lane_due_at_ms.filter(|_| waits), ..expected.clone() };
            assert_eq!(said, expected);
            assert!(!waits || delivery.due_at_ms.is_some(), "a lane sleeps on {delivery:?}");
        }
        let pending = self.deliveries.values().filter(|found| found.state == DeliveryState::Pending);
        assert_eq!(store.oldest_pending_since_ms().await.unwrap(), pending.map(|found| found.since_ms).min());
        let free = self.lanes.values().filter(|lane| lane.leased_until_ms <= self.now_ms);
        assert_eq!(store.next_due_at_ms(self.now_ms).await.unwrap(), free.filter_map(|lane| lane.due_at_ms).min());
    }

    /// Once all leases and waits are over, a worker empties every lane and then there is nothing to wake for.
    pub async fn drain(&mut self, store: &Store) {
        self.now_ms += 1000;
        while store.next_due_at_ms(self.now_ms).await.unwrap().is_some() {
            self.claim(store, 10).await;
            for attempt in std::mem::take(&mut self.under_way) {
                self.end(store, &attempt, Some(Outcome::Delivered), 0).await;
            }
        }
        self.compare(store).await;
        assert!(self.deliveries.values().all(|found| found.state != DeliveryState::Pending));
        assert!(store.claim(10, i64::MAX - LEASE_MS, LEASE_MS).await.unwrap().is_empty());
    }
}
