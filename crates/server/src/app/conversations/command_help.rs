//! `lambda --help`, `lambda invoke --help`: what a service can be asked, and what an operation takes, from AWS's models.
//!
//! `conversations/commands` calls it for what `awscall` reads as a question for help; a page's button comes back here.

use awscall::command_line::{HelpTopic, Mistake};
use awscall::{help, search};
use domain::command::help_words;
use domain::conversation::{Answer, Audience, Control, Reply, Style};
use store::StoreError;

use super::Turn;
use crate::app::App;
use crate::app::tickets::{Purpose, Ticket};

impl App {
    pub(super) async fn command_help(&self, turn: &Turn<'_>, topic: &HelpTopic) -> Result<Vec<Reply>, StoreError> {
        let answer = match topic {
            HelpTopic::All => return self.help(turn).await,
            HelpTopic::Service(name) => self.service_help(turn, name, 1)?,
            HelpTopic::Operation { service, command } => {
                help::operation(service, command).as_ref().map(help_words::operation)
            }
        };
        let answer = answer.unwrap_or_else(unknown);
        Ok(vec![Reply::Say { to: Audience::Everyone, answer }])
    }

    /// Another page, in the place of the one whose button was pressed.
    pub(super) fn help_page(&self, turn: &Turn<'_>, service: &str, page: usize) -> Result<Vec<Reply>, StoreError> {
        Ok(vec![Reply::Replace(self.service_help(turn, service, page)?.unwrap_or_else(unknown))])
    }

    fn service_help(&self, turn: &Turn<'_>, service: &str, page: usize) -> Result<Option<Answer>, StoreError> {
        let Some(help) = help::service(service, page) else { return Ok(None) };
        let mut answer = help_words::service(&help);
        let mut button = |label: &str, page: usize| -> Result<(), StoreError> {
            let purpose = Purpose::HelpPage { service: service.to_owned(), page };
            // Help is anybody's to turn over.
            let ticket = Ticket { person: None, ..Ticket::for_asker(turn.event, purpose, None, self.clock.now_ms()) };
            let ticket = self.seal_ticket(&ticket)?;
            answer.controls.push(Control::Press { label: label.to_owned(), style: Style::Plain, ticket });
            Ok(())
        };
        if help.page > 1 {
            button("Page before", help.page - 1)?;
        }
        if help.page < help.pages {
            button("Next page", help.page.saturating_add(1))?;
        }
        Ok(Some(answer))
    }
}

/// What could not be read, and what may have been meant: by its words too, where nothing is spelled nearly so.
pub(super) fn mistaken(mistake: &Mistake, line: &str) -> Answer {
    let also = if mistake.suggestions.is_empty() && mistake.synopsis.is_none() {
        search::operations(line)
    } else {
        Vec::new()
    };
    help_words::mistake(mistake, &also)
}

fn unknown() -> Answer {
    Answer::sentence("AWS has no such service or operation that I know. `@aws search WORDS` finds one by words.")
}
