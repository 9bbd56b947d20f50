//! The platform-neutral card: what a person should see, without a word about how a chat platform draws it.
//!
//! Readers (`source`) make cards, renderers (`render`) draw them. Strings are the sender's, uncut and unescaped: escaping
//! and cutting belong to the platform, so they happen in its renderer and nowhere else.

use super::mention::Mention;
use super::moment::Moment;
use super::picture::MetricGraph;
use crate::conversation::Control;

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
    /// The conversation that the message belongs to.
    pub thread: Option<Thread>,
    pub about: About,
    /// Whom it calls: none as read, rules add them.
    pub mentions: Vec<Mention>,
    /// What is drawn for it, after it was sent.
    pub picture: Option<MetricGraph>,
    /// What can be pressed: none as read, the server adds them where a press is heard.
    pub controls: Vec<Control>,
}

impl Card {
    /// Whether AWS Chatbot itself shows such a message: what services of AWS send, and custom notifications.
    /// Source: AWS Chatbot Administrator Guide, "Monitoring AWS services using AWS Chatbot"; observed: all else is dropped.
    pub fn is_supported_by_aws(&self) -> bool {
        match self.source {
            Source::PLAIN_TEXT => false,
            Source::EVENTBRIDGE_EVENT => self.about.origin.starts_with("aws."),
            _ => true,
        }
    }
}

/// Who made a card: a reader of SNS messages, or Bellhop itself. Its name is its file's, and stands in logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(&'static str);

impl Source {
    /// Alarm JSON, by SNS action or by `EventBridge`.
    pub const CLOUDWATCH_ALARM: Self = Self("cloudwatch_alarm");
    /// AWS Chatbot's custom notification schema, right or wrong.
    pub const CUSTOM_NOTIFICATION: Self = Self("custom_notification");
    /// An event in `EventBridge`'s envelope that no source of its own reads.
    pub const EVENTBRIDGE_EVENT: Self = Self("eventbridge_event");
    /// Anything else, JSON included.
    pub const PLAIN_TEXT: Self = Self("plain_text");
    /// Many messages that were folded into one.
    pub const DIGEST: Self = Self("digest");
    /// What Bellhop tells its own operators.
    pub const WATCH: Self = Self("watch");

    /// A source of AWS, by the name of the file that reads it.
    pub(super) const fn named(name: &'static str) -> Self {
        Self(name)
    }

    /// A stable name for logs and metric labels.
    pub const fn name(self) -> &'static str {
        self.0
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
    /// Somebody of the chat platform: mentioned by their id where that is how names are shown, else by the name.
    Person { id: String, name: String },
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
    pub(crate) fn new(label: impl Into<String>, value: Text) -> Self {
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
    /// Several things of one kind.
    Table(Table),
}

/// A row each; a row is as long as there are columns, and a shorter one ends with empty cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub title: Option<String>,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Text>>,
    /// Rows that the reader did not take into it.
    pub left_out: usize,
}

/// A page to open. `url` is https: a console's, made by this crate, or a rule's; never the sender's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub url: String,
}

/// Account and region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub account: Option<String>,
    /// What its owners call the account, from the settings.
    pub account_name: Option<String>,
    /// The code (`eu-west-1`); a display name only where nothing gives the code.
    pub region: Option<String>,
}

impl Place {
    /// `prod` or, without a name, the account's number; then the region: for a line that has little room.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        [self.region.as_deref(), self.account_name.as_deref().or(self.account.as_deref())].into_iter().flatten()
    }

    pub(super) fn facts(&self) -> impl Iterator<Item = Fact> {
        let account = self.account.clone().map(|account| match &self.account_name {
            Some(name) => Fact::new("Account", Text::Plain(format!("{name} ({account})"))),
            None => Fact::new("Account", Text::Code(account)),
        });
        let region = self.region.clone().map(|region| Fact::new("Region", Text::Code(region)));
        account.into_iter().chain(region)
    }
}

/// What a message is about, for rules and templates: nothing of it is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// `aws.codepipeline`, a partner's or the sender's own event source, `custom`; empty for text.
    pub origin: String,
    /// `EventBridge`'s detail-type, or what stands for it in another shape.
    pub kind: String,
    /// The new state, as AWS spells it.
    pub state: Option<String>,
    /// The name of the thing: alarm, pipeline, stack, instance.
    pub subject: Option<String>,
    /// ARNs, as the message gives them.
    pub resources: Vec<String>,
}

/// A conversation: messages with one key belong in one thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// `metadata.threadId` of a custom notification; the alarm, execution or finding of an AWS service.
    pub key: String,
    /// `metadata.summary`: what the thread's first message should say about the newest one.
    pub summary: Option<String>,
    /// The matter is over with this message, and how: `Resolved`, `Succeeded`, `Failed`.
    pub ended: Option<String>,
}
