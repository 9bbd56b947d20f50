//! Batch: jobs that change state, and queues that are blocked.
//!
//! Source: Batch User Guide, "AWS Batch events". The container's environment and command, which the events carry, never
//! reach a card.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::notification::console::encoded;
use crate::notification::duration;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("batch", "AWS Batch").events(&["aws.batch"], read);

/// Where Batch writes logs unless a job definition says otherwise. Source: User Guide, "Use the awslogs log driver".
const LOG_GROUP: &str = "/aws/batch/job";

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "Batch Job State Change" => job(event),
        "Batch Job Queue Blocked" => blocked(event),
        _ => None,
    }
}

fn job(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (name, id, state) = (detail.str("jobName")?, detail.str("jobId")?, detail.str("status")?);
    let container = detail.fields("container");
    let reason = detail.str("statusReason");
    // The container knows better than "Essential container in task exited" what went wrong.
    let why = container.str("reason").or(reason);
    let exit = container.text("exitCode");
    let gist = match (&why, &exit) {
        (Some(why), Some(exit)) if state == "FAILED" => Some(format!("exit code {exit}: {why}")),
        (Some(why), _) => Some((*why).to_owned()),
        (None, _) => detail.str("jobQueue").map(|queue| last(queue).to_owned()),
    };
    let draft = Draft::new(severity(state), format!("Batch job {name}: {state}"))
        .gist(gist)
        .subject(Some(name))
        .state(Some(state))
        .paragraph(None, why)
        .fact("Queue", detail.str("jobQueue").map(last))
        .fact("Definition", detail.str("jobDefinition").map(last))
        .fact("Exit code", exit)
        .fact("Attempt", attempt(detail))
        .fact("Duration", duration::between_ms(detail.count("startedAt"), detail.count("stoppedAt")))
        .code("Job", Some(id))
        .link(job_page(event, id))
        .link(log(event, container))
        .thread(&["batch", id], end(state));
    Some(draft)
}

/// A job at the head of its queue that cannot run holds up all others.
fn blocked(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let queue_arn = detail.str("jobQueue")?;
    let (queue, reason) = (last(queue_arn), detail.str("statusReason"));
    let link = event.console().map(|console| {
        console.link("the queue in Batch", "batch/home", &format!("#queues/detail/{}", encoded(queue_arn)))
    });
    let draft = Draft::new(Severity::Critical, format!("Batch queue {queue} is blocked"))
        .gist(reason.or_else(|| detail.str("jobName")))
        .subject(Some(queue))
        .state(Some("BLOCKED"))
        .paragraph(None, reason)
        .fact("By job", detail.str("jobName"))
        .code("Job", detail.str("jobId"))
        .next_step("Fix the queue's compute environment, or cancel or terminate the job that blocks it")
        .link(link)
        .link(detail.str("jobId").and_then(|id| job_page(event, id)))
        .thread(&["batch", queue_arn], None);
    Some(draft)
}

fn severity(state: &str) -> Severity {
    match state {
        "FAILED" => Severity::Critical,
        "SUCCEEDED" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "FAILED" => Some("Failed"),
        "SUCCEEDED" => Some("Succeeded"),
        _ => None,
    }
}

/// `2 of 3`, if it may be tried more than once.
fn attempt(detail: Fields<'_>) -> Option<String> {
    let allowed = detail.count("retryStrategy.attempts").filter(|allowed| *allowed > 1)?;
    Some(format!("{} of {allowed}", detail.list("attempts").len()))
}

/// `job-queue/nightly` → `nightly`; `job-definition/etl:7` → `etl:7`.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn job_page(event: &Event<'_>, id: &str) -> Option<Link> {
    Some(event.console()?.link("the job in Batch", "batch/home", &format!("#jobs/detail/{}", encoded(id))))
}

fn log(event: &Event<'_>, container: Fields<'_>) -> Option<Link> {
    let group = container.str("logConfiguration.options.awslogs-group").unwrap_or(LOG_GROUP);
    Some(event.console()?.log_stream(group, container.str("logStreamName")?))
}
