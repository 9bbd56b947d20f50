//! Sending a reply: one file a platform.

mod slack;
mod teams;

pub(super) use teams::sent_form;

use aws_lc_rs::digest;
use domain::conversation::{Reply, Scene};
use domain::delivery::DeliveryOutcome;
use store::StoreError;
use uuid::Uuid;

use super::Turn;
use crate::app::App;

impl App {
    pub(super) async fn send_reply(
        &self,
        turn: &Turn<'_>,
        index: usize,
        reply: &Reply,
    ) -> Result<DeliveryOutcome, StoreError> {
        match &turn.event.scene {
            Scene::Slack(scene) => self.send_to_slack(turn, scene, reply_id(turn.key, index), reply).await,
            Scene::Teams(scene) => Ok(self.send_to_teams(turn, scene, reply).await),
        }
    }
}

/// The same for every attempt to send this reply.
fn reply_id(key: &str, index: usize) -> Uuid {
    let digest = digest::digest(&digest::SHA256, format!("{key}\n{index}").as_bytes());
    let bytes = digest.as_ref().first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
