//! Whose key signed a request.

use iam::principal::Principal;
use secrecy::SecretString;
use store::StoreError;

use super::{App, Caller};

/// What a signature is verified with, and who the caller is if it holds.
pub struct SigningKey {
    pub secret_access_key: SecretString,
    pub caller: Caller,
}

impl App {
    /// `None`: no such key.
    pub async fn signing_key(&self, access_key_id: &str) -> Result<Option<SigningKey>, StoreError> {
        let Some(key) = self.store.access_key(access_key_id).await? else {
            return Ok(None);
        };
        Ok(Some(SigningKey {
            secret_access_key: key.secret_access_key,
            caller: Caller {
                principal: Principal {
                    account_id: key.account_id.as_str().to_owned(),
                    arn: key.principal_arn,
                    administrator: true,
                },
                account_id: key.account_id,
            },
        }))
    }
}
