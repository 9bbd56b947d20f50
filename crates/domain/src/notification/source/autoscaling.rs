//! Auto Scaling: instances that were launched or terminated, lifecycle hooks that wait, instance refreshes.
//!
//! By `EventBridge` ("Amazon EC2 Auto Scaling event reference") and by a group's notification topic, as JSON of its own
//! ("Amazon SNS notification options for Amazon EC2 Auto Scaling", "Amazon EC2 Auto Scaling lifecycle hooks").
//! `LifecycleActionToken` lets its bearer complete the action: it stays off the card.

use super::draft::Draft;
use super::entry::Entry;
use super::event::{Event, partition_of_region};
use super::fields::{Fields, Object, string};
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::duration;
use crate::notification::{Incoming, Link, Severity};

pub const ENTRY: Entry = Entry::new("autoscaling", "Amazon EC2 Auto Scaling")
    .events(&["aws.autoscaling"], read_event)
    .objects(claims, read_notification);

fn read_event(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let group = detail.str("AutoScalingGroupName")?;
    if let Some(state) = event.detail_type.strip_prefix("EC2 Auto Scaling Instance Refresh ") {
        return Some(refresh(event, group, state));
    }
    let activity = match event.detail_type {
        "EC2 Instance Launch Successful" => Activity::Launched,
        "EC2 Instance Launch Unsuccessful" => Activity::LaunchFailed,
        "EC2 Instance Terminate Successful" => Activity::Terminated,
        "EC2 Instance Terminate Unsuccessful" => Activity::TerminateFailed,
        "EC2 Instance Detach Successful" => Activity::Detached,
        "EC2 Instance Detach Unsuccessful" => Activity::DetachFailed,
        "EC2 Instance-launch Lifecycle Action" => Activity::WaitsToLaunch,
        "EC2 Instance-terminate Lifecycle Action" => Activity::WaitsToTerminate,
        _ => return None,
    };
    Some(draft(activity, group, detail).link(event.console().map(|console| page(console, group))))
}

fn claims(object: &Object) -> bool {
    let is_notification = string(object, "Event").is_some_and(|event| event.starts_with("autoscaling:"));
    string(object, "AutoScalingGroupName").is_some()
        && (is_notification || string(object, "LifecycleTransition").is_some())
}

fn read_notification(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let fields = Fields::of_object(object);
    let group = fields.str("AutoScalingGroupName").unwrap_or_default();
    let arn = fields.str("AutoScalingGroupARN").and_then(Arn::parse);
    // A lifecycle hook's message names no region: its topic must be in the group's.
    let topic = incoming.topic_place();
    let region = arn.map(|arn| arn.region).filter(|region| !region.is_empty()).or(topic.region.as_deref());
    let partition = arn.map_or_else(|| partition_of_region(region.unwrap_or_default()), |arn| arn.partition);
    let link = region.and_then(|region| Some(page(Console::of(partition, region)?, group)));
    let happened = fields.str("Event").or_else(|| fields.str("LifecycleTransition")).unwrap_or_default();
    let activity = match happened.strip_prefix("autoscaling:").unwrap_or(happened) {
        "EC2_INSTANCE_LAUNCH" => Activity::Launched,
        "EC2_INSTANCE_LAUNCH_ERROR" => Activity::LaunchFailed,
        "EC2_INSTANCE_TERMINATE" => Activity::Terminated,
        "EC2_INSTANCE_TERMINATE_ERROR" => Activity::TerminateFailed,
        "EC2_INSTANCE_LAUNCHING" => Activity::WaitsToLaunch,
        "EC2_INSTANCE_TERMINATING" => Activity::WaitsToTerminate,
        _ => Activity::Test,
    };
    draft(activity, group, fields)
        .origin("aws.autoscaling", activity.detail_type())
        .resources(fields.str("AutoScalingGroupARN"))
        .since("Time", fields.str("Time"))
        .link(link)
        .place(incoming.place(fields.str("AccountId"), region))
}

/// What a group did or tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Activity {
    Launched,
    LaunchFailed,
    Terminated,
    TerminateFailed,
    Detached,
    DetachFailed,
    WaitsToLaunch,
    WaitsToTerminate,
    /// `autoscaling:TEST_NOTIFICATION`, sent when a topic or a hook is configured.
    Test,
}

impl Activity {
    /// As the notification spells it, so that rules find both ways by one word.
    fn state(self) -> &'static str {
        match self {
            Self::Launched => "EC2_INSTANCE_LAUNCH",
            Self::LaunchFailed => "EC2_INSTANCE_LAUNCH_ERROR",
            Self::Terminated => "EC2_INSTANCE_TERMINATE",
            Self::TerminateFailed => "EC2_INSTANCE_TERMINATE_ERROR",
            Self::Detached => "EC2_INSTANCE_DETACH",
            Self::DetachFailed => "EC2_INSTANCE_DETACH_ERROR",
            Self::WaitsToLaunch => "EC2_INSTANCE_LAUNCHING",
            Self::WaitsToTerminate => "EC2_INSTANCE_TERMINATING",
            Self::Test => "TEST_NOTIFICATION",
        }
    }

    fn detail_type(self) -> &'static str {
        match self {
            Self::Launched => "EC2 Instance Launch Successful",
            Self::LaunchFailed => "EC2 Instance Launch Unsuccessful",
            Self::Terminated => "EC2 Instance Terminate Successful",
            Self::TerminateFailed => "EC2 Instance Terminate Unsuccessful",
            Self::Detached => "EC2 Instance Detach Successful",
            Self::DetachFailed => "EC2 Instance Detach Unsuccessful",
            Self::WaitsToLaunch => "EC2 Instance-launch Lifecycle Action",
            Self::WaitsToTerminate => "EC2 Instance-terminate Lifecycle Action",
            Self::Test => "autoscaling:TEST_NOTIFICATION",
        }
    }

    fn severity(self, cause: &str) -> Severity {
        match self {
            Self::LaunchFailed => Severity::Critical,
            Self::TerminateFailed | Self::DetachFailed => Severity::Warning,
            // An instance that was replaced for its health is news; one that was no longer needed is not.
            Self::Terminated if cause.contains("health check") || cause.contains("unhealthy") => Severity::Warning,
            Self::Launched => Severity::Good,
            Self::Terminated | Self::Detached | Self::WaitsToLaunch | Self::WaitsToTerminate | Self::Test => {
                Severity::Neutral
            }
        }
    }

    fn headline(self, group: &str, instance: Option<&str>) -> String {
        let instance = instance.unwrap_or("an instance");
        match self {
            Self::Launched => format!("Auto Scaling group {group} launched {instance}"),
            Self::LaunchFailed => format!("Auto Scaling group {group} failed to launch an instance"),
            Self::Terminated => format!("Auto Scaling group {group} terminated {instance}"),
            Self::TerminateFailed => format!("Auto Scaling group {group} failed to terminate {instance}"),
            Self::Detached => format!("Auto Scaling group {group} detached {instance}"),
            Self::DetachFailed => format!("Auto Scaling group {group} failed to detach {instance}"),
            Self::WaitsToLaunch => format!("Launch of {instance} in {group} waits for a lifecycle hook"),
            Self::WaitsToTerminate => format!("Termination of {instance} in {group} waits for a lifecycle hook"),
            Self::Test => format!("Notifications of Auto Scaling group {group} work"),
        }
    }
}

fn draft(activity: Activity, group: &str, fields: Fields<'_>) -> Draft {
    let instance = fields.str("EC2InstanceId");
    let (cause, message) = (fields.str("Cause"), fields.str("StatusMessage"));
    let hook = fields.str("LifecycleHookName");
    let zone = fields.str("Details.Availability Zone");
    let way = fields.str("Origin").zip(fields.str("Destination"));
    let way = way.filter(|(origin, destination)| [origin, destination].contains(&&"WarmPool"));
    let draft = Draft::new(activity.severity(cause.unwrap_or_default()), activity.headline(group, instance))
        .gist(message.or(hook).or_else(|| cause.and_then(response)).or(zone))
        .subject(Some(group))
        .state(Some(activity.state()))
        .paragraph(None, message)
        .paragraph(Some("Cause"), cause)
        .code("Instance", instance)
        .fact("Availability zone", zone)
        .fact("Hook", hook)
        .fact("Moves", way.map(|(origin, destination)| format!("{origin} → {destination}")))
        .fact("Duration", duration::between(fields.str("StartTime"), fields.str("EndTime")));
    // The life of one instance is one matter; a launch that failed has none.
    match (instance, fields.str("ActivityId")) {
        (Some(instance), _) => {
            let ended = (activity == Activity::Terminated).then_some("Terminated");
            draft.thread(&["autoscaling", group, instance], ended)
        }
        (None, Some(id)) => draft.thread(&["autoscaling", group, id], None),
        (None, None) => draft,
    }
}

/// `At 2026-11-22T18:18:02Z an instance was taken out of service in response to an EC2 health check.` → why.
fn response(cause: &str) -> Option<&str> {
    let (_, why) = cause.split_once(" in response to ")?;
    why.split(". ").next().map(|why| why.trim_end_matches('.'))
}

/// `state` is the end of the detail-type: `Started`, `Checkpoint Reached`, `Rollback Succeeded`.
fn refresh(event: &Event<'_>, group: &str, state: &str) -> Draft {
    let detail = event.detail;
    let severity = match state {
        "Failed" | "Rollback Failed" => Severity::Critical,
        "Cancelled" | "Rollback Started" | "Rollback Succeeded" => Severity::Warning,
        "Succeeded" => Severity::Good,
        _ => Severity::Neutral,
    };
    let ended = match state {
        "Succeeded" => Some("Succeeded"),
        "Failed" | "Rollback Failed" => Some("Failed"),
        "Cancelled" => Some("Cancelled"),
        "Rollback Succeeded" => Some("Rolled back"),
        _ => None,
    };
    let done = detail.text("CheckpointPercentage").map(|percentage| format!("{percentage} %"));
    let waits = detail.count("CheckpointDelay").map(duration::in_words);
    let draft = Draft::new(severity, format!("Instance refresh of {group}: {state}"))
        .gist(done.clone())
        .subject(Some(group))
        .state(Some(state))
        .fact("Replaced", done)
        .fact("Waits for", waits)
        .link(event.console().map(|console| page(console, group)));
    match detail.str("InstanceRefreshId") {
        Some(id) => draft.thread(&["autoscaling", group, id], ended),
        None => draft,
    }
}

fn page(console: Console<'_>, group: &str) -> Link {
    console.link(
        "the group in EC2",
        "ec2/home",
        &format!("#AutoScalingGroupDetails:id={};view=activity", encoded(group)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_that_was_replaced_for_its_health_is_news() {
        for (activity, cause, level) in [
            (Activity::Launched, "", Severity::Good),
            (Activity::LaunchFailed, "", Severity::Critical),
            (Activity::TerminateFailed, "", Severity::Warning),
            (Activity::Terminated, "a user request", Severity::Neutral),
            (Activity::Terminated, "an EC2 health check indicating it has been terminated", Severity::Warning),
            (Activity::WaitsToTerminate, "an EC2 health check", Severity::Neutral),
        ] {
            assert_eq!(activity.severity(cause), level, "{} {cause}", activity.state());
        }
    }

    #[test]
    fn what_a_group_answered() {
        let cause = "At 2026-11-22T18:18:02Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 3 to 4. At 2026-11-22T18:18:09Z more.";
        let why = "a difference between desired and actual capacity, increasing the capacity from 3 to 4";
        assert_eq!(response(cause), Some(why));
        assert_eq!(response("description-text"), None);
    }
}
