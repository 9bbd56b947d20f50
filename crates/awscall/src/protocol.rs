//! Requests and answers, in each of AWS's protocols.

use serde_json::{Map, Value};

use crate::call::Call;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// `random` makes idempotency tokens.
pub fn request(call: &Call, random: &mut dyn FnMut() -> String) -> Result<Request, InputError> {
    let _ = random;
    Err(InputError(format!("{} is not spoken yet", call.service.name)))
}

/// By member names; blobs as base64, timestamps as ISO 8601 with an offset, `2026-11-23T10:00:00+00:00`.
pub fn output(call: &Call, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    let _ = response;
    Err(ResponseError::Malformed(format!("{} is not spoken yet", call.service.name)))
}
