//! Audit: one record in CloudTrail's shape for each API call of a known caller. Who is nobody's caller (no such key, no
//! or a wrong signature) belongs to no account; such requests are in the log and the metrics only, as with CloudTrail.
//!
//! `inbound::api` hands each call in with its outcome; `recorder` commits; `bellhop audit` reads.

mod json_lines;
mod masking;
mod record;
mod recorder;
mod user_identity;

pub use json_lines::JsonLines;
pub use recorder::{AuditQueue, Unrecorded};

use store::NewAuditRecord;
use uuid::Uuid;
use wire::operations::Operation;

use super::{App, Caller};

/// A call that was made and answered.
#[derive(Clone, Copy)]
pub struct AuditedCall<'a> {
    pub operation: Operation,
    pub caller: &'a Caller,
    pub request_id: &'a str,
    /// The JSON that was sent, decoded. Anything else is not recorded.
    pub request: &'a [u8],
    pub outcome: CallOutcome<'a>,
}

#[derive(Clone, Copy)]
pub enum CallOutcome<'a> {
    Succeeded { answer: Option<&'a [u8]> },
    Refused { code: &'static str, message: &'a str },
}

impl App {
    /// Records a call. What may have changed something is committed when this returns; the record of a read follows
    /// within a tenth of a second. Waits when records come faster than they can be committed; none is left out.
    pub async fn record_call(&self, call: AuditedCall<'_>) {
        let event_time_ms = self.clock.now_ms();
        let event_id = Uuid::new_v4().to_string();
        let record = NewAuditRecord {
            account_id: call.caller.account_id.clone(),
            event_time_ms,
            event_name: call.operation.name(),
            record: record::json(&call, event_time_ms, &event_id),
            event_id,
        };
        if call.operation.is_read_only() {
            self.audit.record(record, &self.metrics).await;
        } else {
            self.audit.record_and_wait(record, &self.metrics).await;
        }
    }
}
