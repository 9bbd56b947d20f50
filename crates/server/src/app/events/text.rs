//! The lines of a configuration's log. They hold what the message says: who may read the log group may read the channel.

use serde_json::Value;

use crate::metrics::EventKind;

/// CloudWatch takes a line of 1 MB; older readers of logs cut at 256 KiB, and so do we.
const PAYLOAD_BYTES_MAX: usize = 255 * 1024;
/// AWS Chatbot names this page. Source: observed.
const SUPPORTED: &str = "https://docs.aws.amazon.com/chatbot/latest/adminguide/related-services.html";
/// Of no use to a reader, and `UnsubscribeURL` ends the subscription for whoever visits it.
const LEFT_OUT: [&str; 5] = ["SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL", "SigningCertUrl"];

/// An event has been received. `Event received is not supported (see` is what AWS Chatbot says, for filters that look for it;
/// what follows is ours, since Bellhop drops nothing.
pub(super) fn received(what: EventKind, body: &str) -> String {
    let payload = payload(body).0;
    match what {
        EventKind::Unsupported => {
            format!("Event received is not supported (see {SUPPORTED} ), it is shown as text: {payload}")
        }
        EventKind::Throttled => format!("Event received is throttled: {payload}"),
        _ => format!("Event received: {payload}"),
    }
}

/// `said` is the platform's id of the message, or the reason why there is none.
pub(super) fn settled(what: EventKind, said: &str, body: &str) -> String {
    let (payload, message_id) = payload(body);
    match what {
        EventKind::Failed => format!("Message {message_id} not delivered: {said}: {payload}"),
        _ => format!("Message {message_id} delivered as {said}: {payload}"),
    }
}

/// The SNS message as JSON, and its id.
fn payload(body: &str) -> (String, String) {
    let Ok(Value::Object(mut members)) = serde_json::from_str(body) else {
        return (cut(body), String::new());
    };
    for name in LEFT_OUT {
        members.shift_remove(name);
    }
    let message_id = members.get("MessageId").and_then(Value::as_str).unwrap_or_default().to_owned();
    (cut(&Value::Object(members).to_string()), message_id)
}

fn cut(text: &str) -> String {
    if text.len() <= PAYLOAD_BYTES_MAX {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(PAYLOAD_BYTES_MAX);
    format!("{}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"Type":"Notification","MessageId":"m-1","Message":"hello","Signature":"AAAA","UnsubscribeURL":"https://sns/?Action=Unsubscribe"}"#;

    #[test]
    fn a_line_has_the_payload_without_what_would_end_the_subscription() {
        let text = received(EventKind::Processed, BODY);
        assert_eq!(text, r#"Event received: {"Type":"Notification","MessageId":"m-1","Message":"hello"}"#);
        let text = settled(EventKind::Failed, "Slack said is_archived", BODY);
        assert!(text.starts_with("Message m-1 not delivered: Slack said is_archived: {\"Type\""), "{text}");
    }

    #[test]
    fn an_unsupported_event_is_said_in_awss_words() {
        let text = received(EventKind::Unsupported, "no JSON");
        assert!(text.starts_with("Event received is not supported (see https://docs.aws.amazon.com/"), "{text}");
        assert!(text.ends_with(": no JSON"), "{text}");
    }

    #[test]
    fn a_long_payload_is_cut_between_characters() {
        let text = cut(&"é".repeat(PAYLOAD_BYTES_MAX));
        assert!(text.len() < PAYLOAD_BYTES_MAX + 40, "{}", text.len());
        assert!(text.ends_with("… (522240 bytes)"), "{}", &text[text.len() - 40..]);
    }
}
