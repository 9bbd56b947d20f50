//! Text of an answer into what its shape says it is, for XML and for headers.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Number, Value};

use super::field::Field;
use super::{ResponseError, timestamp};
use crate::model::Kind;

/// Deeper than any answer of AWS that means something.
pub(super) const DEPTH_MAX: u32 = 128;

/// Each value costs many times what it takes on the wire: a body that is small enough may still hold too many.
pub(super) const VALUES_MAX: usize = 1_000_000;

pub(super) fn too_many() -> ResponseError {
    ResponseError::Malformed(format!("the body has more than {VALUES_MAX} values"))
}

pub(super) fn malformed(field: Field<'_>, why: &str) -> ResponseError {
    let name = if field.model_name().is_empty() { field.shape.name } else { field.model_name() };
    ResponseError::Malformed(format!("`{name}` {why}"))
}

/// Of a shape without members.
pub(super) fn scalar(field: Field<'_>, text: &str) -> Result<Value, ResponseError> {
    match &field.shape.kind {
        Kind::String { .. } => Ok(Value::from(text)),
        Kind::Boolean => match text.trim() {
            "true" | "True" | "TRUE" => Ok(Value::Bool(true)),
            "false" | "False" | "FALSE" => Ok(Value::Bool(false)),
            _ => Err(malformed(field, "is neither true nor false")),
        },
        Kind::Integer | Kind::Long => {
            whole(text.trim()).ok_or_else(|| malformed(field, "is not a 64-bit whole number"))
        }
        Kind::Float | Kind::Double => {
            let number = text.trim().parse::<f64>().map_err(|_| malformed(field, "is not a number"))?;
            Ok(float(number))
        }
        Kind::Blob { .. } => blob(field, text),
        // Better shown as AWS wrote it than not at all: what was asked for has happened.
        Kind::Timestamp { .. } => Ok(timestamp::from_text(text).map_or_else(|| Value::from(text), timestamp::shown)),
        Kind::Structure(_) | Kind::List { .. } | Kind::Map { .. } => Err(malformed(field, "has no members")),
    }
}

fn whole(text: &str) -> Option<Value> {
    text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<u64>().map(Value::from)).ok()
}

/// What JSON has no number for, by its name.
pub(super) fn float(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => Value::from("NaN"),
        None if number > 0.0 => Value::from("Infinity"),
        None => Value::from("-Infinity"),
    }
}

/// Stays base64; some services break its lines.
pub(super) fn blob(field: Field<'_>, text: &str) -> Result<Value, ResponseError> {
    let joined: String = text.split_ascii_whitespace().collect();
    match BASE64_STANDARD.decode(&joined) {
        Ok(_) => Ok(Value::from(joined)),
        Err(_) => Err(malformed(field, "is not base64")),
    }
}

pub(super) fn moment(field: Field<'_>, moment: Option<jiff::Timestamp>) -> Result<Value, ResponseError> {
    moment.map(timestamp::shown).ok_or_else(|| malformed(field, "is not a time that is known"))
}

pub(super) fn utf8(bytes: &[u8]) -> Result<&str, ResponseError> {
    std::str::from_utf8(bytes).map_err(|_| ResponseError::Malformed("the body is not UTF-8".to_owned()))
}
