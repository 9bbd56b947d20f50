//! What Microsoft's login answers a bot that asks for a token, where it is none: one table, every status and the codes that
//! have a remedy of their own.
//!
//! `outbound/teams/token` calls it for whatever holds no token. A token serves all of a bot's conversations, so a refusal
//! pauses all of them; a login that is in trouble is asked again. It never sees the app's secret.
//!
//! Sources: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#error-response>,
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>, whose numbers "are subject to change": they
//! choose the words here, and the verdict where they are unknown comes from `error` and the status.

use serde_json::Value;

use super::table::{self, Key, Line, Verdict};
use super::{Answer, DeliveryOutcome};

const PLATFORM: &str = "Microsoft's login";

const SECRET: &str = "put a new client secret into `microsoft_teams.bot.app_password`, then it resumes";
const APP: &str = "mend `app_id` and `tenant_id` of `microsoft_teams.bot`, then it resumes";
const ADMIN: &str = "ask the tenant's administrators to allow the app, then it resumes";
const URL: &str = "mend `microsoft_teams.bot.login_url`, then it resumes";

const UNREADABLE: Line = Line {
    key: Key::Other("HTTP 2xx, empty, cut off or without a token"),
    verdict: Verdict::Retry,
    meaning: "the answer held no token",
    remedy: "",
};
const STRANGER: Line = Line {
    key: Key::Other("any other status"),
    verdict: Verdict::Retry,
    meaning: "that is no answer of Microsoft's login",
    remedy: "check `microsoft_teams.bot.login_url` and the proxies",
};

pub(super) const TOKEN: &[Line] = &[
    UNREADABLE,
    Line::status(429, Verdict::Retry, "the rate limit", ""),
    Line::status(408, Verdict::Retry, "the request took too long", ""),
    Line { key: Key::Status(500, 599), verdict: Verdict::Retry, meaning: "the login is in trouble", remedy: "" },
    Line::status(400, Verdict::Paused, "it gives this app no token", APP),
    Line::status(401, Verdict::Paused, "it does not know the app, or not by this secret", SECRET),
    Line::status(403, Verdict::Paused, "the app may have no token", ADMIN),
    Line::status(404, Verdict::Paused, "nobody gives tokens there", URL),
    STRANGER,
    Line::code("AADSTS7000215", Verdict::Paused, "the app's secret is wrong (its value is wanted, not its id)", SECRET),
    Line::code("AADSTS7000222", Verdict::Paused, "the app's secret has expired", SECRET),
    Line::code("AADSTS700016", Verdict::Paused, "the tenant knows no app of this id", APP),
    Line::code("AADSTS7000229", Verdict::Paused, "the app is not installed in the tenant", ADMIN),
    Line::code("AADSTS7000112", Verdict::Paused, "the app is switched off", ADMIN),
    Line::code("AADSTS90002", Verdict::Paused, "there is no such tenant", APP),
    Line::code("AADSTS53003", Verdict::Paused, "a policy of the tenant keeps the app from this network", ADMIN),
    Line::code("invalid_client", Verdict::Paused, "the app's secret was refused", SECRET),
    Line::code("unauthorized_client", Verdict::Paused, "the tenant does not know the app", APP),
    Line::code("access_denied", Verdict::Paused, "the app may have no token", ADMIN),
    Line::code("invalid_request", Verdict::Paused, "it gives this app no token", APP),
    Line::code("invalid_scope", Verdict::Paused, "the tenant does not know the Bot Framework", APP),
    Line::code("invalid_resource", Verdict::Paused, "the tenant does not know the Bot Framework", APP),
    Line::code("temporarily_unavailable", Verdict::Retry, "the login is in trouble", ""),
    Line::code("server_error", Verdict::Retry, "the login is in trouble", ""),
];

/// Numbers of one answer that are looked at.
const NUMBERS_MAX: usize = 5;

/// Why there is no token in this answer: `Retry` or `Paused`, never anything else.
pub fn teams_token_outcome(answer: Answer<'_>) -> DeliveryOutcome {
    let status = answer.status;
    let json: Option<Value> = serde_json::from_slice(answer.body).ok();
    if (200..=299).contains(&status) {
        return UNREADABLE.outcome(PLATFORM, &format!("HTTP {status}"), answer.asked_ms(), "");
    }
    let member = |name: &str| json.as_ref().and_then(|json| json.get(name));
    let words = member("error_description").and_then(Value::as_str);
    let details = words.map(table::words).unwrap_or_default();
    let numbers = member("error_codes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let numbers = numbers.iter().take(NUMBERS_MAX).filter_map(Value::as_u64).map(|number| format!("AADSTS{number}"));
    let error = member("error").and_then(Value::as_str).map(str::to_owned);
    let mut said = numbers.chain(error);
    if let Some((line, code)) = said.find_map(|code| Some((table::of_code(TOKEN, &code)?, code))) {
        let said = format!("HTTP {status} {}", table::quoted(&code));
        return line.outcome(PLATFORM, &said, answer.asked_ms(), &details);
    }
    let line = table::of_status(TOKEN, status).unwrap_or(const { &STRANGER });
    line.outcome(PLATFORM, &format!("HTTP {status}"), answer.asked_ms(), &details)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, body: &str) -> DeliveryOutcome {
        teams_token_outcome(Answer { status, retry_after: Some("3"), now_ms: 0, body: body.as_bytes() })
    }

    fn is(outcome: &DeliveryOutcome, verdict: Verdict) -> bool {
        match outcome {
            DeliveryOutcome::Retry { after_ms, .. } => verdict == Verdict::Retry && *after_ms == Some(3_000),
            DeliveryOutcome::Paused { .. } => verdict == Verdict::Paused,
            DeliveryOutcome::Delivered { .. } | DeliveryOutcome::Dead { .. } => false,
        }
    }

    #[test]
    fn every_line_of_the_table_is_the_outcome() {
        for line in TOKEN {
            match line.key {
                Key::Status(first, last) => {
                    for status in [first, last] {
                        assert!(is(&outcome(status, ""), line.verdict), "{status}");
                    }
                }
                Key::Code(code) => {
                    let body = match code.strip_prefix("AADSTS") {
                        Some(number) => format!(r#"{{"error":"new_word","error_codes":[{number}]}}"#),
                        None => format!(r#"{{"error":"{code}"}}"#),
                    };
                    let outcome = outcome(418, &body);
                    assert!(is(&outcome, line.verdict), "{code}: {outcome:?}");
                    assert!(format!("{outcome:?}").contains(code), "{outcome:?}");
                }
                Key::Other(_) => assert_eq!(line.verdict, Verdict::Retry),
            }
            assert_eq!(TOKEN.iter().filter(|other| other.key == line.key).count(), 1, "{:?} twice", line.key);
        }
    }

    #[test]
    fn the_number_says_more_than_the_word_and_the_words_are_kept() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The keys are expired.\r\nTrace ID: x","error_codes":[7000222]}"#;
        let DeliveryOutcome::Paused { reason } = outcome(401, body) else { panic!() };
        assert!(
            reason.starts_with("Microsoft's login answered HTTP 401 `AADSTS7000222`: the app's secret has expired")
        );
        assert!(reason.contains("The keys are expired.") && !reason.contains("Trace"), "{reason}");
    }

    #[test]
    fn an_answer_that_is_none_is_asked_for_again() {
        for (status, body) in
            [(200, "{}"), (200, ""), (204, ""), (302, ""), (418, "<html>"), (200, r#"{"error":"invalid_client"}"#)]
        {
            assert!(is(&outcome(status, body), Verdict::Retry), "{status} {body}");
        }
    }
}
