//! Uploads the texts of messages that had no room for them, one after the other. A stop forgets those that are left: the messages
//! are out, and the ledger has them whole.

use tokio_util::sync::CancellationToken;

use crate::app::{SharedApp, UnpostedTexts};

pub async fn run(app: SharedApp, mut unposted: UnpostedTexts, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(wanted) = unposted.next() => app.post_whole_text(wanted).await,
        }
    }
}
