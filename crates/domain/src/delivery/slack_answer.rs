//! What Slack's answer means for a delivery: one table, every status and code named.
//!
//! Slack answers most failures with HTTP 200 and `"ok": false`: a status alone says nothing.
//! Sources: <https://docs.slack.dev/reference/methods/chat.postMessage>, <https://docs.slack.dev/apis/web-api/rate-limits>.

use serde_json::Value;

use super::DeliveryOutcome;

/// An answer as it came back from Slack's Web API.
#[derive(Debug, Clone, Copy)]
pub struct SlackAnswer<'a> {
    pub status: u16,
    /// The `Retry-After` header, in seconds.
    pub retry_after_seconds: Option<i64>,
    pub body: &'a [u8],
}

/// Longest wait that a `Retry-After` is believed for: Slack's are seconds; a day would be a mistake or malice.
const RETRY_AFTER_MAX_SECONDS: i64 = 60 * 60;
/// Slack says 429 with a `Retry-After` always; an intermediary may not.
const RETRY_AFTER_DEFAULT_MS: i64 = 1000;

/// The verdict on one attempt.
pub fn slack_outcome(answer: SlackAnswer<'_>) -> DeliveryOutcome {
    let asked_ms =
        answer.retry_after_seconds.map(|seconds| seconds.clamp(0, RETRY_AFTER_MAX_SECONDS).saturating_mul(1000));
    let retry = |after_ms, reason: String| DeliveryOutcome::Retry { after_ms, reason };
    match answer.status {
        429 => retry(Some(asked_ms.unwrap_or(RETRY_AFTER_DEFAULT_MS)), "Slack's rate limit (HTTP 429)".to_owned()),
        200..=299 => body_outcome(answer.body, asked_ms),
        408 | 500..=599 => retry(asked_ms, format!("Slack answered HTTP {}", answer.status)),
        // 3xx and 4xx do not come from Slack's API: a proxy, or a wrong `slack.api_url`. That can be mended meanwhile.
        status => retry(asked_ms, format!("HTTP {status} instead of an answer of Slack's API; check `slack.api_url`")),
    }
}

fn body_outcome(body: &[u8], asked_ms: Option<i64>) -> DeliveryOutcome {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        // Cut off, or not Slack. It may have been posted: delivery is at least once, a doubled message beats a lost one.
        return DeliveryOutcome::Retry { after_ms: None, reason: "Slack's answer was not JSON".to_owned() };
    };
    if answer.get("ok").and_then(Value::as_bool) == Some(true) {
        let posted = answer.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned();
        return DeliveryOutcome::Delivered { posted };
    }
    let code = answer.get("error").and_then(Value::as_str).unwrap_or("no error code");
    match meaning(code) {
        Meaning::Wait => DeliveryOutcome::Retry { after_ms: asked_ms, reason: format!("Slack answered `{code}`") },
        Meaning::Mend(remedy) => DeliveryOutcome::Dead { reason: format!("Slack answered `{code}`: {remedy}") },
        Meaning::Refused => {
            let details = refusal_details(&answer);
            DeliveryOutcome::Dead { reason: format!("Slack refused the message (`{code}`){details}") }
        }
    }
}

enum Meaning {
    /// Mends itself.
    Wait,
    /// Somebody has to do something; then `bellhop deliveries retry` brings it.
    Mend(&'static str),
    /// This message will never be taken as it is.
    Refused,
}

fn meaning(code: &str) -> Meaning {
    match code {
        "ratelimited"
        | "rate_limited"
        | "message_limit_exceeded"
        | "internal_error"
        | "fatal_error"
        | "request_timeout"
        | "service_unavailable"
        | "team_added_to_org"
        | "accesslimited"
        | "external_channel_migrating"
        | "no error code" => Meaning::Wait,
        "channel_not_found" => Meaning::Mend("the channel does not exist or is private; invite the app with /invite"),
        "not_in_channel" => Meaning::Mend("invite the app to the channel with /invite"),
        "is_archived" => Meaning::Mend("the channel is archived; unarchive it or configure another"),
        "cannot_reply_to_message" => Meaning::Mend("the thread's first message cannot be replied to"),
        "restricted_action"
        | "restricted_action_read_only_channel"
        | "restricted_action_thread_only_channel"
        | "restricted_action_non_threadable_channel"
        | "restricted_action_thread_locked" => Meaning::Mend("the workspace's rules forbid the app to post there"),
        "token_revoked"
        | "token_expired"
        | "invalid_auth"
        | "not_authed"
        | "account_inactive"
        | "org_login_required"
        | "ekm_access_denied"
        | "two_factor_setup_required"
        | "app_uninstalled" => Meaning::Mend("the workspace no longer accepts the bot token; authorise it again"),
        "missing_scope" | "no_permission" | "access_denied" | "not_allowed_token_type" | "team_access_not_granted" => {
            Meaning::Mend("the app lacks a permission; it needs the scope chat:write")
        }
        // `invalid_blocks`, `msg_too_long`, `no_text`, `duplicate_client_msg_id` and whatever Slack adds.
        _ => Meaning::Refused,
    }
}

/// Slack explains invalid blocks in `response_metadata.messages`.
fn refusal_details(answer: &Value) -> String {
    const DETAILS_MAX: usize = 3;
    let messages = answer.pointer("/response_metadata/messages").and_then(Value::as_array);
    let texts: Vec<&str> = messages.into_iter().flatten().filter_map(Value::as_str).take(DETAILS_MAX).collect();
    if texts.is_empty() { String::new() } else { format!(": {}", texts.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, retry_after_seconds: Option<i64>, body: &str) -> DeliveryOutcome {
        slack_outcome(SlackAnswer { status, retry_after_seconds, body: body.as_bytes() })
    }

    #[test]
    fn ok_true_is_delivered_under_its_ts() {
        assert_eq!(
            outcome(200, None, r#"{"ok":true,"ts":"1700000000.000100"}"#),
            DeliveryOutcome::Delivered { posted: "1700000000.000100".to_owned() }
        );
    }

    #[test]
    fn a_rate_limit_waits_exactly_as_long_as_slack_says() {
        for (retry_after, expected) in [(Some(30), 30_000), (Some(0), 0), (None, 1000), (Some(1_000_000), 3_600_000)] {
            match outcome(429, retry_after, "") {
                DeliveryOutcome::Retry { after_ms, .. } => assert_eq!(after_ms, Some(expected)),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(
            outcome(200, Some(2), r#"{"ok":false,"error":"ratelimited"}"#),
            DeliveryOutcome::Retry { after_ms: Some(2000), .. }
        ));
    }

    #[test]
    fn every_status_that_is_not_slacks_word_is_tried_again() {
        for status in [301, 302, 400, 401, 403, 404, 408, 500, 502, 503, 504, 599] {
            assert!(matches!(outcome(status, None, ""), DeliveryOutcome::Retry { after_ms: None, .. }), "{status}");
        }
        assert!(matches!(outcome(200, None, r#"{"ok":tr"#), DeliveryOutcome::Retry { .. }));
        assert!(matches!(outcome(200, None, "{}"), DeliveryOutcome::Retry { .. }));
    }

    #[test]
    fn what_only_a_person_can_mend_is_dead_with_the_remedy() {
        for code in ["channel_not_found", "is_archived", "token_revoked", "not_in_channel", "missing_scope"] {
            match outcome(200, None, &format!(r#"{{"ok":false,"error":"{code}"}}"#)) {
                DeliveryOutcome::Dead { reason } => assert!(reason.contains(code) && reason.contains(": "), "{reason}"),
                other => panic!("{code}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_refused_message_says_what_slack_said() {
        let body = r#"{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] must be less than 151 characters"]}}"#;
        assert_eq!(
            outcome(200, None, body),
            DeliveryOutcome::Dead {
                reason: "Slack refused the message (`invalid_blocks`): [ERROR] must be less than 151 characters"
                    .to_owned()
            }
        );
    }
}
