//! Rules: what the operators of an installation want done about messages, by what these are about.
//!
//! `app` asks when a message is accepted (may it go out, now, and where else) and when it is composed (whom to call, which
//! runbook, how bad it is); `bellhop rules test` shows the same. Rules are asked in their order and all that match apply;
//! what several of them say of one thing is put together as [`Evaluation`] states. Nothing here reads a clock or fails.

mod attribute;
mod condition;
mod pattern;
mod quiet_hours;
mod rule;
mod runbook;
mod silence;
#[cfg(test)]
mod tests;

pub use attribute::{Facts, configuration_name, severity_name};
pub use condition::{Condition, Conditions};
pub use quiet_hours::{QuietHours, Then};
pub use rule::Rule;
pub use runbook::RUNBOOK_LABEL;
pub use silence::{Silence, Unsilenced};

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::notification::{Card, Link, Mention, Moment, Severity, add_mentions};

/// Rules of one installation, and configurations that one message is sent to beside its own.
const RULES_MAX: usize = 500;
const SEND_TO_MAX: usize = 20;
/// Windows of quiet hours that follow one another before a message goes out all the same: a week of two a day, and some.
const WINDOWS_MAX: usize = 20;

/// The rules of the settings, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules(Vec<Rule>);

/// Why there are no rules: which rule, which key of it, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule}: `{key}` {problem}")]
pub struct BadRule {
    /// `` `night` ``, or `number 3` where it has no name.
    pub rule: String,
    pub key: String,
    pub problem: String,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Step<'a> {
    pub rule: &'a Rule,
    /// What the rules above made of the severity: what this one saw.
    pub severity: Severity,
    pub outcome: Outcome<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome<'a> {
    Matched,
    /// The first condition that does not hold.
    Failed(&'a Condition),
    /// A rule above that matched says `stop`.
    NotAsked,
}

/// What the rules that match do together.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation<'a> {
    /// All rules, in order.
    pub steps: Vec<Step<'a>>,
    /// The last rule that sets it stands; rules below it see it.
    pub severity: Severity,
    /// Of all rules, each once.
    pub mentions: Vec<Mention>,
    /// Of the first rule whose address can be filled in.
    pub runbook: Option<Link>,
    /// Of all rules: names or ARNs of further configurations.
    pub send_to: Vec<&'a str>,
    /// The first rule that sends elsewhere only.
    pub only: Option<&'a str>,
    /// The first rule that mutes, the first silence, or quiet hours, in this order.
    pub fate: Fate,
}

/// Whether a message goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Deliver,
    /// It stays in the ledger, with the reason.
    Mute {
        reason: String,
    },
    /// It goes out when the quiet hours end.
    Hold {
        until_ms: i64,
        reason: String,
    },
}

impl Rules {
    /// Reads the rules of the settings: `[[rules]]`, each a table.
    pub fn parse(tables: &[Map<String, Value>]) -> Result<Self, BadRule> {
        let mut names = BTreeSet::new();
        let mut rules = Vec::with_capacity(tables.len());
        for (index, table) in tables.iter().enumerate() {
            let spoken = match table.get("name").and_then(Value::as_str) {
                Some(name) => format!("`{}`", name.chars().take(100).collect::<String>().escape_debug()),
                None => format!("number {}", index + 1),
            };
            let bad = |(key, problem)| BadRule { rule: spoken.clone(), key, problem };
            let rule = Rule::parse(table).map_err(bad)?;
            if !names.insert(rule.name.clone()) {
                return Err(bad(("name".to_owned(), "is another rule's too".to_owned())));
            }
            if index >= RULES_MAX {
                return Err(bad(("name".to_owned(), format!("is one rule too many: there may be {RULES_MAX}"))));
            }
            rules.push(rule);
        }
        Ok(Self(rules))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether any of them decides where and when messages go: only then must a message be read to be accepted.
    pub fn admit(&self) -> bool {
        self.0.iter().any(Rule::admits)
    }

    /// Whether any of them asks for the message's JSON.
    pub fn read_message(&self) -> bool {
        self.0.iter().any(Rule::reads_message)
    }

    /// What they do about a message. Total, and the same message at the same time always gives the same answer.
    pub fn evaluate<'a>(&'a self, facts: &Facts<'_>, silences: &[Silence], now_ms: i64) -> Evaluation<'a> {
        let (steps, severity) = self.steps(facts);
        let matched: Vec<(&Rule, Severity)> = steps
            .iter()
            .filter(|step| step.outcome == Outcome::Matched)
            .map(|step| (step.rule, step.severity))
            .collect();
        let rules = || matched.iter().map(|(rule, _)| *rule);
        let mut mentions = Vec::new();
        add_mentions(&mut mentions, rules().flat_map(|rule| &rule.mentions));
        let mut send_to: Vec<&str> = Vec::new();
        for name in rules().flat_map(|rule| &rule.send_to) {
            if send_to.len() < SEND_TO_MAX && !send_to.contains(&name.as_str()) {
                send_to.push(name);
            }
        }
        Evaluation {
            severity,
            mentions,
            runbook: rules().find_map(|rule| rule.runbook.as_ref()?.link(facts, severity)),
            send_to,
            only: rules().find(|rule| rule.only).map(Rule::name),
            fate: fate(&rules().collect::<Vec<_>>(), facts, severity, silences, now_ms),
            steps,
        }
    }

    /// Asks each in turn, and answers what they made of the severity.
    fn steps(&self, facts: &Facts<'_>) -> (Vec<Step<'_>>, Severity) {
        let mut severity = facts.card.severity;
        let mut stopped = false;
        let step = |rule| {
            let seen = severity;
            let outcome = step_of(rule, facts, seen, stopped);
            if outcome == Outcome::Matched {
                severity = rule.severity.unwrap_or(severity);
                stopped |= rule.stop;
            }
            Step { rule, severity: seen, outcome }
        };
        let steps = self.0.iter().map(step).collect();
        (steps, severity)
    }
}

fn step_of<'a>(rule: &'a Rule, facts: &Facts<'_>, severity: Severity, stopped: bool) -> Outcome<'a> {
    if stopped {
        return Outcome::NotAsked;
    }
    rule.conditions.failing(facts, severity).map_or(Outcome::Matched, Outcome::Failed)
}

fn fate(rules: &[&Rule], facts: &Facts<'_>, severity: Severity, silences: &[Silence], now_ms: i64) -> Fate {
    if let Some(rule) = rules.iter().find(|rule| rule.mute) {
        return Fate::Mute { reason: format!("muted by rule `{}`", rule.name) };
    }
    if let Some(silence) = silences.iter().find(|silence| silence.misses(facts, severity, now_ms).is_none()) {
        return Fate::Mute { reason: silence.reason() };
    }
    let quiet = |at_ms: i64| {
        let hours = rules.iter().filter_map(|rule| Some((*rule, rule.quiet_hours.as_ref()?)));
        hours.filter_map(move |(rule, hours)| Some((rule, hours, hours.end_ms(severity, at_ms)?)))
    };
    if let Some((rule, hours, _)) = quiet(now_ms).find(|(_, hours, _)| hours.then() == Then::Mute) {
        return Fate::Mute { reason: format!("muted by the quiet hours of rule `{}`: {hours}", rule.name) };
    }
    let Some((rule, hours, mut until_ms)) = quiet(now_ms).max_by_key(|(.., end_ms)| *end_ms) else {
        return Fate::Deliver;
    };
    // When one window ends, another may be in force.
    for _ in 0..WINDOWS_MAX {
        match quiet(until_ms).map(|(.., end_ms)| end_ms).max() {
            Some(later_ms) if later_ms > until_ms => until_ms = later_ms,
            _ => break,
        }
    }
    let until = Moment::from_unix_ms(until_ms).utc();
    Fate::Hold { until_ms, reason: format!("held until {until} by the quiet hours of rule `{}`: {hours}", rule.name) }
}

impl Evaluation<'_> {
    /// Puts onto the message's card what the rules want on it.
    pub fn dress(self, card: &mut Card) {
        card.severity = self.severity;
        card.mentions = self.mentions;
        if let Some(runbook) = self.runbook {
            card.links.insert(0, runbook);
        }
    }
}
