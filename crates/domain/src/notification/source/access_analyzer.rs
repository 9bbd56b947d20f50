//! IAM Access Analyzer: who outside can reach a resource, who inside can, what is not used, and previews of access.
//!
//! Shapes: IAM User Guide, "Monitoring AWS Identity and Access Management Access Analyzer with Amazon `EventBridge`".

use serde_json::Value;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, scalar};
use crate::notification::arn::Arn;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry =
    Entry::new("access_analyzer", "AWS IAM Access Analyzer").events(&["aws.access-analyzer"], read);

/// Actions that a card names.
const ACTIONS_SHOWN: usize = 6;

fn read(event: &Event<'_>) -> Option<Draft> {
    if event.detail_type == "Access Preview State Change" { preview(event) } else { finding(event) }
}

fn finding(event: &Event<'_>) -> Option<Draft> {
    let finding = event.detail;
    let arn = finding.str("resource")?;
    let name = Arn::parse(arn).map_or(arn, |arn| arn.short());
    let status = finding.str("status").unwrap_or("ACTIVE");
    let error = finding.str("error");
    let is_public = finding.flag("isPublic") == Some(true);
    let what = Kind::of(event);
    let severity = match status {
        "ACTIVE" if error.is_some() => Severity::Warning,
        "ACTIVE" if is_public => Severity::Critical,
        "ACTIVE" if matches!(what, Kind::Unused) => Severity::Neutral,
        "ACTIVE" => Severity::Warning,
        "RESOLVED" | "ARCHIVED" => Severity::Good,
        _ => Severity::Neutral,
    };
    let headline = match (error, what) {
        (Some(_), _) => format!("Access to {name} cannot be analyzed: {status}"),
        (None, Kind::Unused) => format!("Unused access of {name}: {status}"),
        (None, Kind::Internal) => format!("Internal access to {name}: {status}"),
        (None, Kind::External) if is_public => format!("Public access to {name}: {status}"),
        (None, Kind::External) => format!("External access to {name}: {status}"),
    };
    let principal = principal(finding);
    let unused = unused(finding);
    // Of access that is gone nobody need know whose it was at a glance.
    let gist = error
        .map(str::to_owned)
        .or_else(|| principal.clone())
        .or_else(|| unused.clone())
        .filter(|_| status == "ACTIVE");
    let draft = Draft::new(severity, headline)
        .gist(gist)
        .subject(Some(name))
        .state(Some(status))
        .fact("Resource", Some(name))
        .fact("Type", finding.str("resourceType").map(|kind| kind.trim_start_matches("AWS::")))
        .fact("Who", principal)
        .fact("May", actions(finding))
        .fact("Condition", condition(finding))
        .fact("Unused", unused)
        .fact("Error", error)
        .time("Found", finding.str("createdAt"))
        .resources([arn])
        .place(event.incoming.place(finding.str("accountId").or(event.account), finding.str("region").or(event.region)))
        .link(page(event));
    let ended = match status {
        "RESOLVED" => Some("Resolved"),
        "ARCHIVED" => Some("Archived"),
        _ => None,
    };
    Some(match finding.either(&["id", "findingId"]) {
        Some(id) => draft.thread(&["access-analyzer", &id], ended),
        None => draft,
    })
}

enum Kind {
    External,
    Internal,
    Unused,
}

impl Kind {
    fn of(event: &Event<'_>) -> Self {
        let said = event.detail.str("findingType").unwrap_or_default();
        if event.detail_type.starts_with("Unused Access") || said.starts_with("Unused") {
            Self::Unused
        } else if event.detail_type.starts_with("Internal Access") || said.starts_with("Internal") {
            Self::Internal
        } else {
            Self::External
        }
    }
}

/// `{"AWS": "210987654321"}`, `"*"`; internal findings name it `principal` too.
fn principal(finding: Fields<'_>) -> Option<String> {
    match finding.value("principal")? {
        Value::Object(members) => {
            let (kind, value) = members.iter().next()?;
            let value = scalar(value)?;
            Some(match (kind.as_str(), value.as_str()) {
                (_, "*") => "anybody".to_owned(),
                ("AWS", account) if account.bytes().all(|b| b.is_ascii_digit()) => format!("account {account}"),
                ("AWS", other) => other.to_owned(),
                (kind, other) => format!("{kind} {other}"),
            })
        }
        value => scalar(value).map(|value| if value == "*" { "anybody".to_owned() } else { value }),
    }
}

fn actions(finding: Fields<'_>) -> Option<String> {
    let actions = finding.list("action");
    let shown: Vec<String> = actions.iter().filter_map(scalar).take(ACTIONS_SHOWN).collect();
    let more = actions.len().saturating_sub(ACTIONS_SHOWN);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("{}{tail}", shown.join(", ")))
}

/// `aws:SourceIp 192.0.2.0/24`: access that a condition narrows is less bad than it looks.
fn condition(finding: Fields<'_>) -> Option<String> {
    let members = finding.fields("condition").object()?;
    let shown = members.iter().take(3).filter_map(|(key, value)| Some(format!("{key} {}", scalar(value)?)));
    let shown: Vec<String> = shown.collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

fn unused(finding: Fields<'_>) -> Option<String> {
    let count = |path, one: &str, many: &str| {
        let count = finding.count(path).filter(|count| *count > 0)?;
        Some(format!("{count} {}", if count == 1 { one } else { many }))
    };
    let counts =
        [count("numberOfUnusedServices", "service", "services"), count("numberOfUnusedActions", "action", "actions")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if !counts.is_empty() {
        return Some(counts.join(", "));
    }
    match finding.str("findingType")? {
        "UnusedIAMRole" => Some("the role".to_owned()),
        "UnusedIAMUserAccessKey" => Some("an access key".to_owned()),
        "UnusedIAMUserPassword" => Some("a password".to_owned()),
        "UnusedPermission" => Some("permissions".to_owned()),
        _ => None,
    }
}

fn preview(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("accessPreviewId")?;
    let state = detail.str("status")?;
    let severity = match state {
        "FAILED" => Severity::Warning,
        "COMPLETED" => Severity::Good,
        _ => Severity::Neutral,
    };
    let why = detail.either(&["statusReason.code", "statusReason"]);
    let draft = Draft::new(severity, format!("Access preview: {state}")).gist(why.clone()).subject(Some(id));
    Some(
        draft
            .state(Some(state))
            .fact("Because", why)
            .code("Preview", Some(id))
            .since("Updated", detail.str("lastUpdatedAt")),
    )
}

fn page(event: &Event<'_>) -> Option<Link> {
    Some(event.console()?.link("Access Analyzer", "access-analyzer/home", "#/findings"))
}
