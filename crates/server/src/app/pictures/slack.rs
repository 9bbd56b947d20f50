//! A picture in a message of Slack: uploaded as a file, shown in the message's thread, then by the message itself, and kept when the
//! message changes.
//!
//! First in the thread: a file that no message has shown yet is a broken picture for everybody if an update is the first to name it
//! (<https://github.com/slackapi/java-slack-sdk/issues/1441>, <https://github.com/slackapi/bolt-python/issues/1295>).

use std::sync::Arc;

use domain::delivery::DeliveryOutcome;
use domain::notification::render;
use domain::notification::render::slack::SlackMessage;
use secrecy::SecretString;
use store::Picture;
use uuid::Uuid;

use super::{Canvas, NoPicture, WantedPicture};
use crate::app::App;
use crate::app::paces::Share;
use crate::outbound::slack::{Place, SlackChannelCall, Upload};

/// Slack takes a moment to look at an uploaded file; until then a message that names it is refused.
const SLACK_LOOKS_MS: [i64; 5] = [400, 800, 1600, 2500, 4000];

/// Where the message is.
pub(super) struct Address<'a> {
    pub(super) channel_id: &'a str,
    pub(super) team_id: &'a str,
    pub(super) bot_token: &'a SecretString,
}

impl App {
    /// Uploads the picture and shows it.
    pub(super) async fn slack_picture(
        &self,
        wanted: &WantedPicture,
        address: &Address<'_>,
        message: &SlackMessage,
    ) -> Result<(), NoPicture> {
        let (png, data) = self.image(wanted, Canvas::File).await?;
        let alt_text = wanted.graph.alt_text(data.as_ref());
        let alarm = Upload {
            name: "alarm.png",
            content_type: "image/png",
            alt_text: Some(&alt_text),
            bytes: png,
            thread: None,
        };
        let file = self.slack.upload(address.bot_token, alarm).await;
        let picture = Picture { file: file.map_err(NoPicture::Upload)?, alt_text };
        self.share_in_slack(wanted, address, &picture).await?;
        self.show_in_slack(wanted, address, message, &picture).await
    }

    /// Shows the picture below the message, as soon as Slack has looked at it.
    async fn share_in_slack(
        &self,
        wanted: &WantedPicture,
        address: &Address<'_>,
        picture: &Picture,
    ) -> Result<(), NoPicture> {
        let call = SlackChannelCall { token: address.bot_token, channel_id: address.channel_id };
        let message = render::slack::picture(&picture.file, &picture.alt_text);
        let client_msg_id = Uuid::new_v4();
        let mut reason = String::new();
        for wait_ms in SLACK_LOOKS_MS {
            self.wait_for(Share::SlackUpdates(address.team_id.to_owned())).await;
            let place = Place { thread_ts: Some(&wanted.posted), reply_broadcast: false, client_msg_id };
            let wait_ms = match self.slack.post_message(&call, place, &message).await.outcome {
                DeliveryOutcome::Delivered { .. } => return Ok(()),
                DeliveryOutcome::Dead { reason: refused } if is_about_the_file(&refused) => {
                    reason = refused;
                    wait_ms
                }
                DeliveryOutcome::Retry { after_ms, reason: refused } => {
                    reason = refused;
                    after_ms.unwrap_or(wait_ms)
                }
                DeliveryOutcome::Dead { reason } | DeliveryOutcome::Paused { reason } => {
                    return Err(NoPicture::Message(reason));
                }
            };
            self.wait(wait_ms).await;
        }
        Err(NoPicture::Message(reason))
    }

    /// Puts the picture into the message as it reads by now.
    async fn show_in_slack(
        &self,
        wanted: &WantedPicture,
        address: &Address<'_>,
        message: &SlackMessage,
        picture: &Picture,
    ) -> Result<(), NoPicture> {
        let WantedPicture { destination, posted, .. } = wanted;
        let call = SlackChannelCall { token: address.bot_token, channel_id: address.channel_id };
        let mut reason = String::new();
        for wait_ms in SLACK_LOOKS_MS {
            self.wait_for(Share::SlackUpdates(address.team_id.to_owned())).await;
            let turn = self.pictures.turn(posted).lock().await;
            let latest = self.pictures.slack_renderings.get(&(destination.clone(), posted.clone()));
            let latest = latest.map_or_else(|| message.clone(), |latest| SlackMessage::clone(&latest));
            let message = latest.with_picture(&picture.file, &picture.alt_text);
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
    pub(in crate::app) async fn update_slack_message(
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
            self.pictures.slack_renderings.insert(key, Arc::new(message.clone()));
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
}

/// Slack's words for a file that it has not looked at yet, that is gone, or that is none: all blame the blocks.
fn is_about_the_file(reason: &str) -> bool {
    ["invalid_blocks", "slack_file", "file_not_found"].iter().any(|code| reason.contains(code))
}
