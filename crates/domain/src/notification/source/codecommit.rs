//! `CodeCommit`: pushes, pull requests, their approvals and comments.
//!
//! By `EventBridge` and by notification rules, whose `additionalAttributes` have the comment's text (`CodeCommit` User Guide,
//! "Monitoring `CodeCommit` events in Amazon `EventBridge`"); and by repository triggers, which publish records of their own
//! ("Manage triggers for an AWS `CodeCommit` repository").

mod pull_request;
mod trigger;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::principal;
use crate::notification::console::{Console, encoded};
use crate::notification::text::first_line;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("codecommit", "AWS CodeCommit")
    .events(&["aws.codecommit"], read)
    .objects(trigger::claims, trigger::read);

/// Characters of a comment that a push line takes.
const GIST_LENGTH: usize = 120;
/// Characters of a commit id that people write.
const SHORT_COMMIT: usize = 8;

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "CodeCommit Repository State Change" => reference(event),
        // The guide's older spelling, still sent for merges.
        "CodeCommit Pull Request State Change" | "CodeCommit PullRequest State Change" => pull_request::read(event),
        "CodeCommit Comment on Pull Request" | "CodeCommit Comment on Commit" => comment(event),
        "CodeCommit Approval Rule Template Change" => template(event),
        _ => None,
    }
}

/// A branch or a tag that was created, moved or deleted.
fn reference(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (repository, happened) = (detail.str("repositoryName")?, detail.str("event")?);
    let name = detail.str("referenceName")?;
    let change = Change::of(happened)?;
    let commit = detail.str("commitId").or_else(|| detail.str("oldCommitId"));
    let kind = if detail.str("referenceType") == Some("tag") { "Tag" } else { "Branch" };
    let draft = Draft::new(Severity::Neutral, format!("{kind} {name} of {repository} was {}", change.word()))
        .gist(by(event).map(|by| format!("by {by}")))
        .subject(Some(repository))
        .state(Some(happened))
        .fact("By", by(event))
        .fact("Merged by", detail.str("mergeOption"))
        .code("Commit", commit.map(short))
        .link(event.console().map(|console| match (change, commit) {
            (Change::Deleted, _) | (_, None) => repository_page(console, repository),
            (_, Some(commit)) => commit_page(console, repository, commit),
        }));
    Some(draft)
}

/// What happened to a reference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Created,
    Updated,
    Deleted,
}

impl Change {
    fn of(event: &str) -> Option<Self> {
        match event {
            "referenceCreated" => Some(Self::Created),
            "referenceUpdated" => Some(Self::Updated),
            "referenceDeleted" => Some(Self::Deleted),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

fn comment(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let repository = detail.str("repositoryName")?;
    let pull_request = detail.str("pullRequestId");
    let extra = event.envelope.fields("additionalAttributes");
    let comments = extra.objects("comments").filter_map(|comment| comment.str("commentText"));
    // A thread comes with its earlier comments; the last one is the news.
    let said = comments.last().or_else(|| extra.str("commentText"));
    let on = match pull_request {
        Some(id) => format!("pull request {id}"),
        None => format!("commit {}", short(detail.str("afterCommitId")?)),
    };
    let file = extra.str("filePath").map(|path| match extra.text("commentedLineNumber") {
        Some(line) => format!("{path}:{line}"),
        None => path.to_owned(),
    });
    let link = event.console().and_then(|console| match (pull_request, detail.str("afterCommitId")) {
        (Some(id), _) => Some(pull_request_page(console, repository, id, "activity")),
        (None, Some(commit)) => Some(commit_page(console, repository, commit)),
        _ => None,
    });
    let gist = said.and_then(|said| first_line(said, GIST_LENGTH)).or_else(|| by(event).map(|by| format!("by {by}")));
    let mut draft = Draft::new(Severity::Neutral, format!("Comment on {on} of {repository}"))
        .gist(gist)
        .subject(Some(repository))
        .state(detail.str("event"))
        .paragraph(None, said)
        .fact("By", by(event))
        .code("File", file)
        .link(link);
    if let Some(id) = pull_request {
        draft = draft.thread(&thread_key(repository, id), None);
    }
    Some(draft)
}

/// A template of approval rules and the repositories it applies to.
fn template(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (name, happened) = (detail.str("approvalRuleTemplateName")?, detail.str("event")?);
    let done = match happened.strip_prefix("approvalRuleTemplate")? {
        "Created" => "was created",
        "Updated" => "was updated",
        "Deleted" => "was deleted",
        "AssociatedWithRepository" | "BatchAssociatedWithRepositories" => "now applies to more repositories",
        "DisassociatedFromRepository" | "BatchDisassociatedFromRepositories" => "applies to fewer repositories",
        _ => "changed",
    };
    let repositories = detail.fields("repositories").object().map(|names| {
        let names: Vec<&str> = names.keys().take(5).map(String::as_str).collect();
        names.join(", ")
    });
    let draft = Draft::new(Severity::Neutral, format!("Approval rule template {name} {done}"))
        .gist(by(event).map(|by| format!("by {by}")))
        .subject(Some(name))
        .state(Some(happened))
        .fact("By", by(event))
        .fact("Repositories", repositories.filter(|names| !names.is_empty()));
    Some(draft)
}

fn by(event: &Event<'_>) -> Option<String> {
    event.detail.str("callerUserArn").map(principal::name)
}

fn short(commit: &str) -> &str {
    commit.get(..SHORT_COMMIT).unwrap_or(commit)
}

/// Everything about one pull request is one conversation.
fn thread_key<'a>(repository: &'a str, pull_request: &'a str) -> [&'a str; 4] {
    ["codecommit", "pull-request", pull_request, repository]
}

fn repository_page(console: Console<'_>, repository: &str) -> Link {
    let path = format!("codesuite/codecommit/repositories/{}/browse", encoded(repository));
    console.link("the repository in CodeCommit", &path, "")
}

fn commit_page(console: Console<'_>, repository: &str, commit: &str) -> Link {
    let path = format!("codesuite/codecommit/repositories/{}/commit/{}", encoded(repository), encoded(commit));
    console.link("the commit in CodeCommit", &path, "")
}

fn pull_request_page(console: Console<'_>, repository: &str, id: &str, tab: &str) -> Link {
    let path = format!("codesuite/codecommit/repositories/{}/pull-requests/{}/{tab}", encoded(repository), encoded(id));
    console.link("the pull request in CodeCommit", &path, "")
}
