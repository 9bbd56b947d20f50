//! Sessions: temporary credentials of principals who signed in with their identity of AWS. Secret and token are sealed.
//!
//! A session that ended stays a day, so that its holder hears `ExpiredTokenException` and not that the key is unknown.

use secrecy::{ExposeSecret as _, SecretString};
use wire::ids::AccountId;

use crate::identities::{Entity, Refusal, account_exists};
use crate::sql::{Row, Transaction, query};
use crate::{Store, StoreError};

const TABLE: &str = "sessions";

/// Sessions of one account that have not ended. Everybody in it who has AWS credentials can make some.
pub const SESSIONS_MAX: i64 = 10_000;
const ENDED_STAYS_MS: i64 = 24 * 60 * 60 * 1000;
/// Ended sessions that each new one clears away: more than one, so that they become fewer.
const PRUNED_AT_ONCE: i64 = 100;

#[derive(Debug, Clone)]
pub struct Session {
    pub access_key_id: String,
    pub account_id: AccountId,
    /// As AWS STS told it: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME`, for one.
    pub principal_arn: String,
    /// As AWS STS told it.
    pub user_id: String,
    pub secret_access_key: SecretString,
    pub session_token: SecretString,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
}

/// A session without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionMetadata {
    pub access_key_id: String,
    pub account_id: AccountId,
    pub principal_arn: String,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
}

impl Store {
    /// Refused for an account that is not there or has [`SESSIONS_MAX`]. Clears some of what ended away.
    pub async fn create_session(&self, session: &Session) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(session.account_id.as_str()).await?;
        prune(&mut transaction, session.created_at_ms).await?;
        if !account_exists(&mut transaction, &session.account_id).await? {
            return Ok(Err(Refusal::NoSuchEntity(Entity::Account)));
        }
        // It grows no further than the limit lets it.
        let alive = query("SELECT COUNT(*) AS count FROM sessions WHERE account_id = $1 AND expires_at_ms > $2")
            .bind(session.account_id.as_str())
            .bind(session.created_at_ms)
            .fetch_one(&mut transaction)
            .await?;
        if alive.try_get::<i64>("count")? >= SESSIONS_MAX {
            return Ok(Err(Refusal::LimitExceeded(SESSIONS_MAX)));
        }
        let id = &session.access_key_id;
        query(
            "INSERT INTO sessions (access_key_id, account_id, principal_arn, user_id, sealed_secret, sealed_token,
             created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(session.account_id.as_str())
        .bind(&session.principal_arn)
        .bind(&session.user_id)
        .bind(self.key.seal(&secret_name(id), session.secret_access_key.expose_secret())?)
        .bind(self.key.seal(&token_name(id), session.session_token.expose_secret())?)
        .bind(session.created_at_ms)
        .bind(session.expires_at_ms)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// A session by its key, also one that ended lately.
    pub async fn session(&self, access_key_id: &str) -> Result<Option<Session>, StoreError> {
        let row = query("SELECT * FROM sessions WHERE access_key_id = $1")
            .bind(access_key_id)
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let unsealed = |column: &'static str, purpose: String| {
            let sealed: Vec<u8> = row.try_get(column)?;
            let opened = self.key.unseal(&purpose, &sealed);
            opened.ok_or_else(|| {
                StoreError::corrupt(TABLE, column, access_key_id, &"the encryption key does not open it")
            })
        };
        let SessionMetadata { access_key_id, account_id, principal_arn, created_at_ms, expires_at_ms } = read(&row)?;
        Ok(Some(Session {
            secret_access_key: unsealed("sealed_secret", secret_name(&access_key_id))?,
            session_token: unsealed("sealed_token", token_name(&access_key_id))?,
            user_id: row.try_get("user_id")?,
            access_key_id,
            account_id,
            principal_arn,
            created_at_ms,
            expires_at_ms,
        }))
    }

    /// A page of an account's sessions in the order of their keys, beginning after `after`; also those that ended lately.
    pub async fn sessions(
        &self,
        account_id: &AccountId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<SessionMetadata>, StoreError> {
        let rows = query(
            "SELECT * FROM sessions WHERE account_id = $1 AND access_key_id > $2 ORDER BY access_key_id LIMIT $3",
        )
        .bind(account_id.as_str())
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Ends a session at once. `false`: there is none.
    pub async fn revoke_session(&self, access_key_id: &str) -> Result<bool, StoreError> {
        let deleted =
            query("DELETE FROM sessions WHERE access_key_id = $1").bind(access_key_id).execute(&self.writer).await?;
        Ok(deleted == 1)
    }

    /// Ends all sessions of one principal at once and answers how many there were.
    pub async fn revoke_sessions_of(&self, account_id: &AccountId, principal_arn: &str) -> Result<u64, StoreError> {
        let deleted = query("DELETE FROM sessions WHERE account_id = $1 AND principal_arn = $2")
            .bind(account_id.as_str())
            .bind(principal_arn)
            .execute(&self.writer)
            .await?;
        Ok(deleted)
    }
}

async fn prune(connection: &mut Transaction, now_ms: i64) -> Result<(), StoreError> {
    query(
        "DELETE FROM sessions WHERE access_key_id IN
         (SELECT access_key_id FROM sessions WHERE expires_at_ms <= $1 ORDER BY expires_at_ms LIMIT $2)",
    )
    .bind(now_ms - ENDED_STAYS_MS)
    .bind(PRUNED_AT_ONCE)
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) fn secret_name(access_key_id: &str) -> String {
    format!("sessions/{access_key_id}/secret")
}

pub(crate) fn token_name(access_key_id: &str) -> String {
    format!("sessions/{access_key_id}/token")
}

fn read(row: &Row) -> Result<SessionMetadata, StoreError> {
    let (access_key_id, account_id): (String, String) = (row.try_get("access_key_id")?, row.try_get("account_id")?);
    Ok(SessionMetadata {
        account_id: StoreError::parsed(TABLE, "account_id", &access_key_id, &account_id)?,
        access_key_id,
        principal_arn: row.try_get("principal_arn")?,
        created_at_ms: row.try_get("created_at_ms")?,
        expires_at_ms: row.try_get("expires_at_ms")?,
    })
}
