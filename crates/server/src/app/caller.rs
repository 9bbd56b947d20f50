//! Who is calling, proven by a signature, and the one question of what they may do.

use iam::principal::Principal;
use wire::ids::AccountId;
use wire::operations::Operation;

use super::AppError;

/// A caller whose request was signed with a key of this installation.
#[derive(Debug, Clone)]
pub struct Caller {
    pub account_id: AccountId,
    pub principal: Principal,
}

impl Caller {
    /// May they call `operation` on `resource` (`*` where it has none)? The root may do everything in its
    /// account; the attached policies of others are not evaluated yet, so they may do nothing.
    pub(super) fn authorize(&self, operation: Operation, resource: &str) -> Result<(), AppError> {
        if self.principal.root {
            return Ok(());
        }
        Err(AppError::Denied {
            principal: self.principal.arn.clone(),
            action: format!("chatbot:{}", operation.name()),
            resource: resource.to_owned(),
        })
    }
}
