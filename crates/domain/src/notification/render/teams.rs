//! A card as a Microsoft Teams message: one Adaptive Card, for a bot and for a webhook alike.
//!
//! The worker that delivers to Teams calls it and sends the result as it is. A stranger's text goes into text runs, in which
//! Teams knows no markdown and no mentions, so there is nothing to escape and nothing to forget; only a custom notification's
//! own markdown goes into text blocks. No `entities` are ever sent, without which no `<at>` is a mention.
//!
//! Sources: <https://adaptivecards.io/explorer/TextRun.html> ("Markdown is not supported"),
//! <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format>.

mod elements;
mod layout;
mod limits;

use serde::Serialize;
use serde_json::{Value, json};

use self::elements::{Face, block, clean_line, run};
use self::layout::Layout;
use crate::notification::{Card, Link, Severity, Source, Text};
use crate::watch::duration;

/// The activity to post.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TeamsMessage {
    #[serde(rename = "type")]
    kind: &'static str,
    /// The push line on a phone.
    pub summary: String,
    pub attachments: Vec<Value>,
}

/// Our own bounds, below Teams': what a phone shows.
const SUMMARY_TEXT: usize = 300;
const HEADLINE_TEXT: usize = 300;
const GIST_TEXT: usize = 150;
const PLACE_TEXT: usize = 40;
const LINK_TEXT: usize = 80;
const FOOTER_TEXT: usize = 400;
const UPDATE_WORD: usize = 80;
/// The share of the message that links may take.
const LINKS_ROOM: usize = 5_000;

/// Renders a card. Total: every card makes a message within Teams' limits, and one that was shortened says so.
pub fn message(card: &Card) -> TeamsMessage {
    assemble(card, card, &[])
}

/// The first message of a thread, rendered again after a newer one joined the thread: its head is of the newest state of the
/// matter, under which it says what is new; all that it said stays below.
///
/// The head of a custom notification stays as well: its title is what the thread is called, and no state.
pub fn parent_update(parent: &Card, latest: &Card) -> TeamsMessage {
    let head = if latest.source == Source::CUSTOM_NOTIFICATION { parent } else { latest };
    assemble(parent, head, &update(parent, latest))
}

fn assemble(card: &Card, head: &Card, update: &[Value]) -> TeamsMessage {
    let summary = summary(head);
    let actions = actions(&card.links);
    let (headline, headline_was_cut) = headline(head);
    let small = footer(card);
    let around = [json!(summary), headline.clone(), json!(actions)];
    let mut layout = Layout::around(around.iter().chain(update).chain(&small), &card.body);
    if headline_was_cut {
        layout.text(None, &head.headline);
    }
    for part in &card.body {
        layout.part(part);
    }
    let mut body = vec![headline];
    body.extend_from_slice(update);
    body.extend(layout.finish());
    body.extend(small);
    let mut content = json!({
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": body,
    });
    if let (false, Some(content)) = (actions.is_empty(), content.as_object_mut()) {
        content.insert("actions".to_owned(), Value::Array(actions));
    }
    let attachment = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": content});
    TeamsMessage { kind: "message", summary, attachments: vec![attachment] }
}

/// What the newest message of a thread changes: how and after how long the matter ended, or when it was last heard of; and
/// what was said.
fn update(parent: &Card, latest: &Card) -> Vec<Value> {
    let line = |label: &str, text: &str| {
        let runs = [run(&format!("{label}: "), Face::Strong), run(text, Face::Plain)];
        (!text.is_empty()).then(|| block(&runs, false))
    };
    let thread = latest.thread.as_ref();
    let lasted_ms = latest.sent.unix().zip(parent.sent.unix()).map(|(to, from)| to.saturating_sub(from) * 1000);
    let ended = thread.and_then(|thread| thread.ended.as_deref()).map(|ended| clean_line(ended, UPDATE_WORD));
    let ended = ended.filter(|ended| !ended.is_empty()).map(|ended| match lasted_ms {
        Some(lasted_ms) => format!("{ended} after {}", duration(lasted_ms)),
        None => ended,
    });
    let said = [Some(&latest.headline), latest.gist.as_ref()].into_iter().flatten();
    let summed_up = || said.map(|text| words(text).into_owned()).collect::<Vec<_>>().join(" · ");
    let summary = thread.and_then(|thread| thread.summary.clone()).unwrap_or_else(summed_up);
    let summary = clean_line(&summary, SUMMARY_TEXT);
    let first = ended.map(|ended| block(&[run(&ended, Face::Strong)], true));
    let when = line("Latest Update", &clean_line(&latest.sent.utc(), FOOTER_TEXT));
    first.into_iter().chain(when).chain(line("Update Summary", &summary)).collect()
}

/// Severity, what and where in one line, as on Slack.
fn summary(card: &Card) -> String {
    let headline = clean_line(words(&card.headline).as_ref(), SUMMARY_TEXT - GIST_TEXT);
    let gist = card.gist.as_ref().map(|gist| clean_line(words(gist).as_ref(), GIST_TEXT));
    let place = card.place.words().map(|place| clean_line(place, PLACE_TEXT));
    let mut line = format!("{}{headline}", mark(card.severity));
    for part in gist.into_iter().chain(place).filter(|part| !part.is_empty()) {
        line.push_str(" · ");
        line.push_str(&part);
    }
    if line.is_empty() { "Notification".to_owned() } else { line }
}

fn words(text: &Text) -> std::borrow::Cow<'_, str> {
    match text {
        Text::Plain(text) | Text::Code(text) | Text::Arn(text) | Text::Native(text) => text.into(),
        Text::Time(moment) => moment.utc().into(),
    }
}

/// The headline in a box of its severity's colour, and whether it could not hold all of it.
fn headline(card: &Card) -> (Value, bool) {
    let whole = words(&card.headline);
    let line = clean_line(&whole, HEADLINE_TEXT);
    let was_cut = line.ends_with('…') && !whole.trim_end().ends_with('…');
    let line = if line.is_empty() { "Notification".to_owned() } else { line };
    let element = if matches!(card.headline, Text::Native(_)) {
        json!({"type": "TextBlock", "text": line, "wrap": true, "size": "Large", "weight": "Bolder"})
    } else {
        let text = format!("{}{line}", mark(card.severity));
        let mut run = run(&text, Face::Strong);
        if let Some(run) = run.as_object_mut() {
            run.insert("size".to_owned(), json!("Large"));
        }
        block(&[run], false)
    };
    (json!({"type": "Container", "style": style(card.severity), "bleed": true, "items": [element]}), was_cut)
}

/// Colour is never alone: this mark and the headline's words say the same.
fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🔴 ",
        Severity::Warning => "🟡 ",
        Severity::Good => "🟢 ",
        Severity::Neutral => "",
    }
}

fn style(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "attention",
        Severity::Warning => "warning",
        Severity::Good => "good",
        Severity::Neutral => "emphasis",
    }
}

fn actions(links: &[Link]) -> Vec<Value> {
    let mut room = LINKS_ROOM;
    let fits = |action: &Value| {
        let fits = elements::cost(action) <= room;
        room -= if fits { elements::cost(action) } else { 0 };
        fits
    };
    links.iter().filter_map(open_url).filter(fits).take(limits::ACTIONS).collect()
}

/// Console links are ours; a URL that is not https or longer than a browser takes is none.
fn open_url(link: &Link) -> Option<Value> {
    let fits = link.url.starts_with("https://") && link.url.len() <= limits::URL;
    fits.then(|| json!({"type": "Action.OpenUrl", "title": clean_line(&link.label, LINK_TEXT), "url": link.url}))
}

/// The small print: where from and when.
fn footer(card: &Card) -> Vec<Value> {
    let lines = [clean_line(&card.footer, FOOTER_TEXT), clean_line(&card.sent.utc(), FOOTER_TEXT)];
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { Vec::new() } else { vec![block(&[run(&lines.join(" · "), Face::Small)], true)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::{AccountNames, Incoming, Moment, Thread, card};

    fn said(text: &str, severity: Severity, sent: &str) -> Card {
        let incoming = Incoming {
            topic_arn: "arn:aws:sns:eu-west-1:123456789012:alarms",
            subject: None,
            message: text,
            timestamp: sent,
            account_names: AccountNames::NONE,
        };
        Card { severity, sent: Moment::parse(sent), ..card(&incoming) }
    }

    fn thread(summary: Option<&str>, ended: &str) -> Thread {
        Thread { key: "k".to_owned(), summary: summary.map(str::to_owned), ended: Some(ended.to_owned()) }
    }

    /// All runs of the card, one after the other.
    fn runs(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| runs(value, into)),
            Value::Object(members) if members.get("type") == Some(&json!("TextRun")) => {
                into.push(members["text"].as_str().unwrap().to_owned());
            }
            Value::Object(members) => members.values().for_each(|value| runs(value, into)),
            _ => {}
        }
    }

    #[test]
    fn a_parent_shows_the_newest_state_and_keeps_what_it_said() {
        let parent = said("cpu is high\nsince noon", Severity::Critical, "2026-11-22T12:00:00.000Z");
        let mut latest = said("cpu is fine", Severity::Good, "2026-11-22T12:12:30.000Z");
        latest.thread = Some(thread(None, "Resolved"));
        let message = parent_update(&parent, &latest);
        let body = &message.attachments[0]["content"]["body"];
        assert_eq!(body[0]["style"], "good");
        assert!(message.summary.starts_with("🟢 ") && message.summary.contains("cpu is fine"), "{}", message.summary);
        let mut text = Vec::new();
        runs(body, &mut text);
        let text = text.join("|");
        let expected = ["Resolved after 12 min", "2026-11-22 12:12:30 UTC", "Update Summary: |", "since noon"];
        let found: Vec<_> = expected.iter().map(|words| text.find(words)).collect();
        assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{text}");
    }

    #[test]
    fn a_custom_notification_keeps_its_title_and_an_end_without_a_time_is_one() {
        let parent = said("Deployment 7", Severity::Neutral, "2026-11-22T12:00:00.000Z");
        let mut latest = said("step 2", Severity::Good, "then");
        latest.source = Source::CUSTOM_NOTIFICATION;
        latest.thread = Some(thread(Some("step 2\nis <at>done</at>"), "Done"));
        let message = parent_update(&parent, &latest);
        let mut text = Vec::new();
        runs(&message.attachments[0]["content"]["body"], &mut text);
        assert!(message.summary.contains("Deployment 7"), "{}", message.summary);
        for words in ["Done", "then", "step 2 is <at>done</at>"] {
            assert!(text.iter().any(|run| run == words), "{text:?}");
        }
    }

    #[test]
    fn an_update_of_extremes_is_within_the_limit() {
        let long = "€".repeat(50_000);
        let parent = said(&long, Severity::Critical, &long);
        let mut latest = said(&long, Severity::Warning, &long);
        latest.thread = Some(thread(Some(&long), &long));
        let size = serde_json::to_string(&parent_update(&parent, &latest)).unwrap().len();
        assert!(size + limits::ENVELOPE_UTF8_BYTES <= limits::MESSAGE_UTF8_BYTES, "{size}");
    }
}
