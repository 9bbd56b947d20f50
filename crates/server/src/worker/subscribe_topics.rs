//! Turns wanted and unwanted topics into SNS subscriptions: when a configuration changes, and every few minutes.

use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

const EVERY_MS: i64 = 60_000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => return,
            pass = app.reconcile_topic_subscriptions() => {
                if let Err(error) = pass {
                    tracing::error!(%error, "subscriptions wait for the store");
                }
            }
        }
        let next_at_ms = app.clock.now_ms().saturating_add(EVERY_MS);
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.topics_changed.notified() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
}
