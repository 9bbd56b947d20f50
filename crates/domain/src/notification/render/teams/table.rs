//! A table as an Adaptive Card's: a heading, a row each, as many as the message has room for.
//!
//! The layout of a Teams message calls it. Cells are runs of text, in which Teams reads no markdown; a time is a block of text of our making, in the
//! reader's own time zone.
//! Source: <https://adaptivecards.microsoft.com/?topic=Table>, of version 1.5, which Teams draws.

use serde_json::{Value, json};

use super::elements::{Face, block, clean_line, cost, local_time, run};
use crate::notification::arn::Arn;
use crate::notification::{Table, Text};

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
        let row = row(padded.take(width).map(|item| cell(&item)).collect());
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

fn cell(item: &Value) -> Value {
    json!({"type": "TableCell", "items": [item]})
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
