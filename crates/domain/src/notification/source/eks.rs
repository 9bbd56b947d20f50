//! EKS: add-ons that were created, updated, deleted or became unhealthy, and Fargate pods that must go.
//!
//! The detail-type says what happened. Source: `EventBridge` events reference, "Amazon Elastic Kubernetes Service events";
//! no page documents what an add-on's `detail` holds, so names are taken from the resource's ARN or, assumed, as the
//! API of EKS spells them.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::Severity;
use crate::notification::arn::Arn;
use crate::notification::console::encoded;

pub const ENTRY: Entry = Entry::new("eks", "Amazon EKS").events(&["aws.eks"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    if let Some(state) = event.detail_type.strip_prefix("EKS Addon ") {
        return addon(event, state);
    }
    if event.detail_type == "EKS Fargate Pod Scheduled Termination" {
        return pod(event);
    }
    None
}

/// `state` is `Creation Failed`, `Update Succeeded`, `Health Degraded`.
fn addon(event: &Event<'_>, state: &str) -> Option<Draft> {
    let detail = event.detail;
    // `addon/CLUSTER/NAME/ID`
    let arn = event.resources.iter().filter_map(|arn| Arn::parse(arn)).find_map(|arn| arn.named("addon"));
    let mut named = arn.into_iter().flat_map(|named| named.split('/'));
    let (cluster, addon) = (named.next(), named.next());
    let cluster = cluster.or_else(|| cluster_of(event));
    let addon = addon.or_else(|| detail.str("addonName")).or_else(|| detail.str("addon-name"))?;
    let severity = match state {
        "Health Degraded" => Severity::Critical,
        _ if state.ends_with("Failed") => Severity::Critical,
        "Health Restored" => Severity::Good,
        _ if state.ends_with("Succeeded") => Severity::Good,
        _ => Severity::Neutral,
    };
    let why = detail.either(&["message", "reason", "statusReason", "errors.0.errorMessage", "issues.0.message"]);
    let why = why.map(std::borrow::Cow::into_owned);
    let cluster_words = cluster.map(|cluster| format!(" of cluster {cluster}")).unwrap_or_default();
    let draft = Draft::new(severity, format!("Add-on {addon}{cluster_words}: {state}"))
        .gist(why.as_deref().or(cluster))
        .subject(Some(addon))
        .state(Some(state))
        .paragraph(None, why)
        .fact("Cluster", cluster)
        .fact("Version", detail.either(&["addonVersion", "addon-version"]))
        .link(cluster.and_then(|cluster| page(event, cluster)));
    let ended = match state {
        "Health Restored" => Some("Restored"),
        _ if state.ends_with("Succeeded") => Some("Succeeded"),
        _ if state.ends_with("Failed") => Some("Failed"),
        _ => None,
    };
    // Its health is one matter, each change of it another.
    let matter = if state.starts_with("Health ") { "health" } else { "change" };
    Some(draft.thread(&["eks", matter, event.account.unwrap_or_default(), cluster.unwrap_or_default(), addon], ended))
}

/// A pod that EKS must replace for a patch and could not evict; it is deleted at the time the event says.
/// Source: EKS User Guide, "Set actions for AWS Fargate OS patching events".
fn pod(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let pod = detail.str("podName")?;
    let cluster = cluster_of(event);
    let why = detail.str("evictErrorMessage");
    // `2026-11-25T12:52:44.832Z[UTC]`, as Java writes it.
    let when = detail.str("scheduledTerminationTime").map(|when| when.trim_end_matches("[UTC]"));
    let draft = Draft::new(Severity::Warning, format!("Fargate pod {pod} could not be evicted"))
        .gist(why.or(cluster))
        .subject(Some(pod))
        .state(Some("Scheduled Termination"))
        .paragraph(None, why)
        .fact("Cluster", cluster)
        .fact("Namespace", detail.str("podNamespace"))
        .time("Deleted at", when)
        .next_step("Restart the pod or loosen its disruption budget before it is deleted")
        .link(cluster.and_then(|cluster| page(event, cluster)));
    Some(draft)
}

fn cluster_of<'a>(event: &Event<'a>) -> Option<&'a str> {
    let detail = event.detail;
    let said = detail.str("clusterName").or_else(|| detail.str("cluster-name")).or_else(|| detail.str("cluster"));
    said.or_else(|| event.resources.iter().filter_map(|arn| Arn::parse(arn)).find_map(|arn| arn.named("cluster")))
}

fn page(event: &Event<'_>, cluster: &str) -> Option<crate::notification::Link> {
    Some(event.console()?.link("the cluster in EKS", "eks/home", &format!("#/clusters/{}", encoded(cluster))))
}
