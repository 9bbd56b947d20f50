//! The one question of what a caller may do.

use wire::ids::{Arn, TagKey, TagValue};
use wire::operations::Operation;

use super::{AppError, Caller};

type Tags<'a> = &'a [(TagKey, TagValue)];

/// What a caller wants: an operation, on what, with which tags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access<'a> {
    operation: Operation,
    /// `*` where the operation has no resource.
    resource: &'a str,
    request_tags: Tags<'a>,
    tag_keys: &'a [TagKey],
    resource_tags: Tags<'a>,
}

impl<'a> Access<'a> {
    pub(super) fn to(operation: Operation) -> Self {
        Self { operation, resource: "*", request_tags: &[], tag_keys: &[], resource_tags: &[] }
    }

    pub(super) fn on(self, resource: &'a str) -> Self {
        Self { resource, ..self }
    }

    pub(super) fn with_request_tags(self, request_tags: Tags<'a>) -> Self {
        Self { request_tags, ..self }
    }

    /// Keys that are named without values: those of an untagging.
    pub(super) fn with_tag_keys(self, tag_keys: &'a [TagKey]) -> Self {
        Self { tag_keys, ..self }
    }

    /// The tags that the resource has, none if it is not there.
    pub(super) fn with_resource_tags(self, resource_tags: Tags<'a>) -> Self {
        Self { resource_tags, ..self }
    }
}

impl Caller {
    /// Keys of the settings are administrators of their own account; attached policies come with users.
    pub(super) fn authorize(&self, access: &Access<'_>) -> Result<(), AppError> {
        if self.principal.administrator {
            return Ok(());
        }
        Err(AppError::Denied {
            principal: self.principal.arn.clone(),
            action: format!("chatbot:{}", access.operation.name()),
            resource: access.resource.to_owned(),
            because: String::new(),
        })
    }

    /// May they hand this role to AWS Chatbot? `iam:PassRole`.
    pub(super) fn authorize_to_pass(&self, _role: &Arn) -> Result<(), AppError> {
        Ok(())
    }
}
