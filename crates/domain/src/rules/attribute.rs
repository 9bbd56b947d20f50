//! What a condition or a runbook's address asks of a message: its attributes, by the names that the settings use.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::notification::{Card, Severity, Text};

/// A message as rules see it, for one configuration.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub card: &'a Card,
    /// SNS's topic.
    pub topic_arn: &'a str,
    /// The configuration that it would go to.
    pub configuration_arn: &'a str,
    /// The message's JSON, if it has any and somebody asks for `detail`.
    pub message: Option<&'a Value>,
}

/// One attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    Source,
    Type,
    Severity,
    State,
    Subject,
    Resource,
    Account,
    Region,
    Topic,
    Configuration,
    Text,
    /// A path into the message, its steps.
    Detail(Vec<String>),
}

/// All but `detail`, by name.
const NAMES: [(&str, Attribute); 11] = [
    ("source", Attribute::Source),
    ("type", Attribute::Type),
    ("severity", Attribute::Severity),
    ("state", Attribute::State),
    ("subject", Attribute::Subject),
    ("resource", Attribute::Resource),
    ("account", Attribute::Account),
    ("region", Attribute::Region),
    ("topic", Attribute::Topic),
    ("configuration", Attribute::Configuration),
    ("text", Attribute::Text),
];

const SEVERITIES: [(&str, Severity); 4] = [
    ("neutral", Severity::Neutral),
    ("good", Severity::Good),
    ("warning", Severity::Warning),
    ("critical", Severity::Critical),
];

/// Steps of a path, and values that one attribute gives: a list in the message may be long.
const STEPS_MAX: usize = 16;
const VALUES_MAX: usize = 64;

impl Attribute {
    /// `source`, `detail.findings.Severity.Label`.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(path) = name.strip_prefix("detail.") {
            let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
            let fits = steps.len() <= STEPS_MAX && steps.iter().all(|step| !step.is_empty()) && path.len() <= 256;
            return fits.then_some(Self::Detail(steps));
        }
        NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, attribute)| attribute)
    }

    /// For an error's sentence.
    pub fn names() -> String {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        format!("{} or detail.PATH", names.join(", "))
    }

    /// Whether values may be compared as numbers.
    pub fn has_numbers(&self) -> bool {
        matches!(self, Self::Detail(_))
    }

    /// The values of a message, none if it does not say. `severity` is what the rules before made of it.
    pub fn values<'a>(&self, facts: &Facts<'a>, severity: Severity) -> Vec<Cow<'a, str>> {
        let Facts { card, topic_arn, configuration_arn, message } = *facts;
        let some = |text: Option<&'a str>| text.filter(|text| !text.is_empty()).map(Cow::Borrowed);
        let pair = |one, other| [some(one), some(other)].into_iter().flatten().collect();
        match self {
            Self::Source => pair(Some(&card.about.origin), Some(card.source.name())),
            Self::Type => pair(Some(&card.about.kind), None),
            Self::Severity => vec![Cow::Borrowed(severity_name(severity))],
            Self::State => pair(card.about.state.as_deref(), None),
            Self::Subject => pair(card.about.subject.as_deref(), None),
            Self::Resource => {
                card.about.resources.iter().take(VALUES_MAX).map(|arn| Cow::Borrowed(arn.as_str())).collect()
            }
            Self::Account => pair(card.place.account.as_deref(), card.place.account_name.as_deref()),
            Self::Region => pair(card.place.region.as_deref(), None),
            Self::Topic => pair(topic_arn.rsplit(':').next(), Some(topic_arn)),
            Self::Configuration => pair(configuration_name(configuration_arn), Some(configuration_arn)),
            Self::Text => [Some(&card.headline), card.gist.as_ref()].into_iter().flatten().map(words).collect(),
            Self::Detail(steps) => detail(message, steps),
        }
    }

    /// The one value that stands for all in an address: the short one where there are two.
    pub fn value<'a>(&self, facts: &Facts<'a>, severity: Severity) -> Option<Cow<'a, str>> {
        self.values(facts, severity).into_iter().next()
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Detail(steps) = self {
            return write!(f, "detail.{}", steps.join("."));
        }
        let name = NAMES.iter().find(|(_, attribute)| attribute == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

/// `critical`
pub fn severity_name(severity: Severity) -> &'static str {
    SEVERITIES.iter().find(|(_, known)| *known == severity).map_or("neutral", |(name, _)| name)
}

pub fn severity(name: &str) -> Result<Severity, String> {
    let known = SEVERITIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let wrong = || format!("`{}` is no severity: critical, warning, good or neutral", name.escape_debug());
    known.map(|(_, severity)| *severity).ok_or_else(wrong)
}

/// `arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops` → `ops`.
pub fn configuration_name(arn: &str) -> Option<&str> {
    arn.rsplit_once('/').map(|(_, name)| name)
}

fn words(text: &Text) -> Cow<'_, str> {
    match text {
        Text::Plain(text)
        | Text::Code(text)
        | Text::Arn(text)
        | Text::Native(text)
        | Text::Person { name: text, .. } => Cow::Borrowed(text),
        Text::Time(moment) => Cow::Owned(moment.utc()),
    }
}

/// In an event's `detail`; in a message that has none, from its top. A list is looked through item by item.
fn detail<'a>(message: Option<&'a Value>, steps: &[String]) -> Vec<Cow<'a, str>> {
    let top = message.and_then(|message| message.get("detail").filter(|detail| detail.is_object()).or(Some(message)));
    let mut found: Vec<&Value> = top.into_iter().collect();
    for step in steps {
        let mut next = Vec::new();
        for value in found {
            match value {
                Value::Object(members) => next.extend(members.get(step)),
                Value::Array(items) => match step.parse::<usize>() {
                    Ok(index) => next.extend(items.get(index)),
                    Err(_) => next.extend(items.iter().take(VALUES_MAX).filter_map(|item| item.get(step))),
                },
                _ => {}
            }
        }
        next.truncate(VALUES_MAX);
        found = next;
    }
    let scalar = |value: &'a Value| match value {
        Value::String(text) => Some(Cow::Borrowed(text.as_str())),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        _ => None,
    };
    let items = |value: &'a Value| match value {
        Value::Array(items) => items.iter().take(VALUES_MAX).collect(),
        one => vec![one],
    };
    found.into_iter().flat_map(items).filter_map(scalar).take(VALUES_MAX).collect()
}
