//! Frees the memory of accounts that have stopped calling: every minute.

use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

const EVERY_MS: i64 = 60_000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let next_at_ms = app.clock.now_ms().saturating_add(EVERY_MS);
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => app.forget_full_buckets(),
        }
    }
}
