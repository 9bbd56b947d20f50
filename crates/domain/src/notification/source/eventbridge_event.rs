//! Any event in `EventBridge`'s envelope that no source of its own reads, of AWS, a partner or the sender: the generic card.
//!
//! What `detail` holds is different for every event, so a rule chooses from it.

mod detail;

use serde_json::Value;

use self::detail::Telling;
use super::draft::Draft;
use super::event::Event;
use super::severity;
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::{Link, Text};

/// Resources whose values and pages are looked at.
const RESOURCES_SHOWN: usize = 5;

pub fn read(event: &Event<'_>) -> Draft {
    let detail = event.envelope.value("detail").unwrap_or(&Value::Null);
    let telling = Telling::of(detail, &known(event));
    let status = telling.status.as_deref();
    let headline = match status {
        Some(status) => format!("{}: {status}", event.detail_type),
        None => event.detail_type.to_owned(),
    };
    let gist = event.resources.first().map(|resource| short(resource)).or(telling.subject.as_deref());
    let severity = severity::infer(event.source, event.detail_type, detail);
    let mut draft = Draft::new(severity, headline).gist(gist).state(status).subject(telling.subject.as_deref());
    for part in telling.prose {
        draft = draft.part(Some(part));
    }
    for fact in telling.facts {
        draft = match fact.value {
            Text::Code(value) | Text::Arn(value) => draft.code(&fact.label, Some(value)),
            Text::Plain(value) | Text::Native(value) => draft.fact(&fact.label, Some(value)),
            Text::Time(moment) => draft.fact(&fact.label, Some(moment.utc())),
        };
    }
    for link in links(event) {
        draft = draft.link(Some(link));
    }
    draft.code("Source", Some(event.source)).with_resources()
}

/// Values that the card shows anyway, so that `detail` need not repeat them.
fn known<'a>(event: &Event<'a>) -> Vec<&'a str> {
    let mut known: Vec<&str> = event.resources.iter().copied().take(RESOURCES_SHOWN).collect();
    known.extend(event.account);
    known.extend(event.region);
    known
}

fn short(resource: &str) -> &str {
    Arn::parse(resource).map_or(resource, |arn| arn.short())
}

/// The pages of the event's resources, as far as they follow from the ARN alone.
fn links(event: &Event<'_>) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let pages = event.resources.iter().take(RESOURCES_SHOWN).filter_map(|resource| {
        let arn = Arn::parse(resource)?;
        Console::of_arn(&arn, event.region)?.resource(&arn)
    });
    for link in pages {
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}
