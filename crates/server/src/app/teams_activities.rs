//! Activities of Microsoft Teams: believed for their token, heard if a tenant is served, committed once.
//!
//! `inbound/teams` calls it before it answers; `app/conversations` reads what was kept by [`App::teams_event`].

use domain::conversation::teams::{self, Envelope};
use domain::conversation::{ChatEvent, Scene};
use domain::teams_token::{Expected, NotVerified, Unverified, Verified};
use store::{ChatEventKind, StoreError};
use wire::ids::Uuid;

use super::App;
use super::chat_events::Heard;
use crate::outbound::teams::keys::NoKey;

/// Why an activity is not heard.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotHeardTeams {
    #[error("there is no bot here: set one in `microsoft_teams.bot`")]
    NoBot,
    #[error("{0}")]
    NotVerified(#[from] NotVerified),
    /// Worth another try.
    #[error("{0}")]
    KeysUnreachable(NoKey),
    #[error(
        "no account serves the tenant `{0}`: add it to `microsoft_teams.installers`, or run `bellhop teams authorize` with it"
    )]
    UnknownTenant(Uuid),
    #[error("the store is unavailable")]
    Store(#[from] StoreError),
}

impl App {
    /// Verifies the token that an activity came with.
    pub async fn verify_teams(&self, authorization: Option<&str>, body: &[u8]) -> Result<Verified, NotHeardTeams> {
        let Some(app_id) = self.teams.bot_app_id() else { return Err(NotHeardTeams::NoBot) };
        let token = Unverified::of_header(authorization)?;
        let key = self.teams_keys.key(token.issuer(), token.kid()).await.map_err(|error| match error {
            NoKey::UnknownIssuer => NotHeardTeams::NotVerified(NotVerified::OtherIssuer),
            NoKey::UnknownKey => NotHeardTeams::NotVerified(NotVerified::UnknownKey),
            NoKey::Unreachable { .. } => NotHeardTeams::KeysUnreachable(error),
        })?;
        // That it is trusted, its key said.
        let expected = Expected { app_id, issuer: token.issuer(), now_ms: self.clock.now_ms() };
        Ok(token.verify(&key, expected, body)?)
    }

    /// Commits an activity.
    pub async fn hear_teams(&self, verified: &Verified, envelope: &Envelope) -> Result<Heard, NotHeardTeams> {
        let tenant_id = &envelope.tenant_id;
        let is_served = self.teams_installers.serves(tenant_id) || self.store.is_tenant_configured(tenant_id).await?;
        if !is_served {
            return Err(NotHeardTeams::UnknownTenant(tenant_id.clone()));
        }
        Ok(self.hear(ChatEventKind::TeamsActivity, envelope.key(), verified.body()).await?)
    }

    /// What a stored activity says. Its team is found by Teams' own name for it, where that is all it says.
    pub async fn teams_event(&self, body: &str) -> Result<Result<ChatEvent, teams::Malformed>, StoreError> {
        let mut event = match teams::read(body) {
            Ok(event) => event,
            Err(malformed) => return Ok(Err(malformed)),
        };
        if let Scene::Teams(scene) = &mut event.scene
            && scene.team_id.is_none()
            && let Some(thread_id) = teams::team_thread_id(body)
        {
            let installed = self.store.teams_installation_of_thread(&scene.tenant_id, &thread_id).await?;
            scene.team_id = installed.map(|installed| installed.team_id);
        }
        Ok(Ok(event))
    }
}
