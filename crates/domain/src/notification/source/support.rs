//! AWS Support: cases that were opened, answered, resolved, opened again. What was written stays in the Support Center.
//!
//! Shape: AWS Support User Guide, "Monitoring AWS Support cases with Amazon `EventBridge`".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::{Console, encoded};
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("support", "AWS Support").events(&["aws.support"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("case-id");
    let number = detail.str("display-id");
    let named = number.or(id)?;
    let state = detail.str("event-name")?;
    let by_aws = detail.str("origin") == Some("AWS");
    let (severity, what) = match state {
        "CreateCase" => (Severity::Neutral, "opened"),
        "AddCommunicationToCase" if by_aws => (Severity::Warning, "AWS has answered"),
        "AddCommunicationToCase" => (Severity::Neutral, "has a new message of ours"),
        "ResolveCase" => (Severity::Good, "resolved"),
        "ReopenCase" => (Severity::Warning, "opened again"),
        other => (Severity::Neutral, other),
    };
    let mut draft = Draft::new(severity, format!("Support case {named}: {what}"))
        .subject(Some(named))
        .state(Some(state))
        .fact("Event", Some(state))
        .fact("By", detail.str("origin").map(|origin| if origin == "AWS" { "AWS" } else { "us" }))
        .code("Case", id)
        .link(number.and_then(|number| page(event, number)));
    if by_aws && state == "AddCommunicationToCase" {
        draft = draft.next_step("Read the answer; AWS may wait for a reply");
    }
    let account = event.account.unwrap_or_default();
    Some(draft.thread(&["support", account, id.unwrap_or(named)], (state == "ResolveCase").then_some("Resolved")))
}

fn page(event: &Event<'_>, number: &str) -> Option<Link> {
    let fragment = format!("#/case/?displayId={}", encoded(number));
    Some(Console::global(event.partition())?.link("the case in the Support Center", "support/home", &fragment))
}
