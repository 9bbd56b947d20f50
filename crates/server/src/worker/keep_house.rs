//! Forgets and gives up what is old: once at the start, then every minute; one node for all.

use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

const EVERY_MS: i64 = 60_000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let next_at_ms = app.clock.now_ms().saturating_add(EVERY_MS);
        tokio::select! {
            () = stop.cancelled() => return,
            kept = app.keep_house(next_at_ms) => {
                if let Err(error) = kept {
                    tracing::error!(%error, "housekeeping waits for the store");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
}
