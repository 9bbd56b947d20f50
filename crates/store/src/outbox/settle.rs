//! Recording what came of an attempt: of the delivery, of its lane, and of what else is due to them.

use super::lanes::{self, Lease, PendingDelivery};
use crate::sql::{Transaction, query, query_of};
use crate::threads::{self, ThreadEntry};
use crate::{Store, StoreError};

/// What came of an attempt.
#[derive(Debug, Clone)]
pub enum Settlement {
    /// Done. `thread` is that which it opens, or that which it joined without anything left to do.
    Delivered {
        posted: String,
        thread: Option<ThreadEntry>,
    },
    /// The reply is out, and its thread stands as this; its first message is still to be updated.
    Posted {
        posted: String,
        thread: ThreadEntry,
    },
    Retry {
        reason: String,
    },
    /// Its credentials are paused: it waits beside the lane until they are mended.
    Held {
        scope: String,
        reason: String,
    },
    /// It is not to go there; it stays in the ledger and may be brought.
    Suppressed {
        reason: String,
    },
    Dead {
        reason: String,
    },
}

/// When the lane may go on, its pace, and how many attempts in a row have failed.
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    pub now_ms: i64,
    pub next_at_ms: i64,
    pub arrival_ms: i64,
    pub failures: i64,
}

/// An attempt that is over.
#[derive(Debug)]
pub(super) struct Attempted {
    lease: Lease,
    delivery: Option<(PendingDelivery, Settlement)>,
    settled: Settled,
}

impl Store {
    /// Records what came of an attempt and gives the lane back. `false`: the lease was lost meanwhile; of a failure nothing
    /// is written then, but a message that is out is out.
    ///
    /// The delivery may have changed during the attempt. A message that is out is out, wherever the delivery waits now
    /// and even if it was buried; but a failure concerns this lane only, and nothing wakes the dead but a revival.
    pub async fn settle(
        &self,
        lease: &Lease,
        delivery: &PendingDelivery,
        settlement: &Settlement,
        settled: Settled,
    ) -> Result<bool, StoreError> {
        let delivery = Some((delivery.clone(), settlement.clone()));
        self.settle_soon(Attempted { lease: lease.clone(), delivery, settled }).await
    }

    /// Gives a lane back without an attempt: it had nothing to send, or may not send before `settled.next_at_ms`.
    pub async fn release(&self, lease: &Lease, settled: Settled) -> Result<bool, StoreError> {
        self.settle_soon(Attempted { lease: lease.clone(), delivery: None, settled }).await
    }
}

/// Answers for each attempt whether its lease still held.
pub(super) async fn write(transaction: &mut Transaction, attempts: &[Attempted]) -> Result<Vec<bool>, StoreError> {
    let mut order: Vec<(usize, &Attempted)> = attempts.iter().enumerate().collect();
    order.sort_by(|(_, one), (_, other)| one.lease.destination.cmp(&other.lease.destination));
    let mut held = vec![false; attempts.len()];
    for (index, attempted) in order {
        let holds = lanes::holds(transaction, &attempted.lease).await?;
        if let Some((delivery, settlement)) = &attempted.delivery {
            record(transaction, &attempted.lease, delivery, settlement, attempted.settled.now_ms, holds).await?;
        }
        if holds {
            let holds_back = matches!(&attempted.delivery, Some((_, Settlement::Held { .. })));
            lanes::give_back(transaction, &attempted.lease, attempted.settled, holds_back).await?;
        }
        if let Some(held) = held.get_mut(index) {
            *held = holds;
        }
    }
    Ok(held)
}

async fn record(
    transaction: &mut Transaction,
    lease: &Lease,
    delivery: &PendingDelivery,
    settlement: &Settlement,
    now_ms: i64,
    holds: bool,
) -> Result<(), StoreError> {
    let (state, posted, reason, scope) = match settlement {
        Settlement::Delivered { posted, .. } => ("delivered", Some(posted), None, None),
        Settlement::Posted { posted, .. } => ("pending", Some(posted), None, None),
        Settlement::Retry { reason } => ("pending", None, Some(reason), None),
        Settlement::Held { scope, reason } => ("held", None, Some(reason), Some(scope)),
        Settlement::Suppressed { reason } => ("suppressed", None, Some(reason), None),
        Settlement::Dead { reason } => ("dead", None, Some(reason), None),
    };
    if !holds && posted.is_none() {
        return Ok(());
    }
    // Held back or kept out, it was not attempted.
    let attempted = i64::from(!matches!(state, "held" | "suppressed"));
    let changed = query(
        "UPDATE deliveries SET state = $1, posted = COALESCE($2, posted), reason = $3, scope = $4,
             attempts = attempts + $5, updated_at_ms = $6
         WHERE id = $7 AND (state = 'pending' OR (state = 'dead' AND $1 = 'delivered'))
             AND (destination = $8 OR $2 IS NOT NULL)",
    )
    .bind(state)
    .bind(posted)
    .bind(reason)
    .bind(scope)
    .bind(attempted)
    .bind(now_ms)
    .bind(delivery.id)
    .bind(&lease.destination)
    .execute(&mut *transaction)
    .await?;
    if let (1, Some(reason)) = (changed, reason) {
        let event = if state == "pending" { "retry" } else { state };
        note(transaction, &[delivery.id], event, reason, now_ms).await?;
    }
    if let Settlement::Delivered { thread: Some(thread), .. } | Settlement::Posted { thread, .. } = settlement {
        threads::put(transaction, &lease.destination, delivery, thread).await?;
    }
    Ok(())
}

/// Writes into the history of deliveries.
pub(super) async fn note(
    transaction: &mut Transaction,
    deliveries: &[i64],
    event: &str,
    detail: &str,
    at_ms: i64,
) -> Result<(), StoreError> {
    const ROWS_MAX: usize = 128;
    for rows in deliveries.chunks(ROWS_MAX) {
        let values = super::rows_of_placeholders(rows.len(), 4, "");
        let sql = format!("INSERT INTO delivery_history (delivery_id, at_ms, event, detail) VALUES {values}");
        let insert = rows.iter().fold(query_of(sql), |insert, id| insert.bind(id).bind(at_ms).bind(event).bind(detail));
        insert.execute(&mut *transaction).await?;
    }
    Ok(())
}
