//! CodePipeline: executions, their stages and actions, and approvals that somebody has to give.
//!
//! The same by `EventBridge` and by a notification rule; the rule's `additionalAttributes` say what failed.
//! Source: CodePipeline User Guide, "Monitoring `CodePipeline` events".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::{Console, encoded};
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("codepipeline", "AWS CodePipeline").events(&["aws.codepipeline"], read);

/// Failed actions that a card lists.
const FAILED_SHOWN: usize = 5;

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let pipeline = detail.str("pipeline")?;
    let state = detail.str("state").unwrap_or("changed");
    let (stage, action) = (detail.str("stage"), detail.str("action"));
    let waits = is_approval(event) && state == "STARTED";
    let headline = match (stage, action) {
        _ if waits => format!("Pipeline {pipeline} waits for approval"),
        (Some(stage), Some(action)) => format!("Pipeline {pipeline}, {stage}/{action}: {state}"),
        (Some(stage), None) => format!("Pipeline {pipeline}, stage {stage}: {state}"),
        (None, _) => format!("Pipeline {pipeline}: {state}"),
    };
    let why = why(event);
    let execution = detail.str("execution-id");
    let mut draft = Draft::new(if waits { Severity::Warning } else { severity(state) }, headline)
        .gist(why.clone().or_else(|| stage.map(str::to_owned)))
        .subject(Some(pipeline))
        .state(Some(state))
        .paragraph(None, why)
        .paragraph(Some("Message"), detail.str("execution-result.external-execution-summary"))
        .fact("Stage", stage)
        .fact("Action", action)
        .fact("Provider", detail.str("type.provider"))
        .fact("Started by", detail.text("execution-trigger.trigger-type"))
        .code("Execution", execution)
        .link(execution.and_then(|execution| page(event.console()?, pipeline, execution)));
    if waits {
        draft = draft.next_step("Review the change, then approve or reject it in CodePipeline");
    }
    // Only the execution itself ends: a stage that succeeded is followed by the next.
    let ended = (stage.is_none() && action.is_none()).then(|| end(state)).flatten();
    Some(match execution {
        Some(execution) => draft.thread(&["codepipeline", pipeline, execution], ended),
        None => draft,
    })
}

fn is_approval(event: &Event<'_>) -> bool {
    event.detail.str("type.category") == Some("Approval")
}

fn severity(state: &str) -> Severity {
    match state {
        "FAILED" => Severity::Critical,
        "CANCELED" | "STOPPED" | "STOPPING" | "SUPERSEDED" | "ABANDONED" => Severity::Warning,
        "SUCCEEDED" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "SUCCEEDED" => Some("Succeeded"),
        "FAILED" => Some("Failed"),
        "CANCELED" | "STOPPED" => Some("Stopped"),
        "SUPERSEDED" => Some("Superseded"),
        _ => None,
    }
}

/// What failed: a notification rule says it for the whole execution, the event of an action for itself.
fn why(event: &Event<'_>) -> Option<String> {
    let failed = event.envelope.objects("additionalAttributes.failedActions").take(FAILED_SHOWN);
    let listed: Vec<String> = failed
        .filter_map(|action| {
            let name = action.str("action")?;
            Some(match action.str("additionalInformation") {
                Some(information) => format!("{name}: {information}"),
                None => name.to_owned(),
            })
        })
        .collect();
    if !listed.is_empty() {
        return Some(listed.join("\n"));
    }
    let summary = ["execution-result.error-code", "execution-result.external-execution-summary"];
    let custom = ["additionalAttributes.customData", "additionalAttributes.additionalInformation"];
    let text = event.envelope.either(&custom).or_else(|| event.detail.either(&summary[..1]));
    text.map(std::borrow::Cow::into_owned)
}

fn page(console: Console<'_>, pipeline: &str, execution: &str) -> Option<Link> {
    let path =
        format!("codesuite/codepipeline/pipelines/{}/executions/{}/timeline", encoded(pipeline), encoded(execution));
    Some(console.link("the execution in CodePipeline", &path, ""))
}
