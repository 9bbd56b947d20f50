//! Requests and answers, over every operation of the pack and against whoever means harm. What each protocol's cases want stands in
//! botocore's, which `cargo xtask conformance protocols` runs.

// `cfg(test)` holds for the whole binary; clippy looks for the attribute to know that a panic is a verdict here.
#[cfg(test)]
mod answers;
#[cfg(test)]
mod every_operation;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod requests;

#[cfg(test)]
use std::sync::OnceLock;

#[cfg(test)]
use awscall::call::Call;
#[cfg(test)]
use awscall::catalog::catalog;
#[cfg(test)]
use awscall::model::{Protocol, Service};
#[cfg(test)]
use awscall::protocol::{self, InputError, Request, Response, ResponseError, ServiceError};
#[cfg(test)]
use serde_json::{Map, Value};

/// `DynamoDB`, as if it spoke Smithy RPC v2: what does in the pack speaks JSON too, and is spoken to in JSON.
#[cfg(test)]
const IN_CBOR: &str = "dynamodb in CBOR";

#[cfg(test)]
fn in_cbor() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    let service = || Service { protocol: Protocol::Cbor, ..catalog().service("dynamodb").unwrap().clone() };
    SERVICE.get_or_init(service)
}

#[cfg(test)]
fn call(service: &str, operation: &str, input: Value) -> Call {
    let Value::Object(input) = input else { panic!("an input is an object") };
    if service == IN_CBOR {
        return Call { service: in_cbor(), operation: in_cbor().operation(operation).unwrap(), input };
    }
    Call::of(service, operation, input).unwrap_or_else(|| panic!("{service} {operation}"))
}

#[cfg(test)]
fn request(service: &str, operation: &str, input: Value) -> Result<Request, InputError> {
    protocol::request(&call(service, operation, input), &mut || "made-up".to_owned())
}

#[cfg(test)]
fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

#[cfg(test)]
fn response(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.to_vec() }
}

#[cfg(test)]
fn answered(service: &str, operation: &str, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    protocol::output(&call(service, operation, Value::Object(Map::new())), response)
}

#[cfg(test)]
fn refused(service: &str, operation: &str, response: &Response) -> ServiceError {
    match answered(service, operation, response) {
        Err(ResponseError::Service(error)) => *error,
        other => panic!("{other:?}"),
    }
}
