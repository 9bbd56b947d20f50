//! EMR: clusters, steps, instance groups and fleets; EMR Serverless and EMR on EKS: applications and job runs.
//!
//! Shapes: EMR Management Guide, "Monitor Amazon EMR events with `CloudWatch`"; EMR Serverless User Guide, "Automating EMR
//! Serverless with Amazon `EventBridge`"; EMR on EKS Development Guide, "Monitor jobs with Amazon `CloudWatch` Events".

use serde_json::Value;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::encoded;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry =
    Entry::new("emr", "Amazon EMR").events(&["aws.emr", "aws.emr-serverless", "aws.emr-containers"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "EMR Cluster State Change" => cluster(event),
        "EMR Step Status Change" => step(event),
        "EMR Configuration Error" => configuration_error(event),
        "EMR Instance Group State Change"
        | "EMR Instance Group Status Notification"
        | "EMR Instance Fleet State Change"
        | "EMR Auto Scaling Policy State Change" => instances(event),
        "EMR Serverless Application State Change" => application(event),
        "EMR Serverless Job Run State Change" | "EMR Job Run State Change" => job_run(event),
        "EMR Serverless Job Run Retry" => retry(event),
        _ => None,
    }
}

fn cluster(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("clusterId")?;
    let (name, state) = (detail.str("name").unwrap_or(id), detail.str("state")?);
    let reason = reason(detail.str("stateChangeReason"));
    let ended = match state {
        "TERMINATED" => Some("Terminated"),
        "TERMINATED_WITH_ERRORS" => Some("Failed"),
        _ => None,
    };
    Some(
        of_cluster(event, Draft::new(severity(event, state), format!("EMR cluster {name}: {state}")), name, state)
            .gist(reason.clone().or_else(|| detail.str("message").map(str::to_owned)))
            .fact("Reason", reason)
            .thread(&["emr-cluster", id], ended),
    )
}

/// JSON inside a string: `{"code":"USER_REQUEST","message":"Terminated by user request"}`.
fn reason(text: Option<&str>) -> Option<String> {
    let value: Value = serde_json::from_str(text?).ok()?;
    let said = |key| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    said("message").or_else(|| said("code"))
}

fn step(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("stepId")?;
    let (name, state) = (detail.str("name").unwrap_or(id), detail.str("state")?);
    let draft = Draft::new(severity(event, state), format!("EMR step {name}: {state}"));
    Some(
        of_cluster(event, draft, name, state)
            .gist(detail.str("message"))
            .fact("On failure", detail.str("actionOnFailure").filter(|_| state == "FAILED"))
            .code("Step", Some(id))
            .thread(&["emr-step", detail.str("clusterId").unwrap_or_default(), id], end(state)),
    )
}

fn instances(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.either(&["instanceGroupId", "instanceFleetId", "resourceId"])?;
    let state = detail.str("state").unwrap_or("changed");
    let (noun, kind) = match detail.either(&["instanceGroupType", "instanceFleetType"]) {
        Some(kind) if detail.has("instanceFleetId") => ("instance fleet", kind),
        Some(kind) => ("instance group", kind),
        None => ("scaling policy of", id.clone()),
    };
    let cluster = detail.str("clusterId").unwrap_or("a cluster");
    let count = |wanted, running| Some(format!("{} of {}", detail.text(running)?, detail.text(wanted)?));
    let draft = Draft::new(severity(event, state), format!("EMR {noun} {kind} of {cluster}: {state}"));
    Some(
        of_cluster(event, draft, &id, state)
            .gist(detail.str("message"))
            .fact("Instances", count("requestedInstanceCount", "runningInstanceCount"))
            .fact("On-Demand", count("targetOnDemandCapacity", "provisionedOnDemandCapacity"))
            .fact("Spot", count("targetSpotCapacity", "provisionedSpotCapacity"))
            .fact("Type", detail.str("instanceType"))
            .fact("Market", detail.str("market"))
            .code("Id", Some(id)),
    )
}

fn configuration_error(event: &Event<'_>) -> Option<Draft> {
    let cluster = event.detail.str("clusterId")?;
    let draft = Draft::new(Severity::Critical, format!("EMR cluster {cluster}: configuration error"));
    let says = event.detail.str("description").or(event.detail.str("message"));
    Some(
        of_cluster(event, draft, cluster, "configuration error")
            .gist(says)
            .paragraph(None, event.detail.str("description")),
    )
}

fn of_cluster(event: &Event<'_>, draft: Draft, subject: &str, state: &str) -> Draft {
    let cluster = event.detail.str("clusterId");
    draft
        .subject(Some(subject))
        .state(Some(state))
        .paragraph(None, event.detail.str("message"))
        .code("Cluster", cluster)
        .link(cluster.and_then(|cluster| cluster_page(event, cluster)))
}

fn cluster_page(event: &Event<'_>, cluster: &str) -> Option<Link> {
    Some(event.console()?.link("the cluster in EMR", "emr/home", &format!("#/clusterDetails/{}", encoded(cluster))))
}

fn application(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("applicationId")?;
    let (name, state) = (detail.str("applicationName").unwrap_or(id), detail.str("state")?);
    Some(
        Draft::new(severity(event, state), format!("EMR Serverless application {name}: {state}"))
            .gist(detail.str("type"))
            .subject(Some(name))
            .state(Some(state))
            .fact("Type", detail.str("type"))
            .fact("Release", detail.str("releaseLabel"))
            .code("Application", Some(id)),
    )
}

/// EMR on EKS calls a run's id `id` and its home a virtual cluster; EMR Serverless `jobRunId` and an application.
fn job_run(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.either(&["jobRunId", "id"])?;
    let state = detail.str("state")?;
    let name = detail.either(&["jobRunName", "name"]).unwrap_or_else(|| id.clone());
    let why = detail.either(&["failureReason", "stateDetails"]);
    Some(
        Draft::new(severity(event, state), format!("EMR job run {name}: {state}"))
            .gist(why.clone())
            .subject(Some(name))
            .state(Some(state))
            .paragraph(None, why)
            .code("Application", detail.str("applicationId"))
            .code("Virtual cluster", detail.str("virtualClusterId"))
            .fact("Release", detail.str("releaseLabel"))
            .code("Run", Some(id.clone()))
            .code("Started by", detail.str("createdBy"))
            .since("Time", detail.str("updatedAt"))
            .thread(&["emr-job-run", &id], end(state)),
    )
}

fn retry(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("jobRunId")?;
    let state = detail.str("previousAttemptState").unwrap_or("FAILED");
    let attempt = detail.text("newAttempt");
    let headline = match &attempt {
        Some(attempt) => format!("EMR job run {id}: attempt {attempt} after {state}"),
        None => format!("EMR job run {id}: retried after {state}"),
    };
    Some(
        Draft::new(Severity::Warning, headline)
            .gist(detail.str("applicationId").map(|id| format!("application {id}")))
            .subject(Some(id))
            .state(Some("RETRY"))
            .code("Application", detail.str("applicationId"))
            .since("Time", detail.str("newAttemptCreatedAt"))
            .thread(&["emr-job-run", id], None),
    )
}

/// EMR states a severity where a state does not tell, for instances that run out of capacity.
fn severity(event: &Event<'_>, state: &str) -> Severity {
    match (state, event.detail.str("severity")) {
        ("FAILED" | "TERMINATED_WITH_ERRORS" | "ARRESTED", _) | (_, Some("ERROR" | "CRITICAL")) => Severity::Critical,
        ("CANCELLED" | "CANCEL_PENDING" | "CANCELLING" | "INTERRUPTED" | "SUSPENDED", _) | (_, Some("WARN")) => {
            Severity::Warning
        }
        ("COMPLETED" | "SUCCESS", _) => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "COMPLETED" | "SUCCESS" => Some("Succeeded"),
        "FAILED" => Some("Failed"),
        "CANCELLED" => Some("Cancelled"),
        "INTERRUPTED" => Some("Interrupted"),
        _ => None,
    }
}
