//! Every second: which silences are in force, and whose quiet hours have ended.

use tokio_util::sync::CancellationToken;

use crate::app::{SILENCES_EVERY_MS, SharedApp};

pub async fn run(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let next_at_ms = app.clock.now_ms().saturating_add(SILENCES_EVERY_MS);
        if let Err(error) = app.look_at_silences().await {
            tracing::error!(%error, "silences are as they were; the store does not answer");
        }
        if let Err(error) = app.end_quiet_hours().await {
            tracing::error!(%error, "what quiet hours held waits for the store");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
}
