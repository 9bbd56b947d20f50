//! Putting values into a line, so that they stay values.
//!
//! A value of letters and digits means the same everywhere. Any other is quoted for the place that it is put into, and the line is
//! read again beside one with a harmless word in its place: both must be the same operation with the same parameters, and differ
//! in that value alone. Where none of the ways to quote it does that, it is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::reading::Reading;
use super::words::{Quote, is_dash};
use super::{ACTION_CHARS_MAX, Action, Place, VariableValues};

/// Why a line is not filled in. For people in chat: whole sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFilled {
    #[error("I need a value for `{}`.", .0.join("`, `"))]
    Missing(Vec<String>),
    #[error("With these values the command is longer than {ACTION_CHARS_MAX} characters.")]
    TooLong,
    #[error(
        "The value of `{0}` cannot stand where the action has it: its special characters could be taken for something else. Use \
         letters, digits and `_ . : / @ + -`, or let the variable be the whole value of its parameter."
    )]
    NotAValue(String),
    #[error("The action names no operation before its first variable, so I cannot say what it would run.")]
    NoOperation,
    #[error("These values make another command of the action, so I do not run it.")]
    AnotherCommand,
}

/// What stands in the line for a variable.
#[derive(Debug, Clone)]
struct Inserted {
    text: String,
    /// Behind `--flag=`, where the action has a space: a value that begins with a dash is one only there.
    is_joined: bool,
}

impl From<String> for Inserted {
    fn from(text: String) -> Self {
        Self { text, is_joined: false }
    }
}

/// One way to write a value.
struct Written {
    inserted: Inserted,
    /// Whether it is a value for how it is written alone, where the line cannot be compared.
    is_sure: bool,
}

/// A place whose value is not of letters and digits, or not the whole of a parameter's.
struct Doubtful<'a> {
    place: usize,
    variable: &'a str,
    value: &'a str,
    /// All that its parameter is given.
    is_whole: bool,
    ways: Vec<Written>,
    /// Stands for it in lines that are compared.
    token: String,
}

pub fn fill(action: &Action, values: &VariableValues) -> Result<String, NotFilled> {
    let missing = action.missing(values);
    if !missing.is_empty() {
        return Err(NotFilled::Missing(missing.into_iter().map(str::to_owned).collect()));
    }
    let mut written: Vec<Inserted> = Vec::with_capacity(action.places.len());
    let mut doubtful = Vec::new();
    for (index, place) in action.places.iter().enumerate() {
        let Some(variable) = place.variable.as_deref() else {
            written.push("$".to_owned().into());
            continue;
        };
        let value = values.get(variable).map(String::as_str).unwrap_or_default();
        let is_whole = action.is_whole_value(place);
        if is_whole && is_plain(value, place) {
            written.push(value.to_owned().into());
            continue;
        }
        let token = token(index, action, values);
        written.push(if is_bare(place) { format!("\"{token}\"") } else { token.clone() }.into());
        doubtful.push(Doubtful { place: index, variable, value, is_whole, ways: ways(value, action, place), token });
    }
    let line = if doubtful.is_empty() { line_of(action, &written) } else { decide(action, written, &doubtful)? };
    if line.chars().nth(ACTION_CHARS_MAX).is_some() {
        return Err(NotFilled::TooLong);
    }
    check_operation(action, &line)?;
    Ok(line)
}

/// The line whose doubtful values are written so that each is what it is.
fn decide(action: &Action, with_tokens: Vec<Inserted>, doubtful: &[Doubtful<'_>]) -> Result<String, NotFilled> {
    let refused = |doubt: &Doubtful<'_>| NotFilled::NotAValue(doubt.variable.to_owned());
    let mut base = with_tokens;
    let mut compared: Vec<&Doubtful<'_>> = doubtful.iter().collect();
    if Reading::of(&line_of(action, &base)).is_none() {
        // A parameter of another kind takes no word: what is sure stands for itself, and the rest is compared.
        compared.clear();
        for doubt in doubtful {
            match doubt.ways.first().filter(|way| way.is_sure) {
                Some(way) => put(&mut base, doubt.place, &way.inserted),
                None => compared.push(doubt),
            }
        }
    }
    let Some(wanted) = Reading::of(&line_of(action, &base)) else {
        // Nothing to compare with. What is sure may still run, or be told what is wrong with it.
        return compared.first().map_or_else(|| Ok(line_of(action, &base)), |doubt| Err(refused(doubt)));
    };
    let mut line = base.clone();
    for doubt in &compared {
        let is_kept = |way: &&Written| {
            let mut tried = base.clone();
            put(&mut tried, doubt.place, &way.inserted);
            match Reading::of(&line_of(action, &tried)) {
                Some(found) => is_same(&wanted, &found, &[doubt]),
                // What is wrong with a value that is all of a parameter's is told by whoever reads the line.
                None => way.is_sure && doubt.is_whole,
            }
        };
        let way = doubt.ways.iter().find(is_kept).ok_or_else(|| refused(doubt))?;
        put(&mut line, doubt.place, &way.inserted);
    }
    let line = line_of(action, &line);
    let is_kept = Reading::of(&line).is_none_or(|found| is_same(&wanted, &found, &compared));
    if is_kept { Ok(line) } else { Err(NotFilled::AnotherCommand) }
}

/// The operation is the one that the action's own words name; a line that is no command at all runs nothing.
fn check_operation(action: &Action, line: &str) -> Result<(), NotFilled> {
    if action.places.iter().all(|place| place.variable.is_none()) {
        return Ok(());
    }
    let Some(found) = Reading::of(line) else { return Ok(()) };
    match Reading::of(action.head()) {
        Some(head) if head.operation == found.operation => Ok(()),
        Some(_) => Err(NotFilled::AnotherCommand),
        None => Err(NotFilled::NoOperation),
    }
}

fn put(written: &mut [Inserted], place: usize, inserted: &Inserted) {
    if let Some(slot) = written.get_mut(place) {
        slot.clone_from(inserted);
    }
}

fn line_of(action: &Action, written: &[Inserted]) -> String {
    let mut line = String::with_capacity(action.text.len());
    let mut at = 0;
    for (place, inserted) in action.places.iter().zip(written) {
        let before = action.text.get(at..place.start).unwrap_or_default();
        match before.rfind(char::is_whitespace).filter(|_| inserted.is_joined) {
            // What follows the space is the quote that the value stands in, if it does.
            Some(space) => {
                line.push_str(before.get(..space).unwrap_or_default().trim_end());
                line.push('=');
                line.push_str(before.get(space..).unwrap_or_default().trim_start());
            }
            None => line.push_str(before),
        }
        line.push_str(&inserted.text);
        at = place.end;
    }
    line.push_str(action.text.get(at..).unwrap_or_default());
    line
}

/// A word that is in no value and not in the action: letters and digits, so that it can stand wherever a value can.
fn token(index: usize, action: &Action, values: &VariableValues) -> String {
    let mut token = format!("bellhopvalue{index}x");
    while action.text.contains(&token) || values.values().any(|value| value.contains(&token)) {
        token.push('x');
    }
    token
}

/// Whether a value means the same wherever it stands: nothing of it is of any syntax that a line, JSON or a shorthand knows.
fn is_plain(value: &str, place: &Place) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '/' | '@' | '+' | '-');
    // `--a=$x` makes a value of a dash too.
    let is_flag = place.dollar.content_at == 0 && value.starts_with('-');
    !value.is_empty() && !is_bare(place) && !is_flag && value.chars().all(is_letter)
}

/// Within a bracket, where JSON has a number or the quote of a string.
fn is_bare(place: &Place) -> bool {
    place.dollar.quote == Quote::Bracket && place.dollar.inner.is_none()
}

/// The ways to write a value at a place, the likeliest first.
fn ways(value: &str, action: &Action, place: &Place) -> Vec<Written> {
    let quote = place.dollar.quote;
    let mut ways = Vec::new();
    let is_joined = place.dollar.content_at == 0 && value.starts_with(is_dash) && action.follows_a_flag(place);
    let mut way = |text: String, is_sure| ways.push(Written { inserted: Inserted { text, is_joined }, is_sure });
    // A value of a shorthand (`Key=a,Value="b, c"`) has quotes of its own.
    let shorthand = value.replace('\\', "\\\\").replace('"', "\\\"");
    if is_plain(value, place) {
        way(value.to_owned(), true);
    }
    if place.dollar.in_json_string {
        way(within(quote, &json_escaped(value)), true);
    }
    match (quote, place.dollar.inner) {
        (Quote::Bracket, None) => {
            // A number is one; all else is a string.
            if matches!(serde_json::from_str(value), Ok(Value::Number(_) | Value::Bool(_))) {
                way(value.to_owned(), true);
            }
            way(format!("\"{}\"", json_escaped(value)), false);
            way(format!("\"{shorthand}\""), false);
        }
        (Quote::Bracket, Some('"')) => way(shorthand, false),
        // Of `JMESPath`: what ends a literal there is no part of one.
        (Quote::Bracket, Some(_)) if value.contains(['\'', '`', '\\']) => {}
        (Quote::Bracket, Some(_)) => way(value.to_owned(), false),
        _ => {
            way(within(quote, value), action.is_whole_value(place));
            way(within(quote, &format!("\"{shorthand}\"")), false);
        }
    }
    ways
}

/// A text in the quotes that a place stands in, with quotes of its own where there are none.
fn within(quote: Quote, text: &str) -> String {
    match quote {
        Quote::None => format!("\"{}\"", double_escaped(text)),
        // There is no escape between single quotes: they are closed, and opened again.
        Quote::Single if text.contains('\'') => format!("'\"{}\"'", double_escaped(text)),
        Quote::Single | Quote::Bracket => text.to_owned(),
        Quote::Double => double_escaped(text),
        Quote::Escaped => text.replace('\\', "\\\\").replace('\'', "\\'"),
    }
}

fn double_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// As part of a string of JSON, without a character that any quote around the JSON would take for its own.
fn json_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        let is_kept =
            c.is_alphanumeric() || c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\'' | '\\' | '`' | '$');
        if is_kept {
            escaped.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                escaped.extend(["\\u".to_owned(), format!("{unit:04x}")]);
            }
        }
    }
    escaped
}

/// Whether two readings are one, but for the values that the tokens stand for.
fn is_same(wanted: &Reading, found: &Reading, doubtful: &[&Doubtful<'_>]) -> bool {
    wanted.operation == found.operation && is_same_value(&wanted.rest, &found.rest, doubtful)
}

fn is_same_value(wanted: &Value, found: &Value, doubtful: &[&Doubtful<'_>]) -> bool {
    match (wanted, found) {
        // What is a parameter's whole value is for whoever gives it to write: a list, a structure.
        (Value::String(token), _) if is_whole(token, doubtful) => true,
        (Value::Array(items), _) if matches!(items.as_slice(), [Value::String(token)] if is_whole(token, doubtful)) => {
            true
        }
        (Value::String(wanted), Value::String(found)) => is_same_text(wanted, found, doubtful),
        // A number where no quotes were.
        (Value::String(wanted), Value::Number(_) | Value::Bool(_)) => {
            let number = found.to_string();
            with_values(wanted, doubtful) == number
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted.iter().zip(found).all(|(wanted, found)| is_same_value(wanted, found, doubtful))
        }
        (Value::Object(wanted), Value::Object(found)) => {
            // Two names that become one would take a value away.
            wanted.len() == found.len()
                && wanted.iter().all(|(name, wanted)| {
                    let value = found.get(&with_values(name, doubtful));
                    value.is_some_and(|value| is_same_value(wanted, value, doubtful))
                })
        }
        (wanted, found) => wanted == found,
    }
}

fn is_whole(text: &str, doubtful: &[&Doubtful<'_>]) -> bool {
    doubtful.iter().any(|doubt| doubt.is_whole && doubt.token == text)
}

/// Blobs are base64 of what was typed; JSON within a string may be written in several ways.
fn is_same_text(wanted: &str, found: &str, doubtful: &[&Doubtful<'_>]) -> bool {
    if with_values(wanted, doubtful) == found {
        return true;
    }
    let decoded = |text: &str| BASE64.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let has_token = |text: &str| doubtful.iter().any(|doubt| text.contains(&doubt.token));
    let (wanted, found) = match (has_token(wanted), decoded(wanted), decoded(found)) {
        (false, Some(wanted), Some(found)) if has_token(&wanted) => (wanted, found),
        _ => (wanted.to_owned(), found.to_owned()),
    };
    if !has_token(&wanted) {
        return wanted == found;
    }
    if is_whole(&wanted, doubtful) || with_values(&wanted, doubtful) == found {
        return true;
    }
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    match (json(&wanted), json(&found)) {
        (Some(wanted @ (Value::Object(_) | Value::Array(_))), Some(found)) => is_same_json(&wanted, &found, doubtful),
        _ => false,
    }
}

/// Within JSON a value is a string, whole or not.
fn is_same_json(wanted: &Value, found: &Value, doubtful: &[&Doubtful<'_>]) -> bool {
    match (wanted, found) {
        (Value::String(wanted), Value::String(found)) => with_values(wanted, doubtful) == *found,
        // A number where no quotes were.
        (Value::String(wanted), Value::Number(_) | Value::Bool(_)) => {
            let number = found.to_string();
            with_values(wanted, doubtful) == number
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted.iter().zip(found).all(|(wanted, found)| is_same_json(wanted, found, doubtful))
        }
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.len() == found.len()
                && wanted.iter().all(|(name, wanted)| {
                    let value = found.get(&with_values(name, doubtful));
                    value.is_some_and(|value| is_same_json(wanted, value, doubtful))
                })
        }
        (wanted, found) => wanted == found,
    }
}

fn with_values(text: &str, doubtful: &[&Doubtful<'_>]) -> String {
    doubtful.iter().fold(text.to_owned(), |text, doubt| text.replace(&doubt.token, doubt.value))
}
