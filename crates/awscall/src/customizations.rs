//! What AWS's tools do to some operations beyond their models: an input written as its service takes it, an output as people
//! read it. The server's `outbound/aws` applies it around each call, so that an answer here is the answer of the AWS CLI.
//!
//! Source: `botocore/handlers.py` (`BUILTIN_HANDLERS`). Not done: presigned copies (EC2's `CopySnapshot`), customers' own keys of
//! S3, Glacier's tree hashes; each needs more than this call.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::call::{Call, Input};
use crate::model::{Kind, ShapeId};
use crate::percent;

const ENCODING_TYPE: &str = "EncodingType";
/// Shapes within shapes: IAM's outputs have five at most.
const DEPTH_MAX: usize = 16;

/// The call as its service takes it.
pub fn before(call: &Call) -> Cow<'_, Call> {
    let mut changed = Input::new();
    match (call.service.name, call.operation.name) {
        ("s3api", "ListObjects" | "ListObjectsV2" | "ListObjectVersions")
            if !call.input.contains_key(ENCODING_TYPE) =>
        {
            // A key may hold what XML cannot.
            changed.insert(ENCODING_TYPE.to_owned(), "url".into());
        }
        ("s3api", "CopyObject" | "UploadPartCopy") => replace(call, "CopySource", &mut changed, copy_source),
        ("ec2", "RunInstances") | ("autoscaling", "CreateLaunchConfiguration") => {
            replace(call, "UserData", &mut changed, |text| STANDARD.encode(text));
        }
        ("route53", _) => {
            for member in call.service.input(call.operation) {
                let shape = call.service.shape(member.shape).name;
                if matches!(shape, "ResourceId" | "DelegationSetId" | "ChangeId") {
                    replace(call, member.name, &mut changed, |id| id.rsplit('/').next().unwrap_or(id).to_owned());
                }
            }
        }
        _ => {}
    }
    if changed.is_empty() {
        return Cow::Borrowed(call);
    }
    let mut input = call.input.clone();
    input.extend(changed);
    Cow::Owned(Call { input, ..call.clone() })
}

/// Headers that the model does not have.
pub fn headers(call: &Call) -> Option<(&'static str, &'static str)> {
    match call.service.name {
        "apigateway" => Some(("Accept", "application/json")),
        "glacier" => Some(("x-amz-glacier-version", call.service.api_version)),
        _ => None,
    }
}

/// The output as people read it. `asked` is the call as it was before [`before`].
pub fn after(asked: &Call, output: &mut Map<String, Value>) {
    match (asked.service.name, asked.operation.name) {
        ("iam", _) => {
            if let Some(shape) = asked.operation.output {
                policies(asked, shape, output, 0);
            }
        }
        ("ec2", "GetConsoleOutput") => change(output, "Output", |text| {
            let bytes = STANDARD.decode(text.trim()).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned().into())
        }),
        ("cloudformation", "GetTemplate") => change(output, "TemplateBody", |text| serde_json::from_str(text).ok()),
        ("s3api", "ListObjects") => keys(asked, output, &["Delimiter", "Marker", "NextMarker"], &["Contents"]),
        ("s3api", "ListObjectsV2") => keys(asked, output, &["Delimiter", "Prefix", "StartAfter"], &["Contents"]),
        ("s3api", "ListObjectVersions") => {
            let top = ["KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"];
            keys(asked, output, &top, &["Versions", "DeleteMarkers"]);
        }
        _ => {}
    }
}

fn replace(call: &Call, member: &str, changed: &mut Input, how: impl FnOnce(&str) -> String) {
    if let Some(text) = call.input.get(member).and_then(Value::as_str) {
        changed.insert(member.to_owned(), how(text).into());
    }
}

fn change(output: &mut Map<String, Value>, member: &str, how: impl FnOnce(&str) -> Option<Value>) {
    let changed = output.get(member).and_then(Value::as_str).and_then(how);
    if let (Some(changed), Some(value)) = (changed, output.get_mut(member)) {
        *value = changed;
    }
}

/// `bucket/a key?versionId=v`: the version stays as it is.
fn copy_source(source: &str) -> String {
    let (name, version) = match source.find("?versionId=") {
        Some(at) => source.split_at(at),
        None => (source, ""),
    };
    format!("{}{version}", percent::but_slashes(name))
}

/// IAM gives its policies as JSON, percent-encoded.
fn policies(call: &Call, shape: ShapeId, output: &mut Map<String, Value>, depth: usize) {
    for member in call.service.members(shape) {
        let Some(value) = output.get_mut(member.name) else { continue };
        policies_of(call, member.shape, value, depth);
    }
}

fn policies_of(call: &Call, id: ShapeId, value: &mut Value, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    let shape = call.service.shape(id);
    match (&shape.kind, value) {
        (Kind::String { .. }, value) if shape.name == "policyDocumentType" => {
            let document = value.as_str().and_then(|text| percent_decode_str(text).decode_utf8().ok());
            if let Some(document) = document.and_then(|text| serde_json::from_str(&text).ok()) {
                *value = document;
            }
        }
        (Kind::Structure(_), Value::Object(members)) => policies(call, id, members, depth + 1),
        (Kind::List { member, .. }, Value::Array(items)) => {
            for item in items {
                policies_of(call, member.shape, item, depth + 1);
            }
        }
        _ => {}
    }
}

/// Undoes the encoding that [`before`] asked for.
fn keys(asked: &Call, output: &mut Map<String, Value>, top: &[&str], lists: &[&str]) {
    if asked.input.contains_key(ENCODING_TYPE) || output.get(ENCODING_TYPE).and_then(Value::as_str) != Some("url") {
        return;
    }
    for member in top {
        change(output, member, |text| Some(decoded(text)));
    }
    for (list, member) in lists.iter().map(|list| (*list, "Key")).chain([("CommonPrefixes", "Prefix")]) {
        for item in output.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Value::Object(item) = item {
                change(item, member, |text| Some(decoded(text)));
            }
        }
    }
}

/// S3 writes a space as `+`, and a plus as `%2B`.
fn decoded(text: &str) -> Value {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(service: &str, operation: &str, input: &Value) -> Call {
        Call::of(service, operation, input.as_object().unwrap().clone()).unwrap()
    }

    fn output(service: &str, operation: &str, input: &Value, mut output: Value) -> Value {
        after(&call(service, operation, input), output.as_object_mut().unwrap());
        output
    }

    #[test]
    fn inputs_are_written_as_services_take_them() {
        for (service, operation, input, member, sent) in [
            ("ec2", "RunInstances", json!({ "UserData": "#!/bin/sh" }), "UserData", "IyEvYmluL3No"),
            ("route53", "GetHostedZone", json!({ "Id": "/hostedzone/Z1" }), "Id", "Z1"),
            ("route53", "GetChange", json!({ "Id": "C1" }), "Id", "C1"),
            ("s3api", "ListObjectsV2", json!({ "Bucket": "b" }), "EncodingType", "url"),
            (
                "s3api",
                "CopyObject",
                json!({ "CopySource": "b/a ä.txt?versionId=v+1" }),
                "CopySource",
                "b/a%20%C3%A4.txt?versionId=v+1",
            ),
            ("s3api", "CopyObject", json!({ "CopySource": "b/100%" }), "CopySource", "b/100%25"),
        ] {
            let asked = call(service, operation, &input);
            assert_eq!(before(&asked).input[member], sent, "{service} {operation}");
        }
        let plain = call("lambda", "ListFunctions", &json!({ "MaxItems": 3 }));
        assert!(matches!(before(&plain), Cow::Borrowed(_)));
    }

    #[test]
    fn policies_of_iam_are_json() {
        let document = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
        let read = output("iam", "GetRole", &json!({}), json!({ "Role": { "AssumeRolePolicyDocument": document } }));
        assert_eq!(read["Role"]["AssumeRolePolicyDocument"]["Version"], "2012-10-17");
        let listed = json!({ "Roles": [{ "AssumeRolePolicyDocument": document, "RoleName": "%7B%7D" }] });
        let read = output("iam", "ListRoles", &json!({}), listed);
        assert_eq!(read["Roles"][0]["AssumeRolePolicyDocument"]["Statement"], json!([]));
        assert_eq!(read["Roles"][0]["RoleName"], "%7B%7D", "a name is no policy");
        let torn = output("iam", "GetRole", &json!({}), json!({ "Role": { "AssumeRolePolicyDocument": "%7B" } }));
        assert_eq!(torn["Role"]["AssumeRolePolicyDocument"], "%7B");
    }

    #[test]
    fn keys_are_decoded_where_nobody_asked_for_their_encoding() {
        let answered = json!({
            "EncodingType": "url", "Prefix": "a%2Fb",
            "Contents": [{ "Key": "a%2Fb+c%2B%0A" }], "CommonPrefixes": [{ "Prefix": "a%2F" }],
        });
        let read = output("s3api", "ListObjectsV2", &json!({ "Bucket": "b" }), answered.clone());
        assert_eq!((&read["Prefix"], &read["Contents"][0]["Key"]), (&json!("a/b"), &json!("a/b c+\n")));
        assert_eq!(read["CommonPrefixes"][0]["Prefix"], "a/");
        let asked = json!({ "Bucket": "b", "EncodingType": "url" });
        assert_eq!(output("s3api", "ListObjectsV2", &asked, answered.clone()), answered);
    }

    #[test]
    fn what_is_text_in_disguise_is_shown_as_text() {
        assert_eq!(output("ec2", "GetConsoleOutput", &json!({}), json!({ "Output": "Ym9vdA==" }))["Output"], "boot");
        let yaml = json!({ "TemplateBody": "Resources: {}" });
        assert_eq!(output("cloudformation", "GetTemplate", &json!({}), yaml.clone()), yaml);
        let read = output("cloudformation", "GetTemplate", &json!({}), json!({ "TemplateBody": "{\"a\":1}" }));
        assert_eq!(read["TemplateBody"], json!({ "a": 1 }));
    }
}
