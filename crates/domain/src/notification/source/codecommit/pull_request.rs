//! A pull request's way: opened, changed, approved, merged or closed. `codecommit` hands these events over.

use super::{by, pull_request_page, thread_key};
use crate::notification::Severity;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::Fields;

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let repository = detail.str("repositoryNames.0").or_else(|| detail.str("repositoryName"))?;
    let (id, happened) = (detail.str("pullRequestId")?, detail.str("event")?);
    let (severity, words) = what(detail, happened);
    let title = detail.str("title");
    let branches = detail.str("sourceReference").zip(detail.str("destinationReference"));
    let ended = match happened {
        _ if is_merged(detail) => Some("Merged"),
        "pullRequestStatusChanged" if detail.str("pullRequestStatus") == Some("Closed") => Some("Closed"),
        _ => None,
    };
    let draft = Draft::new(severity, format!("Pull request {id} of {repository} {words}"))
        .gist(title.map(str::to_owned).or_else(|| by(event).map(|by| format!("by {by}"))))
        .subject(Some(repository))
        .state(Some(happened))
        .paragraph(None, title)
        .paragraph(Some("Description"), detail.str("description"))
        .fact("By", by(event))
        .fact("Branches", branches.map(|(from, to)| format!("{} → {}", branch(from), branch(to))))
        .fact("Status", detail.str("pullRequestStatus"))
        .fact("Files", files(event.envelope.fields("additionalAttributes")))
        .link(event.console().map(|console| pull_request_page(console, repository, id, "details")))
        .thread(&thread_key(repository, id), ended);
    Some(draft)
}

/// What happened, in words that follow "Pull request 12 of storefront".
fn what(detail: Fields<'_>, happened: &str) -> (Severity, &'static str) {
    match happened {
        "pullRequestCreated" => (Severity::Neutral, "was opened"),
        "pullRequestSourceBranchUpdated" => (Severity::Neutral, "has new commits"),
        "pullRequestMergeStatusUpdated" | "pullRequestStatusChanged" if is_merged(detail) => {
            (Severity::Good, "was merged")
        }
        "pullRequestStatusChanged" if detail.str("pullRequestStatus") == Some("Closed") => {
            (Severity::Neutral, "was closed")
        }
        "pullRequestStatusChanged" => (Severity::Neutral, "was reopened"),
        "pullRequestApprovalStateChanged" if detail.str("approvalStatus") == Some("REVOKE") => {
            (Severity::Warning, "lost an approval")
        }
        "pullRequestApprovalStateChanged" => (Severity::Good, "was approved"),
        "pullRequestApprovalRuleOverridden" if detail.str("overrideStatus") == Some("REVOKE") => {
            (Severity::Neutral, "obeys its approval rules again")
        }
        "pullRequestApprovalRuleOverridden" => (Severity::Warning, "had its approval rules overridden"),
        "pullRequestApprovalRuleCreated" => (Severity::Neutral, "got an approval rule"),
        "pullRequestApprovalRuleUpdated" => (Severity::Neutral, "has a changed approval rule"),
        "pullRequestApprovalRuleDeleted" => (Severity::Neutral, "lost an approval rule"),
        _ => (Severity::Neutral, "changed"),
    }
}

/// `isMerged` is the word `True`, not a flag.
fn is_merged(detail: Fields<'_>) -> bool {
    detail.text("isMerged").is_some_and(|merged| merged.eq_ignore_ascii_case("true"))
}

/// `refs/heads/main` → `main`.
fn branch(reference: &str) -> &str {
    reference.strip_prefix("refs/heads/").unwrap_or(reference)
}

/// `2 modified, 1 added`: a notification rule with full detail counts the files.
fn files(extra: Fields<'_>) -> Option<String> {
    let counts =
        [("numberOfFilesModified", "modified"), ("numberOfFilesAdded", "added"), ("numberOfFilesDeleted", "deleted")];
    let said = counts.iter().filter_map(|(path, word)| {
        let count = extra.count(path).filter(|count| *count > 0)?;
        Some(format!("{count} {word}"))
    });
    Some(said.collect::<Vec<_>>().join(", ")).filter(|said| !said.is_empty())
}
