//! `[approvals]`: which commands a second person must approve, and who that may be.

use std::collections::{BTreeMap, BTreeSet};

use domain::approvals::{Approvals, Approvers, ENTRIES_MAX, RULES_MAX, Rule};
use domain::hours::Hours;
use serde::Deserialize;
use serde_json::{Map, Value};
use wire::ids::AccountId;

use super::{Settings, SettingsError};

const MINUTE_MS: i64 = 60 * 1000;
/// A day: a button lasts no longer.
const EXPIRES_MINUTES_MAX: u32 = 24 * 60;
const NAME_LENGTH: usize = 64;
const ENTRY_LENGTH: usize = 400;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalSettings {
    pub rules: Vec<ApprovalRuleSettings>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalRuleSettings {
    pub name: String,
    pub operations: Vec<String>,
    pub accounts: Vec<AccountId>,
    pub configurations: Vec<String>,
    pub roles: Vec<String>,
    pub tags: BTreeMap<String, String>,
    pub hours: Option<Map<String, Value>>,
    pub approvers: ApproverSettings,
    /// 60 unless set.
    pub expires_minutes: Option<u32>,
    pub reason: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApproverSettings {
    pub people: Vec<String>,
    pub groups: Vec<String>,
    pub roles: Vec<String>,
}

impl Settings {
    /// The rules, ready to be asked.
    pub fn approvals(&self) -> Result<Approvals, SettingsError> {
        let wrong = |problem: String| SettingsError::Value { key: "approvals.rules", problem };
        if self.approvals.rules.len() > RULES_MAX {
            return Err(wrong(format!("are {}: there may be {RULES_MAX}", self.approvals.rules.len())));
        }
        let mut names = BTreeSet::new();
        let mut rules = Vec::new();
        for (settings, number) in self.approvals.rules.iter().zip(1_usize..) {
            let rule = rule(settings).map_err(|problem| wrong(format!("number {number}: {problem}")))?;
            if !names.insert(rule.name.clone()) {
                return Err(wrong(format!("number {number}: its `name` is another rule's too")));
            }
            rules.push(rule);
        }
        Ok(Approvals::new(rules))
    }
}

fn rule(settings: &ApprovalRuleSettings) -> Result<Rule, String> {
    let ApprovalRuleSettings { name, operations, configurations, roles, tags, approvers, reason, .. } =
        settings.clone();
    let length = name.chars().count();
    if name.trim() != name || length == 0 || length > NAME_LENGTH || name.chars().any(char::is_control) {
        return Err(format!("`name` must have 1 to {NAME_LENGTH} characters"));
    }
    let accounts: Vec<String> = settings.accounts.iter().map(|id| id.as_str().to_owned()).collect();
    let lists = [
        ("operations", &operations),
        ("accounts", &accounts),
        ("configurations", &configurations),
        ("roles", &roles),
        ("approvers.people", &approvers.people),
        ("approvers.groups", &approvers.groups),
        ("approvers.roles", &approvers.roles),
    ];
    for (key, list) in lists {
        if list.len() > ENTRIES_MAX || list.iter().any(|entry| entry.is_empty() || entry.len() > ENTRY_LENGTH) {
            return Err(format!("`{key}` may have {ENTRIES_MAX} entries of 1 to {ENTRY_LENGTH} characters"));
        }
    }
    if let Some(bare) = operations.iter().find(|operation| !operation.contains(':') && *operation != "*") {
        return Err(format!(
            "`operations`: `{bare}` must be an action as IAM writes it, like `ec2:TerminateInstances`"
        ));
    }
    let hours = settings.hours.as_ref().map(Hours::parse).transpose();
    let expires_minutes = settings.expires_minutes.unwrap_or(60);
    if !(1..=EXPIRES_MINUTES_MAX).contains(&expires_minutes) {
        return Err(format!("`expires_minutes` must be 1 to {EXPIRES_MINUTES_MAX}, not {expires_minutes}"));
    }
    let ApproverSettings { people, groups, roles: approver_roles } = approvers;
    Ok(Rule {
        name,
        operations,
        accounts,
        configurations,
        roles,
        tags,
        hours: hours.map_err(|(key, problem)| format!("`hours.{key}` {problem}"))?,
        approvers: Approvers { people, groups, roles: approver_roles },
        expires_ms: i64::from(expires_minutes) * MINUTE_MS,
        reason,
    })
}
