//! Which delivery of a lane goes next, and what is folded into it when the queue behind it is long.

use domain::delivery::Priority;
use store::StoreError;
use store::outbox::{Lease, PendingDelivery};

use crate::app::App;

impl App {
    /// The lane's next delivery; when more of its priority wait than the settings let, it tells of them all. Answers to
    /// commands are never folded: somebody waits for each.
    pub(super) async fn next_of(&self, lease: &Lease) -> Result<Option<PendingDelivery>, StoreError> {
        let bound = self.digest_after;
        let head = self.store.head(lease, bound.saturating_add(1)).await?;
        let Some(delivery) = &head else { return Ok(None) };
        let is_reply = delivery.priority == Priority::Reply.as_i64();
        if bound == 0 || is_reply || delivery.waiting <= bound {
            return Ok(head);
        }
        let now_ms = self.clock.now_ms();
        let folded = self.store.fold(lease, delivery.priority, now_ms).await?;
        if folded.is_empty() {
            return Ok(head);
        }
        self.observe_folded(&folded);
        self.store.head(lease, bound.saturating_add(1)).await
    }
}
