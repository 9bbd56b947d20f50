//! What runs beside the requests: delivering, answering in chat and to commands, polling queues, keeping subscriptions, telling CloudWatch, recording
//! what was refused, following silences, hearing Slack by Socket Mode, forgetting. Each file one loop over a function of `app`.

mod answer_chat;
mod deliver_notifications;
mod draw_pictures;
mod follow_silences;
mod forget_full_buckets;
mod keep_house;
mod poll_queues;
mod post_whole_texts;
mod record_refused;
mod rotate_slack_tokens;
mod run_chat_commands;
mod ship_cloudwatch;
mod slack_socket;
mod subscribe_topics;
mod watch;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{SharedApp, Undrawn, UnpostedTexts, Unwritten};
use crate::config::{CloudWatchSettings, SlackSettings};

/// Starts every worker on `tasks`. They finish what they are doing and end when `stop` is cancelled.
pub fn start(app: &SharedApp, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(deliver_notifications::run(app.clone(), stop.clone()));
    tasks.spawn(answer_chat::run(app.clone(), stop.clone()));
    tasks.spawn(run_chat_commands::run(app.clone(), stop.clone()));
    tasks.spawn(subscribe_topics::run(app.clone(), stop.clone()));
    tasks.spawn(poll_queues::run(app.clone(), stop.clone()));
    tasks.spawn(keep_house::run(app.clone(), stop.clone()));
    tasks.spawn(follow_silences::run(app.clone(), stop.clone()));
    tasks.spawn(watch::pauses(app.clone(), stop.clone()));
    tasks.spawn(watch::look(app.clone(), stop.clone()));
    tasks.spawn(rotate_slack_tokens::run(app.clone(), stop.clone()));
    tasks.spawn(forget_full_buckets::run(app.clone(), stop.clone()));
}

/// The one that writes what was refused at the door.
pub fn start_record_refused(app: &SharedApp, unwritten: Unwritten, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(record_refused::run(app.clone(), unwritten, stop.clone()));
}

/// The one that draws the pictures of alarms.
pub fn start_draw_pictures(app: &SharedApp, undrawn: Undrawn, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(draw_pictures::run(app.clone(), undrawn, stop.clone()));
}

/// The one that uploads what messages had no room for.
pub fn start_post_whole_texts(app: &SharedApp, unposted: UnpostedTexts, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(post_whole_texts::run(app.clone(), unposted, stop.clone()));
}

/// The two that tell Amazon CloudWatch, where the settings turn them on.
pub fn start_cloudwatch(app: &SharedApp, settings: &CloudWatchSettings, tasks: &TaskTracker, stop: &CancellationToken) {
    let every_ms = |seconds: u16| i64::from(seconds).saturating_mul(1000);
    if settings.metrics.enabled {
        let every_ms = every_ms(settings.metrics.every_seconds);
        tasks.spawn(ship_cloudwatch::metrics(app.clone(), stop.clone(), every_ms));
    }
    if settings.logs.enabled {
        let every_ms = every_ms(settings.logs.every_seconds);
        tasks.spawn(ship_cloudwatch::logs(app.clone(), stop.clone(), every_ms));
    }
}

/// Those that hear Slack by Socket Mode: so many an app as the settings say, where it has a token for it.
pub fn start_slack_sockets(app: &SharedApp, settings: &SlackSettings, tasks: &TaskTracker, stop: &CancellationToken) {
    for of in settings.apps.iter().filter_map(slack_socket::SocketApp::new).map(Arc::new) {
        for _ in 0..of.connections {
            tasks.spawn(slack_socket::run(app.clone(), of.clone(), stop.clone()));
        }
    }
}
