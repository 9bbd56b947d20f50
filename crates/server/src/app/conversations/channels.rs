//! What becomes of channels: renamed, archived, and the app in them or not.

use domain::conversation::{ChannelNews, Reply, Scene};
use store::StoreError;
use wire::ids::SlackChannelName;

use super::Turn;
use crate::app::App;

impl App {
    pub(super) async fn channel_news(&self, turn: &Turn<'_>, news: &ChannelNews) -> Result<Vec<Reply>, StoreError> {
        let Scene::Slack(scene) = &turn.event.scene else { return Ok(Vec::new()) };
        let Some(channel_id) = &scene.channel_id else { return Ok(Vec::new()) };
        let lane = format!("slack/{}/{channel_id}", scene.team_id);
        match news {
            ChannelNews::Renamed { name } => {
                if let Ok(name) = SlackChannelName::parse(name) {
                    self.store.rename_channel(&lane, name.as_str()).await?;
                }
            }
            // What could not be delivered meanwhile can be now.
            ChannelNews::Unarchived | ChannelNews::Joined => {
                let revived = self.store.revive_lane(&lane, self.clock.now_ms()).await?;
                tracing::info!(channel = lane, revived, "the channel can be written to again");
            }
            ChannelNews::Archived | ChannelNews::Deleted | ChannelNews::Left => {
                let configurations = turn.configurations.len();
                tracing::warn!(channel = lane, configurations, ?news, "what goes to this channel will not arrive");
            }
        }
        Ok(Vec::new())
    }
}
