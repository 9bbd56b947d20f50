//! The text that a stack's notification topic gets: one `Key='value'` after another, each on a line of its own.
//!
//! Values may have quotes and line breaks of their own and nothing escapes them. So a value ends where a quote ends its line
//! and the next line begins another key (or nothing follows); of two values for a key the first counts.
//! Shape: observed messages; the keys are those of the API's `StackEvent`.

use super::Change;
use crate::notification::Incoming;
use crate::notification::arn::Arn;
use crate::notification::source::draft::Draft;

/// Lines that are looked at; messages of SNS have at most 256 KiB.
const LINES: usize = 2_000;
/// The longest name of a key: `ResourceStatusReason`, with room.
const KEY_LENGTH: usize = 40;

pub fn claims(text: &str) -> bool {
    text.trim_start().starts_with("StackId='") && text.contains("\nResourceStatus='")
}

pub fn read(text: &str, incoming: &Incoming<'_>) -> Draft {
    let values = values(text);
    let value = |key: &str| {
        let (_, value) = values.iter().find(|(name, _)| *name == key)?;
        Some(value.as_str()).filter(|value| !matches!(value.trim(), "" | "null"))
    };
    let stack_id = value("StackId").unwrap_or_default();
    let arn = Arn::parse(stack_id);
    let change = Change {
        stack_id,
        stack_name: value("StackName"),
        logical_id: value("LogicalResourceId"),
        physical_id: value("PhysicalResourceId"),
        resource_type: value("ResourceType"),
        status: value("ResourceStatus").unwrap_or("changed"),
        reason: value("ResourceStatusReason"),
        token: value("ClientRequestToken"),
    };
    let kind = if change.is_of_stack() { "Stack" } else { "Resource" };
    let draft = change
        .draft()
        .origin("aws.cloudformation", &format!("CloudFormation {kind} Status Change"))
        .since("Time", value("Timestamp"));
    match arn {
        Some(arn) => draft.place(incoming.place(Some(arn.account), Some(arn.region))),
        None => draft,
    }
}

/// The pairs in their order.
fn values(text: &str) -> Vec<(&str, String)> {
    let mut values: Vec<(&str, String)> = Vec::new();
    let mut open = false;
    for line in text.trim_start().lines().take(LINES) {
        match (key(line), values.last_mut()) {
            (Some((key, value)), last) if !open || last.is_none() => values.push((key, value.to_owned())),
            _ if !open && line.trim().is_empty() => continue,
            (_, Some((_, value))) => {
                value.push('\n');
                value.push_str(line);
            }
            _ => {}
        }
        // The next line is a key only if a quote closes this one.
        open = !line.trim_end().ends_with('\'');
        if let (false, Some((_, value))) = (open, values.last_mut()) {
            value.truncate(value.trim_end().len());
        }
    }
    for (_, value) in &mut values {
        if let Some(unquoted) = value.trim_end().strip_suffix('\'') {
            *value = unquoted.to_owned();
        }
    }
    values
}

/// `Key='` at the start of a line, and what follows.
fn key(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once("='")?;
    let is_key = key.len() <= KEY_LENGTH
        && key.starts_with(|c: char| c.is_ascii_uppercase())
        && key.bytes().all(|b| b.is_ascii_alphabetic());
    is_key.then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, wanted: &str) -> Option<String> {
        values(text).into_iter().find(|(key, _)| *key == wanted).map(|(_, value)| value)
    }

    #[test]
    fn values_keep_their_quotes_and_lines() {
        let text =
            "StackId='arn'\nResourceStatusReason='it's \"over\"\nline 2\n\nResourceType='no'\nStackName='shop'\n";
        assert_eq!(of(text, "ResourceStatusReason").as_deref(), Some("it's \"over\"\nline 2\n\nResourceType='no"));
        assert_eq!(of(text, "StackName").as_deref(), Some("shop"));
        assert_eq!(of("StackId='a'\r\nStackName='b'\r\n", "StackName").as_deref(), Some("b"));
        assert_eq!(of("StackId='a'\nStackName='b", "StackName").as_deref(), Some("b"));
        assert_eq!(of("StackId='a'\n\nStackName='b'\n\n", "StackName").as_deref(), Some("b"));
        assert_eq!(of("StackId=''\nEventId='e'", "StackId").as_deref(), Some(""));
    }

    #[test]
    fn other_text_is_not_claimed() {
        assert!(claims("\nStackId='a'\nResourceStatus='b'"));
        for text in ["", "StackId='a'", "ResourceStatus='b'\nStackId='a'", "see StackId='a'\nResourceStatus='b'"] {
            assert!(!claims(text), "{text}");
        }
    }
}
