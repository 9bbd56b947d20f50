//! Commands of AWS: not in this version, and said so.

use std::sync::Arc;

use domain::conversation::{Answer, Audience, Reply};
use domain::notification::{Part, Text};
use store::StoreError;

use super::Turn;
use crate::app::App;

/// As much of a command as is repeated.
const SHOWN: usize = 200;

impl App {
    pub(super) async fn command(self: &Arc<Self>, turn: &Turn<'_>, command: &str) -> Result<Vec<Reply>, StoreError> {
        // Of several accounts it is not known yet which is meant.
        if let [only] = turn.configurations.as_slice()
            && let Some(link) = self.link_first(turn, only).await?
        {
            return Ok(link);
        }
        let shown: String = command.chars().take(SHOWN).collect();
        let answer = Answer {
            headline: "I cannot run commands of AWS yet".to_owned(),
            body: vec![Part::Paragraph { title: Some("Nothing was run".to_owned()), text: Text::Code(shown) }],
            controls: Vec::new(),
            note: Some("Ask me for `help` to see what I can do here.".to_owned()),
        };
        Ok(vec![Reply::Say { to: Audience::Everyone, answer }])
    }
}
