//! A trail's message that it has put log files into its bucket: `{"s3Bucket", "s3ObjectKey": […]}`.
//!
//! CloudTrail's reader calls it.

use crate::notification::source::draft::Draft;
use crate::notification::source::fields::{Fields, Object, string};
use crate::notification::{Incoming, Severity, Text};

/// Objects that a card lists.
const KEYS_SHOWN: usize = 3;

pub fn claims(object: &Object) -> bool {
    string(object, "s3Bucket").is_some() && object.get("s3ObjectKey").is_some_and(serde_json::Value::is_array)
}

pub fn read(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let message = Fields::of_object(object);
    let bucket = message.str("s3Bucket").unwrap_or_default();
    let keys: Vec<&str> = message.list("s3ObjectKey").iter().filter_map(serde_json::Value::as_str).collect();
    let place = keys.first().and_then(|key| place(key));
    let count = if keys.len() == 1 { "a log file".to_owned() } else { format!("{} log files", keys.len()) };
    let items: Vec<Text> = keys.iter().take(KEYS_SHOWN).map(|key| Text::Code((*key).to_owned())).collect();
    let left_out = keys.len() - items.len();
    let topic = incoming.topic_place();
    let (account, region) = place.unzip();
    Draft::new(Severity::Neutral, format!("CloudTrail delivered {count}"))
        .gist(Some(format!("bucket {bucket}")))
        .subject(Some(bucket))
        .state(Some("Delivered"))
        .origin("aws.cloudtrail", "CloudTrail Log File Delivery")
        .code("Bucket", Some(bucket))
        .bullets("Objects", items, left_out)
        .place(incoming.place(account.or(topic.account.as_deref()), region.or(topic.region.as_deref())))
}

/// Account and region of `PREFIX/AWSLogs/[ORGANIZATION/]123456789012/CloudTrail/eu-west-1/…`.
fn place(key: &str) -> Option<(&str, &str)> {
    let (before, after) = key.split_once("/CloudTrail")?;
    // `CloudTrail-Digest`, `CloudTrail-Insight`.
    let (_, after) = after.split_once('/')?;
    Some((before.rsplit('/').next()?, after.split('/').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_account_and_region() {
        let trail = "AWSLogs/123456789012/CloudTrail/eu-west-1/2026/11/22/a.json.gz";
        assert_eq!(place(trail), Some(("123456789012", "eu-west-1")));
        let organization = "logs/AWSLogs/o-abc/210987654321/CloudTrail-Digest/cn-north-1/2026/a.json.gz";
        assert_eq!(place(organization), Some(("210987654321", "cn-north-1")));
        assert_eq!(place("x"), None);
    }
}
