//! A case of output: what `awscall` reads out of an answer, against what the case wants it to mean.

use awscall::call::Call;
use awscall::model::{Kind, Protocol, ShapeId};
use awscall::protocol::{self, Response, ResponseError, ServiceError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::compare::{self, difference};
use super::values;

pub fn check(call: &Call, case: &Value) -> Result<(), String> {
    let response = response(call, case.get("response").ok_or("  the case answers nothing")?);
    let read = protocol::output(call, &response);
    if case.get("error").is_some() || case.get("errorCode").is_some() {
        return match read {
            Err(ResponseError::Service(error)) => check_error(call, case, &error),
            Err(error) => Err(difference("error", error, "the service's")),
            Ok(output) => Err(difference("error", Value::Object(output), "the service's")),
        };
    }
    let output = read.map_err(|error| format!("  {error}"))?;
    let wanted = case.get("result").cloned().unwrap_or(Value::Object(Map::new()));
    let ours = Value::Object(output);
    let ours = call.operation.output.map_or_else(|| ours.clone(), |id| values::answered(call.service, id, &ours));
    if compare::same(&ours, &wanted) { Ok(()) } else { Err(difference("output", ours, wanted)) }
}

fn response(call: &Call, given: &Value) -> Response {
    let body = given.get("body").and_then(Value::as_str).unwrap_or_default();
    let headers = given.get("headers").and_then(Value::as_object).into_iter().flatten();
    Response {
        status: given.get("status_code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
        headers: headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect(),
        body: match call.service.protocol {
            Protocol::Cbor => BASE64_STANDARD.decode(body).unwrap_or_default(),
            _ => body.as_bytes().to_vec(),
        },
    }
}

fn check_error(call: &Call, case: &Value, error: &ServiceError) -> Result<(), String> {
    let text = |name: &str| case.get(name).and_then(Value::as_str);
    if let Some(code) = text("errorCode")
        && code != error.code
    {
        return Err(difference("code", &error.code, code));
    }
    if let Some(message) = text("errorMessage")
        && message != error.message
    {
        return Err(difference("message", &error.message, message));
    }
    let mut wanted = case.get("error").and_then(Value::as_object).cloned().unwrap_or_default();
    wanted.retain(|name, _| !name.eq_ignore_ascii_case("message"));
    let ours = Value::Object(error.fields.clone());
    let ours = shape_of(call, &error.code).map_or_else(|| ours.clone(), |id| values::answered(call.service, id, &ours));
    let wanted = Value::Object(wanted);
    if compare::same(&ours, &wanted) { Ok(()) } else { Err(difference("error's members", ours, wanted)) }
}

fn shape_of(call: &Call, code: &str) -> Option<ShapeId> {
    call.operation.errors.iter().copied().find(|id| {
        let shape = call.service.shape(*id);
        let said = match &shape.kind {
            Kind::Structure(structure) => structure.error.as_ref().and_then(|error| error.code),
            _ => None,
        };
        shape.name == code || said == Some(code)
    })
}
