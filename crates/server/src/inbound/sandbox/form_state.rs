//! What can be pressed and filled in among blocks, and what Slack tells of it: `block_id`s and `action_id`s where none were sent,
//! `actions`, `state.values`. Called by `presses.rs` and `views.rs`. It knows no message and no view.
//!
//! Source: <https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload#view_submission>,
//! `…/block_actions-payload`.

use serde_json::{Map, Value, json};

/// What was typed and chosen, by `action_id`, or by `block_id/action_id` where two blocks use the same.
pub type Typed = Map<String, Value>;

/// An element that takes a press or a value, and the block that it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Element<'b> {
    pub block_id: &'b str,
    pub action_id: &'b str,
    pub kind: &'b str,
    pub json: &'b Value,
    /// Of an input block: whether it may stay empty. Elsewhere nothing need be filled in.
    pub is_required: bool,
}

/// The blocks with an id for each, and one for each element: Slack makes them up where an app sends none. `prefix` tells those of an
/// attachment apart.
pub fn with_ids(blocks: &[Value], prefix: &str) -> Vec<Value> {
    let mut blocks = blocks.to_vec();
    for (index, block) in blocks.iter_mut().enumerate() {
        name(block, "block_id", format!("{prefix}block-{index}"));
        for member in ["accessory", "element"] {
            if let Some(element) = block.get_mut(member) {
                name(element, "action_id", format!("{prefix}action-{index}"));
            }
        }
        if block.get("type").and_then(Value::as_str) == Some("actions")
            && let Some(Value::Array(elements)) = block.get_mut("elements")
        {
            for (at, element) in elements.iter_mut().enumerate() {
                name(element, "action_id", format!("{prefix}action-{index}-{at}"));
            }
        }
    }
    blocks
}

fn name(object: &mut Value, member: &str, id: String) {
    if let Some(members) = object.as_object_mut() {
        members.entry(member).or_insert(Value::String(id));
    }
}

/// All elements of blocks that went through [`with_ids`].
pub fn elements(blocks: &[Value]) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    for block in blocks {
        let Some(block_id) = block.get("block_id").and_then(Value::as_str) else { continue };
        let is_input = block.get("type").and_then(Value::as_str) == Some("input");
        let is_required = is_input && block.get("optional") != Some(&Value::Bool(true));
        let many = block.get("elements").and_then(Value::as_array).into_iter().flatten();
        let one = [block.get("accessory"), block.get("element")].into_iter().flatten();
        for json in many.chain(one) {
            let member = |name: &str| json.get(name).and_then(Value::as_str);
            if let (Some(action_id), Some(kind)) = (member("action_id"), member("type"))
                && kind != "image"
            {
                found.push(Element { block_id, action_id, kind, json, is_required });
            }
        }
    }
    found
}

/// The element that a press names: by its `action_id`, or by what is written on it.
pub fn find<'b>(
    elements: &[Element<'b>],
    block_id: Option<&str>,
    action_id: Option<&str>,
    label: Option<&str>,
) -> Option<Element<'b>> {
    let written = |element: &Element<'_>| element.json.pointer("/text/text").and_then(Value::as_str).map(str::to_owned);
    let mut named = elements.iter().filter(|element| {
        block_id.is_none_or(|id| id == element.block_id)
            && action_id.is_none_or(|id| id == element.action_id)
            && label.is_none_or(|label| written(element).as_deref() == Some(label))
    });
    named.next().copied()
}

/// What a message or view says of its inputs: the values typed, else those they began with.
pub fn state(elements: &[Element<'_>], typed: &Typed) -> Result<Value, String> {
    let mut values = Map::new();
    for element in elements.iter().filter(|element| element.kind != "button") {
        let key = format!("{}/{}", element.block_id, element.action_id);
        let given = typed.get(&key).or_else(|| typed.get(element.action_id));
        let value = value(element, given)?;
        let block = values.entry(element.block_id).or_insert_with(|| json!({}));
        if let Some(block) = block.as_object_mut() {
            block.insert(element.action_id.to_owned(), value);
        }
    }
    if let Some(unknown) = typed.keys().find(|name| !elements.iter().any(|element| is_named(element, name))) {
        let names: Vec<&str> = elements.iter().map(|element| element.action_id).collect();
        return Err(format!("there is no input `{unknown}`: there is {}", names.join(", ")));
    }
    Ok(json!({ "values": values }))
}

fn is_named(element: &Element<'_>, name: &str) -> bool {
    name == element.action_id || name == format!("{}/{}", element.block_id, element.action_id)
}

/// The required inputs that are empty, as Slack's clients refuse them before an app hears: `{block_id: sentence}`.
pub fn missing(elements: &[Element<'_>], state: &Value) -> Map<String, Value> {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    let mut missing = Map::new();
    for element in elements.iter().filter(|element| element.is_required) {
        let value = state.pointer(&format!("/values/{}/{}", pointer(element.block_id), pointer(element.action_id)));
        let members = value.and_then(Value::as_object).into_iter().flatten();
        if members.filter(|(name, _)| *name != "type").all(|(_, value)| is_empty(value)) {
            missing.insert(element.block_id.to_owned(), json!("Please complete this required field."));
        }
    }
    missing
}

/// RFC 6901.
fn pointer(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// One element's value as `state.values` and `actions` have it.
fn value(element: &Element<'_>, given: Option<&Value>) -> Result<Value, String> {
    let text = || match given {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Value::Null)),
        Some(Value::String(text)) if text.is_empty() => Ok(Some(Value::Null)),
        Some(Value::String(text)) => Ok(Some(json!(text))),
        Some(other) => Err(format!("`{}` takes a text, not `{other}`", element.action_id)),
    };
    let initial = |name: &str| element.json.get(name).cloned().unwrap_or(Value::Null);
    let kind = element.kind;
    Ok(match kind {
        "plain_text_input" | "number_input" | "email_text_input" | "url_text_input" => {
            json!({ "type": kind, "value": text()?.unwrap_or_else(|| initial("initial_value")) })
        }
        "datepicker" => json!({ "type": kind, "selected_date": text()?.unwrap_or_else(|| initial("initial_date")) }),
        "timepicker" => json!({ "type": kind, "selected_time": text()?.unwrap_or_else(|| initial("initial_time")) }),
        "users_select" => json!({ "type": kind, "selected_user": text()?.unwrap_or_else(|| initial("initial_user")) }),
        "static_select" | "radio_buttons" | "overflow" => {
            let chosen = text()?.map(|value| option(element, &value)).transpose()?;
            json!({ "type": kind, "selected_option": chosen.unwrap_or_else(|| initial("initial_option")) })
        }
        "multi_static_select" | "checkboxes" => {
            let chosen = match given {
                None => element.json.get("initial_options").cloned().unwrap_or_else(|| json!([])),
                Some(Value::Array(values)) => {
                    Value::Array(values.iter().map(|value| option(element, value)).collect::<Result<_, _>>()?)
                }
                Some(other) => return Err(format!("`{}` takes a list, not `{other}`", element.action_id)),
            };
            json!({ "type": kind, "selected_options": chosen })
        }
        other => json!({ "type": other }),
    })
}

/// The whole option of a value; null of null.
fn option(element: &Element<'_>, value: &Value) -> Result<Value, String> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let groups = element.json.get("option_groups").and_then(Value::as_array).into_iter().flatten();
    let lists = groups.filter_map(|group| group.get("options")).chain(element.json.get("options"));
    let mut options = lists.filter_map(Value::as_array).flatten();
    let chosen = options.find(|option| option.get("value") == Some(value)).cloned();
    chosen.ok_or_else(|| format!("`{}` has no option `{}`", element.action_id, value.as_str().unwrap_or_default()))
}

/// An entry of `actions`: the element that was pressed, as a payload tells of it.
pub fn action(element: &Element<'_>, chosen: Option<&Value>, action_ts: &str) -> Result<Value, String> {
    let mut action = json!({
        "type": element.kind, "action_id": element.action_id, "block_id": element.block_id, "action_ts": action_ts,
    });
    let more = match element.kind {
        "button" => {
            let copied = |name: &str| Some((name.to_owned(), element.json.get(name)?.clone()));
            ["text", "value", "style", "url"].into_iter().filter_map(copied).collect()
        }
        _ => match value(element, chosen)? {
            Value::Object(members) => members,
            _ => Map::new(),
        },
    };
    if let Some(members) = action.as_object_mut() {
        members.extend(more);
    }
    Ok(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Vec<Value> {
        let blocks = [
            json!({ "type": "actions", "elements": [
                { "type": "button", "text": { "type": "plain_text", "text": "Go" }, "value": "ticket" },
                { "type": "button", "action_id": "stop", "text": { "type": "plain_text", "text": "Stop" } },
            ]}),
            json!({ "type": "input", "block_id": "0", "label": {}, "element": {
                "type": "static_select", "action_id": "updates",
                "options": [{ "text": {}, "value": "both" }, { "text": {}, "value": "thread" }],
            }}),
            json!({ "type": "input", "block_id": "1", "label": {}, "optional": true, "element": {
                "type": "plain_text_input", "action_id": "hours", "initial_value": "12",
            }}),
        ];
        with_ids(&blocks, "")
    }

    #[test]
    fn elements_have_ids_and_are_found_by_them_or_by_their_words() {
        let blocks = form();
        let elements = elements(&blocks);
        let ids: Vec<_> = elements.iter().map(|element| (element.block_id, element.action_id)).collect();
        assert_eq!(ids, [("block-0", "action-0-0"), ("block-0", "stop"), ("0", "updates"), ("1", "hours")]);
        assert_eq!(find(&elements, None, None, Some("Go")).unwrap().action_id, "action-0-0");
        assert_eq!(find(&elements, None, Some("stop"), None).unwrap().kind, "button");
        assert!(find(&elements, Some("0"), Some("stop"), None).is_none());
    }

    #[test]
    fn the_state_is_as_slack_tells_it() {
        let blocks = form();
        let elements = elements(&blocks);
        let typed = |value: Value| match value {
            Value::Object(typed) => typed,
            _ => unreachable!(),
        };
        let told = state(&elements, &typed(json!({ "updates": "thread" }))).unwrap();
        assert_eq!(
            told["values"],
            json!({
                "0": { "updates": { "type": "static_select", "selected_option": { "text": {}, "value": "thread" } } },
                "1": { "hours": { "type": "plain_text_input", "value": "12" } },
            })
        );
        assert!(missing(&elements, &told).is_empty());
        let empty = state(&elements, &typed(json!({ "1/hours": "" }))).unwrap();
        assert_eq!(empty["values"]["1"]["hours"]["value"], Value::Null);
        assert_eq!(missing(&elements, &empty).keys().collect::<Vec<_>>(), ["0"]);
        assert!(state(&elements, &typed(json!({ "updates": "never" }))).unwrap_err().contains("no option `never`"));
        assert!(state(&elements, &typed(json!({ "other": "x" }))).unwrap_err().contains("no input `other`"));
    }
}
