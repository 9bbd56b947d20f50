//! Is the server fit to be sent something?

use store::StoreError;

use super::App;

impl App {
    /// The store can be read and written.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    pub async fn metrics_text(&self) -> Result<String, StoreError> {
        let oldest = self.store.oldest_pending_since_ms().await?;
        let waited_ms = oldest.map_or(0, |since| self.clock.now_ms().saturating_sub(since).max(0));
        let seconds = std::time::Duration::from_millis(u64::try_from(waited_ms).unwrap_or(0)).as_secs_f64();
        self.metrics.render(seconds).map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}
