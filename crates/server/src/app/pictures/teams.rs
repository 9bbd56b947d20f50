//! A picture in a message of a Teams bot: the message holds it, and keeps it when it changes.
//!
//! Teams has no files for a bot to upload into a channel without another permission, and an address that Teams could fetch would
//! have to be public. So it is the PNG itself that is kept, at most the 15 KB that a message has room for.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::delivery::{DeliveryOutcome, TeamsActivity};
use domain::notification::render::teams::{TeamsMessage, TeamsPicture};
use store::Picture;

use super::{Canvas, NoPicture, WantedPicture};
use crate::app::App;
use crate::app::paces::Share;

/// Less is no graph: AWS is not asked for one.
const BYTES_LEAST: usize = 2_500;
/// Between attempts, where Teams names no time.
const WAITS_MS: [i64; 4] = [1000, 2000, 4000, 8000];

impl App {
    /// Draws what there is room for, and shows it.
    pub(super) async fn teams_picture(
        &self,
        wanted: &WantedPicture,
        (tenant_id, service_url): (&str, Option<&str>),
        message: &TeamsMessage,
    ) -> Result<(), NoPicture> {
        let Some(activity) = TeamsActivity::parse(&wanted.posted) else {
            return Err(NoPicture::Message("Teams did not say what it calls the message".to_owned()));
        };
        let bytes_max = self.latest_in_teams(wanted, message).picture_bytes_max(&wanted.graph.alt_text(None));
        if bytes_max < BYTES_LEAST {
            return Err(NoPicture::NoRoom(format!("its words leave {bytes_max} bytes")));
        }
        let (png, data) = self.image(wanted, Canvas::Within(bytes_max)).await?;
        let alt_text = wanted.graph.alt_text(data.as_ref());
        let Some(picture) = TeamsPicture::of_base64(&BASE64_STANDARD.encode(png), &alt_text) else {
            return Err(NoPicture::Image("the picture is empty".to_owned()));
        };
        self.show_in_teams(wanted, (&activity, tenant_id, service_url), message, &picture).await
    }

    /// Puts the picture into the message as it reads by now.
    async fn show_in_teams(
        &self,
        wanted: &WantedPicture,
        (activity, tenant_id, service_url): (&TeamsActivity, &str, Option<&str>),
        message: &TeamsMessage,
        picture: &TeamsPicture,
    ) -> Result<(), NoPicture> {
        let mut reason = String::new();
        for wait_ms in WAITS_MS {
            self.wait_for(Share::TeamsTenant(tenant_id.to_owned())).await;
            let turn = self.pictures.turn(&wanted.posted).lock().await;
            let Some(with_picture) = self.latest_in_teams(wanted, message).with_picture(picture) else {
                return Err(NoPicture::NoRoom("its words became more".to_owned()));
            };
            match self.teams.update(service_url, activity, &with_picture).await {
                DeliveryOutcome::Delivered { .. } => return self.keep_teams_picture(wanted, picture).await,
                DeliveryOutcome::Retry { after_ms, reason: refused } => {
                    reason = refused;
                    drop(turn);
                    self.wait(after_ms.unwrap_or(wait_ms)).await;
                }
                DeliveryOutcome::Dead { reason } | DeliveryOutcome::Paused { reason } => {
                    return Err(NoPicture::Message(reason));
                }
            }
        }
        Err(NoPicture::Message(reason))
    }

    /// For when the message changes; a reply never does.
    async fn keep_teams_picture(&self, wanted: &WantedPicture, picture: &TeamsPicture) -> Result<(), NoPicture> {
        if wanted.is_reply {
            return Ok(());
        }
        let kept = Picture { file: picture.url().to_owned(), alt_text: picture.alt_text().to_owned() };
        let kept = self.store.keep_picture(&wanted.destination, &wanted.posted, &kept, self.clock.now_ms()).await;
        kept.map_err(|error| NoPicture::Message(error.to_string()))
    }

    fn latest_in_teams(&self, wanted: &WantedPicture, posted: &TeamsMessage) -> Arc<TeamsMessage> {
        let latest = self.pictures.teams_renderings.get(&(wanted.destination.clone(), wanted.posted.clone()));
        latest.unwrap_or_else(|| Arc::new(posted.clone()))
    }

    /// An update of a message that may have a picture, or get one at this moment: it keeps it as long as there is room.
    pub(in crate::app) async fn update_teams_message(
        &self,
        destination: &str,
        (service_url, activity): (Option<&str>, &TeamsActivity),
        message: TeamsMessage,
    ) -> DeliveryOutcome {
        let posted = activity.to_string();
        let _turn = self.pictures.turn(&posted).lock().await;
        // A store that is away costs the picture; the words are more urgent.
        let kept = self.store.picture(destination, &posted).await.ok().flatten();
        let picture = kept.and_then(|kept| TeamsPicture::new(&kept.file, &kept.alt_text));
        let with_picture = picture.as_ref().and_then(|picture| message.with_picture(picture));
        if picture.is_some() && with_picture.is_none() {
            tracing::debug!(destination, "the message's words became too many for its picture");
        }
        let message = Arc::new(message);
        if self.pictures.settings.enabled {
            self.pictures.teams_renderings.insert((destination.to_owned(), posted), message.clone());
        }
        let Some(with_picture) = with_picture else { return self.teams.update(service_url, activity, &message).await };
        match self.teams.update(service_url, activity, &with_picture).await {
            // What it has against the picture is not documented, so any word is taken for that; the words go alone.
            DeliveryOutcome::Dead { .. } => self.teams.update(service_url, activity, &message).await,
            outcome => outcome,
        }
    }
}
