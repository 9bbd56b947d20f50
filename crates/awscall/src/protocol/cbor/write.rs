//! An input as CBOR. What is written into memory cannot fail: that it did is said as an error all the same.

use std::convert::Infallible;

use minicbor::Encoder;
use minicbor::data::Tag;
use minicbor::encode::Error;
use serde_json::{Number, Value};

use super::super::InputError;
use super::super::field::Field;
use super::super::given::{Given, Path, given};
use super::super::timestamp;
use crate::model::Kind;

/// Seconds since 1970.
/// Source: RFC 8949, section 3.4.2.
pub(super) const EPOCH: u64 = 1;

pub(super) fn body(fields: &[(Field<'_>, &Value)]) -> Result<Vec<u8>, InputError> {
    let mut writer = Writer(Encoder::new(Vec::new()));
    writer.members(fields, &Path::ROOT)?;
    Ok(writer.0.into_writer())
}

struct Writer(Encoder<Vec<u8>>);

impl From<Error<Infallible>> for InputError {
    fn from(error: Error<Infallible>) -> Self {
        Self(format!("CBOR cannot be written: {error}"))
    }
}

impl Writer {
    fn members(&mut self, fields: &[(Field<'_>, &Value)], path: &Path<'_>) -> Result<(), InputError> {
        self.0.map(length(fields.len()))?;
        for (field, value) in fields {
            self.0.str(field.wire_name())?;
            self.value(*field, value, &path.name(field.model_name()))?;
        }
        Ok(())
    }

    fn value(&mut self, field: Field<'_>, value: &Value, path: &Path<'_>) -> Result<(), InputError> {
        match given(field, value, path)? {
            Given::Structure(fields) => return self.members(&fields, path),
            Given::List { element, values } => {
                self.0.array(length(values.len()))?;
                for (at, value) in values.iter().enumerate() {
                    self.value(element, value, &path.place(at))?;
                }
            }
            Given::Map { value: element, entries, .. } => {
                self.0.map(length(entries.len()))?;
                for (key, value) in entries {
                    self.0.str(key)?;
                    self.value(element, value, &path.name(key))?;
                }
            }
            Given::Document(value) => self.any(value)?,
            Given::Text(text) => drop(self.0.str(text)?),
            Given::Number(number) => match field.shape.kind {
                Kind::Float => self.single(number.as_f64().unwrap_or_default())?,
                Kind::Double => drop(self.0.f64(number.as_f64().unwrap_or_default())?),
                _ => self.number(number)?,
            },
            Given::NotFinite(_, number) => self.single(number)?,
            Given::Boolean(boolean) => drop(self.0.bool(boolean)?),
            Given::Blob(bytes) => drop(self.0.bytes(&bytes)?),
            Given::Timestamp(moment) => {
                self.0.tag(Tag::new(EPOCH))?;
                self.number(&timestamp::seconds(moment))?;
            }
            Given::Null => drop(self.0.null()?),
        }
        Ok(())
    }

    #[expect(clippy::cast_possible_truncation, reason = "the model says that its precision is enough")]
    fn single(&mut self, number: f64) -> Result<(), InputError> {
        self.0.f32(number as f32)?;
        Ok(())
    }

    fn number(&mut self, number: &Number) -> Result<(), InputError> {
        match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => self.0.u64(number)?,
            (None, Some(number)) => self.0.i64(number)?,
            (None, None) => self.0.f64(number.as_f64().unwrap_or_default())?,
        };
        Ok(())
    }

    /// A document. As deep as the parser of the input let it be.
    fn any(&mut self, value: &Value) -> Result<(), InputError> {
        match value {
            Value::Null => drop(self.0.null()?),
            Value::Bool(boolean) => drop(self.0.bool(*boolean)?),
            Value::Number(number) => self.number(number)?,
            Value::String(text) => drop(self.0.str(text)?),
            Value::Array(values) => {
                self.0.array(length(values.len()))?;
                for value in values {
                    self.any(value)?;
                }
            }
            Value::Object(members) => {
                self.0.map(length(members.len()))?;
                for (name, value) in members {
                    self.0.str(name)?;
                    self.any(value)?;
                }
            }
        }
        Ok(())
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
