//! Lays a card's body out as Adaptive Card elements, within the room that a Teams message has left.
//!
//! The Teams renderer calls it. Facts get their room first: prose of any length must not crowd out where and since when.

use serde_json::Value;

use super::elements::{self, Face, block, clean_line, cost, indented, local_time, native, run, scaled, stack};
use super::limits;
use crate::notification::arn::Arn;
use crate::notification::text::{is_blank, is_hazard};
use crate::notification::{Fact, Part, Table, Text};

/// Our own bounds, below Teams': what a phone shows.
const TITLE_TEXT: usize = 200;
const FACT_LABEL: usize = 80;
const FACT_VALUE: usize = 500;
const BULLET_TEXT: usize = 900;
const TAGS_TEXT: usize = 2_000;
/// What the message around the elements costs with a bot's request around it, and the notice of a cut.
const FRAME_COST: usize = 600 + scaled(limits::ENVELOPE_UTF8_BYTES);
const NOTICE_COST: usize = 250;
/// The share of the message that facts may take.
const FACTS_ROOM: usize = limits::MESSAGE_UTF8_BYTES / 2;
/// The words about what was cut off one text.
const CUT_COST: usize = 80;
/// Room below which a part of a line is not worth showing.
const LEAST_ROOM: usize = 200;

/// The elements as they grow, and the room that is left.
pub struct Layout {
    elements: Vec<Value>,
    /// The elements of each `Part::Facts`, in order, already paid for.
    facts: std::vec::IntoIter<Vec<Value>>,
    room: usize,
    cut: bool,
    /// What the notice of a cut calls all of it: `notification`.
    whole: &'static str,
}

impl Layout {
    /// Room for what stands between the headline and the small print.
    pub fn around<'a>(around: impl Iterator<Item = &'a Value>, body: &[Part], whole: &'static str) -> Self {
        let taken = around.map(cost).sum::<usize>() + FRAME_COST + NOTICE_COST;
        let facts_most = FACTS_ROOM.min(limits::MESSAGE_UTF8_BYTES.saturating_sub(taken));
        let (mut facts_room, mut cut) = (facts_most, false);
        let mut paid = |fact: &Fact, apart| {
            let element = self::fact(fact, apart)?;
            let cost = cost(&element);
            let fits = cost <= facts_room;
            facts_room -= if fits { cost } else { 0 };
            cut |= !fits;
            fits.then_some(element)
        };
        let facts = body.iter().filter_map(|part| if let Part::Facts(facts) = part { Some(facts) } else { None });
        let mut all_paid = |facts: &Vec<Fact>| {
            let mut apart = true;
            let paid = facts.iter().filter_map(|fact| paid(fact, apart).inspect(|_| apart = false));
            paid.collect::<Vec<Value>>()
        };
        let facts: Vec<Vec<Value>> = facts.map(&mut all_paid).collect();
        let room = limits::MESSAGE_UTF8_BYTES.saturating_sub(taken + facts_most - facts_room);
        Self { elements: Vec::with_capacity(16), facts: facts.into_iter(), room, cut, whole }
    }

    pub fn part(&mut self, part: &Part) {
        match part {
            Part::Paragraph { title, text } => self.text(title.as_deref(), text),
            Part::Bullets { title, items, left_out } => self.bullets(title.as_deref(), items, *left_out),
            Part::Facts(_) => self.elements.extend(self.facts.next().unwrap_or_default()),
            Part::Tags(tags) => {
                let tags: Vec<String> = tags.iter().map(|tag| clean_line(tag, FACT_LABEL)).collect();
                let line = clean_line(&tags.join(" · "), TAGS_TEXT);
                if !line.is_empty() {
                    self.push(block(&[run(&line, Face::Code)], true));
                }
            }
            Part::Preformatted { title, text } => self.lines(title.as_deref(), text, Face::Code),
            Part::Table(table) => self.table(table),
        }
    }

    pub fn text(&mut self, title: Option<&str>, text: &Text) {
        match text {
            Text::Plain(text) => self.lines(title, text, Face::Plain),
            Text::Native(text) => {
                self.title(title);
                let clean: String = text.trim().chars().filter(|c| !is_hazard(*c)).collect();
                if !is_blank(&clean) {
                    self.push_cut(&clean, native);
                }
            }
            other => {
                let runs = runs(other, BULLET_TEXT);
                if !runs.is_empty() {
                    self.title(title);
                    self.push(block(&runs, false));
                }
            }
        }
    }

    /// A stranger's text, line by line.
    fn lines(&mut self, title: Option<&str>, text: &str, face: Face) {
        self.title(title);
        let mut apart = title.is_none();
        for line in text.trim_end().lines() {
            let line = indented(line);
            if is_blank(&line) {
                apart = true;
            } else if self.cut || !self.push_cut(&line, |line| block(&[run(line, face)], apart)) {
                self.cut = true;
                return;
            } else {
                apart = false;
            }
        }
    }

    fn bullets(&mut self, title: Option<&str>, items: &[Text], mut left_out: usize) {
        self.title(title);
        for item in items {
            let mut inlines = runs(item, BULLET_TEXT);
            if inlines.is_empty() {
                continue;
            }
            let element = if let Text::Native(text) = item {
                native(&format!("- {}", clean_line(text, BULLET_TEXT)))
            } else {
                inlines.insert(0, run("• ", Face::Plain));
                block(&inlines, false)
            };
            left_out += usize::from(!self.push(element));
        }
        if left_out > 0 {
            self.push(block(&[run(&format!("… and {left_out} more"), Face::Plain)], false));
        }
    }

    fn table(&mut self, table: &Table) {
        self.title(table.title.as_deref());
        let (rows, unshown) = super::table::table(table, self.room.saturating_sub(CUT_COST));
        self.cut |= unshown > 0;
        for row in rows {
            self.push(row);
        }
        let left_out = table.left_out.saturating_add(unshown);
        if left_out > 0 {
            self.push(block(&[run(&format!("… and {left_out} more"), Face::Plain)], false));
        }
    }

    fn title(&mut self, title: Option<&str>) {
        if let Some(title) = title.map(|title| clean_line(title, TITLE_TEXT)).filter(|title| !title.is_empty()) {
            self.push(block(&[run(&title, Face::Strong)], true));
        }
    }

    /// False once there is no room left.
    fn push(&mut self, element: Value) -> bool {
        let cost = cost(&element);
        let fits = cost <= self.room;
        if fits {
            self.room -= cost;
            self.elements.push(element);
        } else {
            self.cut = true;
        }
        fits
    }

    /// Pushes what fits of a text, with a word about the rest. False if not all of it did.
    fn push_cut(&mut self, text: &str, element: impl Fn(&str) -> Value) -> bool {
        let whole = element(text);
        if cost(&whole) <= self.room {
            return self.push(whole);
        }
        self.cut = true;
        if self.room >= LEAST_ROOM {
            let room = self.room.saturating_sub(cost(&element("")) + CUT_COST);
            let kept = elements::within(text, room);
            let rest = text.chars().count() - kept.chars().count();
            self.push(element(&format!("{}… (cut, {rest} more characters)", kept.trim_end())));
        }
        false
    }

    /// The elements, with a word about it if something was left out.
    pub fn finish(mut self) -> Vec<Value> {
        if self.cut {
            let notice = format!("Cut here: the {} is longer than a Teams message can be.", self.whole);
            self.elements.push(block(&[run(&notice, Face::Small)], true));
        }
        self.elements
    }
}

/// A time is said for everybody and for the reader, as Slack's messages say it.
fn fact(fact: &Fact, apart: bool) -> Option<Value> {
    let mut inlines = vec![run(&format!("{}: ", clean_line(&fact.label, FACT_LABEL)), Face::Strong)];
    let value = runs(&fact.value, FACT_VALUE);
    inlines.extend(value.iter().cloned());
    let line = (!value.is_empty()).then(|| block(&inlines, apart))?;
    let local = if let Text::Time(moment) = &fact.value { local_time(moment, " your time") } else { None };
    Some(match local {
        Some(local) => stack(&[line, local], apart),
        None => line,
    })
}

/// A text on one line; nothing if it says nothing.
fn runs(text: &Text, limit: usize) -> Vec<Value> {
    let of = |text: &str, face| {
        let line = clean_line(text, limit);
        if line.is_empty() { Vec::new() } else { vec![run(&line, face)] }
    };
    match text {
        Text::Plain(text) | Text::Native(text) | Text::Person { name: text, .. } => of(text, Face::Plain),
        Text::Code(text) => of(text, Face::Code),
        Text::Time(moment) => of(&moment.utc(), Face::Plain),
        Text::Arn(arn) => match Arn::parse(arn) {
            Some(parts) => {
                let mut runs = of(&format!("{} ", parts.short()), Face::Plain);
                runs.push(run(" ", Face::Plain));
                runs.extend(of(arn, Face::Code));
                runs
            }
            None => of(arn, Face::Code),
        },
    }
}
