//! What Amazon Chime's answer means for a delivery: one table, every status named.
//!
//! `outbound/chime` calls it. A webhook is a credential of its own room only: when it is refused, that room's deliveries are
//! dead and nothing else stops. AWS documents the webhook, not its answers; the statuses are those of the Chime API
//! (`BadRequestException` 400, `UnauthorizedClientException` 401, `ForbiddenException` 403, `NotFoundException` 404,
//! `ThrottledClientException` 429, `ServiceFailureException` 500, `ServiceUnavailableException` 503), assumed for it too.
//!
//! Sources: <https://docs.aws.amazon.com/chime/latest/dg/webhooks.html>,
//! <https://docs.aws.amazon.com/chime/latest/APIReference/API_CreateRoom.html>. AWS ended the support of Amazon Chime on
//! 20 February 2026 (first page), so a webhook that is gone may have gone with its room.

use serde_json::Value;

use super::table::{self, Key, Line, Verdict};
use super::{Answer, DeliveryOutcome};

const PLATFORM: &str = "Chime";
/// A 429 without `Retry-After`: one second is the pace of a webhook (assumed).
const UNTIMED_429_MS: i64 = 1000;

const NEW_WEBHOOK: &str = "make a webhook in the room again, or configure another platform (AWS ended Chime's support on 20 February 2026), then retry";
const REPORT: &str = "report it with the delivery's id: Bellhop should not have sent this";

/// A success that cannot be read. Tried again: a doubled message beats a lost one.
const UNREADABLE: Line = Line {
    key: Key::Other("HTTP 2xx, empty, cut off or not JSON"),
    verdict: Verdict::Retry,
    meaning: "the answer was not whole JSON; it may have been posted",
    remedy: "",
};
const STRANGER: Line = Line {
    key: Key::Other("any other status"),
    verdict: Verdict::Retry,
    meaning: "that is no answer of Chime",
    remedy: "check the URL and the proxies",
};

pub(super) const TABLE: &[Line] = &[
    Line {
        key: Key::Other("HTTP 2xx with JSON"),
        verdict: Verdict::Delivered,
        meaning: "posted under its `MessageId`",
        remedy: "",
    },
    UNREADABLE,
    Line::status(429, Verdict::Retry, "the rate limit of one message a second", ""),
    Line::status(408, Verdict::Retry, "the request took too long; it may have been posted", ""),
    Line {
        key: Key::Status(500, 599),
        verdict: Verdict::Retry,
        meaning: "Chime is in trouble; it may have been posted",
        remedy: "",
    },
    Line::status(400, Verdict::Dead, "the message was refused, for its length or its form", REPORT),
    Line::status(401, Verdict::Dead, "the webhook's token was refused", NEW_WEBHOOK),
    Line::status(403, Verdict::Dead, "the webhook was removed or may not post", NEW_WEBHOOK),
    Line::status(404, Verdict::Dead, "the webhook or its room is gone", NEW_WEBHOOK),
    Line::status(410, Verdict::Dead, "the webhook or its room is gone", NEW_WEBHOOK),
    Line::status(413, Verdict::Dead, "the message is too long", REPORT),
    STRANGER,
];

/// The verdict on one attempt.
pub fn chime_outcome(answer: Answer<'_>) -> DeliveryOutcome {
    const OTHERWISE: &Line = &STRANGER;
    let json: Option<Value> = serde_json::from_slice(answer.body).ok();
    let said = format!("HTTP {}", answer.status);
    let asked_ms = answer.asked_ms();
    let after_ms = if answer.status == 429 { Some(asked_ms.unwrap_or(UNTIMED_429_MS)) } else { asked_ms };
    match (answer.status, &json) {
        (200..=299, Some(Value::Object(posted))) => {
            let id = posted.get("MessageId").and_then(Value::as_str).unwrap_or_default();
            DeliveryOutcome::Delivered { posted: id.to_owned() }
        }
        (200..=299, _) => UNREADABLE.outcome(PLATFORM, &said, None, ""),
        (status, json) => {
            let words = ["Message", "message"].iter().find_map(|name| json.as_ref()?.get(name)?.as_str());
            let line = table::of_status(TABLE, status).unwrap_or(OTHERWISE);
            line.outcome(PLATFORM, &said, after_ms, &words.map(table::words).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, retry_after: Option<&str>, body: &str) -> DeliveryOutcome {
        chime_outcome(Answer { status, retry_after, now_ms: 0, body: body.as_bytes() })
    }

    #[test]
    fn a_message_is_delivered_under_its_id() {
        let whole = outcome(200, None, r#"{"MessageId":"m-1","RoomId":"r"}"#);
        assert_eq!(whole, DeliveryOutcome::Delivered { posted: "m-1".to_owned() });
        for body in ["", r#"{"MessageId":"m-"#, "ok", "[]"] {
            let DeliveryOutcome::Retry { after_ms: None, reason } = outcome(200, None, body) else { panic!("{body}") };
            assert!(reason.ends_with("it may have been posted"), "{reason}");
        }
    }

    #[test]
    fn every_status_has_its_verdict() {
        for status in [429, 408, 500, 502, 503, 599, 302, 418] {
            assert!(matches!(outcome(status, None, ""), DeliveryOutcome::Retry { .. }), "{status}");
        }
        for status in [400, 401, 403, 404, 410, 413] {
            let body = r#"{"Code":"X","Message":"Gone for good\nsince May"}"#;
            let DeliveryOutcome::Dead { reason } = outcome(status, None, body) else { panic!("{status}") };
            assert!(reason.contains("(\"Gone for good\")") && reason.contains("; "), "{reason}");
        }
        for line in TABLE {
            assert_eq!(TABLE.iter().filter(|other| other.key == line.key).count(), 1, "{:?} twice", line.key);
        }
    }

    #[test]
    fn a_rate_limit_waits_as_long_as_chime_says_else_a_second() {
        for (header, expected) in [(Some("4"), 4_000), (None, 1_000)] {
            let DeliveryOutcome::Retry { after_ms, .. } = outcome(429, header, "") else { panic!() };
            assert_eq!(after_ms, Some(expected));
        }
    }
}
