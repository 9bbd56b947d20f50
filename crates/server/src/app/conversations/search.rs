//! `@aws search list buckets`: operations of AWS by words; and `@aws feedback`.

use awscall::search;
use domain::command::help_words;
use domain::conversation::{Answer, Audience, Control, Reply, Style};

use crate::app::App;

/// More words say nothing more, and are repeated in the answer.
const WORDS_CHARS: usize = 80;

impl App {
    pub(super) fn search(words: &str) -> Vec<Reply> {
        let words: String = words.chars().take(WORDS_CHARS).collect();
        let answer = if words.trim().is_empty() {
            Answer::sentence("Say what to search for: `@aws search list buckets`.")
        } else {
            help_words::search(words.trim(), &search::operations(&words))
        };
        vec![Reply::Say { to: Audience::Everyone, answer }]
    }

    /// To whoever runs this Bellhop, if they say where. Nothing of what was typed is sent anywhere.
    pub(super) fn feedback(&self) -> Vec<Reply> {
        let answer = match &self.commands.feedback_url {
            Some(url) => Answer {
                controls: vec![Control::Open {
                    label: "Give feedback".to_owned(),
                    url: url.clone(),
                    style: Style::Plain,
                }],
                ..Answer::sentence("Those who run me want to hear it. I have sent nothing of what you typed.")
            },
            None => Answer::sentence(
                "Tell those who run me: they have not said where. (`commands.feedback_url` of the settings names a page.) I have sent \
                 nothing of what you typed.",
            ),
        };
        vec![Reply::Say { to: Audience::Person, answer }]
    }
}
