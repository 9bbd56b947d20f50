//! An event in `EventBridge`'s envelope, taken apart for the readers of sources.
//!
//! Envelope: `EventBridge` User Guide, "AWS service event metadata" (`version` "0", `id`, `detail-type`, `source`, `account`,
//! `time`, `region`, `resources`, `detail`). Notification rules of the developer tools send the same with `detailType`, and
//! with `notificationRuleArn` and `additionalAttributes` beside it (Developer Tools Console User Guide, "Understanding
//! notification contents").

use serde_json::Value;

use super::fields::{Fields, Object, string};
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::{About, Incoming, Moment, Place};

/// An event. All of it is the sender's and may be anything.
pub struct Event<'a> {
    /// `aws.codepipeline`; a partner's or the sender's own.
    pub source: &'a str,
    pub detail_type: &'a str,
    pub account: Option<&'a str>,
    pub region: Option<&'a str>,
    /// Mostly ARNs; some services write bare ids.
    pub resources: Vec<&'a str>,
    /// Empty if the event's `detail` is no object.
    pub detail: Fields<'a>,
    /// The whole envelope.
    pub envelope: Fields<'a>,
    pub incoming: &'a Incoming<'a>,
}

pub fn claims(object: &Object) -> bool {
    let names_type = string(object, "detail-type").or_else(|| string(object, "detailType")).is_some();
    names_type && string(object, "source").is_some() && object.contains_key("detail")
}

impl<'a> Event<'a> {
    /// Reads an object that [`claims`] claims; of another, what is there.
    pub fn read(object: &'a Object, incoming: &'a Incoming<'a>) -> Self {
        let envelope = Fields::of_object(object);
        Self {
            source: string(object, "source").unwrap_or_default(),
            detail_type: string(object, "detail-type").or_else(|| string(object, "detailType")).unwrap_or_default(),
            account: string(object, "account"),
            region: string(object, "region"),
            resources: envelope.list("resources").iter().filter_map(Value::as_str).collect(),
            detail: envelope.fields("detail"),
            envelope,
            incoming,
        }
    }

    /// When it happened.
    pub fn time(&self) -> Option<Moment> {
        self.envelope.str("time").map(Moment::parse)
    }

    pub fn place(&self) -> Place {
        self.incoming.place(self.account, self.region)
    }

    pub fn about(&self) -> About {
        About {
            origin: self.source.to_owned(),
            kind: self.detail_type.to_owned(),
            resources: self.resources.iter().map(|resource| (*resource).to_owned()).collect(),
            ..About::default()
        }
    }

    /// `aws`, `aws-cn`, `aws-us-gov`: by a resource's ARN, else by the region.
    pub fn partition(&self) -> &'a str {
        let of_resource = self.resources.iter().find_map(|resource| Arn::parse(resource)).map(|arn| arn.partition);
        of_resource.unwrap_or_else(|| partition_of_region(self.region.unwrap_or_default()))
    }

    /// The console of where it happened.
    pub fn console(&self) -> Option<Console<'a>> {
        Console::of(self.partition(), self.region?)
    }
}

/// Source: AWS General Reference, "Regions and zones": the prefixes of China's and `GovCloud`'s.
pub fn partition_of_region(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
