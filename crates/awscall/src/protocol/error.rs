//! AWS's no: what is common to the errors of all protocols.

use serde_json::{Map, Value};

use super::field::Field;
use super::{Response, ResponseError, ServiceError, parsed};
use crate::call::Call;
use crate::model::{ErrorTraits, Kind, Service, Shape, ShapeId};

/// Of what is no protocol's error and still said: a page of a proxy is cut there.
const PAGE_CHARACTERS_MAX: usize = 500;
/// The longest that AWS sends are denials with an encoded message to be decoded, of 2 to 3 KB; they are whole or worth nothing.
const MESSAGE_CHARACTERS_MAX: usize = 16 * 1024;
/// Of what names something: a code, an id.
const NAME_CHARACTERS_MAX: usize = 256;
const REQUEST_ID_HEADERS: [&str; 3] = ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"];

/// What an error's body calls it.
#[derive(Debug, Default)]
pub(super) struct Named<'a> {
    pub code: Option<&'a str>,
    pub message: Option<&'a str>,
    pub request_id: Option<&'a str>,
}

/// `aws.api#Foo:http://internal/` is `Foo`.
pub(super) fn bare(code: &str) -> &str {
    let code = code.split_once(':').map_or(code, |(code, _)| code);
    code.rsplit_once('#').map_or(code, |(_, code)| code)
}

/// A load balancer's page, or nothing at all, is nobody's protocol.
pub(super) fn is_protocols(response: &Response) -> bool {
    let body = response.body.trim_ascii();
    let page = body.get(..6).is_some_and(|begin| begin.eq_ignore_ascii_case(b"<html>"))
        || body.get(..9).is_some_and(|begin| begin.eq_ignore_ascii_case(b"<!doctype"));
    !page
}

/// `members` reads what else the error's shape has.
pub(super) fn service_error<'a>(
    call: &'a Call,
    response: &Response,
    named: &Named<'_>,
    members: impl FnOnce(Field<'a>) -> Result<Map<String, Value>, ResponseError>,
) -> ResponseError {
    let modelled = named.code.and_then(|code| shape_of(call, code));
    let fields = modelled.map(|(shape, _)| Field { service: call.service, member: None, shape });
    // A member that cannot be read must not hide that AWS said no.
    let mut fields = fields.and_then(|field| members(field).ok()).unwrap_or_default();
    fields.retain(|name, _| !name.eq_ignore_ascii_case("message"));
    // Services that once spoke the query protocol say the code of then: it is what people and scripts know.
    // Source: <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait>
    let of_query = response.header_value("x-amzn-query-error").filter(|_| call.service.query_compatible);
    let of_query = of_query.and_then(|header| header.split(';').next()).filter(|code| !code.is_empty());
    let in_header = REQUEST_ID_HEADERS.iter().find_map(|name| response.header_value(name));
    let traits = modelled.map(|(_, traits)| traits);
    let message = match named.code {
        Some(_) => named.message.unwrap_or_default(),
        None => named.message.unwrap_or_else(|| reason(response.status)),
    };
    ResponseError::Service(Box::new(ServiceError {
        code: of_query
            .or(named.code)
            .map_or_else(|| response.status.to_string(), |code| cut(code, NAME_CHARACTERS_MAX)),
        message: cut(message, MESSAGE_CHARACTERS_MAX),
        status: response.status,
        request_id: in_header.or(named.request_id).map(|id| cut(id, NAME_CHARACTERS_MAX)),
        fields,
        retryable: traits.is_some_and(|traits| traits.retryable),
        throttling: traits.is_some_and(|traits| traits.throttling),
    }))
}

fn cut(text: &str, characters_max: usize) -> String {
    text.chars().take(characters_max).collect()
}

/// With the members of the error's shape that `members` reads outside of the body.
pub(super) fn with_bound<'a>(
    call: &'a Call,
    error: ResponseError,
    members: impl FnOnce(Field<'a>) -> Result<Map<String, Value>, ResponseError>,
) -> ResponseError {
    let ResponseError::Service(mut error) = error else { return error };
    let shape = shape_of(call, &error.code).map(|(shape, _)| Field { service: call.service, member: None, shape });
    error.fields.extend(shape.and_then(|field| members(field).ok()).unwrap_or_default());
    ResponseError::Service(error)
}

/// The status, a header's code, and the beginning of text that is nobody's protocol.
pub(super) fn without_body(call: &Call, response: &Response) -> ResponseError {
    let page: String = match parsed::utf8(&response.body) {
        Ok(text) if is_protocols(response) => text.trim().chars().take(PAGE_CHARACTERS_MAX).collect(),
        _ => String::new(),
    };
    let named = Named {
        code: response.header_value("x-amzn-errortype").map(bare),
        message: Some(page.as_str()).filter(|page| !page.is_empty()),
        request_id: None,
    };
    service_error(call, response, &named, |_| Ok(Map::new()))
}

/// Among those that the operation names, then among all of the service: not every model lists all that is answered.
fn shape_of<'a>(call: &'a Call, code: &str) -> Option<(&'a Shape, &'a ErrorTraits)> {
    let named = |shape: &'a Shape| {
        traits(shape).filter(|traits| shape.name == code || traits.code == Some(code)).map(|traits| (shape, traits))
    };
    let service: &'a Service = call.service;
    let own = call.operation.errors.iter().find_map(|id: &ShapeId| named(service.shape(*id)));
    own.or_else(|| service.shapes.iter().find_map(named))
}

fn traits(shape: &Shape) -> Option<&ErrorTraits> {
    match &shape.kind {
        Kind::Structure(structure) => structure.error.as_ref(),
        _ => None,
    }
}

/// What a status that came alone means.
/// Source: RFC 9110, section 15.
fn reason(status: u16) -> &'static str {
    match status {
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
