//! Smithy RPC v2 with CBOR.
//! Source: <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>

mod read;
mod write;

use minicbor::Decoder;
use serde_json::{Map, Value};

use super::field::Field;
use super::given::{self, Path};
use super::{InputError, Request, Response, ResponseError, error};
use crate::call::{Call, Input};

const MEDIA_TYPE: &str = "application/cbor";

pub(super) fn request(call: &Call, input: &Input) -> Result<Request, InputError> {
    let service = call.service.target_prefix.unwrap_or(call.service.id);
    let mut request = Request::post(&format!("/service/{service}/operation/{}", call.operation.name));
    request.header("smithy-protocol", "rpc-v2-cbor");
    request.header("Accept", MEDIA_TYPE);
    // Who takes nothing gets nothing, not even an empty map.
    if let Some(id) = call.operation.input {
        let fields = given::members(Field::root(call.service, id), input, &Path::ROOT)?;
        request.header("Content-Type", MEDIA_TYPE);
        request.body = write::body(&fields)?;
    }
    Ok(request)
}

pub(super) fn output(call: &Call, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    if !response.is_success() {
        return Err(service_error(call, response));
    }
    let Some(id) = call.operation.output else { return Ok(Map::new()) };
    members(Field::root(call.service, id), &response.body)
}

fn members(field: Field<'_>, body: &[u8]) -> Result<Map<String, Value>, ResponseError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    read::limit(body)?;
    read::structure(field, &mut Decoder::new(body), 0)
}

fn service_error(call: &Call, response: &Response) -> ResponseError {
    let body = if response.header_value("smithy-protocol").is_some() { read::any(&response.body).ok() } else { None };
    let Some(Value::Object(body)) = body else { return error::without_body(call, response) };
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let named = error::Named {
        code: text("__type").map(error::bare),
        message: text("message").or(text("Message")),
        request_id: None,
    };
    error::service_error(call, response, &named, |shape| members(shape, &response.body))
}
