//! Reads the members of a request's JSON body one by one and gathers what is wrong with them.
//!
//! The request structs beside this file decode with it. It is lenient as the real service is: unknown members are
//! ignored, `null` is absent, an empty body is `{}`. A value of the wrong JSON type is answered first and alone, as AWS
//! parses before it validates; otherwise every violation is answered at once.

use crate::constraints::{Constraint, Echo, Violations};
use crate::ids::{Identifier, MaxResults, TagKey, TagValue};
use crate::operations::tags::{MAX_TAGS, Tag};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt::Display;

/// Why a request body is no request. The front door answers `InvalidParameterException`, which every operation that
/// decodes here declares, with this text.
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

/// One request body on its way to a struct. Each reader returns `None` for a member that is absent or in error, and
/// remembers the error; [`finish`](Self::finish) tells.
pub(crate) struct Members {
    object: Map<String, Value>,
    violations: Violations,
    wrong_type: Option<DecodeError>,
}

impl Members {
    pub(crate) fn read(body: &[u8]) -> Result<Self, DecodeError> {
        let object = if body.trim_ascii().is_empty() {
            Map::new()
        } else {
            // serde_json's recursion limit stays on: it is what stops a bomb of brackets.
            match serde_json::from_slice(body).map_err(|error| DecodeError::NotJson(error.to_string()))? {
                Value::Object(object) => object,
                other => return Err(DecodeError::NotAnObject(token(&other))),
            }
        };
        Ok(Self { object, violations: Violations::default(), wrong_type: None })
    }

    pub(crate) fn optional<T: Identifier>(&mut self, name: &str) -> Option<T> {
        let value = self.take(name)?;
        self.identifier(lower_camel_case(name), &value)
    }

    pub(crate) fn required<T: Identifier>(&mut self, name: &str) -> Option<T> {
        if let Some(value) = self.take(name) {
            return self.identifier(lower_camel_case(name), &value);
        }
        self.violations.add(lower_camel_case(name), Echo::Null, Constraint::NotNull);
        None
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.take(name)?;
        value.as_bool().or_else(|| self.wrong_type(&value, "a Boolean", lower_camel_case(name)))
    }

    pub(crate) fn max_results(&mut self, name: &str) -> Option<MaxResults> {
        let value = self.take(name)?;
        let path = lower_camel_case(name);
        let Some(number) = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from)) else {
            return self.wrong_type(&value, "an Integer", path);
        };
        match MaxResults::parse(number) {
            Ok(max_results) => Some(max_results),
            Err(unmet) => {
                for constraint in unmet.constraints() {
                    self.violations.add(&path, Echo::Number(number), *constraint);
                }
                None
            }
        }
    }

    /// A list of identifiers in the order sent, at most `limit` of them.
    pub(crate) fn list<T: Identifier>(&mut self, name: &str, limit: usize) -> Option<Vec<T>> {
        let values = self.array(name, limit)?;
        let path = lower_camel_case(name);
        let mut list = Vec::with_capacity(values.len());
        for (position, value) in (1..).zip(&values) {
            list.extend(self.identifier(format_args!("{path}.{position}.member"), value));
        }
        Some(list)
    }

    /// A list of tags, no key twice: which of the two values were to count, nobody could tell. Source: assumed.
    pub(crate) fn tags(&mut self, name: &str) -> Option<Vec<Tag>> {
        let values = self.array(name, MAX_TAGS)?;
        let path = lower_camel_case(name);
        let mut tags = Vec::with_capacity(values.len());
        for (position, value) in (1..).zip(&values) {
            let path = format!("{path}.{position}.member");
            match value {
                Value::Object(tag) => tags.extend(self.tag(&path, tag)),
                Value::Null => self.violations.add(path, Echo::Null, Constraint::NotNull),
                other => return self.wrong_type(other, "a structure", path),
            }
        }
        let keys: BTreeSet<_> = tags.iter().map(|tag| &tag.key).collect();
        if keys.len() < tags.len() {
            self.violations.add(path, Echo::Withheld, Constraint::UniqueItems);
        }
        Some(tags)
    }

    /// The struct, unless a member was in error. `build` returns `None` only where a required reader did.
    pub(crate) fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, DecodeError> {
        match (self.wrong_type, build()) {
            (Some(wrong_type), _) => Err(wrong_type),
            (None, Some(request)) if self.violations.is_empty() => Ok(request),
            (None, _) => Err(DecodeError::Violations(self.violations)),
        }
    }

    fn tag(&mut self, path: &str, tag: &Map<String, Value>) -> Option<Tag> {
        let key: Option<TagKey> =
            self.identifier(format_args!("{path}.tagKey"), tag.get("TagKey").unwrap_or(&Value::Null));
        let value: Option<TagValue> =
            self.identifier(format_args!("{path}.tagValue"), tag.get("TagValue").unwrap_or(&Value::Null));
        Some(Tag { key: key?, value: value? })
    }

    /// The member, unless it is absent or `null`, which are the same.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.object.get_mut(name).map(Value::take).filter(|value| !value.is_null())
    }

    fn array(&mut self, name: &str, limit: usize) -> Option<Vec<Value>> {
        match self.take(name)? {
            Value::Array(values) if values.len() <= limit => Some(values),
            Value::Array(_) => {
                self.violations.add(lower_camel_case(name), Echo::Withheld, Constraint::MaxLength(limit));
                None
            }
            other => self.wrong_type(&other, "a list", lower_camel_case(name)),
        }
    }

    fn identifier<T: Identifier>(&mut self, path: impl Display, value: &Value) -> Option<T> {
        let text = match value {
            Value::String(text) => text,
            Value::Null => {
                self.violations.add(path, Echo::Null, Constraint::NotNull);
                return None;
            }
            other => return self.wrong_type(other, "a String", path),
        };
        match text.parse() {
            Ok(identifier) => Some(identifier),
            Err(unmet) => {
                let echo = if T::SENSITIVE { Echo::Withheld } else { Echo::Text(text) };
                for constraint in unmet.constraints() {
                    self.violations.add(&path, echo, *constraint);
                }
                None
            }
        }
    }

    fn wrong_type<T>(&mut self, found: &Value, wanted: &'static str, path: impl Display) -> Option<T> {
        let error = || DecodeError::WrongType { found: token(found), wanted, path: path.to_string() };
        self.wrong_type.get_or_insert_with(error);
        None
    }
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

/// `SlackChannelId` as messages name it: `slackChannelId`.
fn lower_camel_case(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}
