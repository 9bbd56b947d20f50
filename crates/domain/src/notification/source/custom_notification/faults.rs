//! The faults of a custom notification: a path and a reason for each, never a refusal.
//!
//! The custom notification reader calls it. Limits are those of the AWS Chatbot Administrator Guide, "Custom
//! notifications", "Event schema"; lengths count characters.

use serde_json::Value;

use crate::notification::source::Object;
use crate::notification::text::is_blank;

const TITLE_LENGTH: usize = 250;
const DESCRIPTION_LENGTH: usize = 8_000;
const NEXT_STEP_LENGTH: usize = 350;
const KEYWORD_LENGTH: usize = 75;
/// Faults listed; one message could hold thousands.
const FAULTS_LISTED: usize = 20;
/// Characters of a wrong value that a fault repeats.
const QUOTED_LENGTH: usize = 40;

/// Every fault, in the order of the schema.
pub fn faults(object: &Object) -> Vec<String> {
    let mut found = Faults(Vec::new());
    found.constant(object.get("version"), "version", "1.0", true);
    found.constant(object.get("source"), "source", "custom", true);
    found.string(object.get("id"), "id", None);
    match object.get("content") {
        Some(Value::Object(content)) => found.content(content),
        None | Some(Value::Null) => found.push("content", "is missing"),
        Some(other) => found.kind("content", "an object", other),
    }
    match object.get("metadata") {
        Some(Value::Object(metadata)) => found.metadata(metadata),
        None | Some(Value::Null) => {}
        Some(other) => found.kind("metadata", "an object", other),
    }
    let Faults(mut list) = found;
    if let Some(more @ 1..) = list.len().checked_sub(FAULTS_LISTED) {
        list.truncate(FAULTS_LISTED);
        list.push(format!("and {more} more"));
    }
    list
}

struct Faults(Vec<String>);

impl Faults {
    fn push(&mut self, path: &str, reason: impl std::fmt::Display) {
        self.0.push(format!("`{path}` {reason}"));
    }

    fn kind(&mut self, path: &str, wanted: &str, value: &Value) {
        let is = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.push(path, format_args!("must be {wanted}, it is {is}"));
    }

    fn content(&mut self, content: &Object) {
        self.constant(content.get("textType"), "content.textType", "client-markdown", false);
        self.string(content.get("title"), "content.title", Some(TITLE_LENGTH));
        let description = content.get("description");
        match description {
            None | Some(Value::Null) => self.push("content.description", "is missing"),
            Some(Value::String(text)) if is_blank(text) => self.push("content.description", "is empty"),
            _ => self.string(description, "content.description", Some(DESCRIPTION_LENGTH)),
        }
        self.strings(content.get("nextSteps"), "content.nextSteps", Some(NEXT_STEP_LENGTH));
        self.strings(content.get("keywords"), "content.keywords", Some(KEYWORD_LENGTH));
    }

    fn metadata(&mut self, metadata: &Object) {
        for key in ["threadId", "summary", "eventType"] {
            self.string(metadata.get(key), &format!("metadata.{key}"), None);
        }
        self.strings(metadata.get("relatedResources"), "metadata.relatedResources", None);
        match metadata.get("enableCustomActions") {
            None | Some(Value::Null | Value::Bool(_)) => {}
            Some(other) => self.kind("metadata.enableCustomActions", "true or false", other),
        }
        match metadata.get("additionalContext") {
            None | Some(Value::Null) => {}
            // The real service takes numbers here.
            Some(Value::Object(pairs)) => {
                for (key, value) in pairs.iter().filter(|(_, value)| !value.is_string() && !value.is_number()) {
                    self.kind(&format!("metadata.additionalContext.{}", quoted(key)), "a string", value);
                }
            }
            Some(other) => self.kind("metadata.additionalContext", "an object", other),
        }
    }

    /// A member with one legal value.
    fn constant(&mut self, value: Option<&Value>, path: &str, wanted: &str, required: bool) {
        match value {
            Some(Value::String(text)) if text == wanted => {}
            Some(Value::String(text)) => self.push(path, format_args!("must be `{wanted}`, it is `{}`", quoted(text))),
            None | Some(Value::Null) if required => self.push(path, format_args!("is missing, it must be `{wanted}`")),
            None | Some(Value::Null) => {}
            Some(other) => self.kind(path, &format!("the string `{wanted}`"), other),
        }
    }

    /// An optional string. A null is a member that was left out: many serializers write one.
    fn string(&mut self, value: Option<&Value>, path: &str, limit: Option<usize>) {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => {
                let length = text.chars().count();
                if let Some(limit) = limit.filter(|limit| length > *limit) {
                    self.push(path, format_args!("has {length} characters, at most {limit} are allowed"));
                }
            }
            Some(other) => self.kind(path, "a string", other),
        }
    }

    fn strings(&mut self, value: Option<&Value>, path: &str, limit: Option<usize>) {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Value::Null => self.kind(&format!("{path}[{index}]"), "a string", item),
                        item => self.string(Some(item), &format!("{path}[{index}]"), limit),
                    }
                }
            }
            Some(other) => self.kind(path, "a list of strings", other),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = chars.by_ref().take(QUOTED_LENGTH).collect();
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: Value) -> Vec<String> {
        let Value::Object(object) = value else { panic!("an object is wanted") };
        faults(&object)
    }

    fn whole(content: &Value, metadata: &Value) -> Value {
        json!({"version": "1.0", "source": "custom", "content": content, "metadata": metadata})
    }

    #[test]
    fn lengths_are_inclusive_and_count_characters() {
        let right = whole(
            &json!({
                "textType": "client-markdown",
                "title": "é".repeat(250),
                "description": "é".repeat(8000),
                "nextSteps": ["é".repeat(350)],
                "keywords": ["é".repeat(75)],
            }),
            &json!({"threadId": "7", "enableCustomActions": false, "additionalContext": {"a": "b", "n": 3}}),
        );
        assert_eq!(of(right), Vec::<String>::new());
        let wrong = whole(
            &json!({
                "title": "é".repeat(251),
                "description": "é".repeat(8001),
                "nextSteps": ["ok", "é".repeat(351)],
                "keywords": ["é".repeat(76)],
            }),
            &Value::Null,
        );
        assert_eq!(
            of(wrong),
            [
                "`content.title` has 251 characters, at most 250 are allowed",
                "`content.description` has 8001 characters, at most 8000 are allowed",
                "`content.nextSteps[1]` has 351 characters, at most 350 are allowed",
                "`content.keywords[0]` has 76 characters, at most 75 are allowed",
            ]
        );
    }

    #[test]
    fn names_what_is_missing_and_what_is_of_the_wrong_kind() {
        assert_eq!(
            of(
                json!({"version": 1, "content": {"textType": "html", "description": " ", "keywords": "x"}, "metadata": []})
            ),
            [
                "`version` must be the string `1.0`, it is a number",
                "`source` is missing, it must be `custom`",
                "`content.textType` must be `client-markdown`, it is `html`",
                "`content.description` is empty",
                "`content.keywords` must be a list of strings, it is a string",
                "`metadata` must be an object, it is a list",
            ]
        );
        assert_eq!(
            of(json!({"version": "1.0", "source": "custom", "content": null,
                      "metadata": {"enableCustomActions": "no", "additionalContext": {"a": {"b": 1}, "c": null}}})),
            [
                "`content` is missing",
                "`metadata.enableCustomActions` must be true or false, it is a string",
                "`metadata.additionalContext.a` must be a string, it is an object",
                "`metadata.additionalContext.c` must be a string, it is null",
            ]
        );
    }

    #[test]
    fn a_number_is_no_string_but_in_the_additional_context() {
        let content = json!({"title": 7, "description": 8, "nextSteps": [9, null], "keywords": ["a", true]});
        let metadata = json!({"threadId": 1, "relatedResources": [2], "additionalContext": {"n": 3}});
        let mut wrong = whole(&content, &metadata);
        wrong["id"] = json!(4);
        assert_eq!(
            of(wrong),
            [
                "`id` must be a string, it is a number",
                "`content.title` must be a string, it is a number",
                "`content.description` must be a string, it is a number",
                "`content.nextSteps[0]` must be a string, it is a number",
                "`content.nextSteps[1]` must be a string, it is null",
                "`content.keywords[1]` must be a string, it is a boolean",
                "`metadata.threadId` must be a string, it is a number",
                "`metadata.relatedResources[0]` must be a string, it is a number",
            ]
        );
    }

    #[test]
    fn the_list_is_bounded() {
        let steps: Vec<Value> = (0..500).map(|_| json!([])).collect();
        let found = of(whole(&json!({"description": "d", "nextSteps": steps}), &Value::Null));
        assert_eq!(found.len(), FAULTS_LISTED + 1);
        assert_eq!(found.last().map(String::as_str), Some("and 480 more"));
    }
}
