//! An output as it was asked for: `--query`, `--output`. Shown exactly as the AWS CLI prints it, less what is masked.
//!
//! `result` asks it before anything that is our own way of showing.

use awscall::command_line::OutputFormat;
use awscall::output::output;
use awscall::query::Query;
use serde_json::Value;

use super::masked::MASK;
use super::{LeftOut, ResultOf, Said, beginning, nouns};
use crate::notification::Part;
use crate::notification::sensitive::HIDDEN;
use crate::notification::text::is_blank;

pub(super) fn answer(result: &ResultOf<'_>, masked: &Value) -> Option<Said> {
    if result.query.is_none() && result.format.is_none() {
        return None;
    }
    let place = nouns::place_words(result);
    let name = format!("{} {}", result.service.name, result.operation.command);
    let picked = match result.query.map(|query| Query::parse(query).and_then(|query| query.apply(masked))) {
        None => masked.clone(),
        Some(Ok(picked)) => picked,
        // It was read before it ran: what is wrong now is wrong with this answer.
        Some(Err(error)) => {
            let text = crate::notification::Text::Plain(error.to_string());
            let headline = format!("{name}{place} ran, and its answer cannot be queried so");
            let body = vec![Part::Paragraph { title: Some("Why".to_owned()), text }];
            return Some(Said { headline, body, left_out: LeftOut::default(), whole: None });
        }
    };
    let format = result.format.unwrap_or(OutputFormat::Json);
    let text = output(format, result.operation.name, &picked);
    if picked.is_null() || is_blank(&text) {
        let headline = format!("{name}{place}: nothing is what the query finds");
        return Some(Said { headline, body: Vec::new(), left_out: LeftOut::default(), whole: None });
    }
    let (shown, is_cut) = beginning(&text);
    let body = vec![Part::Preformatted { title: None, text: shown }];
    let hides = text.contains(MASK) || text.contains(HIDDEN);
    let left_out = LeftOut { goes_on: is_cut, masked: hides, ..LeftOut::default() };
    let headline = match &picked {
        Value::Array(items) => format!("{name}{place}: {} in all", nouns::counted(items.len())),
        _ => format!("{name}{place}"),
    };
    Some(Said { headline, body, left_out, whole: is_cut.then(|| (text, ending(format))) })
}

fn ending(format: OutputFormat) -> &'static str {
    match format {
        OutputFormat::Json => "json",
        OutputFormat::Yaml => "yaml",
        OutputFormat::Table | OutputFormat::Text => "txt",
    }
}
