//! What runs beside the requests: delivering, polling queues, keeping subscriptions, forgetting. Each file one loop over a function of `app`.

mod deliver_notifications;
mod forget_full_buckets;
mod poll_queues;
mod prune_audit_records;
mod subscribe_topics;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::SharedApp;

/// Starts every worker on `tasks`. They finish what they are doing and end when `stop` is cancelled.
pub fn start(app: &SharedApp, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(deliver_notifications::run(app.clone(), stop.clone()));
    tasks.spawn(subscribe_topics::run(app.clone(), stop.clone()));
    tasks.spawn(poll_queues::run(app.clone(), stop.clone()));
    tasks.spawn(prune_audit_records::run(app.clone(), stop.clone()));
    tasks.spawn(forget_full_buckets::run(app.clone(), stop.clone()));
}
