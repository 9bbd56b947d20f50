//! Turns wanted and unwanted topics into SNS subscriptions: when a configuration changes, and every few minutes.

use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

const EVERY_MS: i64 = 60_000;
const ANOTHERS_TURN_MS: i64 = 2000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let next_in_ms = match app.reconcile_topic_subscriptions(&stop).await {
            Ok(true) => EVERY_MS,
            // It may have passed what this node was told of already.
            Ok(false) => ANOTHERS_TURN_MS,
            Err(error) => {
                tracing::error!(%error, "subscriptions wait for the store");
                EVERY_MS
            }
        };
        let next_at_ms = app.clock.now_ms().saturating_add(next_in_ms);
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.topics_changed.notified() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
}
