//! The outbox: what was accepted and not yet delivered, one lane per channel.
//!
//! A notification's life: [`Store::enqueue`] (durable when it returns) ‖ [`Store::claim`] leases lanes that are due,
//! [`Lease`] names one; [`Store::head`] is the lane's oldest pending delivery; [`Store::settle`] records what came of
//! an attempt and gives the lane back. The lane, not the message, is leased: that keeps a channel's order and pace.

mod enqueue;
mod inspect;
mod lanes;

pub use enqueue::{Enqueued, NewNotification};
pub(crate) use enqueue::{GroupCommit, rows_of_placeholders};
pub use inspect::{Delivery, DeliveryDetail, DeliveryState};
pub use lanes::{Lease, PendingDelivery, Settled, Settlement};
pub(crate) use lanes::{bury, redirect};
