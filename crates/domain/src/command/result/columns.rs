//! Which few columns tell many things apart, and the table of them: names before states before times.
//!
//! `result` calls it for every list. What people ask for most stands in `known`; for the rest the members' names of AWS's models
//! decide, and what the things at hand have in them.

use awscall::model::{Kind, Service, ShapeId};
use serde_json::Value;

use super::known::{Unit, known};
use super::subject::{Detail, List, is_empty};
use super::{ROWS, ResultOf, cell, details, nouns};
use crate::notification::text::words;
use crate::notification::{Part, Table, Text, label};

/// More do not stand side by side on a phone.
const COLUMNS: usize = 5;
/// Items that are looked at to see which members they have.
const LOOKED_AT: usize = 50;
/// Below it a column that says the same of everything is left away.
const TELLING: u32 = 70;

/// One column: its heading, and the way to its value.
struct Column {
    label: String,
    path: String,
    unit: Unit,
}

/// A list as a table; as details where it is of one thing; as a list where one column says all.
pub fn list_part(
    result: &ResultOf<'_>,
    list: &List<'_>,
    title: Option<String>,
    left_out: &mut Vec<String>,
) -> Vec<Part> {
    if let ([Value::Object(only)], None) = (list.items.as_slice(), &title) {
        return details::parts(result.service, only, list.shape, left_out);
    }
    let shown = list.items.len().min(ROWS);
    let unshown = list.items.len() - shown;
    if unshown > 0 {
        left_out.push(format!("Shown are the first {shown} of {}.", nouns::counted(list.items.len())));
    }
    let columns = columns(result, list);
    let row = |item: &&Value| columns.iter().map(|column| column.text(result.service, item, list.shape)).collect();
    let rows: Vec<Vec<Text>> = list.items.iter().take(shown).map(row).collect();
    let hidden = members(result.service, list).count().saturating_sub(columns.len());
    if hidden > 0 {
        left_out.push(format!("Each has {hidden} more details; --output json shows all."));
    }
    if columns.len() > 1 {
        let columns = columns.into_iter().map(|column| column.label).collect();
        return vec![Part::Table(Table { title, columns, rows, left_out: unshown })];
    }
    vec![Part::Bullets { title, items: rows.into_iter().flatten().collect(), left_out: unshown }]
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
                let value = tags.iter().find(|pair| pair.get("Key").and_then(Value::as_str) == Some(tag))?.get("Value")?;
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
        looked_at.any(|item| {
            column.at(result.service, item, list.shape).is_some_and(|detail| !is_empty(detail.value))
        })
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
    let has_name = scored.iter().any(|(score, ..)| *score >= 90);
    scored.retain(|(score, _, path)| {
        let column = Column { label: String::new(), path: path.clone(), unit: Unit::AsItIs };
        // An ARN repeats the name.
        !(has_name && words(path).last().is_some_and(|last| last == "arn"))
            && fills(&column)
            && (*score >= TELLING || !says_the_same(result.service, list, &column))
    });
    scored.sort_by_key(|(score, at, _)| (std::cmp::Reverse(*score), *at));
    scored.truncate(COLUMNS);
    scored
        .into_iter()
        .map(|(_, _, path)| Column { label: label::of(path.split('.').next().unwrap_or(&path)), path, unit: Unit::AsItIs })
        .collect()
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
        Some((Kind::Structure(_), shape)) if service.shape(shape).name == "AttributeValue" => Some((50, name.to_owned())),
        Some((Kind::Structure(_) | Kind::List { .. } | Kind::Map { .. } | Kind::Blob { .. }, _)) => None,
        kind => {
            let is_time = matches!(kind, Some((Kind::Timestamp { .. }, _))) || cell::is_time(name);
            let score = match last {
                "name" if is_own => 100,
                "id" | "identifier" | "key" if is_own => 95,
                "arn" if is_own => 90,
                "url" | "address" if is_own => 90,
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
    let mut values = list.items.iter().take(LOOKED_AT).map(|item| {
        column.at(service, item, list.shape).map(|detail| detail.value)
    });
    let first = values.next();
    list.items.len() > 2 && values.all(|value| Some(value) == first)
}
