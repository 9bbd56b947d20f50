//! Elastic Beanstalk: the health and updates of environments.
//!
//! By an environment's notification topic as lines of text (Elastic Beanstalk Developer Guide, "Elastic Beanstalk
//! environment notifications with Amazon SNS"; shape: observed messages), and by `EventBridge` ("Using Elastic Beanstalk with
//! Amazon `EventBridge`").

use super::dates;
use super::draft::Draft;
use super::entry::Entry;
use super::event::{Event, partition_of_region};
use crate::notification::console::Console;
use crate::notification::text::first_line;
use crate::notification::{Incoming, Link, Severity};

pub const ENTRY: Entry = Entry::new("elasticbeanstalk", "AWS Elastic Beanstalk")
    .events(&["aws.elasticbeanstalk"], read_event)
    .texts(claims, read_text);

/// Characters of a message that a push line takes.
const GIST_LENGTH: usize = 120;

fn read_event(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let message = detail.str("Message")?;
    let environment = detail.str("EnvironmentName").or_else(|| detail.str("ApplicationName"))?;
    let state = new_health(message).or_else(|| detail.str("Status")).or_else(|| detail.str("Severity"))?;
    let severity = match (new_health(message), detail.str("Severity")) {
        (Some(health), _) => severity(health),
        (None, Some("ERROR" | "FATAL")) => Severity::Critical,
        (None, Some("WARN")) => Severity::Warning,
        _ => of_message(state),
    };
    Some(
        draft(severity, (environment, detail.str("ApplicationName")), Some(state), message).link(page(event.console())),
    )
}

fn claims(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("Timestamp: ") && text.contains("\nMessage: ") && text.contains("\nEnvironment: ")
}

fn read_text(text: &str, incoming: &Incoming<'_>) -> Draft {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))?;
        Some(line.trim()).filter(|value| !matches!(*value, "" | "null"))
    };
    let environment = value("Environment").unwrap_or("an environment");
    // The message may have lines of its own; the environment's follows it.
    let message = text.split_once("\nMessage: ").map_or("", |(_, rest)| rest);
    let message = message.split_once("\nEnvironment: ").map_or(message, |(message, _)| message).trim();
    let state = new_health(message);
    let region = incoming.topic_place().region;
    let console = region.as_deref().and_then(|region| Console::of(partition_of_region(region), region));
    let severity = state.map_or_else(|| of_message(message), severity);
    let draft = draft(severity, (environment, value("Application")), state, message);
    draft
        .origin("aws.elasticbeanstalk", if state.is_some() { "Health status change" } else { "notification" })
        .since("Time", value("Timestamp").map(dates::iso))
        .link(page(console))
}

/// Where no state is, the message is the headline: `shop-web-prod: Environment update completed successfully.`
fn draft(
    severity: Severity,
    (environment, application): (&str, Option<&str>),
    state: Option<&str>,
    message: &str,
) -> Draft {
    let first = first_line(message, GIST_LENGTH);
    let (headline, gist) = match (state, first) {
        (Some(state), first) => (format!("Environment {environment}: {state}"), first),
        (None, Some(first)) => (format!("{environment}: {first}"), application.map(str::to_owned)),
        (None, None) => (format!("Environment {environment}"), None),
    };
    Draft::new(severity, headline)
        .gist(gist)
        .subject(Some(environment))
        .state(Some(state.unwrap_or("notified")))
        .paragraph(None, Some(message).filter(|message| state.is_some() || message.contains('\n')))
        .fact("Application", application)
        .thread(
            &["elasticbeanstalk", application.unwrap_or_default(), environment],
            (state == Some("Ok")).then_some("Ok"),
        )
}

/// `Environment health has transitioned from Warning to Ok. …` → `Ok`.
fn new_health(message: &str) -> Option<&str> {
    let (_, after) = message.split_once(" health has transitioned from ")?;
    let (_, after) = after.split_once(" to ")?;
    let state = after.split(['.', '\n']).next()?.trim();
    (!state.is_empty() && state.len() <= "No Data".len() + 10).then_some(state)
}

/// Source: Developer Guide, "Health colors and statuses".
fn severity(health: &str) -> Severity {
    match health {
        "Severe" | "Degraded" | "RED" => Severity::Critical,
        "Warning" | "No Data" | "Unknown" | "YELLOW" => Severity::Warning,
        "Ok" | "GREEN" => Severity::Good,
        _ => Severity::Neutral,
    }
}

/// Of a message that tells no health: Beanstalk's own sentences.
fn of_message(message: &str) -> Severity {
    let said = message.to_lowercase();
    if said.contains("failed") || said.contains("error") || said.contains("unsuccessful") {
        Severity::Critical
    } else if said.contains("successful") {
        Severity::Good
    } else {
        Severity::Neutral
    }
}

fn page(console: Option<Console<'_>>) -> Option<Link> {
    Some(console?.link("the environments in Elastic Beanstalk", "elasticbeanstalk/home", "#/environments"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_what_it_has_become() {
        for (message, health) in [
            ("Environment health has transitioned from Ok to Info. Application update in progress.", Some("Info")),
            (
                "Environment health has transitioned from Pending to No Data. None of the instances send data.",
                Some("No Data"),
            ),
            ("Environment update completed successfully.", None),
            ("The state of health has transitioned from a to a very long word that is no health at all", None),
        ] {
            assert_eq!(new_health(message), health, "{message}");
        }
    }

    #[test]
    fn messages_without_health_speak_for_themselves() {
        assert_eq!(of_message("Failed to deploy application."), Severity::Critical);
        assert_eq!(of_message("Environment update completed successfully."), Severity::Good);
        assert_eq!(of_message("Environment update is starting."), Severity::Neutral);
    }
}
