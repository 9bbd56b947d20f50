//! A notification's way through this crate: one SNS message in, a platform-neutral card, one chat message out.
//!
//! Whoever accepts a message calls [`triage()`]; the worker that delivers calls [`card()`] (or [`digest()`], for many at once) and
//! then a renderer of [`render`]. Nothing here fails, panics, reads a clock
//! or drops a message: what no reader knows is shown as readable text.

mod arn;
pub mod card;
mod console;
mod digest;
pub(crate) mod duration;
mod mention;
mod moment;
pub mod picture;
pub mod render;
mod source;
pub mod template;
pub(crate) mod text;
mod thread_update;
mod triage;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod hostile;

pub use card::{About, Card, Fact, Link, Part, Place, Severity, Source, Table, Text, Thread};
pub(crate) use console::encoded;
pub use digest::{Digest, DigestTopic, digest};
pub(crate) use mention::add_mentions;
pub use mention::{MENTIONS_MAX, Mention};
pub use moment::Moment;
pub use source::{SourceDescription, sources};
pub(crate) use source::{amounts, label, sensitive};
pub use thread_update::ThreadUpdate;
pub use triage::{SIMILARITY_KEY_BYTES_MAX, Similarity, Triage};

use std::collections::BTreeMap;

use arn::Arn;
use serde_json::Value;

/// One SNS message, as far as a reader of it needs to know. All of it is the sender's and may be anything.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// `arn:aws:sns:REGION:ACCOUNT:NAME`.
    pub topic_arn: &'a str,
    /// SNS's `Subject`; shown only where the message has no headline of its own.
    pub subject: Option<&'a str>,
    /// SNS's `Message`: JSON of some AWS service, a custom notification, or plain text.
    pub message: &'a str,
    /// SNS's `Timestamp`, ISO 8601: when the message was published.
    pub timestamp: &'a str,
    pub account_names: &'a AccountNames,
}

/// What the owners of accounts call them, by account id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountNames(BTreeMap<String, String>);

impl AccountNames {
    /// For a reader without settings.
    pub const NONE: &'static Self = &Self(BTreeMap::new());

    pub fn of(&self, account: &str) -> Option<&str> {
        self.0.get(account).map(String::as_str)
    }
}

impl FromIterator<(String, String)> for AccountNames {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

impl<'a> Incoming<'a> {
    /// The topic's own name, or the whole string when it is no ARN.
    fn topic_name(&self) -> &'a str {
        Arn::parse(self.topic_arn).map_or(self.topic_arn, |arn| arn.resource)
    }

    /// Account and region of the topic: where the message comes from when it does not say so itself.
    fn topic_place(&self) -> Place {
        Arn::parse(self.topic_arn).map_or_else(Place::default, |arn| self.place(Some(arn.account), Some(arn.region)))
    }

    /// A place as the message tells it; empty parts are not told.
    fn place(&self, account: Option<&str>, region: Option<&str>) -> Place {
        let account = account.filter(|account| !account.is_empty());
        Place {
            account_name: account.and_then(|account| self.account_names.of(account)).map(str::to_owned),
            account: account.map(str::to_owned),
            region: region.filter(|region| !region.is_empty()).map(str::to_owned),
        }
    }

    fn sent(&self) -> Moment {
        Moment::parse(self.timestamp)
    }

    /// The small print under every card that is not a custom notification's.
    fn footer(&self) -> String {
        format!("SNS topic {} · delivered by Bellhop", self.topic_name())
    }
}

/// Reads one SNS message into a card. Total: any message makes a card, and the same message always the same card.
pub fn card(incoming: &Incoming<'_>) -> Card {
    source::read(incoming)
}

/// How urgent a message is and what it is alike, without making a card of it. Total, and the same message always gives the
/// same answer. Asked once, when a message is accepted.
pub fn triage(incoming: &Incoming<'_>) -> Triage {
    source::triage(incoming)
}

/// A whole message for a file beside a card that had no room for it: JSON laid out, what looks secret hidden in both.
pub fn whole_text(message: &str) -> WholeText {
    match source::json(message) {
        Some(mut json) => {
            source::sensitive::hide(&mut json);
            WholeText { file_name: "message.json", text: format!("{json:#}") }
        }
        None => WholeText { file_name: "message.txt", text: source::sensitive::text::shown(message.to_owned()) },
    }
}

/// What [`whole_text`] makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeText {
    pub file_name: &'static str,
    pub text: String,
}

/// What a person calls the thing of an ARN: `instance/i-0abc`; nothing for what is no ARN.
pub(crate) fn resource_of(arn: &str) -> Option<&str> {
    Arn::parse(arn).map(|arn| arn.short())
}

/// A message's JSON, if it is an object or a list: what `detail` of a rule looks into.
pub fn message_json(message: &str) -> Option<Value> {
    source::json(message)
}
