//! The three files that the page on compatibility is made of, as types: the dump, the reference's facts, the notes. An entry that
//! none of them should have is refused, so that a misspelt one is not left out in silence.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One operation of `bellhop wire dump`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Operation {
    pub name: String,
    pub path: String,
    pub status: u16,
    pub request: Shape,
    pub result: Shape,
    pub errors: Vec<DeclaredError>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DeclaredError {
    pub code: String,
    pub status: u16,
    pub message_member: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub required: bool,
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub pattern: Option<String>,
    #[serde(default, rename = "enum")]
    pub values: Vec<String>,
    #[serde(default)]
    pub sensitive: bool,
    /// Of a structure.
    #[serde(default)]
    pub members: BTreeMap<String, Shape>,
    /// Of a list.
    pub member: Option<Box<Shape>>,
    /// Of a map.
    pub key: Option<Box<Shape>>,
    pub value: Option<Box<Shape>>,
}

/// `reference.json`, of which the page needs the names.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    pub operations: BTreeMap<String, ReferenceOperation>,
    /// By code: the status.
    pub common_errors: BTreeMap<String, u16>,
}

#[derive(Debug, Deserialize)]
pub struct ReferenceOperation {
    pub request: BTreeMap<String, serde_json::Value>,
}

/// `compatibility_notes.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Notes {
    pub service: Vec<Note>,
    pub differences: Vec<Difference>,
    /// By code: the cause.
    pub common_errors: BTreeMap<String, String>,
    /// The cause of an error of which the operation says nothing of its own.
    pub errors: BTreeMap<String, String>,
    pub operations: BTreeMap<String, OperationNotes>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    pub source: Source,
    pub says: String,
}

/// Where a fact is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Reference,
    Model,
    Observed,
    Assumed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    #[serde(rename = "where")]
    pub place: String,
    pub says: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationNotes {
    /// By code: the cause.
    pub errors: BTreeMap<String, String>,
    /// Errors that the model does not declare, by code.
    #[serde(default)]
    pub undeclared: BTreeMap<String, Undeclared>,
    pub notes: Vec<Note>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undeclared {
    pub status: u16,
    pub source: Source,
    pub says: String,
}

impl Source {
    pub fn word(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Model => "model",
            Self::Observed => "observed",
            Self::Assumed => "assumed",
        }
    }
}
