//! What was given for a field, checked against its shape: the one reading of an input that every protocol writes from.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Number, Value};

use super::field::Field;
use super::{InputError, timestamp};
use crate::model::{Kind, TimestampFormat};

/// Deeper than any input of AWS that means something; a recursive shape would let it be as deep as whoever types it likes.
const DEPTH_MAX: u32 = 64;
/// How numbers that JSON does not have are written, in every protocol but CBOR.
/// Source: <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#shape-serialization>
pub(super) const NOT_FINITE: [(&str, f64); 3] =
    [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)];

pub(super) enum Given<'a> {
    /// Without those that are null, in the order in which they were given.
    Structure(Vec<(Field<'a>, &'a Value)>),
    List {
        element: Field<'a>,
        values: &'a [Value],
    },
    Map {
        key: Field<'a>,
        value: Field<'a>,
        entries: &'a Map<String, Value>,
    },
    /// Any JSON.
    Document(&'a Value),
    Text(&'a str),
    Number(&'a Number),
    /// Of [`NOT_FINITE`].
    NotFinite(&'static str, f64),
    Boolean(bool),
    Blob(Vec<u8>),
    Timestamp(Timestamp),
    Null,
}

/// Where in the input a value stands, to say it to whoever typed it.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: u32,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Place(usize),
}

impl<'a> Path<'a> {
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Name(""), depth: 0 };

    pub fn name(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Name(name), depth: self.depth + 1 }
    }

    pub fn place(&'a self, place: usize) -> Self {
        Self { parent: Some(self), step: Step::Place(place), depth: self.depth + 1 }
    }

    pub fn error(&self, remedy: &str) -> InputError {
        InputError(format!("`{self}` {remedy}"))
    }
}

/// `Filters[0].Values`.
impl std::fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(parent) = self.parent else { return Ok(()) };
        write!(f, "{parent}")?;
        match self.step {
            Step::Place(place) => write!(f, "[{place}]"),
            Step::Name(name) if parent.parent.is_none() => write!(f, "{name}"),
            Step::Name(name) => write!(f, ".{name}"),
        }
    }
}

/// Never repeats the value: it may be a secret.
pub(super) fn given<'a>(field: Field<'a>, value: &'a Value, path: &Path<'_>) -> Result<Given<'a>, InputError> {
    if path.depth > DEPTH_MAX {
        return Err(path.error("is nested too deep for AWS"));
    }
    if value.is_null() {
        return Ok(Given::Null);
    }
    if field.json_value() {
        return Ok(Given::Document(value));
    }
    match &field.shape.kind {
        Kind::Structure(structure) if structure.document => Ok(Given::Document(value)),
        Kind::Structure(_) => {
            let members = value.as_object().ok_or_else(|| path.error("takes named members, as a JSON object has"))?;
            self::members(field, members, path).map(Given::Structure)
        }
        Kind::List { member, .. } => {
            let values = value.as_array().ok_or_else(|| path.error("takes a list"))?;
            Ok(Given::List { element: field.of(member), values })
        }
        Kind::Map { key, value: element, .. } => {
            let entries =
                value.as_object().ok_or_else(|| path.error("takes keys with values, as a JSON object has"))?;
            Ok(Given::Map { key: field.of(key), value: field.of(element), entries })
        }
        Kind::String { .. } => value.as_str().map(Given::Text).ok_or_else(|| path.error("takes text")),
        Kind::Integer | Kind::Long => match value {
            Value::Number(number) if number.is_i64() || number.is_u64() => Ok(Given::Number(number)),
            _ => Err(path.error("takes a whole number of at most 64 bits")),
        },
        Kind::Float | Kind::Double => fraction(value).ok_or_else(|| path.error("takes a number")),
        Kind::Boolean => value.as_bool().map(Given::Boolean).ok_or_else(|| path.error("takes `true` or `false`")),
        Kind::Blob { .. } => {
            let bytes = value.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
            bytes.map(Given::Blob).ok_or_else(|| path.error("takes bytes in base64"))
        }
        Kind::Timestamp { .. } => timestamp::given(value)
            .map(Given::Timestamp)
            .ok_or_else(|| path.error("takes a time as `2026-11-23T10:00:00Z`, or seconds since 1970")),
    }
}

/// A structure's, with what was given for each.
pub(super) fn members<'a>(
    field: Field<'a>,
    given: &'a Map<String, Value>,
    path: &Path<'_>,
) -> Result<Vec<(Field<'a>, &'a Value)>, InputError> {
    let mut fields = Vec::with_capacity(given.len());
    for (name, value) in given {
        let member = field.members().find(|member| member.model_name() == name);
        let member = member.ok_or_else(|| path.name(name).error("is not a parameter of this operation"))?;
        if !value.is_null() {
            fields.push((member, value));
        }
    }
    if field.structure().is_some_and(|structure| structure.union) && fields.len() != 1 {
        return Err(path.error("takes exactly one of its members"));
    }
    Ok(fields)
}

fn fraction(value: &Value) -> Option<Given<'_>> {
    match value {
        Value::Number(number) => Some(Given::Number(number)),
        Value::String(text) => {
            let (name, number) = NOT_FINITE.into_iter().find(|(name, _)| name == text)?;
            Some(Given::NotFinite(name, number))
        }
        _ => None,
    }
}

/// What has no members as one text, for query strings, headers, forms and XML; times by `format`.
pub(super) fn text(given: &Given<'_>, format: TimestampFormat) -> Option<String> {
    Some(match given {
        Given::Text(text) => (*text).to_owned(),
        Given::Number(number) => number.to_string(),
        Given::NotFinite(name, _) => (*name).to_owned(),
        Given::Boolean(boolean) => boolean.to_string(),
        Given::Blob(bytes) => BASE64_STANDARD.encode(bytes),
        Given::Timestamp(moment) => timestamp::text(*moment, format),
        Given::Document(value) => value.to_string(),
        Given::Structure(_) | Given::List { .. } | Given::Map { .. } | Given::Null => return None,
    })
}
