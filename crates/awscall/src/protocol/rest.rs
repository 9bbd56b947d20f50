//! What REST-JSON and REST-XML have in common: members in the path, the query, the headers and the status; and a body.
//! Source: <https://smithy.io/2.0/spec/http-bindings.html>

mod bindings;
mod bound;

use serde_json::{Map, Value};

use self::bindings::Bindings;
use super::field::Field;
use super::given::{self, Given, Path, given};
use super::{InputError, Request, Response, ResponseError, error, json, parsed, xml, xml_out};
use crate::call::{Call, Input};
use crate::model::{Kind, Location, Operation, Protocol, Service};

pub(super) fn request(call: &Call, input: &Input) -> Result<Request, InputError> {
    let mut bindings = Bindings::of(path_of(call.service, call.operation));
    let Some(id) = call.operation.input else { return bindings.request(call.operation.method) };
    let root = Field::root(call.service, id);
    let mut in_body = Vec::new();
    for (field, value) in given::members(root, input, &Path::ROOT)? {
        if !bindings.bind(field, value)? {
            in_body.push((field, value));
        }
    }
    let mut request = bindings.request(call.operation.method)?;
    let body = match root.payload() {
        Some(payload) => {
            let given = in_body.iter().find(|(field, _)| field.model_name() == payload.model_name());
            payload_body(call, payload, given.map(|(_, value)| *value))?
        }
        None => members_body(call, root, &in_body)?,
    };
    if let Some((content_type, bytes)) = body {
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request.header("Content-Type", content_type);
        }
        request.body = bytes;
    }
    Ok(request)
}

/// S3's bucket is put into the endpoint, host or path, by the service's rule set; the model's path has it a second time.
fn path_of(service: &Service, operation: &Operation) -> &'static str {
    match operation.path.strip_prefix("/{Bucket}") {
        Some(rest) if service.name == "s3api" => rest,
        _ => operation.path,
    }
}

/// With the type of what it is.
type Body = Option<(&'static str, Vec<u8>)>;

fn structured(call: &Call) -> &'static str {
    if call.service.protocol == Protocol::RestXml { "application/xml" } else { "application/json" }
}

fn members_body(call: &Call, root: Field<'_>, fields: &[(Field<'_>, &Value)]) -> Result<Body, InputError> {
    let bytes = if call.service.protocol == Protocol::RestXml {
        if fields.is_empty() {
            return Ok(None);
        }
        let name = root.shape.location_name.unwrap_or(root.shape.name);
        xml_out::root(name, call.operation.input_namespace.as_ref(), root, fields)?
    } else {
        // Without a member that could be in it there is no body; without one that is, an empty one.
        if root.members().all(|member| member.location().is_some()) {
            return Ok(None);
        }
        Value::Object(json::written_members(fields, &Path::ROOT)?).to_string().into_bytes()
    };
    Ok(Some((structured(call), bytes)))
}

fn payload_body(call: &Call, payload: Field<'_>, value: Option<&Value>) -> Result<Body, InputError> {
    let path = Path::ROOT;
    let path = path.name(payload.model_name());
    let Some(value) = value else {
        let is_object = payload.structure().is_some_and(|structure| !structure.union && !structure.document);
        let empty = is_object && call.service.protocol == Protocol::RestJson;
        return Ok(empty.then(|| (structured(call), b"{}".to_vec())));
    };
    Ok(match given(payload, value, &path)? {
        Given::Blob(bytes) => Some(("application/octet-stream", bytes)),
        Given::Text(text) => Some(("text/plain", text.as_bytes().to_vec())),
        Given::Null => None,
        _ if call.service.protocol == Protocol::RestXml => {
            let shape = payload.shape;
            let name = payload.said_name().or(shape.location_name).unwrap_or(shape.name);
            Some((structured(call), xml_out::payload(name, payload, value, &path)?))
        }
        _ => Some((structured(call), json::written(payload, value, &path)?.to_string().into_bytes())),
    })
}

pub(super) fn output(call: &Call, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    if !response.is_success() {
        return Err(service_error(call, response));
    }
    let Some(id) = call.operation.output else { return Ok(Map::new()) };
    members(call, Field::root(call.service, id), response)
}

fn service_error(call: &Call, response: &Response) -> ResponseError {
    // Members of errors are bound to headers too.
    let with_bound = |error: ResponseError| error::with_bound(call, error, |shape| bound::members(shape, response));
    match call.service.protocol {
        Protocol::RestXml => with_bound(xml::service_error(call, response)),
        _ => with_bound(json::service_error(call, response)),
    }
}

fn members(call: &Call, root: Field<'_>, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    let mut members = bound::members(root, response)?;
    match root.payload() {
        Some(payload) => {
            if let Some(value) = payload_read(call, payload, response)? {
                members.insert(payload.model_name().to_owned(), value);
            }
        }
        None if call.service.protocol == Protocol::RestXml => {
            // A body that nobody reads may be anything.
            if root.members().any(|member| !is_bound(member)) {
                members.extend(xml_members(call, root, response)?);
            }
        }
        None => members.extend(json::structure(root, json::body(&response.body)?)?),
    }
    Ok(members)
}

fn is_bound(member: Field<'_>) -> bool {
    matches!(member.location(), Some(Location::Header | Location::Headers | Location::StatusCode))
}

fn payload_read(call: &Call, payload: Field<'_>, response: &Response) -> Result<Option<Value>, ResponseError> {
    let empty = response.body.is_empty();
    Ok(match &payload.shape.kind {
        // What streams is there, be it empty.
        Kind::Blob { streaming } if !empty || *streaming || payload.member.is_some_and(|member| member.streaming) => {
            Some(bound::base64(&response.body))
        }
        Kind::String { .. } if !empty => Some(Value::from(parsed::utf8(&response.body)?)),
        _ if empty => None,
        _ if call.service.protocol == Protocol::RestXml => Some(Value::Object(xml_members(call, payload, response)?)),
        _ => match json::read(payload, json::body(&response.body)?)? {
            Value::Null => None,
            value => Some(value),
        },
    })
}

/// S3 answers 200 before it knows how a copy ends, and says in the body that it failed.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
fn xml_members(call: &Call, field: Field<'_>, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    if response.body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    let document = xml::Document::parse(parsed::utf8(&response.body)?)?;
    let root = document.root();
    if root.tag_name().name() == "Error" && xml::child(root, "Code").is_some() {
        // As the SDKs do: another try may succeed, as after any 500.
        return Err(xml::service_error(call, &Response { status: 500, ..response.clone() }));
    }
    // The model has a member inside of the root, and S3 answers with the member as the root; no text is us-east-1.
    // Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>
    if call.operation.name == "GetBucketLocation" && root.tag_name().name() == "LocationConstraint" {
        let region = xml::text(root);
        let region = if region.is_empty() { Value::Null } else { Value::from(region) };
        return Ok(Map::from_iter([("LocationConstraint".to_owned(), region)]));
    }
    xml::structure(field, root, 0)
}
