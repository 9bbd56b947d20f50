//! What an operation takes, for a form, a synopsis and an example: [`super::parse`] says it of what is missing, the server's forms and
//! [`crate::help`] of all.

use serde_json::{Map, Value, json};

use super::{shown, spellings};
use crate::model::{Kind, Location, Member, Operation, Service, ShapeId};
use crate::names::kebab;

/// One parameter of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// After `--`, as the AWS CLI spells it.
    pub name: String,
    /// The API's name.
    pub member: &'static str,
    pub kind: ParameterKind,
    pub required: bool,
    /// What is typed is a secret.
    pub sensitive: bool,
    pub deprecated: bool,
    /// As it would be typed after the flag.
    pub example: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterKind {
    /// With the values of an enum, or any text where there are none.
    Text(Vec<&'static str>),
    Number,
    Boolean,
    Timestamp,
    /// Bytes, written as text.
    Blob,
    /// Of what: never of lists.
    List(Box<ParameterKind>),
    /// The names of its members.
    Structure(Vec<&'static str>),
    Map,
    /// Any JSON.
    Json,
}

/// All that an operation takes, the required first.
pub fn parameters(service: &Service, operation: &Operation) -> Vec<Parameter> {
    let mut parameters: Vec<_> =
        service.input(operation).iter().map(|member| parameter(service, operation, member)).collect();
    parameters.sort_by_key(|parameter| (!parameter.required, parameter.deprecated));
    parameters
}

pub fn parameter(service: &Service, operation: &Operation, member: &Member) -> Parameter {
    Parameter {
        name: flag(service, operation, member),
        member: member.name,
        kind: if is_json(member) { ParameterKind::Json } else { kind(service, member.shape) },
        required: is_required(member),
        sensitive: is_sensitive(service, member.shape),
        deprecated: member.deprecated,
        example: example_of(service, member),
    }
}

/// AWS makes idempotency tokens up where they are not given.
pub(super) fn is_required(member: &Member) -> bool {
    member.required && !member.idempotency_token
}

/// JSON as a value of its own, which a header carries; elsewhere the trait means nothing.
/// Source: `awscli/argprocess.py`, `is_json_value_header`.
pub(super) fn is_json(member: &Member) -> bool {
    member.json_value && member.location == Some(Location::Header)
}

/// The AWS CLI's spelling of a member, without its dashes.
pub fn flag(service: &Service, operation: &Operation, member: &Member) -> String {
    let kebab = kebab(member.name);
    match spellings::spelled(service.name, operation.command, &kebab) {
        Some(spelling) => spelling.to_owned(),
        None => kebab,
    }
}

fn kind(service: &Service, id: ShapeId) -> ParameterKind {
    match &service.shape(id).kind {
        Kind::Structure(structure) if structure.document => ParameterKind::Json,
        Kind::Structure(structure) => {
            ParameterKind::Structure(structure.members.iter().map(|member| member.name).collect())
        }
        Kind::List { member, .. } => match kind(service, member.shape) {
            ParameterKind::List(_) => ParameterKind::Json,
            of => ParameterKind::List(Box::new(of)),
        },
        Kind::Map { .. } => ParameterKind::Map,
        Kind::String { values } => ParameterKind::Text(values.clone()),
        Kind::Integer | Kind::Long | Kind::Float | Kind::Double => ParameterKind::Number,
        Kind::Boolean => ParameterKind::Boolean,
        Kind::Blob { .. } => ParameterKind::Blob,
        Kind::Timestamp { .. } => ParameterKind::Timestamp,
    }
}

/// Whether the shape, or anything in it, is marked as a secret.
pub(crate) fn is_sensitive(service: &Service, id: ShapeId) -> bool {
    let mut visited = vec![false; service.shapes.len()];
    let mut ahead = vec![id];
    while let Some(id) = ahead.pop() {
        let Some(seen) = usize::try_from(id.0).ok().and_then(|at| visited.get_mut(at)) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        let shape = service.shape(id);
        if shape.sensitive {
            return true;
        }
        match &shape.kind {
            Kind::Structure(structure) => ahead.extend(structure.members.iter().map(|member| member.shape)),
            Kind::List { member, .. } => ahead.push(member.shape),
            Kind::Map { key, value, .. } => ahead.extend([key.shape, value.shape]),
            _ => {}
        }
    }
    false
}

/// `lambda invoke --function-name VALUE [--payload VALUE]`, the optional ones up to a few.
pub(crate) fn synopsis(service: &Service, operation: &Operation) -> String {
    const OPTIONAL_MAX: usize = 6;
    let mut words = vec![service.name.to_owned(), operation.command.to_owned()];
    let mut optional = 0;
    for member in service.input(operation).iter().filter(|member| is_required(member)) {
        words.push(typed_flag(service, operation, member));
    }
    for member in service.input(operation).iter().filter(|member| !is_required(member) && !member.deprecated) {
        optional += 1;
        if optional <= OPTIONAL_MAX {
            words.push(format!("[{}]", typed_flag(service, operation, member)));
        }
    }
    if optional > OPTIONAL_MAX {
        words.push("[…]".to_owned());
    }
    words.join(" ")
}

fn typed_flag(service: &Service, operation: &Operation, member: &Member) -> String {
    let flag = flag(service, operation, member);
    match &service.shape(member.shape).kind {
        Kind::Boolean => format!("--{flag}"),
        Kind::List { .. } => format!("--{flag} VALUE …"),
        _ => format!("--{flag} VALUE"),
    }
}

/// A whole line that would be understood: the required parameters, or the service and operation alone.
pub(crate) fn example_line(service: &'static Service, operation: &'static Operation) -> String {
    let input = service
        .input(operation)
        .iter()
        .filter(|member| is_required(member))
        .map(|member| (member.name.to_owned(), sample(service, member, 0)))
        .collect();
    shown::call(service, operation, &input)
}

/// As it would be typed after the flag.
pub(crate) fn example_of(service: &Service, member: &Member) -> String {
    shown::value(service, member, &sample(service, member, 0)).unwrap_or_else(|| "VALUE".to_owned())
}

/// A value that the shape takes. It ends where lists may be empty: no model requires a structure within itself but through a list.
fn sample(service: &Service, member: &Member, depth: usize) -> Value {
    const DEPTH_MAX: usize = 24;
    const LISTED_DEPTH_MAX: usize = 8;
    const CHOSEN_DEPTH_MAX: usize = 3;
    const CHOSEN_MAX: usize = 2;
    let shape = service.shape(member.shape);
    match &shape.kind {
        _ if is_json(member) => json!({"key": "value"}),
        Kind::Structure(structure) if structure.document => json!({"key": "value"}),
        Kind::Structure(structure) => {
            let required = structure.members.iter().filter(|member| is_required(member) && depth < DEPTH_MAX);
            let mut members: Vec<_> = required.collect();
            if members.is_empty() && depth < CHOSEN_DEPTH_MAX {
                members.extend(structure.members.iter().take(if structure.union { 1 } else { CHOSEN_MAX }));
            }
            members.into_iter().map(|member| (member.name.to_owned(), sample(service, member, depth + 1))).collect()
        }
        Kind::List { .. } if depth > LISTED_DEPTH_MAX => json!([]),
        Kind::List { member: item, .. } => {
            let named =
                Member { name: if item.name.is_empty() { member.name } else { item.name }, ..item.as_ref().clone() };
            Value::Array(vec![sample(service, &named, depth + 1)])
        }
        Kind::Map { key, value, .. } => {
            let key = match &service.shape(key.shape).kind {
                Kind::String { values } => values.first().copied().unwrap_or("key"),
                _ => "key",
            };
            let named = Member { name: "value", ..value.as_ref().clone() };
            Value::Object(Map::from_iter([(key.to_owned(), sample(service, &named, depth + 1))]))
        }
        Kind::String { values } => {
            Value::from(values.first().map_or_else(|| text(service, member.name), |first| (*first).to_owned()))
        }
        Kind::Integer | Kind::Long => json!(shape.min.unwrap_or(1).max(1)),
        Kind::Float | Kind::Double => json!(1),
        Kind::Boolean => json!(true),
        // Base64 of `text`.
        Kind::Blob { .. } => json!("dGV4dA=="),
        Kind::Timestamp { .. } => json!("2026-01-31T12:00:00Z"),
    }
}

/// `FunctionName` is `my-function`, `RoleArn` an ARN.
fn text(service: &Service, name: &str) -> String {
    let small = name.to_ascii_lowercase();
    if small.ends_with("arn") || small.ends_with("arns") {
        return format!("arn:aws:{}:us-east-1:123456789012:example", service.signing_name);
    }
    let word = kebab(name);
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("my-{stem}y");
    }
    let word = ["-names", "-name", "s"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(&word);
    if matches!(word, "" | "key" | "value" | "name") {
        return if word.is_empty() { "example".to_owned() } else { word.to_owned() };
    }
    format!("my-{word}")
}
