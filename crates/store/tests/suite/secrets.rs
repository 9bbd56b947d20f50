//! Access keys and Slack workspaces: what the settings declare, with secrets that come back as they went in.
//! The other identities of the settings are in `declared_identities`.

use secrecy::ExposeSecret as _;
use store::{AccessKey, DeclaredIdentities, SlackWorkspace, Store, StoreError};

use crate::setup::{ACCOUNT, NOW, OTHER_ACCOUNT, Setup, account};

pub fn access_key(id: &str, secret: &str) -> AccessKey {
    AccessKey {
        access_key_id: id.to_owned(),
        account_id: account(ACCOUNT),
        user_name: None,
        secret_access_key: secret.into(),
    }
}

/// The settings with these keys and nothing else.
pub async fn declare(store: &Store, access_keys: &[AccessKey]) -> Result<(), StoreError> {
    let declared = DeclaredIdentities { access_keys: access_keys.to_vec(), ..DeclaredIdentities::default() };
    store.declare_identities(&declared, NOW).await
}

pub fn slack_workspace(account_id: &str, team_id: &str, bot_token: &str) -> SlackWorkspace {
    SlackWorkspace {
        account_id: account(account_id),
        team_id: team_id.parse().unwrap(),
        team_name: format!("{team_id}'s name"),
        bot_token: bot_token.into(),
        app_id: None,
        enterprise_id: None,
        bot_user_id: None,
        authorized_by: None,
        rotation: None,
        disabled_reason: None,
    }
}

async fn secret_of(store: &Store, id: &str) -> Option<String> {
    let key = store.active_access_key(id).await.unwrap()?;
    assert_eq!((key.access_key_id.as_str(), key.account_id.as_str()), (id, ACCOUNT));
    assert_eq!(key.user_name, None);
    Some(key.secret_access_key.expose_secret().to_owned())
}

pub async fn declared_access_keys_become_those_of_the_settings(setup: &impl Setup) {
    let store = setup.open().await;
    assert_eq!(secret_of(&store, "AKIA1").await, None);
    let first = [access_key("AKIA1", "one"), access_key("AKIA2", "two")];
    declare(&store, &first).await.unwrap();
    // Kept, changed, taken away and added.
    let second = [access_key("AKIA1", "changed"), access_key("AKIA3", "three")];
    declare(&store, &second).await.unwrap();
    store.close().await;
    drop(store);
    let store = setup.open().await;
    assert_eq!(secret_of(&store, "AKIA1").await.as_deref(), Some("changed"));
    assert_eq!(secret_of(&store, "AKIA2").await, None);
    assert_eq!(secret_of(&store, "AKIA3").await.as_deref(), Some("three"));
    declare(&store, &[]).await.unwrap();
    assert_eq!(secret_of(&store, "AKIA1").await, None);
}

pub async fn declared_slack_workspaces_become_those_of_the_settings(setup: &impl Setup) {
    let store = setup.open().await;
    let first = [slack_workspace(ACCOUNT, "T1", "xoxb-1"), slack_workspace(ACCOUNT, "T2", "xoxb-2")];
    store.declare_slack_workspaces(&first).await.unwrap();
    let second = [slack_workspace(ACCOUNT, "T1", "xoxb-changed"), slack_workspace(OTHER_ACCOUNT, "T1", "xoxb-other")];
    store.declare_slack_workspaces(&second).await.unwrap();
    let token_of = async |account_id, team_id: &str| {
        let (owner, team) = (account(account_id), team_id.parse().unwrap());
        let workspace = store.slack_workspace(&owner, &team).await.unwrap()?;
        assert_eq!(workspace.account_id.as_str(), account_id);
        assert_eq!(workspace.team_id.as_str(), team_id);
        assert_eq!(workspace.team_name, format!("{team_id}'s name"));
        Some(workspace.bot_token.expose_secret().to_owned())
    };
    assert_eq!(token_of(ACCOUNT, "T1").await.as_deref(), Some("xoxb-changed"));
    assert_eq!(token_of(ACCOUNT, "T2").await, None);
    assert_eq!(token_of(OTHER_ACCOUNT, "T1").await.as_deref(), Some("xoxb-other"));
    store.declare_slack_workspaces(&[]).await.unwrap();
    assert_eq!(token_of(ACCOUNT, "T1").await, None);
}

pub async fn a_key_declared_twice_is_a_conflict_and_changes_nothing(setup: &impl Setup) {
    let store = setup.open().await;
    declare(&store, &[access_key("AKIA1", "one")]).await.unwrap();
    let twice = [access_key("AKIA2", "hush-1"), access_key("AKIA2", "hush-2")];
    let error = declare(&store, &twice).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
    assert!(!error.to_string().contains("hush"), "{error}");
    assert_eq!(secret_of(&store, "AKIA1").await.as_deref(), Some("one"));
    assert_eq!(secret_of(&store, "AKIA2").await, None);
}

pub async fn an_accounts_workspaces_are_read_in_pages(setup: &impl Setup) {
    let store = setup.open().await;
    let mut declared: Vec<_> = ["T3", "T1", "T2"].map(|id| slack_workspace(ACCOUNT, id, "xoxb")).into();
    declared.push(slack_workspace(OTHER_ACCOUNT, "T4", "xoxb"));
    store.declare_slack_workspaces(&declared).await.unwrap();
    let page = async |after| -> Vec<String> {
        let page = store.slack_workspaces(&account(ACCOUNT), after, 2).await.unwrap();
        page.iter().map(|found| found.team_id.as_str().to_owned()).collect()
    };
    assert_eq!(page(None).await, ["T1", "T2"]);
    assert_eq!(page(Some("T2")).await, ["T3"]);
    assert!(page(Some("T3")).await.is_empty());
}
