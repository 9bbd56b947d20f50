//! What services want and answer beyond what their models say. botocore does the same in handlers of its own, so that this is what
//! the AWS CLI shows.
//! Source: `botocore/handlers.py`, `BUILTIN_HANDLERS`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::field::Field;
use super::{Request, Response, percent};
use crate::call::{Call, Input};
use crate::model::Kind;

/// Lists of S3 whose keys come encoded if asked: XML cannot carry every key.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html#API_ListObjectsV2_RequestSyntax>
const LISTS_OF_KEYS: [&str; 3] = ["ListObjects", "ListObjectsV2", "ListObjectVersions"];
/// What is encoded in their answers; of the lists, in each element.
const ENCODED: [&str; 8] =
    ["Delimiter", "Prefix", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker", "StartAfter", "Key"];
const LISTS_WITH_ENCODED: [&str; 4] = ["Contents", "CommonPrefixes", "Versions", "DeleteMarkers"];
/// `/hostedzone/Z1` of an answer is `Z1` in the next request.
const ROUTE_53_IDS: [&str; 3] = ["ResourceId", "DelegationSetId", "ChangeId"];

/// Before it is written.
pub(super) fn complete(call: &Call, input: &mut Input) {
    match (call.service.name, call.operation.name) {
        ("s3api", name) if LISTS_OF_KEYS.contains(&name) => {
            input.entry("EncodingType").or_insert_with(|| Value::from("url"));
        }
        ("s3api", "CopyObject" | "UploadPartCopy") => rewrite(input, "CopySource", copy_source),
        // The API takes text in base64, and the model calls that text.
        ("ec2", "RunInstances") | ("autoscaling", "CreateLaunchConfiguration") => {
            rewrite(input, "UserData", |text| BASE64_STANDARD.encode(text));
        }
        // The account of the credentials.
        ("glacier", _) => {
            input.entry("accountId").or_insert_with(|| Value::from("-"));
        }
        ("route53", _) => {
            for member in call.service.input(call.operation) {
                if ROUTE_53_IDS.contains(&call.service.shape(member.shape).name) {
                    let last = |id: &str| id.rsplit_once('/').map_or(id, |(_, last)| last).to_owned();
                    rewrite(input, member.name, last);
                }
            }
        }
        _ => {}
    }
}

fn rewrite(input: &mut Input, name: &str, by: impl Fn(&str) -> String) {
    if let Some(value) = input.get_mut(name)
        && let Some(text) = value.as_str()
    {
        *value = Value::from(by(text));
    }
}

/// `bucket/key?versionId=id`, with the key encoded: it goes through a header.
fn copy_source(source: &str) -> String {
    let (path, version) = source.rsplit_once("?versionId=").map_or((source, None), |(path, id)| (path, Some(id)));
    let path = percent::but_slashes(path);
    version.map_or_else(|| path.clone(), |version| format!("{path}?versionId={version}"))
}

/// After it was written.
pub(super) fn add_headers(call: &Call, request: &mut Request) {
    match call.service.name {
        // Without it, API Gateway answers in another format than its model's.
        "apigateway" => request.header("Accept", "application/json"),
        "glacier" => request.header("x-amz-glacier-version", call.service.api_version),
        _ => {}
    }
}

/// What is text inside of text, for whoever reads it.
pub(super) fn unwrap(call: &Call, response: &Response, output: &mut Map<String, Value>) {
    match (call.service.name, call.operation.name) {
        ("iam", _) => {
            if let Some(id) = call.operation.output {
                unwrap_policies(Field::root(call.service, id), output);
            }
        }
        ("cloudformation", "GetTemplate") => reread(output, "TemplateBody", |text| serde_json::from_str(text).ok()),
        ("ec2", "GetConsoleOutput") => reread(output, "Output", |text| {
            let bytes = BASE64_STANDARD.decode(text).ok()?;
            Some(Value::from(String::from_utf8_lossy(&bytes)))
        }),
        ("s3api", name) if LISTS_OF_KEYS.contains(&name) => {
            let asked = call.input.get("EncodingType").is_some_and(|asked| !asked.is_null());
            if !asked && output.get("EncodingType").is_some_and(|said| said == "url") {
                decode_keys(output);
                for name in LISTS_WITH_ENCODED {
                    let elements = output.get_mut(name).and_then(Value::as_array_mut);
                    elements.into_iter().flatten().filter_map(Value::as_object_mut).for_each(decode_keys);
                }
            }
        }
        // Whoever stores an object says when it expires, in any words.
        ("s3api", _) if output.contains_key("Expires") => {
            if let Some(said) = response.header_value("expires") {
                output.insert("ExpiresString".to_owned(), Value::from(said));
            }
        }
        _ => {}
    }
}

fn reread(members: &mut Map<String, Value>, name: &str, by: impl Fn(&str) -> Option<Value>) {
    if let Some(value) = members.get_mut(name)
        && let Some(read) = value.as_str().and_then(by)
    {
        *value = read;
    }
}

fn decode_keys(members: &mut Map<String, Value>) {
    for name in ENCODED {
        // S3 writes a space as `+`.
        reread(members, name, |text| {
            let spaced = text.replace('+', " ");
            Some(Value::from(percent_decode_str(&spaced).decode_utf8_lossy()))
        });
    }
}

/// IAM's documents are JSON, percent-encoded, in text: they become JSON. As deep as what was read, which has a limit.
fn unwrap_policies(field: Field<'_>, members: &mut Map<String, Value>) {
    for member in field.members() {
        match &member.shape.kind {
            Kind::String { .. } if member.shape.name == "policyDocumentType" => {
                reread(members, member.model_name(), |text| {
                    let text = percent_decode_str(text).decode_utf8().ok()?;
                    serde_json::from_str(&text).ok()
                });
            }
            Kind::Structure(_) => {
                if let Some(inner) = members.get_mut(member.model_name()).and_then(Value::as_object_mut) {
                    unwrap_policies(member, inner);
                }
            }
            Kind::List { member: element, .. } => {
                let element = member.of(element);
                let values = members.get_mut(member.model_name()).and_then(Value::as_array_mut);
                for inner in values.into_iter().flatten().filter_map(Value::as_object_mut) {
                    unwrap_policies(element, inner);
                }
            }
            _ => {}
        }
    }
}
