//! Writes what was refused at the door into the ledger: once a second at most, however much it is.

use tokio_util::sync::CancellationToken;

use crate::app::{SharedApp, Unwritten};

const EVERY_MS: i64 = 1000;

pub async fn run(app: SharedApp, mut unwritten: Unwritten, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => break,
            () = unwritten.waiting() => {}
        }
        // Company shares the commit.
        let next_at_ms = app.clock.now_ms().saturating_add(EVERY_MS);
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
        if let Err(error) = app.write_refused(&mut unwritten).await {
            tracing::error!(%error, "what was refused waits for the store");
        }
    }
    if let Err(error) = app.write_refused(&mut unwritten).await {
        tracing::error!(%error, "what was refused last is not in the ledger");
    }
}
