//! Requests and answers, in each of AWS's protocols.
//!
//! Called by the server's `outbound/aws`, which signs and sends; by the conformance step with botocore's own cases. Nothing here
//! believes an input or an answer: names, depths and numbers are checked against the model.

mod cbor;
mod error;
mod field;
mod given;
mod json;
mod parsed;
mod query;
mod rest;
mod timestamp;
mod xml;
mod xml_out;

use serde_json::{Map, Value};

use crate::call::{Call, Input};
use crate::endpoint::is_valid_host_label;
use crate::model::Protocol;

/// A request before its endpoint and its signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: &'static str,
    /// Percent-encoded, with its labels filled in: `/2015-03-31/functions/`.
    pub path: String,
    /// Not encoded.
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What the model puts before the endpoint's host, filled in: `data-`.
    pub host_prefix: Option<String>,
}

/// An answer, whole: its size was bounded by whoever read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What cannot be sent, in words for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InputError(pub String);

/// Why there is no output.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ResponseError {
    #[error("{0}")]
    Service(Box<ServiceError>),
    /// It is not what the model says; in words for the log.
    #[error("the answer cannot be read: {0}")]
    Malformed(String),
}

/// AWS said no.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ServiceError {
    /// `ResourceNotFoundException`.
    pub code: String,
    pub message: String,
    pub status: u16,
    pub request_id: Option<String>,
    /// The other members that its shape has.
    pub fields: Map<String, Value>,
    /// The model says that another try may succeed.
    pub retryable: bool,
    pub throttling: bool,
}

/// No value of it: what is given may be a secret.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({} with {} bytes)", self.method, self.body.len())
    }
}

impl Request {
    fn post(path: &str) -> Self {
        Self {
            method: "POST",
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            host_prefix: None,
        }
    }

    fn header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }
}

/// As of a request.
impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Response({} with {} bytes)", self.status, self.body.len())
    }
}

impl Response {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// `random` makes idempotency tokens.
pub fn request(call: &Call, random: &mut dyn FnMut() -> String) -> Result<Request, InputError> {
    let mut input = call.input.clone();
    add_tokens(call, &mut input, random);
    let mut request = match call.service.protocol {
        Protocol::Json => json::request(call, &input),
        Protocol::Query | Protocol::Ec2 => query::request(call, &input),
        Protocol::RestJson | Protocol::RestXml => rest::request(call, &input),
        Protocol::Cbor => cbor::request(call, &input),
    }?;
    if call.service.query_compatible && matches!(call.service.protocol, Protocol::Json | Protocol::Cbor) {
        request.header("x-amzn-query-mode", "true");
    }
    request.host_prefix = host_prefix(call, &input)?;
    Ok(request)
}

/// By member names; blobs as base64, timestamps as ISO 8601 with an offset, `2026-11-23T10:00:00+00:00`.
pub fn output(call: &Call, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    match call.service.protocol {
        Protocol::Json => json::output(call, response),
        Protocol::Query | Protocol::Ec2 => query::output(call, response),
        Protocol::RestJson | Protocol::RestXml => rest::output(call, response),
        Protocol::Cbor => cbor::output(call, response),
    }
}

/// For each member that wants a token and was not given one.
fn add_tokens(call: &Call, input: &mut Input, random: &mut dyn FnMut() -> String) {
    for member in call.service.input(call.operation).iter().filter(|member| member.idempotency_token) {
        if input.get(member.name).is_none_or(Value::is_null) {
            input.insert(member.name.to_owned(), Value::from(random()));
        }
    }
}

/// What the model puts before the host, with the members that it names. A label is one label: a dot would be another host.
fn host_prefix(call: &Call, input: &Input) -> Result<Option<String>, InputError> {
    let Some(template) = call.operation.host_prefix else { return Ok(None) };
    // The rule set of S3 Control puts the account there itself.
    if call.service.name == "s3control" && template == "{AccountId}." {
        return Ok(None);
    }
    let mut prefix = template.to_owned();
    for member in call.service.input(call.operation).iter().filter(|member| member.host_label) {
        let label = input.get(member.name).and_then(Value::as_str).unwrap_or_default();
        // Source: RFC 1123, section 2.1.
        if !is_valid_host_label(label, false) {
            let name = member.name;
            return Err(InputError(format!("`{name}` is part of a host name: letters, digits and hyphens, 1 to 63")));
        }
        prefix = prefix.replace(&format!("{{{}}}", member.name), label);
    }
    Ok(Some(prefix))
}
