//! `[organization]`: AWS Organizations' chat applications policies, for all accounts and for some. Documents are AWS's own JSON,
//! in the settings or in files beside them; `domain::organization` reads them, so that an error names its place.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use domain::organization::{Attachment, ChatPolicies, DOCUMENT_BYTES_MAX, Document, NamedDocument};
use serde::{Deserialize, Deserializer};
use wire::ids::AccountId;

use super::{Settings, SettingsError, texts};

/// Of one installation, and of accounts that one of them names.
const ATTACHMENTS_MAX: usize = 1000;
const ACCOUNTS_MAX: usize = 1000;
const ROOT: &str = "organization.chat_policy";
const ATTACHMENTS: &str = "organization.attachments";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrganizationSettings {
    /// Of all accounts.
    pub chat_policy: Option<ChatPolicySettings>,
    /// Of some accounts, beneath it, in this order.
    pub attachments: Vec<AttachmentSettings>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChatPolicySettings {
    /// The JSON text; in settings that were read it is there, wherever it came from.
    pub document: Option<String>,
    /// The file of the JSON text, beside the settings file unless its path is absolute.
    pub file: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentSettings {
    #[serde(deserialize_with = "account_ids")]
    pub account_ids: Vec<AccountId>,
    pub document: Option<String>,
    pub file: Option<PathBuf>,
}

impl Settings {
    /// Puts the texts of files in their place, and checks all of them.
    pub(super) fn read_chat_policies(&mut self, directory: &Path) -> Result<(), SettingsError> {
        let organization = &mut self.organization;
        if let Some(policy) = &mut organization.chat_policy {
            read(ROOT, &mut policy.document, policy.file.as_ref(), directory)?;
        }
        for attached in &mut organization.attachments {
            read(ATTACHMENTS, &mut attached.document, attached.file.as_ref(), directory)?;
        }
        self.chat_policies().map(drop)
    }

    /// Each account's policy, ready to be asked.
    pub fn chat_policies(&self) -> Result<ChatPolicies, SettingsError> {
        let OrganizationSettings { chat_policy, attachments } = &self.organization;
        if attachments.len() > ATTACHMENTS_MAX {
            return Err(wrong(ATTACHMENTS, format!("has {}: there may be {ATTACHMENTS_MAX}", attachments.len())));
        }
        let root =
            chat_policy.as_ref().map(|policy| named(ROOT, None, policy.document.as_deref(), policy.file.as_deref()));
        let attached = attachments.iter().zip(1_usize..).map(|(attached, number)| {
            if attached.account_ids.is_empty() || attached.account_ids.len() > ACCOUNTS_MAX {
                let problem = format!("number {number}: `account_ids` must name 1 to {ACCOUNTS_MAX} accounts");
                return Err(wrong(ATTACHMENTS, problem));
            }
            let (document, file) = (attached.document.as_deref(), attached.file.as_deref());
            let document = named(ATTACHMENTS, Some(number), document, file)?;
            Ok(Attachment { account_ids: attached.account_ids.clone(), document })
        });
        let root: Vec<NamedDocument> = root.transpose()?.into_iter().collect();
        Ok(ChatPolicies::new(&root, &attached.collect::<Result<Vec<_>, _>>()?))
    }
}

fn named(
    key: &'static str,
    number: Option<usize>,
    document: Option<&str>,
    file: Option<&Path>,
) -> Result<NamedDocument, SettingsError> {
    let number = number.map(|number| format!("number {number}")).unwrap_or_default();
    let file = file.map(|file| format!("`{}`", file.display())).unwrap_or_default();
    let which =
        [number.as_str(), file.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let problem = |problem: &str| {
        let which = if which.is_empty() { "is wrong".to_owned() } else { format!("({which}) is wrong") };
        wrong(key, format!("{which}: {problem}"))
    };
    let text = document.ok_or_else(|| problem("it must have either `document` or `file`"))?;
    let document = Document::parse(text).map_err(|bad| problem(&bad.to_string()))?;
    let name = if which.is_empty() { key.to_owned() } else { format!("{key} ({which})") };
    Ok(NamedDocument { name, document })
}

/// The file stays named: what is wrong with its text is told with it.
fn read(
    key: &'static str,
    document: &mut Option<String>,
    file: Option<&PathBuf>,
    directory: &Path,
) -> Result<(), SettingsError> {
    let Some(file) = file else { return Ok(()) };
    if document.is_some() {
        return Err(wrong(key, format!("has both `document` and `file` (`{}`): take one out", file.display())));
    }
    let path = directory.join(file);
    let text = bounded(&path).map_err(|source| SettingsError::File { path: path.display().to_string(), source })?;
    *document = Some(text);
    Ok(())
}

/// The text of a file, or as much of it as shows that it is too long.
fn bounded(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let limit = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(limit).read_to_string(&mut text)?;
    Ok(text)
}

/// A list, or one text with commas.
fn account_ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<AccountId>, D::Error> {
    let account = |text: &String| {
        let wrong =
            || serde::de::Error::custom(format!("`{text}` is not the id of an account, which has twelve digits"));
        text.parse().map_err(|_| wrong())
    };
    texts(deserializer)?.iter().map(account).collect()
}

fn wrong(key: &'static str, problem: String) -> SettingsError {
    SettingsError::Value { key, problem }
}
