//! Looks after paused credentials every few seconds, and every minute at what operators should know.

use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

const PAUSES_EVERY_MS: i64 = 5000;
const LOOK_EVERY_MS: i64 = 60_000;

pub async fn pauses(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let next_at_ms = app.clock.now_ms().saturating_add(PAUSES_EVERY_MS);
        if let Err(error) = app.look_after_pauses().await {
            tracing::error!(%error, "paused credentials wait for the store");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
}

pub async fn look(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let next_at_ms = app.clock.now_ms().saturating_add(LOOK_EVERY_MS);
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {
                if let Err(error) = app.look_around(LOOK_EVERY_MS).await {
                    tracing::error!(%error, "the look around waits for the store");
                }
                app.beat_heart().await;
            }
        }
    }
}
