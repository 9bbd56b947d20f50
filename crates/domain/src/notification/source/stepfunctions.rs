//! Step Functions: executions of state machines.
//!
//! Source: Step Functions Developer Guide, "Automating Step Functions event delivery with `EventBridge`". Input and output
//! are the workflow's own data and never reach a card.

use serde_json::Value;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::notification::arn::Arn;
use crate::notification::duration;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("stepfunctions", "AWS Step Functions").events(&["aws.states"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    if event.detail_type != "Step Functions Execution Status Change" {
        return None;
    }
    let detail = event.detail;
    let arn = detail.str("executionArn").or_else(|| event.resources.first().copied())?;
    let state = detail.str("status")?;
    let machine_arn = detail.str("stateMachineArn").and_then(Arn::parse);
    let machine = machine_arn.and_then(|arn| arn.named("stateMachine")).or_else(|| machine_of(arn))?;
    let (error, cause) = (detail.str("error"), detail.str("cause").map(cause));
    let gist = match (error, &cause) {
        (Some(error), Some(cause)) => Some(format!("{error}: {cause}")),
        (Some(error), None) => Some(error.to_owned()),
        (None, _) => cause.clone(),
    };
    let took = duration::between_ms(detail.count("startDate"), detail.count("stopDate"));
    let draft = Draft::new(severity(state), format!("State machine {machine}: {state}"))
        .gist(gist.or_else(|| took.clone()))
        .subject(Some(machine))
        .state(Some(state))
        .paragraph(None, cause)
        .fact("Error", error)
        .fact("Duration", took)
        .code("Execution", detail.str("name"))
        .fact("Redrives", detail.count("redriveCount").filter(|count| *count > 0).map(|count| count.to_string()))
        .link(page(event, arn))
        .thread(&["stepfunctions", arn], end(state));
    Some(draft)
}

fn severity(state: &str) -> Severity {
    match state {
        "FAILED" | "TIMED_OUT" => Severity::Critical,
        "ABORTED" => Severity::Warning,
        "SUCCEEDED" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "FAILED" => Some("Failed"),
        "TIMED_OUT" => Some("Timed out"),
        "ABORTED" => Some("Aborted"),
        "SUCCEEDED" => Some("Succeeded"),
        _ => None,
    }
}

/// A function's failure comes as JSON inside the string, with a stack trace; its message is the news.
fn cause(said: &str) -> String {
    let parsed: Option<Value> = said.starts_with('{').then(|| serde_json::from_str(said).ok()).flatten();
    let fields = parsed.as_ref().map(Fields::of).unwrap_or_default();
    let message = fields.either(&["errorMessage", "ErrorMessage", "StoppedReason", "StatusReason", "Cause"]);
    match (message, parsed.is_some()) {
        (Some(message), _) => message.into_owned(),
        (None, true) => "see the execution: the cause is data".to_owned(),
        (None, false) => said.to_owned(),
    }
}

/// `execution:MACHINE:NAME`, of express workflows `express:MACHINE:NAME:ID`.
fn machine_of(execution: &str) -> Option<&str> {
    let arn = Arn::parse(execution)?;
    arn.named("execution").or_else(|| arn.named("express"))?.split(':').next()
}

fn page(event: &Event<'_>, execution: &str) -> Option<Link> {
    event.console()?.resource(&Arn::parse(execution)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_messages_not_data() {
        assert_eq!(cause("the worker did not answer"), "the worker did not answer");
        assert_eq!(cause(r#"{"errorMessage":"no price","stackTrace":["a"]}"#), "no price");
        assert_eq!(cause(r#"{"Input":{"card":"4111"}}"#), "see the execution: the cause is data");
        assert_eq!(cause("{not JSON"), "{not JSON");
    }

    #[test]
    fn states_of_executions() {
        for (state, level, ended) in [
            ("TIMED_OUT", Severity::Critical, Some("Timed out")),
            ("ABORTED", Severity::Warning, Some("Aborted")),
            ("RUNNING", Severity::Neutral, None),
            ("PENDING_REDRIVE", Severity::Neutral, None),
        ] {
            assert_eq!((severity(state), end(state)), (level, ended), "{state}");
        }
    }

    #[test]
    fn machines_have_names_in_both_kinds_of_execution() {
        assert_eq!(machine_of("arn:aws:states:eu-west-1:1:execution:m:e"), Some("m"));
        assert_eq!(machine_of("arn:aws:states:eu-west-1:1:express:m:e:1"), Some("m"));
        assert_eq!(machine_of("arn:aws:states:eu-west-1:1:activity:a"), None);
    }
}
