//! Which few columns tell many things apart, and the table of them: names before states before times.
//!
//! `result` calls it for every list. What people ask for most stands in `known`; for the rest the members' names of AWS's models
//! decide, and what the things at hand have in them.

use awscall::model::{Kind, Service, ShapeId};
use serde_json::Value;

use super::known::{Unit, known};
use super::subject::{Detail, List, is_empty};
use super::{LeftOut, ROWS, ResultOf, cell, details, nouns};
use crate::notification::text::words;
use crate::notification::{Part, Table, Text, label};

/// More do not stand side by side on a phone.
const COLUMNS: usize = 5;
/// Items that are looked at to see which members they have.
const LOOKED_AT: usize = 50;
/// More states than that are no summary.
const STATES: usize = 4;
/// Below it a column that says the same of everything is left away.
const TELLING: u32 = 70;

/// One column: its heading, and the way to its value.
struct Column {
    label: String,
    path: String,
    unit: Unit,
}

/// A list as a table; as details where it is of one thing; as a list where one column says all.
pub fn list_part(result: &ResultOf<'_>, list: &List<'_>, title: Option<String>, left_out: &mut LeftOut) -> Vec<Part> {
    if let ([Value::Object(only)], None) = (list.items.as_slice(), &title) {
        return details::parts(result.service, only, list.shape, left_out);
    }
    let shown = list.items.len().min(ROWS);
    let unshown = list.items.len() - shown;
    left_out.rows += unshown;
    let columns = columns(result, list);
    let row = |item: &&Value| columns.iter().map(|column| column.text(result.service, item, list.shape)).collect();
    let rows: Vec<Vec<Text>> = list.items.iter().take(shown).map(row).collect();
    left_out.details = left_out.details.max(hidden(list, &columns));
    if columns.len() > 1 {
        let columns = columns.into_iter().map(|column| column.label).collect();
        return vec![Part::Table(Table { title, columns, rows, left_out: unshown })];
    }
    vec![Part::Bullets { title, items: rows.into_iter().flatten().collect(), left_out: unshown }]
}

/// The most details that one of the things has beside its columns.
fn hidden(list: &List<'_>, columns: &[Column]) -> usize {
    let is_shown = |name: &String| {
        columns.iter().any(|column| column.path.is_empty() || column.path.split(['.', '=']).next() == Some(name))
    };
    let of = |item: &&Value| {
        let members = item.as_object().into_iter().flatten();
        members.filter(|(name, value)| !is_empty(value) && !is_shown(name)).count()
    };
    list.items.iter().map(of).max().unwrap_or_default()
}

/// How many are in which state, the most first: `2 running, 1 stopped`. Nothing where there is no state, or hardly two alike.
pub fn tally(result: &ResultOf<'_>, list: &List<'_>) -> Option<String> {
    if list.items.len() < 2 {
        return None;
    }
    let columns = columns(result, list);
    let is_state = |column: &&Column| {
        let names = column.path.split('.').flat_map(words);
        names.take(16).any(|word| matches!(word.as_str(), "state" | "status" | "health"))
    };
    let state = columns.iter().find(is_state)?;
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for item in &list.items {
        let said = state.at(result.service, item, list.shape)?.value.as_str()?;
        match counts.iter().position(|(word, _)| *word == said).and_then(|at| counts.get_mut(at)) {
            Some((_, count)) => *count += 1,
            None => counts.push((said, 1)),
        }
        if counts.len() > STATES {
            return None;
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Some(counts.iter().map(|(word, count)| format!("{} {word}", nouns::counted(*count))).collect::<Vec<_>>().join(", "))
}

impl Column {
    fn text(&self, service: &'static Service, item: &Value, shape: Option<ShapeId>) -> Text {
        let detail = self.at(service, item, shape).filter(|detail| !is_empty(detail.value));
        let text = detail.and_then(|detail| cell::text(service, detail, self.unit));
        text.unwrap_or_else(|| Text::Plain(String::new()))
    }

    fn at<'v>(&'v self, service: &'static Service, item: &'v Value, shape: Option<ShapeId>) -> Option<Detail<'v>> {
        if self.path.is_empty() {
            return Some(Detail { name: "", value: item, shape });
        }
        let (path, tag) = self.path.split_once('=').map_or((self.path.as_str(), None), |(path, tag)| (path, Some(tag)));
        let mut detail = Detail { name: "", value: item, shape };
        for name in path.split('.') {
            let shape = detail.shape.and_then(|shape| member_shape(service, shape, name));
            detail = Detail { name, value: detail.value.get(name)?, shape };
        }
        match tag {
            None => Some(detail),
            Some(tag) => {
                let tags = detail.value.as_array()?;
                let value =
                    tags.iter().find(|pair| pair.get("Key").and_then(Value::as_str) == Some(tag))?.get("Value")?;
                Some(Detail { name: "Name", value, shape: None })
            }
        }
    }
}

fn member_shape(service: &'static Service, shape: ShapeId, name: &str) -> Option<ShapeId> {
    match &service.shape(shape).kind {
        Kind::Map { value, .. } => Some(value.shape),
        _ => service.members(shape).iter().find(|member| member.name == name).map(|member| member.shape),
    }
}

/// The known ones that the items fill, or the best by their names.
fn columns(result: &ResultOf<'_>, list: &List<'_>) -> Vec<Column> {
    let fills = |column: &Column| {
        let mut looked_at = list.items.iter().take(LOOKED_AT);
        looked_at.any(|item| column.at(result.service, item, list.shape).is_some_and(|detail| !is_empty(detail.value)))
    };
    if let Some(known) = known(result.service, result.operation) {
        let of = |column: &super::known::Column| Column {
            label: column.label.to_owned(),
            path: column.path.to_owned(),
            unit: column.unit,
        };
        let columns: Vec<Column> = known.columns.iter().map(of).filter(fills).collect();
        if !columns.is_empty() {
            return columns;
        }
    }
    if !list.items.iter().any(|item| item.is_object()) {
        return vec![Column { label: String::new(), path: String::new(), unit: Unit::AsItIs }];
    }
    let noun = super::nouns::singular(&super::nouns::words_of(list.name));
    let mut scored: Vec<(u32, usize, String)> = members(result.service, list)
        .enumerate()
        .filter_map(|(at, (name, shape))| {
            let (score, path) = score(result.service, &noun, &name, shape)?;
            Some((score, at, path))
        })
        .collect();
    let is_arn = |path: &str| words(path).last().is_some_and(|last| last == "arn");
    let has_name = scored.iter().any(|(score, _, path)| *score >= 90 && !is_arn(path));
    scored.retain(|(score, _, path)| {
        let column = Column { label: String::new(), path: path.clone(), unit: Unit::AsItIs };
        // An ARN repeats the name.
        !(has_name && is_arn(path))
            && fills(&column)
            && (*score >= TELLING || !says_the_same(result.service, list, &column))
    });
    scored.sort_by_key(|(score, at, _)| (std::cmp::Reverse(*score), *at));
    scored.truncate(COLUMNS);
    // Times stand last: they are what the eye looks for there.
    scored.sort_by_key(|(_, _, path)| cell::is_time(path));
    let is_modelled = list.shape.is_some_and(|shape| !result.service.members(shape).is_empty());
    let label = |path: &str| {
        let name = path.split('.').next().unwrap_or(path);
        // The keys of a map are somebody's data, and stay as they are.
        if is_modelled { label::of(name) } else { name.to_owned() }
    };
    scored.into_iter().map(|(_, _, path)| Column { label: label(&path), path, unit: Unit::AsItIs }).collect()
}

/// The names of what an item may have, with their shapes: by the model, or as the items have them where there is none.
fn members<'v>(
    service: &'static Service,
    list: &'v List<'_>,
) -> Box<dyn Iterator<Item = (String, Option<ShapeId>)> + 'v> {
    let modelled = list.shape.map_or(&[][..], |shape| service.members(shape));
    if !modelled.is_empty() {
        return Box::new(modelled.iter().map(|member| (member.name.to_owned(), Some(member.shape))));
    }
    let value = list.shape.and_then(|shape| match &service.shape(shape).kind {
        Kind::Map { value, .. } => Some(value.shape),
        _ => None,
    });
    let mut names: Vec<&String> = Vec::new();
    for item in list.items.iter().take(LOOKED_AT).filter_map(|item| item.as_object()) {
        for name in item.keys() {
            if !names.contains(&name) && names.len() < LOOKED_AT {
                names.push(name);
            }
        }
    }
    Box::new(names.into_iter().map(move |name| (name.clone(), value)))
}

/// How well a member tells things apart at a glance, and the way to its value; nothing for what has parts of its own.
fn score(service: &'static Service, noun: &str, name: &str, shape: Option<ShapeId>) -> Option<(u32, String)> {
    let said: Vec<String> = words(name).take(16).collect();
    let last = said.last()?.as_str();
    let stem: String = said.iter().take(said.len() - 1).map(String::as_str).collect();
    let joined: String = noun.to_lowercase().split(' ').collect();
    let is_own = stem.is_empty() || joined.starts_with(&stem) || joined.ends_with(&stem);
    let kind = shape.map(|shape| (&service.shape(shape).kind, shape));
    let is_state = matches!(last, "state" | "status" | "health");
    match kind {
        // `State: {Name: running}`.
        Some((Kind::Structure(structure), _)) if is_state => {
            let inner = structure.members.iter().find(|member| {
                ["name", "code", "value", "state", "status"].contains(&member.name.to_ascii_lowercase().as_str())
            })?;
            Some((80, format!("{name}.{}", inner.name)))
        }
        // A value of DynamoDB is a structure, and one value.
        Some((Kind::Structure(_), shape)) if service.shape(shape).name == "AttributeValue" => {
            Some((50, name.to_owned()))
        }
        Some((Kind::Structure(_) | Kind::List { .. } | Kind::Map { .. } | Kind::Blob { .. }, _)) => None,
        kind => {
            let is_time = matches!(kind, Some((Kind::Timestamp { .. }, _))) || cell::is_time(name);
            let score = match last {
                "name" if is_own => 100,
                "id" | "identifier" | "key" if is_own => 95,
                "arn" | "url" | "address" if is_own => 90,
                "name" => 60,
                _ if is_state => 80,
                "severity" | "priority" => 75,
                _ if is_time && said.iter().any(|word| ["last", "updated", "modified"].contains(&word.as_str())) => 46,
                _ if is_time => 44,
                "type" | "engine" | "runtime" | "protocol" | "class" | "title" | "version" => 50,
                "count" | "size" | "bytes" | "capacity" => 40,
                "description" | "reason" | "message" => 36,
                "id" | "arn" => 30,
                _ if matches!(kind, Some((Kind::Boolean, _))) => 12,
                _ => 20,
            };
            Some((score, name.to_owned()))
        }
    }
}

fn says_the_same(service: &'static Service, list: &List<'_>, column: &Column) -> bool {
    let mut values =
        list.items.iter().take(LOOKED_AT).map(|item| column.at(service, item, list.shape).map(|detail| detail.value));
    let first = values.next();
    list.items.len() > 2 && values.all(|value| Some(value) == first)
}
