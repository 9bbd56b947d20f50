//! One finding, in the AWS Security Finding Format or in OCSF.
//!
//! Security Hub's reader calls it. Both spellings are read by the same paths: no member of one has the name of another's.

use std::borrow::Cow;

use crate::notification::arn::Arn;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::Fields;
use crate::notification::source::severity;
use crate::notification::{Severity, Text};

/// Resources that a card lists; a finding has at most 32.
const RESOURCES_SHOWN: usize = 5;

pub struct Finding<'a>(Fields<'a>);

impl<'a> Finding<'a> {
    pub fn read(finding: Fields<'a>) -> Self {
        Self(finding)
    }

    pub fn title(&self) -> Cow<'a, str> {
        self.0.either(&["Title", "finding_info.title", "Types.0"]).unwrap_or(Cow::Borrowed("a finding without a title"))
    }

    /// `CRITICAL`, in OCSF `Critical`.
    pub fn label(&self) -> Option<Cow<'a, str>> {
        self.0.either(&["Severity.Label", "FindingProviderFields.Severity.Label", "severity"])
    }

    /// `NEW`, `NOTIFIED`, `SUPPRESSED`, `RESOLVED`; in OCSF `New`, `Resolved`.
    fn status(&self) -> Option<Cow<'a, str>> {
        self.0.either(&["Workflow.Status", "status"])
    }

    fn is_over(&self) -> bool {
        let over =
            |status: &str| ["RESOLVED", "SUPPRESSED", "ARCHIVED"].iter().any(|over| status.eq_ignore_ascii_case(over));
        let passed = ["Compliance.Status", "compliance.status"].iter().any(|path| {
            self.0.str(path).is_some_and(|status| status.eq_ignore_ascii_case("PASSED") || status == "Pass")
        });
        passed || self.status().as_deref().is_some_and(over) || self.0.str("RecordState") == Some("ARCHIVED")
    }

    pub fn severity(&self) -> Severity {
        if self.is_over() {
            return Severity::Good;
        }
        self.label().as_deref().and_then(severity::of_severity_word).unwrap_or(Severity::Neutral)
    }

    /// `CRITICAL: S3 bucket is public (payroll)`.
    pub fn line(&self) -> String {
        let label = self.label().map(|label| format!("{label}: ")).unwrap_or_default();
        match self.resources().next() {
            Some(resource) => format!("{label}{} ({})", self.title(), short(resource)),
            None => format!("{label}{}", self.title()),
        }
    }

    fn resources(&self) -> impl Iterator<Item = &'a str> {
        let named = |resource: Fields<'a>| resource.str("Id").or_else(|| resource.str("uid"));
        self.0.objects("Resources").chain(self.0.objects("resources")).filter_map(named)
    }

    pub fn draft(&self, event: &Event<'_>) -> Draft {
        let finding = self.0;
        let title = self.title();
        let label = self.label();
        let resources: Vec<&str> = self.resources().collect();
        let state = if self.is_over() { self.status().or_else(|| finding.text("RecordState")) } else { label.clone() };
        let state = state.unwrap_or(Cow::Borrowed("NEW"));
        let items: Vec<Text> = resources.iter().take(RESOURCES_SHOWN).map(|resource| face(resource)).collect();
        let left_out = resources.len() - items.len();
        let place = event.incoming.place(
            finding.str("AwsAccountId").or_else(|| finding.str("cloud.account.uid")).or(event.account),
            finding.str("Region").or_else(|| finding.str("cloud.region")).or(event.region),
        );
        let status = self.status();
        let mut draft = Draft::new(self.severity(), format!("Security Hub finding, {state}: {title}"))
            .gist(resources.first().map(|resource| short(resource)))
            .subject(Some(title))
            .state(Some(state))
            .paragraph(None, finding.either(&["Description", "finding_info.desc"]))
            .bullets("Resources", items, left_out)
            .fact("From", finding.either(&["ProductName", "metadata.product.name"]))
            .fact("Severity", label)
            .fact("Workflow", status.clone())
            .fact("Compliance", finding.either(&["Compliance.Status", "compliance.status"]))
            .fact("Control", finding.either(&["Compliance.SecurityControlId", "compliance.control", "GeneratorId"]))
            .fact("Type", finding.either(&["Types.0", "finding_info.types.0"]))
            .time("First seen", finding.either(&["FirstObservedAt", "CreatedAt", "finding_info.created_time_dt"]))
            .since("Updated", finding.either(&["UpdatedAt", "finding_info.modified_time_dt"]))
            .resources(resources.iter().copied().take(RESOURCES_SHOWN))
            .place(place);
        let advice = finding.either(&["Remediation.Recommendation.Text", "remediation.desc"]);
        if let Some(advice) = advice.filter(|_| !self.is_over()) {
            draft = draft.next_step(advice);
        }
        let ended =
            self.is_over().then(|| if status.as_deref() == Some("SUPPRESSED") { "Suppressed" } else { "Resolved" });
        match finding.str("Id").or_else(|| finding.str("finding_info.uid")) {
            Some(id) => draft.thread(&["securityhub", id], ended),
            None => draft,
        }
    }
}

fn short(resource: &str) -> &str {
    Arn::parse(resource).map_or(resource, |arn| arn.short())
}

fn face(resource: &str) -> Text {
    if Arn::parse(resource).is_some() { Text::Arn(resource.to_owned()) } else { Text::Code(resource.to_owned()) }
}
