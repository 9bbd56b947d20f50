//! The app in teams of Microsoft Teams: added by somebody, taken away, renamed. What an account may post to follows from it.
//!
//! `app/conversations` calls it when the Bot Framework tells of it. A team becomes an account's when the settings authorise whoever
//! added the app; else `bellhop teams authorize` gives it. Where the app is gone, messages wait.

use domain::conversation::{InstallationNews, Person, TeamsScene};
use store::{ConfiguredTeam, StoreError, TeamsInstallation};
use wire::ids::{AccountId, Uuid};

use super::App;
use super::configured_teams::TEAMS_MAX;
use crate::config::MicrosoftTeamsSettings;

/// `teams-team/TEAM`: what is paused while the app is not in a team.
pub(super) const TEAMS_TEAM_SCOPE: &str = "teams-team/";

const REMOVED: &str = "Bellhop's app was removed from the team in Microsoft Teams; add it there again";
/// What a team is called until its name is known.
const NAMELESS: &str = "Microsoft Teams team";

/// Who gives which account a team by adding the app to it, and whose tenants are served.
#[derive(Debug, Default)]
pub struct TeamsInstallers {
    /// Of a single-tenant bot.
    bot_tenant: Option<Uuid>,
    installers: Vec<Installer>,
}

#[derive(Debug)]
struct Installer {
    account_id: AccountId,
    tenant_id: Uuid,
    /// `None`: anybody of the tenant.
    user_ids: Option<Vec<String>>,
}

impl TeamsInstallers {
    pub fn new(settings: &MicrosoftTeamsSettings) -> Self {
        let installers = settings.installers.iter().map(|set| Installer {
            account_id: set.account_id.clone(),
            tenant_id: lower(&set.tenant_id),
            user_ids: (!set.is_anybody()).then(|| set.user_ids.iter().map(|id| id.to_lowercase()).collect()),
        });
        let bot_tenant = settings.bot.as_ref().and_then(|bot| bot.tenant_id.as_ref()).map(lower);
        Self { bot_tenant, installers: installers.collect() }
    }

    /// Whether anybody of the tenant may be heard.
    pub(super) fn serves(&self, tenant_id: &Uuid) -> bool {
        self.bot_tenant.as_ref() == Some(tenant_id) || self.installers.iter().any(|set| set.tenant_id == *tenant_id)
    }

    /// The accounts that a person of a tenant gives teams to.
    fn accounts(&self, tenant_id: &Uuid, user_id: &str) -> impl Iterator<Item = &AccountId> {
        let is_one = move |set: &&Installer| {
            set.tenant_id == *tenant_id && set.user_ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == user_id))
        };
        self.installers.iter().filter(is_one).map(|set| &set.account_id)
    }
}

impl App {
    /// What became of the app in a team. `person` is whoever did it, where somebody did.
    pub async fn teams_installation_news(
        &self,
        scene: &TeamsScene,
        person: Option<&Person>,
        news: &InstallationNews,
        said_at_ms: i64,
    ) -> Result<(), StoreError> {
        match news {
            InstallationNews::Added { team_name, general_channel_id } => {
                let name = team_name.as_deref();
                self.teams_app_added(scene, person, name, general_channel_id.as_deref(), said_at_ms).await
            }
            InstallationNews::Removed => self.teams_app_removed(scene, said_at_ms).await,
            // Slack's.
            InstallationNews::TokensRevoked
            | InstallationNews::AccessGranted { .. }
            | InstallationNews::AccessRevoked { .. } => Ok(()),
        }
    }

    async fn teams_app_added(
        &self,
        scene: &TeamsScene,
        person: Option<&Person>,
        team_name: Option<&str>,
        thread_id: Option<&str>,
        said_at_ms: i64,
    ) -> Result<(), StoreError> {
        let details = match (&scene.team_id, team_name, thread_id) {
            (Some(_), Some(_), _) | (_, _, None) => None,
            (_, _, Some(thread_id)) => self.teams.team_details(&scene.service_url, thread_id).await,
        };
        let told_id = details.as_ref().and_then(|details| details.team_id.to_lowercase().parse().ok());
        let Some(team_id) = scene.team_id.clone().or(told_id) else {
            tracing::warn!(thread_id, "the app was added to a team whose group nobody names; authorise it by hand");
            return Ok(());
        };
        let mut team_name = team_name.map(str::to_owned).or_else(|| details.and_then(|details| details.name));
        if team_name.is_none() {
            let named = self.teams.team_name(&scene.tenant_id, &team_id).await;
            team_name = named.map(|name| name.as_str().to_owned());
        }
        let installation = TeamsInstallation {
            team_id: team_id.clone(),
            tenant_id: scene.tenant_id.clone(),
            thread_id: thread_id.map(str::to_owned),
            team_name: team_name.clone(),
            service_url: scene.service_url.clone(),
            installed_by: person.map(|person| person.user_id.clone()),
            removed_reason: None,
            changed_at_ms: said_at_ms,
        };
        if !self.store.put_teams_installation(&installation).await? {
            return Ok(());
        }
        self.probe_soon(&teams_team_scope(&team_id)).await?;
        if let Some(name) = &team_name {
            self.store.rename_configured_team(&team_id, name).await?;
        }
        let Some(person) = person else { return Ok(()) };
        let mut accounts = 0;
        for account_id in self.teams_installers.accounts(&scene.tenant_id, &person.user_id) {
            let team = ConfiguredTeam {
                account_id: account_id.clone(),
                team_id: team_id.clone(),
                tenant_id: scene.tenant_id.clone(),
                team_name: team_name.clone().unwrap_or_else(|| NAMELESS.to_owned()),
                disabled_reason: None,
            };
            match self.store.create_configured_team(&team, TEAMS_MAX).await? {
                Ok(()) => accounts += 1,
                Err(refused) => {
                    tracing::error!(
                        ?refused,
                        account_id = account_id.as_str(),
                        "an account gets no team by its installer"
                    );
                }
            }
        }
        let (team_id, by) = (team_id.as_str(), &person.user_id);
        tracing::info!(team_id, by, accounts, "the app was added to a team of Microsoft Teams");
        Ok(())
    }

    async fn teams_app_removed(&self, scene: &TeamsScene, said_at_ms: i64) -> Result<(), StoreError> {
        let Some(team_id) = &scene.team_id else { return Ok(()) };
        let installation = TeamsInstallation {
            team_id: team_id.clone(),
            tenant_id: scene.tenant_id.clone(),
            thread_id: None,
            team_name: None,
            service_url: scene.service_url.clone(),
            installed_by: None,
            removed_reason: Some(REMOVED.to_owned()),
            changed_at_ms: said_at_ms,
        };
        if self.store.put_teams_installation(&installation).await? {
            self.begin_pause(&teams_team_scope(team_id), REMOVED).await?;
        }
        Ok(())
    }

    /// Whether the app is in a team. An `Err` says what to do.
    pub(super) async fn teams_team_works(&self, team_id: &str) -> Result<Result<(), String>, StoreError> {
        let Ok(team_id) = Uuid::parse(team_id) else { return Ok(Ok(())) };
        let installation = self.store.teams_installation(&team_id).await?;
        Ok(installation.and_then(|installation| installation.removed_reason).map_or(Ok(()), Err))
    }
}

pub(super) fn teams_team_scope(team_id: &Uuid) -> String {
    format!("{TEAMS_TEAM_SCOPE}{}", team_id.as_str().to_lowercase())
}

fn lower(id: &Uuid) -> Uuid {
    id.as_str().to_lowercase().parse().unwrap_or_else(|_| id.clone())
}
