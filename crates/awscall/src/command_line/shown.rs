//! The canonical line of a call: what a person confirms, and what parses to the same call again. [`super::arguments`] writes it, and
//! [`super::parameter`] its examples.

mod short;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::flags::looks_like_flag;
use super::parameter::{flag, is_json};
use super::words::is_invisible;
use super::{CallShape, CommandLine, values};
use crate::call::Input;
use crate::model::{Kind, Member, Operation, Service, ShapeId};

/// In place of a secret.
const MASK: &str = "*****";
/// The whole line, with what concerns its answer.
pub(super) fn line(line: &CommandLine) -> String {
    let mut words = match super::conveniences::line(line) {
        Some(words) => words,
        None => call(line.call.service, line.call.operation, &line.call.input),
    };
    words.push_str(&flags(line));
    words
}

/// The same line for a log or a trail: every value hidden that the model marks as sensitive, and every text whose name is a secret's, as
/// `is_secret` says. It parses to no call.
pub fn masked(line: &CommandLine, is_secret: impl Fn(&str) -> bool) -> String {
    without(line, true, &is_secret)
}

/// The same line for whoever is to agree to it: of what the model marks (scripts, queries, payloads, addresses …) only that is hidden
/// whose name is a secret's. It parses to no call where anything is.
pub fn for_people(line: &CommandLine, is_secret: impl Fn(&str) -> bool) -> String {
    without(line, false, &is_secret)
}

fn without(line: &CommandLine, all_marked: bool, is_secret: &dyn Fn(&str) -> bool) -> String {
    let (service, operation) = (line.call.service, line.call.operation);
    if line.shape != CallShape::Plain && line.shape != CallShape::LambdaInvoke {
        return line.shown.clone();
    }
    let hiding = Hiding { service, all_marked, is_secret };
    let input = service.input(operation).iter().filter_map(|member| {
        let value = line.call.input.get(member.name)?;
        let is_secure = is_secure_string(line, member.name);
        let value = if is_secure { Value::from(MASK) } else { hiding.hidden(member.name, member.shape, value) };
        Some((member.name.to_owned(), value))
    });
    call(service, operation, &input.collect()) + &flags(line)
}

/// Whether it is the value of a parameter of Systems Manager that is encrypted, or may be: where no type is given, it is as it was.
fn is_secure_string(line: &CommandLine, member: &str) -> bool {
    let kind = line.call.input.get("Type").and_then(Value::as_str);
    (line.call.service.name, line.call.operation.name, member) == ("ssm", "PutParameter", "Value")
        && !matches!(kind, Some("String" | "StringList"))
}

/// Puts a mask for each value that is not to be seen.
struct Hiding<'a> {
    service: &'a Service,
    /// Whatever the name of what is marked.
    all_marked: bool,
    is_secret: &'a dyn Fn(&str) -> bool,
}

impl Hiding<'_> {
    /// `name`: of the member that has it, of the map's entry that is it.
    fn hidden(&self, name: &str, id: ShapeId, value: &Value) -> Value {
        let shape = self.service.shape(id);
        let is_text = match value {
            // What the model lists is nobody's secret.
            Value::String(_) => !matches!(&shape.kind, Kind::String { values } if !values.is_empty()),
            Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_string),
            _ => false,
        };
        let is_secret = (shape.sensitive || is_text) && (self.is_secret)(name);
        if is_secret || (shape.sensitive && self.all_marked) {
            return Value::from(MASK);
        }
        match (&shape.kind, value) {
            (Kind::Structure(structure), Value::Object(members)) => members
                .iter()
                .map(|(name, value)| {
                    let of = structure.members.iter().find(|member| member.name == name);
                    (name.clone(), of.map_or_else(|| value.clone(), |of| self.hidden(name, of.shape, value)))
                })
                .collect(),
            (Kind::List { member, .. }, Value::Array(items)) => {
                items.iter().map(|value| self.hidden(name, member.shape, value)).collect()
            }
            (Kind::Map { key, .. }, Value::Object(_)) if self.all_marked && self.service.shape(key.shape).sensitive => {
                Value::from(MASK)
            }
            (Kind::Map { value: of, .. }, Value::Object(members)) => {
                members.iter().map(|(key, value)| (key.clone(), self.hidden(key, of.shape, value))).collect()
            }
            _ => value.clone(),
        }
    }
}

fn flags(line: &CommandLine) -> String {
    let mut words = String::new();
    let mut push = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.push_str(" --");
            words.push_str(name);
            words.push_str(&after_flag(&value));
        }
    };
    push("region", line.region.clone());
    push("output", line.output.map(|output| output.word().to_owned()));
    push("query", line.query.clone());
    push("max-items", line.max_items.map(|count| count.to_string()));
    push("page-size", line.page_size.map(|count| count.to_string()));
    push("starting-token", line.starting_token.clone());
    let paginator = line.call.operation.paginator.as_ref();
    // A page's own token says it by itself.
    let token = |token: &&str| line.call.input.contains_key(*token);
    if !line.paginate && paginator.is_some_and(|paginator| !paginator.input_tokens.iter().any(token)) {
        words.push_str(" --no-paginate");
    }
    words
}

/// Service, operation and parameters, in the order of the model.
pub(super) fn call(service: &Service, operation: &Operation, input: &Input) -> String {
    let mut words = vec![service.name.to_owned(), operation.command.to_owned()];
    // A blob that is no text cannot be shown as text, and the flag that says so holds for all.
    let base64 = service
        .input(operation)
        .iter()
        .filter_map(|member| Some((member, input.get(member.name)?)))
        .any(|(member, value)| has_bytes(service, member.shape, value));
    let mut unwritten = Map::new();
    for member in service.input(operation) {
        let Some(value) = input.get(member.name) else { continue };
        match written(service, operation, member, value, base64) {
            Some(flag) => words.push(flag),
            None => {
                unwritten.insert(member.name.to_owned(), as_typed(service, member.shape, value, base64));
            }
        }
    }
    if base64 {
        words.push("--cli-binary-format base64".to_owned());
    }
    if !unwritten.is_empty() {
        words.push(format!("--cli-input-json {}", quoted(&Value::Object(unwritten).to_string())));
    }
    words.join(" ")
}

/// A value as it would be typed after the flag, if it can be.
pub(super) fn value(service: &Service, member: &Member, value: &Value) -> Option<String> {
    let text = after(service, member, value, has_bytes(service, member.shape, value))?;
    Some(text.trim_start_matches([' ', '=']).to_owned())
}

/// `--name` and its value; nothing where only JSON of the whole input can say it.
fn written(service: &Service, operation: &Operation, member: &Member, value: &Value, base64: bool) -> Option<String> {
    let name = flag(service, operation, member);
    if super::globals::named(&name).is_some() {
        return None;
    }
    if let Value::Bool(truth) = value {
        return Some(if *truth { format!("--{name}") } else { format!("--{name}=false") });
    }
    Some(format!("--{name}{}", after(service, member, value, base64)?))
}

/// What follows a flag: a space or `=`, and the value.
fn after(service: &Service, member: &Member, value: &Value, base64: bool) -> Option<String> {
    if is_json(member) {
        return Some(format!(" {}", quoted(&value.to_string())));
    }
    match (&service.shape(member.shape).kind, value) {
        (Kind::Structure(structure), _) if structure.document => Some(format!(" {}", quoted(&value.to_string()))),
        (Kind::List { member: item, .. }, Value::Array(items)) => {
            Some(format!(" {}", list(service, item, items, base64)))
        }
        (Kind::Structure(_) | Kind::Map { .. }, Value::Object(members)) => {
            let typed = as_typed(service, member.shape, value, base64);
            let short = typed
                .as_object()
                .filter(|_| !members.is_empty())
                .and_then(|typed| short::structure(service, member.shape, typed));
            Some(format!(" {}", quoted(&short.unwrap_or_else(|| typed.to_string()))))
        }
        _ => {
            let text = match as_typed(service, member.shape, value, base64) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            values::is_plain_text(&text).then(|| after_flag(&text))
        }
    }
}

/// A space and the text; `=` where it would be taken for a flag.
pub(super) fn after_flag(text: &str) -> String {
    let quoted = quoted(text);
    if looks_like_flag(text).is_some() { format!("={quoted}") } else { format!(" {quoted}") }
}

fn list(service: &Service, item: &Member, items: &[Value], base64: bool) -> String {
    let typed: Vec<Value> = items.iter().map(|value| as_typed(service, item.shape, value, base64)).collect();
    let words: Option<Vec<String>> = typed
        .iter()
        .map(|value| match (&service.shape(item.shape).kind, value) {
            (Kind::Structure(structure), _) if structure.document => None,
            (Kind::Structure(_), Value::Object(members)) if !members.is_empty() => {
                short::structure(service, item.shape, members).map(|short| quoted(&short))
            }
            (Kind::Structure(_) | Kind::Map { .. } | Kind::List { .. }, _) => None,
            (_, Value::String(text)) => {
                let bare = values::is_plain_text(text)
                    && looks_like_flag(text).is_none()
                    && !text.trim_start().starts_with('[');
                bare.then(|| quoted(text))
            }
            (_, other) => Some(other.to_string()),
        })
        .collect();
    match words {
        Some(words) if !words.is_empty() => words.join(" "),
        _ => quoted(&Value::Array(typed).to_string()),
    }
}

/// The value as a person types it: blobs as the text that they are, unless one of the call is none.
fn as_typed(service: &Service, id: ShapeId, value: &Value, base64: bool) -> Value {
    match (&service.shape(id).kind, value) {
        (Kind::Structure(structure), Value::Object(members)) if !structure.document => members
            .iter()
            .map(|(name, value)| {
                let of = structure.members.iter().find(|member| member.name == name);
                (name.clone(), of.map_or_else(|| value.clone(), |of| as_typed(service, of.shape, value, base64)))
            })
            .collect(),
        (Kind::List { member, .. }, Value::Array(items)) => {
            items.iter().map(|value| as_typed(service, member.shape, value, base64)).collect()
        }
        (Kind::Map { value: of, .. }, Value::Object(members)) => {
            members.iter().map(|(name, value)| (name.clone(), as_typed(service, of.shape, value, base64))).collect()
        }
        (Kind::Blob { .. }, Value::String(encoded)) if !base64 => {
            text_of(encoded).map_or_else(|| value.clone(), Value::String)
        }
        _ => value.clone(),
    }
}

fn text_of(encoded: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}

/// Whether there is a blob in it that is no text.
fn has_bytes(service: &Service, id: ShapeId, value: &Value) -> bool {
    match (&service.shape(id).kind, value) {
        (Kind::Structure(structure), Value::Object(members)) if !structure.document => structure
            .members
            .iter()
            .any(|member| members.get(member.name).is_some_and(|value| has_bytes(service, member.shape, value))),
        (Kind::List { member, .. }, Value::Array(items)) => {
            items.iter().any(|value| has_bytes(service, member.shape, value))
        }
        (Kind::Map { value: of, .. }, Value::Object(members)) => {
            members.values().any(|value| has_bytes(service, of.shape, value))
        }
        (Kind::Blob { .. }, Value::String(encoded)) => encoded != MASK && text_of(encoded).is_none(),
        _ => false,
    }
}

/// Ends a block of code in chat, whose front doors show it as letters that only look like these: no line has it as it is.
const FENCE: &str = "```";

/// A word as a shell would need it; with `$'…'` where something in it could not be seen as what it is.
pub(super) fn quoted(text: &str) -> String {
    let bare = |letter: char| {
        letter.is_ascii_alphanumeric()
            || matches!(letter, '-' | '_' | '.' | '/' | ':' | '+' | ',' | '=' | '@' | '%' | '*')
    };
    if !text.is_empty() && text.chars().all(bare) {
        return text.to_owned();
    }
    let has_fence = text.contains(FENCE);
    let is_escaped = |letter: char| is_invisible(letter) || (has_fence && letter == '`');
    if !text.chars().any(is_escaped) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut word = String::from("$'");
    for letter in text.chars() {
        match letter {
            '\\' | '\'' => word.extend(['\\', letter]),
            '\n' => word.push_str("\\n"),
            '\r' => word.push_str("\\r"),
            '\t' => word.push_str("\\t"),
            _ if is_escaped(letter) => match u32::from(letter) {
                number @ ..=0xffff => word = format!("{word}\\u{number:04x}"),
                number => word = format!("{word}\\U{number:08x}"),
            },
            _ => word.push(letter),
        }
    }
    word.push('\'');
    word
}
