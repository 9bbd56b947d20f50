//! `NextToken`s: the key of the last row, sealed. Opaque, and good only for the request that it was made for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use secrecy::ExposeSecret as _;
use wire::ids::{AccountId, MaxResults};
use wire::operations::Operation;

use super::{App, AppError};

/// Rows to read for a page: the one beyond it tells whether there is a next.
pub(super) fn rows_to_read(max_results: MaxResults) -> i64 {
    i64::try_from(max_results.get()).unwrap_or(i64::MAX).saturating_add(1)
}

/// What a token is bound to: its operation, its account, its filter.
pub(super) struct Pages {
    purpose: String,
}

impl Pages {
    pub(super) fn of(operation: Operation, account_id: &AccountId) -> Self {
        Self { purpose: format!("next-token/{}/{account_id}", operation.name()) }
    }

    pub(super) fn filtered_by(mut self, filter: Option<&str>) -> Self {
        if let Some(filter) = filter {
            self.purpose.push('/');
            self.purpose.push_str(filter);
        }
        self
    }
}

impl App {
    /// The key that a token of these pages begins after.
    pub(super) fn page_start(&self, pages: &Pages, token: Option<&str>) -> Result<Option<String>, AppError> {
        let Some(token) = token else { return Ok(None) };
        let sealed = URL_SAFE.decode(token).map_err(|_| AppError::InvalidNextToken)?;
        let opened = self.store.encryption_key().unseal(&pages.purpose, &sealed);
        opened.map(|key| Some(key.expose_secret().to_owned())).ok_or(AppError::InvalidNextToken)
    }

    /// Cuts what [`rows_to_read`] brought to a page, with the token of the next if there is one.
    pub(super) fn page<T>(
        &self,
        pages: &Pages,
        mut rows: Vec<T>,
        max_results: MaxResults,
        key: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, Option<String>), AppError> {
        let more = rows.len() > max_results.get();
        rows.truncate(max_results.get());
        let Some(last) = rows.last().filter(|_| more) else { return Ok((rows, None)) };
        let sealed = self.store.encryption_key().seal(&pages.purpose, &key(last))?;
        Ok((rows, Some(URL_SAFE.encode(sealed))))
    }
}
