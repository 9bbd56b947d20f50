//! `Show logs` under an alarm.

use std::sync::Arc;

use domain::conversation::{Answer, Reply};
use store::{ListedConfiguration, StoreError};

use super::{Turn, to_asker};
use crate::app::App;
use crate::app::notification_buttons::Notice;

impl App {
    pub(super) async fn logs_pressed(
        self: &Arc<Self>,
        _turn: &Turn<'_>,
        _listed: &ListedConfiguration,
        _notice: &Notice,
        _errors: bool,
    ) -> Result<Vec<Reply>, StoreError> {
        Ok(to_asker(Answer::sentence("I cannot show logs yet.")))
    }
}
