//! The table of readers: which of them a message belongs to.
//!
//! A message is told by its shape. Each reader claims the shape it knows; one claim decides, no claim or two make it plain
//! text. So the order of the table means nothing, and a message that pretends to be two things is shown as what it is.

mod cloudwatch_alarm;
mod custom_notification;
mod eventbridge_event;
mod payload;
mod plain_text;
mod sensitive;

use serde_json::{Map, Value};

use super::triage::Triage;
use super::{Card, Incoming};

/// A JSON object, as SNS carried it.
type Object = Map<String, Value>;

/// One reader of JSON objects.
struct Reader {
    claims: fn(&Object) -> bool,
    read: fn(&Object, &Incoming<'_>) -> Card,
    triage: fn(&Object, &Incoming<'_>) -> Triage,
}

const READERS: [Reader; 3] = [
    Reader { claims: cloudwatch_alarm::claims, read: cloudwatch_alarm::read, triage: cloudwatch_alarm::triage },
    Reader {
        claims: custom_notification::claims,
        read: custom_notification::read,
        triage: custom_notification::triage,
    },
    Reader { claims: eventbridge_event::claims, read: eventbridge_event::read, triage: eventbridge_event::triage },
];

/// Reads a message with the one reader that claims it, or as plain text.
pub fn read(incoming: &Incoming<'_>) -> Card {
    match json(incoming.message) {
        Some(Value::Object(object)) => match only_claim(&object) {
            Some(reader) => (reader.read)(&object, incoming),
            None => plain_text::json(Value::Object(object), incoming),
        },
        Some(other) => plain_text::json(other, incoming),
        None => plain_text::text(incoming),
    }
}

/// Asks the one reader that claims a message how urgent it is; what nobody claims is like no other and not urgent.
pub fn triage(incoming: &Incoming<'_>) -> Triage {
    let Some(Value::Object(object)) = json(incoming.message) else { return Triage::ordinary() };
    only_claim(&object).map_or_else(Triage::ordinary, |reader| (reader.triage)(&object, incoming))
}

/// The message's JSON, if it is an object or a list. Only these are worth parsing: a bare number or word reads best as it
/// stands. `serde_json` stops at 128 levels, so nesting cannot exhaust the stack; what it refuses is text.
fn json(message: &str) -> Option<Value> {
    let message = message.trim_start_matches('\u{feff}').trim_start();
    if message.starts_with(['{', '[']) { serde_json::from_str(message).ok() } else { None }
}

fn only_claim(object: &Object) -> Option<&'static Reader> {
    let mut claims = READERS.iter().filter(|reader| (reader.claims)(object));
    let first = claims.next()?;
    claims.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::{Source, card};
    use super::*;

    fn source_of(message: &str) -> Source {
        let topic_arn = "arn:aws:sns:us-east-1:123456789012:t";
        card(&Incoming { topic_arn, subject: None, message, timestamp: "" }).source
    }

    #[test]
    fn shapes_decide() {
        for (message, source) in [
            (r#"{"AlarmName":"a","NewStateValue":"OK"}"#, Source::CloudwatchAlarm),
            (r#"{"version":"1.0","source":"custom","content":{}}"#, Source::CustomNotification),
            (r#"{"source":"custom"}"#, Source::CustomNotification),
            (r#"{"version":"1.0","content":{"description":"x"}}"#, Source::CustomNotification),
            (r#"{"detail-type":"d","source":"custom","detail":{}}"#, Source::EventbridgeEvent),
            (r#"{"detail-type":"d","source":"a.b","detail":null}"#, Source::EventbridgeEvent),
            (r#"{"AlarmName":"a"}"#, Source::PlainText),
            (r#"{"AlarmName":1,"NewStateValue":"OK"}"#, Source::PlainText),
            (r#"{"detail-type":"d"}"#, Source::PlainText),
            (r#"{"version":"1.0","content":"x"}"#, Source::PlainText),
            ("[]", Source::PlainText),
            ("17", Source::PlainText),
            ("{", Source::PlainText),
            ("", Source::PlainText),
        ] {
            assert_eq!(source_of(message), source, "{message}");
        }
    }

    #[test]
    fn two_shapes_at_once_are_nobody_s() {
        let both = r#"{"AlarmName":"a","NewStateValue":"OK","detail-type":"d","source":"s","detail":{}}"#;
        assert_eq!(source_of(both), Source::PlainText);
        let both = r#"{"AlarmName":"a","NewStateValue":"OK","version":"1.0","source":"custom","content":{}}"#;
        assert_eq!(source_of(both), Source::PlainText);
    }
}
