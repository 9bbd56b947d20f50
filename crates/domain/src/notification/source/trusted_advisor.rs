//! AWS Trusted Advisor: a check's item that turned red, yellow or green.
//!
//! Shape: AWS Support User Guide, "Monitoring AWS Trusted Advisor check results with Amazon `EventBridge`". What an item's
//! `check-item-detail` holds is the check's own.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, scalar};
use super::sensitive;
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::{Link, Moment, Severity};

pub const ENTRY: Entry = Entry::new("trusted_advisor", "AWS Trusted Advisor").events(&["aws.trustedadvisor"], read);

/// Members of an item that a card shows; the check of idle instances has 20 of them.
const MEMBERS_SHOWN: usize = 6;

/// Where an item without an ARN has its name.
const NAMES: [&str; 6] =
    ["Resource", "User Name (IAM or Root)", "Bucket Name", "Instance ID", "Load Balancer Name", "Security Group Name"];
/// The one check that cannot wait: a key of the account was found in public.
const EXPOSED: &str = "Exposed Access Keys";

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let check = detail.str("check-name")?.trim();
    let state = detail.str("status").unwrap_or("REFRESHED");
    let item = detail.fields("check-item-detail");
    let arn = detail.str("resource_id");
    let named = arn
        .map(|arn| Arn::parse(arn).map_or(arn, |arn| arn.short()))
        .or_else(|| NAMES.iter().find_map(|name| item.str(name)));
    let why = item.either(&["Reason", "Alert Criteria", "Usage"]);
    let saving = item.either(&["Estimated Monthly Savings", "Estimated Monthly Savings (Recommended)"]);
    let saving_said = saving.as_deref().map(|saving| format!("would save {saving} a month"));
    let region = item.str("Region").filter(|region| region.contains('-')).or_else(|| Some(Arn::parse(arn?)?.region));
    let region = region.filter(|region| !region.is_empty()).or(event.region);
    let gist = match (named, why.as_deref().or(saving_said.as_deref())) {
        (Some(named), Some(why)) => Some(format!("{named}, {why}")),
        (named, why) => named.or(why).map(str::to_owned),
    };
    let gist = gist.or_else(|| telling(item).next().map(|(name, value)| format!("{name} {value}")));
    let mut draft = Draft::new(severity(check, state), format!("Trusted Advisor check {check}: {state}"))
        .gist(gist)
        .subject(Some(check))
        .state(Some(state))
        .paragraph(None, why)
        .fact("Resource", named);
    for (name, value) in telling(item).filter(|(_, value)| Some(value.as_str()) != named) {
        draft = draft.fact(name, Some(value));
    }
    if check == EXPOSED && state == "ERROR" {
        draft =
            draft.next_step("Deactivate the access key, rotate it, and look for what was done with it in CloudTrail");
    }
    let id = detail.str("uuid");
    let draft = draft.resources(arn).place(event.incoming.place(event.account, region)).link(page(event));
    Some(match id.or(arn) {
        Some(id) => draft.thread(&["trustedadvisor", check, id], (state == "OK").then_some("Resolved")),
        None => draft,
    })
}

/// Red and yellow can wait for the day.
fn severity(check: &str, state: &str) -> Severity {
    match state {
        "ERROR" if check == EXPOSED => Severity::Critical,
        "ERROR" | "WARN" => Severity::Warning,
        "OK" => Severity::Good,
        _ => Severity::Neutral,
    }
}

/// What the item says beside its state: without the days of a time series and what the card shows anyway.
fn telling(item: Fields<'_>) -> impl Iterator<Item = (&str, String)> {
    const KNOWN: [&str; 8] =
        ["Status", "Region", "Region/AZ", "Resource", "Reason", "Alert Criteria", "Usage", "Timestamp"];
    let is_day = |name: &str| name.strip_prefix("Day ").is_some_and(|day| day.bytes().all(|b| b.is_ascii_digit()));
    let members = item.object().into_iter().flatten();
    let members = members.filter(move |(name, _)| !KNOWN.contains(&name.as_str()) && !is_day(name));
    let members = members.filter(|(name, _)| !sensitive::is_sensitive_name(name));
    members.filter_map(|(name, value)| Some((name.as_str(), said(scalar(value)?)))).take(MEMBERS_SHOWN)
}

/// Some checks write a deadline as milliseconds since 1970, in 13 digits.
fn said(value: String) -> String {
    let is_moment = value.len() == 13 && value.starts_with('1') && value.bytes().all(|b| b.is_ascii_digit());
    match value.parse() {
        Ok(unix_ms) if is_moment => Moment::from_unix_ms(unix_ms).utc(),
        _ => value,
    }
}

fn page(event: &Event<'_>) -> Option<Link> {
    Some(Console::global(event.partition())?.link("Trusted Advisor", "trustedadvisor/home", ""))
}
