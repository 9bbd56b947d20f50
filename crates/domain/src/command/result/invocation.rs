//! What an invoked function answered: first whether it failed, then its payload laid out, then the last lines of its log.
//!
//! `result` asks it before its general way. The payload is what was asked for, so that the model's mark of it as sensitive does not
//! mask it; what looks like a secret in it is hidden as in notifications. Source: `InvocationResponse` of Lambda's model.

use awscall::output::json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::logs::uncoloured;
use super::{LeftOut, ResultOf, Said, beginning};
use crate::notification::sensitive::{self, HIDDEN};
use crate::notification::text::is_blank;
use crate::notification::{Fact, Part, Text};

/// The last ones are what somebody looks for.
const LOG_LINES: usize = 20;
const PAYLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;

pub(super) fn answer(result: &ResultOf<'_>) -> Option<Said> {
    if (result.service.name, result.operation.name) != ("lambda", "Invoke") {
        return None;
    }
    let text = |name: &str| result.output.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let status = result.output.get("StatusCode").and_then(Value::as_i64);
    let error = text("FunctionError");
    let payload = text("Payload").map(decoded).filter(|payload| !is_blank(payload));
    let place = result.place.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
    let headline = match (error, status) {
        (Some(_), _) => format!("🔴 The function failed{place}"),
        (None, Some(202)) => format!("The invocation is queued{place}: its result is not waited for"),
        (None, Some(204)) => format!("The dry run is good{place}: you may invoke the function, and nothing ran"),
        (None, _) if payload.is_some() => format!("The function answered{place}"),
        (None, _) => format!("The function answered{place}, with no payload"),
    };
    let mut facts = Vec::new();
    facts.extend(error.map(|error| Fact::new("Function error", Text::Plain(error.to_owned()))));
    facts.extend(status.map(|status| Fact::new("Status", Text::Plain(status.to_string()))));
    facts.extend(text("ExecutedVersion").map(|version| Fact::new("Version", Text::Code(version.to_owned()))));
    let (mut body, mut left_out, mut whole) = (vec![Part::Facts(facts)], LeftOut::default(), None);
    if let Some(payload) = payload {
        let (laid_out, ending) = laid_out(&payload);
        let (shown, is_cut) = beginning(&laid_out);
        body.push(Part::Preformatted { title: Some("Payload".to_owned()), text: shown });
        left_out.masked |= laid_out.contains(HIDDEN) && !payload.contains(HIDDEN);
        if is_cut {
            left_out.goes_on = true;
            whole = Some((laid_out, ending));
        }
    }
    if let Some(log) = text("LogResult").map(decoded).filter(|log| !is_blank(log)) {
        let log = sensitive::shown(uncoloured(&log));
        let lines: Vec<&str> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default();
        body.push(Part::Preformatted { title: Some("End of the log".to_owned()), text: last.join("\n") });
    }
    Some(Said { headline, body, left_out, whole })
}

/// Base64, as outputs have blobs; what is none, as it stands.
fn decoded(said: &str) -> String {
    let said = said.get(..said.floor_char_boundary(PAYLOAD_BYTES_MAX)).unwrap_or_default();
    match STANDARD.decode(said) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => said.to_owned(),
    }
}

/// JSON indented, anything else as it stands; without what looks secret.
fn laid_out(payload: &str) -> (String, &'static str) {
    match serde_json::from_str::<Value>(payload) {
        Ok(Value::String(said)) => (sensitive::shown(said), "txt"),
        Ok(mut value) => {
            sensitive::hide(&mut value);
            (json(&value), "json")
        }
        Err(_) => (sensitive::shown(payload.to_owned()), "txt"),
    }
}
