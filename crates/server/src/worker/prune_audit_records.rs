//! Forgets audit records that are older than the settings keep them: once at the start, then every hour.

use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

const EVERY_MS: i64 = 60 * 60 * 1000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let next_at_ms = app.clock.now_ms().saturating_add(EVERY_MS);
        // Batch after batch, so that requests come to the writer in between.
        loop {
            match app.prune_audit_records().await {
                Ok(true) if !stop.is_cancelled() => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(%error, "old audit records wait for the store");
                    break;
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
}
