//! AWS CloudTrail: who called which API of any service, what services did by themselves, unusual rates of calls, and log
//! files that were delivered.
//!
//! A call is told by who, what, from where and whether it failed; its parameters stay in CloudTrail but for the names of what
//! it was about. Shapes: CloudTrail User Guide, "CloudTrail record contents", "CloudTrail userIdentity element", "CloudTrail
//! Insights `insightDetails` element" and "Configuring Amazon SNS notifications for CloudTrail".

mod call;
mod delivery;
pub mod identity;
mod insight;
mod service_event;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::encoded;
use crate::notification::{Link, Place};

const INSIGHT: &str = "AWS Insight via CloudTrail";
const SERVICE_EVENT: &str = "AWS Service Event via CloudTrail";

pub const ENTRY: Entry = Entry::new("cloudtrail", "AWS CloudTrail")
    .detail_types(
        &[
            "AWS API Call via CloudTrail",
            "AWS Console Action via CloudTrail",
            "AWS Network Activity Event via CloudTrail",
            SERVICE_EVENT,
            INSIGHT,
        ],
        read,
    )
    .events(&["aws.cloudtrail"], read)
    .objects(delivery::claims, delivery::read);

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        INSIGHT => insight::read(event),
        SERVICE_EVENT => service_event::read(event),
        kind if kind.ends_with("via CloudTrail") => call::read(event),
        _ => None,
    }
}

/// `s3` of `s3.amazonaws.com`.
fn service<'a>(event: &Event<'a>) -> &'a str {
    let source = event.detail.str("eventSource").unwrap_or(event.source);
    let source = source.split(".amazonaws.").next().unwrap_or(source);
    source.strip_prefix("aws.").unwrap_or(source)
}

/// Where the call was made, which is not always where the event was sent.
pub fn place(event: &Event<'_>) -> Place {
    let account = event.detail.str("recipientAccountId").or(event.account);
    event.incoming.place(account, event.detail.str("awsRegion").or(event.region))
}

pub fn page(event: &Event<'_>) -> Option<Link> {
    let id = event.detail.str("eventID")?;
    Some(event.console()?.link("the event in CloudTrail", "cloudtrailv2/home", &format!("#/events/{}", encoded(id))))
}
