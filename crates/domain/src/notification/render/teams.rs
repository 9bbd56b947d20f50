//! A card as a Microsoft Teams message: one Adaptive Card, which is the same for a bot and for a webhook but for its version.
//!
//! The worker that delivers to Teams calls it and sends the result as it is. A stranger's text goes into text runs, in which
//! Teams knows no markdown and no mentions, so there is nothing to escape and nothing to forget; only a custom notification's
//! own markdown goes into text blocks. `entities`, without which no `<at>` is a mention, are of a rule's making alone.
//!
//! Sources: <https://adaptivecards.io/explorer/TextRun.html> ("Markdown is not supported"),
//! <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format>.

mod answer;
mod elements;
mod form;
mod layout;
mod limits;
mod picture;
mod table;

pub use self::answer::{PRESS_VERB, answer};
pub use self::form::form;
pub use self::picture::TeamsPicture;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use self::elements::{Face, block, clean_line, native, run};
use self::layout::Layout;
use crate::notification::mention::{MENTIONS_MAX, Mention, Whom};
use crate::notification::text::{is_blank, is_hazard};
use crate::notification::thread_update::Summary;
use crate::notification::{Card, Link, Part, Severity, Text, ThreadUpdate};

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
/// A summary of a thread's newest message, and a headline that another has replaced.
const UPDATE_TEXT: usize = 1_000;
/// The share of the message that links may take.
const LINKS_ROOM: usize = 5_000;
/// And its buttons, their tickets included.
const CONTROLS_ROOM: usize = 7_000;

/// The newest version that each shows. `Action.Execute` needs 1.4, and a bot's clients show 1.5.
const VERSION: &str = "1.5";
const WEBHOOK_VERSION: &str = "1.4";

/// Renders a card. Total: every card makes a message within Teams' limits, and one that was shortened says so.
pub fn message(card: &Card) -> TeamsMessage {
    assemble(card, &card.body, None)
}

/// The same for a webhook: Workflows takes a card of version 1.5, answers 202 and shows "We're sorry, this card couldn't be
/// displayed" (<https://github.com/MicrosoftDocs/msteams-docs/issues/9801>,
/// <https://github.com/microsoft/AdaptiveCards/issues/8965>).
pub fn webhook_message(card: &Card) -> TeamsMessage {
    let mut message = message(card);
    let card = message.attachments.first_mut();
    if let Some(version) = card.and_then(|card| card.pointer_mut("/content/version")) {
        *version = json!(WEBHOOK_VERSION);
    }
    message
}

/// The first message of a thread, rendered again after a newer message joined the thread: for a bot, which can update it.
pub fn parent_update(update: &ThreadUpdate<'_>) -> TeamsMessage {
    assemble(&update.shown(), &update.parent.body, Some(update))
}

/// `card` is what headline, colour and small print are of.
fn assemble(card: &Card, parts: &[Part], update: Option<&ThreadUpdate<'_>>) -> TeamsMessage {
    let summary = summary(card);
    let actions = actions(&card.links);
    let (head, headline_was_cut) = headline(card);
    let news = update.map(news).unwrap_or_default();
    // In a row of their own: the card's actions are its links.
    let (controls, controls_cut) = answer::controls(&card.controls, CONTROLS_ROOM);
    let mut last = answer::rows(&controls);
    last.extend(controls_cut.then(|| block(&[run(answer::CONTROLS_CUT, Face::Small)], true)));
    last.extend(footer(card, update.map(ThreadUpdate::note)));
    let (called, entities) = called(&card.mentions);
    let around = [json!(summary), head.clone(), json!(actions), json!(called), json!(entities)];
    let parts = if entities.is_empty() { Cow::Borrowed(parts) } else { Cow::Owned(in_utc(parts)) };
    let mut layout = Layout::around(around.iter().chain(&news).chain(&last), &parts, "notification");
    if headline_was_cut {
        layout.text(None, &card.headline);
    }
    for part in parts.iter() {
        layout.part(part);
    }
    let mut body: Vec<Value> = called.into_iter().chain([head]).collect();
    body.extend(news);
    body.extend(layout.finish());
    body.extend(last);
    let teams =
        if entities.is_empty() { json!({"width": "Full"}) } else { json!({"width": "Full", "entities": entities}) };
    of_card(summary, &teams, body, actions)
}

/// Without the reader's own time: in a card that mentions somebody, iPhones show `{{DATE(…)}}` as it stands
/// (<https://github.com/MicrosoftDocs/msteams-docs/issues/5480>, <https://github.com/microsoft/AdaptiveCards/issues/6458>).
fn in_utc(parts: &[Part]) -> Vec<Part> {
    let mut parts = parts.to_vec();
    for part in &mut parts {
        let texts: Vec<&mut Text> = match part {
            Part::Facts(facts) => facts.iter_mut().map(|fact| &mut fact.value).collect(),
            Part::Table(table) => table.rows.iter_mut().flatten().collect(),
            Part::Paragraph { .. } | Part::Bullets { .. } | Part::Tags(_) | Part::Preformatted { .. } => Vec::new(),
        };
        for text in texts {
            if let Text::Time(moment) = text {
                *text = Text::Plain(moment.utc());
            }
        }
    }
    parts
}

/// The message of one card. `teams` is what is Teams' own in it.
fn of_card(summary: String, teams: &Value, body: Vec<Value>, actions: Vec<Value>) -> TeamsMessage {
    let mut content = json!({
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "msteams": teams,
    });
    let actions = Some(actions).filter(|actions| !actions.is_empty());
    let members = [("body", Some(body)), ("actions", actions)];
    if let Some(content) = content.as_object_mut() {
        let written = |(name, list): (&str, Option<Vec<Value>>)| Some((name.to_owned(), Value::Array(list?)));
        content.extend(members.into_iter().filter_map(written));
    }
    let attachment = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": content});
    TeamsMessage { kind: "message", summary, attachments: vec![attachment] }
}

/// What is new in the thread, and the headline that the message had before.
fn news(update: &ThreadUpdate<'_>) -> Vec<Value> {
    let at = clean_line(&update.at().utc(), FOOTER_TEXT);
    let mut blocks = match update.over() {
        Some(over) => vec![labelled(&clean_line(&over, GIST_TEXT), &format!(" · {at}"), true)],
        None => vec![labelled("Latest Update: ", &at, true)],
    };
    match update.summary() {
        // The sender's own markdown has a block of its own: runs know none.
        Some(Summary::Said(text)) if update.is_native() => {
            let text = cut(text, UPDATE_TEXT);
            if !is_blank(&text) {
                blocks.extend([labelled("Update Summary:", "", false), native(&text)]);
            }
        }
        Some(Summary::Said(text)) => {
            blocks.push(labelled("Update Summary: ", &clean_line(text, UPDATE_TEXT), false));
        }
        Some(Summary::OfCard(card)) => blocks.push(labelled("Update Summary: ", &summary_of(card), false)),
        Some(Summary::Gist(gist)) => {
            blocks.push(labelled("Update Summary: ", &clean_line(&words(gist), UPDATE_TEXT), false));
        }
        None => {}
    }
    if let Some((severity, headline)) = update.first_headline() {
        let line = format!("{}{}", mark(severity), clean_line(&words(headline), UPDATE_TEXT));
        blocks.push(labelled(&line, "", true));
    }
    blocks
}

/// Words in bold, and plain ones behind them. A run of nothing is none.
fn labelled(label: &str, text: &str, apart: bool) -> Value {
    let runs = [(label, Face::Strong), (text, Face::Plain)];
    let runs: Vec<Value> =
        runs.into_iter().filter(|(text, _)| !text.is_empty()).map(|(text, face)| run(text, face)).collect();
    block(&runs, apart)
}

fn summary_of(card: &Card) -> String {
    let headline = clean_line(&words(&card.headline), HEADLINE_TEXT);
    match card.gist.as_ref().map(|gist| clean_line(&words(gist), GIST_TEXT)).filter(|gist| !gist.is_empty()) {
        Some(gist) => format!("{headline} · {gist}"),
        None => headline,
    }
}

/// A custom notification's own words, without hazards.
fn cut(text: &str, limit: usize) -> String {
    let mut clean = text.trim().chars().filter(|c| !is_hazard(*c));
    let mut kept: String = clean.by_ref().take(limit).collect();
    if clean.next().is_some() {
        kept.push('…');
    }
    kept
}

/// Whom rules call, in a text block above the headline, and the entities without which it is only text. A webhook calls people
/// alone, no channel and no tag: <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format>
/// (user mention in incoming webhook).
fn called(mentions: &[Mention]) -> (Option<Value>, Vec<Value>) {
    let users = mentions.iter().filter_map(|mention| match mention.whom() {
        Whom::TeamsUser { id, name } => Some((id, format!("<at>{name}</at>"))),
        Whom::Here | Whom::Channel | Whom::User(_) | Whom::Group(_) => None,
    });
    let mut texts: Vec<String> = Vec::new();
    let mut entities = Vec::new();
    for (id, text) in users.take(MENTIONS_MAX) {
        let name = text.trim_start_matches("<at>").trim_end_matches("</at>");
        entities.push(json!({"type": "mention", "text": text, "mentioned": {"id": id, "name": name}}));
        texts.push(text);
    }
    let block = (!texts.is_empty()).then(|| json!({"type": "TextBlock", "text": texts.join(" "), "wrap": true}));
    (block, entities)
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

fn words(text: &Text) -> Cow<'_, str> {
    match text {
        Text::Plain(text)
        | Text::Code(text)
        | Text::Arn(text)
        | Text::Native(text)
        | Text::Person { name: text, .. } => text.into(),
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
fn footer(card: &Card, note: Option<&str>) -> Vec<Value> {
    let lines = [clean_line(&card.footer, FOOTER_TEXT), clean_line(&card.sent.utc(), FOOTER_TEXT)];
    let lines: Vec<String> = lines.into_iter().chain(note.map(str::to_owned)).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { Vec::new() } else { vec![block(&[run(&lines.join(" · "), Face::Small)], true)] }
}
