//! A card as an Amazon Chime webhook's message: markdown in one `Content`.
//!
//! The worker that delivers to Chime calls it and sends the result as it is. A stranger's text is escaped, and its at signs are
//! replaced: `@All` would call a whole room. Facts get their room first: a message has little of it.
//!
//! Source: <https://docs.aws.amazon.com/chime/latest/dg/webhooks.html> (`Content`, markdown, mentions).

mod markdown;

use serde::Serialize;

use crate::notification::arn::Arn;
use crate::notification::mention::{Mention, Whom};
use crate::notification::text::is_blank;
use crate::notification::{Card, Fact, Link, Part, Severity, Text};

/// The body to post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChimeMessage {
    #[serde(rename = "Content")]
    pub content: String,
}

/// What makes Chime read markdown: <https://docs.aws.amazon.com/chime/latest/ug/chat-format-message.html>.
const PREFIX: &str = "/md ";
/// Characters of a message (AWS states 4,096 for Chime's messages; counted in UTF-16 units, never less than any other count).
const MESSAGE_TEXT: usize = 4_096;
const NOTICE: &str = "\n*Cut here: the notification is longer than a Chime message can be.*";
/// Our own bounds: what a phone shows.
const HEADLINE_TEXT: usize = 300;
const TITLE_TEXT: usize = 150;
const FACT_LABEL: usize = 60;
const FACT_VALUE: usize = 250;
const BULLET_TEXT: usize = 400;
const CELL_TEXT: usize = 100;
const TAG_TEXT: usize = 60;
const FOOTER_TEXT: usize = 250;
const LINKS_TEXT: usize = 900;
/// The share of the message that facts may take.
const FACTS_ROOM: usize = 1_500;
/// Room below which a part of a text is not worth showing.
const LEAST_ROOM: usize = 80;

/// Renders a card. Total: every card makes a message within Chime's limit, and one that was shortened says so.
pub fn message(card: &Card) -> ChimeMessage {
    let headline = format!("{}{}", called(&card.mentions), headline(card));
    let tail = format!("{}{}", links(&card.links), footer(card));
    let facts = Facts::of(&card.body);
    let around = [PREFIX, &headline, &tail, NOTICE].map(markdown::units).iter().sum::<usize>() + facts.length;
    let mut content = Content {
        text: format!("{PREFIX}{headline}"),
        room: MESSAGE_TEXT.saturating_sub(around),
        facts: facts.parts.into_iter(),
        cut: facts.cut,
    };
    if headline.trim_end_matches('*').ends_with('…') {
        content.block(None, |room| prose(&card.headline, room));
    }
    for part in &card.body {
        content.part(part);
    }
    let notice = if content.cut { NOTICE } else { "" };
    ChimeMessage { content: format!("{}{notice}{tail}", content.text) }
}

/// Whom rules call: all of the room, or those who are there. Chime's ids of people are not rules' to say.
fn called(mentions: &[Mention]) -> &'static str {
    let calls = |wanted: &Whom| mentions.iter().any(|mention| mention.whom() == wanted);
    if calls(&Whom::Channel) {
        "@All "
    } else if calls(&Whom::Here) {
        "@Present "
    } else {
        ""
    }
}

/// The message as it grows, and the room that is left.
struct Content {
    text: String,
    room: usize,
    /// The lines of each `Part::Facts`, in order, already paid for.
    facts: std::vec::IntoIter<String>,
    cut: bool,
}

impl Content {
    fn part(&mut self, part: &Part) {
        match part {
            Part::Paragraph { title, text } => self.block(title.as_deref(), |room| prose(text, room)),
            Part::Preformatted { title, text } => {
                self.block(title.as_deref(), |room| markdown::code_block(text, room));
            }
            Part::Facts(_) => self.text.push_str(&self.facts.next().unwrap_or_default()),
            Part::Tags(tags) => {
                let tags: Vec<String> = tags.iter().map(|tag| markdown::code(tag, TAG_TEXT)).collect();
                self.block(None, |room| markdown::whole(&tags.join(" "), room));
            }
            Part::Bullets { title, items, left_out } => {
                let lines = items.iter().map(|item| one_line(item, BULLET_TEXT)).collect();
                self.bullets(title.as_deref(), lines, *left_out);
            }
            Part::Table(table) => {
                let cell = |cell: &Text| Some(one_line(cell, CELL_TEXT)).filter(|cell| !is_blank(cell));
                let line = |row: &Vec<Text>| row.iter().filter_map(cell).collect::<Vec<_>>().join(" · ");
                self.bullets(table.title.as_deref(), table.rows.iter().map(line).collect(), table.left_out);
            }
        }
    }

    /// A part under its title, if there is room for some of it.
    fn block(&mut self, title: Option<&str>, text: impl Fn(usize) -> (String, bool)) {
        let title = title.map(|title| format!("**{}**\n", markdown::line(title, TITLE_TEXT))).unwrap_or_default();
        let around = markdown::units(&title) + 1;
        if self.room < around + LEAST_ROOM {
            self.cut = true;
            return;
        }
        let (text, was_cut) = text(self.room - around);
        self.cut |= was_cut;
        if !is_blank(&text) {
            self.room = self.room.saturating_sub(around + markdown::units(&text));
            self.text.extend(["\n", &title, &text]);
        }
    }

    fn bullets(&mut self, title: Option<&str>, mut lines: Vec<String>, left_out: usize) {
        const MORE: usize = 40;
        lines.retain(|line| !is_blank(line));
        self.block(title, |room| {
            let mut text = String::new();
            let mut unshown = 0_usize;
            for line in &lines {
                let line = format!("- {line}\n");
                if markdown::units(&text) + markdown::units(&line) + MORE <= room {
                    text.push_str(&line);
                } else {
                    unshown += 1;
                }
            }
            match left_out.saturating_add(unshown) {
                0 => {}
                more => text.extend(["… and ", &more.to_string(), " more"]),
            }
            (text.trim_end().to_owned(), unshown > 0)
        });
    }
}

/// The facts of a card, rendered before anything else.
struct Facts {
    parts: Vec<String>,
    length: usize,
    cut: bool,
}

impl Facts {
    fn of(body: &[Part]) -> Self {
        let (mut length, mut cut) = (0, false);
        let mut line = |fact: &Fact| {
            let value = one_line(&fact.value, FACT_VALUE);
            if is_blank(&value) {
                return None;
            }
            let line = format!("\n**{}:** {value}", markdown::line(&fact.label, FACT_LABEL));
            let fits = length + markdown::units(&line) <= FACTS_ROOM;
            length += if fits { markdown::units(&line) } else { 0 };
            cut |= !fits;
            fits.then_some(line)
        };
        let facts = body.iter().filter_map(|part| if let Part::Facts(facts) = part { Some(facts) } else { None });
        let parts = facts.map(|facts| facts.iter().filter_map(&mut line).collect()).collect();
        Self { parts, length, cut }
    }
}

fn headline(card: &Card) -> String {
    let mark = match card.severity {
        Severity::Critical => "🔴 ",
        Severity::Warning => "🟡 ",
        Severity::Good => "🟢 ",
        Severity::Neutral => "",
    };
    let words = one_line(&card.headline, HEADLINE_TEXT);
    let words = if is_blank(&words) { "Notification".to_owned() } else { words };
    if matches!(card.headline, Text::Native(_)) { words } else { format!("{mark}**{words}**") }
}

fn one_line(text: &Text, limit: usize) -> String {
    match text {
        Text::Plain(text) | Text::Person { name: text, .. } => markdown::line(text, limit),
        Text::Code(text) => markdown::code(text, limit),
        Text::Time(moment) => markdown::line(&moment.utc(), limit),
        Text::Native(text) => markdown::native_line(text, limit),
        Text::Arn(arn) => match Arn::parse(arn) {
            Some(parts) => format!("{} {}", markdown::line(parts.short(), limit / 3), markdown::code(arn, limit / 2)),
            None => markdown::code(arn, limit),
        },
    }
}

/// A text of many lines, and whether it was cut.
fn prose(text: &Text, room: usize) -> (String, bool) {
    match text {
        Text::Plain(text) => markdown::prose(text, room),
        Text::Native(text) => markdown::whole(text, room),
        other => (one_line(other, room.min(BULLET_TEXT)), false),
    }
}

fn links(links: &[Link]) -> String {
    let mut text = String::new();
    for link in links {
        let line = format!("\n[{}]({})", markdown::line(&link.label, TITLE_TEXT), link.url);
        let ours = link.url.starts_with("https://") && !link.url.contains([')', ' ', '\n', '@']);
        if ours && markdown::units(&text) + markdown::units(&line) <= LINKS_TEXT {
            text.push_str(&line);
        }
    }
    text
}

fn footer(card: &Card) -> String {
    let lines = [markdown::line(&card.footer, FOOTER_TEXT), markdown::line(&card.sent.utc(), TITLE_TEXT)];
    let lines: Vec<String> = lines.into_iter().filter(|line| !is_blank(line)).collect();
    if lines.is_empty() { String::new() } else { format!("\n{}", lines.join(" · ")) }
}
