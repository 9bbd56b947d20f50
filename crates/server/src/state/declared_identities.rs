//! The identities of the settings as the store keeps them. Called once, when the server starts.

use store::{AccessKey, DeclaredAccount, DeclaredIdentities, DeclaredPolicy, DeclaredUser};
use wire::ids::AccountId;

use crate::config::{AccessKeySettings, PolicySettings, Settings, UserSettings};

pub fn of(settings: &Settings) -> DeclaredIdentities {
    let account = |account_id: &AccountId, name| DeclaredAccount { account_id: account_id.clone(), name };
    let named = settings.accounts.iter().map(|found| account(&found.account_id, Some(found.name.clone())));
    let of_workspaces = settings.slack.workspaces.iter().map(|workspace| account(&workspace.account_id, None));
    let user = |user: &UserSettings| DeclaredUser { account_id: user.account_id.clone(), name: user.name.clone() };
    let access_key = |key: &AccessKeySettings| AccessKey {
        access_key_id: key.access_key_id.clone(),
        account_id: key.account_id.clone(),
        user_name: key.user.clone(),
        secret_access_key: key.secret_access_key.clone(),
    };
    let policy = |policy: &PolicySettings| DeclaredPolicy {
        account_id: policy.account_id.clone(),
        name: policy.name.clone(),
        document: policy.document.clone().unwrap_or_default(),
        attached_to: policy.attached_to.clone(),
    };
    DeclaredIdentities {
        accounts: named.chain(of_workspaces).collect(),
        users: settings.users.iter().map(user).collect(),
        access_keys: settings.access_keys.iter().map(access_key).collect(),
        policies: settings.policies.iter().map(policy).collect(),
    }
}
