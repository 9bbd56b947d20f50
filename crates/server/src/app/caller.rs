//! Who is calling, proven by a signature. What they may do is asked in `authorization.rs`.

use iam::principal::Principal;
use wire::ids::AccountId;

/// A caller whose request was signed with a key of this installation.
#[derive(Debug, Clone)]
pub struct Caller {
    pub account_id: AccountId,
    pub principal: Principal,
}
