//! What becomes of the app in workspaces and teams.

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
        if let Scene::Teams(scene) = &turn.event.scene {
            self.teams_installation_news(scene, turn.event.person.as_ref(), news, turn.received_at_ms).await?;
            return Ok(Vec::new());
        }
        tracing::warn!(?news, key = turn.key, "the app's installation changed");
        Ok(Vec::new())
    }
}
