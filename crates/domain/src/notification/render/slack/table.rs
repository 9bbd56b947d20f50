//! A table as Slack's own block, and as lines where that block may not stand: in attachments and views, a second time in a message, and
//! in a message that Slack would not take with it.
//!
//! The layout of a Slack message calls it. Cells are `rich_text`: nothing in them is read as mrkdwn, and a time is the reader's own.

use serde::Serialize;

use super::{limits, mrkdwn};
use crate::notification::arn::Arn;
use crate::notification::text::is_blank;
use crate::notification::{Table, Text};

/// Our own bounds, below Slack's: what a phone shows.
const CELL_TEXT: usize = 120;
const LABEL_TEXT: usize = 40;
/// What a cell takes of the table's room besides its words.
const CELL_COST: usize = 6;
/// Slack refuses an empty text; this stands for it.
const NOTHING: &str = "–";

/// <https://docs.slack.dev/reference/block-kit/blocks/table-block>.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    #[serde(rename = "type")]
    kind: &'static str,
    elements: [Section; 1],
}

/// <https://docs.slack.dev/reference/block-kit/blocks/rich-text-block>.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Section {
    #[serde(rename = "type")]
    kind: &'static str,
    elements: [Element; 1],
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Element {
    Text {
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<Style>,
    },
    /// <https://docs.slack.dev/reference/block-kit/block-elements/date-element>.
    Date { timestamp: i64, format: &'static str, fallback: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
struct Style {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bold: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    code: bool,
}

impl Cell {
    fn of(element: Element) -> Self {
        Self { kind: "rich_text", elements: [Section { kind: "rich_text_section", elements: [element] }] }
    }

    fn words(text: &str, style: Option<Style>) -> Self {
        let (line, _) = mrkdwn::plain_line(text.trim(), CELL_TEXT);
        if is_blank(&line) {
            return Self::of(Element::Text { text: NOTHING.to_owned(), style: None });
        }
        Self::of(Element::Text { text: line, style })
    }

    fn value(text: &Text) -> Self {
        match text {
            Text::Plain(text) | Text::Native(text) | Text::Person { name: text, .. } => Self::words(text, None),
            Text::Code(text) => Self::words(text, Some(Style { bold: false, code: true })),
            Text::Arn(arn) => Self::words(Arn::parse(arn).map_or(arn.as_str(), |arn| arn.short()), None),
            Text::Time(moment) => match moment.unix().filter(|unix| (0..mrkdwn::DATES_UNTIL).contains(unix)) {
                Some(timestamp) => {
                    Self::of(Element::Date { timestamp, format: "{date_short_pretty} {time}", fallback: moment.utc() })
                }
                None => Self::words(&moment.utc(), None),
            },
        }
    }

    /// What it takes of the room of a table, and of a message.
    pub fn cost(&self) -> usize {
        let [Section { elements: [element], .. }] = &self.elements;
        CELL_COST
            + match element {
                Element::Text { text, .. } => mrkdwn::units(text),
                Element::Date { fallback, .. } => mrkdwn::units(fallback),
            }
    }
}

/// The rows that have room, the heading first; and how many have none.
pub fn rows(table: &Table, room: usize) -> (Vec<Vec<Cell>>, usize) {
    let width = table.columns.len().min(limits::TABLE_COLUMNS);
    let heading: Vec<Cell> = table.columns.iter().take(width).map(|label| heading(label)).collect();
    let cost = |row: &[Cell]| row.iter().map(Cell::cost).sum::<usize>();
    let mut room = room.min(limits::TABLE_TEXT).saturating_sub(cost(&heading));
    let mut rows = vec![heading];
    for row in table.rows.iter().take(limits::TABLE_ROWS - 1) {
        let padded = row.iter().map(Cell::value).chain(std::iter::repeat_with(|| Cell::words("", None)));
        let cells: Vec<Cell> = padded.take(width).collect();
        let cost = cost(&cells);
        if cost > room {
            break;
        }
        room -= cost;
        rows.push(cells);
    }
    let unshown = table.rows.len() + 1 - rows.len();
    (rows, unshown)
}

fn heading(label: &str) -> Cell {
    Cell::words(label, Some(Style { bold: true, code: false }))
}

/// A row as one line of mrkdwn: what it is, then what is known of it under the names of the columns.
pub fn line(table: &Table, row: &[Text]) -> String {
    let mut line = String::new();
    for (at, text) in row.iter().enumerate() {
        let words = match text {
            Text::Plain(words) | Text::Native(words) => mrkdwn::line(words, CELL_TEXT),
            Text::Code(words) => mrkdwn::code(words, CELL_TEXT),
            Text::Arn(arn) => mrkdwn::line(Arn::parse(arn).map_or(arn.as_str(), |arn| arn.short()), CELL_TEXT),
            Text::Person { id, .. } => mrkdwn::person(id, CELL_TEXT),
            Text::Time(moment) => mrkdwn::local_time(moment),
        };
        if is_blank(&words) || words == NOTHING {
            continue;
        }
        if !line.is_empty() {
            line.push_str(" · ");
            if let Some(label) = table.columns.get(at) {
                line.extend([&mrkdwn::line(label, LABEL_TEXT), " "]);
            }
        }
        line.push_str(&words);
    }
    line
}
