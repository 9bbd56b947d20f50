//! ECS: tasks that stop, what a service does, deployments, container instances.
//!
//! Source: ECS Developer Guide, "Amazon ECS events" (task, service action, service deployment and container instance state
//! change events) and "Amazon ECS stopped tasks error messages". Environment and commands of overrides stay off the card.

mod task;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::delivery::Priority;
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::triage::Triage;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("ecs", "Amazon ECS").events(&["aws.ecs"], read).triaged(triage);

const SERVICE_ACTION: &str = "ECS Service Action";

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "ECS Task State Change" => task::read(event),
        SERVICE_ACTION => service_action(event),
        "ECS Deployment State Change" => deployment(event),
        "ECS Container Instance State Change" => container_instance(event),
        _ => None,
    }
}

/// A service's scheduler reports its state again and again, good or bad.
/// Source: ECS Developer Guide, "Amazon ECS service action events": "might receive this message multiple times".
fn triage(event: &Event<'_>) -> Option<Triage> {
    let state = event.detail.str("eventName").filter(|_| event.detail_type == SERVICE_ACTION)?;
    let reason = event.detail.str("reason").unwrap_or_default();
    Some(Triage::alike(Priority::Notification, &["ecs", event.resources.first()?], &[state, reason]))
}

/// What a service could or could not do for itself. It is one matter until the service is steady again.
fn service_action(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let state = detail.str("eventName")?;
    let arn = Arn::parse(event.resources.first()?)?;
    let (cluster, service) = service(&arn, detail.str("clusterArn"))?;
    let severity = match (detail.str("eventType"), state) {
        (Some("ERROR"), _) => Severity::Critical,
        (Some("WARN"), _) => Severity::Warning,
        (_, "SERVICE_STEADY_STATE" | "TASKSET_STEADY_STATE" | "CAPACITY_PROVIDER_STEADY_STATE") => Severity::Good,
        _ => Severity::Neutral,
    };
    let ended = (state == "SERVICE_STEADY_STATE").then_some("Steady");
    let reason = detail.str("reason");
    let draft = Draft::new(severity, format!("Service {service}: {state}"))
        .gist(reason.or(cluster))
        .subject(Some(service))
        .state(Some(state))
        .paragraph(None, reason)
        .fact("Cluster", cluster)
        .fact("Desired tasks", detail.text("desiredCount"))
        .link(service_page(event, cluster, service, "health"))
        .thread(&["ecs", &arn.to_string()], ended);
    Some(draft)
}

fn deployment(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let state = detail.str("eventName")?;
    let arn = Arn::parse(event.resources.first()?)?;
    let (cluster, service) = service(&arn, detail.str("clusterArn"))?;
    let reason = detail.str("reason");
    let rolls_back = reason.is_some_and(|reason| reason.contains("rolling back"));
    let (severity, ended) = match state {
        "SERVICE_DEPLOYMENT_FAILED" => (Severity::Critical, Some("Failed")),
        "SERVICE_DEPLOYMENT_COMPLETED" => (Severity::Good, Some("Completed")),
        _ if rolls_back => (Severity::Warning, None),
        _ => (Severity::Neutral, None),
    };
    let draft = Draft::new(severity, format!("Deployment of service {service}: {state}"))
        .gist(reason.or(cluster))
        .subject(Some(service))
        .state(Some(state))
        .paragraph(None, reason)
        .fact("Cluster", cluster)
        .code("Deployment", detail.str("deploymentId"))
        .link(service_page(event, cluster, service, "deployments"));
    Some(match detail.str("deploymentId") {
        Some(id) => draft.thread(&["ecs", id, &arn.to_string()], ended),
        None => draft,
    })
}

fn container_instance(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let status = detail.str("status")?;
    let arn = detail.str("containerInstanceArn").or_else(|| event.resources.first().copied())?;
    let name = detail.str("ec2InstanceId").or_else(|| arn.rsplit('/').next())?;
    let cluster = detail.str("clusterArn").map(last);
    let connected = detail.flag("agentConnected") != Some(false);
    let (severity, headline) = match status {
        // Whoever drains an instance stops its agent too.
        "ACTIVE" if !connected => {
            (Severity::Warning, format!("Container instance {name} is {status}, but its agent is disconnected"))
        }
        "DRAINING" | "INACTIVE" | "REGISTRATION_FAILED" => {
            (Severity::Warning, format!("Container instance {name}: {status}"))
        }
        _ => (Severity::Neutral, format!("Container instance {name}: {status}")),
    };
    let link = event.console().zip(cluster).map(|(console, cluster)| {
        let path = format!("ecs/v2/clusters/{}/infrastructure", encoded(cluster));
        console.link("the cluster in ECS", &path, "")
    });
    let reason = detail.str("statusReason");
    let draft = Draft::new(severity, headline)
        .gist(reason.or(cluster))
        .subject(Some(name))
        .state(Some(status))
        .paragraph(None, reason)
        .fact("Cluster", cluster)
        .fact("Agent", Some(if connected { "connected" } else { "disconnected" }))
        .fact("Agent version", detail.str("versionInfo.agentVersion"))
        .link(link)
        .thread(&["ecs", arn], (status == "INACTIVE").then_some("Deregistered"));
    Some(draft)
}

/// `service/CLUSTER/NAME`, before 2018 `service/NAME`: the cluster, if anything names it, and the service.
fn service<'a>(arn: &Arn<'a>, cluster_arn: Option<&'a str>) -> Option<(Option<&'a str>, &'a str)> {
    let named = arn.named("service")?;
    Some(match named.split_once('/') {
        Some((cluster, service)) => (Some(cluster), service),
        None => (cluster_arn.map(last), named),
    })
}

/// The last part of an ARN's resource.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn service_page(event: &Event<'_>, cluster: Option<&str>, service: &str, tab: &str) -> Option<Link> {
    let console: Console<'_> = event.console()?;
    let path = format!("ecs/v2/clusters/{}/services/{}/{tab}", encoded(cluster?), encoded(service));
    Some(console.link("the service in ECS", &path, ""))
}

#[cfg(test)]
mod tests {
    use crate::notification::{AccountNames, Incoming, triage};

    #[test]
    fn a_service_that_says_the_same_again_is_alike() {
        let of = |message: &str| {
            let topic_arn = "arn:aws:sns:eu-west-1:123456789012:t";
            let incoming =
                Incoming { topic_arn, subject: None, message, timestamp: "", account_names: AccountNames::NONE };
            triage(&incoming).similarity
        };
        let failure = include_str!("../../../tests/fixtures/notification/ecs/placement_failure.json");
        let said = of(failure).unwrap();
        assert_eq!(said.matter, "ecs|arn:aws:ecs:eu-west-1:210987654321:service/shop/checkout");
        assert_eq!(said.says, "SERVICE_TASK_PLACEMENT_FAILURE|RESOURCE:MEMORY");
        assert_ne!(of(&failure.replace("RESOURCE:MEMORY", "RESOURCE:CPU")).unwrap().says, said.says);
        let task = include_str!("../../../tests/fixtures/notification/ecs/task_out_of_memory.json");
        assert_eq!(of(task), None);
    }
}
