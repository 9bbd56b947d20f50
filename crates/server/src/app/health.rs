//! Is the server fit to be sent something?

use store::StoreError;

use super::App;

impl App {
    /// The store can be read and written.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    /// Without the store too: that is when they are looked at. What it alone knows is then NaN.
    pub async fn metrics_text(&self) -> Result<String, StoreError> {
        let seconds = match self.store.oldest_pending_since_ms().await {
            Ok(oldest) => {
                let waited_ms = oldest.map_or(0, |since| self.clock.now_ms().saturating_sub(since).max(0));
                std::time::Duration::from_millis(u64::try_from(waited_ms).unwrap_or(0)).as_secs_f64()
            }
            Err(error) => {
                tracing::error!(%error, "the metrics lack the age of the oldest delivery");
                f64::NAN
            }
        };
        self.metrics.render(seconds).map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}
