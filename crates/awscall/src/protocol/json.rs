//! AWS JSON 1.0 and 1.1, and the JSON bodies that REST-JSON shares with them.
//! Source: <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::field::Field;
use super::given::{Given, Path, given};
use super::parsed::{self, malformed};
use super::{InputError, Request, Response, ResponseError, error, timestamp};
use crate::call::{Call, Input};
use crate::model::{Kind, TimestampFormat};

/// Beyond it a double that once was a whole number has lost digits.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

pub(super) fn request(call: &Call, input: &Input) -> Result<Request, InputError> {
    let body = match call.operation.input {
        Some(id) => members(Field::root(call.service, id), input, &Path::ROOT)?,
        None => Map::new(),
    };
    let target = match call.service.target_prefix {
        Some(prefix) => format!("{prefix}.{}", call.operation.name),
        None => call.operation.name.to_owned(),
    };
    let mut request = Request::post("/");
    request.header("Content-Type", format!("application/x-amz-json-{}", call.service.json_version));
    request.header("X-Amz-Target", target);
    request.body = Value::Object(body).to_string().into_bytes();
    Ok(request)
}

/// A structure's members by their names on the wire.
pub(super) fn members(field: Field<'_>, input: &Input, path: &Path<'_>) -> Result<Map<String, Value>, InputError> {
    let fields = super::given::members(field, input, path)?;
    written_members(&fields, path)
}

pub(super) fn written_members(
    fields: &[(Field<'_>, &Value)],
    path: &Path<'_>,
) -> Result<Map<String, Value>, InputError> {
    let mut members = Map::with_capacity(fields.len());
    for (field, value) in fields {
        members.insert(field.wire_name().to_owned(), written(*field, value, &path.name(field.model_name()))?);
    }
    Ok(members)
}

pub(super) fn written(field: Field<'_>, value: &Value, path: &Path<'_>) -> Result<Value, InputError> {
    Ok(match given(field, value, path)? {
        Given::Structure(fields) => Value::Object(written_members(&fields, path)?),
        Given::List { element, values } => {
            let values = values.iter().enumerate().map(|(at, value)| written(element, value, &path.place(at)));
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        Given::Map { value: element, entries, .. } => {
            let entries =
                entries.iter().map(|(key, value)| Ok((key.clone(), written(element, value, &path.name(key))?)));
            Value::Object(entries.collect::<Result<_, InputError>>()?)
        }
        Given::Document(value) => value.clone(),
        Given::Text(text) => Value::from(text),
        Given::Number(number) => Value::Number(number.clone()),
        Given::NotFinite(name, _) => Value::from(name),
        Given::Boolean(boolean) => Value::Bool(boolean),
        Given::Blob(bytes) => Value::from(BASE64_STANDARD.encode(bytes)),
        Given::Timestamp(moment) => match field.timestamp_format().unwrap_or(TimestampFormat::UnixTimestamp) {
            TimestampFormat::UnixTimestamp => Value::Number(timestamp::seconds(moment)),
            format => Value::from(timestamp::text(moment, format)),
        },
        Given::Null => Value::Null,
    })
}

pub(super) fn output(call: &Call, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    if !response.is_success() {
        return Err(service_error(call, response));
    }
    let Some(id) = call.operation.output else { return Ok(Map::new()) };
    structure(Field::root(call.service, id), body(&response.body)?)
}

/// No body is an object without members. The depth of a body is the parser's to limit: 128.
pub(super) fn body(bytes: &[u8]) -> Result<Value, ResponseError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    if values_of(bytes) > parsed::VALUES_MAX {
        return Err(parsed::too_many());
    }
    serde_json::from_slice(bytes).map_err(|error| ResponseError::Malformed(format!("the body is not JSON: {error}")))
}

/// How many values there are at most, without making them.
fn values_of(bytes: &[u8]) -> usize {
    let (mut values, mut in_text, mut escaped) = (1, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    values
}

/// In the order of the model, without those that are bound elsewhere.
pub(super) fn structure(field: Field<'_>, value: Value) -> Result<Map<String, Value>, ResponseError> {
    let Value::Object(mut given) = value else { return Err(malformed(field, "is not an object")) };
    let mut members = Map::new();
    for member in field.members().filter(|member| member.location().is_none()) {
        match given.remove(member.wire_name()) {
            None | Some(Value::Null) => {}
            Some(value) => {
                members.insert(member.model_name().to_owned(), read(member, value)?);
            }
        }
    }
    Ok(members)
}

/// A number stays as it was written: `1` of a double is no `1.0`.
pub(super) fn read(field: Field<'_>, value: Value) -> Result<Value, ResponseError> {
    if value.is_null() {
        return Ok(value);
    }
    match &field.shape.kind {
        Kind::Structure(structure) if structure.document => Ok(value),
        Kind::Structure(_) => structure(field, value).map(Value::Object),
        Kind::List { member, .. } => {
            let Value::Array(values) = value else { return Err(malformed(field, "is not a list")) };
            let element = field.of(member);
            values.into_iter().map(|value| read(element, value)).collect::<Result<_, _>>().map(Value::Array)
        }
        Kind::Map { value: member, .. } => {
            let Value::Object(entries) = value else { return Err(malformed(field, "is not an object")) };
            let element = field.of(member);
            let entries = entries.into_iter().map(|(key, value)| Ok((key, read(element, value)?)));
            entries.collect::<Result<_, ResponseError>>().map(Value::Object)
        }
        Kind::Timestamp { .. } => match &value {
            Value::String(text) => parsed::scalar(field, text),
            _ => parsed::moment(field, timestamp::given(&value)),
        },
        Kind::Blob { .. } => match value.as_str() {
            Some(text) => parsed::blob(field, text),
            None => Err(malformed(field, "is not base64")),
        },
        Kind::Integer | Kind::Long
            if value.as_f64().is_some_and(|number| number.abs() >= EXACT_MAX) && value.is_f64() =>
        {
            Err(malformed(field, "is greater than 64 bits"))
        }
        // Services answer with text for numbers, and the other way round: better shown than refused.
        _ if value.is_object() || value.is_array() => Err(malformed(field, "is neither text nor a number")),
        _ => Ok(value),
    }
}

/// The code stands in a header or in the body, under three names.
/// Source: <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>
pub(super) fn service_error(call: &Call, response: &Response) -> ResponseError {
    let Some(Value::Object(body)) = error::is_protocols(response).then(|| body(&response.body).ok()).flatten() else {
        return error::without_body(call, response);
    };
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let code = response.header_value("x-amzn-errortype").or(text("__type")).or(text("code")).or(text("Code"));
    let message = text("message").or(text("Message")).or(text("errorMessage"));
    let named = error::Named { code: code.map(error::bare), message, request_id: None };
    error::service_error(call, response, &named, |shape| structure(shape, Value::Object(body.clone())))
}
