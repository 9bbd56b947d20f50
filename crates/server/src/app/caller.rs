//! Who is calling, proven by a signature, and from where. What they may do is asked in `authorization.rs`.

use std::sync::Arc;

use iam::policy::Policy;
use iam::principal::Principal;
use wire::ids::AccountId;

use super::{Identity, Origin};

/// A caller whose request was signed with a key of this installation.
#[derive(Debug, Clone)]
pub struct Caller {
    pub account_id: AccountId,
    pub principal: Principal,
    /// The key that signed the request.
    pub access_key_id: String,
    pub origin: Origin,
    pub(super) policies: Arc<[Policy]>,
    pub(super) called_at_ms: i64,
}

impl Caller {
    /// For whoever verified the signature with the identity's keys.
    pub fn new(identity: &Identity, access_key_id: &str, origin: Origin, called_at_ms: i64) -> Self {
        Self {
            account_id: identity.account_id.clone(),
            principal: identity.principal.clone(),
            access_key_id: access_key_id.to_owned(),
            origin,
            policies: identity.policies.clone(),
            called_at_ms,
        }
    }
}
