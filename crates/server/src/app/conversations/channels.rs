//! What becomes of channels: renamed, archived, and the app in them or not.

use domain::chat_configuration::teams_destination;
use domain::conversation::{ChannelNews, Reply, Scene};
use store::StoreError;
use wire::ids::{SlackChannelName, TeamsChannelName};

use super::Turn;
use crate::app::App;

impl App {
    pub(super) async fn channel_news(&self, turn: &Turn<'_>, news: &ChannelNews) -> Result<Vec<Reply>, StoreError> {
        let Some(lane) = lane(&turn.event.scene) else { return Ok(Vec::new()) };
        match news {
            ChannelNews::Renamed { name } if is_name(&turn.event.scene, name) => {
                self.store.rename_channel(&lane, name).await?;
            }
            ChannelNews::Renamed { .. } => {}
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

/// Of the channel that the news is of.
fn lane(scene: &Scene) -> Option<String> {
    match scene {
        Scene::Slack(scene) => Some(format!("slack/{}/{}", scene.team_id, scene.channel_id.as_ref()?)),
        Scene::Teams(scene) => Some(teams_destination(scene.team_id.as_ref()?, scene.channel_id.as_ref()?)),
    }
}

fn is_name(scene: &Scene, name: &str) -> bool {
    match scene {
        Scene::Slack(_) => SlackChannelName::parse(name).is_ok(),
        Scene::Teams(_) => TeamsChannelName::parse(name).is_ok(),
    }
}
