//! Block Kit, as much of it as our messages are made of: typed, so that a message is built once and written once.
//!
//! The Slack renderer calls it. Source: <https://docs.slack.dev/reference/block-kit/blocks>.

use serde::Serialize;

use super::table::Cell;
use super::{limits, mrkdwn};
use crate::notification::text::is_blank;

/// A block of a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    Header {
        text: TextObject,
    },
    Section {
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<TextObject>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        fields: Vec<TextObject>,
    },
    Context {
        elements: Vec<TextObject>,
    },
    /// <https://docs.slack.dev/reference/block-kit/blocks/image-block>.
    Image {
        slack_file: SlackFile,
        alt_text: String,
    },
    /// <https://docs.slack.dev/reference/block-kit/blocks/actions-block>.
    Actions {
        elements: Vec<Element>,
    },
    /// <https://docs.slack.dev/reference/block-kit/blocks/table-block>.
    Table {
        rows: Vec<Vec<Cell>>,
    },
    /// <https://docs.slack.dev/reference/block-kit/blocks/input-block>.
    Input {
        block_id: String,
        label: TextObject,
        element: Element,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<TextObject>,
        optional: bool,
    },
}

/// What is pressed or filled in: <https://docs.slack.dev/reference/block-kit/block-elements>.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Element {
    Button {
        action_id: String,
        text: TextObject,
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<&'static str>,
    },
    PlainTextInput {
        action_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_value: Option<String>,
    },
    StaticSelect {
        action_id: String,
        options: Vec<SelectOption>,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_option: Option<SelectOption>,
    },
}

impl Element {
    /// As [`Block::cost`]; inputs stand in views, which have a bound of their own.
    pub fn cost(&self) -> usize {
        const CONTAINER: usize = 90;
        let length = |text: &Option<String>| text.as_ref().map_or(0, |text| mrkdwn::units(text));
        match self {
            Self::Button { text, value, url, .. } => CONTAINER + text.cost() + length(value) + length(url),
            Self::PlainTextInput { .. } | Self::StaticSelect { .. } => 0,
        }
    }
}

/// One line of a menu: <https://docs.slack.dev/reference/block-kit/composition-objects/option-object>.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SelectOption {
    pub text: TextObject,
    pub value: String,
}

/// A file that Slack has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlackFile {
    id: String,
}

/// Slack refuses an empty text; this stands for it.
const NOTHING: &str = "Notification";

impl Block {
    pub fn header(text: String) -> Self {
        Self::Header { text: TextObject::plain(if is_blank(&text) { NOTHING.to_owned() } else { text }) }
    }

    /// `native`: the sender may speak Slack's own markdown.
    pub fn section(text: String, native: bool) -> Self {
        let text = if is_blank(&text) { NOTHING.to_owned() } else { text };
        Self::Section { text: Some(TextObject::mrkdwn(text, native)), fields: Vec::new() }
    }

    pub fn fields(fields: Vec<TextObject>) -> Self {
        Self::Section { text: None, fields }
    }

    pub fn context(elements: impl IntoIterator<Item = String>) -> Self {
        let elements = elements.into_iter().take(limits::CONTEXT_ELEMENTS);
        Self::Context { elements: elements.map(|element| TextObject::mrkdwn(element, false)).collect() }
    }

    pub fn image(file_id: &str, alt_text: String) -> Self {
        Self::Image { slack_file: SlackFile { id: file_id.to_owned() }, alt_text }
    }

    /// What it takes of the message's room: about the length of its JSON.
    pub fn cost(&self) -> usize {
        const CONTAINER: usize = 40;
        let texts = |texts: &[TextObject]| texts.iter().map(TextObject::cost).sum::<usize>();
        CONTAINER
            + match self {
                Self::Header { text } => text.cost(),
                Self::Section { text, fields } => text.as_ref().map_or(0, TextObject::cost) + texts(fields),
                Self::Context { elements } => texts(elements),
                Self::Image { slack_file, alt_text } => slack_file.id.len() + mrkdwn::units(alt_text),
                Self::Actions { elements } => elements.iter().map(Element::cost).sum(),
                Self::Table { rows } => rows.iter().flatten().map(Cell::cost).sum(),
                Self::Input { element, .. } => element.cost(),
            }
    }
}

/// A text and whether Slack reads mrkdwn in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextObject {
    #[serde(rename = "type")]
    kind: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verbatim: Option<bool>,
}

impl TextObject {
    pub fn plain(text: String) -> Self {
        Self { kind: "plain_text", text, emoji: Some(false), verbatim: None }
    }

    /// `verbatim` keeps Slack from turning `@here`, `#general` and the like in a stranger's text into mentions:
    /// <https://docs.slack.dev/reference/block-kit/composition-objects/text-object>.
    pub fn mrkdwn(text: String, native: bool) -> Self {
        Self { kind: "mrkdwn", text, emoji: None, verbatim: (!native).then_some(true) }
    }

    pub fn cost(&self) -> usize {
        const CONTAINER: usize = 45;
        CONTAINER + mrkdwn::units(&self.text)
    }
}

/// What stands below the headline, with the bar of its colour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attachment {
    pub color: &'static str,
    pub fallback: String,
    pub blocks: Vec<Block>,
}
