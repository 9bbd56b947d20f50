//! Requests of Slack: believed only if an app's signing secret made their signature. The front door of Slack calls it.

use domain::slack_request::{NotVerified, SlackRequest, Verified};
use secrecy::{ExposeSecret as _, SecretString};

use super::App;
use crate::config::SlackAppSettings;

/// Of the apps of the settings that are heard over HTTP, each with its own.
pub struct SigningSecrets(Vec<(String, SecretString)>);

impl SigningSecrets {
    pub fn of(apps: &[SlackAppSettings]) -> Self {
        Self(apps.iter().filter_map(|app| Some((app.app_id.clone(), app.signing_secret.clone()?))).collect())
    }
}

impl App {
    /// Finds the app that a request is to: the one whose secret signed it. Slack does not say it where it could be believed.
    pub fn verify_slack(&self, request: SlackRequest<'_>) -> Result<Verified, NotVerified> {
        let now_ms = self.clock.now_ms();
        let mut refused = NotVerified::NoSecret;
        for (app_id, secret) in &self.signing_secrets.0 {
            match Verified::by_signature(request, app_id, secret.expose_secret(), now_ms) {
                Err(NotVerified::BadSignature) => refused = NotVerified::BadSignature,
                verdict => return verdict,
            }
        }
        Err(refused)
    }
}
