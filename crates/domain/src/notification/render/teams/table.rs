//! A table as sets of columns: a heading, a row each, as many as the message has room for. No `Table`: phones show none
//! (<https://github.com/microsoft/AdaptiveCards/issues/8853>, <https://github.com/MicrosoftDocs/msteams-docs/issues/14498>), and it is
//! of version 1.5, which webhooks do not take.
//!
//! The layout of a Teams message calls it. Cells are runs of text, in which Teams reads no markdown; a time is a block of text of our
//! making, in the reader's own time zone.
//! Source: <https://adaptivecards.microsoft.com/?topic=ColumnSet>, of version 1.0.

use serde_json::{Value, json};

use super::elements::{Face, block, clean_line, cost, local_time, run};
use crate::notification::arn::Arn;
use crate::notification::{Table, Text};

/// Our own bounds: what a phone shows.
const CELL_TEXT: usize = 120;
const COLUMNS: usize = 8;
/// What stands where there is nothing to show: a run of text is never empty.
const NOTHING: &str = "–";

/// The heading and the rows that have room; and how many have none. Nothing, if there is no room for a row.
pub fn table(table: &Table, room: usize) -> (Vec<Value>, usize) {
    let width = table.columns.len().min(COLUMNS);
    if width == 0 {
        return (Vec::new(), table.rows.len());
    }
    let heading = row(table.columns.iter().take(width).map(|label| of(label, Face::Strong)), true);
    let mut room = room.saturating_sub(cost(&heading));
    let mut rows = vec![heading];
    for texts in &table.rows {
        let padded = texts.iter().map(value).chain(std::iter::repeat_with(|| of("", Face::Plain)));
        let row = row(padded.take(width), false);
        let cost = cost(&row);
        if cost > room {
            break;
        }
        room -= cost;
        rows.push(row);
    }
    let unshown = table.rows.len() + 1 - rows.len();
    if rows.len() > 1 { (rows, unshown) } else { (Vec::new(), unshown) }
}

/// Columns of the same weights in each row, so that cells stand below each other; the first has the names, which are long.
fn row(cells: impl Iterator<Item = Value>, apart: bool) -> Value {
    let weights = std::iter::once(2).chain(std::iter::repeat(1));
    let column = |(cell, weight): (Value, u8)| json!({"type": "Column", "width": weight, "items": [cell]});
    let columns: Vec<Value> = cells.zip(weights).map(column).collect();
    json!({"type": "ColumnSet", "spacing": if apart { "Medium" } else { "Small" }, "columns": columns})
}

fn value(text: &Text) -> Value {
    match text {
        Text::Plain(text) | Text::Native(text) | Text::Person { name: text, .. } => of(text, Face::Plain),
        Text::Code(text) => of(text, Face::Code),
        Text::Arn(arn) => of(Arn::parse(arn).map_or(arn.as_str(), |arn| arn.short()), Face::Plain),
        Text::Time(moment) => local_time(moment, "").unwrap_or_else(|| of(&moment.utc(), Face::Plain)),
    }
}

fn of(text: &str, face: Face) -> Value {
    let line = clean_line(text, CELL_TEXT);
    block(&[run(if line.is_empty() { NOTHING } else { &line }, face)], false)
}
