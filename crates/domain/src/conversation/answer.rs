//! What Bellhop says in chat: messages with buttons, and forms, without a word about how a platform draws them.

use crate::notification::Part;

/// A ticket of a button: what Slack keeps as its `value`. A button with a longer one is not drawn, on any platform: it is a mistake
/// of ours, and a button that cannot come back is worse than none.
pub const PRESS_TICKET_BYTES_MAX: usize = 2_000;
/// A ticket of a form: what Slack keeps as `private_metadata` of a view. A form with a longer one cannot be sent, and says so.
pub const FORM_TICKET_BYTES_MAX: usize = 3_000;

/// One thing to do about an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// A new message: in the thread of what was said.
    Say { to: Audience, answer: Answer },
    /// In the place of the message that was pressed.
    Replace(Answer),
    /// Asks for more: a modal view of Slack; in Teams a card with inputs.
    Ask(Form),
    /// A file below what was said, where the platform takes files; at least once.
    Attach(TextFile),
}

/// A text that is too long for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// `list-functions.json`: of our making.
    pub name: String,
    pub text: String,
}

/// Who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    /// The person alone who asked: what is theirs, like a link.
    Person,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What it says, in one line: also the push line on a phone.
    pub headline: String,
    pub body: Vec<Part>,
    pub controls: Vec<Control>,
    /// The small print.
    pub note: Option<String>,
}

impl Answer {
    /// One sentence.
    pub fn sentence(headline: impl Into<String>) -> Self {
        Self { headline: headline.into(), body: Vec::new(), controls: Vec::new(), note: None }
    }
}

/// Something to press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Comes back with its ticket, which says what it is for, for whom and until when.
    Press { label: String, style: Style, ticket: String },
    /// A page to open.
    Open { label: String, url: String, style: Style },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// What most people came for.
    Primary,
    /// What cannot be taken back.
    Danger,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Slack shows 24 characters.
    pub title: String,
    pub intro: Vec<Part>,
    pub fields: Vec<Field>,
    /// The word on the button that sends it.
    pub submit: String,
    pub ticket: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// By it the value comes back.
    pub name: String,
    pub label: String,
    pub hint: Option<String>,
    pub input: Input,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Text { initial: String, optional: bool },
    Menu { choices: Vec<Choice>, chosen: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub label: String,
    pub value: String,
}
