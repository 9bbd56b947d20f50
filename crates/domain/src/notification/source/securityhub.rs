//! Security Hub: findings of Security Hub CSPM (imported, sent by a custom action), findings of Security Hub (OCSF), insights
//! and announcements.
//!
//! Shapes: Security Hub User Guide, "`EventBridge` event formats", "AWS Security Finding Format", "OCSF findings" and
//! "Subscribing to Security Hub announcements".

mod finding;

use self::finding::Finding;
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object, scalar, string};
use super::severity;
use crate::notification::triage::Triage;
use crate::notification::{Incoming, Link, Severity, Text};

pub const ENTRY: Entry = Entry::new("securityhub", "AWS Security Hub")
    .events(&["aws.securityhub"], read)
    .triaged(triage)
    .objects(claims_announcement, read_announcement);

const IMPORTED: &str = "Security Hub Findings - Imported";
const IMPORTED_V2: &str = "Findings Imported V2";
const CUSTOM_ACTION: &str = "Security Hub Findings - Custom Action";
const INSIGHT_RESULTS: &str = "Security Hub Insight Results";
/// Findings and results of one event that a card lists; a custom action sends up to 20 findings, an insight 100 results.
const LISTED: usize = 10;

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        INSIGHT_RESULTS => insight(event),
        IMPORTED | IMPORTED_V2 | CUSTOM_ACTION => findings(event),
        _ => None,
    }
}

fn findings(event: &Event<'_>) -> Option<Draft> {
    let findings: Vec<Finding<'_>> = event.detail.objects("findings").map(Finding::read).collect();
    let draft = match findings.as_slice() {
        [] => return None,
        [only] => only.draft(event),
        several => many(several),
    };
    let action = event.detail.str("actionName");
    let draft = draft.link(page(event)).paragraph(Some("Sent by custom action"), action);
    Some(draft.paragraph(Some("What it is for"), event.detail.str("actionDescription").filter(|_| action.is_some())))
}

fn many(findings: &[Finding<'_>]) -> Draft {
    let severity = findings.iter().map(Finding::severity).max().unwrap_or(Severity::Neutral);
    let items: Vec<Text> = findings.iter().take(LISTED).map(|finding| Text::Plain(finding.line())).collect();
    let left_out = findings.len() - items.len();
    let worst = findings.iter().max_by_key(|finding| finding.severity());
    Draft::new(severity, format!("{} Security Hub findings", findings.len()))
        .gist(worst.map(Finding::line))
        .subject(worst.map(Finding::title))
        .state(worst.and_then(Finding::label))
        .bullets("Findings", items, left_out)
}

/// `insightResults` is a list of objects with one member each: the value and how many findings have it.
fn insight(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let name = detail.str("insightName")?;
    let results: Vec<String> = detail
        .objects("insightResults")
        .filter_map(|result| result.object()?.iter().next())
        .filter_map(|(value, count)| Some(format!("{value}: {}", scalar(count)?)))
        .collect();
    let count = results.len();
    let left_out = count.saturating_sub(LISTED);
    Some(
        Draft::new(Severity::Neutral, format!("Security Hub insight {name}: {count} results"))
            .gist(results.first().cloned())
            .subject(Some(name))
            .state(Some("INSIGHT_RESULTS"))
            .paragraph(Some("Sent by custom action"), detail.str("actionName"))
            .paragraph(Some("What it is for"), detail.str("actionDescription"))
            .bullets("Results", results.into_iter().take(LISTED).map(Text::Plain).collect(), left_out)
            .fact("Grouped by", detail.str("resultType"))
            .link(Some(event.console()?.link("the insights in Security Hub", "securityhub/home", "#/insights"))),
    )
}

fn page(event: &Event<'_>) -> Option<Link> {
    Some(event.console()?.link("the findings in Security Hub", "securityhub/home", "#/findings"))
}

/// Security Hub sends a finding again with each update. Its severity, workflow and record state are what a person waits for.
/// Several findings in one event are alike to nothing.
fn triage(event: &Event<'_>) -> Option<Triage> {
    if !matches!(event.detail_type, IMPORTED | IMPORTED_V2) || event.detail.is_empty() {
        return None;
    }
    let priority = severity::priority(event);
    let [finding] = event.detail.list("findings") else {
        return Some(Triage { priority, similarity: None });
    };
    let finding = Fields::of(finding);
    let said = |paths: &[&str]| finding.either(paths).unwrap_or_default();
    let says = [
        said(&["Severity.Label", "severity"]),
        said(&["Workflow.Status", "status"]),
        said(&["RecordState", "activity_name"]),
    ];
    let id = finding.str("Id").or_else(|| finding.str("finding_info.uid"))?;
    Some(Triage::alike(priority, &["securityhub", id], &says.each_ref().map(std::convert::AsRef::as_ref)))
}

/// What Security Hub's own topic says of Security Hub: `{"AnnouncementType", "Title", "Description"}`.
fn claims_announcement(object: &Object) -> bool {
    string(object, "AnnouncementType").is_some() && string(object, "Title").is_some()
}

fn read_announcement(object: &Object, _: &Incoming<'_>) -> Draft {
    let title = string(object, "Title").unwrap_or_default();
    Draft::new(Severity::Neutral, format!("Security Hub announces: {title}"))
        .subject(Some(title))
        .state(string(object, "AnnouncementType"))
        .origin("aws.securityhub", "Security Hub Announcement")
        .paragraph(None, string(object, "Description"))
}

#[cfg(test)]
mod tests {
    use crate::notification::source::triaged_fixture::triaged;

    #[test]
    fn findings_of_both_formats_are_alike_to_their_updates() {
        let asff = triaged("securityhub/imported.json");
        assert_eq!(asff.priority, crate::delivery::Priority::Alarm);
        assert_eq!(asff.similarity.unwrap().says, "CRITICAL|NEW|ACTIVE");
        let ocsf = triaged("securityhub/ocsf_resolved.json").similarity.unwrap();
        assert_eq!(
            (ocsf.matter.as_str(), ocsf.says.as_str()),
            ("securityhub|e51603d1054aad9d9f498d82d6e81acf", "High|Resolved|Update")
        );
        assert_eq!(triaged("securityhub/custom_action.json").similarity, None);
    }
}
