//! What of an output is not shown, said in whole sentences: nothing is cut in silence.
//!
//! `result` and what it calls count here what they leave away.

use crate::notification::{Part, Text};

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a sentence of its own")]
pub struct LeftOut {
    /// Rows and items; the table or list says itself how many.
    pub rows: usize,
    /// Of each thing, at most; or of the one thing.
    pub details: usize,
    /// Long values or lines.
    pub shortened: bool,
    /// More than the message takes of a text.
    pub goes_on: bool,
    pub masked: bool,
    /// AWS has more, with this flag.
    pub next_token: Option<String>,
    /// The details are those of one thing.
    pub of_one: bool,
}

impl LeftOut {
    /// Whether the whole output says more than what is shown.
    pub fn is_any(&self) -> bool {
        self.rows > 0 || self.details > 0 || self.shortened || self.goes_on
    }

    /// Below what is shown.
    pub fn part(&self) -> Option<Part> {
        let mut said: Vec<String> = Vec::new();
        match (self.details, self.of_one) {
            (0, _) => {}
            (1, true) => said.push("It has 1 more detail.".to_owned()),
            (count, true) => said.push(format!("It has {count} more details.")),
            (1, false) => said.push("Each has 1 more detail.".to_owned()),
            (count, false) => said.push(format!("Each has up to {count} more details.")),
        }
        if self.shortened {
            said.push("Long values are shortened.".to_owned());
        }
        if self.goes_on {
            said.push("It goes on.".to_owned());
        }
        if self.masked {
            said.push("Secrets are masked.".to_owned());
        }
        if let Some(token) = &self.next_token {
            said.push(format!("AWS has more: {token}"));
        }
        let text = Text::Plain(said.join(" "));
        (!said.is_empty()).then_some(Part::Paragraph { title: None, text })
    }
}
