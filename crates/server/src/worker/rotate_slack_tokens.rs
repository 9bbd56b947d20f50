//! Renews Slack tokens that expire, once a minute; one node for each token.

use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

const EVERY_MS: i64 = 60_000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let next_at_ms = app.clock.now_ms().saturating_add(EVERY_MS);
        // Not ended by a stop: what Slack has answered must be stored.
        if let Err(error) = app.renew_slack_tokens().await {
            tracing::error!(%error, "tokens that end wait for the store");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
}
