//! AWS Certificate Manager: certificates that are about to end, ended, need somebody for their renewal, or are good again.
//!
//! Shapes: ACM User Guide, "Amazon `EventBridge` support for ACM".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::notification::arn::Arn;
use crate::notification::console::encoded;
use crate::notification::{Link, Moment, Severity};

pub const ENTRY: Entry = Entry::new("acm", "AWS Certificate Manager").events(&["aws.acm"], read);

/// Days before the end when it is time to wake somebody: ACM begins to warn 45 days before.
const URGENT_DAYS: f64 = 7.0;

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let arn = event.resources.first().copied();
    let id = arn.and_then(Arn::parse).and_then(|arn| arn.named("certificate"));
    let named = detail.str("CommonName").or(id)?;
    let days = detail.number("DaysToExpiry");
    let (state, severity) = match event.detail_type {
        "ACM Certificate Approaching Expiration" => ("Approaching Expiration", of_days(days)),
        "ACM Certificate Expired" => ("Expired", of_end(detail)),
        "ACM Certificate Renewal Action Required" => ("Renewal Action Required", of_days(days)),
        "ACM Certificate Available" => ("Available", Severity::Good),
        "ACM Certificate Revoked" | "ACM Certificate Revoked by Certificate Authority (CA)" => {
            ("Revoked", of_end(detail))
        }
        _ => return None,
    };
    let end = detail.str("CertificateExpirationDate");
    let left = days.filter(|_| state != "Expired").map(|days| format!("{days} days"));
    let why = detail.either(&["RenewalStatusReason", "RevocationReason"]);
    let gist = match (state, &left, &why) {
        ("Available", _, _) => detail.str("Action").map(str::to_lowercase),
        ("Expired", _, _) => detail.flag("InUse").map(|used| if used { "in use" } else { "not in use" }.to_owned()),
        (_, Some(left), Some(why)) => Some(format!("{left} left, {why}")),
        (_, Some(left), None) => Some(format!("{left} left")),
        (_, None, why) => why.as_deref().map(str::to_owned),
    };
    let mut draft = Draft::new(severity, format!("Certificate {named}: {state}"))
        .gist(gist)
        .subject(Some(named))
        .state(Some(state))
        .fact("Because", why)
        .fact("Time left", left)
        .time(if state == "Expired" { "Ended" } else { "Ends" }, end)
        .time("Revoked", detail.str("CertificateRevocationDate"))
        .fact("In use", detail.flag("InUse").map(yes_or_no))
        .fact("Exported", detail.flag("Exported").map(yes_or_no))
        .fact("Validation", detail.str("DomainValidationMethod"))
        .fact("Type", detail.str("CertificateType"))
        .fact("Action", detail.str("Action"))
        .code("Certificate", arn)
        .link(id.and_then(|id| page(event, id)));
    if let Some(step) = next_step(state, detail, end) {
        draft = draft.next_step(step);
    }
    let ended = (state == "Available").then_some("Renewed");
    Some(match arn {
        Some(arn) => draft.thread(&["acm", arn], ended),
        None => draft,
    })
}

fn of_days(days: Option<f64>) -> Severity {
    if days.is_some_and(|days| days <= URGENT_DAYS) { Severity::Critical } else { Severity::Warning }
}

/// A certificate that nothing uses breaks nothing when it ends.
fn of_end(detail: Fields<'_>) -> Severity {
    let unused = detail.flag("InUse") == Some(false) && detail.flag("Exported") != Some(true);
    if unused { Severity::Warning } else { Severity::Critical }
}

/// Reasons: ACM API Reference, `RenewalSummary`.
fn next_step(state: &str, detail: Fields<'_>, end: Option<&str>) -> Option<String> {
    let before = end.map(|end| format!(" before {}", Moment::parse(end).utc())).unwrap_or_default();
    match detail.str("RenewalStatusReason") {
        Some("CAA_ERROR") => {
            return Some(format!("Let the domain's CAA records allow Amazon to issue certificates{before}"));
        }
        Some("ADDITIONAL_VERIFICATION_REQUIRED" | "DOMAIN_NOT_ALLOWED" | "INVALID_PUBLIC_DOMAIN") => {
            return Some(format!("Ask AWS Support to allow the domain{before}"));
        }
        _ => {}
    }
    match (state, detail.str("DomainValidationMethod"), detail.str("CertificateType")) {
        ("Renewal Action Required", Some("DNS"), _) => {
            Some(format!("Put ACM's CNAME record back into the domain's DNS{before}"))
        }
        ("Renewal Action Required", Some("EMAIL"), _) => Some(format!("Answer ACM's validation e-mail{before}")),
        ("Renewal Action Required", _, _) => Some(format!("Renew the certificate{before}")),
        ("Approaching Expiration", _, Some("IMPORTED")) => Some(format!("Import a new certificate{before}")),
        ("Approaching Expiration", _, _) => Some(format!("See why ACM did not renew it, or import a new one{before}")),
        ("Expired" | "Revoked", _, _) => Some("Replace the certificate wherever it is in use".to_owned()),
        _ => None,
    }
}

fn yes_or_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn page(event: &Event<'_>, id: &str) -> Option<Link> {
    Some(event.console()?.link("the certificate in ACM", "acm/home", &format!("#/certificates/{}", encoded(id))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_week_and_ends_that_break_something_wake_somebody() {
        assert_eq!(of_days(Some(45.0)), Severity::Warning);
        assert_eq!(of_days(Some(7.0)), Severity::Critical);
        assert_eq!(of_days(None), Severity::Warning);
        assert_eq!(of_end(Fields::of(&json!({"InUse": true}))), Severity::Critical);
        assert_eq!(of_end(Fields::of(&json!({}))), Severity::Critical);
        assert_eq!(of_end(Fields::of(&json!({"InUse": false}))), Severity::Warning);
        assert_eq!(of_end(Fields::of(&json!({"InUse": false, "Exported": true}))), Severity::Critical);
    }
}
