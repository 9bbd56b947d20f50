//! What a notification gives the variables of a custom action: paths into its JSON, and the criteria over their values.
//!
//! `command::custom_action` asks for both. A message is a stranger's: a path that leads nowhere gives no value, a value that no
//! command could take is none, and a criterion that cannot be decided does not hold.

use std::collections::BTreeMap;

use serde_json::Value;
use wire::ids::CriteriaOperator;

use crate::custom_action::{Attachment, Criterion};

/// The word that some paths begin with: the notification itself. Source: observed, in templates that people publish for the real
/// service; neither the API reference nor the administrator guide says how a path is written.
const WHOLE: &str = "event";
/// Steps of a path; a path itself has 1,024 characters at most (the model).
const STEPS_MAX: usize = 32;
/// Longer values make no command that anybody could check before it runs.
pub const VALUE_CHARS_MAX: usize = 2_000;

/// Values by the names of their variables: of those that have one.
pub type VariableValues = BTreeMap<String, String>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Of an object; in digits, of a list too.
    Member(String),
    /// Of a list alone.
    Item(usize),
}

/// The values that a message has for the variables of an attachment.
pub fn values_of(attachment: &Attachment, message: &Value) -> VariableValues {
    let value = |path: &str| value_at(message, path);
    let named = attachment.variables.iter().filter_map(|(name, path)| Some((name.to_string(), value(path.as_str())?)));
    named.collect()
}

/// Whether all criteria hold. A variable that has no value equals nothing, and nothing equals no value.
pub fn hold(criteria: &[Criterion], values: &VariableValues) -> bool {
    criteria.iter().all(|criterion| {
        let value = values.get(criterion.variable_name.as_str());
        match criterion.operator {
            CriteriaOperator::HasValue => value.is_some(),
            CriteriaOperator::Equals => match (value, &criterion.value) {
                (Some(value), Some(wanted)) => value == wanted.as_str(),
                _ => false,
            },
        }
    })
}

/// What stands at a path: `event.detail.state`, `$.detail.state`, `detail.state` are one path. A string as it is; a number, a truth
/// value, a list or an object as its JSON. What is missing, null, empty or too long is no value.
pub fn value_at(message: &Value, path: &str) -> Option<String> {
    let steps = steps(path)?;
    let value = match steps.split_first() {
        Some((Step::Member(first), rest)) if first == "$" => follow(message, rest),
        // A message may have a member of this name itself; by the whole of the path it is still to be had.
        Some((Step::Member(first), rest)) if first == WHOLE => {
            follow(message, rest).or_else(|| follow(message, &steps))
        }
        _ => follow(message, &steps),
    };
    let text = match value? {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let fits = !text.is_empty() && text.chars().nth(VALUE_CHARS_MAX).is_none();
    fits.then_some(text)
}

fn follow<'a>(message: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(message, |value, step| match (value, step) {
        (Value::Object(members), Step::Member(name)) => members.get(name),
        (Value::Array(items), Step::Member(digits)) => items.get(digits.parse::<usize>().ok()?),
        (Value::Array(items), Step::Item(index)) => items.get(*index),
        _ => None,
    })
}

/// `a.b`, `a[0]`, `a['b.c']`; nothing if it is none of that.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path.trim();
    while !rest.is_empty() {
        if steps.len() == STEPS_MAX {
            return None;
        }
        if let Some(bracketed) = rest.strip_prefix('[') {
            let (step, after) = bracket(bracketed)?;
            steps.push(step);
            rest = after;
        } else {
            let name = if steps.is_empty() { rest } else { rest.strip_prefix('.')? };
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            if name.is_empty() {
                return None;
            }
            steps.push(Step::Member(name.to_owned()));
            rest = after;
        }
    }
    Some(steps)
}

/// What follows a `[`: the step, and what follows its `]`.
fn bracket(text: &str) -> Option<(Step, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = text.strip_prefix(quote) {
            let (name, after) = quoted.split_once(quote)?;
            return Some((Step::Member(name.to_owned()), after.strip_prefix(']')?));
        }
    }
    let (index, after) = text.split_once(']')?;
    Some((Step::Item(index.parse().ok()?), after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use wire::ids::{CriteriaValue, NotificationType, VariableName, VariableValue};

    use super::*;

    fn criterion(operator: CriteriaOperator, name: &str, value: Option<&str>) -> Criterion {
        Criterion {
            operator,
            variable_name: VariableName::parse(name).unwrap(),
            value: value.map(|value| CriteriaValue::parse(value).unwrap()),
        }
    }

    #[test]
    fn three_spellings_are_one_path() {
        let message = json!({"metadata": {"additionalContext": {"IPAddress": "192.168.0.1"}}});
        for path in [
            "event.metadata.additionalContext.IPAddress",
            "$.metadata.additionalContext.IPAddress",
            "metadata.additionalContext.IPAddress",
            "$['metadata'][\"additionalContext\"].IPAddress",
        ] {
            assert_eq!(value_at(&message, path).as_deref(), Some("192.168.0.1"), "{path}");
        }
    }

    #[test]
    fn a_member_that_is_called_event_is_reached_too() {
        assert_eq!(value_at(&json!({"event": {"id": "7"}}), "event.id").as_deref(), Some("7"));
        assert_eq!(value_at(&json!({"event": {"id": "7"}}), "event.event.id").as_deref(), Some("7"));
        // The notification's own comes first.
        assert_eq!(value_at(&json!({"event": {"id": "7"}, "id": "8"}), "event.id").as_deref(), Some("8"));
    }

    #[test]
    fn values_of_all_types() {
        let message = json!({
            "text": "a b", "number": 12.50, "truth": false, "list": ["i-1", {"id": 2}], "object": {"a.b": 1}, "null": null,
            "empty": "", "blank": " ", "long": "x".repeat(VALUE_CHARS_MAX + 1), "just": "ü".repeat(VALUE_CHARS_MAX),
        });
        for (path, value) in [
            ("text", Some("a b")),
            ("number", Some("12.5")),
            ("truth", Some("false")),
            ("list", Some(r#"["i-1",{"id":2}]"#)),
            ("list[0]", Some("i-1")),
            ("list.0", Some("i-1")),
            ("list[1].id", Some("2")),
            ("object['a.b']", Some("1")),
            ("blank", Some(" ")),
            ("null", None),
            ("empty", None),
            ("long", None),
            ("missing", None),
            ("text.more", None),
            ("list[2]", None),
            ("list[-1]", None),
            ("list[x]", None),
            ("object[0]", None),
            ("text.", None),
            ("..text", None),
            ("list[0", None),
            ("list[0]x", None),
            ("", None),
        ] {
            let found = value_at(&message, path);
            // An empty path is the whole message, which is too long here.
            assert_eq!(found.as_deref(), value, "{path}");
        }
        assert!(value_at(&message, "just").is_some());
        assert_eq!(value_at(&message, &"a.".repeat(600)), None);
    }

    #[test]
    fn criteria_are_all_or_nothing() {
        use CriteriaOperator::{Equals, HasValue};
        let values = VariableValues::from([("state".to_owned(), "ALARM".to_owned())]);
        for (criteria, holds) in [
            (vec![], true),
            (vec![criterion(HasValue, "state", None)], true),
            (vec![criterion(Equals, "state", Some("ALARM"))], true),
            (vec![criterion(Equals, "state", Some("alarm"))], false),
            (vec![criterion(HasValue, "missing", None)], false),
            (vec![criterion(Equals, "missing", Some("x"))], false),
            (vec![criterion(Equals, "state", None)], false),
            (vec![criterion(HasValue, "state", None), criterion(Equals, "state", Some("OK"))], false),
        ] {
            assert_eq!(hold(&criteria, &values), holds, "{criteria:?}");
        }
    }

    #[test]
    fn an_attachment_gives_those_that_the_message_has() {
        let path = |path: &str| VariableValue::parse(path).unwrap();
        let name = |name: &str| VariableName::parse(name).unwrap();
        let attachment = Attachment {
            notification_type: NotificationType::parse("Custom").unwrap(),
            button_text: None,
            criteria: Vec::new(),
            variables: [(name("a"), path("event.x")), (name("b"), path("event.y"))].into_iter().collect(),
        };
        let values = values_of(&attachment, &json!({"x": 1}));
        assert_eq!(values, VariableValues::from([("a".to_owned(), "1".to_owned())]));
    }

    proptest! {
        #[test]
        fn no_path_is_too_strange(path in "\\PC{0,60}", path_like in "[a$.\\[\\]'\"0-9]{0,40}") {
            let message = json!({"a": [{"a": 1}, "$"], "$": 1});
            for path in [path, path_like] {
                value_at(&message, &path);
            }
        }
    }
}
