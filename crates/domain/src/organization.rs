//! The chat applications policies of an organization, in the format of AWS Organizations: where Bellhop may talk, and whose
//! roles act there.
//!
//! A [`Document`] is one policy as an administrator wrote it (`document`, the JSON below it in `json`). Those of the root and
//! of an account merge into the account's effective policy (`merge`), which is asked about channels ([`ChatPolicy`]). `config`
//! reads the documents at start, `app/organization` asks. Nothing here knows a store, a clock or what Slack says of a channel.
//!
//! Source: AWS Organizations User Guide, "Chat applications policy syntax and examples" and "Inheritance operators".

mod chat_policy;
mod document;
mod json;
mod merge;
#[cfg(test)]
mod tests;

pub use chat_policy::{Allowed, ChannelType, ChatPolicy, Denied, RoleSettings};
pub use document::{BadDocument, DOCUMENT_BYTES_MAX, Document};
pub use merge::{Effective, Ignored, NamedDocument, merge};

use std::collections::BTreeMap;

use wire::ids::AccountId;

/// A policy that holds for some accounts, beneath the root's.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub account_ids: Vec<AccountId>,
    pub document: NamedDocument,
}

/// The effective policy of every account. One that nothing is attached to has the root's.
#[derive(Debug, Clone, Default)]
pub struct ChatPolicies {
    root: AccountPolicy,
    accounts: BTreeMap<AccountId, AccountPolicy>,
}

/// An account's effective policy, and what of the documents had no say in it.
#[derive(Debug, Clone, Default)]
pub struct AccountPolicy {
    pub effective: Effective,
    pub ignored: Vec<Ignored>,
    pub policy: ChatPolicy,
}

impl ChatPolicies {
    /// Attachments of one account are of one level, in their order.
    pub fn new(root: &[NamedDocument], attachments: &[Attachment]) -> Self {
        let mut of_account: BTreeMap<&AccountId, Vec<&NamedDocument>> = BTreeMap::new();
        for attachment in attachments {
            for account_id in &attachment.account_ids {
                of_account.entry(account_id).or_default().push(&attachment.document);
            }
        }
        let root: Vec<&NamedDocument> = root.iter().collect();
        let accounts = of_account.into_iter().map(|(account_id, attached)| {
            let policy = AccountPolicy::of(&[root.as_slice(), attached.as_slice()]);
            (account_id.clone(), policy)
        });
        let accounts = accounts.collect();
        Self { root: AccountPolicy::of(&[root.as_slice()]), accounts }
    }

    pub fn of(&self, account_id: &AccountId) -> &AccountPolicy {
        self.accounts.get(account_id).unwrap_or(&self.root)
    }

    /// What holds for accounts that nothing is attached to.
    pub fn root(&self) -> &AccountPolicy {
        &self.root
    }

    /// Accounts that something is attached to.
    pub fn accounts(&self) -> impl Iterator<Item = (&AccountId, &AccountPolicy)> {
        self.accounts.iter()
    }
}

impl AccountPolicy {
    fn of(levels: &[&[&NamedDocument]]) -> Self {
        let (effective, ignored) = merge(levels);
        let policy = ChatPolicy::new(&effective);
        Self { effective, ignored, policy }
    }
}
