//! The conditions of a rule or a silence: all of them must hold.

use std::fmt;

use serde_json::{Map, Value};

use super::attribute::{Attribute, Facts, severity, severity_name};
use super::pattern::{Pattern, Patterns};
use crate::notification::Severity;

/// Conditions of one rule, and patterns of one condition.
const CONDITIONS_MAX: usize = 20;
const PATTERNS_MAX: usize = 50;
/// How deep `detail` may be nested in the settings.
const DEPTH_MAX: usize = 16;

/// What a message must be like. None: any message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions(Vec<Condition>);

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    attribute: Attribute,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Like(Patterns),
    AtLeast(Severity),
}

use crate::hours::Wrong;

impl Conditions {
    /// Reads a table: `{ source = "aws.ecs", severity_at_least = "warning", detail.severity = ">= 7" }`.
    pub fn parse(table: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut conditions = Vec::new();
        read(table, "", 0, &mut conditions)?;
        Ok(Self(conditions))
    }

    /// Whether somebody must read the message's JSON.
    pub fn reads_message(&self) -> bool {
        self.0.iter().any(|condition| matches!(condition.attribute, Attribute::Detail(_)))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first condition that does not hold.
    pub fn failing(&self, facts: &Facts<'_>, severity: Severity) -> Option<&Condition> {
        self.0.iter().find(|condition| !condition.holds(facts, severity))
    }
}

impl Condition {
    fn holds(&self, facts: &Facts<'_>, severity: Severity) -> bool {
        match &self.test {
            Test::AtLeast(least) => severity >= *least,
            Test::Like(patterns) => patterns.hold(&self.attribute.values(facts, severity)),
        }
    }

    /// What the message says there, for people.
    pub fn found(&self, facts: &Facts<'_>, severity: Severity) -> String {
        const SHOWN: usize = 5;
        let values = self.attribute.values(facts, severity);
        let shown: Vec<String> = values
            .iter()
            .take(SHOWN)
            .map(|value| format!("`{}`", value.chars().take(100).collect::<String>().escape_debug()))
            .collect();
        match (shown.is_empty(), values.len() > SHOWN) {
            (true, _) => "nothing".to_owned(),
            (false, false) => shown.join(", "),
            (false, true) => format!("{} and {} more", shown.join(", "), values.len() - SHOWN),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Like(patterns) => write!(f, "{} is {patterns}", self.attribute),
            Test::AtLeast(least) => write!(f, "{} is at least `{}`", self.attribute, severity_name(*least)),
        }
    }
}

fn read(table: &Map<String, Value>, prefix: &str, depth: usize, out: &mut Vec<Condition>) -> Result<(), Wrong> {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        let wrong = |problem: &str| (key.clone(), problem.to_owned());
        match value {
            Value::Object(nested) if key == "detail" || key.starts_with("detail.") => {
                if depth >= DEPTH_MAX {
                    return Err(wrong("is nested too deep"));
                }
                read(nested, &format!("{key}."), depth + 1, out)?;
            }
            value => out.push(condition(&key, value).map_err(|problem| wrong(&problem))?),
        }
        if out.len() > CONDITIONS_MAX {
            return Err(wrong(&format!("is one condition too many: a rule has {CONDITIONS_MAX} at most")));
        }
    }
    Ok(())
}

fn condition(key: &str, value: &Value) -> Result<Condition, String> {
    if key == "severity_at_least" {
        let name = value.as_str().ok_or("must be a severity")?;
        return Ok(Condition { attribute: Attribute::Severity, test: Test::AtLeast(severity(name)?) });
    }
    let attribute = Attribute::parse(key)
        .ok_or_else(|| format!("is no attribute: say {}, or severity_at_least", Attribute::names()))?;
    let values = match value {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    if values.is_empty() || values.len() > PATTERNS_MAX {
        return Err(format!("must have 1 to {PATTERNS_MAX} patterns"));
    }
    let patterns: Vec<Pattern> = values.iter().map(|value| pattern(&attribute, value)).collect::<Result<_, _>>()?;
    Ok(Condition { attribute, test: Test::Like(Patterns::new(patterns)) })
}

fn pattern(attribute: &Attribute, value: &Value) -> Result<Pattern, String> {
    let pattern = match value {
        Value::String(text) => Pattern::parse(text, attribute.has_numbers())?,
        // An account of the settings may be a number for TOML.
        Value::Number(number) => match number.as_f64().filter(|_| attribute.has_numbers()) {
            Some(value) => Pattern::number(&number.to_string(), value),
            None => Pattern::parse(&number.to_string(), false)?,
        },
        Value::Bool(truth) => Pattern::parse(&truth.to_string(), false)?,
        _ => return Err("must be a text, a number, true, false, or a list of them".to_owned()),
    };
    match attribute {
        // A name that is none would never hold, and nobody would know.
        Attribute::Severity => severity(pattern.bare()).map(|_| pattern),
        Attribute::Text => Ok(pattern.anywhere()),
        _ => Ok(pattern),
    }
}
