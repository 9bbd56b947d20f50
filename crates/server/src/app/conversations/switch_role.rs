//! `@aws switch-role`: under which role a person acts.

use domain::conversation::{Answer, Reply};
use store::StoreError;

use super::help::not_configured;
use super::{Turn, to_asker};
use crate::app::App;

impl App {
    #[expect(clippy::unused_async, reason = "it will ask the store for the person's role, as the others do")]
    pub(super) async fn switch_role(&self, turn: &Turn<'_>) -> Result<Vec<Reply>, StoreError> {
        if turn.configurations.is_empty() {
            return Ok(to_asker(not_configured(turn)));
        }
        Ok(to_asker(Answer::sentence("Roles cannot be chosen in chat in this version; an administrator sets yours.")))
    }
}
