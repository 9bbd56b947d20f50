//! What a service did by itself: an account that Organizations created, a key that KMS rotated.
//!
//! CloudTrail's reader calls it. Source: CloudTrail User Guide, "AWS service events"; AWS Organizations User Guide, "Logging
//! AWS Organizations events with AWS CloudTrail"; `EventBridge`'s schema registry.

use super::{page, place, service};
use crate::notification::Severity;
use crate::notification::arn::Arn;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::Fields;
use crate::notification::source::severity::of_state;

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let name = detail.str("eventName")?;
    let told = detail.fields("serviceEventDetails");
    let state = told.either(&["createAccountStatus.state", "eventStatus", "state", "status", "response", "result"]);
    let error = detail.either(&[
        "errorCode",
        "serviceEventDetails.createAccountStatus.failureReason",
        "serviceEventDetails.failureReason",
    ]);
    let subject = subject(event, told).unwrap_or_else(|| name.to_owned());
    let said = error.as_deref().or(state.as_deref());
    let what = if subject == name {
        format!("{}, {name}", service(event))
    } else {
        format!("{}, {name} of {subject}", service(event))
    };
    let headline = match said {
        Some(said) => format!("{what}: {said}"),
        None => what,
    };
    let severity =
        if error.is_some() { Severity::Warning } else { state.as_deref().map_or(Severity::Neutral, of_state) };
    Some(
        Draft::new(severity, headline)
            .gist(error.clone())
            .subject(Some(subject))
            .state(Some(said.unwrap_or(name).to_owned()))
            .paragraph(None, detail.str("errorMessage"))
            .fact("New account", told.text("createAccountStatus.accountId"))
            .fact("Because", error)
            .fact("By", detail.str("userIdentity.invokedBy"))
            .since("Time", detail.str("eventTime"))
            .place(place(event))
            .link(page(event)),
    )
}

/// What it happened to: by the details, by CloudTrail's resources, by the event's.
fn subject(event: &Event<'_>, told: Fields<'_>) -> Option<String> {
    let named = told.either(&["createAccountStatus.accountName", "keyId", "nodeArn", "resourceArn"]);
    let named = named.map(std::borrow::Cow::into_owned);
    let of_trail = || event.detail.objects("resources").find_map(|one| one.str("ARN")).map(str::to_owned);
    let of_event = || event.resources.first().map(|arn| (*arn).to_owned());
    let found = named.or_else(of_trail).or_else(of_event)?;
    Some(Arn::parse(&found).map_or_else(|| found.clone(), |arn| arn.short().to_owned()))
}
