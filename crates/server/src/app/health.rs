//! Is the server fit to be sent something?

use store::StoreError;

use super::App;
use crate::metrics::Watched;

/// Counted no further for a gauge.
const COUNT_TO: i64 = 100_000;

impl App {
    /// The store can be read and written.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    /// Without the store too: that is when they are looked at. What it alone knows is then NaN.
    pub async fn metrics_text(&self) -> Result<String, StoreError> {
        let watched = self.watched().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the metrics lack what the store knows");
            Watched { oldest_pending_seconds: f64::NAN, channels_failing: f64::NAN, pauses: f64::NAN }
        });
        self.metrics.render(watched).map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    async fn watched(&self) -> Result<Watched, StoreError> {
        let oldest = self.store.oldest_pending_since_ms().await?;
        let waited_ms = oldest.map_or(0, |since| self.clock.now_ms().saturating_sub(since).max(0));
        let waited = std::time::Duration::from_millis(u64::try_from(waited_ms).unwrap_or(0));
        let failing = self.store.failing_lanes(self.breaker.open_after, COUNT_TO).await?;
        Ok(Watched {
            oldest_pending_seconds: waited.as_secs_f64(),
            channels_failing: f64::from(u32::try_from(failing).unwrap_or(u32::MAX)),
            pauses: f64::from(u32::try_from(self.pauses.count()).unwrap_or(u32::MAX)),
        })
    }
}
