//! Whose key signed a request: the identity behind a long-term key or a session, for every front door that verifies a
//! signature. Identities are kept for a few seconds, because a busy client signs every request with the same key.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use iam::policy::Policy;
use iam::principal::{Principal, PrincipalPattern};
use iam::sigv4::SigningKeys;
use moka::future::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use store::{AccessKey, Session, Store, StoreError};
use wire::ids::AccountId;

use super::App;
use crate::credentials::base32;

/// How long a key that was deactivated, a session that was revoked, a policy that was detached may go on working.
pub const IDENTITY_LASTS_MS: i64 = 5_000;
/// A key that was just made must not stay unknown because somebody was too early.
const UNKNOWN_LASTS_MS: i64 = 1_000;
/// A few kilobytes each. Ids of strangers push nobody out: the cache keeps what is asked for often.
const IDENTITIES_MAX: u64 = 10_000;

/// What a signature is verified with, and who the caller is if it holds.
#[derive(Debug)]
pub struct Identity {
    pub account_id: AccountId,
    pub principal: Principal,
    /// Made from the secret, and what was derived from it for the days and regions asked for.
    pub signing_keys: SigningKeys,
    /// Of a session: the request must carry it.
    pub session_token: Option<SecretString>,
    pub account_enabled: bool,
    /// Of a session.
    pub expires_at_ms: Option<i64>,
    /// The policies that bind the principal; none for the root, which needs none.
    pub policies: Arc<[Policy]>,
}

impl Identity {
    /// Whether the identity may call at this moment. Ask when the signature was verified: a stranger learns nothing.
    pub fn may_call(&self, now_ms: i64) -> Result<(), NotIdentified> {
        if self.expires_at_ms.is_some_and(|expires_at_ms| now_ms >= expires_at_ms) {
            return Err(NotIdentified::ExpiredToken);
        }
        if self.account_enabled { Ok(()) } else { Err(NotIdentified::OptInRequired) }
    }
}

/// Why nobody stands behind a key, named as the API's errors.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotIdentified {
    /// No such key, or an inactive one: nobody learns which.
    #[error("The security token included in the request is invalid.")]
    UnrecognizedClient,
    #[error("The security token included in the request is expired")]
    ExpiredToken,
    #[error("The AWS account of the access key is not enabled for this service.")]
    OptInRequired,
    #[error("The request has failed due to a temporary failure of the server.")]
    Store(#[from] StoreError),
}

/// Identities by access key id.
pub struct Identities(Cache<String, Known>);

#[derive(Clone)]
struct Known {
    identity: Option<Arc<Identity>>,
    read_at_ms: i64,
}

impl Known {
    fn is_fresh(&self, now_ms: i64) -> bool {
        let lasts_ms = if self.identity.is_some() { IDENTITY_LASTS_MS } else { UNKNOWN_LASTS_MS };
        // A clock that was set back proves nothing.
        (0..lasts_ms).contains(&now_ms.saturating_sub(self.read_at_ms))
    }
}

impl Default for Identities {
    fn default() -> Self {
        let lasts = Duration::from_millis(IDENTITY_LASTS_MS.unsigned_abs());
        Self(Cache::builder().max_capacity(IDENTITIES_MAX).time_to_live(lasts).build())
    }
}

impl App {
    /// Who stands behind an access key, as it was at most [`IDENTITY_LASTS_MS`] ago.
    pub async fn identify(&self, access_key_id: &str) -> Result<Arc<Identity>, NotIdentified> {
        let (cache, now_ms) = (&self.identities.0, self.clock.now_ms());
        let known = match cache.get(access_key_id).await {
            Some(known) if known.is_fresh(now_ms) => known,
            found => {
                if found.is_some() {
                    cache.invalidate(access_key_id).await;
                }
                let read = async {
                    let identity = read(&self.store, access_key_id).await?.map(Arc::new);
                    Ok::<_, StoreError>(Known { identity, read_at_ms: now_ms })
                };
                // Requests that come together read once. An error is not kept.
                let known = cache.try_get_with_by_ref(access_key_id, read).await;
                known.map_err(|error| StoreError::clone(&error))?
            }
        };
        known.identity.ok_or(NotIdentified::UnrecognizedClient)
    }
}

async fn read(store: &Store, access_key_id: &str) -> Result<Option<Identity>, StoreError> {
    if let Some(key) = store.active_access_key(access_key_id).await? {
        return of_access_key(store, key).await.map(Some);
    }
    match store.session(access_key_id).await? {
        Some(session) => of_session(store, session).await.map(Some),
        None => Ok(None),
    }
}

async fn of_access_key(store: &Store, key: AccessKey) -> Result<Identity, StoreError> {
    let account_id = key.account_id.as_str();
    let (arn, user_id) = match &key.user_name {
        None => (format!("arn:aws:iam::{account_id}:root"), account_id.to_owned()),
        Some(name) => {
            let arn = format!("arn:aws:iam::{account_id}:user/{name}");
            let user_id = user_id(&arn);
            (arn, user_id)
        }
    };
    let principal = principal("access_keys", &key.access_key_id, &arn, &user_id)?;
    Ok(Identity {
        policies: policies(store, &key.account_id, &principal).await?.into(),
        account_enabled: is_enabled(store, &key.account_id).await?,
        account_id: key.account_id,
        principal,
        signing_keys: SigningKeys::new(key.secret_access_key.expose_secret()),
        session_token: None,
        expires_at_ms: None,
    })
}

async fn of_session(store: &Store, session: Session) -> Result<Identity, StoreError> {
    let principal = principal("sessions", &session.access_key_id, &session.principal_arn, &session.user_id)?;
    Ok(Identity {
        policies: policies(store, &session.account_id, &principal).await?.into(),
        account_enabled: is_enabled(store, &session.account_id).await?,
        account_id: session.account_id,
        principal,
        signing_keys: SigningKeys::new(session.secret_access_key.expose_secret()),
        session_token: Some(session.session_token),
        expires_at_ms: Some(session.expires_at_ms),
    })
}

fn principal(table: &'static str, row: &str, arn: &str, user_id: &str) -> Result<Principal, StoreError> {
    Principal::of_arn(arn, user_id).ok_or_else(|| {
        let problem = format!("`{arn}` is not a principal");
        StoreError::Corrupt { table, column: "principal_arn", row: row.to_owned(), problem }
    })
}

/// An account that is gone is not enabled.
async fn is_enabled(store: &Store, account_id: &AccountId) -> Result<bool, StoreError> {
    Ok(store.account(account_id).await?.is_some_and(|account| account.enabled))
}

/// The policies whose attachments mean the principal, each once. What cannot be read fails the whole: it may deny.
async fn policies(store: &Store, account_id: &AccountId, principal: &Principal) -> Result<Vec<Policy>, StoreError> {
    if principal.root {
        return Ok(Vec::new());
    }
    let mut names = BTreeSet::new();
    for attachment in store.policy_attachments(account_id).await? {
        let pattern = PrincipalPattern::parse(&attachment.principal_pattern, account_id.as_str()).map_err(|error| {
            let (row, problem) = (attachment.policy_name.clone(), error.to_string());
            StoreError::Corrupt { table: "policy_attachments", column: "principal_pattern", row, problem }
        })?;
        if principal.is_meant_by(&pattern) {
            names.insert(attachment.policy_name);
        }
    }
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        // Deleted since: then it was detached before.
        if let Some(policy) = store.policy(account_id, &name).await? {
            found.push(Policy::parse(&policy.name, &policy.document).map_err(|error| {
                let (row, problem) = (format!("{}/{name}", account_id.as_str()), error.to_string());
                StoreError::Corrupt { table: "policies", column: "document", row, problem }
            })?);
        }
    }
    Ok(found)
}

/// `AIDA` and 16 of `A-Z2-7`, always the same for one ARN. Assumed: IAM draws them, and anew for a user made again.
fn user_id(arn: &str) -> String {
    let hash = digest::digest(&digest::SHA256, arn.as_bytes());
    format!("AIDA{}", base32(hash.as_ref().get(..10).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
