//! The settings: one TOML file and the environment, read here and nowhere else.
//!
//! `slack.api_url` of the file is `BELLHOP_SLACK__API_URL` of the environment, which wins. A key that means nothing is an
//! error: a misspelt setting must not be a silent default. docs/reference/settings.md lists them all.

mod approvals;
mod audit;
mod aws;
mod cloudwatch;
mod commands;
mod delivery;
mod identities;
mod ingest;
mod metrics;
mod microsoft_teams;
mod notifications;
mod operators;
mod organization;
mod pictures;
mod rules;
mod secret_file;
mod slack;
mod store;
mod templates;
mod threads;
mod throttle;
mod traces;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::sns_message::{TrustedHost, TrustedHosts};
use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use url::Url;

pub use identities::{
    AccessKeySettings, AccountSettings, PolicySettings, SignInSettings, StsHost, UserRoleSettings, UserSettings,
    read_policy_document,
};

pub use approvals::{ApprovalRuleSettings, ApprovalSettings, ApproverSettings};
pub use audit::AuditSettings;
pub use aws::AwsEnvironment;
pub use cloudwatch::{CloudWatchLogsSettings, CloudWatchMetricsSettings, CloudWatchSettings};
pub use commands::CommandSettings;
pub use delivery::DeliverySettings;
pub use ingest::{IngestSettings, QueueTrust, SqsQueueSettings};
pub use metrics::MetricsSettings;
pub use microsoft_teams::{
    ConfiguredTeamSettings, MicrosoftTeamsSettings, TeamsBotSettings, TeamsInstallerSettings, TeamsWebhookSettings,
};
pub use notifications::{NotificationSettings, Unsupported};
pub use operators::OperatorSettings;
pub use organization::{AttachmentSettings, ChatPolicySettings, OrganizationSettings};
pub use pictures::{PictureSettings, PictureSource};
pub use rules::RuleSettings;
pub use slack::{SlackAppSettings, SlackSettings, SlackWorkspaceSettings};
pub use store::StoreSettings;
pub use templates::{TemplateSettings, read_template};
pub use threads::{ConfigurationThreadSettings, ThreadSettings};
pub use throttle::{RateSettings, ThrottleSettings};
pub use traces::TraceSettings;

const ENVIRONMENT_PREFIX: &str = "BELLHOP_";

/// What `dev` declares before anything else is said: a loopback address, one account and its key, one workspace.
const DEV_DEFAULTS: &str = include_str!("../assets/dev.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default)]
    pub server: ServerSettings,
    #[serde(default)]
    pub store: StoreSettings,
    #[serde(default)]
    pub sns: SnsSettings,
    #[serde(default)]
    pub ingest: IngestSettings,
    #[serde(default)]
    pub slack: SlackSettings,
    #[serde(default)]
    pub microsoft_teams: MicrosoftTeamsSettings,
    #[serde(default)]
    pub delivery: DeliverySettings,
    #[serde(default)]
    pub operators: OperatorSettings,
    #[serde(default)]
    pub chime: ChimeSettings,
    #[serde(default)]
    pub limits: LimitSettings,
    #[serde(default)]
    pub throttle: ThrottleSettings,
    #[serde(default)]
    pub audit: AuditSettings,
    #[serde(default)]
    pub metrics: MetricsSettings,
    #[serde(default)]
    pub cloudwatch: CloudWatchSettings,
    #[serde(default)]
    pub notifications: NotificationSettings,
    #[serde(default)]
    pub threads: ThreadSettings,
    #[serde(default)]
    pub templates: Vec<TemplateSettings>,
    /// What is done about messages, in this order.
    #[serde(default)]
    pub rules: Vec<RuleSettings>,
    #[serde(default)]
    pub commands: CommandSettings,
    #[serde(default)]
    pub pictures: PictureSettings,
    #[serde(default)]
    pub organization: OrganizationSettings,
    #[serde(default)]
    pub approvals: ApprovalSettings,
    /// Accounts by name. One that anything else of the settings names exists without.
    #[serde(default)]
    pub accounts: Vec<AccountSettings>,
    #[serde(default)]
    pub users: Vec<UserSettings>,
    /// Who may sign API requests.
    #[serde(default)]
    pub access_keys: Vec<AccessKeySettings>,
    #[serde(default)]
    pub policies: Vec<PolicySettings>,
    #[serde(default)]
    pub sign_in: SignInSettings,
    #[serde(default)]
    pub user_roles: Vec<UserRoleSettings>,
    /// Where AWS is. Nothing of a file or of `BELLHOP_…` sets it.
    #[serde(skip)]
    pub aws: AwsEnvironment,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// How SNS reaches this server: `https://bellhop.example.com`. The listening address unless set.
    pub public_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` is believed: `10.0.0.0/8`, or one address.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Regions that requests may be signed for: any, unless some are named.
    #[serde(deserialize_with = "texts")]
    pub regions: Vec<String>,
    /// API requests that are answered at the same time; one more is `ServiceUnavailable`.
    pub max_requests_in_flight: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SnsSettings {
    /// `host` or `host:port` of emulators whose certificates and confirmations are trusted beside Amazon's.
    #[serde(deserialize_with = "trusted_hosts")]
    pub trusted_certificate_hosts: TrustedHosts,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChimeSettings {
    /// In place of `https://hooks.chime.aws/`, for a test of one's own.
    pub api_url: Option<Url>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Chat configurations of one account, of all platforms together; one more is `LimitExceededException`.
    pub chat_configurations: u32,
    /// SNS topics that one configuration may list.
    pub topics_per_configuration: usize,
    /// Custom actions of one account.
    pub custom_actions: u32,
    /// Tags of one configuration or custom action; one more is `TooManyTagsException`.
    pub tags_per_resource: usize,
    /// Characters of a custom action's `CommandText`.
    pub command_text_characters: usize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            chat_configurations: 10_000,
            topics_per_configuration: 1000,
            custom_actions: 10_000,
            tags_per_resource: 200,
            command_text_characters: wire::constraints::Limits::default().command_text,
        }
    }
}

impl LimitSettings {
    /// What requests of the API may have.
    pub fn of_requests(&self) -> wire::constraints::Limits {
        wire::constraints::Limits { command_text: self.command_text_characters }
    }

    /// What a type alone cannot say.
    fn problem(&self) -> Option<(&'static str, &'static str)> {
        let settable = wire::constraints::Limits::default().command_text..=wire::ids::COMMAND_TEXT_MAX;
        let is_wrong = !settable.contains(&self.command_text_characters);
        is_wrong.then_some(("limits.command_text_characters", "must be between 100, as AWS has it, and 5000"))
    }
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4750)),
            public_url: None,
            trusted_proxies: Vec::new(),
            regions: Vec::new(),
            max_requests_in_flight: 1000,
        }
    }
}

/// Why there are no settings. Names the key and where it stands.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("cannot read the settings file `{path}`; name another with --config")]
    File { path: String, source: std::io::Error },
    #[error("{}", sentences(.0))]
    Invalid(Box<figment::Error>),
    #[error("`{key}` {problem}")]
    Value { key: &'static str, problem: String },
}

/// What the command line says, over the file and the environment.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub listen: Option<SocketAddr>,
    pub data_dir: Option<PathBuf>,
}

impl Settings {
    /// `bellhop serve` and the tools that work on its data: the file, the environment.
    pub fn of_file(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| SettingsError::File { path: path.display().to_string(), source })?;
        let mut settings =
            read(Figment::from(Toml::string(&text)), &path.display().to_string(), &Overrides::default())?;
        let directory = path.parent().unwrap_or(Path::new("."));
        settings.read_policy_documents(directory)?;
        settings.slack.read_secrets(directory)?;
        settings.microsoft_teams.read_password(directory)?;
        settings.read_template_files(directory)?;
        settings.read_chat_policies(directory)?;
        Ok(settings)
    }

    /// `bellhop dev`: embedded defaults, the environment, the command line.
    pub fn of_dev(overrides: &Overrides) -> Result<Self, SettingsError> {
        let mut settings = read(Figment::from(Toml::string(DEV_DEFAULTS)), "the defaults of dev", overrides)?;
        settings.read_policy_documents(Path::new("."))?;
        settings.slack.read_secrets(Path::new("."))?;
        settings.microsoft_teams.read_password(Path::new("."))?;
        settings.read_template_files(Path::new("."))?;
        settings.read_chat_policies(Path::new("."))?;
        Ok(settings)
    }
}

/// `[store]` of the environment alone, for a tool that was given no file.
pub fn store_of_environment(data_dir: PathBuf) -> Result<StoreSettings, SettingsError> {
    let environment = Figment::from(Env::prefixed("BELLHOP_STORE__"));
    let settings: StoreSettings = environment.extract().map_err(|error| SettingsError::Invalid(Box::new(error)))?;
    if let Some((key, problem)) = settings.problem() {
        return Err(SettingsError::Value { key, problem: problem.to_owned() });
    }
    Ok(StoreSettings { data_dir, ..settings })
}

/// Whether AWS's standard variables name credentials. The SDK reads their values itself.
pub fn aws_credentials_are_named() -> bool {
    ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"]
        .into_iter()
        .any(|name| environment(name).is_some())
}

/// Where AWS STS is for `bellhop login`, if the standard variables redirect it to an emulator.
pub fn sts_endpoint() -> Option<String> {
    ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"].into_iter().find_map(environment)
}

/// The region as the environment names it. AWS's SDK for Rust reads the first alone, the AWS CLI the second.
pub fn aws_region() -> Option<String> {
    ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(environment)
}

/// `RUST_LOG`, if somebody debugs.
pub fn log_filter() -> Option<String> {
    environment("RUST_LOG")
}

#[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// All variables that begin so.
fn environment_of(prefix: &str) -> BTreeMap<String, String> {
    let named =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    named.filter(|(name, value)| name.starts_with(prefix) && !value.is_empty()).collect()
}

fn read(base: Figment, origin: &str, overrides: &Overrides) -> Result<Settings, SettingsError> {
    let environment = Env::prefixed(ENVIRONMENT_PREFIX).split("__");
    let mut settings: Settings = base.merge(environment).extract().map_err(|mut error| {
        error.metadata = error.metadata.map(|mut metadata| {
            if metadata.name.contains("TOML") {
                metadata.name = origin.to_owned().into();
            }
            metadata
        });
        SettingsError::Invalid(Box::new(error))
    })?;
    settings.aws = AwsEnvironment::read();
    if let Some(listen) = overrides.listen {
        settings.server.listen = listen;
    }
    if let Some(data_dir) = &overrides.data_dir {
        settings.store.data_dir.clone_from(data_dir);
    }
    check(settings)
}

/// What a type alone cannot say.
fn check(settings: Settings) -> Result<Settings, SettingsError> {
    let wrong = |key, problem: &str| Err(SettingsError::Value { key, problem: problem.to_owned() });
    let sections = [
        settings.store.problem(),
        settings.delivery.problem(),
        settings.operators.problem(),
        settings.commands.problem(),
        settings.limits.problem(),
        settings.pictures.problem(),
    ];
    if let Some((key, problem)) = sections.into_iter().flatten().next() {
        return wrong(key, problem);
    }
    for (key, limit) in [
        ("limits.chat_configurations", settings.limits.chat_configurations),
        ("limits.custom_actions", settings.limits.custom_actions),
        ("server.max_requests_in_flight", settings.server.max_requests_in_flight),
    ] {
        if limit == 0 {
            return wrong(key, "must be at least 1");
        }
    }
    if let Some(problem) = settings.throttle.problem() {
        return wrong("throttle", problem);
    }
    let sections = [
        settings.cloudwatch.problem(),
        settings.slack.problem(),
        settings.microsoft_teams.problem(),
        settings.threads.problem(),
    ];
    if let Some((key, problem)) = sections.into_iter().flatten().next() {
        return wrong(key, &problem);
    }
    for (key, url) in [("slack.api_url", &settings.slack.api_url), ("server.public_url", &settings.server.public_url)] {
        if url.as_ref().is_some_and(|url| !matches!(url.scheme(), "http" | "https")) {
            return wrong(key, "must be a http or https URL");
        }
    }
    if settings.slack.api_url.as_ref().is_some_and(|url| !url.path().ends_with('/')) {
        return wrong("slack.api_url", "must end with `/`");
    }
    if let Some(problem) = settings.ingest.problem() {
        return wrong("ingest.sqs", &problem);
    }
    identities::check(&settings)?;
    settings.rules()?;
    settings.approvals()?;
    Ok(settings)
}

/// Figment's errors one after the other: what, which key, where it stands.
fn sentences(errors: &figment::Error) -> String {
    let sentence = |error: figment::Error| {
        let key = if error.path.is_empty() { String::new() } else { format!(" for `{}`", error.path.join(".")) };
        let place = error.metadata.as_ref().map(|metadata| format!(" in {}", metadata.name)).unwrap_or_default();
        format!("{}{key}{place}", error.kind)
    };
    errors.clone().into_iter().map(sentence).collect::<Vec<_>>().join("; ")
}

fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    // An account id is digits: the environment's and TOML's readers may take it for a number.
    let text = Text::deserialize(deserializer)?.0;
    text.parse().map_err(serde::de::Error::custom)
}

fn trusted_hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TrustedHosts, D::Error> {
    let host = |text: &String| {
        TrustedHost::parse(text).ok_or_else(|| {
            serde::de::Error::custom(format!("`{text}` is not a host or host:port, like `localhost:4566`"))
        })
    };
    texts(deserializer)?.iter().map(host).collect()
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: &String| {
        let address = || text.parse().ok().map(|address: std::net::IpAddr| IpNet::from(address));
        text.parse().ok().or_else(address).ok_or_else(|| {
            serde::de::Error::custom(format!("`{text}` is not a network or an address, like `10.0.0.0/8`"))
        })
    };
    texts(deserializer)?.iter().map(network).collect()
}

/// A list, or one text with commas, as the environment has it.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Form::deserialize(deserializer)? {
        Form::List(texts) => texts,
        Form::Text(text) => {
            text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        }
    })
}

/// A string, also where a reader took digits for a number.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Text(String),
            Number(u64),
        }
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::Text(text) => text,
            Form::Number(number) => number.to_string(),
        }))
    }
}

#[cfg(test)]
mod tests;
