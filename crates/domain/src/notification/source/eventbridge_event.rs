//! Any event in `EventBridge`'s envelope, of an AWS service, a partner or the sender's own: the generic card.
//!
//! Envelope: `EventBridge` User Guide, "AWS service event metadata" (`version` "0", `id`, `detail-type`, `source`, `account`,
//! `time`, `region`, `resources`, `detail`). What `detail` holds is different for every event, so a rule chooses from it.

mod detail;
mod severity;
mod triage;

use serde_json::Value;

use self::detail::Telling;
pub use self::triage::triage;
use super::payload::{list, string};
use super::{Object, cloudwatch_alarm};
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::{Card, Fact, Incoming, Link, Moment, Part, Place, Source, Text};

/// Resources and links that a card shows.
const RESOURCES_SHOWN: usize = 5;
const LINKS_SHOWN: usize = 3;

pub fn claims(object: &Object) -> bool {
    string(object, "detail-type").is_some() && string(object, "source").is_some() && object.contains_key("detail")
}

pub fn read(object: &Object, incoming: &Incoming<'_>) -> Card {
    let detail_type = string(object, "detail-type").unwrap_or_default();
    let source = string(object, "source").unwrap_or_default();
    let place = Place {
        account: string(object, "account").map(str::to_owned),
        region: string(object, "region").map(str::to_owned),
    };
    let resources: Vec<&str> = list(object, "resources").iter().filter_map(Value::as_str).collect();
    let detail = object.get("detail").unwrap_or(&Value::Null);
    if let ("aws.cloudwatch", "CloudWatch Alarm State Change", Value::Object(detail)) = (source, detail_type, detail)
        && let Some(card) = cloudwatch_alarm::read_event(detail, resources.first().copied(), place.clone(), incoming)
    {
        return card;
    }
    let telling = Telling::of(detail, &known(&place, &resources));
    let status = telling.status.as_deref();
    let headline = match status {
        Some(status) => format!("{detail_type}: {status}"),
        None => detail_type.to_owned(),
    };
    let gist = resources.first().map(|resource| short(resource).to_owned()).or_else(|| telling.subject.clone());
    let mut facts = vec![Fact::new("Source", Text::Code(source.to_owned()))];
    facts.extend(place.facts());
    if let Some(time) = string(object, "time") {
        facts.push(Fact::new("Time", Text::Time(Moment::parse(time))));
    }
    let severity = severity::infer(source, detail_type, detail);
    let links = links(source, detail, &resources, &place);
    Card {
        source: Source::EventbridgeEvent,
        severity,
        headline: Text::Plain(headline),
        gist: gist.map(Text::Plain),
        body: body(facts, telling, &resources),
        links,
        footer: incoming.footer(),
        sent: incoming.sent(),
        thread: None,
        place,
    }
}

/// What the sender says in prose, what it is about, then the fields: what happened before where it came from.
fn body(envelope: Vec<Fact>, telling: Telling, resources: &[&str]) -> Vec<Part> {
    let mut body: Vec<Part> = Vec::with_capacity(telling.prose.len() + 2);
    body.extend(telling.prose);
    let items: Vec<Text> = resources.iter().take(RESOURCES_SHOWN).map(|arn| Text::Arn((*arn).to_owned())).collect();
    if !items.is_empty() {
        let left_out = resources.len() - items.len();
        body.push(Part::Bullets { title: Some("Resources".to_owned()), items, left_out });
    }
    let mut facts = telling.facts;
    facts.extend(envelope);
    body.push(Part::Facts(facts));
    body
}

/// Values that the card shows anyway, so that `detail` need not repeat them.
fn known<'a>(place: &'a Place, resources: &[&'a str]) -> Vec<&'a str> {
    let mut known: Vec<&str> = resources.iter().copied().take(RESOURCES_SHOWN).collect();
    known.extend(place.account.as_deref());
    known.extend(place.region.as_deref());
    known
}

fn short(resource: &str) -> &str {
    Arn::parse(resource).map_or(resource, |arn| arn.short())
}

fn links(source: &str, detail: &Value, resources: &[&str], place: &Place) -> Vec<Link> {
    let region = place.region.as_deref();
    let finding = || {
        let detail = detail.as_object()?;
        let partition = string(detail, "partition").unwrap_or("aws");
        Some(Console::of(partition, region?)?.guardduty_finding(string(detail, "id")?))
    };
    let mut links: Vec<Link> = Vec::new();
    if source == "aws.guardduty" {
        links.extend(finding());
    }
    let pages = resources.iter().take(RESOURCES_SHOWN).filter_map(|resource| {
        let arn = Arn::parse(resource)?;
        Console::of_arn(&arn, region)?.resource(&arn)
    });
    for link in pages {
        if links.len() < LINKS_SHOWN && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}
