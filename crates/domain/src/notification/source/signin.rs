//! Sign-ins to the AWS console, of the root user above all, and what else the sign-in service records.
//!
//! Shape: CloudTrail User Guide, "AWS Management Console sign-in events".

use super::cloudtrail::{identity, page};
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::delivery::Priority;
use crate::notification::Severity;
use crate::notification::arn::Arn;
use crate::notification::text::words;
use crate::notification::triage::Triage;

pub const ENTRY: Entry = Entry::new("signin", "AWS Sign-In")
    // The guides spell it in both ways.
    .detail_types(&["AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail"], read)
    .events(&["aws.signin"], read)
    .triaged(triage);

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let name = detail.str("eventName")?;
    let user = detail.fields("userIdentity");
    let is_root = user.str("type") == Some("Root");
    let who = if is_root { "Root".to_owned() } else { identity::who(user).unwrap_or_else(|| "Somebody".to_owned()) };
    // The member is called like the event.
    let state = detail.str(&format!("responseElements.{name}")).or_else(|| detail.str("errorCode"));
    let failed = state.is_some_and(|state| state != "Success") || detail.str("errorMessage").is_some();
    let state = state.unwrap_or(if failed { "Failure" } else { "Success" });
    let target = detail.str("additionalEventData.SwitchTo");
    let headline = match (name, failed) {
        ("ConsoleLogin", false) => format!("{who} signed in to the console"),
        ("ConsoleLogin", true) => format!("{who} failed to sign in to the console"),
        ("SwitchRole", false) => format!("{who} switched to role {}", target.map_or("of another name", short)),
        (_, _) => format!("{who}, {}: {state}", words(name).collect::<Vec<_>>().join(" ")),
    };
    let address = detail.str("sourceIPAddress");
    let mfa = detail.str("additionalEventData.MFAUsed").map(|used| used == "Yes");
    let without = if mfa == Some(false) && name == "ConsoleLogin" && !failed { ", without MFA" } else { "" };
    let mut draft = Draft::new(severity(name, is_root, failed, mfa), headline)
        .gist(address.map(|address| format!("from {address}{without}")))
        .subject(Some(if is_root { "root".to_owned() } else { who }))
        .state(Some(state))
        .paragraph(None, detail.str("errorMessage"))
        .fact("Event", Some(name))
        .fact("Result", Some(state))
        .fact("From", address)
        .fact("MFA", mfa.filter(|_| !failed).map(|used| if used { "used" } else { "not used" }))
        .fact("Browser", detail.str("userAgent"))
        .resources(user.str("arn"))
        .since("Time", detail.str("eventTime"))
        .place(place(event))
        .link(page(event));
    if is_root && !failed {
        draft = draft.next_step("Make sure that it was somebody who may; the root user is for emergencies");
    }
    Some(draft)
}

fn place(event: &Event<'_>) -> crate::notification::Place {
    let account = event.detail.str("recipientAccountId").or_else(|| event.detail.str("userIdentity.accountId"));
    event.incoming.place(account.or(event.account), event.detail.str("awsRegion").or(event.region))
}

fn short(role: &str) -> &str {
    Arn::parse(role).map_or(role, |arn| arn.short())
}

/// Root signs in rarely, so each time is worth waking up for; so is a new password or address of it.
fn severity(name: &str, is_root: bool, failed: bool, mfa: Option<bool>) -> Severity {
    match (is_root, failed) {
        (true, false)
            if matches!(name, "ConsoleLogin" | "PasswordUpdated" | "PasswordRecoveryCompleted" | "EmailUpdated") =>
        {
            Severity::Critical
        }
        (true, _) | (false, true) => Severity::Warning,
        (false, false) if name == "ConsoleLogin" && mfa == Some(false) => Severity::Warning,
        (false, false) => Severity::Neutral,
    }
}

/// The root user's sign-in rings like an alarm.
fn triage(event: &Event<'_>) -> Option<Triage> {
    let user: Fields<'_> = event.detail.fields("userIdentity");
    let is_login = event.detail.str("eventName") == Some("ConsoleLogin");
    let succeeded = event.detail.str("responseElements.ConsoleLogin") == Some("Success");
    (user.str("type") == Some("Root") && is_login && succeeded)
        .then_some(Triage { priority: Priority::Alarm, similarity: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::source::triaged_fixture::triaged;

    #[test]
    fn root_wakes_and_others_without_mfa_are_worth_a_look() {
        assert_eq!(severity("ConsoleLogin", true, false, Some(true)), Severity::Critical);
        assert_eq!(severity("ConsoleLogin", true, true, None), Severity::Warning);
        assert_eq!(severity("ConsoleLogin", false, false, Some(false)), Severity::Warning);
        assert_eq!(severity("ConsoleLogin", false, false, Some(true)), Severity::Neutral);
        assert_eq!(severity("ConsoleLogin", false, true, Some(true)), Severity::Warning);
        assert_eq!(severity("EmailUpdated", true, false, None), Severity::Critical);
    }

    #[test]
    fn root_is_urgent_and_others_are_not() {
        assert_eq!(triaged("signin/root.json").priority, Priority::Alarm);
        assert_eq!(triaged("signin/failed.json").priority, Priority::Notification);
    }
}
