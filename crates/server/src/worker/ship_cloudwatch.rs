//! Sends counts and log lines to Amazon CloudWatch: each in its rhythm, and more rarely while CloudWatch is away.

use tokio_util::sync::CancellationToken;

use crate::app::{SharedApp, Shipped};

/// The longest wait between two passes, however often they failed.
const RETRY_MAX_MS: i64 = 5 * 60_000;

pub async fn metrics(app: SharedApp, stop: CancellationToken, every_ms: i64) {
    let mut failed = 0;
    while rest(&app, &stop, every_ms, failed).await {
        failed = after(app.ship_metrics().await, failed);
    }
}

pub async fn logs(app: SharedApp, stop: CancellationToken, every_ms: i64) {
    let mut failed = 0;
    while rest(&app, &stop, every_ms, failed).await {
        failed = after(app.ship_logs().await, failed);
    }
}

/// Waits for the next pass. `false`: there is none; what is left is sent when the server ends.
async fn rest(app: &SharedApp, stop: &CancellationToken, every_ms: i64, failed: u32) -> bool {
    let wait_ms = app.pause_ms(every_ms, RETRY_MAX_MS, failed);
    let next_at_ms = app.clock.now_ms().saturating_add(wait_ms);
    tokio::select! {
        () = stop.cancelled() => false,
        () = app.clock.sleep_until_ms(next_at_ms) => !stop.is_cancelled(),
    }
}

fn after(pass: Shipped, failed: u32) -> u32 {
    match pass {
        Shipped::All => 0,
        Shipped::Later => failed.saturating_add(1),
    }
}
