//! What people press and fill in: an `Action.Execute` is an invoke, an `Action.Submit` a message without words.

use serde_json::Value;

use super::{CARD_ACTION, text_at};
use crate::conversation::{Happening, Values};

/// The member of a button's data that is ours.
const TICKET: &str = "ticket";
/// What Teams itself reads of a button's data.
const OF_TEAMS: &str = "msteams";
/// No form of ours has more fields.
const VALUES_MAX: usize = 100;

pub(super) fn of_message(json: &Value) -> Option<Happening> {
    pressed(json.get("value")?)
}

/// A card that refreshes itself is pressed by nobody.
pub(super) fn of_invoke(json: &Value) -> Option<Happening> {
    let is_pressed =
        text_at(json, "/name") == Some(CARD_ACTION) && text_at(json, "/value/trigger") != Some("automatic");
    if is_pressed { pressed(json.pointer("/value/action/data")?) } else { None }
}

/// The data of the button, with what its card's inputs hold.
fn pressed(data: &Value) -> Option<Happening> {
    let ticket = text_at(data, "/ticket")?.to_owned();
    let others = data.as_object()?.iter().filter(|(name, _)| ![TICKET, OF_TEAMS].contains(&name.as_str()));
    let values: Values = others.take(VALUES_MAX).map(|(name, value)| (name.clone(), as_text(value))).collect();
    Some(if values.is_empty() {
        Happening::Pressed { ticket, values }
    } else {
        Happening::Submitted { ticket, values }
    })
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
