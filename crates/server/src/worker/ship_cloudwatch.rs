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
    let wait_ms = pause_ms(every_ms, failed, app.random.fraction());
    let next_at_ms = app.clock.now_ms().saturating_add(wait_ms);
    tokio::select! {
        () = stop.cancelled() => false,
        () = app.clock.sleep_until_ms(next_at_ms) => !stop.is_cancelled(),
    }
}

/// `every_ms`; after passes that failed it is doubled for each, and then anything between the half and the whole of that, so
/// that many nodes do not come back at once.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "minutes in milliseconds")]
fn pause_ms(every_ms: i64, failed: u32, fraction: f64) -> i64 {
    if failed == 0 {
        return every_ms;
    }
    let ceiling_ms = every_ms.saturating_mul(1 << failed.min(10)).min(RETRY_MAX_MS).max(every_ms);
    let half_ms = ceiling_ms / 2;
    half_ms.saturating_add((half_ms as f64 * fraction) as i64)
}

fn after(pass: Shipped, failed: u32) -> u32 {
    match pass {
        Shipped::All => 0,
        Shipped::Later => failed.saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_that_fail_come_more_rarely_up_to_every_five_minutes() {
        let least: Vec<_> = (0..6).map(|failed| pause_ms(5000, failed, 0.0)).collect();
        assert_eq!(least, [5000, 5000, 10_000, 20_000, 40_000, 80_000]);
        assert_eq!(pause_ms(5000, 3, 0.5), 30_000);
        assert_eq!(pause_ms(5000, u32::MAX, 0.999_999), RETRY_MAX_MS - 1);
        assert_eq!(pause_ms(RETRY_MAX_MS, 1, 0.0), RETRY_MAX_MS / 2);
    }
}
