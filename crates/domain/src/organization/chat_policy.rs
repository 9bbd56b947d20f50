//! An effective policy, asked: may Bellhop talk in this channel, and whose role may act there. Total: an answer for anything.
//!
//! What a policy does not mention, it does not restrict. An empty list allows nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use wire::ids::{Platform, SlackChannelId, SlackTeamId, Uuid};

use super::merge::Effective;
use crate::chat_configuration::Channel;

const ALL: &str = "*";

/// Who may see a channel of Slack. A direct message is private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelType {
    Public,
    Private,
}

/// Whose role may be acted under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleSettings {
    /// That of the person who asks.
    pub user_role: bool,
    /// That of the channel.
    pub channel_role: bool,
}

/// What a policy says of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Nothing goes there, and nobody is answered but with this.
    pub denied: Option<Denied>,
    pub roles: RoleSettings,
}

/// Why not. Its words are those of `StateReason`, after those that the API has for a workspace without authorisation: how
/// AWS words it is not documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    Client(Platform),
    Workspace(SlackTeamId),
    Tenant(Uuid),
    Team(Uuid),
    ChannelType {
        channel_id: SlackChannelId,
        is: ChannelType,
        team_id: SlackTeamId,
    },
    /// Nobody could say whether it is what is allowed. What is not known is not allowed.
    UnknownChannelType {
        channel_id: SlackChannelId,
        wanted: ChannelType,
    },
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatPolicy {
    slack: Slack,
    teams: Teams,
    chime: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Slack {
    enabled: bool,
    /// `None`: all.
    workspaces: Option<BTreeSet<String>>,
    default: Settings,
    overrides: BTreeMap<String, Settings>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Teams {
    enabled: bool,
    /// Teams by tenant, in small letters. `None`: all.
    tenants: Option<BTreeMap<String, BTreeSet<String>>>,
    default: Settings,
    /// By tenant and team.
    overrides: BTreeMap<(String, String), Settings>,
}

/// As far as they are said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Settings {
    channel_types: Option<BTreeSet<String>>,
    role_settings: Option<BTreeSet<String>>,
}

impl Default for ChatPolicy {
    fn default() -> Self {
        Self {
            slack: Slack { enabled: true, workspaces: None, default: Settings::default(), overrides: BTreeMap::new() },
            teams: Teams { enabled: true, tenants: None, default: Settings::default(), overrides: BTreeMap::new() },
            chime: true,
        }
    }
}

impl Settings {
    fn set(&mut self, key: &str, values: &BTreeSet<String>) {
        match key {
            "supported_channel_types" => self.channel_types = Some(values.clone()),
            "supported_role_settings" => self.role_settings = Some(values.clone()),
            _ => {}
        }
    }
}

impl ChatPolicy {
    pub fn new(effective: &Effective) -> Self {
        let mut policy = Self::default();
        let mut clients: BTreeMap<&str, bool> = BTreeMap::new();
        for (keys, values) in effective.settings() {
            match keys.as_slice() {
                ["chatbot", "default", "client"] => drop(clients.insert("default", is_enabled(values))),
                ["chatbot", "platforms", platform, "client"] => drop(clients.insert(platform, is_enabled(values))),
                ["chatbot", "platforms", "slack", below @ ..] => policy.slack.set(below, values),
                ["chatbot", "platforms", "microsoft_teams", below @ ..] => policy.teams.set(below, values),
                _ => {}
            }
        }
        let enabled = |platform| clients.get(platform).or(clients.get("default")).copied().unwrap_or(true);
        policy.slack.enabled = enabled("slack");
        policy.teams.enabled = enabled("microsoft_teams");
        policy.chime = enabled("chime");
        policy
    }

    /// `channel_type`: of a Slack channel, as far as it is known; needed only where [`Self::asks_channel_type`] says so.
    pub fn allowed(&self, channel: &Channel, channel_type: Option<ChannelType>) -> Allowed {
        match channel {
            Channel::ChimeWebhook(_) => {
                let denied = (!self.chime).then_some(Denied::Client(Platform::ChimeWebhook));
                Allowed { denied, roles: RoleSettings::ANY }
            }
            Channel::MicrosoftTeams(channel) => {
                let denied = self.team(&channel.tenant_id, &channel.team_id).err();
                Allowed { denied, roles: self.teams.roles(&channel.tenant_id, &channel.team_id) }
            }
            Channel::Slack(channel) => {
                let denied = self.slack.denied(&channel.team_id, &channel.channel_id, channel_type);
                Allowed {
                    denied,
                    roles: RoleSettings::of(self.slack.setting(&channel.team_id, |of| &of.role_settings)),
                }
            }
        }
    }

    /// Whether it matters if this channel is public or private.
    pub fn asks_channel_type(&self, channel: &Channel) -> bool {
        let Channel::Slack(channel) = channel else { return false };
        self.workspace(&channel.team_id).is_ok() && self.slack.wanted_type(&channel.team_id).is_some()
    }

    /// Whether channels of a Slack workspace may be allowed at all.
    ///
    /// # Errors
    /// Why not.
    pub fn workspace(&self, team_id: &SlackTeamId) -> Result<(), Denied> {
        self.slack.workspace(team_id)
    }

    /// The same of a team of Microsoft Teams.
    ///
    /// # Errors
    /// Why not.
    pub fn team(&self, tenant_id: &Uuid, team_id: &Uuid) -> Result<(), Denied> {
        if !self.teams.enabled {
            return Err(Denied::Client(Platform::MicrosoftTeamsChannel));
        }
        let Some(tenants) = &self.teams.tenants else { return Ok(()) };
        let of_tenant: Vec<_> = [ALL, &small(tenant_id)].into_iter().filter_map(|tenant| tenants.get(tenant)).collect();
        if of_tenant.is_empty() {
            return Err(Denied::Tenant(tenant_id.clone()));
        }
        let team = small(team_id);
        let is_allowed = of_tenant.iter().any(|teams| teams.contains(ALL) || teams.contains(&team));
        if is_allowed { Ok(()) } else { Err(Denied::Team(team_id.clone())) }
    }
}

impl Slack {
    fn set(&mut self, below: &[&str], values: &BTreeSet<String>) {
        match below {
            ["workspaces"] => self.workspaces = Some(values.clone()),
            ["default", key] => self.default.set(key, values),
            ["overrides", workspace, key] => {
                self.overrides.entry((*workspace).to_owned()).or_default().set(key, values);
            }
            _ => {}
        }
    }

    fn workspace(&self, team_id: &SlackTeamId) -> Result<(), Denied> {
        if !self.enabled {
            return Err(Denied::Client(Platform::SlackChannel));
        }
        let is_named = |names: &BTreeSet<String>| names.contains(ALL) || names.contains(team_id.as_str());
        let has_no_type = self.setting(team_id, |of| &of.channel_types).is_some_and(BTreeSet::is_empty);
        let is_allowed = self.workspaces.as_ref().is_none_or(is_named) && !has_no_type;
        if is_allowed { Ok(()) } else { Err(Denied::Workspace(team_id.clone())) }
    }

    /// An override stands for its own setting alone.
    fn setting(
        &self,
        team_id: &SlackTeamId,
        of: impl Fn(&Settings) -> &Option<BTreeSet<String>>,
    ) -> Option<&BTreeSet<String>> {
        let own = self.overrides.get(team_id.as_str()).and_then(|settings| of(settings).as_ref());
        own.or(of(&self.default).as_ref())
    }

    /// The only type that is allowed, if one alone is.
    fn wanted_type(&self, team_id: &SlackTeamId) -> Option<ChannelType> {
        let types = self.setting(team_id, |of| &of.channel_types)?;
        match (types.contains("public"), types.contains("private")) {
            (true, false) => Some(ChannelType::Public),
            (false, true) => Some(ChannelType::Private),
            (true, true) | (false, false) => None,
        }
    }

    fn denied(
        &self,
        team_id: &SlackTeamId,
        channel_id: &SlackChannelId,
        channel_type: Option<ChannelType>,
    ) -> Option<Denied> {
        if let Err(denied) = self.workspace(team_id) {
            return Some(denied);
        }
        let (channel_id, wanted) = (channel_id.clone(), self.wanted_type(team_id)?);
        match channel_type {
            Some(is) if is == wanted => None,
            Some(is) => Some(Denied::ChannelType { channel_id, is, team_id: team_id.clone() }),
            None => Some(Denied::UnknownChannelType { channel_id, wanted }),
        }
    }
}

impl Teams {
    fn set(&mut self, below: &[&str], values: &BTreeSet<String>) {
        match below {
            ["tenants", tenant] => {
                self.tenants.get_or_insert_default().insert((*tenant).to_owned(), values.clone());
            }
            ["default", key] => self.default.set(key, values),
            ["overrides", tenant, team, key] => {
                let of = ((*tenant).to_owned(), (*team).to_owned());
                self.overrides.entry(of).or_default().set(key, values);
            }
            _ => {}
        }
    }

    fn roles(&self, tenant_id: &Uuid, team_id: &Uuid) -> RoleSettings {
        let own = self.overrides.get(&(small(tenant_id), small(team_id)));
        let own = own.and_then(|settings| settings.role_settings.as_ref());
        RoleSettings::of(own.or(self.default.role_settings.as_ref()))
    }
}

impl RoleSettings {
    /// Without a word about roles.
    pub const ANY: Self = Self { user_role: true, channel_role: true };

    fn of(values: Option<&BTreeSet<String>>) -> Self {
        let has = |name: &str| values.is_none_or(|values| values.contains(name));
        Self { user_role: has("user_role"), channel_role: has("channel_role") }
    }

    /// Whether a person needs a role of their own: always where the channel's is not allowed, never where theirs is not, and
    /// else as configuration and account want it.
    pub fn require_user_role(self, wanted: bool) -> bool {
        self.user_role && (wanted || !self.channel_role)
    }
}

impl Allowed {
    /// Where there is no policy.
    pub const ALL: Self = Self { denied: None, roles: RoleSettings::ANY };

    /// `StateReason`.
    pub fn state_reason(&self) -> Option<String> {
        self.denied.as_ref().map(ToString::to_string)
    }

    /// What a person in the channel is told instead of an answer.
    pub fn refusal(&self) -> Option<String> {
        let denied = self.denied.as_ref()?;
        Some(format!("I may not answer here: {denied}. Please contact the administrator of your organization."))
    }
}

const BY_POLICY: &str = "by the chat applications policy of the organization";

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(platform) => write!(f, "{} is disabled {BY_POLICY}", client_name(*platform)),
            Self::Workspace(team_id) => write!(f, "Slack workspace with ID {team_id} is not allowed {BY_POLICY}"),
            Self::Tenant(tenant_id) => {
                write!(f, "Microsoft Teams tenant with ID {tenant_id} is not allowed {BY_POLICY}")
            }
            Self::Team(team_id) => write!(f, "Microsoft Teams team with ID {team_id} is not allowed {BY_POLICY}"),
            Self::ChannelType { channel_id, is, team_id } => write!(
                f,
                "Slack channel with ID {channel_id} is {is}, and {is} channels of workspace {team_id} are not allowed {BY_POLICY}"
            ),
            Self::UnknownChannelType { channel_id, wanted } => write!(
                f,
                "It is not known whether Slack channel with ID {channel_id} is public or private, and only {wanted} channels \
                 are allowed {BY_POLICY}"
            ),
        }
    }
}

impl ChannelType {
    /// What an id says by itself: `G…` are private channels of old and group messages, `D…` direct messages; `C…` may be
    /// either. Source: <https://docs.slack.dev/apis/web-api/using-the-conversations-api>.
    pub fn of_slack_id(channel_id: &SlackChannelId) -> Option<Self> {
        channel_id.as_str().starts_with(['G', 'D']).then_some(Self::Private)
    }

    pub fn of_private(is_private: bool) -> Self {
        if is_private { Self::Private } else { Self::Public }
    }
}

impl fmt::Display for ChannelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Private => "private",
        })
    }
}

fn client_name(platform: Platform) -> &'static str {
    match platform {
        Platform::ChimeWebhook => "Amazon Chime",
        Platform::MicrosoftTeamsChannel => "Microsoft Teams",
        Platform::SlackChannel => "Slack",
    }
}

fn is_enabled(values: &BTreeSet<String>) -> bool {
    values.contains("enabled")
}

fn small(id: &Uuid) -> String {
    id.as_str().to_lowercase()
}
