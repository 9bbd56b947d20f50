//! HTTP clients with every time-out set, no redirects followed, and answers read up to a limit.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client whose requests end within `timeout`, whatever the other side does.
pub fn client(timeout: Duration, through_proxy: bool) -> reqwest::Result<Client> {
    let builder = Client::builder()
        .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .timeout(timeout);
    if through_proxy { builder } else { builder.no_proxy() }.build()
}

/// Why an exchange did not end with a whole answer. The URL is left out: it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    #[error("{0}")]
    Network(String),
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl From<reqwest::Error> for ExchangeError {
    fn from(error: reqwest::Error) -> Self {
        let what = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "cannot connect"
        } else if error.is_body() || error.is_decode() {
            "the answer was cut off"
        } else {
            "the connection failed"
        };
        let error = error.without_url();
        let cause =
            std::error::Error::source(&error).map(|cause| format!(" ({})", root_cause(cause))).unwrap_or_default();
        Self::Network(format!("{what}{cause}"))
    }
}

/// Reads the whole body, up to `max` bytes.
pub async fn body(mut response: Response, max: usize) -> Result<Vec<u8>, ExchangeError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len().saturating_add(chunk.len()) > max {
            return Err(ExchangeError::TooLarge(max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
