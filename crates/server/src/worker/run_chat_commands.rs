//! Takes up the commands of chat that whoever ran them left: those whose answer is not out, and those of which nobody knows whether
//! they ran. It never runs one.

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

/// Answers that one node sends at the same time.
const IN_FLIGHT_MAX: usize = 16;
/// Longer than an answer takes. When a node dies, what it was answering waits for so long.
const LEASE_MS: i64 = 60_000;
/// How often to look.
const POLL_MS: i64 = 1000;

pub async fn run(app: SharedApp, stop: CancellationToken) {
    let mut in_flight = JoinSet::new();
    while !stop.is_cancelled() {
        if let Err(error) = take_up(&app, &mut in_flight).await {
            tracing::error!(%error, "answers to commands wait for the store");
        }
        let next_ms = app.clock.now_ms().saturating_add(POLL_MS);
        tokio::select! {
            () = stop.cancelled() => {}
            Some(ended) = in_flight.join_next() => report(ended),
            () = app.clock.sleep_until_ms(next_ms) => {}
        }
    }
    // What is on the wire is settled before the store closes: a stop repeats no answer.
    while let Some(ended) = in_flight.join_next().await {
        report(ended);
    }
}

async fn take_up(app: &SharedApp, in_flight: &mut JoinSet<()>) -> Result<(), store::StoreError> {
    let free = IN_FLIGHT_MAX.saturating_sub(in_flight.len());
    let now_ms = app.clock.now_ms();
    let due = app.store.next_chat_command_due_at_ms().await?;
    if free == 0 || due.is_none_or(|due_at_ms| due_at_ms > now_ms) {
        return Ok(());
    }
    for command in app.store.claim_chat_commands(i64::try_from(free).unwrap_or(1), now_ms, LEASE_MS).await? {
        let app = app.clone();
        in_flight.spawn(async move { app.tell_chat_command(command).await });
    }
    Ok(())
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "an answer to a command ended badly; it is tried again when its lease is over");
    }
}
