//! `NextToken`s: the key of the last row, sealed. Opaque, and good only for the request that it was made for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use secrecy::ExposeSecret as _;
use wire::ids::{AccountId, PaginationToken};
use wire::operations::Operation;

use super::{App, AppError};

impl App {
    /// The token of the page that begins after `last`.
    pub(super) fn next_token(
        &self,
        operation: Operation,
        account_id: &AccountId,
        last: &str,
    ) -> Result<String, AppError> {
        let sealed = self.store.encryption_key().seal(&purpose(operation, account_id), last)?;
        Ok(URL_SAFE.encode(sealed))
    }

    /// The key that a token of this operation and account begins after.
    pub(super) fn page_start(
        &self,
        operation: Operation,
        account_id: &AccountId,
        token: Option<&PaginationToken>,
    ) -> Result<Option<String>, AppError> {
        let Some(token) = token else { return Ok(None) };
        let sealed = URL_SAFE.decode(token.as_str()).map_err(|_| AppError::InvalidNextToken)?;
        let opened = self.store.encryption_key().unseal(&purpose(operation, account_id), &sealed);
        opened.map(|key| Some(key.expose_secret().to_owned())).ok_or(AppError::InvalidNextToken)
    }
}

fn purpose(operation: Operation, account_id: &AccountId) -> String {
    format!("next-token/{}/{account_id}", operation.name())
}
