//! The outbox: what was accepted and not yet delivered, one lane per channel.
//!
//! A notification's life: [`Store::enqueue`] (durable when it returns) ‖ [`Store::claim`] leases lanes that are due,
//! [`Lease`] names one; [`Store::head`] is the delivery of the lane that goes next; [`Store::settle`] records what came of
//! an attempt and gives the lane back. The lane, not the message, is leased: that keeps a channel's order and pace.

mod backlog;
mod commit;
mod enqueue;
mod folds;
mod gate;
mod holds;
mod inspect;
mod lanes;
mod quiet;
mod replay;
mod retention;
mod settle;

pub use backlog::Backlog;
pub(crate) use commit::{Commits, GroupCommit};
pub(crate) use enqueue::rows_of_placeholders;
pub use enqueue::{AcceptRules, Addressee, Enqueued, NewNotification};
pub use folds::{FoldedMessage, FoldedTopic};
pub use gate::{Admission, Fate, Gate};
pub use holds::Pause;
pub use inspect::{Delivery, DeliveryDetail, DeliveryFilter, DeliveryState, HistoryEntry, KeptOut};
pub use lanes::{Lease, PendingDelivery};
pub(crate) use lanes::{bury, make_due, redirect};
pub use replay::Replay;
pub use settle::{Settled, Settlement};
