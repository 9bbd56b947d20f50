//! The clock that the tests move.

use std::pin::Pin;
use std::sync::Arc;

use server::clock::Clock;
use tokio::sync::watch;

/// 2026-11-22T12:00:00Z, when every test begins.
pub const MIDDAY_MS: i64 = 1_795_348_800_000;

/// Stands still until it is moved. Clones are the same clock.
#[derive(Clone)]
pub struct ManualClock(Arc<watch::Sender<i64>>);

impl ManualClock {
    pub fn at_midday() -> Self {
        Self(Arc::new(watch::Sender::new(MIDDAY_MS)))
    }

    /// Moves the time and wakes whoever slept until then.
    pub fn advance(&self, milliseconds: i64) {
        assert!(milliseconds >= 0, "time does not run backwards");
        self.0.send_modify(|now_ms| *now_ms += milliseconds);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        *self.0.borrow()
    }

    fn sleep_until_ms(&self, at_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut time = self.0.subscribe();
        Box::pin(async move {
            // Fails only if the sender were gone, and `self` holds it.
            let _ = time.wait_for(|now_ms| *now_ms >= at_ms).await;
        })
    }
}
