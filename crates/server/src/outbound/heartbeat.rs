//! Somebody else's dead man's switch: it raises the alarm when nobody asks it any more.

use std::time::Duration;

use reqwest::Method;
use url::Url;

use super::http::{ExchangeError, HttpClient};

pub struct Heartbeat {
    http: HttpClient,
    url: Option<Url>,
}

impl Heartbeat {
    pub fn new(url: Option<Url>, timeout: Duration) -> reqwest::Result<Self> {
        Ok(Self { http: HttpClient::new(timeout)?, url })
    }

    /// One beat; nothing where none is wanted.
    pub async fn beat(&self) -> Result<(), ExchangeError> {
        let Some(url) = &self.url else { return Ok(()) };
        self.http.request(Method::GET, url.clone()).send().await?.error_for_status()?;
        Ok(())
    }
}
