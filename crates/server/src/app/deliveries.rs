//! One attempt to deliver: what is due on a lane goes out, and what came of it is recorded.
//!
//! The corridor of `worker/deliver_notifications`: [`App::deliver`] picks what goes next (`next`), finds where it goes
//! (`target`), makes its card (`compose`), sends it (`send`), and settles.

mod compose;
mod next;
mod report;
mod send;
mod target;

use store::StoreError;
use store::outbox::{Lease, PendingDelivery, Settled, Settlement};
use tracing::Instrument as _;
use wire::ids::LoggingLevel;

use self::send::Sent;
pub(in crate::app) use self::target::slack_scope;
use self::target::{NoTarget, Target};
use super::App;
use crate::traces;

/// How long a settlement is tried to be kept while the store is away: a message that is out must not go out again.
const KEEP_TRYING_MS: i64 = 60 * 60 * 1000;
const KEEP_TRYING_EVERY_MS: i64 = 1000;

/// What an attempt leads to.
struct Attempt {
    settlement: Settlement,
    /// The platform said how long to wait.
    wait_ms: Option<i64>,
    /// A request went out: it counts toward the pace.
    sent: bool,
    /// How much its configuration logs, where that was read.
    logging_level: Option<LoggingLevel>,
}

impl Attempt {
    fn without_request(settlement: Settlement) -> Self {
        Self { settlement, wait_ms: None, sent: false, logging_level: None }
    }
}

impl App {
    /// Sends what is due on a leased lane, and gives the lane back.
    pub async fn deliver(&self, lease: &Lease) -> Result<(), StoreError> {
        if lease.held {
            self.store.release_quiet(lease, self.clock.now_ms()).await?;
            self.store.release_held(lease).await?;
        }
        let now_ms = self.clock.now_ms();
        let ready_at_ms = self.paces.of_lane(&lease.destination).ready_at_ms(lease.arrival_ms);
        if ready_at_ms > now_ms {
            return self.give_back(lease, ready_at_ms).await;
        }
        let Some(delivery) = self.next_of(lease).await? else {
            return self.give_back(lease, now_ms).await;
        };
        let target = match self.target(&delivery).await? {
            Ok(target) => target,
            Err(NoTarget::Gone(reason)) => {
                let dead = Attempt::without_request(Settlement::Dead { reason });
                return self.settle(lease, &delivery, dead, now_ms).await;
            }
            Err(NoTarget::Paused { scope, reason }) => {
                let held = Attempt::without_request(Settlement::Held { scope, reason });
                return self.settle(lease, &delivery, held, now_ms).await;
            }
            Err(NoTarget::Denied(reason)) => {
                // The message itself may be out: then only its thread's first message is not updated.
                let settlement = match delivery.posted.clone() {
                    Some(posted) => Settlement::Delivered { posted, thread: None },
                    None => Settlement::Suppressed { reason },
                };
                return self.settle(lease, &delivery, Attempt::without_request(settlement), now_ms).await;
            }
            Err(NoTarget::Unknown(reason)) => {
                let retry = Attempt::without_request(Settlement::Retry { reason });
                return self.settle(lease, &delivery, retry, now_ms).await;
            }
        };
        if let Err(ready_at_ms) = self.paces.take(&target.shares(&delivery), now_ms) {
            return self.give_back(lease, ready_at_ms).await;
        }
        // A node that was frozen between its lease and here does not send what another may be sending now.
        if self.clock.now_ms().saturating_add(self.attempt_ms) > lease.until_ms {
            return self.give_back(lease, now_ms).await;
        }
        let span = traces::delivery_attempt(&lease.destination, &delivery);
        let attempt = self.attempt(lease, &delivery, &target).instrument(span.clone()).await?;
        self.settle(lease, &delivery, attempt, now_ms).instrument(span).await
    }

    async fn give_back(&self, lease: &Lease, next_at_ms: i64) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let settled = Settled { now_ms, next_at_ms, arrival_ms: lease.arrival_ms, failures: lease.failures };
        self.store.release(lease, settled).await.map(drop)
    }

    async fn attempt(&self, lease: &Lease, delivery: &PendingDelivery, target: &Target) -> Result<Attempt, StoreError> {
        let card = match self.compose(delivery).await? {
            Ok(card) => card,
            Err(reason) => return Ok(Attempt::without_request(Settlement::Dead { reason })),
        };
        self.observe_arrival(delivery, &target.configuration_arn, target.logging_level, &card);
        let settlement_of = |sent: Sent| match sent {
            Sent::Delivered { posted, thread } => (Settlement::Delivered { posted, thread }, None),
            Sent::Posted { posted, thread } => (Settlement::Posted { posted, thread }, None),
            Sent::Retry { after_ms, reason } => (Settlement::Retry { reason }, after_ms),
            Sent::Paused { reason } => (Settlement::Held { scope: target.scope.clone(), reason }, None),
            Sent::Dead { reason } => (Settlement::Dead { reason }, None),
        };
        let (settlement, wait_ms) = settlement_of(self.send(lease, delivery, target, &card).await?);
        if let Settlement::Held { scope, reason } = &settlement {
            self.begin_pause(scope, reason).await?;
        }
        Ok(Attempt { settlement, wait_ms, sent: true, logging_level: Some(target.logging_level) })
    }

    async fn settle(
        &self,
        lease: &Lease,
        delivery: &PendingDelivery,
        attempt: Attempt,
        sent_at_ms: i64,
    ) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let Attempt { mut settlement, wait_ms, sent, logging_level } = attempt;
        let pace = self.paces.of_lane(&lease.destination);
        let arrival_ms = if sent { pace.spend(lease.arrival_ms, sent_at_ms) } else { lease.arrival_ms };
        let mut next_at_ms = pace.ready_at_ms(arrival_ms);
        let mut failures = if sent { 0 } else { lease.failures };
        if let Settlement::Retry { reason } = &settlement {
            failures = lease.failures.saturating_add(1);
            let wait_ms = wait_ms.unwrap_or_else(|| self.backoff.delay_ms(failures, self.random.fraction()));
            next_at_ms = next_at_ms.max(now_ms.saturating_add(wait_ms));
            if let Some(reason) = self.backoff.given_up(delivery.since_ms, now_ms, reason) {
                settlement = Settlement::Dead { reason };
            }
        }
        self.observe_settlement(delivery, &settlement, logging_level).await;
        self.report(delivery, &settlement, next_at_ms.saturating_sub(now_ms));
        let settled = Settled { now_ms, next_at_ms, arrival_ms, failures };
        if !self.keep_settlement(lease, delivery, &settlement, settled).await? {
            tracing::warn!(
                delivery = delivery.id,
                "another worker took the channel over meanwhile; this message may come twice"
            );
        }
        Ok(())
    }

    /// Gives a lane back as soon as the store is there again, so that it need not wait for the end of its lease.
    pub async fn abandon(&self, lease: &Lease) {
        while self.clock.now_ms() < lease.until_ms {
            self.clock.sleep_until_ms(self.clock.now_ms().saturating_add(KEEP_TRYING_EVERY_MS)).await;
            if self.give_back(lease, self.clock.now_ms()).await.is_ok() {
                return;
            }
        }
    }

    /// While the store is away, it is told again and again: of a message that is out, because it goes out again if that is
    /// forgotten; of anything else as long as the lease lasts.
    async fn keep_settlement(
        &self,
        lease: &Lease,
        delivery: &PendingDelivery,
        settlement: &Settlement,
        settled: Settled,
    ) -> Result<bool, StoreError> {
        let is_out = matches!(settlement, Settlement::Delivered { .. } | Settlement::Posted { .. });
        let until_ms = if is_out { settled.now_ms.saturating_add(KEEP_TRYING_MS) } else { lease.until_ms };
        loop {
            match self.store.settle(lease, delivery, settlement, settled).await {
                Err(StoreError::Unavailable(problem)) if self.clock.now_ms() < until_ms => {
                    tracing::warn!(
                        delivery = delivery.id,
                        problem,
                        "attempted, and the store is away; telling it again"
                    );
                    self.clock.sleep_until_ms(self.clock.now_ms().saturating_add(KEEP_TRYING_EVERY_MS)).await;
                }
                ended => return ended,
            }
        }
    }
}
