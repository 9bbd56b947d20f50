//! Tags of a resource, as requests carry them and answers show them.

use crate::ids::{TagKey, TagValue};
use serde::Serialize;

/// Tags in one request. Source: model (`TagList` of `TagResource`; the `Tags` of a create states no limit of its own).
pub const MAX_TAGS: usize = 200;

/// `{"TagKey": "…", "TagValue": "…"}`. Source: model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    #[serde(rename = "TagKey")]
    pub key: TagKey,
    #[serde(rename = "TagValue")]
    pub value: TagValue,
}
