//! Tokens that expire are renewed before they do: one node at a time, and the new pair is stored before it is used.
//!
//! `worker/rotate_slack_tokens` calls it every minute. Slack forgets a refresh token once it has answered: if this server dies
//! between the answer and the commit, the workspace must be authorised again, and is disabled with that reason.

use aws_lc_rs::digest;
use secrecy::{ExposeSecret as _, SecretString};
use store::{SlackWorkspace, StoreError, TokenRotation};

use crate::app::App;
use crate::outbound::slack::oauth::{Granted, SlackRefusal};

/// As Slack's own SDK does: a token lasts for twelve hours, so ten may pass without Slack.
/// <https://docs.slack.dev/authentication/using-token-rotation>
const RENEW_BEFORE_MS: i64 = 2 * 60 * 60 * 1000;
/// How long one node has for one token; after a failure, until the next try.
const TURN_MS: i64 = 60_000;
const PAGE: i64 = 1000;
/// The settings are wrong, not the token: what mends them needs no new authorisation.
const OF_SETTINGS: [&str; 3] = ["bad_client_secret", "invalid_client_id", "invalid_client"];

impl App {
    /// Renews what ends soon.
    pub async fn renew_slack_tokens(&self) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let before_ms = now_ms.saturating_add(RENEW_BEFORE_MS);
        for workspace in self.store.slack_tokens_that_end(before_ms, PAGE).await? {
            let Some(rotation) = &workspace.rotation else { continue };
            let turn = format!("renew {}", name_of(&rotation.refresh_token));
            if self.store.take_turn(&turn, now_ms.saturating_add(TURN_MS), now_ms).await? {
                self.renew(&workspace, rotation).await?;
            }
        }
        Ok(())
    }

    async fn renew(&self, workspace: &SlackWorkspace, rotation: &TokenRotation) -> Result<(), StoreError> {
        let SlackWorkspace { account_id, team_id, .. } = workspace;
        let app = workspace.app_id.as_deref().and_then(|app_id| self.slack_oauth.app(Some(app_id)).ok());
        let Some(app) = app else {
            let app_id = workspace.app_id.as_deref();
            tracing::error!(%account_id, %team_id, app_id, "a token ends soon, and its app has no client secret in `slack.apps`");
            return Ok(());
        };
        match self.slack.renew_token(app, &rotation.refresh_token).await {
            Ok(granted) => self.keep_renewed(workspace, rotation, granted).await,
            Err(SlackRefusal::Away(problem)) => {
                tracing::warn!(%account_id, %team_id, problem, "a token is not renewed yet");
                Ok(())
            }
            Err(SlackRefusal::Code(code)) if OF_SETTINGS.contains(&code.as_str()) => {
                tracing::error!(%account_id, %team_id, code, "a token ends soon: mend the client id and secret in `slack.apps`");
                Ok(())
            }
            Err(SlackRefusal::Code(code)) => {
                let reason = format!("Slack did not renew its token (`{code}`); authorise the workspace again");
                self.disable_sharers(rotation, workspace, &reason).await
            }
        }
    }

    async fn keep_renewed(
        &self,
        workspace: &SlackWorkspace,
        rotation: &TokenRotation,
        granted: Granted,
    ) -> Result<(), StoreError> {
        let SlackWorkspace { account_id, team_id, .. } = workspace;
        let Some((refresh_token, seconds)) = granted.refresh else {
            tracing::error!(%account_id, %team_id, "Slack renewed a token and gave nothing to renew it with again");
            return Ok(());
        };
        let expires_at_ms = self.clock.now_ms().saturating_add(seconds.saturating_mul(1000));
        let next = TokenRotation { refresh_token, expires_at_ms };
        let renewed = self.store.renew_slack_tokens(&rotation.refresh_token, &granted.bot_token, &next).await?;
        tracing::info!(%account_id, %team_id, workspaces = renewed, "a Slack token was renewed");
        Ok(())
    }

    /// One token may open many workspaces; a refusal is of all of them.
    async fn disable_sharers(
        &self,
        rotation: &TokenRotation,
        workspace: &SlackWorkspace,
        reason: &str,
    ) -> Result<(), StoreError> {
        let token = rotation.refresh_token.expose_secret();
        let shares = |it: &SlackWorkspace| {
            it.rotation.as_ref().is_some_and(|rotation| rotation.refresh_token.expose_secret() == token)
        };
        let found = match &workspace.enterprise_id {
            Some(enterprise_id) => self.store.slack_workspaces_of_enterprise(enterprise_id).await?,
            None => self.store.slack_workspaces_of_team(&workspace.team_id).await?,
        };
        // Whoever authorised it anew meanwhile has another.
        for workspace in found.iter().filter(|it| shares(it)) {
            self.disable_slack_workspace(workspace, reason).await?;
        }
        Ok(())
    }
}

/// A name for a turn, which is no secret.
fn name_of(refresh_token: &SecretString) -> String {
    let digest = digest::digest(&digest::SHA256, refresh_token.expose_secret().as_bytes());
    crate::credentials::base32(digest.as_ref())
}
