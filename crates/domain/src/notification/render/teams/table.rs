//! A table as an Adaptive Card's: a heading, a row each, as many as the message has room for.
//!
//! The layout of a Teams message calls it. Cells are runs of text, in which Teams reads no markdown; a time is the reader's own.
//! Source: <https://adaptivecards.microsoft.com/?topic=Table>, of version 1.5, which Teams draws.

use serde_json::{Value, json};

use super::elements::{Face, block, clean_line, cost, run};
use crate::notification::arn::Arn;
use crate::notification::{Moment, Table, Text};

/// Our own bounds: what a phone shows.
const CELL_TEXT: usize = 120;
const COLUMNS: usize = 8;
/// What stands where there is nothing to show: a run of text is never empty.
const NOTHING: &str = "–";

/// The table, with the rows that have room; and how many have none. Nothing, if there is no room for a row.
pub fn table(table: &Table, room: usize) -> (Option<Value>, usize) {
    let width = table.columns.len().min(COLUMNS);
    if width == 0 {
        return (None, table.rows.len());
    }
    let heading = row(table.columns.iter().take(width).map(|label| cell(&of(label, Face::Strong))).collect());
    let columns: Vec<Value> = (0..width).map(|_| json!({"width": 1})).collect();
    let drawn = |rows: &[Value]| json!({"type": "Table", "spacing": "Medium", "showGridLines": false, "columns": columns, "rows": rows});
    let mut rows = vec![heading];
    let mut room = room.saturating_sub(cost(&drawn(&rows)));
    for texts in &table.rows {
        let padded = texts.iter().map(value).chain(std::iter::repeat_with(|| of("", Face::Plain)));
        let row = row(padded.take(width).map(|run| cell(&run)).collect());
        let cost = cost(&row);
        if cost > room {
            break;
        }
        room -= cost;
        rows.push(row);
    }
    let unshown = table.rows.len() + 1 - rows.len();
    ((rows.len() > 1).then(|| drawn(&rows)), unshown)
}

fn row(cells: Vec<Value>) -> Value {
    json!({"type": "TableRow", "cells": Value::Array(cells)})
}

fn cell(run: &Value) -> Value {
    json!({"type": "TableCell", "items": [block(std::slice::from_ref(run), false)]})
}

fn value(text: &Text) -> Value {
    match text {
        Text::Plain(text) | Text::Native(text) | Text::Person { name: text, .. } => of(text, Face::Plain),
        Text::Code(text) => of(text, Face::Code),
        Text::Arn(arn) => of(Arn::parse(arn).map_or(arn.as_str(), |arn| arn.short()), Face::Plain),
        Text::Time(moment) => run(&local_time(moment).unwrap_or_else(|| line(&moment.utc())), Face::Plain),
    }
}

/// In the reader's own time zone and words:
/// <https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features#datetime-formatting-and-localization>.
pub fn local_time(moment: &Moment) -> Option<String> {
    moment.unix()?;
    let at = moment.iso8601();
    Some(format!("{{{{DATE({at}, SHORT)}}}} {{{{TIME({at})}}}}"))
}

fn of(text: &str, face: Face) -> Value {
    run(&line(text), face)
}

/// A stranger's braces are taken apart: what is between two of them Teams may read as a date.
fn line(text: &str) -> String {
    let line = clean_line(text, CELL_TEXT);
    if line.is_empty() { NOTHING.to_owned() } else { line.replace("{{", "{ {") }
}
