//! AWS Health: what AWS itself knows to be wrong, or will change.
//!
//! The same for an account and for an organisation; then `affectedAccount` says whose it is. Shape: Health User Guide,
//! "Reference: AWS Health events Amazon `EventBridge` schema".

use super::dates;
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::delivery::Priority;
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::text::{first_line, words};
use crate::notification::triage::Triage;
use crate::notification::{Link, Moment, Severity, Text};

pub const ENTRY: Entry = Entry::new("health", "AWS Health").events(&["aws.health"], read).triaged(triage);

/// Affected resources that a card lists; one event may have 500 and goes on in pages.
const ENTITIES_SHOWN: usize = 10;
/// Characters of the description's first line that a push line takes.
const GIST_LENGTH: usize = 120;
const ABUSE: &str = "AWS Health Abuse Event";

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let code = detail.str("eventTypeCode")?;
    let service = detail.str("service").unwrap_or("AWS");
    let category = detail.str("eventTypeCategory").unwrap_or_default();
    let status = detail.str("statusCode").unwrap_or("open");
    let kind = match category {
        _ if is_abuse(event) => "abuse report",
        "issue" => "issue",
        "scheduledChange" => "scheduled change",
        "accountNotification" => "notice",
        "investigation" => "investigation",
        "" => "event",
        other => other,
    };
    let what = in_words(code, service);
    let entities: Vec<(&str, Option<&str>)> = detail
        .objects("affectedEntities")
        .filter_map(|entity| Some((entity.str("entityValue")?, entity.str("status"))))
        .collect();
    let description = detail.objects("eventDescription").find_map(|one| one.str("latestDescription"));
    let region = detail.str("eventRegion").filter(|region| *region != "global").or(event.region);
    let account = detail.str("affectedAccount").or(event.account);
    let starts_at = detail.str("startTime").map(|time| Moment::parse(&dates::iso(time)).utc());
    let gist = match entities.as_slice() {
        [] => description.and_then(|description| first_line(description, GIST_LENGTH)),
        [(only, _)] => Some(short(only).to_owned()),
        [(first, _), rest @ ..] => Some(format!("{} and {} more", short(first), rest.len())),
    };
    let gist = match (gist, starts_at.filter(|_| status == "upcoming")) {
        (Some(gist), Some(at)) => Some(format!("{gist}, from {at}")),
        (gist, at) => gist.or_else(|| Some(format!("from {}", at?))),
    };
    let ends = if status == "closed" { "Ended" } else { "Ends" };
    let starts = if status == "upcoming" { "Starts" } else { "Started" };
    let left_out = entities.len().saturating_sub(ENTITIES_SHOWN);
    let mut draft = Draft::new(severity(category, status, is_abuse(event)), format!("{service} {what}: {status}"))
        .gist(gist)
        .subject(Some(code))
        .state(Some(status))
        .paragraph(None, description)
        .bullets("Affected", entities.into_iter().take(ENTITIES_SHOWN).map(entity).collect(), left_out)
        .fact("Kind", Some(kind))
        .fact("Event", Some(code))
        .fact("Scope", scope(detail.str("eventScopeCode")))
        .fact("Action", detail.str("actionability").map(actionability))
        .time(starts, detail.str("startTime").map(dates::iso))
        .time(ends, detail.str("endTime").map(dates::iso))
        .fact("Page", page_of(event))
        .since("Updated", detail.str("lastUpdatedTime").map(dates::iso))
        .place(event.incoming.place(account, region));
    if let Some(step) = next_step(code) {
        draft = draft.next_step(step);
    }
    let Some(arn) = detail.str("eventArn") else { return Some(draft) };
    let ended = (status == "closed").then_some(if category == "issue" { "Resolved" } else { "Closed" });
    Some(draft.thread(&["health", account.unwrap_or_default(), arn], ended).link(page(event, arn)))
}

fn is_abuse(event: &Event<'_>) -> bool {
    event.detail_type == ABUSE || event.detail.str("service") == Some("ABUSE")
}

fn severity(category: &str, status: &str, is_abuse: bool) -> Severity {
    match (category, status) {
        ("issue", "closed") => Severity::Good,
        (_, "closed") => Severity::Neutral,
        _ if is_abuse => Severity::Critical,
        ("issue", _) => Severity::Critical,
        ("scheduledChange" | "investigation", _) => Severity::Warning,
        _ => Severity::Neutral,
    }
}

/// `AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED` of EC2: `instance retirement scheduled`.
fn in_words(code: &str, service: &str) -> String {
    let rest = code.strip_prefix("AWS_").unwrap_or(code);
    let rest = rest.strip_prefix(service).and_then(|rest| rest.strip_prefix('_')).unwrap_or(rest);
    rest.split('_').map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// What a person must do whatever the description says. Source: Health's event type codes for exposed credentials.
fn next_step(code: &str) -> Option<&'static str> {
    let exposed =
        ["AWS_RISK_CREDENTIALS_EXPOSED", "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED", "AWS_RISK_IAM_QUARANTINE"];
    exposed
        .contains(&code)
        .then_some("Deactivate the access key, rotate it, and look for what was done with it in CloudTrail")
}

fn actionability(word: &str) -> String {
    words(word).collect::<Vec<_>>().join(" ")
}

fn scope(code: Option<&str>) -> Option<&str> {
    match code? {
        "ACCOUNT_SPECIFIC" => Some("this account"),
        "PUBLIC" => Some("every customer"),
        "NONE" => None,
        other => Some(other),
    }
}

/// An event with many resources comes in several messages. Source: Health User Guide, "Pagination of AWS Health events".
fn page_of(event: &Event<'_>) -> Option<String> {
    let total = event.detail.count("totalPages").filter(|total| *total > 1)?;
    Some(format!("{} of {total}", event.detail.count("page")?))
}

fn entity((value, status): (&str, Option<&str>)) -> Text {
    match status {
        Some(status) => Text::Plain(format!("{} ({status})", short(value))),
        None if Arn::parse(value).is_some() => Text::Arn(value.to_owned()),
        None => Text::Code(value.to_owned()),
    }
}

fn short(value: &str) -> &str {
    Arn::parse(value).map_or(value, |arn| arn.short())
}

fn page(event: &Event<'_>, arn: &str) -> Option<Link> {
    let partition = Arn::parse(arn).map_or_else(|| event.partition(), |arn| arn.partition);
    let fragment = format!("#/account/event-log?eventID={}&eventTab=details", encoded(arn));
    Some(Console::global(partition)?.link("the event in AWS Health", "health/home", &fragment))
}

/// Health's issues are urgent, opened and closed, so that a closing cannot be overtaken; changes that are scheduled and notices
/// to the account are not. One event goes to many accounts, each of them news; its updates carry a new `communicationId`.
/// Source: Health User Guide, "Reference: AWS Health events Amazon `EventBridge` schema".
fn triage(event: &Event<'_>) -> Option<Triage> {
    if !matches!(event.detail_type, "AWS Health Event" | ABUSE) || event.detail.is_empty() {
        return None;
    }
    let said = |path| event.detail.str(path).unwrap_or_default();
    let is_issue = said("eventTypeCategory") == "issue";
    let priority = if is_issue { Priority::Alarm } else { Priority::Notification };
    let Some(arn) = event.detail.str("eventArn") else { return Some(Triage { priority, similarity: None }) };
    let account = event.detail.str("affectedAccount").or(event.account).unwrap_or_default();
    Some(Triage::alike(priority, &["health", account, said("communicationId"), arn], &[said("statusCode")]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_bad_depends_on_the_category_and_whether_it_is_over() {
        for (category, status, severity_wanted) in [
            ("issue", "open", Severity::Critical),
            ("issue", "closed", Severity::Good),
            ("scheduledChange", "upcoming", Severity::Warning),
            ("scheduledChange", "closed", Severity::Neutral),
            ("investigation", "open", Severity::Warning),
            ("accountNotification", "open", Severity::Neutral),
        ] {
            assert_eq!(severity(category, status, false), severity_wanted, "{category} {status}");
        }
        assert_eq!(severity("issue", "open", true), Severity::Critical);
        assert_eq!(severity("accountNotification", "open", true), Severity::Critical);
    }
}
