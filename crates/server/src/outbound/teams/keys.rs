//! The keys that those sign with who speak for Teams: fetched once a day, and for a key that is not known, once a minute at most.
//!
//! `app/chat_events` asks for a token's key. Whether a token is good is `domain::teams_token`'s to say. Keys that cannot be fetched
//! anew stay good for another day: Microsoft lists new ones long before it signs with them.
//!
//! Source: <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot>
//! ("at least every 24 hours").

use std::collections::HashMap;
use std::time::Duration;

use domain::teams_token::{KeySet, SigningKey};
use reqwest::Method;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::clock::SharedClock;
use crate::outbound::http::{self, HttpClient, is_loopback};

const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
const KEPT_FOR_MS: i64 = 24 * 60 * 60 * 1000;
/// Keys that are older are none, whatever cannot be fetched.
const KEPT_FOR_MS_MAX: i64 = 2 * KEPT_FOR_MS;
/// A stranger can name any key: looking for one that is not there costs Microsoft no more than this.
const REFETCH_AFTER_MS: i64 = 60_000;
/// Microsoft's metadata has 500 bytes, its keys 50 KiB.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Where an issuer lists its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// Its `OpenID` metadata, which names the keys.
    Metadata(Url),
    /// The keys themselves.
    Keys(Url),
}

/// Why there is no key. Only `Unreachable` is worth another try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    #[error("nobody trusted has this name")]
    UnknownIssuer,
    #[error("the issuer lists no such key")]
    UnknownKey,
    #[error("the keys of `{issuer}` cannot be fetched: {reason}")]
    Unreachable { issuer: String, reason: String },
}

#[derive(Default)]
struct Kept {
    keys: KeySet,
    fetched_at_ms: Option<i64>,
    tried_at_ms: Option<i64>,
    /// Of the last try.
    failure: Option<String>,
}

struct Issuer {
    source: KeySource,
    /// Whoever wants a key that is not there waits for the one fetch.
    kept: Mutex<Kept>,
}

pub struct TeamsKeys {
    http: HttpClient,
    clock: SharedClock,
    issuers: HashMap<String, Issuer>,
}

impl TeamsKeys {
    /// Whoever is not listed is not trusted.
    pub fn new(clock: SharedClock, issuers: Vec<(String, KeySource)>) -> reqwest::Result<Self> {
        let issuers = issuers.into_iter().map(|(name, source)| (name, Issuer { source, kept: Mutex::default() }));
        Ok(Self { http: HttpClient::new(FETCH_TIMEOUT)?, clock, issuers: issuers.collect() })
    }

    pub async fn key(&self, issuer: &str, kid: &str) -> Result<SigningKey, NoKey> {
        let Some(of) = self.issuers.get(issuer) else { return Err(NoKey::UnknownIssuer) };
        let mut kept = of.kept.lock().await;
        let now_ms = self.clock.now_ms();
        let older =
            |than_ms: i64, at_ms: Option<i64>| at_ms.is_none_or(|at_ms| now_ms.saturating_sub(at_ms) >= than_ms);
        let is_stale = older(KEPT_FOR_MS, kept.fetched_at_ms);
        if (is_stale || kept.keys.find(kid).is_none()) && older(REFETCH_AFTER_MS, kept.tried_at_ms) {
            kept.tried_at_ms = Some(now_ms);
            match self.fetch(issuer, &of.source).await {
                Ok(keys) => {
                    *kept = Kept { keys, fetched_at_ms: Some(now_ms), tried_at_ms: Some(now_ms), failure: None }
                }
                Err(reason) => {
                    tracing::warn!(issuer, reason, "the keys of an issuer of tokens cannot be fetched");
                    kept.failure = Some(reason);
                }
            }
        }
        let found = kept.keys.find(kid).filter(|_| !older(KEPT_FOR_MS_MAX, kept.fetched_at_ms));
        match (found, &kept.failure) {
            (Some(key), _) => Ok(key.clone()),
            (None, None) => Err(NoKey::UnknownKey),
            (None, Some(reason)) => Err(NoKey::Unreachable { issuer: issuer.to_owned(), reason: reason.clone() }),
        }
    }

    async fn fetch(&self, issuer: &str, source: &KeySource) -> Result<KeySet, String> {
        #[derive(Deserialize)]
        struct Metadata {
            issuer: String,
            jwks_uri: Url,
        }
        let keys_url = match source {
            KeySource::Keys(url) => url.clone(),
            KeySource::Metadata(url) => {
                let metadata: Metadata = serde_json::from_slice(&self.get(url).await?)
                    .map_err(|_| format!("`{url}` answers no OpenID metadata"))?;
                if metadata.issuer != issuer {
                    return Err(format!("`{url}` is of the issuer `{}`", metadata.issuer));
                }
                metadata.jwks_uri
            }
        };
        if keys_url.scheme() != "https" && !is_loopback(&keys_url) {
            return Err(format!("`{keys_url}` is no https URL"));
        }
        KeySet::of_json(&self.get(&keys_url).await?).map_err(|error| format!("`{keys_url}`: {error}"))
    }

    async fn get(&self, url: &Url) -> Result<Vec<u8>, String> {
        let unreachable = |error: &dyn ToString| format!("`{url}`: {}", error.to_string());
        let response = self.http.request(Method::GET, url.clone()).send().await;
        let response = response.map_err(|error| unreachable(&http::ExchangeError::from(error)))?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(format!("`{url}` answers HTTP {}", response.status().as_u16()));
        }
        http::body(response, ANSWER_BYTES_MAX).await.map_err(|error| unreachable(&error))
    }
}
