//! AWS Backup: backup, copy, restore and scan jobs, recovery points, vaults and plans, by `EventBridge` and as SNS text.
//!
//! SNS carries a sentence and the ARNs behind it; what is in message attributes does not reach a reader. Shapes: AWS Backup
//! Developer Guide, "Monitoring AWS Backup events using Amazon `EventBridge`" and "Notification options with AWS Backup".

use super::amounts;
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::{Incoming, Link, Severity};

pub const ENTRY: Entry = Entry::new("backup", "AWS Backup").events(&["aws.backup"], read).texts(claims_text, read_text);

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "Backup Job State Change" => job(event, "Backup", "backupJobId"),
        "Copy Job State Change" => job(event, "Backup copy", "copyJobId"),
        "Restore Job State Change" => job(event, "Restore", "restoreJobId"),
        "Scan Job State Change" => job(event, "Malware scan", "scanJobId"),
        "Recovery Point State Change" | "Recovery Point Index State Change" => recovery_point(event),
        "Backup Plan State Change" | "Backup Vault State Change" | "Report Job State Change" => configuration(event),
        _ => None,
    }
}

fn job(event: &Event<'_>, kind: &str, id: &str) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str(id)?;
    let state = detail.str("state").or(detail.str("status"))?;
    let resource = detail.str("resourceArn").or(detail.str("sourceResourceArn"));
    let resource = resource.or_else(|| event.resources.first().copied());
    let what = resource.map_or(id, name_of);
    let why = detail.str("statusMessage").map(unquoted);
    let size = detail.count("backupSizeInBytes").filter(|bytes| *bytes > 0).map(amounts::bytes);
    // "Completed with issues" of the console is a completed job with a message.
    let with_issues = state == "COMPLETED" && why.is_some();
    let result = detail.str("scanResult.scanResultStatus");
    let severity = match result {
        Some("THREATS_FOUND") => Severity::Critical,
        _ if with_issues => Severity::Warning,
        _ => severity(state),
    };
    Some(
        Draft::new(severity, format!("{kind} of {what}: {state}"))
            .gist(why.or(result).map(str::to_owned).or_else(|| size.clone()))
            .subject(Some(what))
            .state(Some(state))
            .paragraph(None, why)
            .fact("Findings", result)
            .fact("Type", detail.str("resourceType"))
            .fact("Vault", detail.str("backupVaultName").or(detail.str("destinationBackupVaultArn").map(name_of)))
            .fact("Size", size)
            .code("Resource", resource)
            .code("Created", detail.str("createdResourceArn"))
            .code("Job", Some(id))
            .time("Started", detail.str("creationDate"))
            .link(resource.and_then(page))
            .thread(&["backup", id], end(state)),
    )
}

fn recovery_point(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let index = event.detail_type.contains("Index");
    let state = detail.either(&["indexStatus", "status", "state"])?;
    let point = detail.str("recoveryPointArn").or_else(|| event.resources.first().copied());
    let resource = detail.str("resourceArn").or(detail.str("sourceResourceArn")).or(point)?;
    let what = name_of(resource);
    let kind = if index { "Recovery point index" } else { "Recovery point" };
    let severity = match state.as_ref() {
        // A point that ran out did what its plan says.
        "EXPIRED" => Severity::Neutral,
        other => severity(other),
    };
    let why =
        detail.str("statusMessage").or(detail.str("indexStatusMessage").filter(|_| severity == Severity::Critical));
    Some(
        Draft::new(severity, format!("{kind} of {what}: {state}"))
            .gist(why.map(unquoted).or(detail.str("backupVaultName")))
            .subject(Some(what))
            .state(Some(state))
            .paragraph(None, why.map(unquoted))
            .fact("Type", detail.str("resourceType"))
            .fact("Vault", detail.str("backupVaultName"))
            .code("Recovery point", point)
            .time("Deleted at", detail.str("calculatedLifeCycle.deleteAt")),
    )
}

fn configuration(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let state = detail.either(&["state", "status"])?;
    let name =
        detail.either(&["backupVaultName", "backupPlanName", "backupPlanId", "reportPlanName", "reportJobId"])?;
    let kind = event.detail_type.trim_end_matches(" State Change");
    let severity = if state == "DELETED" { Severity::Warning } else { severity(&state) };
    Some(
        Draft::new(severity, format!("{kind} {name}: {state}"))
            .gist(detail.str("statusMessage"))
            .subject(Some(name))
            .state(Some(state))
            .paragraph(None, detail.str("statusMessage"))
            .fact("Locked", detail.text("isLocked")),
    )
}

/// `vol-0f3` of an ARN; the card says its type beside it.
fn name_of(arn: &str) -> &str {
    let resource = Arn::parse(arn).map_or(arn, |arn| arn.resource);
    resource.rsplit([':', '/']).find(|part| !part.is_empty()).unwrap_or(arn)
}

/// Backup puts some messages between quotes.
fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

fn page(arn: &str) -> Option<Link> {
    let arn = Arn::parse(arn)?;
    Console::of_arn(&arn, None)?.resource(&arn)
}

fn severity(state: &str) -> Severity {
    match state {
        "FAILED" | "EXPIRED" | "PARTIAL" => Severity::Critical,
        "ABORTED" | "ABORTING" | "STOPPED" | "CANCELED" | "SKIPPED" | "COMPLETED_WITH_ISSUES" => Severity::Warning,
        "COMPLETED" | "SUCCESSFUL" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "COMPLETED" | "COMPLETED_WITH_ISSUES" => Some("Completed"),
        "FAILED" => Some("Failed"),
        "EXPIRED" => Some("Expired"),
        "PARTIAL" => Some("Partly done"),
        "ABORTED" | "CANCELED" => Some("Aborted"),
        _ => None,
    }
}

/// Openings of its sentences. They are AWS's, and no other text begins so.
fn claims_text(text: &str) -> bool {
    text.starts_with("An AWS Backup ")
        || text.starts_with("A Kubernetes resource ") && text.contains("Amazon EKS Backup")
}

/// `An AWS Backup job failed. Resource ARN : arn:…. BackupJob ID : 1b23…`.
fn read_text(text: &str, incoming: &Incoming<'_>) -> Draft {
    let (sentence, rest) = text.trim().split_once(". ").unwrap_or((text.trim(), ""));
    let labelled: Vec<(&str, &str)> = rest.split(". ").take(12).filter_map(label).collect();
    let of = |wanted: &[&str]| {
        let is = |label: &str| wanted.iter().any(|wanted| label.replace(' ', "").eq_ignore_ascii_case(wanted));
        labelled.iter().find(|(label, _)| is(label)).map(|(_, value)| *value)
    };
    let resource = of(&["ResourceARN", "Resource", "IndexedRecoveryPointARN", "RecoveryPointARN"]);
    let state = state_of(sentence);
    let what = resource.map(name_of).or(of(&["EKSClusterName", "DestinationEKSClusterName"])).unwrap_or("a resource");
    let kind = kind_of(sentence);
    let job = of(&["BackupJobID", "CopyJobID", "RestoreJobID", "JobID"]);
    let arn = resource.and_then(Arn::parse);
    let mut draft = Draft::new(severity(state), format!("{kind} of {what}: {state}"))
        .gist(Some(sentence))
        .subject(Some(what))
        .state(Some(state))
        .paragraph(None, Some(sentence))
        .code("Resource", resource)
        .code("Recovery point", of(&["RecoveryPointARN"]).filter(|point| Some(*point) != resource))
        .code("Job", job)
        .resources(resource.filter(|_| arn.is_some()))
        .origin("aws.backup", "AWS Backup notification")
        .link(resource.and_then(page));
    if let Some(job) = job {
        draft = draft.thread(&["backup", job], end(state));
    }
    match arn.filter(|arn| !arn.account.is_empty() && !arn.region.is_empty()) {
        Some(arn) => draft.place(incoming.place(Some(arn.account), Some(arn.region))),
        None => draft,
    }
}

/// `Resource ARN : arn:…` and `Recovery point ARN: arn:…`.
fn label(part: &str) -> Option<(&str, &str)> {
    let (label, value) = part.split_once(" : ").or_else(|| part.split_once(": "))?;
    let value = value.trim().trim_end_matches('.');
    (!value.is_empty()).then_some((label.trim(), value))
}

fn kind_of(sentence: &str) -> &'static str {
    let says = |word: &str| sentence.contains(word);
    match () {
        () if says("index") => "Recovery point index",
        () if says("access point") => "Backup access point",
        () if says("copy") || says("Copy") => "Backup copy",
        () if says("restore") || says("Restore") => "Restore",
        () => "Backup",
    }
}

/// The sentence in the word that `EventBridge` has for it.
fn state_of(sentence: &str) -> &'static str {
    let says = |word: &str| sentence.contains(word);
    match () {
        () if says("in time") || says("expired") => "EXPIRED",
        () if says("fail") => "FAILED",
        () if says("skipped") => "SKIPPED",
        () if says("abort") || says("stopped") => "ABORTED",
        () if says("completed") || says("success") => "COMPLETED",
        () if says("started") => "RUNNING",
        () if says("deleted") => "DELETED",
        () => "CHANGED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_states() {
        for (sentence, kind, state) in [
            ("An AWS Backup job was completed successfully", "Backup", "COMPLETED"),
            ("An AWS Backup job failed to complete in time", "Backup", "EXPIRED"),
            ("An AWS Backup copy job failed", "Backup copy", "FAILED"),
            ("An AWS Backup restore job was started", "Restore", "RUNNING"),
            ("An AWS Backup backup index job was completed", "Recovery point index", "COMPLETED"),
        ] {
            assert_eq!((kind_of(sentence), state_of(sentence)), (kind, state), "{sentence}");
        }
    }
}
