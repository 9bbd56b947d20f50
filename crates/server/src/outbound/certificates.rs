//! The certificates that SNS signs with: fetched once, kept for an hour, never more than a few.
//!
//! The URL was checked before (`domain::sns_message::certificate_url`); this only fetches what it is given.

use std::sync::Arc;
use std::time::Duration;

use domain::sns_message::{Certificate, CertificateError};
use moka::future::Cache;
use reqwest::Method;
use url::Url;

use super::http::{self, ExchangeError, HttpClient};
use crate::clock::SharedClock;

/// There is one per region; a stranger can name only URLs of Amazon's own hosts, and only so many are kept.
const CACHED_MAX: u64 = 64;
const CACHED_FOR: Duration = Duration::from_hours(1);
/// An emulator makes a new key at each start and serves it under the old URL: a certificate that does not verify is
/// fetched again, but not more often than this.
const REFETCH_AFTER_MS: i64 = 10_000;
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;

/// Why there is no certificate. Only `Unreachable` is worth another try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateUnavailable {
    #[error("the signing certificate cannot be fetched: {0}")]
    Unreachable(String),
    #[error("what `SigningCertURL` answers is not usable: {0}")]
    Unusable(CertificateError),
}

/// A certificate and when it was fetched.
#[derive(Debug)]
pub struct Fetched {
    pub certificate: Certificate,
    at_ms: i64,
}

pub struct Certificates {
    http: HttpClient,
    clock: SharedClock,
    cache: Cache<Url, Arc<Fetched>>,
}

impl Certificates {
    pub fn new(clock: SharedClock) -> reqwest::Result<Self> {
        let cache = Cache::builder().max_capacity(CACHED_MAX).time_to_live(CACHED_FOR).build();
        Ok(Self { http: HttpClient::new(FETCH_TIMEOUT)?, clock, cache })
    }

    /// The certificate at `url`. Requests that come together fetch it once.
    pub async fn get(&self, url: &Url) -> Result<Arc<Fetched>, CertificateUnavailable> {
        let fetched = self.cache.try_get_with_by_ref(url, self.fetch(url)).await;
        fetched.map_err(|error| (*error).clone())
    }

    /// The certificate as it is at `url` now, if the one at hand is old enough to have been replaced.
    pub async fn newer(&self, url: &Url, than: &Fetched) -> Option<Arc<Fetched>> {
        if self.clock.now_ms().saturating_sub(than.at_ms) < REFETCH_AFTER_MS {
            return None;
        }
        self.cache.invalidate(url).await;
        self.get(url).await.ok()
    }

    async fn fetch(&self, url: &Url) -> Result<Arc<Fetched>, CertificateUnavailable> {
        let unreachable = |error: ExchangeError| CertificateUnavailable::Unreachable(error.to_string());
        let response =
            self.http.request(Method::GET, url.clone()).send().await.map_err(|error| unreachable(error.into()))?;
        if !response.status().is_success() {
            return Err(CertificateUnavailable::Unreachable(format!("HTTP {}", response.status().as_u16())));
        }
        let pem = http::body(response, CERTIFICATE_BYTES_MAX).await.map_err(unreachable)?;
        let certificate = Certificate::from_pem(&pem).map_err(CertificateUnavailable::Unusable)?;
        Ok(Arc::new(Fetched { certificate, at_ms: self.clock.now_ms() }))
    }
}
