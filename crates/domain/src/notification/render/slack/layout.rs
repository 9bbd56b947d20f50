//! Lays a card's body out as blocks, within the room that a Slack message has left.
//!
//! The Slack renderer calls it. Facts get their room first: prose of any length must not crowd out where and since when.

use super::blocks::{Block, TextObject};
use super::{is_native, limits, mrkdwn, mrkdwn_of, table};
use crate::notification::text::is_blank;
use crate::notification::{Fact, Part, Table, Text};

/// Our own bounds, below Slack's: what a phone shows.
const TITLE_TEXT: usize = 300;
const FACT_LABEL: usize = 80;
const FACT_VALUE: usize = 500;
const BULLET_TEXT: usize = 900;
const TAGS_TEXT: usize = 2_900;
/// Text below which opening another block is not worth it.
const LEAST_TEXT: usize = 120;
/// The share of the message that facts may take.
const FACTS_ROOM: usize = limits::MESSAGE_BLOCKS / 3 * 2;
const FACTS_SECTIONS: usize = limits::BLOCKS / 2;
/// What one section costs besides its text, and what the notice of a cut costs.
const SECTION_COST: usize = 120;
const NOTICE_COST: usize = 250;

// One field holds a label, a line break and a value; all that is cut to a bound of ours fits Slack's.
const _: () = assert!(FACT_LABEL + 1 + FACT_VALUE <= limits::FIELD_TEXT && TAGS_TEXT <= limits::SECTION_TEXT);

/// The attachment's blocks as they grow, and the room that is left.
pub struct Layout {
    blocks: Vec<Block>,
    /// The sections of each `Part::Facts`, in order, already paid for.
    facts: std::vec::IntoIter<Vec<Block>>,
    blocks_left: usize,
    room: usize,
    /// A part was left out, which is said at the end.
    cut: bool,
    /// A text was cut, which it says itself.
    shortened: bool,
    /// What the notice of a cut calls all of it: `notification`.
    whole: &'static str,
    /// Blocks of tables that may still stand here: none in an attachment or a view.
    tables_left: usize,
}

impl Layout {
    /// Room for what stands beside all `others`.
    pub fn around<'a>(others: impl Iterator<Item = &'a Block>, body: &[Part], whole: &'static str) -> Self {
        let (mut taken, mut cost) = (0, NOTICE_COST);
        for block in others {
            taken += 1;
            cost += block.cost();
        }
        let blocks_left = (limits::BLOCKS - 1).saturating_sub(taken);
        let room = limits::MESSAGE_BLOCKS.saturating_sub(cost);
        let mut of_facts =
            FactsRoom { cost: FACTS_ROOM.min(room), sections: FACTS_SECTIONS.min(blocks_left), cut: false };
        let before = (of_facts.cost, of_facts.sections);
        let facts: Vec<Vec<Block>> = body
            .iter()
            .filter_map(|part| if let Part::Facts(facts) = part { Some(facts) } else { None })
            .map(|facts| of_facts.sections_of(facts))
            .collect();
        Self {
            blocks: Vec::with_capacity(8),
            blocks_left: blocks_left - (before.1 - of_facts.sections),
            room: room - (before.0 - of_facts.cost),
            facts: facts.into_iter(),
            cut: of_facts.cut,
            shortened: false,
            whole,
            tables_left: 0,
        }
    }

    /// In a message, not in an attachment.
    pub fn with_tables(self) -> Self {
        Self { tables_left: limits::TABLES, ..self }
    }

    pub fn part(&mut self, part: &Part) {
        match part {
            Part::Paragraph { title, text } => self.text(title.as_deref(), text),
            Part::Bullets { title, items, left_out } => self.bullets(title.as_deref(), items, *left_out),
            Part::Facts(_) => self.blocks.extend(self.facts.next().unwrap_or_default()),
            Part::Tags(tags) => {
                let tags: Vec<String> = tags.iter().map(|tag| mrkdwn::code(tag, FACT_LABEL)).collect();
                self.sections(&mrkdwn::native(&tags.join(" "), TAGS_TEXT), false);
            }
            Part::Preformatted { title, text } => {
                let room = (limits::SECTION_TEXT - TITLE_TEXT).min(self.text_room());
                if self.is_open() {
                    let code = mrkdwn::code_block(text, room);
                    self.shortened |= mrkdwn::is_cut(&code);
                    self.sections(&format!("{}{code}", titled(title.as_deref())), false);
                }
            }
            Part::Table(table) => self.table(table),
        }
    }

    pub fn text(&mut self, title: Option<&str>, text: &Text) {
        if self.is_open() {
            let words = mrkdwn_of(text, self.text_room());
            self.shortened |= mrkdwn::is_cut(&words);
            if !is_blank(&words) {
                self.sections(&format!("{}{words}", titled(title)), is_native(text));
            }
        }
    }

    fn bullets(&mut self, title: Option<&str>, items: &[Text], left_out: usize) {
        let native = items.iter().any(is_native);
        self.list(title, items.iter().map(|item| mrkdwn_of(item, BULLET_TEXT)), left_out, native);
    }

    /// Slack's own block, or lines.
    fn table(&mut self, table: &Table) {
        let is_block = self.tables_left > 0 && !table.columns.is_empty() && self.blocks_left > 2;
        if !self.is_open() {
            return;
        }
        if !is_block {
            let lines = table.rows.iter().map(|row| table::line(table, row));
            return self.list(table.title.as_deref(), lines, table.left_out, false);
        }
        if table.title.is_some() {
            self.sections(titled(table.title.as_deref()).trim_end(), false);
        }
        let (rows, unshown) = table::rows(table, self.text_room());
        self.shortened |= unshown > 0;
        let block = Block::Table { rows };
        self.room = self.room.saturating_sub(block.cost());
        self.blocks_left -= 1;
        self.tables_left -= 1;
        self.blocks.push(block);
        let left_out = table.left_out.saturating_add(unshown);
        if left_out > 0 {
            self.sections(&format!("… and {left_out} more"), false);
        }
    }

    fn list(&mut self, title: Option<&str>, lines: impl Iterator<Item = String>, mut left_out: usize, native: bool) {
        if !self.is_open() {
            return;
        }
        let mut text = titled(title);
        let mut room = self.text_room();
        for line in lines {
            self.shortened |= mrkdwn::is_cut(&line);
            let length = mrkdwn::units(&line) + 3;
            if length > room {
                self.shortened = true;
                left_out += 1;
            } else if !is_blank(&line) {
                room -= length;
                text.extend(["• ", &line, "\n"]);
            }
        }
        if left_out > 0 {
            text.extend(["… and ", &left_out.to_string(), " more"]);
        }
        self.sections(text.trim_end(), native);
    }

    /// One section, or as many as the text needs.
    fn sections(&mut self, text: &str, native: bool) {
        for piece in mrkdwn::pieces(text, limits::SECTION_TEXT).into_iter().filter(|piece| !is_blank(piece)) {
            let block = Block::section(piece, native);
            let cost = block.cost();
            if cost > self.room || self.blocks_left == 0 {
                self.cut = true;
                return;
            }
            self.room -= cost;
            self.blocks_left -= 1;
            self.blocks.push(block);
        }
    }

    /// How long a text may be that is laid out next, with the sections that it takes.
    fn text_room(&self) -> usize {
        let sections = self.room / limits::SECTION_TEXT + 1;
        self.room.saturating_sub(TITLE_TEXT + sections * SECTION_COST)
    }

    /// Whether another part is worth beginning; notes that something was left out if not.
    fn is_open(&mut self) -> bool {
        let open = self.blocks_left > 0 && self.text_room() > LEAST_TEXT;
        self.cut |= !open;
        open
    }

    pub fn is_cut(&self) -> bool {
        self.cut || self.shortened
    }

    /// The blocks, with a word about it if something was left out.
    pub fn finish(mut self) -> Vec<Block> {
        if self.cut {
            let notice = format!("_Cut here: the {} is longer than a Slack message can be._", self.whole);
            self.blocks.push(Block::context([notice]));
        }
        self.blocks
    }
}

/// What facts may still take.
struct FactsRoom {
    cost: usize,
    sections: usize,
    cut: bool,
}

impl FactsRoom {
    fn sections_of(&mut self, facts: &[Fact]) -> Vec<Block> {
        let mut fields = Vec::new();
        for field in facts.iter().filter_map(field) {
            let begins_section = fields.len().is_multiple_of(limits::SECTION_FIELDS);
            let cost = field.cost() + if begins_section { SECTION_COST } else { 0 };
            if cost > self.cost || (begins_section && self.sections == 0) {
                self.cut = true;
                continue;
            }
            self.cost -= cost;
            self.sections -= usize::from(begins_section);
            fields.push(field);
        }
        let mut fields = fields.into_iter();
        let next = || {
            let section: Vec<TextObject> = fields.by_ref().take(limits::SECTION_FIELDS).collect();
            (!section.is_empty()).then(|| Block::fields(section))
        };
        std::iter::from_fn(next).collect()
    }
}

fn field(fact: &Fact) -> Option<TextObject> {
    let value = mrkdwn_of(&fact.value, FACT_VALUE);
    let text = format!("{}\n{value}", mrkdwn::bold(&fact.label, FACT_LABEL));
    (!is_blank(&value)).then(|| TextObject::mrkdwn(text, is_native(&fact.value)))
}

fn titled(title: Option<&str>) -> String {
    title.map(|title| format!("{}\n", mrkdwn::bold(title, TITLE_TEXT - 2))).unwrap_or_default()
}
