//! Amazon Inspector: vulnerabilities, finished scans, resources that lost their coverage, and classic assessments by SNS.
//!
//! Shapes: Amazon Inspector User Guide, "Amazon `EventBridge` event schema for Amazon Inspector events"; Amazon Inspector
//! Classic User Guide, "Setting up an SNS topic for notifications".

mod classic;

use super::dates;
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::delivery::Priority;
use crate::notification::arn::Arn;
use crate::notification::triage::Triage;
use crate::notification::{Link, Severity, Text};

pub const ENTRY: Entry = Entry::new("inspector", "Amazon Inspector")
    .events(&["aws.inspector2", "aws.inspector"], read)
    .triaged(triage)
    .objects(classic::claims, classic::read);

/// Packages that a card lists.
const PACKAGES_SHOWN: usize = 5;

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "Inspector2 Finding" | "Inspector Finding" => finding(event),
        "Inspector2 Scan" | "Inspector Scan" => scan(event),
        "Inspector2 Coverage" => coverage(event),
        "Inspector2 AutoEnable" => auto_enable(event.detail),
        _ => None,
    }
}

/// Most fleets have hundreds of high findings: only a critical one, or one with an exploit, is worth waking up for.
fn severity(finding: Fields<'_>) -> Severity {
    let exploited = finding.str("exploitAvailable") == Some("YES");
    match (finding.str("status"), finding.str("severity")) {
        (Some("CLOSED"), _) => Severity::Good,
        (Some("SUPPRESSED"), _) => Severity::Neutral,
        (_, Some("CRITICAL")) => Severity::Critical,
        (_, Some("HIGH")) if exploited => Severity::Critical,
        (_, Some("HIGH" | "MEDIUM")) => Severity::Warning,
        _ => Severity::Neutral,
    }
}

fn finding(event: &Event<'_>) -> Option<Draft> {
    let finding = event.detail;
    let title = finding.str("title").or_else(|| finding.str("type"))?;
    let label = finding.str("severity").unwrap_or("UNTRIAGED");
    let status = finding.str("status").unwrap_or("ACTIVE");
    let is_open = status == "ACTIVE";
    let state = if is_open { label } else { status };
    let resource =
        finding.objects("resources").find_map(resource).or_else(|| event.resources.first().copied().map(short));
    let packages: Vec<Text> = finding
        .objects("packageVulnerabilityDetails.vulnerablePackages")
        .take(PACKAGES_SHOWN)
        .filter_map(package)
        .map(Text::Plain)
        .collect();
    let left_out = finding.list("packageVulnerabilityDetails.vulnerablePackages").len().saturating_sub(PACKAGES_SHOWN);
    let ports = finding.fields("networkReachabilityDetails.openPortRange");
    let ports = ports.count("begin").zip(ports.count("end")).map(|(begin, end)| format!("{begin} to {end}"));
    let exploit = if finding.str("exploitAvailable") == Some("YES") { ", exploit known" } else { "" };
    let gist = resource.map(|resource| format!("{resource}{exploit}"));
    let advice = finding.str("remediation.recommendation.text").filter(|text| *text != "None Provided");
    let mut draft = Draft::new(severity(finding), format!("Inspector finding, {state}: {title}"))
        .gist(gist)
        .subject(Some(title))
        .state(Some(state))
        .paragraph(None, finding.str("description"))
        .bullets("Vulnerable packages", packages, left_out)
        .fact("Resource", resource)
        .fact("Severity", Some(label))
        .fact("Score", finding.text("inspectorScore"))
        .fact("Exploit known", finding.str("exploitAvailable").map(yes_or_no))
        .fact("Fix available", finding.str("fixAvailable").map(yes_or_no))
        .fact("Open ports", ports)
        .time("First seen", finding.str("firstObservedAt").map(dates::iso))
        .since("Updated", finding.str("updatedAt").map(dates::iso))
        .place(event.incoming.place(finding.str("awsAccountId").or(event.account), event.region))
        .link(page(event));
    if let Some(advice) = advice.filter(|_| is_open) {
        draft = draft.next_step(advice);
    }
    let ended = (!is_open).then(|| if status == "SUPPRESSED" { "Suppressed" } else { "Closed" });
    Some(match finding.str("findingArn") {
        Some(arn) => draft.thread(&["inspector2", arn], ended),
        None => draft,
    })
}

fn yes_or_no(word: &str) -> String {
    word.to_lowercase()
}

fn resource(resource: Fields<'_>) -> Option<&str> {
    let details = ["details.awsLambdaFunction.functionName", "details.awsEcrContainerImage.repositoryName"];
    details.iter().find_map(|path| resource.str(path)).or_else(|| resource.str("id").map(short))
}

fn short(resource: &str) -> &str {
    Arn::parse(resource).map_or(resource, |arn| arn.short())
}

/// `openssl 3.0.13, fixed in 3.0.14`. What the finding would have one type (`remediation`) is a command: left out.
fn package(package: Fields<'_>) -> Option<String> {
    let name = package.str("name")?;
    let version = package.text("version").map(|version| format!(" {version}")).unwrap_or_default();
    let fixed = package.str("fixedInVersion").filter(|fixed| *fixed != "NotAvailable");
    let fixed = fixed.map(|fixed| format!(", fixed in {fixed}")).unwrap_or_default();
    let path = package.str("filePath").map(|path| format!(" ({path})")).unwrap_or_default();
    Some(format!("{name}{version}{fixed}{path}"))
}

fn scan(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let state = detail.str("scan-status")?;
    let scanned =
        detail.str("repository-name").or_else(|| detail.str("instance-id")).or(event.resources.first().copied());
    let scanned = scanned.map_or("a resource", short);
    let tag = detail.str("image-tags.0").map(|tag| format!(":{tag}")).unwrap_or_default();
    let counts = detail.fields("finding-severity-counts");
    let found = |label: &str| counts.count(label).filter(|count| *count > 0).map(|count| format!("{count} {label}"));
    let findings: Vec<String> = ["CRITICAL", "HIGH", "MEDIUM"].iter().filter_map(|label| found(label)).collect();
    let said = if findings.is_empty() { "no finding".to_owned() } else { findings.join(", ") };
    let severity = match state {
        "INITIAL_SCAN_COMPLETE" | "COMPLETE" if counts.count("CRITICAL").is_some_and(|count| count > 0) => {
            Severity::Critical
        }
        "INITIAL_SCAN_COMPLETE" | "COMPLETE" if !findings.is_empty() => Severity::Warning,
        "INITIAL_SCAN_COMPLETE" | "COMPLETE" => Severity::Good,
        state if state.contains("FAIL") => Severity::Critical,
        _ => Severity::Neutral,
    };
    Some(
        Draft::new(severity, format!("Inspector scan of {scanned}{tag}: {state}"))
            .gist((!counts.is_empty()).then(|| said.clone()))
            .subject(Some(scanned))
            .state(Some(state))
            .fact("Found", (!counts.is_empty()).then_some(said))
            .fact("In all", counts.text("TOTAL"))
            .code("Image", detail.str("image-digest"))
            .link(page(event)),
    )
}

fn coverage(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let state = detail.str("scanStatus.statusCodeValue").or_else(|| detail.str("scanStatus.statusCode"))?;
    let reason = detail.str("scanStatus.reason");
    let resource = event.resources.first().map_or("a resource", |resource| short(resource));
    let severity = match (state, reason) {
        ("ACTIVE", _) => Severity::Good,
        // A resource that is gone need not be scanned.
        (_, Some("RESOURCE_TERMINATED" | "EXCLUDED_BY_TAG" | "SCAN_ELIGIBILITY_EXPIRED")) => Severity::Neutral,
        ("INACTIVE", _) => Severity::Warning,
        _ => Severity::Neutral,
    };
    Some(
        Draft::new(severity, format!("Inspector coverage of {resource}: {state}"))
            .gist(reason)
            .subject(Some(resource))
            .state(Some(state))
            .fact("Because", reason)
            .fact("Scan", detail.str("scanType"))
            .fact("Cloud", detail.str("provider").filter(|provider| *provider != "AWS"))
            .since("Since", detail.str("eventTimestamp"))
            .link(page(event)),
    )
}

fn auto_enable(detail: Fields<'_>) -> Option<Draft> {
    let state = detail.either(&["AutoEnableStatus", "autoEnableStatus"])?;
    let why = detail.either(&["Reason", "reason"]);
    let severity = if state.eq_ignore_ascii_case("failed") { Severity::Warning } else { Severity::Neutral };
    let headline = format!("Inspector for new member accounts: {state}");
    let draft = Draft::new(severity, headline).gist(why.clone()).subject(Some("Inspector auto-enable"));
    Some(draft.state(Some(state)).paragraph(None, why))
}

fn page(event: &Event<'_>) -> Option<Link> {
    Some(event.console()?.link("the findings in Inspector", "inspector/v2/home", "#/findings"))
}

/// A finding is sent again with each update of it; its severity and status are what a person waits for.
fn triage(event: &Event<'_>) -> Option<Triage> {
    let finding = event.detail;
    let arn = finding.str("findingArn")?;
    let is_urgent = severity(finding) == Severity::Critical;
    let priority = if is_urgent { Priority::Alarm } else { Priority::Notification };
    let said = |path| finding.str(path).unwrap_or_default();
    Some(Triage::alike(priority, &["inspector2", arn], &[said("severity"), said("status")]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::source::triaged_fixture::triaged;
    use serde_json::json;

    #[test]
    fn only_critical_or_exploited_findings_wake_somebody() {
        for (finding, wanted) in [
            (json!({"severity": "CRITICAL", "status": "ACTIVE"}), Severity::Critical),
            (json!({"severity": "HIGH", "status": "ACTIVE", "exploitAvailable": "YES"}), Severity::Critical),
            (json!({"severity": "HIGH", "status": "ACTIVE", "exploitAvailable": "NO"}), Severity::Warning),
            (json!({"severity": "LOW"}), Severity::Neutral),
            (json!({"severity": "CRITICAL", "status": "CLOSED"}), Severity::Good),
            (json!({"severity": "CRITICAL", "status": "SUPPRESSED"}), Severity::Neutral),
        ] {
            assert_eq!(severity(Fields::of(&finding)), wanted, "{finding}");
        }
    }

    #[test]
    fn a_finding_is_one_matter_until_it_is_closed() {
        let open = triaged("inspector/finding.json");
        let closed = triaged("inspector/closed.json");
        assert_eq!((open.priority, closed.priority), (Priority::Alarm, Priority::Notification));
        let (open, closed) = (open.similarity.unwrap(), closed.similarity.unwrap());
        assert_eq!(open.matter, closed.matter);
        assert_ne!(open.says, closed.says);
    }
}
