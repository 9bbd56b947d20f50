//! What Slack's answer means for a delivery: one table, every status and documented code named.
//!
//! `outbound/slack` calls it after `chat.postMessage` and `chat.update`. Slack answers most failures with HTTP 200 and
//! `"ok": false`: a status alone says nothing. The token belongs to a whole workspace, so what Slack says about the token
//! pauses the workspace; what it says about a channel or a message is that delivery's own.
//!
//! Sources: <https://docs.slack.dev/reference/methods/chat.postMessage>, <https://docs.slack.dev/reference/methods/chat.update>,
//! <https://docs.slack.dev/apis/web-api/rate-limits>. Codes without a page are those that public code
//! handles; what they mean is assumed.

use serde_json::Value;

use super::table::{self, Key, Line, Verdict};
use super::{Answer, DeliveryOutcome};

const PLATFORM: &str = "Slack";
/// Slack says 429 with a `Retry-After` always; an intermediary may not. One second is the pace of a channel.
const UNTIMED_429_MS: i64 = 1000;

const AUTHORISE: &str = "authorise the workspace again, then it resumes";
const REINSTALL: &str = "reinstall the app with the scope chat:write, then it resumes";
const ALLOW: &str = "ask the workspace's administrators to allow the app, then it resumes";
const INVITE: &str = "invite the app to the channel with /invite, then retry";
const OTHER_CHANNEL: &str = "unarchive the channel or configure another, then retry";
const PERMIT: &str = "let the app post there or configure another channel, then retry";
const LOOK: &str = "look in the channel before you retry";
const REPORT: &str = "report it with the delivery's id: Bellhop should not have sent this";

/// Answers that are decided before a code is looked for.
pub(super) const STATUSES: &[Line] = &[
    Line {
        key: Key::Other("HTTP 2xx with `\"ok\": true`"),
        verdict: Verdict::Delivered,
        meaning: "posted under its `ts`",
        remedy: "",
    },
    UNREADABLE,
    Line::status(429, Verdict::Retry, "the rate limit", ""),
    Line::status(401, Verdict::Paused, "the bot token was refused", AUTHORISE),
    Line::status(403, Verdict::Paused, "the app or this address was refused", ALLOW),
    Line::status(408, Verdict::Retry, "the request took too long; it may have been posted", ""),
    Line {
        key: Key::Status(500, 599),
        verdict: Verdict::Retry,
        meaning: "Slack is in trouble; it may have been posted",
        remedy: "",
    },
    STRANGER,
];

/// A success that cannot be read. Tried again: a doubled message beats a lost one.
const UNREADABLE: Line = Line {
    key: Key::Other("HTTP 2xx, empty, cut off or not Slack's JSON"),
    verdict: Verdict::Retry,
    meaning: "the answer was not whole JSON; it may have been posted",
    remedy: "",
};

/// Slack's API says neither 3xx nor other 4xx. A proxy does, or a wrong setting; both can be mended meanwhile.
const STRANGER: Line = Line {
    key: Key::Other("any other status"),
    verdict: Verdict::Retry,
    meaning: "that is no answer of Slack's API",
    remedy: "check `slack.api_url` and the proxies",
};

/// A code that Slack has added since. It is not tried for a day: it would hold up the channel.
const UNKNOWN_CODE: Line = Line {
    key: Key::Other("any other code"),
    verdict: Verdict::Dead,
    meaning: "the message was refused",
    remedy: "look the code up in Slack's documentation",
};

pub(super) const CODES: &[Line] = &[
    // Mends itself.
    Line::code("ratelimited", Verdict::Retry, "the rate limit", ""),
    Line::code("rate_limited", Verdict::Retry, "the rate limit", ""),
    Line::code("message_limit_exceeded", Verdict::Retry, "the workspace sends too many messages", ""),
    Line::code("internal_error", Verdict::Retry, "Slack is in trouble; it may have been posted", ""),
    Line::code("fatal_error", Verdict::Retry, "Slack is in trouble; it may have been posted", ""),
    Line::code("request_timeout", Verdict::Retry, "the request arrived cut off", ""),
    Line::code("service_unavailable", Verdict::Retry, "Slack is in trouble", ""),
    Line::code("team_added_to_org", Verdict::Retry, "the workspace is moving to an Enterprise organisation", ""),
    Line::code("external_channel_migrating", Verdict::Retry, "the channel is moving", ""),
    // The token, and so the workspace.
    Line::code("token_revoked", Verdict::Paused, "the bot token was revoked or the app removed", AUTHORISE),
    Line::code("token_expired", Verdict::Paused, "the bot token has expired", AUTHORISE),
    Line::code(
        "invalid_auth",
        Verdict::Paused,
        "the bot token is wrong, or this address is not allowed to use it",
        AUTHORISE,
    ),
    Line::code("not_authed", Verdict::Paused, "no bot token was sent", AUTHORISE),
    Line::code("account_inactive", Verdict::Paused, "the token's user or workspace is gone", AUTHORISE),
    Line::code("app_uninstalled", Verdict::Paused, "the app was removed from the workspace", AUTHORISE),
    Line::code(
        "two_factor_setup_required",
        Verdict::Paused,
        "the token's user must set up two-factor sign-in",
        AUTHORISE,
    ),
    Line::code("missing_scope", Verdict::Paused, "the token lacks a scope", REINSTALL),
    Line::code("not_allowed_token_type", Verdict::Paused, "this kind of token may not post", REINSTALL),
    Line::code("team_access_not_granted", Verdict::Paused, "the token is not for this workspace", REINSTALL),
    Line::code("access_denied", Verdict::Paused, "the app may not do this", ALLOW),
    Line::code("accesslimited", Verdict::Paused, "the workspace takes no calls from this network", ALLOW),
    Line::code("enterprise_is_restricted", Verdict::Paused, "the Enterprise organisation restricts the app", ALLOW),
    Line::code(
        "org_login_required",
        Verdict::Paused,
        "the workspace is closed while it moves to an Enterprise organisation",
        ALLOW,
    ),
    Line::code(
        "deprecated_endpoint",
        Verdict::Paused,
        "Slack has closed this part of its API",
        "upgrade Bellhop, then it resumes",
    ),
    Line::code(
        "method_deprecated",
        Verdict::Paused,
        "Slack has closed this part of its API",
        "upgrade Bellhop, then it resumes",
    ),
    // The channel.
    Line::code("channel_not_found", Verdict::Dead, "the channel does not exist or is private", INVITE),
    Line::code("not_in_channel", Verdict::Dead, "the app is not in the channel", INVITE),
    Line::code("no_permission", Verdict::Dead, "the app may not post there", INVITE),
    Line::code(
        "team_not_found",
        Verdict::Dead,
        "the channel's id is none",
        "configure the channel by its id, then retry",
    ),
    Line::code("is_archived", Verdict::Dead, "the channel is archived", OTHER_CHANNEL),
    Line::code(
        "messages_tab_disabled",
        Verdict::Dead,
        "the app takes no direct messages",
        "switch on its messages tab, then retry",
    ),
    Line::code("ekm_access_denied", Verdict::Dead, "administrators have suspended posting there", PERMIT),
    Line::code("restricted_action", Verdict::Dead, "the workspace's rules forbid the app to post there", PERMIT),
    Line::code("restricted_action_read_only_channel", Verdict::Dead, "the channel is read-only", PERMIT),
    Line::code("restricted_action_thread_only_channel", Verdict::Dead, "the channel takes replies only", PERMIT),
    Line::code("restricted_action_non_threadable_channel", Verdict::Dead, "the channel takes no replies", PERMIT),
    Line::code("restricted_action_thread_locked", Verdict::Dead, "the thread is locked", PERMIT),
    // The thread, or the message that is to be updated.
    Line::code("cannot_reply_to_message", Verdict::Dead, "the thread's first message cannot be replied to", ""),
    Line::code("thread_not_found", Verdict::Dead, "the thread's first message is gone", ""),
    Line::code("message_not_found", Verdict::Dead, "the message to update is gone", ""),
    Line::code("cant_update_message", Verdict::Dead, "the message to update is not the app's", ""),
    Line::code("edit_window_closed", Verdict::Dead, "the message is too old to be updated", ""),
    // `client_msg_id`, which keeps a retry from posting twice.
    Line::code(
        "duplicate_client_msg_id",
        Verdict::Delivered,
        "an earlier attempt posted it (not documented; assumed from public code)",
        "",
    ),
    Line::code(
        "duplicate_message_not_found",
        Verdict::Dead,
        "Slack knows the `client_msg_id` but finds no message of it: posted and removed, or lost",
        LOOK,
    ),
    Line::code(
        "duplicate_channel_not_found",
        Verdict::Dead,
        "Slack knows the `client_msg_id` of a channel it no longer finds",
        LOOK,
    ),
    // The message itself.
    Line::code("invalid_blocks", Verdict::Dead, "the message was refused", REPORT),
    Line::code("invalid_blocks_format", Verdict::Dead, "the message was refused", REPORT),
    Line::code("invalid_attachments", Verdict::Dead, "the message was refused", REPORT),
    Line::code("msg_blocks_too_long", Verdict::Dead, "the message is too long", REPORT),
    Line::code("msg_too_long", Verdict::Dead, "the message is too long", REPORT),
    Line::code("attachment_payload_limit_exceeded", Verdict::Dead, "the message is too long", REPORT),
    Line::code("too_many_attachments", Verdict::Dead, "the message has too many parts", REPORT),
    Line::code("too_many_contact_cards", Verdict::Dead, "the message has too many parts", REPORT),
    Line::code("no_text", Verdict::Dead, "the message is empty", REPORT),
    Line::code("invalid_metadata_format", Verdict::Dead, "the metadata was refused", REPORT),
    Line::code("invalid_metadata_schema", Verdict::Dead, "the metadata was refused", REPORT),
    Line::code("metadata_too_large", Verdict::Dead, "the metadata is too long", REPORT),
    Line::code("metadata_must_be_sent_from_app", Verdict::Dead, "the metadata was refused", REPORT),
    Line::code("markdown_text_conflict", Verdict::Dead, "the request was refused", REPORT),
    Line::code("as_user_not_supported", Verdict::Dead, "the request was refused", REPORT),
    Line::code("invalid_arguments", Verdict::Dead, "the request was refused", REPORT),
    Line::code("invalid_arg_name", Verdict::Dead, "the request was refused", REPORT),
    Line::code("invalid_array_arg", Verdict::Dead, "the request was refused", REPORT),
    Line::code("invalid_charset", Verdict::Dead, "the request was refused", REPORT),
    Line::code("invalid_form_data", Verdict::Dead, "the request was refused", REPORT),
    Line::code("invalid_post_type", Verdict::Dead, "the request was refused", REPORT),
    Line::code("missing_post_type", Verdict::Dead, "the request was refused", REPORT),
    Line::code("missing_file_data", Verdict::Dead, "the request was refused", REPORT),
    Line::code(
        "slack_connect_canvas_sharing_blocked",
        Verdict::Dead,
        "administrators forbid what the message links to",
        PERMIT,
    ),
    Line::code(
        "slack_connect_file_link_sharing_blocked",
        Verdict::Dead,
        "administrators forbid what the message links to",
        PERMIT,
    ),
    Line::code(
        "slack_connect_lists_sharing_blocked",
        Verdict::Dead,
        "administrators forbid what the message links to",
        PERMIT,
    ),
    UNKNOWN_CODE,
];

/// The verdict on one attempt.
pub fn slack_outcome(answer: Answer<'_>) -> DeliveryOutcome {
    let asked_ms = answer.asked_ms();
    let json: Option<Value> = serde_json::from_slice(answer.body).ok();
    let code = json.as_ref().and_then(|json| json.get("error")).and_then(Value::as_str);
    let said = format!("HTTP {}", answer.status);
    let by_code = |code| by_code(code, json.as_ref(), asked_ms);
    match (answer.status, code) {
        (429, _) => {
            let after_ms = Some(asked_ms.unwrap_or(UNTIMED_429_MS));
            status_line(429).outcome(PLATFORM, &said, after_ms, "")
        }
        (200..=299, _) => match &json {
            Some(json) if json.get("ok").and_then(Value::as_bool) == Some(true) => {
                let posted = json.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned();
                DeliveryOutcome::Delivered { posted }
            }
            _ => code.map_or_else(|| UNREADABLE.outcome(PLATFORM, &said, None, ""), by_code),
        },
        // With a code that is Slack's, a 4xx is Slack's own.
        (400..=499, Some(code)) if table::of_code(CODES, code).is_some() => by_code(code),
        (status, _) => status_line(status).outcome(PLATFORM, &said, asked_ms, ""),
    }
}

fn status_line(status: u16) -> &'static Line {
    const OTHERWISE: &Line = &STRANGER;
    table::of_status(STATUSES, status).unwrap_or(OTHERWISE)
}

fn by_code(code: &str, json: Option<&Value>, asked_ms: Option<i64>) -> DeliveryOutcome {
    const OTHERWISE: &Line = &UNKNOWN_CODE;
    let line = table::of_code(CODES, code).unwrap_or(OTHERWISE);
    line.outcome(PLATFORM, &table::quoted(code), asked_ms, &json.map(details).unwrap_or_default())
}

/// Slack explains invalid blocks in `response_metadata.messages`, and a missing scope in `needed`.
fn details(answer: &Value) -> String {
    const DETAILS_MAX: usize = 3;
    let messages = answer.pointer("/response_metadata/messages").and_then(Value::as_array);
    let needed = answer.get("needed").and_then(Value::as_str);
    let texts = messages.into_iter().flatten().filter_map(Value::as_str).chain(needed);
    texts.take(DETAILS_MAX).map(table::words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, retry_after: Option<&str>, body: &str) -> DeliveryOutcome {
        slack_outcome(Answer { status, retry_after, now_ms: 0, body: body.as_bytes() })
    }

    fn coded(code: &str) -> DeliveryOutcome {
        outcome(200, None, &serde_json::json!({"ok": false, "error": code}).to_string())
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
        for (retry_after, expected) in
            [(Some("30"), 30_000), (Some("0"), 0), (None, 1000), (Some("soon"), 1000), (Some("1000000"), 3_600_000)]
        {
            match outcome(429, retry_after, "") {
                DeliveryOutcome::Retry { after_ms, .. } => assert_eq!(after_ms, Some(expected)),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(
            outcome(200, Some("2"), r#"{"ok":false,"error":"ratelimited"}"#),
            DeliveryOutcome::Retry { after_ms: Some(2000), .. }
        ));
    }

    #[test]
    fn every_status_that_is_not_slacks_word_is_tried_again() {
        for status in [100, 301, 302, 400, 404, 408, 500, 502, 503, 504, 599, 600] {
            let outcome = outcome(status, None, "<html>");
            let DeliveryOutcome::Retry { after_ms: None, reason } = outcome else { panic!("{status}: {outcome:?}") };
            assert!(reason.starts_with(&format!("Slack answered HTTP {status}: ")), "{reason}");
        }
        assert!(matches!(outcome(503, Some("7"), ""), DeliveryOutcome::Retry { after_ms: Some(7000), .. }));
    }

    #[test]
    fn an_empty_or_cut_off_success_may_have_been_posted() {
        for body in ["", r#"{"ok":true,"ts":"17"#, "{}", r#"{"ok":"true"}"#, "<html>", "[]"] {
            let outcome = outcome(200, None, body);
            let DeliveryOutcome::Retry { after_ms: None, reason } = outcome else { panic!("{body}: {outcome:?}") };
            assert!(reason.ends_with("it may have been posted"), "{reason}");
        }
    }

    #[test]
    fn what_slack_says_about_the_token_pauses_the_workspace() {
        for code in [
            "token_revoked",
            "token_expired",
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "org_login_required",
            "missing_scope",
        ] {
            let DeliveryOutcome::Paused { reason } = coded(code) else { panic!("{code}") };
            assert!(reason.contains(code) && reason.ends_with("then it resumes"), "{reason}");
        }
        for (status, body) in [(401, ""), (403, "no"), (401, r#"{"ok":false,"error":"token_revoked"}"#)] {
            assert!(matches!(outcome(status, None, body), DeliveryOutcome::Paused { .. }), "{status} {body}");
        }
        // The code knows better than the status.
        let archived = outcome(403, None, r#"{"ok":false,"error":"is_archived"}"#);
        assert!(matches!(archived, DeliveryOutcome::Dead { .. }), "{archived:?}");
    }

    #[test]
    fn what_only_a_person_can_mend_is_dead_with_the_remedy() {
        for code in ["channel_not_found", "is_archived", "not_in_channel", "duplicate_message_not_found"] {
            let DeliveryOutcome::Dead { reason } = coded(code) else { panic!("{code}") };
            assert!(reason.contains(code) && reason.contains("; "), "{reason}");
        }
    }

    #[test]
    fn every_verdict_of_the_table_is_the_outcome() {
        for line in CODES {
            let Key::Code(code) = line.key else { continue };
            let verdict = match coded(code) {
                DeliveryOutcome::Delivered { .. } => Verdict::Delivered,
                DeliveryOutcome::Retry { .. } => Verdict::Retry,
                DeliveryOutcome::Paused { .. } => Verdict::Paused,
                DeliveryOutcome::Dead { .. } => Verdict::Dead,
            };
            assert_eq!(verdict, line.verdict, "{code}");
            assert_eq!(CODES.iter().filter(|other| other.key == line.key).count(), 1, "{code} twice");
        }
    }

    #[test]
    fn a_refused_message_says_what_slack_said() {
        let body = r#"{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] must be less than 151 characters"]}}"#;
        let DeliveryOutcome::Dead { reason } = outcome(200, None, body) else { panic!("{body}") };
        assert!(
            reason
                .contains(r#"`invalid_blocks`: the message was refused ("[ERROR] must be less than 151 characters")"#),
            "{reason}"
        );
        let needed = outcome(200, None, r#"{"ok":false,"error":"missing_scope","needed":"chat:write"}"#);
        assert!(matches!(&needed, DeliveryOutcome::Paused { reason } if reason.contains("chat:write")), "{needed:?}");
    }

    #[test]
    fn an_unknown_code_is_dead_and_cannot_forge_a_line() {
        let DeliveryOutcome::Dead { reason } = coded(&format!("new`\u{202e}\u{7}\n{}", "x".repeat(10_000))) else {
            panic!("not dead")
        };
        assert!(reason.starts_with("Slack answered `new'`: the message was refused"), "{reason}");
        assert!(reason.len() < 500 && !reason.contains(['\u{202e}', '\u{7}', '\n']), "{reason}");
    }
}
