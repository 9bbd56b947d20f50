//! `bellhop teams authorize`: gives an account a team, as an administrator. `aws chatbot list-microsoft-teams-configured-teams` shows
//! it, `delete-microsoft-teams-configured-team` takes it back.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use store::{ConfiguredTeam, NotAuthorized};
use wire::ids::{AccountId, TeamName, Uuid};

use super::super::{DataArguments, ServerOfData, say};
use crate::app::TEAMS_MAX;
use crate::clock::SystemClock;
use crate::outbound::teams::TeamsClient;
use crate::state::{Mode, teams_bot};

/// How long Microsoft may take to say what the team is called.
const NAME_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub struct Authorize {
    #[command(flatten)]
    data: DataArguments,
    #[arg(long)]
    account_id: AccountId,
    /// The group of the team in Microsoft Entra: `groupId` in the link to the team.
    #[arg(long)]
    team_id: Uuid,
    /// `tenantId` in the same link.
    #[arg(long)]
    tenant_id: Uuid,
    /// What the team is called; known by itself where the app is added, or where Microsoft Graph may be asked.
    #[arg(long)]
    team_name: Option<TeamName>,
}

impl Authorize {
    pub async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let installed = store.teams_installation(&self.team_id).await?;
        if let Some(installed) = &installed
            && !installed.tenant_id.as_str().eq_ignore_ascii_case(self.tenant_id.as_str())
        {
            anyhow::bail!(
                "the team `{}` is of the tenant `{}`: name it with --tenant-id",
                self.team_id,
                installed.tenant_id
            );
        }
        let is_there = installed.as_ref().is_some_and(|installed| installed.removed_reason.is_none());
        let given = self.team_name.as_ref().map(|name| name.as_str().to_owned());
        let known = given.or_else(|| installed.and_then(|installed| installed.team_name));
        let named = match known {
            Some(name) => Some(name),
            None => self.asked_name().await?,
        };
        let is_named = named.is_some();
        let team = ConfiguredTeam {
            team_name: named.unwrap_or_else(|| self.team_id.as_str().to_owned()),
            account_id: self.account_id,
            team_id: self.team_id,
            tenant_id: self.tenant_id,
            disabled_reason: None,
        };
        match store.create_configured_team(&team, TEAMS_MAX).await? {
            Ok(()) => {}
            Err(NotAuthorized::Declared) => {
                anyhow::bail!("`microsoft_teams.teams` of the settings gives that team: change it there")
            }
            Err(NotAuthorized::Full | NotAuthorized::Spent) => {
                anyhow::bail!(
                    "account {} has {TEAMS_MAX} teams, the most that it may have: delete one first",
                    team.account_id
                )
            }
        }
        say(&format!("account {} may post to the team {}", team.account_id, team.team_id));
        if !is_named {
            say("nobody says what the team is called: name it with --team-name");
        }
        if !is_there {
            say("the app is not known to be in the team: add it there (`bellhop teams manifest` makes the package)");
        }
        Ok(())
    }

    /// What Microsoft Graph calls the team, by the bot of the settings.
    async fn asked_name(&self) -> anyhow::Result<Option<String>> {
        let ServerOfData { settings, is_dev } = self.data.settings_of_server()?;
        let bot = teams_bot(&settings, if is_dev { Mode::Dev } else { Mode::Serve })?;
        let teams = TeamsClient::new(NAME_TIMEOUT, Arc::new(SystemClock), bot)?;
        let name = teams.team_name(&self.tenant_id, &self.team_id).await;
        Ok(name.map(|name| name.as_str().to_owned()))
    }
}
