//! S3: events of objects, as the bucket's own notification (`Records`) and by `EventBridge`; the test event of a new one.
//!
//! Shapes: S3 User Guide, "Event message structure" and "EventBridge event message structure".

use super::amounts;
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object, list, string};
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::{Incoming, Link, Severity, Text};

pub const ENTRY: Entry = Entry::new("s3", "Amazon S3").events(&["aws.s3"], read).objects(claims, read_object);

/// Objects that a card of several lists.
const SHOWN: usize = 10;
/// S3's keys have at most 1,024 bytes, three times that when escaped.
const KEY_LENGTH: usize = 3 * 1_024;

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (bucket, key) = (detail.str("bucket.name")?, detail.str("object.key")?);
    let state = event.detail_type;
    let object = ObjectEvent {
        bucket,
        key: key.to_owned(),
        state: state.to_owned(),
        how: detail.either(&["reason", "deletion-type"]).map(std::borrow::Cow::into_owned),
        size: detail.count("object.size"),
        from: detail.str("source-ip-address"),
    };
    let class = detail.either(&["destination-storage-class", "destination-access-tier", "source-storage-class"]);
    Some(
        object
            .draft()
            .fact("Storage class", class)
            .code("Requester", detail.str("requester").filter(|requester| Some(*requester) != event.account))
            .time("Copy expires", detail.str("restore-expiry-time"))
            .link(event.console().and_then(|console| page(console, bucket, key))),
    )
}

fn claims(object: &Object) -> bool {
    let of_s3 = |record: &serde_json::Value| Fields::of(record).str("eventSource") == Some("aws:s3");
    list(object, "Records").first().is_some_and(of_s3) || is_test(object)
}

/// What S3 sends to a topic when a bucket's notification is set up.
fn is_test(object: &Object) -> bool {
    string(object, "Event") == Some("s3:TestEvent") && string(object, "Bucket").is_some()
}

fn read_object(object: &Object, incoming: &Incoming<'_>) -> Draft {
    if is_test(object) {
        let bucket = string(object, "Bucket").unwrap_or_default();
        return Draft::new(Severity::Good, format!("Bucket {bucket} sends its events here"))
            .gist(Some("a test event of S3"))
            .subject(Some(bucket))
            .state(Some("s3:TestEvent"))
            .origin("aws.s3", "s3:TestEvent")
            .since("Time", string(object, "Time"));
    }
    let records: Vec<Fields<'_>> = Fields::of_object(object).objects("Records").collect();
    let first = records.first().copied().unwrap_or_default();
    let bucket = first.str("s3.bucket.name").unwrap_or("of no name");
    let state = first.str("eventName").unwrap_or("event").to_owned();
    let key = key_of(first);
    let region = first.str("awsRegion");
    let topic = Arn::parse(incoming.topic_arn);
    let place = incoming.place(topic.map(|arn| arn.account), region.or(topic.map(|arn| arn.region)));
    let console = topic.zip(region).and_then(|(arn, region)| Console::of(arn.partition, region));
    let object = ObjectEvent {
        bucket,
        size: first.count("s3.object.size"),
        from: first.str("requestParameters.sourceIPAddress"),
        state: state.clone(),
        how: None,
        key: key.clone(),
    };
    let draft = if records.len() > 1 { several(&records, bucket, &state) } else { object.draft() };
    draft
        .resources(first.str("s3.bucket.arn"))
        .origin("aws.s3", &state)
        .link(console.and_then(|console| page(console, bucket, &key)))
        .since("Time", first.str("eventTime"))
        .place(place)
}

fn several(records: &[Fields<'_>], bucket: &str, state: &str) -> Draft {
    let keys: Vec<Text> = records.iter().take(SHOWN).map(|record| Text::Plain(key_of(*record))).collect();
    let left_out = records.len() - keys.len();
    Draft::new(severity(state), format!("Bucket {bucket}: {} × {state}", records.len()))
        .gist(records.first().map(|record| key_of(*record)))
        .subject(Some(bucket))
        .state(Some(state))
        .bullets("Objects", keys, left_out)
}

struct ObjectEvent<'a> {
    bucket: &'a str,
    key: String,
    state: String,
    how: Option<String>,
    size: Option<u64>,
    from: Option<&'a str>,
}

impl ObjectEvent<'_> {
    fn draft(self) -> Draft {
        Draft::new(severity(&self.state), format!("Bucket {}: {}", self.bucket, self.state))
            .gist(Some(self.key.clone()))
            .subject(Some(self.bucket))
            .state(Some(self.state))
            .code("Object", Some(self.key))
            .fact("Size", self.size.map(amounts::bytes))
            .fact("By", self.how)
            .code("From", self.from)
    }
}

fn key_of(record: Fields<'_>) -> String {
    record.str("s3.object.key").map_or_else(|| "an object".to_owned(), unescaped)
}

/// Keys of `Records` are escaped as in a form: `red+flower%2F1.jpg`. What is no escape stays.
fn unescaped(key: &str) -> String {
    let end = key.floor_char_boundary(KEY_LENGTH);
    let mut bytes = key.bytes().take(end);
    let mut out = Vec::with_capacity(end);
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (byte, ahead.next().and_then(hex), ahead.next().and_then(hex)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                bytes = ahead;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(byte),
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| key.to_owned())
}

/// The object's page; buckets' names are of lower case, digits, dots and hyphens.
fn page(console: Console<'_>, bucket: &str, key: &str) -> Option<Link> {
    let fit = bucket.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    fit.then(|| console.link("the object in S3", &format!("s3/object/{bucket}"), &format!("&prefix={}", encoded(key))))
}

fn severity(state: &str) -> Severity {
    match state {
        "ReducedRedundancyLostObject" | "Replication:OperationFailedReplication" => Severity::Critical,
        "Replication:OperationMissedThreshold" | "Replication:OperationNotTracked" => Severity::Warning,
        "ObjectRestore:Completed" | "Object Restore Completed" => Severity::Good,
        _ => Severity::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unescaped() {
        for (escaped, key) in [
            ("red+flower%2F1.jpg", "red flower/1.jpg"),
            ("caf%C3%A9", "café"),
            ("100%25%", "100%%"),
            ("%zz%4", "%zz%4"),
            ("%FF", "%FF"),
            ("é+", "é "),
        ] {
            assert_eq!(unescaped(escaped), key);
        }
    }
}
