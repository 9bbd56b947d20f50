//! Access keys: with what a user, or the root of an account, signs API requests. Secrets are sealed; a list never opens one.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret as _, SecretString};
use wire::ids::AccountId;

use crate::identities::{self, Entity, Refusal, account_exists};
use crate::sql::{Row, Transaction, query};
use crate::{EncryptionKey, Store, StoreError, users};

const TABLE: &str = "access_keys";

#[derive(Debug, Clone)]
pub struct AccessKey {
    pub access_key_id: String,
    pub account_id: AccountId,
    /// `None`: the account's root.
    pub user_name: Option<String>,
    pub secret_access_key: SecretString,
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeyMetadata {
    pub access_key_id: String,
    pub account_id: AccountId,
    pub user_name: Option<String>,
    pub active: bool,
    pub declared: bool,
    pub created_at_ms: i64,
}

impl Store {
    /// A key that may sign. `None` also where it is deactivated.
    pub async fn active_access_key(&self, access_key_id: &str) -> Result<Option<AccessKey>, StoreError> {
        let row = query(
            "SELECT account_id, user_name, sealed_secret FROM access_keys WHERE access_key_id = $1 AND active = 1",
        )
        .bind(access_key_id)
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed_for_another_key =
            || StoreError::corrupt(TABLE, "sealed_secret", access_key_id, &"the encryption key does not open it");
        let account_id: String = row.try_get("account_id")?;
        let sealed: Vec<u8> = row.try_get("sealed_secret")?;
        Ok(Some(AccessKey {
            access_key_id: access_key_id.to_owned(),
            account_id: StoreError::parsed(TABLE, "account_id", access_key_id, &account_id)?,
            user_name: row.try_get("user_name")?,
            secret_access_key: self.key.unseal(&row_name(access_key_id), &sealed).ok_or_else(sealed_for_another_key)?,
        }))
    }

    /// A page of an account's keys in the order of their ids, beginning after `after`.
    pub async fn access_keys(
        &self,
        account_id: &AccountId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<AccessKeyMetadata>, StoreError> {
        let rows = query(
            "SELECT access_key_id, account_id, user_name, active, declared, created_at_ms FROM access_keys
             WHERE account_id = $1 AND access_key_id > $2 ORDER BY access_key_id LIMIT $3",
        )
        .bind(account_id.as_str())
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read).collect()
    }

    pub async fn create_access_key(&self, key: &AccessKey, now_ms: i64) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(key.account_id.as_str()).await?;
        if !account_exists(&mut transaction, &key.account_id).await? {
            return Ok(Err(Refusal::NoSuchEntity(Entity::Account)));
        }
        if let Some(name) = &key.user_name
            && !users::exists(&mut transaction, &key.account_id, name).await?
        {
            return Ok(Err(Refusal::NoSuchEntity(Entity::User)));
        }
        if insert(&mut transaction, &self.key, key, 0, now_ms).await? == 0 {
            return Ok(Err(Refusal::EntityAlreadyExists));
        }
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// `NoSuchEntity` is the only refusal: a key of the settings may be deactivated, and stays so.
    pub async fn set_access_key_active(
        &self,
        access_key_id: &str,
        active: bool,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let changed = query("UPDATE access_keys SET active = $2 WHERE access_key_id = $1")
            .bind(access_key_id)
            .bind(i64::from(active))
            .execute(&self.writer)
            .await?;
        Ok(if changed == 1 { Ok(()) } else { Err(Refusal::NoSuchEntity(Entity::AccessKey)) })
    }

    pub async fn delete_access_key(&self, access_key_id: &str) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write().await?;
        let refusal = match declared(&mut transaction, access_key_id).await? {
            None => Some(Refusal::NoSuchEntity(Entity::AccessKey)),
            Some(true) => Some(Refusal::UnmodifiableEntity),
            Some(false) => None,
        };
        if let Some(refusal) = refusal {
            return Ok(Err(refusal));
        }
        delete(&mut transaction, access_key_id).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }
}

pub(crate) async fn declare(
    connection: &mut Transaction,
    encryption_key: &EncryptionKey,
    keys: &[AccessKey],
    now_ms: i64,
) -> Result<(), StoreError> {
    let mut kept = BTreeSet::new();
    for key in keys {
        let id = key.access_key_id.as_str();
        if !kept.insert(id) {
            return Err(identities::declared_twice("access key", id));
        }
        if declared(connection, id).await? == Some(false) {
            return Err(identities::made_by_hand("access key", "access-key", id));
        }
        if let Some(name) = &key.user_name
            && !users::exists(connection, &key.account_id, name).await?
        {
            return Err(StoreError::Conflict(format!(
                "the access key `{id}` names the user `{name}`, which account `{}` does not have: declare it in `users`, \
                 or create it with `bellhop user create`",
                key.account_id.as_str()
            )));
        }
        if insert(connection, encryption_key, key, 1, now_ms).await? == 0 {
            change(connection, encryption_key, key).await?;
        }
    }
    let rows = query("SELECT access_key_id FROM access_keys WHERE declared = 1").fetch_all(&mut *connection).await?;
    for row in rows {
        let id: String = row.try_get("access_key_id")?;
        if !kept.contains(id.as_str()) {
            delete(connection, &id).await?;
        }
    }
    Ok(())
}

/// Answers 0 if there is one of that id.
async fn insert(
    connection: &mut Transaction,
    encryption_key: &EncryptionKey,
    key: &AccessKey,
    declared: i64,
    now_ms: i64,
) -> Result<u64, StoreError> {
    let inserted = query(
        "INSERT INTO access_keys (access_key_id, account_id, user_name, sealed_secret, active, declared, created_at_ms)
         VALUES ($1, $2, $3, $4, 1, $5, $6) ON CONFLICT (access_key_id) DO NOTHING",
    )
    .bind(&key.access_key_id)
    .bind(key.account_id.as_str())
    .bind(&key.user_name)
    .bind(seal(encryption_key, key)?)
    .bind(declared)
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(inserted)
}

async fn change(
    connection: &mut Transaction,
    encryption_key: &EncryptionKey,
    key: &AccessKey,
) -> Result<(), StoreError> {
    query("UPDATE access_keys SET account_id = $2, user_name = $3, sealed_secret = $4 WHERE access_key_id = $1")
        .bind(&key.access_key_id)
        .bind(key.account_id.as_str())
        .bind(&key.user_name)
        .bind(seal(encryption_key, key)?)
        .execute(connection)
        .await?;
    Ok(())
}

async fn declared(connection: &mut Transaction, access_key_id: &str) -> Result<Option<bool>, StoreError> {
    let row = query("SELECT declared FROM access_keys WHERE access_key_id = $1")
        .bind(access_key_id)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get::<i64>("declared")).transpose()?.map(|declared| declared != 0))
}

async fn delete(connection: &mut Transaction, access_key_id: &str) -> Result<(), StoreError> {
    query("DELETE FROM access_keys WHERE access_key_id = $1").bind(access_key_id).execute(connection).await?;
    Ok(())
}

fn seal(encryption_key: &EncryptionKey, key: &AccessKey) -> Result<Vec<u8>, StoreError> {
    encryption_key.seal(&row_name(&key.access_key_id), key.secret_access_key.expose_secret())
}

pub(crate) fn row_name(access_key_id: &str) -> String {
    format!("access_keys/{access_key_id}")
}

fn read(row: &Row) -> Result<AccessKeyMetadata, StoreError> {
    let (access_key_id, account_id): (String, String) = (row.try_get("access_key_id")?, row.try_get("account_id")?);
    Ok(AccessKeyMetadata {
        account_id: StoreError::parsed(TABLE, "account_id", &access_key_id, &account_id)?,
        access_key_id,
        user_name: row.try_get("user_name")?,
        active: row.try_get::<i64>("active")? != 0,
        declared: row.try_get::<i64>("declared")? != 0,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
