//! What an output is about: lists of things, one thing, or nothing at all.
//!
//! `result` asks it, for every output. It reads AWS's model where that says (paginators name their lists) and the output where it does
//! not; what it cannot place it hands on as one thing, so that nothing is lost.

use awscall::model::{Kind, Member, Operation, Service, ShapeId};
use serde_json::{Map, Value};

use super::known::known;

/// Members that are about the asking and no part of the answer.
/// Sources: the paginators and list operations of AWS's models.
const ABOUT_PAGES: [&str; 25] = [
    "NextToken",
    "nextToken",
    "NextMarker",
    "nextMarker",
    "Marker",
    "marker",
    "KeyMarker",
    "NextKeyMarker",
    "VersionIdMarker",
    "NextVersionIdMarker",
    "NextContinuationToken",
    "ContinuationToken",
    "PaginationToken",
    "LastEvaluatedKey",
    "LastEvaluatedTableName",
    "IsTruncated",
    "MaxItems",
    "MaxKeys",
    "MaxRecords",
    "EncodingType",
    "ResponseMetadata",
    "RequestCharged",
    // The headline counts.
    "Count",
    "KeyCount",
    "Delimiter",
];

pub enum Subject<'a> {
    Lists {
        lists: Vec<List<'a>>,
        /// What stands beside them, like the name of their parent.
        beside: Vec<Detail<'a>>,
    },
    One {
        /// Of the member that holds it; `None` if it is the whole output.
        name: Option<&'a str>,
        value: &'a Map<String, Value>,
        shape: Option<ShapeId>,
    },
    Nothing,
}

/// Several things of one kind; perhaps none.
pub struct List<'a> {
    /// `Functions`.
    pub name: &'a str,
    pub items: Vec<&'a Value>,
    /// Of an item.
    pub shape: Option<ShapeId>,
    /// What went wrong, as batches list it.
    pub failures: bool,
}

/// One member of an output.
#[derive(Clone, Copy)]
pub struct Detail<'a> {
    pub name: &'a str,
    pub value: &'a Value,
    pub shape: Option<ShapeId>,
}

pub fn subject<'a>(service: &'static Service, operation: &'static Operation, output: &'a Value) -> Subject<'a> {
    let Some(output) = output.as_object() else { return Subject::Nothing };
    let model = service.output(operation);
    if let Some(path) = known(service, operation).and_then(|known| known.within) {
        return Subject::Lists { lists: vec![within(service, model, output, path)], beside: Vec::new() };
    }
    let names = names_of_lists(service, operation);
    if !names.is_empty() {
        let lists = names.iter().filter_map(|path| list_at(service, model, output, path)).collect();
        let is_list = |name: &str| names.iter().any(|path| path.split('.').next() == Some(name));
        let has_parts = |value: &Value| value.is_object() || value.is_array();
        let beside =
            details(model, output).filter(|detail| !is_list(detail.name) && !has_parts(detail.value)).collect();
        return Subject::Lists { lists, beside };
    }
    let mut all = details(model, output).filter(|detail| !is_empty(detail.value));
    match (all.next(), all.next()) {
        (None, _) => Subject::Nothing,
        (Some(Detail { name, value: Value::Object(value), shape }), None) if !is_map(service, shape) => {
            Subject::One { name: Some(name), value, shape }
        }
        _ => Subject::One { name: None, value: output, shape: operation.output },
    }
}

/// The lists that an operation answers with, by name or path; none if it answers with one thing that has lists among its details.
fn names_of_lists(service: &'static Service, operation: &'static Operation) -> Vec<&'static str> {
    let members = service.output(operation);
    let is_list = |member: &&Member| matches!(service.shape(member.shape).kind, Kind::List { .. });
    if let Some(paginator) = &operation.paginator {
        let leads_to_a_list = |path: &&&str| {
            let mut shape = operation.output;
            for name in path.split('.') {
                let members = shape.map_or(&[][..], |shape| service.members(shape));
                shape = members.iter().find(|member| member.name == name).map(|member| member.shape);
            }
            shape.is_some_and(|shape| matches!(service.shape(shape).kind, Kind::List { .. }))
        };
        let keys: Vec<&'static str> = paginator.result_keys.iter().filter(leads_to_a_list).copied().collect();
        if !keys.is_empty() {
            return keys;
        }
    }
    let others = members.iter().filter(|member| !is_list(member) && !ABOUT_PAGES.contains(&member.name));
    // A thing has a name, a state, a time; a list has a count at most.
    if others.count() <= 1 { members.iter().filter(is_list).map(|member| member.name).collect() } else { Vec::new() }
}

/// `DistributionList.Items`: names between dots. A list that is not there is empty, if the model has it.
fn list_at<'a>(
    service: &'static Service,
    model: &'static [Member],
    output: &'a Map<String, Value>,
    path: &'static str,
) -> Option<List<'a>> {
    let mut members = model;
    let mut found: Option<&Value> = None;
    let mut holder = Some(output);
    let mut shape = None;
    let mut last = path;
    for name in path.split('.') {
        let member = members.iter().find(|member| member.name == name)?;
        members = service.members(member.shape);
        shape = Some(member.shape);
        found = holder.and_then(|holder| holder.get(name));
        holder = found.and_then(Value::as_object);
        // `Items` says nothing; what holds them does.
        if name != "Items" {
            last = name;
        }
    }
    let items = found.and_then(Value::as_array).map(|items| items.iter().collect()).unwrap_or_default();
    Some(List {
        name: last,
        items,
        shape: shape.and_then(|shape| item_of(service, shape)),
        failures: is_failures(last),
    })
}

/// `Reservations[].Instances`: the items of each item.
fn within<'a>(
    service: &'static Service,
    model: &'static [Member],
    output: &'a Map<String, Value>,
    (outer, inner): (&'static str, &'static str),
) -> List<'a> {
    let outer_shape = model.iter().find(|member| member.name == outer).map(|member| member.shape);
    let holders = outer_shape.and_then(|shape| item_of(service, shape)).map_or(&[][..], |shape| service.members(shape));
    let shape = holders.iter().find(|member| member.name == inner).and_then(|member| item_of(service, member.shape));
    let of = |value: &'a Value, name: &str| value.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let outer = output.get(outer).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    List { name: inner, items: outer.iter().flat_map(|holder| of(holder, inner)).collect(), shape, failures: false }
}

/// In the order of the model, then what the model does not know.
fn details<'a>(model: &'static [Member], output: &'a Map<String, Value>) -> impl Iterator<Item = Detail<'a>> {
    in_order(model, output).filter(|detail| !ABOUT_PAGES.contains(&detail.name))
}

/// The members of a structure in the order of its model; others after them.
pub fn in_order<'a>(model: &'static [Member], value: &'a Map<String, Value>) -> impl Iterator<Item = Detail<'a>> {
    let modelled = model.iter().filter_map(|member| {
        let (name, value) = value.get_key_value(member.name)?;
        Some(Detail { name, value, shape: Some(member.shape) })
    });
    let is_modelled = |name: &str| model.iter().any(|member| member.name == name);
    let others = value.iter().filter(move |(name, _)| !is_modelled(name));
    modelled.chain(others.map(|(name, value)| Detail { name, value, shape: None }))
}

pub fn item_of(service: &'static Service, list: ShapeId) -> Option<ShapeId> {
    match &service.shape(list).kind {
        Kind::List { member, .. } => Some(member.shape),
        _ => None,
    }
}

fn is_map(service: &'static Service, shape: Option<ShapeId>) -> bool {
    shape.is_some_and(|shape| matches!(service.shape(shape).kind, Kind::Map { .. }))
}

/// As batch operations call what they could not do.
fn is_failures(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["fail", "error", "unprocessed", "unsuccessful"].iter().any(|start| name.starts_with(start))
}

/// Nothing is said by it.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
