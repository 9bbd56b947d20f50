//! Polls the queues of the settings, each as often at a time as they say. A poll that failed is followed by a pause, and
//! so is a store that does not answer: nothing is received that could not be committed.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::{Polled, Queue, SharedApp};

const PAUSE_MS: i64 = 1000;
const PAUSE_MAX_MS: i64 = 60_000;
/// A poll that waited takes longer to find nothing. One that did not must not become a hot loop.
const EMPTY_POLL_MS: i64 = 1000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    let mut polling = JoinSet::new();
    for queue in &app.queues {
        for _ in 0..queue.pollers {
            polling.spawn(poll(app.clone(), queue.clone(), stop.clone()));
        }
    }
    while let Some(ended) = polling.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a poller of a queue ended badly; the server polls with one less until it restarts");
        }
    }
}

async fn poll(app: SharedApp, queue: Arc<Queue>, stop: CancellationToken) {
    let mut failures = 0;
    while !stop.is_cancelled() {
        let began_ms = app.clock.now_ms();
        let next_at_ms = match app.poll_queue(&queue, &stop).await {
            Ok(Polled::Messages) => {
                failures = 0;
                continue;
            }
            Ok(Polled::Nothing) => {
                failures = 0;
                began_ms.saturating_add(EMPTY_POLL_MS)
            }
            Ok(Polled::StoreAway) => {
                wait_for_the_store(&app, &stop).await;
                continue;
            }
            Err(error) => {
                let wait_ms = pause_ms(&mut failures, app.random.fraction());
                tracing::error!(queue = queue.url(), %error, wait_ms, "the queue is left alone for a while");
                app.clock.now_ms().saturating_add(wait_ms)
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
}

/// Each receive counts toward the queue's redrive policy: while the store is away there is none.
async fn wait_for_the_store(app: &SharedApp, stop: &CancellationToken) {
    let mut failures = 0;
    while !stop.is_cancelled() {
        let next_at_ms = app.clock.now_ms().saturating_add(pause_ms(&mut failures, app.random.fraction()));
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {
                if app.ready().await.is_ok() {
                    return;
                }
            }
        }
    }
}

/// A second, doubled with each failure up to a minute; between half of it and all of it, so that nodes spread.
fn pause_ms(failures: &mut u32, fraction: f64) -> i64 {
    let whole_ms = PAUSE_MS.saturating_mul(1 << (*failures).min(16)).min(PAUSE_MAX_MS);
    *failures = failures.saturating_add(1);
    let half_ms = whole_ms / 2;
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "half a minute at most")]
    let jitter_ms = (half_ms as f64 * fraction) as i64;
    half_ms.saturating_add(jitter_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_are_never_less_than_half() {
        let mut failures = 0;
        let longest: Vec<_> = (0..8).map(|_| pause_ms(&mut failures, 1.0)).collect();
        assert_eq!(longest, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(pause_ms(&mut 0, 0.0), 500);
        assert_eq!(pause_ms(&mut u32::MAX.clone(), 0.0), 30_000);
    }
}
