//! The settings of who may call: accounts, users, access keys, policies, signing in. Part of `config`, which reads them.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use iam::policy::MAX_DOCUMENT_BYTES;
use iam::principal::PrincipalPattern;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use url::Url;
use wire::ids::{AccountId, Arn};

use super::{Settings, SettingsError, parsed};
use crate::identities;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSettings {
    #[serde(deserialize_with = "parsed")]
    pub account_id: AccountId,
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSettings {
    #[serde(deserialize_with = "parsed")]
    pub account_id: AccountId,
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKeySettings {
    #[serde(deserialize_with = "parsed")]
    pub account_id: AccountId,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    /// The user whose key it is; without, the account's root, which may do everything in its account.
    pub user: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySettings {
    #[serde(deserialize_with = "parsed")]
    pub account_id: AccountId,
    pub name: String,
    /// The JSON text; in settings that were read it is there, wherever it came from.
    pub document: Option<String>,
    /// The file of the JSON text, beside the settings file unless its path is absolute.
    pub document_file: Option<PathBuf>,
    /// Patterns of ARNs of principals.
    #[serde(default)]
    pub attached_to: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInSettings {
    /// Whether somebody may sign in with an identity of AWS.
    pub enabled: bool,
    /// `host` or `host:port` of the URL that people log in to. The host of `server.public_url` unless set.
    pub server_name: Option<String>,
    /// Emulators of AWS STS that are asked beside Amazon's own, over plain http.
    #[serde(deserialize_with = "sts_hosts")]
    pub sts_hosts: Vec<StsHost>,
    /// How long the credentials of a session last.
    pub session_minutes: u16,
}

/// A role that people in chat are offered for themselves, if policies allow their principal `sts:AssumeRole` on it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserRoleSettings {
    #[serde(deserialize_with = "parsed")]
    pub account_id: AccountId,
    #[serde(deserialize_with = "parsed")]
    pub role_arn: Arn,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self { enabled: true, server_name: None, sts_hosts: Vec::new(), session_minutes: 60 }
    }
}

/// `host` or `host:port` in the form in which a URL has it: `localhost:4566`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StsHost(String);

impl StsHost {
    pub fn parse(text: &str) -> Option<Self> {
        // A text that a URL does not change has neither user nor path, no port 80, no capital.
        let url = format!("http://{text}/");
        let unchanged = Url::parse(&url).is_ok_and(|parsed| parsed.as_str() == url && parsed.path() == "/");
        let bare = !text.is_empty() && !text.contains(['@', '/', '?', '#']);
        (bare && unchanged).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Settings {
    /// Puts the texts of the files that policies name in their place, and checks all policies.
    pub(super) fn read_policy_documents(&mut self, directory: &Path) -> Result<(), SettingsError> {
        for policy in &mut self.policies {
            if let (None, Some(file)) = (&policy.document, &policy.document_file) {
                let path = directory.join(file);
                let text = read_policy_document(&path)
                    .map_err(|source| SettingsError::File { path: path.display().to_string(), source })?;
                policy.document = Some(text);
                policy.document_file = None;
            }
            let document = policy.document.as_deref().unwrap_or_default();
            identities::check_policy(&policy.name, document)
                .map_err(|problem| wrong("policies", format!("has a wrong one: {problem}")))?;
        }
        Ok(())
    }
}

/// What a type alone cannot say. The documents of policies are checked when they were read.
pub(super) fn check(settings: &Settings) -> Result<(), SettingsError> {
    let is_theirs = |role: &UserRoleSettings| {
        crate::app::is_role(&role.role_arn) && role.role_arn.account_id().as_ref() == Some(&role.account_id)
    };
    if let Some(role) = settings.user_roles.iter().find(|role| !is_theirs(role)) {
        let (arn, account_id) = (&role.role_arn, role.account_id.as_str());
        return Err(wrong("user_roles.role_arn", format!("has `{arn}`, which is no role of account `{account_id}`")));
    }
    for account in &settings.accounts {
        identities::account_name(&account.name).map_err(|problem| wrong("accounts", problem))?;
    }
    for user in &settings.users {
        identities::user_name(&user.name).map_err(|problem| wrong("users", problem))?;
    }
    let mut ids = BTreeSet::new();
    for key in &settings.access_keys {
        identities::access_key_id(&key.access_key_id).map_err(|problem| wrong("access_keys", problem))?;
        if key.secret_access_key.expose_secret().is_empty() {
            return Err(wrong("access_keys", format!("`{}` has an empty secret", key.access_key_id)));
        }
        if !ids.insert(&key.access_key_id) {
            return Err(wrong("access_keys", format!("has `{}` twice: take one out", key.access_key_id)));
        }
    }
    for policy in &settings.policies {
        identities::policy_name(&policy.name).map_err(|problem| wrong("policies", problem))?;
        if policy.document.is_some() == policy.document_file.is_some() {
            let name = &policy.name;
            return Err(wrong("policies", format!("`{name}` must have either `document` or `document_file`")));
        }
        for pattern in &policy.attached_to {
            PrincipalPattern::parse(pattern, policy.account_id.as_str())
                .map_err(|error| wrong("policies", format!("`{}`: {error}", policy.name)))?;
        }
    }
    if !(15..=720).contains(&settings.sign_in.session_minutes) {
        return Err(wrong("sign_in.session_minutes", "must be between 15 and 720".to_owned()));
    }
    if settings.sign_in.server_name.as_deref().is_some_and(|name| StsHost::parse(name).is_none()) {
        let problem = "must be the `host` or `host:port` of the URL that people log in to";
        return Err(wrong("sign_in.server_name", problem.to_owned()));
    }
    Ok(())
}

fn wrong(key: &'static str, problem: String) -> SettingsError {
    SettingsError::Value { key, problem }
}

/// The text of a file, or as much of it as shows that it is too long.
pub fn read_policy_document(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let limit = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(limit).read_to_string(&mut text)?;
    Ok(text)
}

/// A list, or one text with commas, as the environment has it.
fn sts_hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<StsHost>, D::Error> {
    let host = |text: &String| {
        StsHost::parse(text).ok_or_else(|| {
            serde::de::Error::custom(format!("`{text}` is not a host or host:port, like `localhost:4566`"))
        })
    };
    super::texts(deserializer)?.iter().map(host).collect()
}
