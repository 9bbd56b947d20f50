//! What a repository's trigger publishes: records, each with the references that one push changed.

use super::{Change, commit_page, repository_page, short};
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::source::draft::Draft;
use crate::notification::source::fields::{Fields, Object};
use crate::notification::source::principal;
use crate::notification::{Incoming, Severity, Text};

/// References of one push that a card lists.
const REFERENCES_SHOWN: usize = 10;

pub fn claims(object: &Object) -> bool {
    Fields::of_object(object).str("Records.0.eventSource") == Some("aws:codecommit")
}

/// Reads the first record: one push is one record, however many references it changed.
pub fn read(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let record = Fields::of_object(object).objects("Records").next().unwrap_or_default();
    let arn = record.str("eventSourceARN").and_then(Arn::parse);
    let repository = arn.map_or("a repository", |arn| arn.resource);
    let region = record.str("awsRegion").or(arn.map(|arn| arn.region));
    let references = record.list("codecommit.references");
    let changed: Vec<Reference<'_>> = references.iter().take(REFERENCES_SHOWN).filter_map(Reference::read).collect();
    let is_test = record.str("eventName") == Some("TriggerEventTest");
    let headline = match changed.as_slice() {
        _ if is_test => format!("Trigger of {repository} was tested"),
        [one] => format!("{} of {repository} was {}", one.name(), one.change.word()),
        [] => format!("{repository} changed"),
        _ => format!("{} references of {repository} changed", references.len()),
    };
    let console = arn.and_then(|arn| Console::of(arn.partition, region?));
    let link = console.map(|console| match changed.as_slice() {
        [Reference { commit: Some(commit), change: Change::Created | Change::Updated, .. }] => {
            commit_page(console, repository, commit)
        }
        _ => repository_page(console, repository),
    });
    let by = record.str("userIdentityARN").map(principal::name);
    let commit = changed.first().and_then(|one| one.commit).filter(|_| changed.len() == 1);
    let items: Vec<Text> = changed.iter().filter(|_| changed.len() > 1).map(|one| Text::Plain(one.line())).collect();
    let left_out = if items.is_empty() { 0 } else { references.len() - items.len() };
    Draft::new(Severity::Neutral, headline)
        .gist(by.as_ref().map(|by| format!("by {by}")))
        .subject(Some(repository))
        .state(changed.first().map(|one| one.change.event()).filter(|_| !is_test).or(record.str("eventName")))
        .origin("aws.codecommit", "CodeCommit Repository State Change")
        .resources(record.str("eventSourceARN"))
        .bullets("Changed", items, left_out)
        .paragraph(None, record.str("customData"))
        .fact("By", by)
        .code("Commit", commit.map(short))
        .fact("Trigger", record.str("eventTriggerName"))
        .since("Time", record.str("eventTime"))
        .link(link)
        .place(incoming.place(arn.map(|arn| arn.account), region))
}

/// One branch or tag.
struct Reference<'a> {
    full_name: &'a str,
    commit: Option<&'a str>,
    change: Change,
}

impl<'a> Reference<'a> {
    fn read(value: &'a serde_json::Value) -> Option<Self> {
        let fields = Fields::of(value);
        let change = match (fields.flag("created"), fields.flag("deleted")) {
            (Some(true), _) => Change::Created,
            (_, Some(true)) => Change::Deleted,
            _ => Change::Updated,
        };
        Some(Self { full_name: fields.str("ref")?, commit: fields.str("commit"), change })
    }

    /// `Branch main`, `Tag v1`.
    fn name(&self) -> String {
        match (self.full_name.strip_prefix("refs/heads/"), self.full_name.strip_prefix("refs/tags/")) {
            (Some(branch), _) => format!("Branch {branch}"),
            (_, Some(tag)) => format!("Tag {tag}"),
            _ => self.full_name.to_owned(),
        }
    }

    fn line(&self) -> String {
        let commit = self.commit.map(|commit| format!(" ({})", short(commit))).unwrap_or_default();
        format!("{} {}{commit}", self.name(), self.change.word())
    }
}

impl Change {
    /// The event's name for the same change.
    fn event(self) -> &'static str {
        match self {
            Self::Created => "referenceCreated",
            Self::Updated => "referenceUpdated",
            Self::Deleted => "referenceDeleted",
        }
    }
}
