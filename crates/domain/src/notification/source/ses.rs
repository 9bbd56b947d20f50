//! SES: what became of an email: feedback notifications (`notificationType`), published events (`eventType`), `EventBridge`.
//!
//! Shapes: SES Developer Guide, "Amazon SNS notification contents for Amazon SES", "Examples of event data that Amazon SES
//! publishes to Amazon SNS", "Contents of notifications for Amazon SES email receiving". Bodies and headers are not read.

use serde_json::Value;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object};
use crate::notification::arn::Arn;
use crate::notification::{Incoming, Severity, Text};

pub const ENTRY: Entry = Entry::new("ses", "Amazon SES").events(&["aws.ses"], read).objects(claims, read_object);

/// Recipients that a card lists.
const RECIPIENTS: usize = 5;
/// What SES sends when a topic becomes the target of an identity's feedback.
const SUBSCRIBED: &str = "AmazonSnsSubscriptionSucceeded";

fn claims(object: &Object) -> bool {
    let fields = Fields::of_object(object);
    let kind = kind(fields);
    kind == Some(SUBSCRIBED) || kind.is_some() && !fields.fields("mail").is_empty()
}

fn kind(fields: Fields<'_>) -> Option<&str> {
    fields.str("notificationType").or(fields.str("eventType"))
}

fn read_object(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let fields = Fields::of_object(object);
    let state = kind(fields).unwrap_or_default();
    if state == SUBSCRIBED {
        return Draft::new(Severity::Good, "SES sends its notifications here")
            .subject(Some("SES"))
            .state(Some(state))
            .paragraph(None, fields.str("message"))
            .origin("aws.ses", state);
    }
    let draft = email(fields, state).origin("aws.ses", state);
    let arn = fields.str("mail.sourceArn").and_then(Arn::parse);
    match arn {
        Some(arn) => draft.place(incoming.place(Some(arn.account), Some(arn.region))),
        None => draft,
    }
}

fn read(event: &Event<'_>) -> Option<Draft> {
    if let Some(state) = kind(event.detail).filter(|_| event.detail.has("mail")) {
        return Some(email(event.detail, state));
    }
    advice(event)
}

fn email(fields: Fields<'_>, state: &str) -> Draft {
    let mail = fields.fields("mail");
    let report = report(fields, state);
    let sender = mail.either(&["source", "commonHeaders.from.0"]);
    let sender = sender.as_deref().unwrap_or("an unknown sender");
    let recipients: Vec<String> = report.recipients.iter().map(|recipient| recipient.address.clone()).collect();
    let gist = match (recipients.as_slice(), &report.how) {
        ([], how) => how.clone(),
        ([first], Some(how)) => Some(format!("{first}: {how}")),
        ([first, ..], Some(how)) => Some(format!("{first} and {} more: {how}", recipients.len() - 1)),
        ([first, ..], None) => Some(first.clone()),
    };
    let items: Vec<Text> =
        report.recipients.iter().take(RECIPIENTS).map(|recipient| Text::Plain(recipient.line())).collect();
    let left_out = recipients.len() - items.len();
    let severity = severity(state, report.how.as_deref());
    let mut draft = Draft::new(severity, format!("Email from {sender}: {state}"))
        .gist(gist)
        .subject(Some(sender))
        .state(Some(state))
        .paragraph(None, report.why)
        .bullets("Recipients", items, left_out)
        .fact("Kind", report.how)
        .fact("Subject", mail.str("commonHeaders.subject"))
        .fact("Configuration set", mail.text("tags.ses:configuration-set.0"))
        .code("Message", mail.str("messageId"))
        .time("Sent", mail.str("timestamp"))
        .since("Time", report.at);
    if state == "Complaint" {
        draft = draft.next_step("Take the recipients off the mailing list: complaints count against the account");
    }
    match mail.str("messageId") {
        Some(message) => draft.thread(&["ses", message], None),
        None => draft,
    }
}

/// What SES says of an email beside the email itself.
#[derive(Default)]
struct Report<'a> {
    /// `Permanent, General`; `abuse`.
    how: Option<String>,
    why: Option<String>,
    recipients: Vec<Recipient>,
    at: Option<&'a str>,
}

struct Recipient {
    address: String,
    /// `5.1.1, smtp; 550 user unknown`.
    diagnosis: Option<String>,
}

impl Recipient {
    fn line(&self) -> String {
        match &self.diagnosis {
            Some(diagnosis) => format!("{}: {diagnosis}", self.address),
            None => self.address.clone(),
        }
    }
}

fn report<'a>(fields: Fields<'a>, state: &str) -> Report<'a> {
    let (part, list) = match state {
        "Bounce" => ("bounce", "bouncedRecipients"),
        "Complaint" => ("complaint", "complainedRecipients"),
        "Delivery" => ("delivery", "recipients"),
        "DeliveryDelay" => ("deliveryDelay", "delayedRecipients"),
        "Reject" => ("reject", ""),
        "Rendering Failure" => ("failure", ""),
        "Open" => ("open", ""),
        "Click" => ("click", ""),
        "Received" => ("receipt", "recipients"),
        "Subscription" => ("subscription", ""),
        _ => ("", ""),
    };
    let said = fields.fields(part);
    let joined = |paths: &[&str]| {
        let words: Vec<String> = paths.iter().filter_map(|path| said.text(path)).map(Into::into).collect();
        (!words.is_empty()).then(|| words.join(", "))
    };
    let mut recipients: Vec<Recipient> = said.list(list).iter().filter_map(recipient).collect();
    if recipients.is_empty() {
        recipients = fields.list("mail.destination").iter().filter_map(recipient).collect();
    }
    let how = match state {
        "Bounce" => joined(&["bounceType", "bounceSubType"]),
        "Complaint" => joined(&["complaintFeedbackType", "complaintSubType"]),
        "DeliveryDelay" => joined(&["delayType"]),
        "Rendering Failure" => joined(&["templateName"]),
        "Reject" => joined(&["reason"]),
        "Received" => verdicts(said),
        _ => None,
    };
    let why = match state {
        "Rendering Failure" => said.text("errorMessage"),
        "Click" => said.text("link"),
        _ => None,
    };
    Report { how, why: why.map(Into::into), recipients, at: said.str("timestamp") }
}

/// An address, or an object with one.
fn recipient(value: &Value) -> Option<Recipient> {
    if let Some(address) = value.as_str() {
        return Some(Recipient { address: address.to_owned(), diagnosis: None });
    }
    let fields = Fields::of(value);
    let said = [fields.text("status"), fields.text("diagnosticCode")];
    let diagnosis: Vec<String> = said.into_iter().flatten().map(Into::into).collect();
    let diagnosis = (!diagnosis.is_empty()).then(|| diagnosis.join(", "));
    Some(Recipient { address: fields.str("emailAddress")?.to_owned(), diagnosis })
}

/// The checks that an incoming email did not pass.
fn verdicts(receipt: Fields<'_>) -> Option<String> {
    let checks = [("spam", "spamVerdict"), ("virus", "virusVerdict"), ("SPF", "spfVerdict"), ("DKIM", "dkimVerdict")];
    let failed = checks.iter().filter_map(|(name, path)| {
        let status = receipt.str(&format!("{path}.status")).filter(|status| *status == "FAIL")?;
        Some(format!("{name} {status}"))
    });
    let failed: Vec<String> = failed.collect();
    (!failed.is_empty()).then(|| failed.join(", "))
}

/// A bounce that is permanent, and any complaint, count against the account's reputation.
fn severity(state: &str, how: Option<&str>) -> Severity {
    match state {
        "Reject" | "Rendering Failure" => Severity::Critical,
        "Bounce" | "Complaint" | "DeliveryDelay" => Severity::Warning,
        "Received" if how.is_some() => Severity::Warning,
        "Delivery" => Severity::Good,
        _ => Severity::Neutral,
    }
}

/// Virtual Deliverability Manager's recommendations: JSON inside `data`.
fn advice(event: &Event<'_>) -> Option<Draft> {
    let state = event.detail_type.strip_prefix("Advisor Recommendation Status ")?;
    let data: Option<Value> = event.detail.str("data").and_then(|data| serde_json::from_str(data).ok());
    let data = data.as_ref().map(Fields::of).unwrap_or_default();
    let kind = data.text("type").or_else(|| data.text("Type"));
    let subject = event.resources.first().copied().or(kind.as_deref()).unwrap_or("the account");
    let name = Arn::parse(subject).map_or(subject, |arn| arn.short());
    let resolved = state == "Resolved";
    let says = data.either(&["description", "Description", "recommendation"]);
    let severity = if resolved { Severity::Good } else { Severity::Warning };
    Some(
        Draft::new(severity, format!("SES recommendation for {name}: {state}"))
            .gist(says.clone().or_else(|| kind.clone()))
            .subject(Some(name))
            .state(Some(state))
            .paragraph(None, says)
            .fact("About", kind.clone())
            .fact("Impact", data.either(&["impact", "Impact"])),
    )
}
