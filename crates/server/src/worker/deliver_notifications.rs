//! Leases the channels that are due and delivers one message on each, as many channels at a time as allowed.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

/// Channels that are served at the same time by one node. Many, because those of a platform that hangs must not keep others
/// waiting: each holds a message and a connection until its time-out.
const IN_FLIGHT_MAX: usize = 512;
/// Beside the longest that an attempt can take: the store's share. When a node dies, its channels wait for so long.
const LEASE_BESIDE_MS: i64 = 10_000;
/// How long a stop waits for what is on the wire, and for a store to keep what came of it.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
/// How often to look when nothing woke us: another process may have revived a delivery.
const POLL_MS: i64 = 1000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    let mut in_flight = JoinSet::new();
    while !stop.is_cancelled() {
        let wait_until_ms = match lease_due(&app, &mut in_flight).await {
            Ok(at_ms) => at_ms,
            Err(error) => {
                tracing::error!(%error, "deliveries wait for the store");
                app.clock.now_ms().saturating_add(POLL_MS)
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.store.lane_due() => {}
            Some(ended) = in_flight.join_next() => report(ended),
            () = app.clock.sleep_until_ms(wait_until_ms) => {}
        }
    }
    // What is on the wire is settled before the store closes: a stop repeats no message, unless the store is away.
    let settled = async { while in_flight.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_TIMEOUT, settled).await.is_err() {
        tracing::error!("the store is away: what was just posted may come twice");
    }
}

/// Starts a delivery on every lane that is due, and answers when to look again.
async fn lease_due(app: &SharedApp, in_flight: &mut JoinSet<()>) -> Result<i64, store::StoreError> {
    let now_ms = app.clock.now_ms();
    let poll_at_ms = now_ms.saturating_add(POLL_MS);
    // Those that ended while the last claim was made: their places are claimed together.
    while let Some(ended) = in_flight.try_join_next() {
        report(ended);
    }
    let free = IN_FLIGHT_MAX.saturating_sub(in_flight.len());
    if free == 0 {
        return Ok(poll_at_ms);
    }
    match app.store.next_due_at_ms(now_ms).await? {
        Some(due_at_ms) if due_at_ms <= now_ms => {}
        later => return Ok(later.map_or(poll_at_ms, |at_ms| at_ms.min(poll_at_ms))),
    }
    let lease_ms = app.attempt_ms.saturating_add(LEASE_BESIDE_MS);
    let leases = app.store.claim(i64::try_from(free).unwrap_or(1), now_ms, lease_ms).await?;
    let all_taken = leases.len() < free;
    for lease in leases {
        let app = app.clone();
        in_flight.spawn(async move {
            if let Err(error) = app.deliver(&lease).await {
                tracing::error!(destination = lease.destination, %error, "a delivery waits for the store");
                app.abandon(&lease).await;
            }
        });
    }
    // More lanes may be due than were free; a task that ends wakes us for them.
    Ok(if all_taken {
        app.store.next_due_at_ms(now_ms).await?.map_or(poll_at_ms, |at_ms| at_ms.min(poll_at_ms))
    } else {
        poll_at_ms
    })
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a delivery ended badly; its channel goes on when its lease is over");
    }
}
