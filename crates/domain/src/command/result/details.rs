//! One thing with all its details: short ones as labelled values, what has parts of its own indented below.
//!
//! `result` calls it for one thing, and for what stands beside lists.

use awscall::model::{Kind, Service, ShapeId};
use serde_json::{Map, Value};

use super::known::Unit;
use super::subject::{Detail, in_order, is_empty};
use super::{LeftOut, cell};
use crate::notification::{Fact, Moment, Part, Text, label};

/// Labelled values of one thing: what a phone shows in a few strokes of a thumb.
const FACTS: usize = 24;
/// Lines of all that is indented.
const LINES: usize = 60;
/// Characters of one line.
const LINE_TEXT: usize = 160;
const DEPTH_MAX: usize = 8;
/// A list of so many short values stands in one line.
const IN_A_LINE: usize = 5;

/// Name and state first, then as AWS's model orders it.
pub fn parts(
    service: &'static Service,
    value: &Map<String, Value>,
    shape: Option<ShapeId>,
    left_out: &mut LeftOut,
) -> Vec<Part> {
    let model = shape.map_or(&[][..], |shape| service.members(shape));
    let all = in_order(model, value).filter(|detail| !is_empty(detail.value));
    let (short, long): (Vec<Detail<'_>>, Vec<Detail<'_>>) = all.partition(|detail| is_short(detail.value));
    let mut facts = facts_of(service, &by_urgency(short));
    let mut unshown = 0;
    if let Some(Part::Facts(facts)) = facts.first_mut() {
        unshown += facts.len().saturating_sub(FACTS);
        facts.truncate(FACTS);
    }
    let mut body = facts;
    let mut lines = Lines { service, left: LINES, unshown: 0, cut: false };
    for detail in long {
        let mut text = Vec::new();
        lines.nested(&mut text, detail.value, detail.shape, 0);
        if !text.is_empty() {
            body.push(Part::Preformatted { title: Some(label::of(detail.name)), text: text.join("\n") });
        }
    }
    unshown += lines.unshown;
    left_out.of_one = true;
    left_out.details += unshown;
    left_out.shortened |= lines.cut;
    body
}

/// Labelled values, if there are any.
pub fn facts_of(service: &'static Service, details: &[Detail<'_>]) -> Vec<Part> {
    let fact = |detail: &Detail<'_>| {
        let value = cell::text(service, *detail, Unit::AsItIs)?;
        Some(Fact::new(label::of(detail.name), value))
    };
    let facts: Vec<Fact> = details.iter().filter_map(fact).collect();
    if facts.is_empty() { Vec::new() } else { vec![Part::Facts(facts)] }
}

/// What it is called, how it is, the rest.
fn by_urgency(mut details: Vec<Detail<'_>>) -> Vec<Detail<'_>> {
    let urgency = |detail: &Detail<'_>| {
        let name = detail.name.to_ascii_lowercase();
        match () {
            () if name.ends_with("name") && !name.contains("kms") => 0,
            () if ["state", "status", "health"].iter().any(|word| name.ends_with(word)) => 1,
            () if ["statereason", "statusreason", "reason"].iter().any(|word| name.ends_with(word)) => 2,
            () if name.ends_with("arn") => 4,
            () => 3,
        }
    };
    details.sort_by_key(urgency);
    details
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.len() == 1 && members.values().all(|value| !value.is_object() && !value.is_array())
        }
        Value::Array(items) => {
            items.len() <= IN_A_LINE && items.iter().all(|item| !item.is_object() && !item.is_array())
        }
        Value::String(text) => !text.contains('\n'),
        _ => true,
    }
}

/// Indented lines, as many as there is room for.
struct Lines {
    service: &'static Service,
    left: usize,
    unshown: usize,
    cut: bool,
}

impl Lines {
    fn nested(&mut self, out: &mut Vec<String>, value: &Value, shape: Option<ShapeId>, depth: usize) {
        let kind = shape.map(|shape| &self.service.shape(shape).kind);
        match value {
            Value::Object(members) => {
                let model = shape.map_or(&[][..], |shape| self.service.members(shape));
                let of_map = match kind {
                    Some(Kind::Map { value, .. }) => Some(value.shape),
                    _ => None,
                };
                for detail in in_order(model, members).filter(|detail| !is_empty(detail.value)) {
                    let shape = detail.shape.or(of_map);
                    self.member(out, detail.name, detail.value, shape, depth);
                }
            }
            Value::Array(items) => {
                let shape = match kind {
                    Some(Kind::List { member, .. }) => Some(member.shape),
                    _ => None,
                };
                for item in items {
                    self.item(out, item, shape, depth);
                }
            }
            // Lines of its own.
            Value::String(text) => text.lines().for_each(|line| self.push(out, depth, line)),
            _ => {}
        }
    }

    fn member(&mut self, out: &mut Vec<String>, name: &str, value: &Value, shape: Option<ShapeId>, depth: usize) {
        if is_short(value) || depth >= DEPTH_MAX {
            let words = self.words(name, value, shape);
            self.push(out, depth, &format!("{name}: {words}"));
        } else {
            self.push(out, depth, &format!("{name}:"));
            self.nested(out, value, shape, depth + 1);
        }
    }

    fn item(&mut self, out: &mut Vec<String>, item: &Value, shape: Option<ShapeId>, depth: usize) {
        if !item.is_object() && !item.is_array() || depth >= DEPTH_MAX {
            let words = self.words("", item, shape);
            return self.push(out, depth, &format!("- {words}"));
        }
        if let Some(pair) = item.as_object().filter(|members| members.len() == 2).and_then(cell::pair) {
            return self.push(out, depth, &format!("- {pair}"));
        }
        let mut below = Vec::new();
        self.nested(&mut below, item, shape, depth + 1);
        // The first member stands beside the dash.
        if let Some(first) = below.first_mut() {
            let indentation = "  ".repeat(depth);
            *first = format!("{indentation}- {}", first.trim_start());
        }
        out.append(&mut below);
    }

    fn words(&self, name: &str, value: &Value, shape: Option<ShapeId>) -> String {
        match cell::text(self.service, Detail { name, value, shape }, Unit::AsItIs) {
            Some(Text::Time(moment)) => Moment::utc(&moment),
            Some(
                Text::Plain(words)
                | Text::Code(words)
                | Text::Arn(words)
                | Text::Native(words)
                | Text::Person { name: words, .. },
            ) => words,
            None => "–".to_owned(),
        }
    }

    fn push(&mut self, out: &mut Vec<String>, depth: usize, line: &str) {
        if self.left == 0 {
            self.unshown += 1;
            return;
        }
        self.left -= 1;
        let mut line = format!("{}{line}", "  ".repeat(depth));
        if line.chars().count() > LINE_TEXT {
            self.cut = true;
            line = line.chars().take(LINE_TEXT - 1).chain(['…']).collect();
        }
        out.push(line);
    }
}
