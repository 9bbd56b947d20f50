//! `CodeDeploy`: deployments and what they did on each instance.
//!
//! By `EventBridge` and notification rules (`CodeDeploy` User Guide, "Monitoring deployments with Amazon `CloudWatch`
//! Events"), and by triggers, which publish JSON of their own ("JSON data formats for `CodeDeploy` triggers").

use serde_json::Value;

use super::dates;
use super::draft::Draft;
use super::entry::Entry;
use super::event::{Event, partition_of_region};
use super::fields::{Fields, Object, string};
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::{Incoming, Link, Severity};

pub const ENTRY: Entry =
    Entry::new("codedeploy", "AWS CodeDeploy").events(&["aws.codedeploy"], read_event).objects(claims, read_trigger);

/// Lifecycle events of a trigger that are looked at, and those of them that a card lists.
const LIFECYCLE_EVENTS: usize = 50;
const LIFECYCLE_EVENTS_SHOWN: usize = 5;

fn read_event(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let deployment = Deployment {
        application: detail.str("application"),
        id: detail.str("deploymentId")?,
        group: detail.str("deploymentGroup"),
        instance: detail.str("instanceId"),
        state: detail.str("state")?,
        page: event.console().zip(detail.str("deploymentId")).map(|(console, id)| page(console, id)),
    };
    let extra = ["additionalAttributes.additionalInformation", "additionalAttributes.errorInformation.ErrorMessage"];
    let why = event.envelope.either(&extra).map(std::borrow::Cow::into_owned);
    Some(deployment.draft(why))
}

fn claims(object: &Object) -> bool {
    string(object, "deploymentId").is_some() && string(object, "eventTriggerName").is_some()
}

fn read_trigger(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let fields = Fields::of_object(object);
    let region = fields.str("region");
    let id = fields.str("deploymentId").unwrap_or_default();
    let instance = fields.str("instanceId");
    let deployment = Deployment {
        application: fields.str("applicationName"),
        id,
        group: fields.str("deploymentGroupName"),
        instance: instance
            .map(|instance| Arn::parse(instance).and_then(|arn| arn.named("instance")).unwrap_or(instance)),
        state: fields.str("instanceStatus").or_else(|| fields.str("status")).unwrap_or("changed"),
        page: region.and_then(|region| Some(page(Console::of(partition_of_region(region), region)?, id))),
    };
    let error = unpacked(fields, "errorInformation");
    let error = error.as_ref().map(Fields::of).unwrap_or_default();
    let events = unpacked(fields, "lifecycleEvents");
    let events = events.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let why = error.str("ErrorMessage").map(str::to_owned).or_else(|| failed_events(events));
    deployment
        .draft(why)
        .fact("Error", error.str("ErrorCode"))
        .fact("Instances", overview(fields))
        .since("Completed", fields.str("completeTime").map(dates::iso))
        .origin("aws.codedeploy", if instance.is_some() { INSTANCE } else { DEPLOYMENT })
        .place(incoming.place(fields.str("accountId"), region))
}

const DEPLOYMENT: &str = "CodeDeploy Deployment State-change Notification";
const INSTANCE: &str = "CodeDeploy Instance State-change Notification";

/// What both ways say.
struct Deployment<'a> {
    application: Option<&'a str>,
    id: &'a str,
    group: Option<&'a str>,
    instance: Option<&'a str>,
    state: &'a str,
    page: Option<Link>,
}

impl Deployment<'_> {
    fn draft(self, why: Option<String>) -> Draft {
        let Self { application, id, group, instance, state, page } = self;
        let of = application.map_or_else(|| id.to_owned(), |application| format!("of {application}"));
        let headline = match instance {
            Some(instance) => format!("Deployment {of} on {instance}: {state}"),
            None => format!("Deployment {of}: {state}"),
        };
        // One instance is not the deployment: what it meets is told, but only the deployment ends.
        let outcome = Outcome::of(state);
        let ended = if instance.is_none() { outcome.end() } else { None };
        Draft::new(outcome.severity(), headline)
            .gist(why.as_deref().or(group))
            .subject(Some(application.unwrap_or(id)))
            .state(Some(state))
            .paragraph(None, why)
            .fact("Deployment group", group)
            .code("Instance", instance)
            .code("Deployment", Some(id))
            .link(page)
            .thread(&["codedeploy", id], ended)
    }
}

/// What a state means. Events say `FAILURE`, triggers `FAILED`, lifecycle events `Failed`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Failed,
    Stopped,
    Succeeded,
    Open,
}

impl Outcome {
    fn of(state: &str) -> Self {
        match state.to_ascii_uppercase().as_str() {
            "FAILURE" | "FAILED" => Self::Failed,
            "STOP" | "STOPPED" | "ABORTED" | "SKIPPED" => Self::Stopped,
            "SUCCESS" | "SUCCEEDED" => Self::Succeeded,
            _ => Self::Open,
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::Failed => Severity::Critical,
            Self::Stopped => Severity::Warning,
            Self::Succeeded => Severity::Good,
            Self::Open => Severity::Neutral,
        }
    }

    fn end(self) -> Option<&'static str> {
        match self {
            Self::Failed => Some("Failed"),
            Self::Stopped => Some("Stopped"),
            Self::Succeeded => Some("Succeeded"),
            Self::Open => None,
        }
    }
}

/// A member of a trigger's message that is JSON, or (as observed) JSON inside a string.
fn unpacked(fields: Fields<'_>, path: &str) -> Option<Value> {
    match fields.value(path)? {
        Value::String(text) => serde_json::from_str(text).ok(),
        value => Some(value.clone()),
    }
}

/// `Failed 10, Succeeded 2`: nobody needs the zeros.
fn overview(fields: Fields<'_>) -> Option<String> {
    let overview = unpacked(fields, "deploymentOverview")?;
    let counted = overview.as_object()?.iter().take(10).filter_map(|(state, count)| {
        let count = super::fields::count(Some(count)).filter(|count| *count > 0)?;
        Some(format!("{state} {count}"))
    });
    Some(counted.collect::<Vec<_>>().join(", ")).filter(|words| !words.is_empty())
}

/// `Failed in ValidateService`
fn failed_events(events: &[Value]) -> Option<String> {
    let failed =
        events.iter().take(LIFECYCLE_EVENTS).map(Fields::of).filter(|event| {
            event.str("LifecycleEventStatus").is_some_and(|status| Outcome::of(status) == Outcome::Failed)
        });
    let names: Vec<&str> =
        failed.filter_map(|event| event.str("LifecycleEvent")).take(LIFECYCLE_EVENTS_SHOWN).collect();
    (!names.is_empty()).then(|| format!("Failed in {}", names.join(", ")))
}

fn page(console: Console<'_>, id: &str) -> Link {
    console.link("the deployment in CodeDeploy", &format!("codesuite/codedeploy/deployments/{}", encoded(id)), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_both_ways() {
        for (state, level, ended) in [
            ("FAILURE", Severity::Critical, Some("Failed")),
            ("Failed", Severity::Critical, Some("Failed")),
            ("STOP", Severity::Warning, Some("Stopped")),
            ("ABORTED", Severity::Warning, Some("Stopped")),
            ("SUCCESS", Severity::Good, Some("Succeeded")),
            ("START", Severity::Neutral, None),
            ("READY", Severity::Neutral, None),
            ("CREATED", Severity::Neutral, None),
        ] {
            let outcome = Outcome::of(state);
            assert_eq!((outcome.severity(), outcome.end()), (level, ended), "{state}");
        }
    }
}
