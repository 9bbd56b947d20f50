//! YAML in blocks, members by their names. What another reader could take for a number, a time or a yes stands in quotes.

use std::fmt::Write as _;
use std::sync::OnceLock;

use regex_lite::Regex;
use serde_json::{Number, Value};

use super::sorted;

/// What a reader of YAML 1.1 takes for something else than text.
/// Source: <https://yaml.org/type/>: null, bool, int, float, timestamp, merge, value.
const NO_TEXT: &str = r"^(?:~|null|Null|NULL|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|<<|=|[-+]?0[bB][01_]+|[-+]?0[oO]?[0-7_]+|[-+]?0[xX][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$";

pub(super) fn yaml(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => block(&mut text, value, 0),
        Value::Array(all) if !all.is_empty() => block(&mut text, value, 0),
        value => {
            text.push_str(&inline(value));
            text.push('\n');
        }
    }
    text
}

/// A list or an object that has something, each line of it indented; the first stands where the text ends.
fn block(text: &mut String, value: &Value, indent: usize) {
    let mut first = true;
    let mut begin = |text: &mut String| {
        if !std::mem::take(&mut first) {
            text.push_str(&" ".repeat(indent));
        }
    };
    match value {
        Value::Object(members) => {
            for (name, member) in sorted(members) {
                begin(text);
                text.push_str(&quoted(name));
                text.push(':');
                match member {
                    Value::Object(inner) if !inner.is_empty() => below(text, member, indent + 2),
                    // A list stands as far left as its name.
                    Value::Array(inner) if !inner.is_empty() => below(text, member, indent),
                    member => {
                        text.push(' ');
                        text.push_str(&inline(member));
                        text.push('\n');
                    }
                }
            }
        }
        Value::Array(all) => {
            for one in all {
                begin(text);
                text.push_str("- ");
                match one {
                    Value::Object(inner) if !inner.is_empty() => block(text, one, indent + 2),
                    Value::Array(inner) if !inner.is_empty() => block(text, one, indent + 2),
                    one => {
                        text.push_str(&inline(one));
                        text.push('\n');
                    }
                }
            }
        }
        _ => {}
    }
}

fn below(text: &mut String, value: &Value, indent: usize) {
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    block(text, value, indent);
}

fn inline(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => self::number(number),
        Value::String(text) => quoted(text),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
    }
}

/// `1e16` would be a text for YAML 1.1.
fn number(number: &Number) -> String {
    let text = number.to_string();
    match text.split_once('e') {
        Some((digits, power)) => {
            let point = if digits.contains('.') { "" } else { ".0" };
            let sign = if power.starts_with(['-', '+']) { "" } else { "+" };
            format!("{digits}{point}e{sign}{power}")
        }
        None => text,
    }
}

/// As it is, in single quotes, or escaped: the first that reads back as the same text.
fn quoted(text: &str) -> String {
    if text.chars().any(is_special) {
        escaped(text)
    } else if is_plain(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Neither printable nor safe on one line.
fn is_special(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// In double quotes: a line break is `\n`, and nothing is folded.
fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // None of them is beyond four digits. Writing into memory does not fail.
            c if is_special(c) => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn is_plain(text: &str) -> bool {
    static PATTERN: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(no_text) = PATTERN.get_or_init(|| Regex::new(NO_TEXT).ok()) else { return false };
    let Some(first) = text.chars().next() else { return false };
    let then_space = || text.chars().nth(1).is_none_or(char::is_whitespace);
    let begins = match first {
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => false,
        '?' | ':' | '-' => !then_space(),
        c => !c.is_whitespace(),
    };
    begins
        && !text.ends_with(char::is_whitespace)
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !no_text.is_match(text)
}
