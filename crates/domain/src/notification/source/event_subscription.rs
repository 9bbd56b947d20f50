//! The JSON that the event subscriptions of RDS, Redshift and DMS publish to SNS, which is one shape for all three.
//!
//! The readers of those sources call it. Shape: RDS User Guide, "Amazon RDS event notification tags and attributes"; AWS
//! Lambda Developer Guide, "Amazon RDS sample event"; messages seen of the real services: `Event Source`, `Event Time` without
//! a zone, `Identifier Link` with, for DMS, a second line `SourceId: …`, `Source ID`, `Source ARN`, `Event ID` as a link
//! that ends with the event's number, `Event Message`. Redshift says `Resource`, `Severity` and `About this Event`.

use super::fields::{Fields, Object, string};
use crate::notification::arn::Arn;
use crate::notification::{Incoming, Place};

/// The service that publishes a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publisher {
    Rds,
    Redshift,
    Dms,
}

/// Whose message it is. Every message of this shape belongs to exactly one: what is neither of the others is of RDS.
pub fn publisher(object: &Object) -> Option<Publisher> {
    string(object, "Event Source")?;
    string(object, "Event Message")?;
    let links = ["Event ID", "About this Event", "Identifier Link"];
    let names = |word: &str| {
        let mut said = links.iter().filter_map(|key| string(object, key));
        said.any(|link| link.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes())))
    };
    Some(if names("redshift") {
        Publisher::Redshift
    } else if names("/dms/") || names("dms-event-") {
        Publisher::Dms
    } else {
        Publisher::Rds
    })
}

/// A message taken apart.
pub struct SubscriptionMessage<'a> {
    /// `db-instance`, `replication-task`, `cluster`.
    pub source_type: &'a str,
    pub source_id: Option<&'a str>,
    pub arn: Option<&'a str>,
    /// `RDS-EVENT-0013`.
    pub event_id: Option<&'a str>,
    pub text: &'a str,
    pub fields: Fields<'a>,
}

impl<'a> SubscriptionMessage<'a> {
    pub fn read(object: &'a Object) -> Self {
        let fields = Fields::of_object(object);
        let link = fields.str("Identifier Link").unwrap_or_default();
        let of_link = link.lines().find_map(|line| line.trim().strip_prefix("SourceId:"));
        let named = ["Source ID", "SourceId", "Resource"].iter().find_map(|key| fields.str(key));
        let about = fields.str("Event ID").or(fields.str("About this Event"));
        Self {
            source_type: fields.str("Event Source").unwrap_or_default(),
            source_id: named.or(of_link).map(str::trim).filter(|id| !id.is_empty()),
            arn: fields.str("Source ARN"),
            event_id: about
                .map(|link| link.rsplit('#').next().unwrap_or(link).trim())
                .filter(|id| id.contains("EVENT")),
            text: fields.str("Event Message").unwrap_or_default().trim(),
            fields,
        }
    }

    /// The ARN's, else the topic's.
    pub fn place(&self, incoming: &Incoming<'_>) -> Option<Place> {
        let arn = Arn::parse(self.arn?)?;
        Some(incoming.place(Some(arn.account), Some(arn.region)))
    }

    /// `Event Time` is UTC without saying so: `2026-11-22 03:11:47.310`.
    pub fn time(&self) -> Option<String> {
        let time = self.fields.str("Event Time")?.trim();
        let has_zone = time.ends_with('Z') || time.len() > 10 && time.get(10..).is_some_and(|rest| rest.contains('+'));
        Some(if has_zone { time.to_owned() } else { format!("{time}Z") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(message: &serde_json::Value) -> Option<Publisher> {
        publisher(message.as_object()?)
    }

    #[test]
    fn each_message_has_one_publisher() {
        let link = |link: &str| json!({"Event Source": "x", "Event Message": "y", "Event ID": link});
        assert_eq!(
            of(&link("http://docs/AmazonRDS/latest/UserGuide/USER_Events.html#RDS-EVENT-0002")),
            Some(Publisher::Rds)
        );
        assert_eq!(of(&link("http://docs/redshift/latest/mgmt/x.html#REDSHIFT-EVENT-2000")), Some(Publisher::Redshift));
        assert_eq!(
            of(&link("https://docs/dms/latest/userguide/CHAP_Events.html#DMS-EVENT-0069 ")),
            Some(Publisher::Dms)
        );
        assert_eq!(of(&json!({"Event Source": "x", "Event Message": "y"})), Some(Publisher::Rds));
        assert_eq!(of(&json!({"Event Source": "x"})), None);
        assert_eq!(of(&json!({"Event Source": 1, "Event Message": "y"})), None);
    }
}
