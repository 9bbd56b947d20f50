//! Cost Anomaly Detection: spending that is unlike the weeks before.
//!
//! The same by SNS (JSON without an envelope) and by `EventBridge`. Shapes: AWS Cost Management User Guide, "Viewing your
//! anomalies" and "Using `EventBridge` with Cost Anomaly Detection". AWS documents no text form of it.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object, string};
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::{Incoming, Link, Place, Severity, Text};

pub const ENTRY: Entry = Entry::new("cost_anomaly_detection", "AWS Cost Anomaly Detection")
    .events(&["aws.ce"], read_event)
    .objects(claims, read);

const DETECTED: &str = "Anomaly Detected";
/// Root causes that a card lists.
const CAUSES_SHOWN: usize = 5;

fn claims(object: &Object) -> bool {
    string(object, "anomalyId").is_some() && object.contains_key("impact")
}

fn read(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let fields = Fields::of_object(object);
    let place = incoming.place(fields.str("accountId"), None);
    anomaly(fields, place).origin("aws.ce", DETECTED)
}

fn read_event(event: &Event<'_>) -> Option<Draft> {
    let place = event.incoming.place(event.detail.str("accountId").or(event.account), event.region);
    (event.detail_type == DETECTED && !event.detail.is_empty()).then(|| anomaly(event.detail, place))
}

fn anomaly(anomaly: Fields<'_>, place: Place) -> Draft {
    let what = anomaly.either(&["dimensionalValue", "dimensionValue", "rootCauses.0.service"]);
    let impact = anomaly.number("impact.totalImpact").or_else(|| anomaly.number("impact.maxImpact"));
    let percentage = anomaly.number("impact.totalImpactPercentage");
    let more = impact.map(|impact| match percentage {
        Some(percentage) => format!("{} ({percentage:.0} %) over the expected", dollars(impact)),
        None => format!("{} over the expected", dollars(impact)),
    });
    let causes: Vec<Text> =
        anomaly.objects("rootCauses").take(CAUSES_SHOWN).filter_map(cause).map(Text::Plain).collect();
    let left_out = anomaly.list("rootCauses").len().saturating_sub(CAUSES_SHOWN);
    let named = what.as_deref().unwrap_or("the account");
    let draft = Draft::new(Severity::Warning, format!("Cost anomaly in {named}"))
        .gist(more.clone())
        .subject(Some(named.to_owned()))
        .state(Some(DETECTED))
        .paragraph(None, more.map(|more| format!("Spending is {more}.")))
        .bullets("Where it comes from", causes, left_out)
        .fact("Spent", anomaly.number("impact.totalActualSpend").map(dollars))
        .fact("Expected", anomaly.number("impact.totalExpectedSpend").map(dollars))
        .fact("Monitor", anomaly.text("monitorName"))
        .fact("First day", anomaly.str("anomalyStartDate").map(day))
        .fact("Last day", anomaly.str("anomalyEndDate").map(day))
        .link(page(anomaly))
        .place(place);
    match anomaly.str("anomalyId") {
        Some(id) => draft.thread(&["ce", id], None),
        None => draft,
    }
}

/// `$601.00: Amazon EC2, eu-west-1, BoxUsage:m7g.large, account shop-prod`.
fn cause(cause: Fields<'_>) -> Option<String> {
    let account =
        cause.either(&["linkedAccountName", "linkedAccount"]).map(|account| format!("account {account}").into());
    let parts = [cause.text("service"), cause.text("region"), cause.text("usageType"), account];
    let words: Vec<_> = parts.into_iter().flatten().collect();
    let amount = cause.number("impact.contribution").map(|amount| format!("{}: ", dollars(amount))).unwrap_or_default();
    (!words.is_empty()).then(|| format!("{amount}{}", words.join(", ")))
}

/// The message names no currency; the API Reference ("Impact") speaks of dollars.
fn dollars(amount: f64) -> String {
    format!("${amount:.2}")
}

/// An anomaly has days, not hours.
fn day(said: &str) -> &str {
    said.split('T').next().unwrap_or(said)
}

/// The page that the message itself names (`anomalyDetailsLink`), made of its parts: a link of ours is never the sender's.
fn page(anomaly: Fields<'_>) -> Option<Link> {
    let monitor = Arn::parse(anomaly.str("monitorArn")?)?;
    let (monitor_id, anomaly_id) = (monitor.named("anomalymonitor")?, anomaly.str("anomalyId")?);
    let fragment = format!("#/anomaly-detection/monitors/{}/anomalies/{}", encoded(monitor_id), encoded(anomaly_id));
    Some(Console::global(monitor.partition)?.link("the anomaly in Cost Management", "cost-management/home", &fragment))
}
