//! Who stands behind a key, and which policies bind them.

use store::{DeclaredIdentities, DeclaredPolicy, DeclaredUser, Role, StoreSettings};
use tempfile::TempDir;

use super::*;

const ACCOUNT: &str = "123456789012";
const ROLE_SESSION: &str = "arn:aws:sts::123456789012:assumed-role/Ops/alice";
const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"chatbot:*","Resource":"*"}}"#;

fn account_id() -> AccountId {
    ACCOUNT.parse().unwrap()
}

/// Keys of the root and of alice, a session of a role, and policies attached in every way.
async fn store() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let settings = StoreSettings::in_directory(directory.path(), Role::Server);
    let store = Store::open(&settings).await.unwrap();
    let key = |id: &str, user_name: Option<&str>| AccessKey {
        access_key_id: id.to_owned(),
        account_id: account_id(),
        user_name: user_name.map(str::to_owned),
        secret_access_key: "hush".into(),
    };
    let policy = |name: &str, attached_to: &[&str]| DeclaredPolicy {
        account_id: account_id(),
        name: name.to_owned(),
        document: ALLOW.to_owned(),
        attached_to: attached_to.iter().map(|resource| format!("arn:aws:{resource}")).collect(),
    };
    let declared = DeclaredIdentities {
        users: vec![DeclaredUser { account_id: account_id(), name: "alice".to_owned() }],
        access_keys: vec![key("AKIAROOT", None), key("AKIAALICE", Some("alice"))],
        policies: vec![
            policy("to-alice", &["iam::123456789012:user/alice", "iam::123456789012:user/a*"]),
            policy("to-bob", &["iam::123456789012:user/bob"]),
            policy("to-role", &["iam::123456789012:role/Ops"]),
            policy("to-session", &["sts::123456789012:assumed-role/Ops/*"]),
            policy("to-users", &["iam::123456789012:user/*"]),
        ],
        ..DeclaredIdentities::default()
    };
    store.declare_identities(&declared, 0).await.unwrap();
    let session = Session {
        access_key_id: "ASIAROLE".to_owned(),
        account_id: account_id(),
        principal_arn: ROLE_SESSION.to_owned(),
        user_id: "AROAEXAMPLE:alice".to_owned(),
        secret_access_key: "hush".into(),
        session_token: "token".into(),
        created_at_ms: 0,
        expires_at_ms: 1000,
    };
    store.create_session(&session).await.unwrap().unwrap();
    (directory, store)
}

fn policy_names(identity: &Identity) -> Vec<&str> {
    identity.policies.iter().map(Policy::name).collect()
}

#[tokio::test]
async fn a_user_is_bound_by_what_means_its_arn_each_policy_once() {
    let (_directory, store) = store().await;
    let alice = read(&store, "AKIAALICE").await.unwrap().unwrap();
    assert_eq!(alice.principal.arn, "arn:aws:iam::123456789012:user/alice");
    assert!(!alice.principal.root && alice.principal.user_id.starts_with("AIDA"));
    assert_eq!(policy_names(&alice), ["to-alice", "to-users"]);
}

#[tokio::test]
async fn an_assumed_role_is_bound_by_what_means_its_session_or_its_role() {
    let (_directory, store) = store().await;
    let role = read(&store, "ASIAROLE").await.unwrap().unwrap();
    assert_eq!((role.principal.arn.as_str(), role.principal.user_id.as_str()), (ROLE_SESSION, "AROAEXAMPLE:alice"));
    assert_eq!(policy_names(&role), ["to-role", "to-session"]);
    assert_eq!(role.session_token.as_ref().map(secrecy::ExposeSecret::expose_secret), Some("token"));
}

#[tokio::test]
async fn the_root_needs_no_policy() {
    let (_directory, store) = store().await;
    let root = read(&store, "AKIAROOT").await.unwrap().unwrap();
    assert!(root.principal.root && root.policies.is_empty());
    assert_eq!(root.principal.user_id, ACCOUNT);
}

#[tokio::test]
async fn a_session_ends_at_its_time_and_a_disabled_account_does_not_call() {
    let (_directory, store) = store().await;
    let role = read(&store, "ASIAROLE").await.unwrap().unwrap();
    assert!(role.may_call(999).is_ok());
    assert!(matches!(role.may_call(1000), Err(NotIdentified::ExpiredToken)));
    store.set_account_enabled(&account_id(), false).await.unwrap().unwrap();
    let role = read(&store, "ASIAROLE").await.unwrap().unwrap();
    assert!(matches!(role.may_call(999), Err(NotIdentified::OptInRequired)));
}

#[tokio::test]
async fn an_attachment_or_a_policy_that_cannot_be_read_lets_nobody_in() {
    let (_directory, store) = store().await;
    store.create_policy(&account_id(), "damaged", "{").await.unwrap().unwrap();
    store.attach_policy(&account_id(), "damaged", ROLE_SESSION).await.unwrap().unwrap();
    assert!(matches!(read(&store, "ASIAROLE").await, Err(StoreError::Corrupt { .. })));
    assert!(read(&store, "AKIAALICE").await.unwrap().is_some());
    store.attach_policy(&account_id(), "to-bob", "no pattern").await.unwrap().unwrap();
    assert!(matches!(read(&store, "AKIAALICE").await, Err(StoreError::Corrupt { .. })));
}
