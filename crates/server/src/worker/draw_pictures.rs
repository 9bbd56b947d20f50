//! Draws the pictures that messages wait for, a few at a time. A stop forgets those that are left: the messages are out.

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::{SharedApp, Undrawn};

/// At the same time: each holds a few megabytes while it is drawn.
const AT_ONCE_MAX: usize = 4;

pub async fn run(app: SharedApp, mut undrawn: Undrawn, stop: CancellationToken) {
    let mut drawing = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = drawing.join_next() => report(ended),
            Some(wanted) = undrawn.next(), if drawing.len() < AT_ONCE_MAX => {
                let app = app.clone();
                drawing.spawn(async move { app.add_picture(wanted).await });
            }
        }
    }
    // Dropping it ends them where they are.
    drawing.abort_all();
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "drawing a picture ended badly; its message stays without");
    }
}
