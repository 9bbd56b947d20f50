//! What becomes of the app in workspaces and teams. Nobody is answered: the place may be closed already.

use domain::conversation::{InstallationNews, Reply, Scene};
use store::StoreError;

use super::Turn;
use crate::app::App;

impl App {
    pub(super) async fn installation_news(
        &self,
        turn: &Turn<'_>,
        news: &InstallationNews,
    ) -> Result<Vec<Reply>, StoreError> {
        tracing::info!(?news, key = turn.key, "the app's installation changed");
        match &turn.event.scene {
            Scene::Slack(scene) => self.slack_installation_news(scene, news).await?,
            Scene::Teams(scene) => {
                let person = turn.event.person.as_ref();
                self.teams_installation_news(scene, person, news, turn.received_at_ms).await?;
            }
        }
        Ok(Vec::new())
    }
}
