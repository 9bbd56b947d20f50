//! Reads a request's JSON body into a struct, member by member, and gathers what is wrong with it.
//!
//! The structs of the files beside this one are declared with [`input!`] and [`output!`]. Reading is lenient as the real
//! service is: unknown members are ignored, `null` is absent, an empty body is `{}`. A value of the wrong JSON type is
//! answered first and alone, as AWS parses before it validates; otherwise every violation is answered at once.

use crate::constraints::{Constraint, Echo, Limits, Violations};
use crate::ids::{Identifier, MaxResults};
use crate::shape::Described;
use serde_json::{Map, Value};
use std::fmt;

/// Members of a list for which AWS states no limit (reference, model): this one stands against hostile input only.
pub const MAX_LIST_MEMBERS: usize = 1_000;

/// Why a request body is no request. The front door answers it with the error that the operation declares for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or nested deeper than 127 levels.
    #[error("Could not parse request body into json: {0}")]
    NotJson(String),
    #[error("Could not parse request body into json: {0} can not be converted to a structure")]
    NotAnObject(&'static str),
    /// The first member of a JSON type that cannot be converted.
    #[error("{found} can not be converted to {wanted} at '{path}'")]
    WrongType { found: &'static str, wanted: &'static str, path: String },
    #[error("{0}")]
    Violations(Violations),
}

impl DecodeError {
    /// The sentence for the client. It echoes refused values up to a limit, sensitive ones never.
    pub fn message(&self) -> String {
        self.to_string()
    }
}

/// What was found wrong so far.
#[derive(Default)]
pub(crate) struct Problems {
    limits: Limits,
    violations: Violations,
    wrong_type: Option<DecodeError>,
}

/// Where a value stands, in AWS's notation: `slackChannelId`, `snsTopicArns.2.member`, `tags.1.member.tagKey`.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Body,
    Member(&'a Path<'a>, &'static str),
    /// Counted from 1.
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => Ok(()),
            Self::Member(Self::Body, name) => write_lower_camel_case(f, name),
            Self::Member(parent, name) => {
                write!(f, "{parent}.")?;
                write_lower_camel_case(f, name)
            }
            Self::Item(parent, position) => write!(f, "{parent}.{position}.member"),
        }
    }
}

/// `SlackChannelId` as messages name it: `slackChannelId`.
fn write_lower_camel_case(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    let mut characters = name.chars();
    match characters.next() {
        Some(first) => write!(f, "{}{}", first.to_ascii_lowercase(), characters.as_str()),
        None => Ok(()),
    }
}

/// A type that a JSON value can be read as.
pub(crate) trait Member: Described + Sized {
    /// `None` if the value is in error, which `problems` then knows.
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self>;
}

/// A member of a structure: required as itself, optional as an `Option`.
pub(crate) trait Field: Described + Sized {
    /// `None` if the member is in error, or required and absent.
    fn read_from(
        object: &Map<String, Value>,
        name: &'static str,
        parent: Path<'_>,
        problems: &mut Problems,
    ) -> Option<Self>;
}

impl<T: Member> Field for T {
    fn read_from(
        object: &Map<String, Value>,
        name: &'static str,
        parent: Path<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let path = Path::Member(&parent, name);
        match present(object, name) {
            Some(value) => T::read(value, path, problems),
            None => problems.violation(path, Echo::Null, Constraint::NotNull),
        }
    }
}

impl<T: Member> Field for Option<T> {
    fn read_from(
        object: &Map<String, Value>,
        name: &'static str,
        parent: Path<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        match present(object, name) {
            Some(value) => T::read(value, Path::Member(&parent, name), problems).map(Some),
            None => Some(None),
        }
    }
}

/// The member, unless it is absent or `null`, which are the same.
fn present<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// A whole body. An empty one is `{}`.
pub(crate) fn decode<T: Member>(body: &[u8], limits: Limits) -> Result<T, DecodeError> {
    let value = if body.trim_ascii().is_empty() {
        Value::Object(Map::new())
    } else {
        // serde_json's recursion limit stays on: it is what stops a bomb of brackets.
        serde_json::from_slice(body).map_err(|error| DecodeError::NotJson(error.to_string()))?
    };
    if !value.is_object() {
        return Err(DecodeError::NotAnObject(token(&value)));
    }
    let mut problems = Problems { limits, ..Problems::default() };
    let read = T::read(&value, Path::Body, &mut problems);
    match (problems.wrong_type, read) {
        (Some(wrong_type), _) => Err(wrong_type),
        (None, Some(request)) if problems.violations.is_empty() => Ok(request),
        (None, _) => Err(DecodeError::Violations(problems.violations)),
    }
}

impl Problems {
    pub(crate) fn violation<T>(&mut self, path: Path<'_>, echo: Echo<'_>, constraint: Constraint) -> Option<T> {
        self.violations.add(path, echo, constraint);
        None
    }

    pub(crate) fn object<'a>(&mut self, value: &'a Value, path: Path<'_>) -> Option<&'a Map<String, Value>> {
        match value {
            Value::Object(object) => Some(object),
            Value::Null => self.violation(path, Echo::Null, Constraint::NotNull),
            other => self.wrong_type(other, "a structure", path),
        }
    }

    /// A list's values, if there are as many as there may be.
    pub(crate) fn list<'a>(
        &mut self,
        value: &'a Value,
        path: Path<'_>,
        (min, max): (usize, usize),
    ) -> Option<&'a [Value]> {
        match value {
            Value::Array(values) if values.len() < min => {
                self.violation(path, Echo::Withheld, Constraint::MinLength(min))
            }
            Value::Array(values) if values.len() > max => {
                self.violation(path, Echo::Withheld, Constraint::MaxLength(max))
            }
            Value::Array(values) => Some(values),
            other => self.wrong_type(other, "a list", path),
        }
    }

    pub(crate) fn wrong_type<T>(&mut self, found: &Value, wanted: &'static str, path: Path<'_>) -> Option<T> {
        let error = || DecodeError::WrongType { found: token(found), wanted, path: path.to_string() };
        self.wrong_type.get_or_insert_with(error);
        None
    }
}

impl<T: Identifier> Member for T {
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self> {
        let text = match value {
            Value::String(text) => text,
            // Within a list; as a member of a structure, null is absent.
            Value::Null => return problems.violation(path, Echo::Null, Constraint::NotNull),
            other => return problems.wrong_type(other, "a String", path),
        };
        match T::of_request(text, problems.limits) {
            Ok(identifier) => Some(identifier),
            Err(unmet) => {
                let echo = if T::SENSITIVE { Echo::Withheld } else { Echo::Text(text) };
                for constraint in unmet.constraints() {
                    problems.violations.add(path, echo, *constraint);
                }
                None
            }
        }
    }
}

impl Member for bool {
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self> {
        value.as_bool().or_else(|| problems.wrong_type(value, "a Boolean", path))
    }
}

impl Member for MaxResults {
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self> {
        let Some(number) = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from)) else {
            return problems.wrong_type(value, "an Integer", path);
        };
        match Self::parse(number) {
            Ok(max_results) => Some(max_results),
            Err(unmet) => {
                for constraint in unmet.constraints() {
                    problems.violations.add(path, Echo::Number(number), *constraint);
                }
                None
            }
        }
    }
}

/// A list in the order sent.
impl<T: Member> Member for Vec<T> {
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self> {
        items(problems.list(value, path, (0, MAX_LIST_MEMBERS))?, path, problems)
    }
}

/// Every item of a list; `None` if one is in error, after all were looked at.
pub(crate) fn items<T: Member>(values: &[Value], path: Path<'_>, problems: &mut Problems) -> Option<Vec<T>> {
    let read: Vec<Option<T>> =
        (1..).zip(values).map(|(position, value)| T::read(value, Path::Item(&path, position), problems)).collect();
    read.into_iter().collect()
}

/// The JSON type in the words that AWS's parser uses in its own messages. Source: observed with other services.
fn token(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    }
}

/// Declares a structure that requests carry: each member with its type and its name on the wire. An `Option` may be
/// absent. A request is read with `decode`; answers may show the structure as well.
macro_rules! input {
    ($(#[$meta:meta])* $name:ident { $($(#[$of_field:meta])* $field:ident: $type:ty = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $($(#[$of_field])* #[serde(rename = $wire)] pub $field: $type,)*
        }

        impl $name {
            /// Reads a request's body.
            pub fn decode(body: &[u8]) -> Result<Self, $crate::operations::DecodeError> {
                Self::decode_within(body, $crate::constraints::Limits::default())
            }

            /// The same, where an operator allows more than AWS.
            pub fn decode_within(
                body: &[u8],
                limits: $crate::constraints::Limits,
            ) -> Result<Self, $crate::operations::DecodeError> {
                $crate::operations::members::decode(body, limits)
            }
        }

        impl $crate::operations::members::Member for $name {
            fn read(
                value: &serde_json::Value,
                path: $crate::operations::members::Path<'_>,
                problems: &mut $crate::operations::members::Problems,
            ) -> Option<Self> {
                let _object = problems.object(value, path)?;
                // All are read before the first that is in error ends it.
                $(let $field =
                    <$type as $crate::operations::members::Field>::read_from(_object, $wire, path, problems);)*
                Some(Self { $($field: $field?,)* })
            }
        }

        $crate::operations::members::describe!($name { $($type = $wire,)* });
    };
}

/// Declares a structure that answers show. An absent optional member is an explicit `null`. Source: observed.
macro_rules! output {
    ($(#[$meta:meta])* $name:ident { $($(#[$of_field:meta])* $field:ident: $type:ty = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $($(#[$of_field])* #[serde(rename = $wire)] pub $field: $type,)*
        }

        $crate::operations::members::describe!($name { $($type = $wire,)* });
    };
}

macro_rules! describe {
    ($name:ident { $($type:ty = $wire:literal,)* }) => {
        impl $crate::shape::Described for $name {
            fn describe() -> serde_json::Value {
                $crate::shape::structure([
                    $(($wire, <$type as $crate::shape::Described>::describe(),
                       <$type as $crate::shape::Described>::REQUIRED),)*
                ])
            }
        }
    };
}

pub(crate) use {describe, input, output};
