//! `bellhop render`: what a message becomes on Slack, Teams and Chime, without a server and without sending anything.
//!
//! The cards and messages are made by the code that delivers them. Nothing here reads the clock or the network, so that the
//! same file gives the same output.

mod bundle;
mod message;
mod open;
mod page;
mod words;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use domain::notification::template::{Template, Templates};
use domain::notification::{AccountNames, Card, card, render};
use serde_json::{Map, Value};

use super::identities::json_text;
use super::say;
use super::templates::located;
use crate::config::{Settings, read_template};

pub use message::Message;

#[derive(Debug, Args)]
pub struct Render {
    /// The message: a file, or `-` for standard input. An SNS envelope, an EventBridge event, an alarm's JSON, a custom
    /// notification, or text.
    file: PathBuf,
    /// Where it is looked at: Slack unless said otherwise, all three on a page.
    #[arg(long, value_enum)]
    platform: Option<Shown>,
    /// Words, or the JSON that would be sent.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// SNS's `Subject`, in place of the envelope's.
    #[arg(long)]
    subject: Option<String>,
    /// ARN of the topic, in place of the envelope's.
    #[arg(long, value_name = "ARN")]
    topic: Option<String>,
    /// A template to try, whatever source it is for; what is wrong with it is an error.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Settings file: its templates and account names are used.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Write a page that shows the message as the chat clients do.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Open that page in the browser; without `--html` it is a temporary file.
    #[arg(long)]
    open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shown {
    Slack,
    Teams,
    Chime,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// A chat platform of cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Platform {
    Slack,
    Teams,
    Chime,
}

impl Platform {
    const ALL: [Self; 3] = [Self::Slack, Self::Teams, Self::Chime];

    const fn name(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Chime => "chime",
        }
    }

    /// Exactly what would be sent, less the channel; to Teams, by a bot.
    fn message(self, card: &Card) -> anyhow::Result<Value> {
        Ok(match self {
            Self::Slack => serde_json::to_value(render::slack::message(card))?,
            Self::Teams => serde_json::to_value(render::teams::message(card))?,
            Self::Chime => serde_json::to_value(render::chime::message(card))?,
        })
    }
}

impl Render {
    pub fn run(self) -> anyhow::Result<()> {
        let message = Message::read(&self.file)?.with(self.subject.clone(), self.topic.clone())?;
        let card = self.card(&message)?;
        if self.html.is_some() || self.open {
            let page = page::of(&card, &rendered(self.platform.unwrap_or(Shown::All), &card)?)?;
            return open::deliver(&page, self.html.as_deref(), self.open);
        }
        let platform = self.platform.unwrap_or(Shown::Slack);
        let messages = rendered(platform, &card)?;
        match (self.format, messages.as_slice()) {
            (Format::Json, [(_, only)]) if platform != Shown::All => say(&json_text(only)),
            (Format::Json, all) => {
                let all: Map<String, Value> =
                    all.iter().map(|(platform, message)| (platform.name().to_owned(), message.clone())).collect();
                say(&json_text(&Value::Object(all)));
            }
            (Format::Text, all) => {
                let texts: Vec<String> = all
                    .iter()
                    .map(|(platform, message)| {
                        let title =
                            if all.len() > 1 { format!("── {} ──\n", platform.name()) } else { String::new() };
                        format!("{title}{}", words::of(*platform, message))
                    })
                    .collect();
                say(&texts.join("\n\n"));
            }
        }
        Ok(())
    }

    fn card(&self, message: &Message) -> anyhow::Result<Card> {
        let (account_names, templates) = match &self.config {
            Some(config) => {
                let settings = Settings::of_file(config)?;
                (settings.account_names(), settings.templates().map_err(|error| located(&error))?)
            }
            None => (AccountNames::default(), Templates::default()),
        };
        let incoming = message.incoming(&account_names);
        let card = card(&incoming);
        let Some(file) = &self.template else { return Ok(templates.restyle(card, &incoming)) };
        let name = file.display().to_string();
        let text = read_template(file).with_context(|| format!("`{name}` is no template"))?;
        let template = Template::of_file(&name, &text).map_err(|error| located(&error))?;
        template.check(&card, &incoming).map_err(|error| located(&error))
    }
}

fn rendered(shown: Shown, card: &Card) -> anyhow::Result<Vec<(Platform, Value)>> {
    let is_shown = |platform: &Platform| match shown {
        Shown::All => true,
        Shown::Slack => *platform == Platform::Slack,
        Shown::Teams => *platform == Platform::Teams,
        Shown::Chime => *platform == Platform::Chime,
    };
    Platform::ALL.into_iter().filter(is_shown).map(|platform| Ok((platform, platform.message(card)?))).collect()
}
