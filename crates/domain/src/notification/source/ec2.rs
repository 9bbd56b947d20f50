//! EC2: instances, Spot interruptions, images, EBS volumes and snapshots, fleets.
//!
//! Source: EC2 User Guide, "Automate Amazon EC2 using `EventBridge`". Scheduled events of instances come from AWS Health;
//! capacity reservations are left to the generic card.

mod ebs;
mod fleet;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::{Console, encoded};
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("ec2", "Amazon EC2").events(&["aws.ec2", "aws.ec2fleet", "aws.ec2spotfleet"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "EC2 Instance State-change Notification" => state_change(event),
        "EC2 Spot Instance Interruption Warning" => interruption(event),
        "EC2 Instance Rebalance Recommendation" | "EC2 Spot Instance Rebalance Recommended" => rebalance(event),
        "EC2 Spot Instance Request Fulfillment" => fulfillment(event),
        "EC2 AMI State Change" => image(event),
        "EC2 Fast Launch State-change Notification" => fast_launch(event),
        "EBS Volume Notification" => ebs::volume(event),
        "EBS Snapshot Notification" => ebs::snapshot(event),
        "EBS Multi-Volume Snapshots Completion Status" => ebs::snapshots(event),
        "EBS Fast Snapshot Restore State-change Notification" => ebs::fast_restore(event),
        kind if kind.starts_with("EC2 Fleet ") || kind.starts_with("EC2 Spot Fleet ") => fleet::read(event),
        _ => None,
    }
}

/// Samples of AWS spell the member both ways.
fn instance<'a>(event: &Event<'a>) -> Option<&'a str> {
    event.detail.str("instance-id").or_else(|| event.detail.str("instance_id")).map(str::trim)
}

fn state_change(event: &Event<'_>) -> Option<Draft> {
    let (instance, state) = (instance(event)?, event.detail.str("state")?);
    let severity = match state {
        "stopped" | "terminated" => Severity::Warning,
        _ => Severity::Neutral,
    };
    let ended = (state == "terminated").then_some("Terminated");
    Some(of_instance(event, severity, format!("Instance {instance}: {state}"), instance, state, ended))
}

/// Source: EC2 User Guide, "Spot Instance interruption notices": two minutes before it is stopped or terminated.
fn interruption(event: &Event<'_>) -> Option<Draft> {
    let instance = instance(event)?;
    let action = event.detail.str("instance-action").unwrap_or("terminate");
    let headline = format!("Spot Instance {instance} will be interrupted");
    let when = if action == "hibernate" { "now" } else { "in two minutes" };
    Some(
        of_instance(event, Severity::Warning, headline, instance, action, None)
            .gist(Some(format!("{action} {when}")))
            .fact("Action", Some(format!("{action} {when}"))),
    )
}

fn rebalance(event: &Event<'_>) -> Option<Draft> {
    let instance = instance(event)?;
    let headline = format!("Spot Instance {instance} may soon be interrupted");
    Some(
        of_instance(event, Severity::Warning, headline, instance, "rebalance-recommendation", None)
            .gist(Some("rebalance recommendation")),
    )
}

fn fulfillment(event: &Event<'_>) -> Option<Draft> {
    let instance = instance(event)?;
    let headline = format!("Spot Instance {instance} was launched");
    Some(
        of_instance(event, Severity::Neutral, headline, instance, "fulfilled", None)
            .code("Request", event.detail.str("spot-instance-request-id")),
    )
}

/// What happens to one instance, until it is terminated, is one matter.
fn of_instance(
    event: &Event<'_>,
    severity: Severity,
    headline: String,
    instance: &str,
    state: &str,
    ended: Option<&str>,
) -> Draft {
    let link = event.console().map(|console| {
        let fragment = format!("#InstanceDetails:instanceId={}", encoded(instance));
        console.link("the instance in EC2", "ec2/home", &fragment)
    });
    Draft::new(severity, headline)
        .subject(Some(instance))
        .state(Some(state))
        .code("Instance", Some(instance))
        .link(link)
        .thread(&["ec2", event.account.unwrap_or_default(), instance], ended)
}

fn image(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (image, state) = (detail.str("ImageId")?, detail.str("State")?);
    let severity = match state {
        "failed" | "error" | "invalid" => Severity::Critical,
        "deregistered" | "disabled" => Severity::Warning,
        "available" => Severity::Good,
        _ => Severity::Neutral,
    };
    let why = detail.str("ErrorMessage");
    let draft = Draft::new(severity, format!("AMI {image}: {state}"))
        .gist(why)
        .subject(Some(image))
        .state(Some(state))
        .paragraph(None, why)
        .code("AMI", Some(image))
        .link(event.console().map(|console| image_page(console, image)))
        .thread(&["ec2", image], None);
    Some(draft)
}

fn fast_launch(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (image, state) = (detail.str("imageId")?, detail.str("state")?);
    let severity = match state {
        "enabling-failed" | "disabling-failed" | "enabled-failed" => Severity::Warning,
        "enabled" => Severity::Good,
        _ => Severity::Neutral,
    };
    let why = detail.str("stateTransitionReason");
    let draft = Draft::new(severity, format!("Fast launch of AMI {image}: {state}"))
        .gist(why)
        .subject(Some(image))
        .state(Some(state))
        .paragraph(None, why)
        .link(event.console().map(|console| image_page(console, image)));
    Some(draft)
}

fn image_page(console: Console<'_>, image: &str) -> Link {
    console.link("the AMI in EC2", "ec2/home", &format!("#ImageDetails:imageId={}", encoded(image)))
}
