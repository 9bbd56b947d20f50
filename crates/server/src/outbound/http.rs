//! HTTP clients with every time-out set, no redirects followed, and answers read up to a limit.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use url::{Host, Url};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client whose requests end within its time-out, whatever the other side does. It goes through the proxy that the
/// environment names, but for loopback addresses: a sandbox, an emulator, a fake.
#[derive(Clone)]
pub struct HttpClient {
    proxied: Client,
    direct: Client,
}

impl HttpClient {
    pub fn new(timeout: Duration) -> reqwest::Result<Self> {
        let builder = || {
            Client::builder()
                .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
                .redirect(Policy::none())
                .connect_timeout(CONNECT_TIMEOUT.min(timeout))
                .timeout(timeout)
        };
        Ok(Self { proxied: builder().build()?, direct: builder().no_proxy().build()? })
    }

    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let client = if is_loopback(&url) { &self.direct } else { &self.proxied };
        client.request(method, url)
    }
}

/// Whether a URL stays on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_past_the_proxy() {
        let loopback = |url: &str| is_loopback(&Url::parse(url).unwrap());
        for url in ["http://127.0.0.1:4750/", "http://localhost:4566/", "http://sns.localhost/", "http://[::1]/"] {
            assert!(loopback(url), "{url}");
        }
        for url in ["https://slack.com/api/", "http://10.0.0.1/", "http://localhost.example/", "http://127.example/"] {
            assert!(!loopback(url), "{url}");
        }
    }
}
