//! Any event in `EventBridge`'s envelope that no source of its own reads, of AWS, a partner or the sender: the generic card.
//!
//! What `detail` holds is different for every event, so a rule chooses from it.

mod detail;

use serde_json::Value;

pub use self::detail::Telling;
use super::draft::Draft;
use super::event::Event;
use super::severity;
use crate::notification::Link;
use crate::notification::arn::Arn;
use crate::notification::console::Console;

/// Resources whose values and pages are looked at.
const RESOURCES_SHOWN: usize = 5;

pub fn read(event: &Event<'_>) -> Draft {
    let detail = event.envelope.value("detail").unwrap_or(&Value::Null);
    let telling = Telling::of(detail, &known(event));
    let resource = event.resources.first().map(|resource| short(resource));
    let subject = telling.name.as_deref().or(resource).or(telling.id.as_deref());
    let status = telling.status.as_deref();
    let headline = match status {
        Some(status) => format!("{}: {status}", event.detail_type),
        None => event.detail_type.to_owned(),
    };
    let severity = severity::infer(event.source, event.detail_type, detail);
    let state = status.or_else(|| state_in(event.detail_type));
    let mut draft = Draft::new(severity, headline).gist(subject).state(state).subject(subject);
    for part in telling.prose {
        draft = draft.part(Some(part));
    }
    for fact in telling.facts {
        draft = draft.labelled(&fact.label, Some(fact.value));
    }
    for link in links(event) {
        draft = draft.link(Some(link));
    }
    draft.code("Source", Some(event.source)).with_resources()
}

/// The word of a detail-type that says what became of the thing: `Cache Creation Failed`, `Insight Open`. For rules; the
/// headline has the whole of it.
fn state_in(detail_type: &str) -> Option<&str> {
    /// Words further ahead name the thing: `SageMaker Training Job State Change`.
    const LAST_WORDS: usize = 2;
    const STATES: [&str; 12] = [
        "available",
        "open",
        "successful",
        "unsuccessful",
        "failure",
        "success",
        "error",
        "active",
        "new",
        "complete",
        "breach",
        "progress",
    ];
    let is_state = |word: &&str| {
        let word = word.to_ascii_lowercase();
        if matches!(word.as_str(), "finding" | "string" | "setting" | "thing") {
            return false;
        }
        (word.len() > 4 && (word.ends_with("ed") || word.ends_with("ing"))) || STATES.contains(&word.as_str())
    };
    detail_type.rsplit(|c: char| !c.is_alphanumeric()).take(LAST_WORDS).find(|word| is_state(word))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_types_say_what_became_of_the_thing() {
        for (detail_type, state) in [
            ("Cache Creation Failed", Some("Failed")),
            ("EC2 Instance Launch Unsuccessful", Some("Unsuccessful")),
            ("DevOps Guru New Insight Open", Some("Open")),
            ("Export Job In Progress", Some("Progress")),
            ("EC2 Spot Instance Interruption Warning", Some("Warning")),
            ("SageMaker Training Job State Change", None),
            ("GuardDuty Finding", None),
            ("", None),
        ] {
            assert_eq!(state_in(detail_type), state, "{detail_type}");
        }
    }
}
