//! The platform-neutral card: what a person should see, without a word about how a chat platform draws it.
//!
//! Readers (`source`) make cards, renderers (`render`) draw them. Strings are the sender's, uncut and unescaped: escaping
//! and cutting belong to the platform, so they happen in its renderer and nowhere else.

use super::arn::Arn;
use super::moment::Moment;

/// One notification, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Who made the card.
    pub source: Source,
    /// How bad it is; the headline says it in words too.
    pub severity: Severity,
    /// What happened, in one line.
    pub headline: Text,
    /// The one thing more that a push line should say: a condition, a resource, the first line of a text.
    pub gist: Option<Text>,
    /// Where it happened.
    pub place: Place,
    /// The message itself, most urgent part first.
    pub body: Vec<Part>,
    /// Pages to open, most useful first.
    pub links: Vec<Link>,
    /// The small print.
    pub footer: String,
    /// When SNS published the message.
    pub sent: Moment,
    /// The conversation that the message belongs to; only custom notifications have one.
    pub thread: Option<Thread>,
}

/// Where a card comes from: the readers of SNS messages, and Bellhop itself. Also the names that logs and metrics use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Alarm JSON, by SNS action or by `EventBridge`.
    CloudwatchAlarm,
    /// AWS Chatbot's custom notification schema, right or wrong.
    CustomNotification,
    /// Any event in `EventBridge`'s envelope.
    EventbridgeEvent,
    /// Anything else, JSON included.
    PlainText,
    /// Many messages that were folded into one.
    Digest,
    /// What Bellhop tells its own operators.
    Watch,
}

impl Source {
    /// A stable name for logs and metric labels.
    pub fn name(self) -> &'static str {
        match self {
            Self::CloudwatchAlarm => "cloudwatch_alarm",
            Self::CustomNotification => "custom_notification",
            Self::EventbridgeEvent => "eventbridge_event",
            Self::PlainText => "plain_text",
            Self::Digest => "digest",
            Self::Watch => "watch",
        }
    }
}

/// How bad it is. The order is that of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing says whether it is good or bad.
    Neutral,
    /// Something succeeded or recovered.
    Good,
    /// Worth a look today.
    Warning,
    /// Worth waking up for.
    Critical,
}

/// A piece of text and how it is to be taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Text {
    /// Prose of a stranger: shown as it stands, without meaning to the chat platform.
    Plain(String),
    /// An identifier: shown in a code face, to be copied.
    Code(String),
    /// An ARN: its resource in words, the whole of it to copy.
    Arn(String),
    /// A point in time.
    Time(Moment),
    /// The chat platform's own markdown, mentions included. Only custom notifications may.
    Native(String),
}

/// A labelled value.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub label: String,
    pub value: Text,
}

impl Fact {
    pub(super) fn new(label: impl Into<String>, value: Text) -> Self {
        Self { label: label.into(), value }
    }
}

/// One part of a card's body.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Prose, under a title if there is one.
    Paragraph { title: Option<String>, text: Text },
    /// A list. `left_out` counts what the reader did not take into it.
    Bullets { title: Option<String>, items: Vec<Text>, left_out: usize },
    /// Short labelled values.
    Facts(Vec<Fact>),
    /// Inline tags.
    Tags(Vec<String>),
    /// Text whose line breaks and spaces matter: JSON, a rule.
    Preformatted { title: Option<String>, text: String },
}

/// A page to open. `url` is https and made by this crate, never the sender's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub url: String,
}

/// Account and region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub account: Option<String>,
    /// The code (`eu-west-1`); a display name only where nothing gives the code.
    pub region: Option<String>,
}

impl Place {
    pub(super) fn of_arn(arn: &Arn<'_>) -> Self {
        let some = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        Self { account: some(arn.account), region: some(arn.region) }
    }

    pub(super) fn facts(&self) -> impl Iterator<Item = Fact> {
        let account = self.account.clone().map(|account| Fact::new("Account", Text::Code(account)));
        let region = self.region.clone().map(|region| Fact::new("Region", Text::Code(region)));
        account.into_iter().chain(region)
    }
}

/// A conversation: messages with one key belong in one thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// `metadata.threadId`.
    pub key: String,
    /// `metadata.summary`: what the thread's first message should say about the newest one.
    pub summary: Option<String>,
}
