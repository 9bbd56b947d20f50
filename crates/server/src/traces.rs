//! One trace per notification, from SNS to chat: `sns.accept`, `store.commit`, then a `delivery.attempt` for each attempt and
//! a `slack.…` for each call of it.
//!
//! The front door, the delivery engine and the clients open spans here. A trace has no column in the store: its id is made
//! of the notification's own, so whichever node goes on with a message goes on with its trace. The target is one that the
//! log never shows, so without an exporter a span is a comparison and nothing more.

#[cfg(feature = "otel")]
mod otlp;
#[cfg(not(feature = "otel"))]
#[path = "traces/none.rs"]
mod otlp;

use domain::sns_message::SnsMessage;
use store::outbox::PendingDelivery;
use tracing::{Span, field, info_span};

pub use otlp::{Exporter, ExporterLayer};

/// The only target that goes into traces.
pub const TARGET: &str = "bellhop::traces";
/// Of `X-Amzn-Trace-Id`. Source: <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.
const TRACE_HEADER_BYTES_MAX: usize = 512;

/// The ids of a notification's trace and of the span that begins it: the first 16 bytes of SHA-256 of the topic's ARN, a
/// line feed and the message's id, and the 8 after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TraceIds {
    trace: [u8; 16],
    first_span: [u8; 8],
}

/// A trace of AWS X-Ray that the message came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct XrayParent {
    trace: [u8; 16],
    span: [u8; 8],
}

/// A notification whose signature was good is being accepted. Forged ones have no trace: they could begin those of others.
/// `trace_header` is `X-Amzn-Trace-Id`, or `AWSTraceHeader` of a queue.
pub fn sns_accept(message: &SnsMessage, trace_header: Option<&str>) -> Span {
    let (topic, message_id) = (message.topic_arn.as_str(), message.message_id.as_str());
    let span = info_span!(
        target: TARGET,
        "sns.accept",
        otel.kind = "consumer",
        messaging.system = "aws_sns",
        messaging.destination.name = topic,
        messaging.message.id = message_id,
    );
    if !span.is_disabled() {
        otlp::begin(&span, trace_ids(topic, message_id), trace_header.and_then(xray_parent));
    }
    span
}

/// The store is asked to commit it.
pub fn store_commit() -> Span {
    info_span!(target: TARGET, "store.commit")
}

/// One attempt to deliver a notification that may have been accepted long ago, by another node.
pub fn delivery_attempt(destination: &str, delivery: &PendingDelivery) -> Span {
    let span = info_span!(
        target: TARGET,
        "delivery.attempt",
        configuration = delivery.configuration_arn,
        destination,
        attempt = delivery.attempts.saturating_add(1),
        outcome = field::Empty,
        otel.status_code = field::Empty,
    );
    if !span.is_disabled() {
        otlp::go_on(&span, trace_ids(&delivery.topic_arn, &delivery.message_id));
    }
    span
}

/// What came of the attempt whose span this is called in.
pub fn attempted(outcome: &'static str, delivered: bool) {
    let span = Span::current();
    span.record("outcome", outcome);
    if !delivered {
        span.record("otel.status_code", "ERROR");
    }
}

/// A call of a chat platform: `slack.chat.postMessage`, `teams.webhook`.
pub fn chat_call(platform: &str, method: &str) -> Span {
    info_span!(target: TARGET, "chat", otel.name = %format_args!("{platform}.{method}"), otel.kind = "client")
}

fn trace_ids(topic_arn: &str, message_id: &str) -> TraceIds {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("{topic_arn}\n{message_id}").as_bytes());
    let bytes = digest.as_ref();
    let first = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    TraceIds {
        trace: first(0, 16).try_into().unwrap_or_default(),
        first_span: first(16, 24).try_into().unwrap_or_default(),
    }
}

/// Of `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`, in any order.
fn xray_parent(header: &str) -> Option<XrayParent> {
    if header.len() > TRACE_HEADER_BYTES_MAX {
        return None;
    }
    let field = |name| {
        let found = header.split(';').filter_map(|part| part.trim().split_once('='));
        found.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    };
    let (version, rest) = field("Root")?.split_once('-')?;
    let (seconds, unique) = rest.split_once('-')?;
    if version != "1" || seconds.len() != 8 || unique.len() != 24 {
        return None;
    }
    Some(XrayParent { trace: bytes_of_hex(&format!("{seconds}{unique}"))?, span: bytes_of_hex(field("Parent")?)? })
}

fn bytes_of_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N * 2 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notifications_ids_are_the_same_wherever_they_are_made_and_unlike_anothers() {
        let ids = trace_ids("arn:aws:sns:us-east-1:123456789012:t", "m-1");
        // printf 'arn:aws:sns:us-east-1:123456789012:t\nm-1' | sha256sum
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert_eq!(hex(&ids.trace), "a18c64a91f85c4658f4b205c078b6074");
        assert_eq!(hex(&ids.first_span), "f28cc3ed10cd13f5");
        assert_ne!(ids.trace, trace_ids("arn:aws:sns:us-east-1:123456789012:t", "m-2").trace);
        assert_ne!(ids.trace, trace_ids("arn:aws:sns:us-east-1:123456789012:u", "m-1").trace);
    }

    #[test]
    fn the_header_of_xray_is_read_and_nonsense_is_not() {
        let parent =
            xray_parent("Sampled=1; Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8").unwrap();
        assert_eq!(parent.trace[..4], [0x57, 0x59, 0xe9, 0x88]);
        assert_eq!(parent.trace[15], 0x93);
        assert_eq!(parent.span, [0x53, 0x99, 0x5c, 0x3f, 0x42, 0xcd, 0x8a, 0xd8]);
        for nonsense in [
            "",
            "Root=1-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a99427279;Parent=53995c3f42cd8ad8",
            "Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
            "Root=1-5759e98é-bd862e3fe1be46a99427279;Parent=53995c3f42cd8ad8",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=+3995c3f42cd8ad8",
        ] {
            assert_eq!(xray_parent(nonsense), None, "{nonsense}");
        }
        let long = format!("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;{}", "x".repeat(512));
        assert_eq!(xray_parent(&long), None);
    }
}
