//! `TagResource`, `UntagResource`, `ListTagsForResource`, and tags as other requests carry them and answers show them.

use super::members::{Member, Path, Problems, input, items, output};
use crate::constraints::{Constraint, Echo};
use crate::ids::{AmazonResourceName, TagKey, TagValue};
use crate::shape::Described;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Tags in one request. Source: model (`TagList`; the `Tags` of a create states no limit of its own).
const MAX_TAGS: usize = 200;

input! {
    Tag {
        key: TagKey = "TagKey",
        value: TagValue = "TagValue",
    }
}

/// Tags in the order sent, no key twice: which of the two values were to count, nobody could tell. Source: assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tags(Vec<Tag>);

/// Keys of tags to take away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TagKeys(Vec<TagKey>);

impl Tags {
    pub fn into_pairs(self) -> Vec<(TagKey, TagValue)> {
        self.0.into_iter().map(|tag| (tag.key, tag.value)).collect()
    }
}

impl FromIterator<(TagKey, TagValue)> for Tags {
    fn from_iter<I: IntoIterator<Item = (TagKey, TagValue)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| Tag { key, value }).collect())
    }
}

impl TagKeys {
    pub fn into_keys(self) -> Vec<TagKey> {
        self.0
    }
}

impl Member for Tags {
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self> {
        let tags: Vec<Tag> = items(problems.list(value, path, (0, MAX_TAGS))?, path, problems)?;
        let keys: BTreeSet<_> = tags.iter().map(|tag| &tag.key).collect();
        if keys.len() < tags.len() {
            return problems.violation(path, Echo::Withheld, Constraint::UniqueItems);
        }
        Some(Self(tags))
    }
}

impl Described for Tags {
    fn describe() -> Value {
        json!({ "type": "list", "min": 0, "max": MAX_TAGS, "member": Tag::describe() })
    }
}

impl Member for TagKeys {
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self> {
        items(problems.list(value, path, (0, MAX_TAGS))?, path, problems).map(Self)
    }
}

impl Described for TagKeys {
    fn describe() -> Value {
        json!({ "type": "list", "min": 0, "max": MAX_TAGS, "member": TagKey::describe() })
    }
}

input! {
    ListTagsForResourceRequest {
        resource_arn: AmazonResourceName = "ResourceARN",
    }
}

output! {
    ListTagsForResourceResponse {
        tags: Tags = "Tags",
    }
}

input! {
    TagResourceRequest {
        resource_arn: AmazonResourceName = "ResourceARN",
        tags: Tags = "Tags",
    }
}

output! { TagResourceResponse {} }

input! {
    UntagResourceRequest {
        resource_arn: AmazonResourceName = "ResourceARN",
        tag_keys: TagKeys = "TagKeys",
    }
}

output! { UntagResourceResponse {} }

#[cfg(test)]
mod tests {
    use super::*;

    fn message(tags: &str) -> String {
        let body = format!(r#"{{"ResourceARN": "arn:aws:chatbot::123456789012:custom-action/a", "Tags": {tags}}}"#);
        TagResourceRequest::decode(body.as_bytes()).unwrap_err().message()
    }

    #[test]
    fn tags_keep_their_order_and_no_key_comes_twice() {
        let body = r#"{"ResourceARN": "arn:aws:chatbot::123456789012:custom-action/a",
            "Tags": [{"TagKey": "b", "TagValue": ""}, {"TagKey": "a", "TagValue": "1"}]}"#;
        let pairs = TagResourceRequest::decode(body.as_bytes()).unwrap().tags.into_pairs();
        assert_eq!(pairs.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(
            message(r#"[{"TagKey": "a", "TagValue": ""}, {"TagKey": "a", "TagValue": "1"}]"#),
            "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have unique values"
        );
    }

    #[test]
    fn a_tag_is_named_by_its_place() {
        assert_eq!(
            message(r#"[{"TagKey": "a", "TagValue": "1"}, {"TagKey": ""}, null]"#),
            "3 validation errors detected: \
             Value '' at 'tags.2.member.tagKey' failed to satisfy constraint: \
             Member must have length greater than or equal to 1; \
             Value null at 'tags.2.member.tagValue' failed to satisfy constraint: Member must not be null; \
             Value null at 'tags.3.member' failed to satisfy constraint: Member must not be null"
        );
        assert_eq!(message(r#"["a=b"]"#), "STRING_VALUE can not be converted to a structure at 'tags.1.member'");
    }

    #[test]
    fn two_hundred_are_the_most() {
        let tag = |number| format!(r#"{{"TagKey": "k{number}", "TagValue": ""}}"#);
        let tags: Vec<_> = (0..=MAX_TAGS).map(tag).collect();
        assert!(
            message(&format!("[{}]", tags.join(","))).contains("Member must have length less than or equal to 200")
        );
    }

    #[test]
    fn empty_answers_are_empty_objects() {
        assert_eq!(serde_json::to_string(&TagResourceResponse {}).unwrap(), "{}");
    }
}
