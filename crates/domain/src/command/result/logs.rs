//! What logs say: lines with their times, and the table of a query.
//!
//! `result` asks it before its general way. Sources: the outputs of `FilterLogEvents`, `GetLogEvents` and `GetQueryResults` in the
//! model of `CloudWatch` Logs.

use serde_json::Value;

use super::{LeftOut, More, ROWS, ResultOf, Said, nouns};
use crate::notification::text::is_hazard;
use crate::notification::{Moment, Part, Table, Text};

/// Lines of a log that are shown: the last ones, which are what somebody looks for.
const LINES: usize = 40;
const LINE_TEXT: usize = 300;
/// What Logs Insights adds to each row for itself.
const POINTER: &str = "@ptr";
const COLUMNS: usize = 5;

pub(super) fn answer(result: &ResultOf<'_>, output: &Value) -> Option<Said> {
    if result.service.name != "logs" {
        return None;
    }
    match result.operation.name {
        "FilterLogEvents" | "GetLogEvents" => Some(events(result, output.get("events")?.as_array()?)),
        "GetQueryResults" => Some(rows(result, output)),
        // The server waits for the rows of a query that it started.
        "StartQuery" if output.get("results").is_some() => Some(rows(result, output)),
        _ => None,
    }
}

fn events(result: &ResultOf<'_>, events: &[Value]) -> Said {
    let place = result.place.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
    let (count, shown) = (events.len(), events.len().min(LINES));
    let goes_on = result.next_page != More::Nothing;
    let headline = match count {
        // Pages may be empty before the first that is not.
        0 if goes_on => format!("No log events so far{place}"),
        _ if goes_on => format!("The first {} log events{place}", nouns::counted(count)),
        0 => format!("No log events{place}"),
        1 => format!("1 log event{place}"),
        _ => format!("{} log events{place}", nouns::counted(count)),
    };
    let mut cut = false;
    let lines: Vec<String> = events.iter().skip(count - shown).map(|event| line(event, &mut cut)).collect();
    let left_out = LeftOut { rows: count - shown, shortened: cut, ..LeftOut::default() };
    let body = if lines.is_empty() {
        Vec::new()
    } else {
        let title = match count - shown {
            0 => "In UTC".to_owned(),
            earlier => {
                let of_these = if goes_on { " of these" } else { "" };
                format!("The last {shown}{of_these}, in UTC; {} earlier ones are not shown", nouns::counted(earlier))
            }
        };
        vec![Part::Preformatted { title: Some(title), text: lines.join("\n") }]
    };
    Said { headline, body, left_out, whole: None }
}

/// `2026-11-22 18:20:16  START RequestId: …`.
fn line(event: &Value, cut: &mut bool) -> String {
    let at = event.get("timestamp").and_then(Value::as_i64).map(|ms| Moment::from_unix_ms(ms).utc());
    let at = at.as_deref().map_or("", |at| at.strip_suffix(" UTC").unwrap_or(at));
    let message = event.get("message").and_then(Value::as_str).unwrap_or_default().trim_end();
    let message = uncoloured(message);
    let message: String =
        message.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hazard(*c)).collect();
    let mut shown: String = message.chars().take(LINE_TEXT).collect();
    if shown.len() < message.len() {
        *cut = true;
        shown.push('…');
    }
    format!("{at}  {shown}")
}

/// Without the colours of a terminal: an escape, a bracket, numbers, a letter.
/// Source: ECMA-48, control sequences.
pub fn uncoloured(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';' || c == '?');
        out.push_str(rest.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest));
    }
    out
}

/// A row is a list of fields with their values; the fields of the first are the columns.
fn rows(result: &ResultOf<'_>, output: &Value) -> Said {
    let rows = output.get("results").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let status = output.get("status").and_then(Value::as_str).unwrap_or("Unknown");
    let place = result.place.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
    let noun = if rows.len() == 1 { "result" } else { "results" };
    let headline = match (rows.len(), status) {
        (0, "Complete") => format!("The query found nothing{place}"),
        (0, status) => format!("The query is {}{place}: no results yet", status.to_lowercase()),
        (count, "Complete") => format!("{} {noun} of the query{place}", nouns::counted(count)),
        (count, status) => {
            format!("{} {noun} so far{place}: the query is {}", nouns::counted(count), status.to_lowercase())
        }
    };
    let text = |field: &Value, name: &str| field.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let fields = |row: &Value| -> Vec<(String, String)> {
        let fields = row.as_array().map_or(&[][..], Vec::as_slice).iter();
        fields.map(|field| (text(field, "field"), text(field, "value"))).filter(|(name, _)| name != POINTER).collect()
    };
    let mut columns: Vec<String> =
        rows.first().map(&fields).unwrap_or_default().into_iter().map(|(name, _)| name).collect();
    let left_out = LeftOut {
        rows: rows.len().saturating_sub(ROWS),
        details: columns.len().saturating_sub(COLUMNS),
        ..LeftOut::default()
    };
    columns.truncate(COLUMNS);
    let row = |row: &Value| {
        let fields = fields(row);
        let of = |column: &String| fields.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone());
        columns.iter().map(|column| value(of(column).unwrap_or_default())).collect()
    };
    let shown: Vec<Vec<Text>> = rows.iter().take(ROWS).map(row).collect();
    let table = Table { title: None, columns: columns.clone(), rows: shown, left_out: rows.len().saturating_sub(ROWS) };
    let mut body = if rows.is_empty() { Vec::new() } else { vec![Part::Table(table)] };
    if let Some(id) = output.get("queryId").and_then(Value::as_str).filter(|_| status != "Complete") {
        let region = result.place.region.as_ref().map(|region| format!(" --region {region}")).unwrap_or_default();
        let text = format!("@aws logs get-query-results --query-id {id}{region}");
        body.push(Part::Preformatted { title: Some("It goes on at AWS. For the rest, in a while".to_owned()), text });
    }
    Said { headline, body, left_out, whole: None }
}

/// Insights writes times as `2026-11-22 18:20:16.588`, in UTC.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html>, observed in answers.
fn value(said: String) -> Text {
    let is_time =
        said.len() == 23 && said.is_char_boundary(10) && said.get(4..5) == Some("-") && said.get(10..11) == Some(" ");
    let moment = is_time.then(|| Moment::parse(&format!("{said}Z"))).filter(|moment| moment.unix().is_some());
    moment.map_or(Text::Plain(said), Text::Time)
}
