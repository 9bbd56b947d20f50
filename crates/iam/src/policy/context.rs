//! The request context: condition keys and their values. The server fills one for each call.

use std::collections::BTreeMap;

/// Condition keys, each with one value or several. Keys are compared without regard to case, the part of a tag's key
/// included, as AWS does: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>.
///
/// A key that is there with no values (`aws:TagKeys` of a request without tags) counts as absent in every operator: AWS's
/// pages call both "null". Only [`simulate`](super::simulate) tells them apart, when it lists what was not provided.
#[derive(Debug, Clone, Default)]
pub struct Context {
    values: BTreeMap<String, Vec<String>>,
}

impl Context {
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces what the key had.
    pub fn insert(&mut self, key: &str, value: impl Into<String>) {
        self.values.insert(key.to_lowercase(), vec![value.into()]);
    }

    /// Replaces what the key had; no values at all is a key that is there and empty.
    pub fn insert_many<V: Into<String>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) {
        self.values.insert(key.to_lowercase(), values.into_iter().map(Into::into).collect());
    }

    /// Empty for a key that is absent.
    pub(super) fn values(&self, key: &ConditionKey) -> &[String] {
        self.values.get(key.folded()).map_or(&[], Vec::as_slice)
    }

    /// What a variable may stand for: a key with several values cannot be used as one.
    pub(super) fn single(&self, key: &ConditionKey) -> Option<&str> {
        match self.values(key) {
            [value] => Some(value),
            _ => None,
        }
    }

    pub(super) fn provides(&self, key: &ConditionKey) -> bool {
        self.values.contains_key(key.folded())
    }
}

/// A condition key as a policy names it, folded once so that an evaluation only looks it up.
#[derive(Debug)]
pub(super) struct ConditionKey {
    spelled: Box<str>,
    folded: Box<str>,
}

impl ConditionKey {
    pub(super) fn new(spelled: &str) -> Self {
        Self { spelled: spelled.into(), folded: spelled.to_lowercase().into() }
    }

    /// As the policy's author wrote it.
    pub(super) fn spelled(&self) -> &str {
        &self.spelled
    }

    pub(super) fn folded(&self) -> &str {
        &self.folded
    }
}
