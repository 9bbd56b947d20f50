//! Leases what people said and pressed, and answers it, as many at a time as allowed.

use std::time::Duration;

use store::{ChatEventLease, ChatEventOutcome, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::SharedApp;

/// Events that are answered at the same time by one node.
const IN_FLIGHT_MAX: usize = 64;
/// Longer than the requests of all replies to one event. When a node dies, its events wait for so long.
const LEASE_MS: i64 = 60_000;
/// How often to look when nothing woke us: another node may have heard something and died.
const POLL_MS: i64 = 1000;
const SETTLE_EVERY_MS: i64 = 500;
/// How long a stop waits for what is on the wire, and for a store to keep what came of it.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

pub async fn run(app: SharedApp, stop: CancellationToken) {
    let mut in_flight = JoinSet::new();
    while !stop.is_cancelled() {
        let wait_until_ms = match lease_due(&app, &mut in_flight).await {
            Ok(at_ms) => at_ms,
            Err(error) => {
                tracing::error!(%error, "answers in chat wait for the store");
                app.clock.now_ms().saturating_add(POLL_MS)
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.store.chat_event_due() => {}
            Some(ended) = in_flight.join_next() => report(ended),
            () = app.clock.sleep_until_ms(wait_until_ms) => {}
        }
    }
    // What is on the wire is settled before the store closes: a stop repeats no answer.
    let settled = async { while in_flight.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_TIMEOUT, settled).await.is_err() {
        tracing::error!("the store is away: what was just answered in chat may be answered twice");
    }
}

/// Begins to answer every event that is due, and answers when to look again.
async fn lease_due(app: &SharedApp, in_flight: &mut JoinSet<()>) -> Result<i64, StoreError> {
    let now_ms = app.clock.now_ms();
    let poll_at_ms = now_ms.saturating_add(POLL_MS);
    let free = IN_FLIGHT_MAX.saturating_sub(in_flight.len());
    if free == 0 {
        return Ok(poll_at_ms);
    }
    match app.store.next_chat_event_due_at_ms(now_ms).await? {
        Some(due_at_ms) if due_at_ms <= now_ms => {}
        later => return Ok(later.map_or(poll_at_ms, |at_ms| at_ms.min(poll_at_ms))),
    }
    let leases = app.store.claim_chat_events(i64::try_from(free).unwrap_or(1), now_ms, LEASE_MS).await?;
    let all_taken = leases.len() < free;
    for lease in leases {
        let app = app.clone();
        in_flight.spawn(async move { answer(&app, &lease).await });
    }
    // More may be due than were free; one that ends wakes us for them.
    Ok(if all_taken { poll_at_ms } else { now_ms })
}

async fn answer(app: &SharedApp, lease: &ChatEventLease) {
    let outcome = app.answer_chat_event(lease).await.unwrap_or_else(|error| {
        tracing::error!(event = lease.key, %error, "an answer in chat waits for the store");
        ChatEventOutcome::Retry { at_ms: app.clock.now_ms().saturating_add(POLL_MS), reason: error.to_string() }
    });
    if let ChatEventOutcome::Failed { reason } = &outcome {
        tracing::warn!(event = lease.key, kind = lease.kind.as_str(), reason, "what was said in chat is not answered");
    }
    settle(app, lease, &outcome).await;
}

/// While the store is away, it is told again and again as long as the lease lasts: then the event is answered anew.
async fn settle(app: &SharedApp, lease: &ChatEventLease, outcome: &ChatEventOutcome) {
    while let Err(error) = app.store.settle_chat_event(lease, outcome).await {
        let again_at_ms = app.clock.now_ms().saturating_add(SETTLE_EVERY_MS);
        if again_at_ms >= lease.until_ms {
            tracing::error!(event = lease.key, %error, "what was answered in chat could not be kept; it may be answered twice");
            return;
        }
        app.clock.sleep_until_ms(again_at_ms).await;
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "an answer in chat ended badly; it is tried again when its lease is over");
    }
}
