//! What Microsoft Teams' answer means for a delivery: one table a route, every status and documented code named.
//!
//! `outbound/teams` calls it; what its login says of a bot is `teams_token_answer`'s. There are two routes. A bot posts through the Bot Framework with a token that serves all its
//! conversations, so a refused token pauses all of them. A webhook (of Workflows, or of a connector) is a credential of its
//! own channel only: when it is refused, that channel's deliveries are dead and nothing else stops.
//!
//! Sources: <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis>,
//! <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit>,
//! <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#rate-limiting-for-connectors>.
//! The codes of Workflows are those of Azure Logic Apps; that they come here is assumed.

use serde_json::Value;

use super::table::{self, Key, Line, Verdict};
use super::{Answer, DeliveryOutcome, TeamsActivity};

const PLATFORM: &str = "Teams";

/// How a message goes to Teams: by the Bot Framework's REST API, or by a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamsRoute<'a> {
    /// A bot begins a thread: the answer names the conversation and the message.
    NewThread,
    /// A bot replies in this conversation: the answer names the message.
    Reply { conversation_id: &'a str },
    /// A bot changes this message, which keeps its name.
    Update(&'a TeamsActivity),
    /// A webhook of Workflows or of a connector.
    Webhook,
}

/// A 429 without `Retry-After`: Microsoft's page asks for exponential back-off with jitter, and its windows are as long as
/// an hour. So the lane's own back-off it is.
const UNTIMED_429_MS: Option<i64> = None;

const INSTALL: &str = "install the app in the channel's team, then retry";
const INSTALL_THERE: &str = "install the app in the channel's team, in a private channel there too, then retry";
const NEW_WEBHOOK: &str = "make a webhook for the channel again and configure its URL, then retry";
const CREDENTIALS: &str = "mend `microsoft_teams.bot`, then it resumes";
const ADMIN: &str = "ask the tenant's administrators to allow the app, then it resumes";
const REPORT: &str = "report it with the delivery's id: Bellhop should not have sent this";

/// A success that cannot be read. Tried again: a doubled message beats a lost one.
const UNREADABLE: Line = Line {
    key: Key::Other("HTTP 200 or 201, empty, cut off or not Teams'"),
    verdict: Verdict::Retry,
    meaning: "the answer was not whole; it may have been posted",
    remedy: "",
};
const STRANGER: Line = Line {
    key: Key::Other("any other status"),
    verdict: Verdict::Retry,
    meaning: "that is no answer of Teams",
    remedy: "check the URL and the proxies",
};
const TROUBLE: Line = Line {
    key: Key::Status(500, 599),
    verdict: Verdict::Retry,
    meaning: "Teams is in trouble; it may have been posted",
    remedy: "",
};
const LIMITED: Line = Line::status(429, Verdict::Retry, "the rate limit", "");
const SLOW: Line = Line::status(408, Verdict::Retry, "the request took too long; it may have been posted", "");
const CONCURRENT: Line = Line::status(412, Verdict::Retry, "other messages to the conversation got in the way", "");
/// Real refusals have other codes than the documented ones, and a channel's own must not stop the bot's others.
const FORBIDDEN: Line = Line {
    key: Key::Other("HTTP 403 with JSON of no code below"),
    verdict: Verdict::Retry,
    meaning: "the bot may not post, and Teams does not say whether it is this channel only",
    remedy: "see whether the app is in the channel and allowed in the tenant",
};
/// Somebody deleted it: 403 with `ServiceError` and "Unknown"
/// (<https://github.com/microsoft/BotFramework-Services/issues/269>), or what else may come instead.
const GONE: Line = Line {
    key: Key::Other("HTTP 400–499 to an update, but for 401, 408, 412, 429; with a code below, dead with its meaning"),
    verdict: Verdict::Dead,
    meaning: "the message to update is gone or can no longer be changed",
    remedy: "",
};
const TOO_LARGE: Line = Line::status(413, Verdict::Dead, "the message is too large", REPORT);

pub(super) const BOT: &[Line] = &[
    Line {
        key: Key::Other("HTTP 200 or 201 with JSON, HTTP 202; any 2xx to an update"),
        verdict: Verdict::Delivered,
        meaning: "posted, under the names of its conversation and itself if the answer has them",
        remedy: "",
    },
    UNREADABLE,
    LIMITED,
    SLOW,
    CONCURRENT,
    TROUBLE,
    TOO_LARGE,
    Line::status(400, Verdict::Dead, "the message was refused", REPORT),
    Line::status(401, Verdict::Paused, "the bot's token was refused", CREDENTIALS),
    Line::status(403, Verdict::Paused, "the bot may not post, and it was not Teams' JSON that said so", ADMIN),
    FORBIDDEN,
    GONE,
    Line::status(404, Verdict::Dead, "the conversation is gone", INSTALL),
    STRANGER,
    Line::code("Throttled", Verdict::Retry, "the rate limit", ""),
    Line::code("PreconditionFailed", Verdict::Retry, "other messages to the conversation got in the way", ""),
    Line::code("BotNotRegistered", Verdict::Paused, "Teams knows no bot of this app id", CREDENTIALS),
    // The block is of the app in the whole tenant, and so of every channel there.
    Line::code("BotDisabledByAdmin", Verdict::Paused, "the tenant's administrators have blocked the app", ADMIN),
    Line::code("BotNotInConversationRoster", Verdict::Dead, "the app is not in the conversation", INSTALL_THERE),
    Line::code(
        "ConversationBlockedByUser",
        Verdict::Dead,
        "the conversation is closed to the app by its moderation",
        "let the app post there, then retry",
    ),
    Line::code("MessageWritesBlocked", Verdict::Dead, "the app was blocked or removed there", INSTALL),
    Line::code("NotEnoughPermissions", Verdict::Dead, "the app lacks a permission there", INSTALL),
    Line::code("ForbiddenOperationException", Verdict::Dead, "the app may not post there", INSTALL),
    Line::code(
        "InvalidBotApiHost",
        Verdict::Dead,
        "the tenant is in another cloud",
        "configure the service URL of its cloud, then retry",
    ),
    Line::code("ConversationNotFound", Verdict::Dead, "the conversation is gone", INSTALL),
    Line::code("ActivityNotFoundInConversation", Verdict::Dead, "the message to reply to or update is gone", ""),
    Line::code("MessageSizeTooBig", Verdict::Dead, "the message is too large", REPORT),
    Line::code("Bad Argument", Verdict::Dead, "the message was refused", REPORT),
    Line::code("BadArgument", Verdict::Dead, "the message was refused", REPORT),
    Line::code("BadSyntax", Verdict::Dead, "the message was refused", REPORT),
];

pub(super) const WEBHOOK: &[Line] = &[
    Line {
        key: Key::Other("HTTP 202, HTTP 200 or 201 with text"),
        verdict: Verdict::Delivered,
        meaning: "taken; Teams gives it no name (202: Workflows posts it later)",
        remedy: "",
    },
    Line {
        key: Key::Other("HTTP 200 with \"Microsoft Teams endpoint returned HTTP error N\""),
        verdict: Verdict::Retry,
        meaning: "as if the answer were HTTP N, by the lines below; Retry without a readable N",
        remedy: "",
    },
    UNREADABLE,
    LIMITED,
    SLOW,
    CONCURRENT,
    TROUBLE,
    TOO_LARGE,
    Line::status(400, Verdict::Dead, "the message was refused", REPORT),
    Line::status(401, Verdict::Dead, "the webhook's URL is not whole or no longer signed", NEW_WEBHOOK),
    Line::status(403, Verdict::Dead, "the webhook was switched off or may not post there", NEW_WEBHOOK),
    Line::status(404, Verdict::Dead, "the webhook or its channel is gone", NEW_WEBHOOK),
    Line::status(410, Verdict::Dead, "the webhook was removed", NEW_WEBHOOK),
    STRANGER,
    Line::code(
        "WorkflowTriggerIsNotEnabled",
        Verdict::Dead,
        "the workflow is switched off or deleted",
        "switch it on in the Workflows app or make it again, then retry",
    ),
    Line::code("WorkflowNotFound", Verdict::Dead, "the workflow is gone", NEW_WEBHOOK),
    Line::code("DirectApiAuthorizationRequired", Verdict::Dead, "the webhook's URL lacks its signature", NEW_WEBHOOK),
    Line::code(
        "TriggerInputSchemaMismatch",
        Verdict::Dead,
        "the workflow expects another message",
        "make it from the template \"Post to a channel when a webhook request is received\", then retry",
    ),
];

/// What a connector answers with HTTP 200 when it failed, up to the status.
const FAILED: &str = "Webhook message delivery failed";
const RETURNED: &str = "Microsoft Teams endpoint returned HTTP error ";

/// The verdict on one attempt.
pub fn teams_outcome(route: TeamsRoute<'_>, answer: Answer<'_>) -> DeliveryOutcome {
    match route {
        TeamsRoute::Webhook => webhook_outcome(answer),
        bot => bot_outcome(bot, answer),
    }
}

fn bot_outcome(route: TeamsRoute<'_>, answer: Answer<'_>) -> DeliveryOutcome {
    let json: Option<Value> = serde_json::from_slice(answer.body).ok();
    let posted = |activity: Option<TeamsActivity>| {
        let posted = activity.map(|activity| activity.to_string()).unwrap_or_default();
        DeliveryOutcome::Delivered { posted }
    };
    match (answer.status, route, &json) {
        (200..=299, TeamsRoute::Update(activity), _) => posted(Some(activity.clone())),
        (200..=299, _, Some(json @ Value::Object(_))) => posted(named(route, json)),
        (202, ..) => posted(None),
        (200..=299, ..) => UNREADABLE.outcome(PLATFORM, &format!("HTTP {}", answer.status), None, ""),
        (status, ..) => {
            let failure = Failure::of(BOT, status, json.as_ref());
            failure.of_a_bots(route, json.as_ref()).outcome(answer.asked_ms())
        }
    }
}

/// What the answer to a new message calls it. A message that cannot be found again is delivered all the same.
fn named(route: TeamsRoute<'_>, json: &Value) -> Option<TeamsActivity> {
    let id = json.get("id").and_then(Value::as_str)?;
    match route {
        TeamsRoute::NewThread => match json.get("activityId").and_then(Value::as_str) {
            Some(activity_id) => TeamsActivity::new(id, activity_id),
            None => TeamsActivity::first_of(id),
        },
        TeamsRoute::Reply { conversation_id } => TeamsActivity::new(conversation_id, id),
        TeamsRoute::Update(_) | TeamsRoute::Webhook => None,
    }
}

fn webhook_outcome(answer: Answer<'_>) -> DeliveryOutcome {
    let asked_ms = answer.asked_ms();
    if !(200..=299).contains(&answer.status) {
        let json: Option<Value> = serde_json::from_slice(answer.body).ok();
        return Failure::of(WEBHOOK, answer.status, json.as_ref()).outcome(asked_ms);
    }
    let text = String::from_utf8_lossy(answer.body);
    let text = text.trim().trim_matches('"');
    if let Some((_, rest)) = text.split_once(RETURNED) {
        let digits: String = rest.chars().take(3).take_while(char::is_ascii_digit).collect();
        if let Ok(status @ 300..=599) = digits.parse::<u16>() {
            return Failure::of(WEBHOOK, status, None).outcome(asked_ms);
        }
    }
    let is_cut_off_failure = !text.is_empty() && FAILED.starts_with(text);
    let failed = text.contains(FAILED) || text.contains(RETURNED.trim_end()) || is_cut_off_failure;
    // A web page is a proxy's word, not Teams'.
    let unreadable = failed || text.starts_with('<') || (text.is_empty() && answer.status != 202);
    if unreadable {
        return UNREADABLE.outcome(PLATFORM, &format!("HTTP {}", answer.status), asked_ms, &table::words(text));
    }
    DeliveryOutcome::Delivered { posted: String::new() }
}

/// A failure, and the line that it goes by.
struct Failure {
    status: u16,
    line: Line,
    /// Whether the line is one of a code.
    is_coded: bool,
    /// The status and the code, if there is one.
    said: String,
    details: String,
}

impl Failure {
    /// By its code if the table has it, else by its status.
    fn of(table: &'static [Line], status: u16, json: Option<&Value>) -> Self {
        let words = json.and_then(|json| json.pointer("/error/message")).and_then(Value::as_str);
        let details = words.map(table::words).unwrap_or_default();
        // The sub-code says more than the code.
        let codes = ["/error/subCode", "/subCode", "/error/code", "/error/innerHttpError/code", "/error"];
        let codes: Vec<&str> = codes.iter().filter_map(|path| json?.pointer(path)?.as_str()).collect();
        let known = codes.iter().find_map(|code| Some((table::of_code(table, code)?, *code)));
        let line = known.map(|(line, _)| line).or_else(|| table::of_status(table, status)).copied().unwrap_or(STRANGER);
        let said = match known.map(|(_, code)| code).or(codes.first().copied()) {
            Some(code) => format!("HTTP {status} {}", table::quoted(code)),
            None => format!("HTTP {status}"),
        };
        Self { status, line, is_coded: known.is_some(), said, details }
    }

    /// What a bot's route and the rest of the answer make of it.
    fn of_a_bots(self, route: TeamsRoute<'_>, json: Option<&Value>) -> Self {
        let is_final = (400..500).contains(&self.status) && ![401, 408, 412, 429].contains(&self.status);
        let line = match route {
            TeamsRoute::Update(_) if is_final && self.is_coded => Line { verdict: Verdict::Dead, ..self.line },
            TeamsRoute::Update(_) if is_final && self.line.verdict != Verdict::Dead => GONE,
            _ if self.status == 403 && !self.is_coded && json.is_some_and(Value::is_object) => FORBIDDEN,
            _ => self.line,
        };
        Self { line, ..self }
    }

    fn outcome(&self, asked_ms: Option<i64>) -> DeliveryOutcome {
        let after_ms = if self.status == 429 { asked_ms.or(UNTIMED_429_MS) } else { asked_ms };
        self.line.outcome(PLATFORM, &self.said, after_ms, &self.details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TeamsRoute::{NewThread as Bot, Webhook};

    const THREAD: &str = "19:ops@thread.tacv2;messageid=17";

    fn outcome(route: TeamsRoute<'_>, status: u16, retry_after: Option<&str>, body: &str) -> DeliveryOutcome {
        teams_outcome(route, Answer { status, retry_after, now_ms: 0, body: body.as_bytes() })
    }

    fn coded(status: u16, code: &str) -> DeliveryOutcome {
        let body = serde_json::json!({"error": {"code": code, "message": "Because\nof it."}}).to_string();
        outcome(Bot, status, None, &body)
    }

    fn verdict(outcome: &DeliveryOutcome) -> Verdict {
        match outcome {
            DeliveryOutcome::Delivered { .. } => Verdict::Delivered,
            DeliveryOutcome::Retry { .. } => Verdict::Retry,
            DeliveryOutcome::Paused { .. } => Verdict::Paused,
            DeliveryOutcome::Dead { .. } => Verdict::Dead,
        }
    }

    #[test]
    fn a_bots_message_is_known_by_its_conversation_and_its_own_name() {
        let reply = TeamsRoute::Reply { conversation_id: THREAD };
        let both = format!(r#"{{"id":"{THREAD}","activityId":"17"}}"#);
        let conversation = format!(r#"{{"id":"{THREAD}"}}"#);
        for (route, status, body, posted) in [
            (Bot, 201, both.as_str(), format!("{THREAD}|17")),
            (Bot, 201, &conversation, format!("{THREAD}|17")),
            (Bot, 201, r#"{"id":"19:ops@thread.tacv2"}"#, String::new()),
            (Bot, 201, r#"{"id":"a|b","activityId":"17"}"#, String::new()),
            (Bot, 200, "{}", String::new()),
            (Bot, 202, "", String::new()),
            (reply, 201, r#"{"id":"18"}"#, format!("{THREAD}|18")),
            (reply, 201, r#"{"id":7}"#, String::new()),
        ] {
            assert_eq!(outcome(route, status, None, body), DeliveryOutcome::Delivered { posted }, "{status} {body}");
        }
        for (status, body) in [(200, ""), (201, r#"{"id":"17"#), (200, "<html>"), (201, "[]")] {
            let DeliveryOutcome::Retry { reason, .. } = outcome(Bot, status, None, body) else { panic!("{body}") };
            assert!(reason.ends_with("it may have been posted"), "{reason}");
        }
    }

    #[test]
    fn an_updated_message_keeps_its_name_and_one_that_is_gone_is_dead() {
        let activity = TeamsActivity::new(THREAD, "17").unwrap();
        for (status, body) in [(200, r#"{"id":"other"}"#), (200, ""), (202, ""), (204, "")] {
            let expected = DeliveryOutcome::Delivered { posted: format!("{THREAD}|17") };
            assert_eq!(outcome(TeamsRoute::Update(&activity), status, None, body), expected, "{status} {body}");
        }
        let gone = r#"{"error":{"code":"ActivityNotFoundInConversation"}}"#;
        assert_eq!(verdict(&outcome(TeamsRoute::Update(&activity), 404, None, gone)), Verdict::Dead);
    }

    /// What is said of a message that somebody deleted: observed, microsoft/BotFramework-Services#269.
    const DELETED: &str = r#"{"error":{"code":"ServiceError","message":"Unknown"}}"#;

    #[test]
    fn an_update_that_is_refused_is_dead_whatever_is_said_and_waits_for_nothing() {
        let activity = TeamsActivity::new(THREAD, "17").unwrap();
        let update = |status, body| outcome(TeamsRoute::Update(&activity), status, None, body);
        let blocked = r#"{"error":{"code":"BotDisabledByAdmin"}}"#;
        for body in [DELETED, blocked, "{}", ""] {
            for status in [400, 403, 404, 405, 409, 410, 413, 418, 499] {
                assert_eq!(verdict(&update(status, body)), Verdict::Dead, "{status} {body}");
            }
            for status in [408, 412, 429, 500, 503] {
                assert_eq!(verdict(&update(status, "{}")), Verdict::Retry, "{status}");
            }
        }
        assert_eq!(verdict(&update(401, "")), Verdict::Paused);
        let DeliveryOutcome::Dead { reason } = update(403, DELETED) else { panic!() };
        assert!(reason.contains("HTTP 403 `ServiceError`") && reason.contains("gone"), "{reason}");
        assert_eq!(verdict(&outcome(Bot, 503, None, DELETED)), Verdict::Retry);
    }

    #[test]
    fn a_403_that_teams_does_not_explain_is_its_channels_own() {
        for (body, code) in [(DELETED, " `ServiceError`"), (r#"{"error":{"code":"Nope"}}"#, " `Nope`"), ("{}", "")] {
            let DeliveryOutcome::Retry { reason, .. } = outcome(Bot, 403, None, body) else { panic!("{body}") };
            assert!(reason.starts_with(&format!("Teams answered HTTP 403{code}: ")), "{reason}");
        }
        for body in ["", "<html>", r#"{"error":{"code":"BotDisabledByAdmin"}}"#] {
            assert_eq!(verdict(&outcome(Bot, 403, None, body)), Verdict::Paused, "{body}");
        }
    }

    #[test]
    fn a_success_that_says_429_is_none() {
        let text = |status: u16| {
            format!(
                "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {status} with ContextId tcid=0,server=X.."
            )
        };
        for (inside, expected) in [
            (429, Verdict::Retry),
            (412, Verdict::Retry),
            (500, Verdict::Retry),
            (502, Verdict::Retry),
            (504, Verdict::Retry),
            (413, Verdict::Dead),
            (400, Verdict::Dead),
            (403, Verdict::Dead),
            (418, Verdict::Retry),
        ] {
            let outcome = outcome(Webhook, 200, None, &text(inside));
            assert_eq!(verdict(&outcome), expected, "{inside}");
            let (DeliveryOutcome::Retry { reason, .. } | DeliveryOutcome::Dead { reason }) = outcome else { panic!() };
            assert!(reason.contains(&format!("HTTP {inside}")), "{reason}");
        }
        for body in [
            "Webhook message deliv",
            "Webhook message delivery failed with error: x",
            "",
            "<html>",
            "Microsoft Teams endpoint returned HTTP error 7",
        ] {
            let outcome = outcome(Webhook, 200, Some("3"), body);
            assert_eq!(verdict(&outcome), Verdict::Retry, "{body}");
        }
        for (status, body) in [(200, "1"), (202, ""), (200, "\"1\"\n"), (200, "ok")] {
            assert_eq!(verdict(&outcome(Webhook, status, None, body)), Verdict::Delivered, "{body}");
        }
    }

    #[test]
    fn retry_after_is_obeyed_and_its_absence_is_left_to_the_back_off() {
        for route in [Bot, Webhook] {
            for (status, header, expected) in [
                (429, Some("17"), Some(17_000)),
                (429, None, None),
                (412, None, None),
                (502, Some("2"), Some(2_000)),
                (504, None, None),
            ] {
                let DeliveryOutcome::Retry { after_ms, .. } = outcome(route, status, header, "") else {
                    panic!("{status}")
                };
                assert_eq!(after_ms, expected, "{status}");
            }
        }
        let limited = outcome(Webhook, 200, Some("9"), "Microsoft Teams endpoint returned HTTP error 429");
        assert!(matches!(limited, DeliveryOutcome::Retry { after_ms: Some(9_000), .. }), "{limited:?}");
    }

    #[test]
    fn a_refused_token_pauses_the_bot_but_a_refused_webhook_is_its_channels_own() {
        for status in [401, 403] {
            assert_eq!(verdict(&outcome(Bot, status, None, "")), Verdict::Paused, "{status}");
        }
        for status in [401, 403, 404, 410] {
            let DeliveryOutcome::Dead { reason } = outcome(Webhook, status, None, "") else { panic!("{status}") };
            assert!(reason.ends_with("configure its URL, then retry"), "{reason}");
        }
        for code in ["BotNotInConversationRoster", "ConversationBlockedByUser", "NotEnoughPermissions"] {
            assert_eq!(verdict(&coded(403, code)), Verdict::Dead, "{code}");
        }
        let sub_code = r#"{"error":{"code":"Forbidden","subCode":"MessageWritesBlocked"}}"#;
        assert_eq!(verdict(&outcome(Bot, 403, None, sub_code)), Verdict::Dead);
        let off = r#"{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"Could not execute"}}"#;
        let DeliveryOutcome::Dead { reason } = outcome(Webhook, 400, None, off) else { panic!() };
        assert!(reason.contains("switched off"), "{reason}");
    }

    #[test]
    fn every_line_of_the_tables_is_the_outcome() {
        for line in BOT {
            if let Key::Code(code) = line.key {
                assert_eq!(verdict(&coded(400, code)), line.verdict, "{code}");
            }
        }
        for (route, table) in [(Bot, BOT), (Webhook, WEBHOOK)] {
            for line in table {
                if let Key::Status(first, last) = line.key {
                    for status in [first, last] {
                        assert_eq!(verdict(&outcome(route, status, None, "")), line.verdict, "{route:?} {status}");
                    }
                }
                assert_eq!(table.iter().filter(|other| other.key == line.key).count(), 1, "{:?} twice", line.key);
            }
        }
    }

    #[test]
    fn the_platforms_words_cannot_forge_a_line() {
        let DeliveryOutcome::Dead { reason } = coded(403, "NotEnoughPermissions") else { panic!() };
        assert!(reason.contains("(\"Because\")") && !reason.contains('\n'), "{reason}");
    }
}
