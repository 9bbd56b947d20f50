//! EC2 Fleets and Spot Fleets: their state, their instances, what they could not get. `ec2` hands these events over.
//!
//! Source: EC2 User Guide, "Monitor your EC2 Fleet or Spot Fleet using Amazon `EventBridge`".

use serde_json::Value;

use crate::notification::Severity;
use crate::notification::arn::Arn;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::Fields;

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let what = if event.detail_type.starts_with("EC2 Spot Fleet ") { "Spot Fleet" } else { "EC2 Fleet" };
    let arn = event.resources.first().and_then(|arn| Arn::parse(arn));
    let fleet = arn.and_then(|arn| arn.resource.rsplit('/').next()).or_else(|| event.resources.first().copied())?;
    let state = detail.str("sub-type")?;
    let instance = detail.str("instance-id");
    let headline = match instance {
        Some(instance) => format!("{what} {fleet}, {instance}: {state}"),
        None => format!("{what} {fleet}: {state}"),
    };
    // Mostly JSON inside a string, `{"instanceType":…,"availabilityZone":…}`; of errors, a sentence.
    let description = detail.str("description");
    let parsed: Option<Value> = description.and_then(|text| serde_json::from_str(text).ok());
    let told = parsed.as_ref().map(Fields::of).unwrap_or_default();
    let prose = description.filter(|_| told.is_empty());
    let ended = match state {
        "deleted" | "deleted_terminating" | "cancelled" | "cancelled_terminating" => Some("Deleted"),
        "expired" => Some("Expired"),
        _ => None,
    };
    let draft = Draft::new(severity(event.detail_type, state), headline)
        .gist(prose.or(told.str("instanceType")))
        .subject(Some(fleet))
        .state(Some(state))
        .paragraph(None, prose)
        .code("Instance", instance)
        .fact("Instance type", told.str("instanceType"))
        .fact("Availability zone", told.str("availabilityZone"))
        .code("Request", detail.str("spot-instance-request-id"))
        .thread(&["ec2", "fleet", fleet], ended);
    Some(draft)
}

fn severity(detail_type: &str, state: &str) -> Severity {
    match state {
        _ if detail_type.ends_with(" Error") => Severity::Critical,
        "failed" => Severity::Critical,
        "expired" | "price_update" | "modify_failed" | "launchSpecUnusable" | "registerWithLoadBalancersFailed" => {
            Severity::Warning
        }
        "modify_succeeded" => Severity::Good,
        _ => Severity::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fleet_could_not_get_is_worst() {
        for (detail_type, state, level) in [
            ("EC2 Spot Fleet Error", "spotInstanceCountLimitExceeded", Severity::Critical),
            ("EC2 Fleet State Change", "failed", Severity::Critical),
            ("EC2 Fleet Information", "launchSpecUnusable", Severity::Warning),
            ("EC2 Fleet State Change", "modify_succeeded", Severity::Good),
            ("EC2 Fleet Instance Change", "launched", Severity::Neutral),
        ] {
            assert_eq!(severity(detail_type, state), level, "{detail_type} {state}");
        }
    }
}
