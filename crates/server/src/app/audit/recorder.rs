//! The way of records into the store: a bounded queue, and one task that commits many of them in one transaction.
//!
//! Reads are frequent and their records can wait for company; a change is answered when its record is committed, so its
//! record hurries everything that waits along with it.

use store::NewAuditRecord;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::JsonLines;
use crate::app::App;
use crate::metrics::Metrics;

/// Records that wait, and records in one transaction. A call that finds the queue full waits for room.
const QUEUE_MAX: usize = 1024;
/// How long the record of a read may wait for company.
const LINGER_MS: i64 = 50;

struct Queued {
    record: NewAuditRecord,
    /// The call that is answered when this is settled.
    waiting: Option<oneshot::Sender<()>>,
}

/// Where calls leave their records.
pub struct AuditQueue {
    queue: mpsc::Sender<Queued>,
    hurry: Notify,
    closing: CancellationToken,
}

/// The queue's other end, for [`App::commit_audit_records`].
pub struct Unrecorded(mpsc::Receiver<Queued>);

impl AuditQueue {
    pub fn new() -> (Self, Unrecorded) {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        (Self { queue, hurry: Notify::new(), closing: CancellationToken::new() }, Unrecorded(waiting))
    }

    /// Ends the task once it has committed all that is in the queue.
    pub fn close(&self) {
        self.closing.cancel();
    }

    pub(in crate::app) async fn record(&self, record: NewAuditRecord, metrics: &Metrics) {
        self.send(Queued { record, waiting: None }, metrics).await;
        // Half full is soon full: those who come would wait for a commit that waits for company.
        if self.queue.capacity() <= QUEUE_MAX / 2 {
            self.hurry.notify_one();
        }
    }

    pub(in crate::app) async fn record_and_wait(&self, record: NewAuditRecord, metrics: &Metrics) {
        let (waiting, settled) = oneshot::channel();
        self.send(Queued { record, waiting: Some(waiting) }, metrics).await;
        self.hurry.notify_one();
        // An error means that the record was lost, which was said where it happened.
        let _ = settled.await;
    }

    async fn send(&self, queued: Queued, metrics: &Metrics) {
        if let Err(mpsc::error::SendError(queued)) = self.queue.send(queued).await {
            lost(metrics, &[queued.record], &"the server is stopping");
        }
    }
}

impl App {
    /// Commits records until the queue is closed and empty.
    pub async fn commit_audit_records(&self, Unrecorded(mut queue): Unrecorded, lines: Option<JsonLines>) {
        let mut batch = Vec::with_capacity(QUEUE_MAX);
        while self.gather(&mut queue, &mut batch).await {
            let (records, waiting): (Vec<_>, Vec<_>) =
                batch.drain(..).map(|Queued { record, waiting }| (record, waiting)).unzip();
            if let Err(error) = self.store.insert_audit_records(&records).await {
                lost(&self.metrics, &records, &error);
            }
            if let Some(lines) = &lines {
                // Also what the store lost: a second copy is for bad days.
                lines.write(&records);
            }
            for waiting in waiting.into_iter().flatten() {
                // Whoever went away meanwhile does not wait.
                let _ = waiting.send(());
            }
        }
        if let Some(lines) = lines {
            lines.close().await;
        }
    }

    /// Fills the batch with what is due together. `false`: there is nothing more and never will be.
    async fn gather(&self, queue: &mut mpsc::Receiver<Queued>, batch: &mut Vec<Queued>) -> bool {
        let closing = &self.audit.closing;
        if !closing.is_cancelled() {
            tokio::select! {
                biased;
                _ = queue.recv_many(batch, QUEUE_MAX) => {}
                () = closing.cancelled() => {}
            }
        }
        if closing.is_cancelled() {
            queue.close();
        }
        let Some(first) = batch.first() else {
            return queue.recv_many(batch, QUEUE_MAX).await > 0;
        };
        if batch.iter().all(|queued| queued.waiting.is_none()) {
            let due_at_ms = first.record.event_time_ms.saturating_add(LINGER_MS);
            tokio::select! {
                () = self.audit.hurry.notified() => {}
                () = self.clock.sleep_until_ms(due_at_ms) => {}
                () = closing.cancelled() => {}
            }
        }
        while batch.len() < QUEUE_MAX
            && let Ok(queued) = queue.try_recv()
        {
            batch.push(queued);
        }
        true
    }
}

/// The calls are answered as they were computed: what is done is done. Nobody must learn of it later only.
fn lost(metrics: &Metrics, records: &[NewAuditRecord], reason: &dyn std::fmt::Display) {
    metrics.audit_records_lost(records.len());
    tracing::error!(records = records.len(), %reason, "AUDIT RECORDS ARE LOST");
    for record in records {
        let (event_id, event_name) = (record.event_id.as_str(), record.event_name);
        tracing::error!(event_id, event_name, account_id = %record.account_id, "a call has no audit record");
    }
}
