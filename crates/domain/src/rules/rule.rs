//! One rule as the settings declare it: its conditions and what it does.

use serde_json::{Map, Value};

use super::attribute::{severity, severity_name};
use super::condition::Conditions;
use super::quiet_hours::QuietHours;
use super::runbook::Runbook;
use crate::hours::Wrong;
use crate::notification::{MENTIONS_MAX, Mention, Severity};

/// Our own bounds; people read these lists.
const NAME_LENGTH: usize = 64;
const SEND_TO_MAX: usize = 20;
const DESTINATION_LENGTH: usize = 400;

/// A rule's key, and what a `match` is called in the settings.
const MATCH: &str = "match";
const KEYS: [&str; 10] =
    ["name", MATCH, "mention", "runbook", "mute", "severity", "send_to", "only", "quiet_hours", "stop"];

#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub(super) name: String,
    pub(super) conditions: Conditions,
    pub(super) mentions: Vec<Mention>,
    pub(super) runbook: Option<Runbook>,
    pub(super) mute: bool,
    pub(super) severity: Option<Severity>,
    /// Names or ARNs of configurations of the same AWS account.
    pub(super) send_to: Vec<String>,
    /// Only there.
    pub(super) only: bool,
    pub(super) quiet_hours: Option<QuietHours>,
    /// No rule below is looked at.
    pub(super) stop: bool,
}

impl Rule {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does when it matches, each in a few words, as the settings spell it.
    pub fn effects(&self) -> Vec<String> {
        let list = |what: &str, names: Vec<String>| (!names.is_empty()).then(|| format!("{what} {}", names.join(" ")));
        let flag = |on: bool, what: &str| on.then(|| what.to_owned());
        [
            self.severity.map(|severity| format!("severity {}", severity_name(severity))),
            list("mention", self.mentions.iter().map(ToString::to_string).collect()),
            flag(self.runbook.is_some(), "runbook"),
            flag(self.mute, "mute"),
            list(if self.only { "send_to only" } else { "send_to" }, self.send_to.clone()),
            self.quiet_hours.as_ref().map(|hours| format!("quiet_hours {hours}")),
            flag(self.stop, "stop"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    pub(super) fn reads_message(&self) -> bool {
        self.conditions.reads_message() || self.runbook.as_ref().is_some_and(Runbook::reads_message)
    }

    /// Whether it decides where and when a message goes, so that it must be asked before one is accepted.
    pub(super) fn admits(&self) -> bool {
        self.mute || self.quiet_hours.is_some() || !self.send_to.is_empty()
    }

    pub(super) fn parse(table: &Map<String, Value>) -> Result<Self, Wrong> {
        if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err((unknown.clone(), format!("is no key of a rule: {}", KEYS.join(", "))));
        }
        let read = Table(table);
        let conditions = match read.table(MATCH)? {
            Some(table) => Conditions::parse(table).map_err(|(key, problem)| (format!("{MATCH}.{key}"), problem))?,
            None => Conditions::default(),
        };
        let quiet_hours = read.table("quiet_hours")?.map(QuietHours::parse).transpose();
        let rule = Self {
            name: name(read.text("name")?)?,
            conditions,
            mentions: read.each("mention", MENTIONS_MAX, Mention::parse)?,
            runbook: read.text("runbook")?.map(Runbook::parse).transpose().map_err(|wrong| at("runbook", wrong))?,
            mute: read.flag("mute")?,
            severity: read.text("severity")?.map(severity).transpose().map_err(|wrong| at("severity", wrong))?,
            send_to: read.each("send_to", SEND_TO_MAX, destination)?,
            only: read.flag("only")?,
            quiet_hours: quiet_hours.map_err(|(key, problem)| (format!("quiet_hours.{key}"), problem))?,
            stop: read.flag("stop")?,
        };
        if rule.only && rule.send_to.is_empty() {
            return Err(at("only", "needs `send_to`, which says where else".to_owned()));
        }
        let does = !rule.mentions.is_empty() || rule.runbook.is_some() || rule.severity.is_some();
        if !(does || rule.admits() || rule.stop) {
            let effects = "mention, runbook, mute, severity, send_to, quiet_hours or stop";
            return Err(at("name", format!("is of a rule that does nothing: say {effects}")));
        }
        Ok(rule)
    }
}

fn at(key: &str, problem: String) -> Wrong {
    (key.to_owned(), problem)
}

fn name(text: Option<&str>) -> Result<String, Wrong> {
    let text = text.ok_or_else(|| at("name", "is missing".to_owned()))?;
    let fits = |c: char| c.is_alphanumeric() || " -_.:/".contains(c);
    if text.trim() != text || text.is_empty() || text.chars().count() > NAME_LENGTH || !text.chars().all(fits) {
        let problem = format!("must have 1 to {NAME_LENGTH} letters, digits, spaces or any of `-_.:/`");
        return Err(at("name", problem));
    }
    Ok(text.to_owned())
}

fn destination(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_graphic();
    if text.is_empty() || text.len() > DESTINATION_LENGTH || !text.chars().all(fits) {
        return Err(format!("`{}` is neither the name nor the ARN of a configuration", text.escape_debug()));
    }
    Ok(text.to_owned())
}

/// A rule's table, read by type.
struct Table<'a>(&'a Map<String, Value>);

impl<'a> Table<'a> {
    fn text(&self, key: &str) -> Result<Option<&'a str>, Wrong> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(at(key, "must be a text".to_owned())),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, Wrong> {
        match self.0.get(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(at(key, "must be true or false".to_owned())),
        }
    }

    fn table(&self, key: &str) -> Result<Option<&'a Map<String, Value>>, Wrong> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Object(table)) => Ok(Some(table)),
            Some(_) => Err(at(key, "must be a table".to_owned())),
        }
    }

    /// A list of texts, or one text.
    fn each<T>(&self, key: &str, most: usize, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, Wrong> {
        let values = match self.0.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(values)) => values.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        if values.is_empty() || values.len() > most {
            return Err(at(key, format!("must have 1 to {most} entries")));
        }
        let one = |value: &Value| parse(value.as_str().ok_or("must be a list of texts")?);
        values.iter().map(one).collect::<Result<_, _>>().map_err(|problem| at(key, problem))
    }
}
