//! HTTP clients with every time-out set, no redirects followed, and answers read up to a limit.

use std::time::Duration;

use domain::delivery::{Answer, Broken};
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
    #[error("{1}")]
    Network(Broken, String),
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl From<reqwest::Error> for ExchangeError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let cause = std::error::Error::source(&error).map(root_cause);
        let (broken, what) = if error.is_timeout() {
            (Broken::Timeout, "no answer in time")
        } else if error.is_connect() && cause.as_deref().is_some_and(is_of_tls) {
            (Broken::Tls, "no TLS connection")
        } else if error.is_connect() {
            (Broken::Connect, "cannot connect")
        } else if error.is_body() || error.is_decode() {
            (Broken::CutOff, "the answer was cut off")
        } else {
            (Broken::Reset, "the connection failed")
        };
        let cause = cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
        Self::Network(broken, format!("{what}{cause}"))
    }
}

impl ExchangeError {
    /// What the failure means for a message: the table of broken exchanges knows.
    pub fn broken(&self) -> Broken {
        match self {
            Self::Network(broken, _) => *broken,
            Self::TooLarge(_) => Broken::TooLarge,
        }
    }
}

/// The texts of rustls about certificates and handshakes; its types are not in reqwest's errors.
fn is_of_tls(cause: &str) -> bool {
    ["certificate", "handshake", "tls", "TLS", "UnknownIssuer"].iter().any(|word| cause.contains(word))
}

/// An answer as the tables of `domain::delivery` take it.
pub struct Answered {
    status: u16,
    retry_after: Option<String>,
    body: Vec<u8>,
}

impl Answered {
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Waits for the whole answer to a request.
    pub async fn of(request: RequestBuilder, bytes_max: usize) -> Result<Self, ExchangeError> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        match body(response, bytes_max).await {
            Ok(body) => Ok(Self { status, retry_after, body }),
            // These say all with their head; the body may never come.
            Err(_) if status == 429 || status >= 500 => Ok(Self { status, retry_after, body: Vec::new() }),
            Err(error) => Err(error),
        }
    }

    pub fn answer(&self, now_ms: i64) -> Answer<'_> {
        Answer { status: self.status, retry_after: self.retry_after.as_deref(), now_ms, body: &self.body }
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

fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
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
