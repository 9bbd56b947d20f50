//! CBOR that AWS answers with, read by shapes. No length in it is believed: memory is taken for what is there.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minicbor::Decoder;
use minicbor::data::Type;
use minicbor::decode::{Error, Tokenizer};
use serde_json::{Map, Value};

use super::super::ResponseError;
use super::super::field::Field;
use super::super::parsed::{self, DEPTH_MAX, VALUES_MAX, malformed};
use super::super::timestamp;
use super::write::EPOCH;
use crate::model::Kind;

impl From<Error> for ResponseError {
    fn from(error: Error) -> Self {
        Self::Malformed(format!("the body is not CBOR: {error}"))
    }
}

/// Not more items than memory is meant for.
pub(super) fn limit(body: &[u8]) -> Result<(), ResponseError> {
    let items = Tokenizer::new(body).take(VALUES_MAX + 1).count();
    if items > VALUES_MAX { Err(parsed::too_many()) } else { Ok(()) }
}

/// In the order of the model; of what it does not know nothing is kept.
pub(super) fn structure(
    field: Field<'_>,
    decoder: &mut Decoder<'_>,
    depth: u32,
) -> Result<Map<String, Value>, ResponseError> {
    if depth > DEPTH_MAX {
        return Err(malformed(field, "is nested too deep"));
    }
    if !is_map(decoder)? {
        return Err(malformed(field, "is not a map"));
    }
    let mut found = Map::new();
    let mut left = decoder.map()?;
    while more(decoder, &mut left)? {
        let name = text(decoder)?;
        match field.members().find(|member| member.wire_name() == name) {
            Some(member) => match value(member, decoder, depth + 1)? {
                Value::Null => {}
                value => drop(found.insert(member.model_name().to_owned(), value)),
            },
            None => decoder.skip()?,
        }
    }
    let mut members = Map::with_capacity(found.len());
    for member in field.members() {
        if let Some((name, value)) = found.remove_entry(member.model_name()) {
            members.insert(name, value);
        }
    }
    Ok(members)
}

fn value(field: Field<'_>, decoder: &mut Decoder<'_>, depth: u32) -> Result<Value, ResponseError> {
    if depth > DEPTH_MAX {
        return Err(malformed(field, "is nested too deep"));
    }
    if matches!(decoder.datatype()?, Type::Null | Type::Undefined) {
        decoder.skip()?;
        return Ok(Value::Null);
    }
    match &field.shape.kind {
        Kind::Structure(structure) if structure.document => any_item(decoder, depth),
        Kind::Structure(_) => structure(field, decoder, depth).map(Value::Object),
        Kind::List { member, .. } => {
            if !matches!(decoder.datatype()?, Type::Array | Type::ArrayIndef) {
                return Err(malformed(field, "is not a list"));
            }
            let (mut values, mut left) = (Vec::new(), decoder.array()?);
            while more(decoder, &mut left)? {
                values.push(value(field.of(member), decoder, depth + 1)?);
            }
            Ok(Value::Array(values))
        }
        Kind::Map { value: member, .. } => {
            if !is_map(decoder)? {
                return Err(malformed(field, "is not a map"));
            }
            let (mut entries, mut left) = (Map::new(), decoder.map()?);
            while more(decoder, &mut left)? {
                entries.insert(text(decoder)?, value(field.of(member), decoder, depth + 1)?);
            }
            Ok(Value::Object(entries))
        }
        Kind::Timestamp { .. } => {
            if decoder.datatype()? == Type::Tag && decoder.tag()?.as_u64() != EPOCH {
                return Err(malformed(field, "is not a time that is known"));
            }
            let seconds = any_item(decoder, depth)?.as_f64();
            parsed::moment(field, seconds.and_then(timestamp::from_seconds))
        }
        // Better shown as what it is than refused, as in JSON.
        _ => match any_item(decoder, depth)? {
            Value::Object(_) | Value::Array(_) => Err(malformed(field, "is neither text nor a number")),
            value => Ok(value),
        },
    }
}

/// A whole body, whatever it is.
pub(super) fn any(body: &[u8]) -> Result<Value, ResponseError> {
    limit(body)?;
    any_item(&mut Decoder::new(body), 0)
}

fn any_item(decoder: &mut Decoder<'_>, depth: u32) -> Result<Value, ResponseError> {
    if depth > DEPTH_MAX {
        return Err(ResponseError::Malformed("the body is nested too deep".to_owned()));
    }
    Ok(match decoder.datatype()? {
        Type::Bool => Value::Bool(decoder.bool()?),
        Type::String | Type::StringIndef => Value::from(text(decoder)?),
        Type::Bytes | Type::BytesIndef => {
            let mut bytes = Vec::new();
            for part in decoder.bytes_iter()? {
                bytes.extend_from_slice(part?);
            }
            Value::from(BASE64_STANDARD.encode(bytes))
        }
        Type::F16 => parsed::float(f64::from(decoder.f16()?)),
        Type::F32 => parsed::float(f64::from(decoder.f32()?)),
        Type::F64 => parsed::float(decoder.f64()?),
        Type::Null | Type::Undefined => {
            decoder.skip()?;
            Value::Null
        }
        Type::Tag => {
            decoder.tag()?;
            any_item(decoder, depth + 1)?
        }
        Type::Array | Type::ArrayIndef => {
            let (mut values, mut left) = (Vec::new(), decoder.array()?);
            while more(decoder, &mut left)? {
                values.push(any_item(decoder, depth + 1)?);
            }
            Value::Array(values)
        }
        Type::Map | Type::MapIndef => {
            let (mut members, mut left) = (Map::new(), decoder.map()?);
            while more(decoder, &mut left)? {
                members.insert(text(decoder)?, any_item(decoder, depth + 1)?);
            }
            Value::Object(members)
        }
        _ => {
            let whole = decoder.int()?;
            let whole = i64::try_from(whole).map(Value::from).or_else(|_| u64::try_from(whole).map(Value::from));
            whole.map_err(|_| ResponseError::Malformed("the body has a number greater than 64 bits".to_owned()))?
        }
    })
}

fn is_map(decoder: &Decoder<'_>) -> Result<bool, ResponseError> {
    Ok(matches!(decoder.datatype()?, Type::Map | Type::MapIndef))
}

fn text(decoder: &mut Decoder<'_>) -> Result<String, ResponseError> {
    let mut text = String::new();
    for part in decoder.str_iter()? {
        text.push_str(part?);
    }
    Ok(text)
}

/// Whether another item of a list or map follows. What has no length ends with a break.
fn more(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, ResponseError> {
    match left {
        Some(0) => Ok(false),
        Some(left) => {
            *left -= 1;
            Ok(true)
        }
        None if decoder.datatype()? == Type::Break => {
            decoder.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}
