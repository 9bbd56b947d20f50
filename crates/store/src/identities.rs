//! What accounts, users, access keys and policies have in common: how a change is refused, and how those of the settings are
//! made so. Called at the server's start; `bellhop account|user|access-key|policy` call the files of the nouns.
//!
//! A row is declared by the settings or made by hand, never both. It checks no document and no ARN: the caller has.

use wire::ids::AccountId;

use crate::account_usage::DECLARED;
use crate::sql::{Transaction, query};
use crate::{AccessKey, Store, StoreError, access_keys, accounts, policies, users};

/// A thing that a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity {
    Account,
    User,
    AccessKey,
    Policy,
    PolicyAttachment,
    SlackWorkspace,
    ConfiguredTeam,
    ChatConfiguration,
    CustomAction,
}

/// Why a change was not made, in IAM's own terms; nothing was written.
/// Source of the names: <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html> and the errors of its actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// What the change is about, or what it needs, is not there.
    NoSuchEntity(Entity),
    EntityAlreadyExists,
    /// It has one of these still.
    DeleteConflict(Entity),
    LimitExceeded(i64),
    /// It stands in the settings; there it is changed.
    UnmodifiableEntity,
}

/// What the settings say of identities. An account that is named anywhere in it exists.
#[derive(Debug, Clone, Default)]
pub struct DeclaredIdentities {
    pub accounts: Vec<DeclaredAccount>,
    pub users: Vec<DeclaredUser>,
    pub access_keys: Vec<AccessKey>,
    pub policies: Vec<DeclaredPolicy>,
}

#[derive(Debug, Clone)]
pub struct DeclaredAccount {
    pub account_id: AccountId,
    /// `None`: no account of its own in the settings, but something there belongs to it.
    pub name: Option<String>,
}

#[derive(Debug, Clone)]
pub struct DeclaredUser {
    pub account_id: AccountId,
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct DeclaredPolicy {
    pub account_id: AccountId,
    pub name: String,
    pub document: String,
    /// Patterns of principals' ARNs.
    pub attached_to: Vec<String>,
}

impl Store {
    /// Makes what is declared equal to the settings: added, changed and taken away. What an operator switched off (an
    /// account, a key) stays off. With a user that is taken away go its keys and what is attached to its very ARN; an
    /// account stays until it has nothing.
    ///
    /// `Conflict`: a row made by hand is in the way, or the settings say something twice. Then nothing was changed.
    pub async fn declare_identities(&self, declared: &DeclaredIdentities, now_ms: i64) -> Result<(), StoreError> {
        let mut transaction = self.write_of(DECLARED).await?;
        accounts::declare(&mut transaction, declared).await?;
        users::declare(&mut transaction, &declared.users, now_ms).await?;
        access_keys::declare(&mut transaction, &self.key, &declared.access_keys, now_ms).await?;
        policies::declare(&mut transaction, &declared.policies).await?;
        accounts::forget_undeclared(&mut transaction, declared).await?;
        transaction.commit().await
    }
}

/// A row of the settings met one that was made by hand.
pub(crate) fn made_by_hand(noun: &str, command: &str, name: &str) -> StoreError {
    StoreError::Conflict(format!(
        "the {noun} `{name}` stands in the settings, and a {noun} `{name}` was made with `bellhop {command}` before: \
         take the one out of the settings, or delete the other with `bellhop {command} delete`"
    ))
}

pub(crate) fn declared_twice(noun: &str, name: &str) -> StoreError {
    StoreError::Conflict(format!("the {noun} `{name}` stands in the settings twice: take one out"))
}

/// Whether the account is there.
pub(crate) async fn account_exists(connection: &mut Transaction, account_id: &AccountId) -> Result<bool, StoreError> {
    let row = query("SELECT 1 FROM accounts WHERE account_id = $1").bind(account_id.as_str());
    Ok(row.fetch_optional(connection).await?.is_some())
}
