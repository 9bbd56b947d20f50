//! Access keys: who signs API requests. Secrets are sealed.

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::Row as _;
use wire::ids::AccountId;

use crate::{Store, StoreError};

const TABLE: &str = "access_keys";

#[derive(Debug, Clone)]
pub struct AccessKey {
    pub access_key_id: String,
    pub account_id: AccountId,
    /// Who calls with this key: `arn:aws:iam::ACCOUNT:user/NAME` or `…:root`.
    pub principal_arn: String,
    pub secret_access_key: SecretString,
}

impl Store {
    pub async fn access_key(&self, access_key_id: &str) -> Result<Option<AccessKey>, StoreError> {
        let row =
            sqlx::query("SELECT account_id, principal_arn, sealed_secret FROM access_keys WHERE access_key_id = $1")
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
            principal_arn: row.try_get("principal_arn")?,
            secret_access_key: self.key.unseal(&row_name(access_key_id), &sealed).ok_or_else(sealed_for_another_key)?,
        }))
    }

    /// Makes the declared keys equal to those of the settings: added, changed and taken away.
    pub async fn declare_access_keys(&self, keys: &[AccessKey]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM access_keys WHERE declared = 1").execute(&mut *transaction).await?;
        for key in keys {
            let sealed = self.key.seal(&row_name(&key.access_key_id), key.secret_access_key.expose_secret())?;
            sqlx::query(
                "INSERT INTO access_keys (access_key_id, account_id, principal_arn, sealed_secret, declared)
                 VALUES ($1, $2, $3, $4, 1)",
            )
            .bind(&key.access_key_id)
            .bind(key.account_id.as_str())
            .bind(&key.principal_arn)
            .bind(sealed)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }
}

fn row_name(access_key_id: &str) -> String {
    format!("access_keys/{access_key_id}")
}
