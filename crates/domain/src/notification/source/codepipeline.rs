//! CodePipeline: executions, their stages and actions, and approvals that somebody has to give.
//!
//! The same by `EventBridge` and by a notification rule; the rule's `additionalAttributes` say what failed. The topic of an
//! approval action gets JSON of its own. Source: CodePipeline User Guide, "Monitoring `CodePipeline` events" and "JSON data
//! format for manual approval notifications".

use std::borrow::Cow;

use super::draft::Draft;
use super::entry::Entry;
use super::event::{Event, partition_of_region};
use super::fields::{Fields, Object};
use super::principal;
use crate::notification::console::{Console, encoded};
use crate::notification::{Incoming, Link, Moment, Severity, Text};

pub const ENTRY: Entry =
    Entry::new("codepipeline", "AWS CodePipeline").events(&["aws.codepipeline"], read).objects(claims, read_approval);

/// Failed actions that a card lists.
const FAILED_SHOWN: usize = 5;

const APPROVE: &str = "Review the change, then approve or reject it in CodePipeline";

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let pipeline = detail.str("pipeline")?;
    let status = detail.str("state").unwrap_or("changed");
    let (stage, action) = (detail.str("stage"), detail.str("action"));
    let waits = is_approval(event) && status == "STARTED";
    let headline = match (stage, action) {
        _ if waits => format!("Pipeline {pipeline} waits for approval"),
        (Some(stage), Some(action)) => format!("Pipeline {pipeline}, {stage}/{action}: {status}"),
        (Some(stage), None) => format!("Pipeline {pipeline}, stage {stage}: {status}"),
        (None, _) => format!("Pipeline {pipeline}: {status}"),
    };
    let why = why(event, status);
    let summary = detail.str("execution-result.external-execution-summary");
    let failed_stage = event.envelope.str("additionalAttributes.failedStage");
    let execution = detail.str("execution-id");
    let attempt = detail.count("pipeline-execution-attempt").filter(|attempt| *attempt > 1);
    let gist = [why.as_deref(), summary, stage.filter(|_| waits), failed_stage].into_iter().flatten().next();
    let gist = gist.map(str::to_owned).or_else(|| starter(detail));
    // An approval that failed was refused, or nobody gave it in time: nothing is broken.
    let refused = is_approval(event) && status == "FAILED";
    let mut draft = Draft::new(if waits || refused { Severity::Warning } else { severity(status) }, headline)
        .gist(gist)
        .subject(Some(pipeline))
        .state(Some(status))
        .paragraph(None, why.clone())
        .paragraph(Some("Message"), summary.filter(|summary| why.as_deref() != Some(*summary)))
        .fact("Stage", stage.or(failed_stage))
        .fact("Action", action)
        .fact("Provider", detail.str("type.provider"))
        .fact("Error", detail.str("execution-result.error-code"))
        .fact("Started by", starter(detail))
        .fact("Attempt", attempt.map(|attempt| attempt.to_string()))
        .code("Execution", execution)
        .link(execution.zip(event.console()).map(|(execution, console)| page(console, pipeline, execution)));
    if waits {
        draft = draft.next_step(APPROVE);
    }
    // Only the execution itself ends: a stage that succeeded is followed by the next.
    let ended = (stage.is_none() && action.is_none()).then(|| end(status)).flatten();
    Some(match execution {
        Some(execution) => draft.thread(&["codepipeline", pipeline, execution], ended),
        None => draft,
    })
}

fn claims(object: &Object) -> bool {
    let fields = Fields::of_object(object);
    fields.str("approval.pipelineName").is_some() && fields.str("approval.actionName").is_some()
}

/// What an approval action publishes to the topic that is configured for it. Its `token` approves: it stays off the card.
fn read_approval(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let approval = Fields::of_object(object).fields("approval");
    let pipeline = approval.str("pipelineName").unwrap_or_default();
    let (stage, action) = (approval.str("stageName"), approval.str("actionName"));
    let place = incoming.place(incoming.topic_place().account.as_deref(), Fields::of_object(object).str("region"));
    let console = place.region.as_deref().and_then(|region| Console::of(partition_of_region(region), region));
    let link = console.map(|console| {
        let path = format!("codesuite/codepipeline/pipelines/{}/view", encoded(pipeline));
        console.link("the pipeline in CodePipeline", &path, "")
    });
    Draft::new(Severity::Warning, format!("Pipeline {pipeline} waits for approval"))
        .gist(approval.str("customData").or(stage))
        .subject(Some(pipeline))
        .state(Some("STARTED"))
        .origin("aws.codepipeline", "CodePipeline Action Execution State Change")
        .paragraph(None, approval.str("customData"))
        .fact("Stage", stage)
        .fact("Action", action)
        .fact("To review", approval.str("externalEntityLink"))
        .labelled("Expires", approval.str("expires").map(|expires| Text::Time(minutes(expires))))
        .next_step(APPROVE)
        .link(link)
        .place(place)
}

/// `2026-11-29T20:22Z`: the one time that AWS writes without seconds.
fn minutes(said: &str) -> Moment {
    match said.strip_suffix('Z').filter(|said| said.len() == "2026-11-29T20:22".len()) {
        Some(said) => Moment::parse(&format!("{said}:00Z")),
        None => Moment::parse(said),
    }
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

/// What failed: a notification rule says it for the whole execution, the event of an action for itself. Why it was stopped:
/// the comment of whoever stopped it. What to look at: the approval's own text.
fn why(event: &Event<'_>, state: &str) -> Option<String> {
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
    let custom = ["additionalAttributes.customData", "additionalAttributes.additionalInformation"];
    let comment = event.detail.text("stop-execution-comments");
    let failure = || {
        let summary = ["execution-result.external-execution-summary", "execution-result.error-code"];
        (state == "FAILED").then(|| event.detail.either(&summary)).flatten()
    };
    event.envelope.either(&custom).or(comment).or_else(failure).map(Cow::into_owned)
}

/// `StartPipelineExecution by ana (release)`: the trigger, and who pulled it if that is a principal.
fn starter(detail: Fields<'_>) -> Option<String> {
    let trigger = detail.str("execution-trigger.trigger-type")?;
    let by = detail.str("execution-trigger.trigger-detail").filter(|by| by.contains(":iam:") || by.contains(":sts:"));
    Some(by.map_or_else(|| trigger.to_owned(), |by| format!("{trigger} by {}", principal::name(by))))
}

fn page(console: Console<'_>, pipeline: &str, execution: &str) -> Link {
    let path =
        format!("codesuite/codepipeline/pipelines/{}/executions/{}/timeline", encoded(pipeline), encoded(execution));
    console.link("the execution in CodePipeline", &path, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_executions() {
        for (state, level, ended) in [
            ("FAILED", Severity::Critical, Some("Failed")),
            ("STOPPED", Severity::Warning, Some("Stopped")),
            ("SUPERSEDED", Severity::Warning, Some("Superseded")),
            ("SUCCEEDED", Severity::Good, Some("Succeeded")),
            ("STARTED", Severity::Neutral, None),
            ("RESUMED", Severity::Neutral, None),
        ] {
            assert_eq!((severity(state), end(state)), (level, ended), "{state}");
        }
    }

    #[test]
    fn an_approval_expires_at_a_minute() {
        assert_eq!(minutes("2026-11-29T18:20Z").utc(), "2026-11-29 18:20:00 UTC");
        assert_eq!(minutes("2026-11-29T18:20:11Z").utc(), "2026-11-29 18:20:11 UTC");
        assert_eq!(minutes("soon").utc(), "soon");
    }
}
