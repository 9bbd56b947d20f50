//! Amazon Macie: sensitive data in buckets, buckets that became public, and the alerts of Macie Classic.
//!
//! What was found is told by kind and number, never by an occurrence. Shapes: Amazon Macie User Guide, "Amazon `EventBridge`
//! event schema for Macie findings"; `EventBridge` User Guide of 2018 ("Macie Alert").

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::delivery::Priority;
use crate::notification::triage::Triage;
use crate::notification::{Link, Severity, Text};

pub const ENTRY: Entry = Entry::new("macie", "Amazon Macie").events(&["aws.macie", "aws.macie2"], read).triaged(triage);

const FINDING: &str = "Macie Finding";
/// Kinds of sensitive data that a card lists.
const KINDS_SHOWN: usize = 8;

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        FINDING => finding(event),
        "Macie Alert" => alert(event),
        _ => None,
    }
}

/// A policy finding means that a bucket lies open now; sensitive data are where they were yesterday too.
fn severity(finding: Fields<'_>) -> Severity {
    let is_policy =
        finding.str("category") == Some("POLICY") || finding.str("type").is_some_and(|t| t.starts_with("Policy:"));
    match finding.str("severity.description").map(str::to_ascii_lowercase).as_deref() {
        _ if finding.flag("archived") == Some(true) => Severity::Neutral,
        Some("high") if is_policy => Severity::Critical,
        Some("high" | "medium") => Severity::Warning,
        _ => Severity::Neutral,
    }
}

fn finding(event: &Event<'_>) -> Option<Draft> {
    let finding = event.detail;
    let kind = finding.either(&["type", "type.id"])?;
    let title = finding.text("title").unwrap_or_else(|| kind.clone());
    let label = finding.str("severity.description").unwrap_or("New");
    let bucket = finding.fields("resourcesAffected.s3Bucket");
    let name = bucket.str("name");
    let object = finding.str("resourcesAffected.s3Object.key");
    let place = match (name, object) {
        (Some(bucket), Some(key)) => Some(format!("{bucket}/{key}")),
        (name, _) => name.map(str::to_owned),
    };
    let found: Vec<Text> =
        finding.objects("classificationDetails.result.sensitiveData").flat_map(kinds).map(Text::Plain).collect();
    let left_out = found.len().saturating_sub(KINDS_SHOWN);
    let account = finding.str("accountId").or(event.account);
    let draft = Draft::new(severity(finding), format!("Macie finding, {label}: {title}"))
        .gist(place)
        .subject(Some(name.unwrap_or(&kind).to_owned()))
        .state(Some(label))
        .paragraph(
            None,
            finding.flag("sample").filter(|sample| *sample).map(|_| "This is a sample finding: nothing happened."),
        )
        .paragraph(None, finding.str("description"))
        .bullets("Sensitive data", found.into_iter().take(KINDS_SHOWN).collect(), left_out)
        .fact("Type", Some(kind))
        .fact("Bucket", name)
        .fact("Object", object)
        .fact(
            "Access",
            bucket.str("publicAccess.effectivePermission").map(|access| access.replace('_', " ").to_lowercase()),
        )
        .fact(
            "By",
            finding.either(&[
                "policyDetails.actor.userIdentity.iamUser.userName",
                "policyDetails.actor.userIdentity.assumedRole.sessionContext.sessionIssuer.userName",
            ]),
        )
        .fact("From", finding.str("policyDetails.actor.ipAddressDetails.ipAddressV4"))
        .fact("Seen", finding.count("count").filter(|count| *count > 1).map(|count| format!("{count} times")))
        .since("Updated", finding.str("updatedAt"))
        .place(event.incoming.place(account, finding.str("region").or(event.region)))
        .link(page(event));
    Some(match finding.str("id") {
        Some(id) => draft.thread(&["macie", id], None),
        None => draft,
    })
}

/// `PHONE_NUMBER: 12`, or the category when it has no detections.
fn kinds(data: Fields<'_>) -> Vec<String> {
    let line = |kind: &str, count: Option<u64>| match count {
        Some(count) => format!("{kind}: {count}"),
        None => kind.to_owned(),
    };
    let detections =
        data.objects("detections").filter_map(|found| Some(line(found.str("type")?, found.count("count"))));
    let detections: Vec<String> = detections.collect();
    if detections.is_empty() {
        data.str("category").map(|category| line(category, data.count("totalCount"))).into_iter().collect()
    } else {
        detections
    }
}

fn page(event: &Event<'_>) -> Option<Link> {
    Some(event.console()?.link("the findings in Macie", "macie/home", "#findings"))
}

/// Macie Classic: `risk-score` from 0 to 100.
fn alert(event: &Event<'_>) -> Option<Draft> {
    /// Assumed: Macie Classic is gone, and its guide with it.
    const HIGH: u64 = 70;
    let detail = event.detail;
    let name = detail.str("name")?;
    let risk = detail.count("risk-score");
    let severity = if risk.is_some_and(|risk| risk >= HIGH) { Severity::Critical } else { Severity::Warning };
    let state = detail.str("notification-type").unwrap_or("ALERT");
    let draft = Draft::new(severity, format!("Macie alert: {name}"))
        .gist(detail.str("actor"))
        .subject(Some(name))
        .state(Some(state))
        .paragraph(None, detail.str("summary.Description").filter(|description| *description != name))
        .fact("State", Some(state))
        .fact("Risk", risk.map(|risk| format!("{risk} of 100")))
        .fact("By", detail.str("actor"))
        .fact("Kind", detail.str("trigger.alert-type"));
    Some(match detail.str("alert-arn") {
        Some(arn) => draft.thread(&["macie", arn], None),
        None => draft,
    })
}

fn triage(event: &Event<'_>) -> Option<Triage> {
    let finding = event.detail;
    let id = finding.str("id").filter(|_| event.detail_type == FINDING)?;
    let is_urgent = severity(finding) == Severity::Critical;
    let priority = if is_urgent { Priority::Alarm } else { Priority::Notification };
    Some(Triage::alike(priority, &["macie", id], &[finding.str("severity.description").unwrap_or_default()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::source::triaged_fixture::triaged;

    #[test]
    fn a_public_bucket_is_urgent_and_sensitive_data_are_not() {
        assert_eq!(triaged("macie/public_bucket.json").priority, Priority::Alarm);
        assert_eq!(triaged("macie/sensitive_data.json").priority, Priority::Notification);
    }
}
