//! Accounts, users, access keys and policies, as they are made by hand.

use secrecy::ExposeSecret as _;
use store::{ATTACHMENTS_MAX, AccessKey, Entity, Refusal, Store};

use crate::secrets::slack_workspace;
use crate::setup::{ACCOUNT, NOW, OTHER_ACCOUNT, Setup, account, configure, delete};

pub const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

pub fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

pub fn key_of(user_name: Option<&str>, id: &str) -> AccessKey {
    AccessKey {
        access_key_id: id.to_owned(),
        account_id: account(ACCOUNT),
        user_name: user_name.map(str::to_owned),
        secret_access_key: format!("secret-of-{id}").into(),
    }
}

/// An account with a user, alice.
pub async fn with_alice(setup: &impl Setup) -> Store {
    let store = setup.open().await;
    store.create_account(&account(ACCOUNT), "ops").await.unwrap().unwrap();
    store.create_user(&account(ACCOUNT), "alice", NOW).await.unwrap().unwrap();
    store
}

pub async fn an_account_is_made_once_and_switched_off_and_on(setup: &impl Setup) {
    let store = setup.open().await;
    let id = account(ACCOUNT);
    assert_eq!(store.account(&id).await.unwrap(), None);
    assert_eq!(store.set_account_enabled(&id, false).await.unwrap(), Err(Refusal::NoSuchEntity(Entity::Account)));
    store.create_account(&id, "ops").await.unwrap().unwrap();
    assert_eq!(store.create_account(&id, "again").await.unwrap(), Err(Refusal::EntityAlreadyExists));
    let found = store.account(&id).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.enabled, found.declared), ("ops", true, false));
    store.set_account_enabled(&id, false).await.unwrap().unwrap();
    assert!(!store.account(&id).await.unwrap().unwrap().enabled);
    store.set_account_enabled(&id, true).await.unwrap().unwrap();
    assert!(store.account(&id).await.unwrap().unwrap().enabled);
    store.create_account(&account(OTHER_ACCOUNT), "other").await.unwrap().unwrap();
    let page = store.accounts(None, 1).await.unwrap();
    assert_eq!((page.len(), page[0].account_id.as_str()), (1, ACCOUNT));
    let page = store.accounts(Some(ACCOUNT), 10).await.unwrap();
    assert_eq!((page.len(), page[0].account_id.as_str()), (1, OTHER_ACCOUNT));
}

pub async fn an_account_is_deleted_only_when_it_has_nothing(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let id = account(ACCOUNT);
    let in_the_way = async || match store.delete_account(&id).await.unwrap() {
        Err(Refusal::DeleteConflict(entity)) => entity,
        other => panic!("{other:?}"),
    };
    store.create_access_key(&key_of(None, "AKIA1"), NOW).await.unwrap().unwrap();
    store.create_policy(&id, "p", DOCUMENT).await.unwrap().unwrap();
    store.declare_slack_workspaces(&[slack_workspace(ACCOUNT, "T0SANDBOX", "xoxb")]).await.unwrap();
    configure(&store, "ops", "C001", &[]).await;
    assert_eq!(in_the_way().await, Entity::AccessKey);
    store.delete_access_key("AKIA1").await.unwrap().unwrap();
    assert_eq!(in_the_way().await, Entity::User);
    store.delete_user(&id, "alice").await.unwrap().unwrap();
    assert_eq!(in_the_way().await, Entity::Policy);
    store.delete_policy(&id, "p").await.unwrap().unwrap();
    assert_eq!(in_the_way().await, Entity::SlackWorkspace);
    store.declare_slack_workspaces(&[]).await.unwrap();
    assert_eq!(in_the_way().await, Entity::ChatConfiguration);
    assert!(delete(&store, "ops").await);
    store.delete_account(&id).await.unwrap().unwrap();
    assert_eq!(store.account(&id).await.unwrap(), None);
    assert_eq!(store.delete_account(&id).await.unwrap(), Err(Refusal::NoSuchEntity(Entity::Account)));
}

pub async fn users_are_of_one_account_and_listed_in_pages(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let (id, other) = (account(ACCOUNT), account(OTHER_ACCOUNT));
    assert_eq!(store.create_user(&id, "alice", NOW).await.unwrap(), Err(Refusal::EntityAlreadyExists));
    assert_eq!(store.create_user(&other, "alice", NOW).await.unwrap(), Err(Refusal::NoSuchEntity(Entity::Account)));
    store.create_account(&other, "other").await.unwrap().unwrap();
    store.create_user(&other, "alice", NOW + 1).await.unwrap().unwrap();
    for name in ["carol", "bob"] {
        store.create_user(&id, name, NOW).await.unwrap().unwrap();
    }
    let page = async |after| -> Vec<String> {
        store.users(&id, after, 2).await.unwrap().into_iter().map(|user| user.name).collect()
    };
    assert_eq!(page(None).await, ["alice", "bob"]);
    assert_eq!(page(Some("bob")).await, ["carol"]);
    let theirs = store.users(&other, None, 2).await.unwrap();
    assert_eq!((theirs.len(), theirs[0].created_at_ms), (1, NOW + 1));
}

pub async fn a_user_is_deleted_only_without_keys_and_attachments(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let id = account(ACCOUNT);
    store.create_access_key(&key_of(Some("alice"), "AKIA1"), NOW).await.unwrap().unwrap();
    store.create_policy(&id, "p", DOCUMENT).await.unwrap().unwrap();
    store.attach_policy(&id, "p", &user_arn("alice")).await.unwrap().unwrap();
    // A pattern is not the user's.
    store.attach_policy(&id, "p", &user_arn("*")).await.unwrap().unwrap();
    let refusal = store.delete_user(&id, "alice").await.unwrap();
    assert_eq!(refusal, Err(Refusal::DeleteConflict(Entity::AccessKey)));
    store.delete_access_key("AKIA1").await.unwrap().unwrap();
    let refusal = store.delete_user(&id, "alice").await.unwrap();
    assert_eq!(refusal, Err(Refusal::DeleteConflict(Entity::PolicyAttachment)));
    store.detach_policy(&id, "p", &user_arn("alice")).await.unwrap().unwrap();
    store.delete_user(&id, "alice").await.unwrap().unwrap();
    assert!(store.users(&id, None, 10).await.unwrap().is_empty());
    assert_eq!(store.delete_user(&id, "alice").await.unwrap(), Err(Refusal::NoSuchEntity(Entity::User)));
}

pub async fn an_access_key_signs_while_it_is_active(setup: &impl Setup) {
    let store = with_alice(setup).await;
    store.create_access_key(&key_of(Some("alice"), "AKIA1"), NOW).await.unwrap().unwrap();
    store.create_access_key(&key_of(None, "AKIA2"), NOW).await.unwrap().unwrap();
    let key = store.active_access_key("AKIA1").await.unwrap().unwrap();
    assert_eq!((key.account_id.as_str(), key.user_name.as_deref()), (ACCOUNT, Some("alice")));
    assert_eq!(key.secret_access_key.expose_secret(), "secret-of-AKIA1");
    assert_eq!(store.active_access_key("AKIA2").await.unwrap().unwrap().user_name, None);
    store.set_access_key_active("AKIA1", false).await.unwrap().unwrap();
    assert!(store.active_access_key("AKIA1").await.unwrap().is_none());
    let listed = store.access_keys(&account(ACCOUNT), None, 10).await.unwrap();
    let seen: Vec<_> = listed.iter().map(|key| (key.access_key_id.as_str(), key.active)).collect();
    assert_eq!(seen, [("AKIA1", false), ("AKIA2", true)]);
    store.set_access_key_active("AKIA1", true).await.unwrap().unwrap();
    assert!(store.active_access_key("AKIA1").await.unwrap().is_some());
    store.delete_access_key("AKIA1").await.unwrap().unwrap();
    assert!(store.active_access_key("AKIA1").await.unwrap().is_none());
    let nobody = Err(Refusal::NoSuchEntity(Entity::AccessKey));
    assert_eq!(store.set_access_key_active("AKIA1", true).await.unwrap(), nobody);
    assert_eq!(store.delete_access_key("AKIA1").await.unwrap(), nobody);
}

pub async fn an_access_key_needs_its_account_and_user(setup: &impl Setup) {
    let store = setup.open().await;
    let create = async |key: AccessKey| store.create_access_key(&key, NOW).await.unwrap();
    assert_eq!(create(key_of(None, "AKIA1")).await, Err(Refusal::NoSuchEntity(Entity::Account)));
    store.create_account(&account(ACCOUNT), "ops").await.unwrap().unwrap();
    assert_eq!(create(key_of(Some("bob"), "AKIA1")).await, Err(Refusal::NoSuchEntity(Entity::User)));
    create(key_of(None, "AKIA1")).await.unwrap();
    // Whose ever it is: another secret must not take its place.
    assert_eq!(create(key_of(None, "AKIA1")).await, Err(Refusal::EntityAlreadyExists));
}

pub async fn a_policy_is_deleted_only_when_it_is_attached_to_nobody(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let id = account(ACCOUNT);
    let pattern = format!("arn:aws:sts::{ACCOUNT}:assumed-role/Ops/*");
    let nobody = store.attach_policy(&id, "p", &pattern).await.unwrap();
    assert_eq!(nobody, Err(Refusal::NoSuchEntity(Entity::Policy)));
    store.create_policy(&id, "p", DOCUMENT).await.unwrap().unwrap();
    assert_eq!(store.create_policy(&id, "p", "{}").await.unwrap(), Err(Refusal::EntityAlreadyExists));
    assert_eq!(store.policy(&id, "p").await.unwrap().unwrap().document, DOCUMENT);
    store.attach_policy(&id, "p", &pattern).await.unwrap().unwrap();
    let refusal = store.delete_policy(&id, "p").await.unwrap();
    assert_eq!(refusal, Err(Refusal::DeleteConflict(Entity::PolicyAttachment)));
    store.detach_policy(&id, "p", &pattern).await.unwrap().unwrap();
    let gone = store.detach_policy(&id, "p", &pattern).await.unwrap();
    assert_eq!(gone, Err(Refusal::NoSuchEntity(Entity::PolicyAttachment)));
    store.delete_policy(&id, "p").await.unwrap().unwrap();
    assert_eq!(store.policy(&id, "p").await.unwrap(), None);
    assert!(store.policies(&id, None, 10).await.unwrap().is_empty());
    let unknown = store.create_policy(&account(OTHER_ACCOUNT), "p", DOCUMENT).await.unwrap();
    assert_eq!(unknown, Err(Refusal::NoSuchEntity(Entity::Account)));
}

pub async fn a_policys_document_is_replaced_and_whom_it_binds_stays(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let id = account(ACCOUNT);
    let nobody = store.update_policy(&id, "p", "{}").await.unwrap();
    assert_eq!(nobody, Err(Refusal::NoSuchEntity(Entity::Policy)));
    for name in ["p", "q"] {
        store.create_policy(&id, name, DOCUMENT).await.unwrap().unwrap();
    }
    store.attach_policy(&id, "p", &user_arn("alice")).await.unwrap().unwrap();
    store.update_policy(&id, "p", "{}").await.unwrap().unwrap();
    assert_eq!(store.policy(&id, "p").await.unwrap().unwrap().document, "{}");
    assert_eq!(store.policy(&id, "q").await.unwrap().unwrap().document, DOCUMENT);
    assert_eq!(store.policy_attachments(&id).await.unwrap().len(), 1);
}

pub async fn attaching_twice_is_attaching_once(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let id = account(ACCOUNT);
    store.create_policy(&id, "p", DOCUMENT).await.unwrap().unwrap();
    for _ in 0..2 {
        store.attach_policy(&id, "p", &user_arn("alice")).await.unwrap().unwrap();
    }
    let attached = store.policy_attachments(&id).await.unwrap();
    assert_eq!(attached.len(), 1);
    assert_eq!((attached[0].principal_pattern.as_str(), attached[0].policy_name.as_str()), (&*user_arn("alice"), "p"));
    assert!(store.policy_attachments(&account(OTHER_ACCOUNT)).await.unwrap().is_empty());
}

pub async fn an_account_has_so_many_attachments_and_no_more(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let id = account(ACCOUNT);
    store.create_policy(&id, "p", DOCUMENT).await.unwrap().unwrap();
    for n in 0..ATTACHMENTS_MAX {
        store.attach_policy(&id, "p", &user_arn(&format!("u{n}"))).await.unwrap().unwrap();
    }
    let refusal = store.attach_policy(&id, "p", &user_arn("one-more")).await.unwrap();
    assert_eq!(refusal, Err(Refusal::LimitExceeded(ATTACHMENTS_MAX)));
    // What is there already is no more.
    store.attach_policy(&id, "p", &user_arn("u0")).await.unwrap().unwrap();
}
