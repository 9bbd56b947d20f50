//! What becomes of the app in workspaces and teams.

use domain::conversation::{InstallationNews, Reply};
use store::StoreError;

use super::Turn;
use crate::app::App;

impl App {
    #[expect(clippy::unused_async, reason = "it will change what is authorised in the store")]
    pub(super) async fn installation_news(
        &self,
        turn: &Turn<'_>,
        news: &InstallationNews,
    ) -> Result<Vec<Reply>, StoreError> {
        tracing::warn!(?news, key = turn.key, "the app's installation changed");
        Ok(Vec::new())
    }
}
