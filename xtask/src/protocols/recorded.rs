//! Answers of AWS that botocore recorded, by the models of the pack: real documents, where the other cases are made up.

use std::path::Path;

use anyhow::{Context as _, Result};
use awscall::call::{Call, Input};
use awscall::catalog::catalog;
use awscall::customizations;
use awscall::model::Protocol;
use awscall::protocol::{self, Response, ResponseError};
use serde_json::Value;

use super::compare::{self, difference};
use super::values;
use crate::models;

/// How many pass, and what differs.
pub fn check(folder: &Path) -> Result<(usize, Vec<String>)> {
    let (mut passed, mut failures) = (0, Vec::new());
    for (kind, status) in [("responses", 200), ("errors", 400)] {
        for file in super::files(&folder.join("xml").join(kind), "xml")? {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let call = call(&name).with_context(|| format!("`{name}` is no operation of the pack"))?;
            // What speaks JSON by now answers no longer so.
            if !matches!(call.service.protocol, Protocol::Query | Protocol::Ec2 | Protocol::RestXml) {
                continue;
            }
            let body = std::fs::read(&file).with_context(|| format!("`{}` cannot be read", file.display()))?;
            let wanted = models::json_of(&file.with_extension("json"))?;
            match compare_one(&call, status, body, &wanted) {
                Ok(()) => passed += 1,
                Err(difference) => failures.push(format!("recorded/{kind}: {name}\n{difference}")),
            }
        }
    }
    Ok((passed, failures))
}

/// `s3-list-buckets#1`
fn call(name: &str) -> Option<Call> {
    let (service, command) = name.split_once('-')?;
    let command = command.split_once('#').map_or(command, |(command, _)| command);
    let service = catalog().service(if service == "s3" { "s3api" } else { service })?;
    Some(Call { service, operation: service.command(command)?, input: Input::new() })
}

fn compare_one(call: &Call, status: u16, body: Vec<u8>, wanted: &Value) -> Result<(), String> {
    let read = protocol::output(call, &Response { status, headers: Vec::new(), body });
    let mut wanted = wanted.as_object().cloned().unwrap_or_default();
    let metadata = wanted.shift_remove("ResponseMetadata").unwrap_or_default();
    match read {
        Ok(mut output) => {
            customizations::after(call, &mut output);
            let ours = Value::Object(output);
            let Some(id) = call.operation.output else { return Ok(()) };
            let ours = values::answered(call.service, id, &ours);
            let wanted = values::recorded(call.service, id, &Value::Object(wanted));
            if compare::same(&ours, &wanted) { Ok(()) } else { Err(difference("output", ours, wanted)) }
        }
        Err(ResponseError::Service(error)) => {
            let wanted = wanted.get("Error").cloned().unwrap_or_default();
            let request_id = metadata.get("RequestId").and_then(Value::as_str);
            let said = |name: &str| wanted.get(name).and_then(Value::as_str);
            let same = said("Code") == Some(&error.code)
                && said("Message").unwrap_or_default() == error.message
                && (request_id.is_none() || request_id == error.request_id.as_deref());
            if same { Ok(()) } else { Err(difference("error", format!("{error:?}"), format!("{wanted} {metadata}"))) }
        }
        Err(error) => Err(difference("output", error, Value::Object(wanted))),
    }
}
