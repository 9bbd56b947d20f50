//! Pictures of alarms, put into messages that were delivered before: a bounded queue, and what draws one of it.
//!
//! Delivering leaves what was posted with [`App::want_picture`] and never waits; `worker/draw_pictures` calls
//! [`App::add_picture`]. A picture that cannot be had, whatever the reason, leaves the message as it is: it is counted, and
//! told at debug. Nothing here is settled or tried again after a restart. How a picture comes into a message is a file a
//! platform.

mod slack;
mod teams;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::notification::picture::{MetricData, MetricGraph, Size};
use domain::notification::render::slack::SlackMessage;
use domain::notification::render::teams::TeamsMessage;
use moka::sync::Cache;
use secrecy::SecretString;
use tokio::sync::{Mutex, mpsc};
use wire::ids::Arn;

use super::App;
use super::paces::Share;
use crate::config::{PictureSettings, PictureSource};
use crate::drawing::{self, NotDrawn};
use crate::metrics::PictureOutcome;
use crate::outbound::cloudwatch_metrics::{CloudWatchMetrics, NoMetrics};
use crate::outbound::slack::NotUploaded;

/// Messages that wait for their picture. More is a storm of alarms, in which nobody looks at graphs.
const QUEUE_MAX: usize = 64;
/// What is drawn for a file: twice as many pixels, for the screens of phones.
const SIZE: Size = Size { width: 600, height: 300 };
const SCALE: u8 = 2;
/// What CloudWatch is asked for, for a file and for a message that holds its picture; its letters do not grow with its pixels.
const WIDGET_SIZE: Size = Size { width: 800, height: 360 };
const SMALL_WIDGET_SIZE: Size = Size { width: 600, height: 270 };
/// A workspace whose token may not upload, or a server without AWS credentials, is not asked again for so long.
const OFF_MS: i64 = 60 * 60 * 1000;
const WITHOUT_CREDENTIALS_MS: i64 = 10 * 60 * 1000;
const WORKSPACES_MAX: u64 = 10_000;
/// Renderings of messages that were changed shortly ago, for a picture that comes after the change; longer than a picture may
/// take.
const RENDERINGS_MAX: u64 = 1000;
const RENDERING_KEPT: Duration = Duration::from_mins(2);
/// Locks that messages share: changes of one message come one after the other.
const TURNS: usize = 16;

/// A message as it was posted, and what to draw for it.
#[derive(Debug)]
pub struct WantedPicture {
    destination: String,
    posted: String,
    is_reply: bool,
    message: PostedMessage,
    graph: MetricGraph,
    /// Whose metrics are read.
    role_arn: String,
    /// The credentials of the platform.
    scope: String,
    until_ms: i64,
}

/// Its words, and how to change them.
#[derive(Debug)]
pub enum PostedMessage {
    Slack { message: SlackMessage, channel_id: String, team_id: String, bot_token: SecretString },
    Teams { message: TeamsMessage, tenant_id: String, service_url: Option<String> },
}

/// What was posted: for [`App::want_picture`].
pub struct Posted<'a> {
    pub destination: &'a str,
    /// The platform's name of it: Slack's `ts`, Teams' activity.
    pub name: &'a str,
    /// Nothing changes a reply again.
    pub is_reply: bool,
    pub graph: Option<&'a MetricGraph>,
    pub role_arn: &'a Arn,
    pub scope: &'a str,
}

/// Where messages wait for pictures, and what is known of whom to ask.
pub struct Pictures {
    settings: PictureSettings,
    queue: mpsc::Sender<WantedPicture>,
    metrics: CloudWatchMetrics,
    no_credentials_until_ms: AtomicI64,
    /// Until when a workspace is not asked, by scope.
    off_until_ms: Cache<String, i64>,
    slack_renderings: Renderings<SlackMessage>,
    teams_renderings: Renderings<TeamsMessage>,
    turns: [Mutex<()>; TURNS],
}

/// The latest rendering of messages that changed, by destination and name.
type Renderings<M> = Cache<(String, String), Arc<M>>;

/// The queue's other end.
pub struct Undrawn(mpsc::Receiver<WantedPicture>);

/// What a picture is drawn for.
#[derive(Clone, Copy)]
enum Canvas {
    /// A file of its own.
    File,
    /// A message that holds it, in at most so many bytes.
    Within(usize),
}

/// Why a message stays without.
enum NoPicture {
    /// There is no image.
    Image(String),
    /// There is one, larger than the message has room for.
    NoRoom(String),
    /// Slack did not take it.
    Upload(NotUploaded),
    /// The message could not be changed.
    Message(String),
}

impl Pictures {
    pub fn new(settings: PictureSettings, metrics: CloudWatchMetrics) -> (Self, Undrawn) {
        let (queue, undrawn) = mpsc::channel(QUEUE_MAX);
        let pictures = Self {
            settings,
            queue,
            metrics,
            no_credentials_until_ms: AtomicI64::new(0),
            off_until_ms: Cache::new(WORKSPACES_MAX),
            slack_renderings: Cache::builder().max_capacity(RENDERINGS_MAX).time_to_live(RENDERING_KEPT).build(),
            teams_renderings: Cache::builder().max_capacity(RENDERINGS_MAX).time_to_live(RENDERING_KEPT).build(),
            turns: std::array::from_fn(|_| Mutex::new(())),
        };
        (pictures, Undrawn(undrawn))
    }

    fn timeout_ms(&self) -> i64 {
        i64::from(self.settings.timeout_seconds).saturating_mul(1000)
    }

    fn is_off(&self, scope: &str, now_ms: i64) -> bool {
        !self.settings.enabled
            || now_ms < self.no_credentials_until_ms.load(Ordering::Relaxed)
            || self.off_until_ms.get(scope).is_some_and(|until_ms| now_ms < until_ms)
    }

    /// The lock of a message.
    fn turn(&self, posted: &str) -> &Mutex<()> {
        let [first, ..] = &self.turns;
        let sum = posted.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        self.turns.get(sum % TURNS).unwrap_or(first)
    }
}

impl Undrawn {
    pub async fn next(&mut self) -> Option<WantedPicture> {
        self.0.recv().await
    }
}

impl App {
    /// Leaves a message for its picture, if it wants one and there is room. Never waits.
    pub(super) fn want_picture(&self, posted: &Posted<'_>, message: impl FnOnce() -> PostedMessage) {
        let now_ms = self.clock.now_ms();
        let Some(graph) = posted.graph.filter(|_| !self.pictures.is_off(posted.scope, now_ms)) else { return };
        let message = message();
        let Ok(room) = self.pictures.queue.try_reserve() else {
            self.metrics.picture(PictureOutcome::Dropped);
            return;
        };
        if matches!(message, PostedMessage::Teams { .. }) {
            let share = Share::TeamsPictures(posted.destination.to_owned());
            if self.paces.take(&share, now_ms).is_err() {
                self.metrics.picture(PictureOutcome::Dropped);
                return;
            }
        }
        room.send(WantedPicture {
            destination: posted.destination.to_owned(),
            posted: posted.name.to_owned(),
            is_reply: posted.is_reply,
            message,
            graph: graph.clone(),
            role_arn: posted.role_arn.as_str().to_owned(),
            scope: posted.scope.to_owned(),
            until_ms: now_ms.saturating_add(self.pictures.timeout_ms()),
        });
    }

    /// Draws a picture and puts it into its message, in the time that the settings give.
    pub async fn add_picture(&self, wanted: WantedPicture) {
        let now_ms = self.clock.now_ms();
        if self.pictures.is_off(&wanted.scope, now_ms) {
            return;
        }
        let left_ms = u64::try_from(wanted.until_ms.saturating_sub(now_ms)).unwrap_or(0);
        let attempt = tokio::time::timeout(Duration::from_millis(left_ms), self.picture(&wanted)).await;
        let destination = wanted.destination.as_str();
        let outcome = match attempt {
            Ok(Ok(())) => PictureOutcome::Shown,
            Ok(Err(NoPicture::Image(reason))) => {
                tracing::debug!(destination, role = wanted.role_arn, reason, "no picture of the alarm");
                PictureOutcome::NotHad
            }
            Ok(Err(NoPicture::NoRoom(reason))) => {
                tracing::debug!(destination, reason, "the message has no room for the picture of the alarm");
                PictureOutcome::NoRoom
            }
            Ok(Err(NoPicture::Upload(NotUploaded::MissingScope))) => {
                self.pictures.off_until_ms.insert(wanted.scope.clone(), now_ms.saturating_add(OFF_MS));
                tracing::warn!(
                    workspace = wanted.scope,
                    "no pictures of alarms for an hour: give the Slack app the scope `files:write` and reinstall it"
                );
                PictureOutcome::NotShown
            }
            Ok(Err(NoPicture::Upload(reason))) => {
                tracing::debug!(destination, %reason, "Slack has no picture of the alarm");
                PictureOutcome::NotShown
            }
            Ok(Err(NoPicture::Message(reason))) => {
                tracing::debug!(destination, reason, "the picture of the alarm is not in its message");
                PictureOutcome::NotShown
            }
            Err(_) => {
                tracing::debug!(destination, "no picture of the alarm in time");
                PictureOutcome::TimedOut
            }
        };
        self.metrics.picture(outcome);
    }

    async fn picture(&self, wanted: &WantedPicture) -> Result<(), NoPicture> {
        match &wanted.message {
            PostedMessage::Slack { message, channel_id, team_id, bot_token } => {
                let address = slack::Address { channel_id, team_id, bot_token };
                self.slack_picture(wanted, &address, message).await
            }
            PostedMessage::Teams { message, tenant_id, service_url } => {
                self.teams_picture(wanted, (tenant_id, service_url.as_deref()), message).await
            }
        }
    }

    /// The PNG; with the numbers in it, where they are known.
    async fn image(&self, wanted: &WantedPicture, canvas: Canvas) -> Result<(Vec<u8>, Option<MetricData>), NoPicture> {
        let Pictures { metrics, settings, no_credentials_until_ms, .. } = &self.pictures;
        if !metrics.has_credentials().await {
            let until_ms = self.clock.now_ms().saturating_add(WITHOUT_CREDENTIALS_MS);
            no_credentials_until_ms.store(until_ms, Ordering::Relaxed);
            return Err(NoPicture::Image("AWS's standard environment has no credentials".to_owned()));
        }
        let (role, graph) = (wanted.role_arn.as_str(), &wanted.graph);
        if settings.source != PictureSource::Data {
            match self.widget(role, graph, canvas).await {
                Ok(png) => return Ok((png, None)),
                Err(error) if settings.source == PictureSource::Widget => return Err(error),
                // An emulator, a role that may read numbers alone, or more colours than there is room for.
                Err(NoPicture::Image(reason) | NoPicture::NoRoom(reason)) => {
                    tracing::debug!(reason, "no image of CloudWatch; drawing from its numbers");
                }
                Err(error) => return Err(error),
            }
        }
        let data = metrics.data(role, graph).await?;
        let drawn = {
            let (graph, data) = (graph.clone(), data.clone());
            blocking(move || match canvas {
                Canvas::File => drawing::draw(&graph, &data, SIZE, SCALE),
                Canvas::Within(bytes_max) => drawing::draw_small(&graph, &data, bytes_max),
            })
        };
        Ok((drawn.await?, Some(data)))
    }

    /// CloudWatch's own picture.
    async fn widget(&self, role: &str, graph: &MetricGraph, canvas: Canvas) -> Result<Vec<u8>, NoPicture> {
        let metrics = &self.pictures.metrics;
        match canvas {
            Canvas::File => Ok(metrics.widget_image(role, graph, WIDGET_SIZE).await?),
            Canvas::Within(bytes_max) => {
                let png = metrics.widget_image(role, graph, SMALL_WIDGET_SIZE).await?;
                blocking(move || drawing::shrink(&png, bytes_max)).await
            }
        }
    }

    async fn wait_for(&self, share: Share) {
        while let Err(ready_at_ms) = self.paces.take(&share, self.clock.now_ms()) {
            self.clock.sleep_until_ms(ready_at_ms).await;
        }
    }

    async fn wait(&self, wait_ms: i64) {
        self.clock.sleep_until_ms(self.clock.now_ms().saturating_add(wait_ms)).await;
    }
}

/// Draws on a thread that may block.
async fn blocking(draw: impl FnOnce() -> Result<Vec<u8>, NotDrawn> + Send + 'static) -> Result<Vec<u8>, NoPicture> {
    match tokio::task::spawn_blocking(draw).await {
        Ok(drawn) => Ok(drawn?),
        Err(error) => Err(NoPicture::Image(error.to_string())),
    }
}

impl From<NoMetrics> for NoPicture {
    fn from(error: NoMetrics) -> Self {
        Self::Image(error.to_string())
    }
}

impl From<NotDrawn> for NoPicture {
    fn from(error: NotDrawn) -> Self {
        match error {
            NotDrawn::TooManyBytes { .. } => Self::NoRoom(error.to_string()),
            NotDrawn::TooLarge(..) | NotDrawn::Wrong(_) => Self::Image(error.to_string()),
        }
    }
}
