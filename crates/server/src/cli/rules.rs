//! `bellhop rules`: are the rules of a settings file right, and what would they do about a message. Neither needs a server or
//! its data; silences are not looked at.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::notification::{Card, card, message_json};
use domain::rules::{Evaluation, Facts, Fate, Outcome, Rule, Rules as RuleSet, configuration_name, severity_name};
use serde_json::Value;

use super::moment::{moment, told};
use super::render::Message;
use super::say;
use crate::clock::{Clock as _, SystemClock, iso8601};
use crate::config::Settings;

/// Whose configurations a name without an account is of, when the message names none either.
const NOBODY: &str = "000000000000";

#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Read the rules of a settings file, and say what is wrong with them.
    Check {
        /// Settings file.
        #[arg(long, default_value = "bellhop.toml")]
        config: PathBuf,
    },
    /// Show which rules match a message, at which condition the others fail, and what comes of it.
    Test(Test),
}

#[derive(Debug, Args)]
pub struct Test {
    /// The message, as `bellhop render` takes it: an SNS envelope, or what would be in it; `-` is standard input.
    file: PathBuf,
    /// Settings file.
    #[arg(long, default_value = "bellhop.toml")]
    config: PathBuf,
    /// Name or ARN of a configuration that the message would go to; again for another.
    #[arg(long = "configuration", value_name = "NAME", default_value = "any")]
    configurations: Vec<String>,
    /// SNS's `Subject`, in place of the envelope's.
    #[arg(long)]
    subject: Option<String>,
    /// ARN of the topic, in place of the envelope's.
    #[arg(long, value_name = "ARN")]
    topic: Option<String>,
    /// When it comes, for quiet hours: `2026-11-24T03:00:00Z`, or `2h` ago. Now, unless it is said.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

impl Rules {
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check { config } => {
                let rules = Settings::of_file(&config)?.rules()?;
                let many = if rules.len() == 1 { "" } else { "s" };
                say(&format!("`{}` is good: {} rule{many}", config.display(), rules.len()));
                Ok(())
            }
            Self::Test(test) => test.run(),
        }
    }
}

impl Test {
    fn run(self) -> anyhow::Result<()> {
        let settings = Settings::of_file(&self.config)?;
        let (rules, names) = (settings.rules()?, settings.account_names());
        let now_ms = SystemClock.now_ms();
        let at_ms = self.at.as_deref().map(moment).transpose()?.map_or(now_ms, |at| at.ms(now_ms));
        let message = Message::read(&self.file)?.with(self.subject, self.topic)?;
        let incoming = message.incoming(&names);
        let (card, topic_arn) = (card(&incoming), incoming.topic_arn);
        let json = message_json(incoming.message);
        let mut lines = message_lines(&card, topic_arn, at_ms);
        for name in &self.configurations {
            let configuration_arn = arn_of(name, topic_arn);
            let facts = Facts { card: &card, topic_arn, configuration_arn: &configuration_arn, message: json.as_ref() };
            lines.push(format!("\nconfiguration `{}`", configuration_name(&configuration_arn).unwrap_or(name)));
            lines.extend(found_lines(&rules, &facts, at_ms));
        }
        say(&lines.join("\n"));
        Ok(())
    }
}

/// A name is of a channel of Slack, in the topic's account.
fn arn_of(name: &str, topic_arn: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let account = topic_arn.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(NOBODY);
    format!("arn:aws:chatbot::{account}:chat-configuration/slack-channel/{name}")
}

/// What conditions see of the message.
fn message_lines(card: &Card, topic_arn: &str, at_ms: i64) -> Vec<String> {
    let about = &card.about;
    let mut lines = Vec::new();
    let mut line = |label: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            lines.push(format!("{label:<9} {}", shown(value)));
        }
    };
    line("source", Some(&about.origin));
    line("reader", Some(card.source.name()));
    line("type", Some(&about.kind));
    line("severity", Some(severity_name(card.severity)));
    line("state", about.state.as_deref());
    line("subject", about.subject.as_deref());
    for arn in about.resources.iter().take(5) {
        line("resource", Some(arn));
    }
    line("account", card.place.account.as_deref());
    line("name", card.place.account_name.as_deref());
    line("region", card.place.region.as_deref());
    line("topic", Some(topic_arn));
    line("at", Some(&iso8601(at_ms)));
    lines
}

fn found_lines(rules: &RuleSet, facts: &Facts<'_>, at_ms: i64) -> Vec<String> {
    let found = rules.evaluate(facts, &[], at_ms);
    let mut lines: Vec<String> = Vec::new();
    for step in &found.steps {
        let name = step.rule.name();
        lines.push(match step.outcome {
            Outcome::Matched => format!("  + {name}: {}", effects(step.rule)),
            Outcome::Failed(condition) => {
                format!("  - {name}: {condition} does not hold, it is {}", condition.found(facts, step.severity))
            }
            Outcome::NotAsked => format!("  . {name}: not asked, a rule above says `stop`"),
        });
    }
    if found.steps.is_empty() {
        lines.push("  there are no rules".to_owned());
    }
    let names = [Some(facts.configuration_arn), configuration_name(facts.configuration_arn)];
    let is_named = found.send_to.iter().any(|name| names.contains(&Some(name)));
    lines.extend(outcome_lines(&found, is_named, at_ms));
    lines
}

fn effects(rule: &Rule) -> String {
    let effects = rule.effects();
    if effects.is_empty() { "matches".to_owned() } else { effects.join(", ") }
}

/// `is_named`: it is one of those that the message is sent to.
fn outcome_lines(found: &Evaluation<'_>, is_named: bool, at_ms: i64) -> Vec<String> {
    let mut lines = vec![match &found.fate {
        Fate::Deliver => match found.only.filter(|_| !is_named) {
            Some(rule) => format!("  = not delivered here: rule `{rule}` sends it elsewhere only, if that is there"),
            None => "  = delivered".to_owned(),
        },
        Fate::Mute { reason } => format!("  = suppressed: {reason}"),
        Fate::Hold { until_ms, reason } => format!("  = held, goes out {}: {reason}", told(*until_ms, at_ms)),
    }];
    lines.push(format!("    severity  {}", severity_name(found.severity)));
    if !found.mentions.is_empty() {
        let mentions: Vec<String> = found.mentions.iter().map(ToString::to_string).collect();
        lines.push(format!("    calls     {}", mentions.join(", ")));
    }
    if let Some(runbook) = &found.runbook {
        lines.push(format!("    runbook   {}", runbook.url));
    }
    if !found.send_to.is_empty() {
        let unless = if matches!(found.fate, Fate::Mute { .. }) { " (not, since it is suppressed here)" } else { "" };
        lines.push(format!("    sent to   {}{unless}", found.send_to.join(", ")));
    }
    lines
}

/// On a terminal, a message has no say over it.
fn shown(value: &str) -> String {
    const LENGTH: usize = 300;
    Value::String(value.chars().take(LENGTH).collect()).to_string().trim_matches('"').to_owned()
}
