//! A task's way from PROVISIONING to STOPPED, and why it stopped. `ecs` hands these events over.

use super::last;
use crate::notification::console::encoded;
use crate::notification::duration;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::Fields;
use crate::notification::{Severity, Text};

/// Containers of a task that are looked at, and those of them that a card lists.
const CONTAINERS: usize = 20;
const CONTAINERS_SHOWN: usize = 5;

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let arn = detail.str("taskArn").or_else(|| event.resources.first().copied())?;
    let state = detail.str("lastStatus")?;
    let group = detail.str("group");
    let service = group.and_then(|group| group.strip_prefix("service:"));
    let definition = detail.str("taskDefinitionArn").map(last);
    let of = match (service, definition) {
        (Some(service), _) => format!("service {service}"),
        (None, Some(definition)) => definition.to_owned(),
        (None, None) => last(arn).to_owned(),
    };
    let cluster = detail.str("clusterArn").map(last);
    let stopped = state == "STOPPED";
    let reason = detail.str("stoppedReason").filter(|_| stopped);
    let (containers, left_out) = if stopped { containers(detail) } else { (Vec::new(), 0) };
    let exits = containers.first().cloned();
    let containers = containers.into_iter().map(Text::Plain).collect();
    let link = event.console().zip(cluster).map(|(console, cluster)| {
        let path = format!("ecs/v2/clusters/{}/tasks/{}/configuration", encoded(cluster), encoded(last(arn)));
        console.link("the task in ECS", &path, "")
    });
    let ran = duration::between(detail.str("startedAt"), detail.str("stoppedAt"));
    let severity = if stopped { severity(detail) } else { Severity::Neutral };
    let draft = Draft::new(severity, format!("Task of {of}: {state}"))
        .gist(exits.or_else(|| reason.map(str::to_owned)))
        .subject(Some(service.or(definition).unwrap_or(arn)))
        .state(Some(state))
        .paragraph(None, reason)
        .bullets("Containers", containers, left_out)
        .fact("Cluster", cluster)
        .fact("Task definition", definition.filter(|_| service.is_some()))
        .fact("Stop code", detail.str("stopCode").filter(|_| stopped))
        .fact("Duration", ran)
        .fact("Launch type", detail.str("launchType"))
        .code("Task", Some(last(arn)))
        .link(link)
        .thread(&["ecs", arn], stopped.then_some("Stopped"));
    Some(draft)
}

/// Of a task that stopped. Source: API reference, `Task`, `stopCode`.
fn severity(detail: Fields<'_>) -> Severity {
    let unless = |bad: bool, level| if bad { Severity::Critical } else { level };
    let reason = detail.str("stoppedReason").unwrap_or_default();
    match detail.str("stopCode") {
        Some("TaskFailedToStart") => Severity::Critical,
        Some("EssentialContainerExited") => unless(failed(detail), Severity::Good),
        // The scheduler also ends tasks that are no longer needed; their containers may exit as they like.
        Some("ServiceSchedulerInitiated") => unless(reason.contains("failed"), Severity::Neutral),
        Some("SpotInterruption" | "TerminationNotice" | "UserInitiated") => Severity::Warning,
        _ => unless(failed(detail), Severity::Neutral),
    }
}

fn failed(detail: Fields<'_>) -> bool {
    let mut containers = detail.objects("containers").take(CONTAINERS);
    containers.any(|container| {
        container.str("reason").is_some() || container.text("exitCode").is_some_and(|code| code != "0")
    })
}

/// `app: exited with 137, OutOfMemoryError: …`; those that went wrong first.
fn containers(detail: Fields<'_>) -> (Vec<String>, usize) {
    let mut told: Vec<(bool, String)> = detail
        .objects("containers")
        .take(CONTAINERS)
        .filter_map(|container| {
            let name = container.str("name")?;
            let (code, reason) = (container.text("exitCode"), container.str("reason"));
            let good = reason.is_none() && code.as_deref() == Some("0");
            let line = match (code, reason) {
                (Some(code), Some(reason)) => format!("{name}: exited with {code}, {reason}"),
                (Some(code), None) => format!("{name}: exited with {code}"),
                (None, Some(reason)) => format!("{name}: {reason}"),
                (None, None) => return None,
            };
            Some((good, line))
        })
        .collect();
    told.sort_by_key(|(good, _)| *good);
    let left_out = told.len().saturating_sub(CONTAINERS_SHOWN);
    (told.into_iter().take(CONTAINERS_SHOWN).map(|(_, line)| line).collect(), left_out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_stop_means() {
        for (code, reason, exit, level) in [
            ("TaskFailedToStart", "CannotPullContainerError", None, Severity::Critical),
            ("EssentialContainerExited", "Essential container in task exited", Some(1), Severity::Critical),
            ("EssentialContainerExited", "Essential container in task exited", Some(0), Severity::Good),
            ("ServiceSchedulerInitiated", "Scaling activity initiated by deployment x", Some(143), Severity::Neutral),
            ("ServiceSchedulerInitiated", "Task failed ELB health checks in t", Some(137), Severity::Critical),
            ("SpotInterruption", "Your Spot Task was interrupted.", None, Severity::Warning),
            ("", "", Some(2), Severity::Critical),
        ] {
            let detail =
                json!({"stopCode": code, "stoppedReason": reason, "containers": [{"name": "a", "exitCode": exit}]});
            assert_eq!(severity(Fields::of(&detail)), level, "{code} {reason}");
        }
    }
}
