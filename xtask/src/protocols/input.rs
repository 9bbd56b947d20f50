//! A case of input: the request that `awscall` makes, against the one that the case wants.

use awscall::call::Call;
use awscall::model::Protocol;
use awscall::protocol::{self, Request};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::compare::{self, difference};
use super::values;

/// What the cases expect for a member that is made up.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

pub fn check(mut call: Call, case: &Value, endpoint: Option<&str>) -> Result<(), String> {
    let parameters = case.get("params").cloned().unwrap_or_default();
    let parameters = match call.operation.input {
        Some(id) => values::given(call.service, id, &parameters),
        None => parameters,
    };
    if let Value::Object(input) = parameters {
        call.input = input;
    }
    let request = protocol::request(&call, &mut || TOKEN.to_owned()).map_err(|error| format!("  {error}"))?;
    let wanted = case.get("serialized").ok_or("  the case wants nothing")?;
    let text = |name: &str| wanted.get(name).and_then(Value::as_str);
    if let Some(method) = text("method")
        && method != request.method
    {
        return Err(difference("method", request.method, method));
    }
    let endpoint = endpoint.unwrap_or_default().trim_start_matches("https://");
    let base = endpoint.split_once('/').map(|(_, path)| format!("/{path}")).unwrap_or_default();
    check_uri(&request, &base, text("uri").unwrap_or("/"))?;
    if let Some(host) = text("host") {
        let ours = format!("{}{endpoint}", request.host_prefix.as_deref().unwrap_or_default());
        if ours != host {
            return Err(difference("host", ours, host));
        }
    }
    check_headers(&request, wanted)?;
    text("body").map_or(Ok(()), |body| check_body(call.service.protocol, &request.body, body))
}

/// `base` is the endpoint's own path.
fn check_uri(request: &Request, base: &str, wanted: &str) -> Result<(), String> {
    let (path, query) = wanted.split_once('?').unwrap_or((wanted, ""));
    let ours = format!("{base}{}", request.path);
    if ours != path {
        return Err(difference("path", ours, path));
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut wanted: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    let mut ours = request.query.clone();
    // Between parameters of different names the order means nothing; among the values of one it does.
    ours.sort_by(|one, other| one.0.cmp(&other.0));
    wanted.sort_by(|one, other| one.0.cmp(&other.0));
    if ours == wanted { Ok(()) } else { Err(difference("query", format!("{ours:?}"), format!("{wanted:?}"))) }
}

fn check_headers<'a>(request: &'a Request, wanted: &'a Value) -> Result<(), String> {
    let ours = |name: &str| {
        request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    };
    for (name, value) in wanted.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        // Ours and botocore's say it, the cases do not.
        let bare = |text: &'a str| text.strip_suffix("; charset=utf-8").unwrap_or(text);
        let found = ours(name).map(bare);
        if found != Some(bare(value)) {
            return Err(difference(&format!("header {name}"), found.unwrap_or("none"), value));
        }
    }
    for name in wanted.get("forbidHeaders").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if let Some(found) = ours(name) {
            return Err(difference(&format!("header {name}"), found, "none"));
        }
    }
    Ok(())
}

fn check_body(protocol: Protocol, ours: &[u8], wanted: &str) -> Result<(), String> {
    if protocol == Protocol::Cbor {
        let wanted = BASE64_STANDARD.decode(wanted).unwrap_or_default();
        let shown = |bytes: &[u8]| compare::cbor(bytes).unwrap_or_else(|| format!("{bytes:?}"));
        let same = compare::cbor_bodies(ours, &wanted);
        return if same { Ok(()) } else { Err(difference("body", shown(ours), shown(&wanted))) };
    }
    let ours = String::from_utf8_lossy(ours);
    let same = match protocol {
        Protocol::Json | Protocol::RestJson => compare::json_bodies(&ours, wanted),
        Protocol::RestXml => compare::xml_bodies(&ours, wanted),
        _ => ours == wanted,
    };
    if same { Ok(()) } else { Err(difference("body", ours, wanted)) }
}
