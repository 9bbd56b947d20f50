//! Pictures of alarms, put into messages that were delivered before: a bounded queue, and what draws one of it.
//!
//! Delivering leaves what was posted with [`App::want_picture`] and never waits; `worker/draw_pictures` calls
//! [`App::add_picture`]. A picture that cannot be had, whatever the reason, leaves the message as it is: it is counted, and
//! told at debug. Nothing here is settled or tried again after a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::delivery::DeliveryOutcome;
use domain::notification::picture::{MetricData, MetricGraph, Size};
use domain::notification::render::slack::SlackMessage;
use moka::sync::Cache;
use secrecy::SecretString;
use store::Picture;
use tokio::sync::{Mutex, mpsc};
use wire::ids::Arn;

use super::App;
use super::paces::Share;
use crate::config::{PictureSettings, PictureSource};
use crate::drawing;
use crate::metrics::PictureOutcome;
use crate::outbound::cloudwatch_metrics::{CloudWatchMetrics, NoMetrics};
use crate::outbound::slack::{NotUploaded, SlackChannelCall};

/// Messages that wait for their picture. More is a storm of alarms, in which nobody looks at graphs.
const QUEUE_MAX: usize = 64;
/// What is drawn: twice as many pixels, for the screens of phones.
const SIZE: Size = Size { width: 600, height: 300 };
const SCALE: u8 = 2;
/// What CloudWatch is asked for; its letters do not grow with its pixels.
const WIDGET_SIZE: Size = Size { width: 800, height: 360 };
/// A workspace whose token may not upload, or a server without AWS credentials, is not asked again for so long.
const OFF_MS: i64 = 60 * 60 * 1000;
const WITHOUT_CREDENTIALS_MS: i64 = 10 * 60 * 1000;
const WORKSPACES_MAX: u64 = 10_000;
/// Slack takes a moment to look at an uploaded file; until then a message that names it is refused.
const SLACK_LOOKS_MS: [i64; 5] = [400, 800, 1600, 2500, 4000];
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
    message: SlackMessage,
    graph: MetricGraph,
    /// Whose metrics are read.
    role_arn: String,
    channel_id: String,
    team_id: String,
    bot_token: SecretString,
    /// The account's token of the workspace.
    scope: String,
    until_ms: i64,
}

/// What was posted: for [`App::want_picture`].
pub struct Posted<'a> {
    pub destination: &'a str,
    /// Slack's `ts`.
    pub ts: &'a str,
    pub message: &'a SlackMessage,
    pub graph: Option<&'a MetricGraph>,
    pub role_arn: &'a Arn,
    pub team_id: &'a str,
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
    /// The latest rendering of messages that changed, by destination and `ts`.
    renderings: Cache<(String, String), Arc<SlackMessage>>,
    turns: [Mutex<()>; TURNS],
}

/// The queue's other end.
pub struct Undrawn(mpsc::Receiver<WantedPicture>);

/// Why a message stays without.
enum NoPicture {
    /// There is no image.
    Image(String),
    /// Slack did not take it.
    Upload(NotUploaded),
    /// The message could not be changed.
    Message(String),
}

impl Pictures {
    pub fn new(settings: PictureSettings) -> (Self, Undrawn) {
        let (queue, undrawn) = mpsc::channel(QUEUE_MAX);
        let pictures = Self {
            settings,
            queue,
            metrics: CloudWatchMetrics::default(),
            no_credentials_until_ms: AtomicI64::new(0),
            off_until_ms: Cache::new(WORKSPACES_MAX),
            renderings: Cache::builder().max_capacity(RENDERINGS_MAX).time_to_live(RENDERING_KEPT).build(),
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
    pub(super) fn want_picture(&self, call: &SlackChannelCall<'_>, posted: &Posted<'_>) {
        let Some(graph) = posted.graph.filter(|_| !self.pictures.is_off(posted.scope, self.clock.now_ms())) else {
            return;
        };
        let Ok(room) = self.pictures.queue.try_reserve() else {
            self.metrics.picture(PictureOutcome::Dropped);
            return;
        };
        room.send(WantedPicture {
            destination: posted.destination.to_owned(),
            posted: posted.ts.to_owned(),
            message: posted.message.clone(),
            graph: graph.clone(),
            role_arn: posted.role_arn.as_str().to_owned(),
            channel_id: call.channel_id.to_owned(),
            team_id: posted.team_id.to_owned(),
            bot_token: call.token.clone(),
            scope: posted.scope.to_owned(),
            until_ms: self.clock.now_ms().saturating_add(self.pictures.timeout_ms()),
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
            Ok(Err(NoPicture::Upload(NotUploaded::MissingScope))) => {
                self.pictures.off_until_ms.insert(wanted.scope.clone(), now_ms.saturating_add(OFF_MS));
                tracing::warn!(
                    workspace = wanted.team_id,
                    "no pictures of alarms for an hour: give the Slack app the scope `files:write` and reinstall it"
                );
                PictureOutcome::NotShown
            }
            Ok(Err(NoPicture::Upload(NotUploaded::Failed(reason)) | NoPicture::Message(reason))) => {
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
        let (png, data) = self.image(wanted).await?;
        let alt_text = wanted.graph.alt_text(data.as_ref());
        let file = self.slack.upload_png(&wanted.bot_token, "alarm.png", &alt_text, png).await;
        let picture = Picture { file: file.map_err(NoPicture::Upload)?, alt_text };
        self.show(wanted, &picture).await
    }

    /// The PNG; with the numbers in it, where they are known.
    async fn image(&self, wanted: &WantedPicture) -> Result<(Vec<u8>, Option<MetricData>), NoPicture> {
        let Pictures { metrics, settings, no_credentials_until_ms, .. } = &self.pictures;
        if !metrics.has_credentials().await {
            let until_ms = self.clock.now_ms().saturating_add(WITHOUT_CREDENTIALS_MS);
            no_credentials_until_ms.store(until_ms, Ordering::Relaxed);
            return Err(NoPicture::Image("AWS's standard environment has no credentials".to_owned()));
        }
        let (role, graph) = (wanted.role_arn.as_str(), &wanted.graph);
        let not_had = |error: NoMetrics| NoPicture::Image(error.to_string());
        if settings.source != PictureSource::Data {
            match metrics.widget_image(role, graph, WIDGET_SIZE).await {
                Ok(png) => return Ok((png, None)),
                Err(error) if settings.source == PictureSource::Widget => return Err(not_had(error)),
                // An emulator, or a role that may read numbers alone.
                Err(error) => tracing::debug!(%error, "CloudWatch does not draw; drawing from its numbers"),
            }
        }
        let data = metrics.data(role, graph).await.map_err(not_had)?;
        let drawn = {
            let (graph, data) = (graph.clone(), data.clone());
            tokio::task::spawn_blocking(move || drawing::draw(&graph, &data, SIZE, SCALE)).await
        };
        let drawn = drawn.map_err(|error| NoPicture::Image(error.to_string()))?;
        Ok((drawn.map_err(|error| NoPicture::Image(error.to_string()))?, Some(data)))
    }

    /// Puts the picture into the message as it reads by now.
    async fn show(&self, wanted: &WantedPicture, picture: &Picture) -> Result<(), NoPicture> {
        let WantedPicture { destination, posted, .. } = wanted;
        let call = SlackChannelCall { token: &wanted.bot_token, channel_id: &wanted.channel_id };
        let mut reason = String::new();
        for wait_ms in SLACK_LOOKS_MS {
            self.wait_for_updates(&wanted.team_id).await;
            let turn = self.pictures.turn(posted).lock().await;
            let latest = self.pictures.renderings.get(&(destination.clone(), posted.clone()));
            let message = latest.map_or_else(|| wanted.message.clone(), |latest| SlackMessage::clone(&latest));
            let message = message.with_picture(&picture.file, &picture.alt_text);
            match self.slack.update_message(&call, posted, &message).await {
                DeliveryOutcome::Delivered { .. } => {
                    // Only what Slack has taken: a later change of the message must not fail by its picture.
                    let kept = self.store.keep_picture(destination, posted, picture, self.clock.now_ms()).await;
                    drop(turn);
                    return kept.map_err(|error| NoPicture::Message(error.to_string()));
                }
                DeliveryOutcome::Dead { reason: refused } if is_about_the_file(&refused) => reason = refused,
                DeliveryOutcome::Retry { after_ms, reason: refused } => {
                    reason = refused;
                    drop(turn);
                    self.wait(after_ms.unwrap_or(wait_ms)).await;
                    continue;
                }
                DeliveryOutcome::Dead { reason } | DeliveryOutcome::Paused { reason } => {
                    return Err(NoPicture::Message(reason));
                }
            }
            drop(turn);
            self.wait(wait_ms).await;
        }
        Err(NoPicture::Message(reason))
    }

    /// `chat.update` of a message that may have a picture, or get one at this moment: it keeps it.
    pub(super) async fn update_slack_message(
        &self,
        call: &SlackChannelCall<'_>,
        destination: &str,
        posted: &str,
        message: SlackMessage,
    ) -> DeliveryOutcome {
        let _turn = self.pictures.turn(posted).lock().await;
        // A store that is away costs the picture; the words are more urgent.
        let picture = self.store.picture(destination, posted).await.ok().flatten();
        if self.pictures.settings.enabled {
            let key = (destination.to_owned(), posted.to_owned());
            self.pictures.renderings.insert(key, Arc::new(message.clone()));
        }
        let Some(picture) = picture else { return self.slack.update_message(call, posted, &message).await };
        let with_picture = message.clone().with_picture(&picture.file, &picture.alt_text);
        match self.slack.update_message(call, posted, &with_picture).await {
            // Somebody deleted the file.
            DeliveryOutcome::Dead { reason } if is_about_the_file(&reason) => {
                self.slack.update_message(call, posted, &message).await
            }
            outcome => outcome,
        }
    }

    async fn wait_for_updates(&self, team_id: &str) {
        let share = Share::SlackUpdates(team_id.to_owned());
        while let Err(ready_at_ms) = self.paces.take(&share, self.clock.now_ms()) {
            self.clock.sleep_until_ms(ready_at_ms).await;
        }
    }

    async fn wait(&self, wait_ms: i64) {
        self.clock.sleep_until_ms(self.clock.now_ms().saturating_add(wait_ms)).await;
    }
}

/// Slack's words for a file that it has not looked at yet, that is gone, or that is none: all blame the blocks.
fn is_about_the_file(reason: &str) -> bool {
    ["invalid_blocks", "slack_file", "file_not_found"].iter().any(|code| reason.contains(code))
}
