//! What Slack tells of an installation: a workspace that took its permission back is disabled at once, in every account that
//! authorised it with that app. What goes out to it is held, as with any refused credentials, until it is authorised again.
//!
//! `conversations/installations` brings the news, `pauses` asks whether a disabled workspace is open again.

use domain::conversation::{InstallationNews, SlackScene};
use store::{SlackWorkspace, StoreError};
use wire::ids::SlackTeamId;

use crate::app::App;
use crate::app::deliveries::slack_scope;
use crate::outbound::slack::oauth::SlackRefusal;

const UNINSTALLED: &str = "the app was uninstalled from the workspace; install it and authorise the workspace again";
const REVOKED: &str = "the app's token was revoked; install the app and authorise the workspace again";
const TAKEN_FROM_APP: &str = "the organisation took the workspace from the app; add it to the app again";

impl App {
    /// Takes note of what became of an app. The news may come twice, late, and out of order: what decides in the end is whether
    /// Slack takes the token.
    pub async fn slack_installation_news(&self, scene: &SlackScene, news: &InstallationNews) -> Result<(), StoreError> {
        let here = std::slice::from_ref(&scene.team_id);
        match news {
            InstallationNews::Removed => self.disable_in(scene, here, UNINSTALLED).await,
            InstallationNews::TokensRevoked => self.disable_in(scene, here, REVOKED).await,
            InstallationNews::AccessRevoked { team_ids } => self.disable_in(scene, team_ids, TAKEN_FROM_APP).await,
            InstallationNews::AccessGranted { team_ids } => self.open_to_organisation(scene, team_ids).await,
            // Slack does not tell it; OAuth does.
            InstallationNews::Added { .. } => Ok(()),
        }
    }

    async fn disable_in(&self, scene: &SlackScene, teams: &[SlackTeamId], reason: &str) -> Result<(), StoreError> {
        for team_id in teams {
            // An organisation that removes the app is told by its own id. Source: assumed.
            let found = if team_id.as_str().starts_with('E') {
                self.store.slack_workspaces_of_enterprise(team_id.as_str()).await?
            } else {
                self.store.slack_workspaces_of_team(team_id).await?
            };
            for workspace in found {
                if self.is_of_app(&workspace, &scene.app_id).await {
                    self.disable_slack_workspace(&workspace, reason).await?;
                }
            }
        }
        Ok(())
    }

    /// Where nobody said whose token it is, another app may have been meant: Slack is asked whether it still takes it.
    async fn is_of_app(&self, workspace: &SlackWorkspace, app_id: &str) -> bool {
        match &workspace.app_id {
            Some(known) => known == app_id,
            None => self.slack.token_works(&workspace.bot_token).await.is_err(),
        }
    }

    /// Nothing goes out to it any more; operators are told.
    pub(super) async fn disable_slack_workspace(
        &self,
        workspace: &SlackWorkspace,
        reason: &str,
    ) -> Result<(), StoreError> {
        let SlackWorkspace { account_id, team_id, .. } = workspace;
        if self.store.set_slack_workspace_disabled(account_id, team_id, Some(reason)).await? {
            tracing::warn!(%account_id, %team_id, reason, "a Slack workspace is disabled");
            self.begin_pause(&slack_scope(account_id.as_str(), team_id.as_str()), reason).await?;
        }
        Ok(())
    }

    /// Whether what goes out to a workspace may go out again. An `Err` says why not.
    pub(in crate::app) async fn slack_workspace_works(
        &self,
        workspace: &SlackWorkspace,
    ) -> Result<Result<(), String>, StoreError> {
        let Some(disabled) = &workspace.disabled_reason else {
            return Ok(self.slack.token_works(&workspace.bot_token).await);
        };
        if !self.is_open_again(workspace).await {
            return Ok(Err(disabled.clone()));
        }
        let SlackWorkspace { account_id, team_id, .. } = workspace;
        self.store.set_slack_workspace_disabled(account_id, team_id, None).await?;
        tracing::info!(%account_id, %team_id, "a Slack workspace is enabled again: Slack takes its token");
        Ok(Ok(()))
    }

    /// News may be older than the last authorisation, and an app that is reinstalled may have the token that it had.
    async fn is_open_again(&self, workspace: &SlackWorkspace) -> bool {
        // It may be taken for some hours yet, and then nothing renews it.
        if workspace.rotation.is_some() {
            return false;
        }
        match self.slack.owner_of(&workspace.bot_token).await {
            Ok(owner) if owner.is_of_organisation => {
                let teams = self.slack.teams_of(&workspace.bot_token).await.unwrap_or_default();
                teams.iter().any(|(team_id, _)| *team_id == workspace.team_id)
            }
            Ok(_) => true,
            Err(_) => false,
        }
    }

    /// An organisation's token opens workspaces that it did not: each account that has it may post there.
    async fn open_to_organisation(&self, scene: &SlackScene, granted: &[SlackTeamId]) -> Result<(), StoreError> {
        let Some(enterprise_id) = &scene.enterprise_id else { return Ok(()) };
        let known = self.store.slack_workspaces_of_enterprise(enterprise_id).await?;
        let mut of_account = std::collections::BTreeMap::new();
        for workspace in known.into_iter().filter(|it| it.app_id.as_ref() == Some(&scene.app_id)) {
            of_account.entry(workspace.account_id.clone()).or_insert(workspace);
        }
        for workspace in of_account.into_values() {
            match self.slack.teams_of(&workspace.bot_token).await {
                Ok(teams) => {
                    for (team_id, team_name) in teams.into_iter().filter(|(team_id, _)| granted.contains(team_id)) {
                        let opened = SlackWorkspace { team_id, team_name, disabled_reason: None, ..workspace.clone() };
                        self.authorize_slack_workspaces(&[opened], None).await?.unwrap_or_else(|refused| {
                            tracing::warn!(?refused, "a workspace of an organisation is not authorised");
                        });
                    }
                }
                Err(SlackRefusal::Code(problem) | SlackRefusal::Away(problem)) => {
                    let account_id = &workspace.account_id;
                    tracing::warn!(%account_id, enterprise_id, problem, "its new workspaces must be authorised by hand");
                }
            }
        }
        Ok(())
    }
}
