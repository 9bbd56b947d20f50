//! Sending to CloudWatch what waits for it: one pass over the metrics, one over the logs. `worker::ship_cloudwatch` and the
//! end of the server call these; a pass ends at the first call that must be made again later.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use super::{App, held};
use crate::metrics::CloudWatchLoss;
use crate::outbound::cloudwatch::{CloudWatchError, METRICS_PER_CALL};
use crate::outbound::cloudwatch_logs::{LogStream, batches};

/// A loss is said once in so long, however many there are.
const SAY_EVERY_MS: i64 = 60_000;
/// How long the server's end may wait for CloudWatch.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// What came of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shipped {
    All,
    /// CloudWatch is away: what is left waits.
    Later,
}

/// What was lost and not yet said.
#[derive(Debug, Default)]
pub(super) struct Losses {
    unsaid: AtomicU64,
    said_at_ms: AtomicI64,
}

impl App {
    /// Sends the counts of all minutes, the running one too: CloudWatch adds up what it gets of a minute.
    pub async fn ship_metrics(&self) -> Shipped {
        let Some((counts, cloudwatch)) = &self.events.counts else {
            return Shipped::All;
        };
        let old = held(counts).drop_old(self.clock.now_ms());
        self.lost(CloudWatchLoss::Metrics, old);
        loop {
            let taken = held(counts).take(METRICS_PER_CALL);
            if taken.is_empty() {
                return Shipped::All;
            }
            match cloudwatch.put(&taken).await {
                Ok(()) => {}
                Err(CloudWatchError::Refused(error)) => {
                    tracing::error!(error, "CloudWatch refuses the metrics");
                    self.lost(CloudWatchLoss::Metrics, taken.iter().map(|count| count.events).sum());
                }
                Err(CloudWatchError::Away(error)) => {
                    tracing::warn!(error, "metrics wait for CloudWatch");
                    let lost = held(counts).put_back(taken);
                    self.lost(CloudWatchLoss::Metrics, lost);
                    return Shipped::Later;
                }
            }
        }
    }

    pub async fn ship_logs(&self) -> Shipped {
        let Some((lines, cloudwatch_logs)) = &self.events.lines else {
            return Shipped::All;
        };
        let mut shipped = Shipped::All;
        let taken = held(lines).take();
        for (log, of_log) in taken {
            let (configuration_name, account_id) = &log;
            let stream = LogStream { configuration_name, account_id };
            let mut unsent = Vec::new();
            for batch in batches(of_log) {
                if shipped == Shipped::Later {
                    unsent.extend(batch);
                    continue;
                }
                match cloudwatch_logs.put(stream, &batch).await {
                    Ok(rejected) => self.lost(CloudWatchLoss::Logs, rejected),
                    Err(CloudWatchError::Refused(error)) => {
                        tracing::error!(error, configuration_name, "CloudWatch refuses lines of the log");
                        self.lost(CloudWatchLoss::Logs, u64::try_from(batch.len()).unwrap_or(u64::MAX));
                    }
                    Err(CloudWatchError::Away(error)) => {
                        tracing::warn!(error, configuration_name, "log lines wait for CloudWatch");
                        shipped = Shipped::Later;
                        unsent = batch;
                        continue;
                    }
                }
                held(lines).settle(&batch);
            }
            held(lines).put_back(&log, unsent);
        }
        shipped
    }

    /// Sends what is left when the server ends, for a while; what is left then is lost.
    pub async fn flush_events(&self) {
        let flush = Box::pin(async { tokio::join!(self.ship_metrics(), self.ship_logs()) });
        // A call that is cut off takes what it carried along: it may have arrived.
        let _ = tokio::time::timeout(FLUSH_TIMEOUT, flush).await;
        if let Some((counts, _)) = &self.events.counts {
            let lost = held(counts).clear();
            self.lost(CloudWatchLoss::Metrics, lost);
        }
        if let Some((lines, _)) = &self.events.lines {
            let lost = held(lines).clear();
            self.lost(CloudWatchLoss::Logs, lost);
        }
        self.events.losses.say(i64::MAX);
    }

    pub(super) fn lost(&self, what: CloudWatchLoss, count: u64) {
        if count > 0 {
            self.metrics.cloudwatch_lost(what, count);
            self.events.losses.add(count, self.clock.now_ms());
        }
    }
}

impl Losses {
    fn add(&self, count: u64, now_ms: i64) {
        self.unsaid.fetch_add(count, Ordering::Relaxed);
        self.say(now_ms);
    }

    /// One of those who come at the same time says it for all.
    fn say(&self, now_ms: i64) {
        let said_at_ms = self.said_at_ms.load(Ordering::Relaxed);
        if now_ms.saturating_sub(said_at_ms) < SAY_EVERY_MS
            || self.said_at_ms.compare_exchange(said_at_ms, now_ms, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return;
        }
        let lost = self.unsaid.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::error!(lost, "events and log lines were lost on their way to CloudWatch");
        }
    }
}
