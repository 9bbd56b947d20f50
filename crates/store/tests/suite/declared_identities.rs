//! Identities that stand in the settings: they follow them at each start, and keep out of the way of what was made by hand.

use secrecy::ExposeSecret as _;
use store::{DeclaredAccount, DeclaredIdentities, DeclaredPolicy, DeclaredUser, Entity, Refusal, Store, StoreError};

use crate::identities::{DOCUMENT, key_of, user_arn, with_alice};
use crate::setup::{ACCOUNT, NOW, OTHER_ACCOUNT, Setup, account};

fn named_account(id: &str, name: &str) -> DeclaredAccount {
    DeclaredAccount { account_id: account(id), name: Some(name.to_owned()) }
}

fn user(name: &str) -> DeclaredUser {
    DeclaredUser { account_id: account(ACCOUNT), name: name.to_owned() }
}

fn policy(name: &str, document: &str, attached_to: &[String]) -> DeclaredPolicy {
    let (name, document) = (name.to_owned(), document.to_owned());
    DeclaredPolicy { account_id: account(ACCOUNT), name, document, attached_to: attached_to.to_vec() }
}

/// An account `ops` with a user alice, her key, and a policy that is attached to her.
fn settings() -> DeclaredIdentities {
    DeclaredIdentities {
        accounts: vec![named_account(ACCOUNT, "ops")],
        users: vec![user("alice")],
        access_keys: vec![key_of(Some("alice"), "AKIA1")],
        policies: vec![policy("p", DOCUMENT, &[user_arn("alice")])],
    }
}

async fn declare(store: &Store, declared: &DeclaredIdentities) {
    store.declare_identities(declared, NOW).await.unwrap();
}

async fn conflict(store: &Store, declared: &DeclaredIdentities) -> String {
    match store.declare_identities(declared, NOW).await.unwrap_err() {
        StoreError::Conflict(sentence) => sentence,
        other => panic!("{other:?}"),
    }
}

async fn patterns(store: &Store) -> Vec<String> {
    let attached = store.policy_attachments(&account(ACCOUNT)).await.unwrap();
    attached.into_iter().map(|attachment| attachment.principal_pattern).collect()
}

pub async fn what_is_declared_becomes_that_of_the_settings(setup: &impl Setup) {
    let store = setup.open().await;
    let id = account(ACCOUNT);
    declare(&store, &settings()).await;
    // At the next start the same is no conflict.
    declare(&store, &settings()).await;
    let changed = DeclaredIdentities {
        accounts: vec![named_account(ACCOUNT, "operations"), named_account(OTHER_ACCOUNT, "other")],
        users: vec![user("alice"), user("bob")],
        access_keys: vec![key_of(Some("bob"), "AKIA1")],
        policies: vec![policy("p", "{}", &[user_arn("*"), user_arn("bob")])],
    };
    declare(&store, &changed).await;
    assert_eq!(store.account(&id).await.unwrap().unwrap().name, "operations");
    assert!(store.account(&account(OTHER_ACCOUNT)).await.unwrap().unwrap().declared);
    assert_eq!(store.users(&id, None, 10).await.unwrap().len(), 2);
    let key = store.active_access_key("AKIA1").await.unwrap().unwrap();
    assert_eq!((key.user_name.as_deref(), key.secret_access_key.expose_secret()), (Some("bob"), "secret-of-AKIA1"));
    assert_eq!(store.policy(&id, "p").await.unwrap().unwrap().document, "{}");
    assert_eq!(patterns(&store).await, [user_arn("*"), user_arn("bob")]);
    declare(&store, &DeclaredIdentities::default()).await;
    assert!(store.accounts(None, 10).await.unwrap().is_empty());
    assert!(store.users(&id, None, 10).await.unwrap().is_empty());
    assert!(store.active_access_key("AKIA1").await.unwrap().is_none());
    assert!(store.policies(&id, None, 10).await.unwrap().is_empty());
    assert!(patterns(&store).await.is_empty());
}

pub async fn an_account_exists_as_soon_as_something_of_it_is_declared(setup: &impl Setup) {
    let store = setup.open().await;
    let id = account(ACCOUNT);
    let declared = DeclaredIdentities { access_keys: vec![key_of(None, "AKIA1")], ..Default::default() };
    declare(&store, &declared).await;
    let found = store.account(&id).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.enabled, found.declared), (ACCOUNT, true, true));
    let mentioned = DeclaredAccount { account_id: account(OTHER_ACCOUNT), name: None };
    declare(&store, &DeclaredIdentities { accounts: vec![mentioned], ..declared.clone() }).await;
    assert!(store.account(&account(OTHER_ACCOUNT)).await.unwrap().is_some());
    // It takes its name when the settings give it one.
    declare(&store, &DeclaredIdentities { accounts: vec![named_account(ACCOUNT, "ops")], ..declared }).await;
    assert_eq!(store.account(&id).await.unwrap().unwrap().name, "ops");
}

pub async fn an_account_that_was_taken_out_stays_while_it_has_something(setup: &impl Setup) {
    let store = setup.open().await;
    let id = account(ACCOUNT);
    let declared = DeclaredIdentities { accounts: vec![named_account(ACCOUNT, "ops")], ..Default::default() };
    declare(&store, &declared).await;
    store.create_access_key(&key_of(None, "AKIA9"), NOW).await.unwrap().unwrap();
    declare(&store, &DeclaredIdentities::default()).await;
    assert!(store.account(&id).await.unwrap().is_some());
    // And may come back.
    declare(&store, &declared).await;
    store.delete_access_key("AKIA9").await.unwrap().unwrap();
    declare(&store, &DeclaredIdentities::default()).await;
    assert_eq!(store.account(&id).await.unwrap(), None);
}

pub async fn a_user_that_was_taken_out_takes_its_keys_and_attachments_with_it(setup: &impl Setup) {
    let store = setup.open().await;
    let id = account(ACCOUNT);
    declare(&store, &settings()).await;
    store.create_access_key(&key_of(Some("alice"), "AKIA9"), NOW).await.unwrap().unwrap();
    store.create_policy(&id, "by-hand", DOCUMENT).await.unwrap().unwrap();
    store.attach_policy(&id, "by-hand", &user_arn("alice")).await.unwrap().unwrap();
    store.attach_policy(&id, "by-hand", &user_arn("a*")).await.unwrap().unwrap();
    declare(&store, &DeclaredIdentities { users: Vec::new(), access_keys: Vec::new(), ..settings() }).await;
    assert!(store.active_access_key("AKIA9").await.unwrap().is_none());
    // What the settings themselves attach, they attach still.
    let attached = store.policy_attachments(&id).await.unwrap();
    let seen: Vec<_> = attached.iter().map(|a| (a.policy_name.as_str(), a.principal_pattern.as_str())).collect();
    assert_eq!(seen, [("by-hand", &*user_arn("a*")), ("p", &*user_arn("alice"))]);
}

pub async fn what_was_switched_off_stays_off(setup: &impl Setup) {
    let store = setup.open().await;
    let id = account(ACCOUNT);
    declare(&store, &settings()).await;
    store.set_account_enabled(&id, false).await.unwrap().unwrap();
    store.set_access_key_active("AKIA1", false).await.unwrap().unwrap();
    declare(&store, &settings()).await;
    assert!(!store.account(&id).await.unwrap().unwrap().enabled);
    assert!(store.active_access_key("AKIA1").await.unwrap().is_none());
}

pub async fn what_is_declared_cannot_be_deleted_by_hand(setup: &impl Setup) {
    let store = setup.open().await;
    let id = account(ACCOUNT);
    declare(&store, &settings()).await;
    let refused = Err(Refusal::UnmodifiableEntity);
    assert_eq!(store.delete_access_key("AKIA1").await.unwrap(), refused);
    assert_eq!(store.detach_policy(&id, "p", &user_arn("alice")).await.unwrap(), refused);
    assert_eq!(store.delete_policy(&id, "p").await.unwrap(), refused);
    assert_eq!(store.update_policy(&id, "p", "{}").await.unwrap(), refused);
    assert_eq!(store.delete_user(&id, "alice").await.unwrap(), refused);
    assert_eq!(store.delete_account(&id).await.unwrap(), refused);
    assert_eq!(store.create_policy(&id, "p", "{}").await.unwrap(), Err(Refusal::EntityAlreadyExists));
    assert_eq!(store.create_user(&id, "alice", NOW).await.unwrap(), Err(Refusal::EntityAlreadyExists));
}

pub async fn a_row_made_by_hand_is_in_the_way_and_nothing_changes(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let id = account(ACCOUNT);
    store.create_access_key(&key_of(Some("alice"), "AKIA1"), NOW).await.unwrap().unwrap();
    store.create_policy(&id, "p", DOCUMENT).await.unwrap().unwrap();
    let nothing = DeclaredIdentities::default;
    let bob = || vec![user("bob")];
    for (declared, named, command) in [
        (
            DeclaredIdentities { accounts: vec![named_account(ACCOUNT, "x")], users: bob(), ..nothing() },
            ACCOUNT,
            "account",
        ),
        (DeclaredIdentities { users: vec![user("bob"), user("alice")], ..nothing() }, "alice", "user"),
        (
            DeclaredIdentities { access_keys: vec![key_of(None, "AKIA1")], users: bob(), ..nothing() },
            "AKIA1",
            "access-key",
        ),
        (DeclaredIdentities { policies: vec![policy("p", "{}", &[])], users: bob(), ..nothing() }, "`p`", "policy"),
    ] {
        let sentence = conflict(&store, &declared).await;
        assert!(sentence.contains(named) && sentence.contains("settings"), "{sentence}");
        assert!(sentence.contains(&format!("bellhop {command} delete")), "{sentence}");
        assert_eq!(store.users(&id, None, 10).await.unwrap().len(), 1, "{sentence}");
    }
    assert_eq!(store.account(&id).await.unwrap().unwrap().name, "ops");
    assert_eq!(store.active_access_key("AKIA1").await.unwrap().unwrap().user_name.as_deref(), Some("alice"));
    // What is attached by hand may stand in the settings too.
    store.attach_policy(&id, "p", &user_arn("alice")).await.unwrap().unwrap();
    declare(&store, &DeclaredIdentities { policies: vec![policy("q", "{}", &[user_arn("alice")])], ..nothing() }).await;
    assert_eq!(patterns(&store).await, [user_arn("alice"), user_arn("alice")]);
}

pub async fn what_is_declared_twice_changes_nothing(setup: &impl Setup) {
    let store = setup.open().await;
    let nothing = DeclaredIdentities::default;
    for (declared, named) in [
        (
            DeclaredIdentities {
                accounts: vec![named_account(ACCOUNT, "x"), named_account(ACCOUNT, "y")],
                ..nothing()
            },
            ACCOUNT,
        ),
        (DeclaredIdentities { users: vec![user("bob"), user("bob")], ..nothing() }, "bob"),
        (DeclaredIdentities { policies: vec![policy("p", "{}", &[]), policy("p", "{}", &[])], ..nothing() }, "`p`"),
    ] {
        let sentence = conflict(&store, &declared).await;
        assert!(sentence.contains(named) && sentence.contains("twice"), "{sentence}");
        assert!(store.accounts(None, 10).await.unwrap().is_empty(), "{sentence}");
    }
}

pub async fn a_key_of_a_user_that_nobody_declares_is_a_conflict(setup: &impl Setup) {
    let store = with_alice(setup).await;
    let key = |name| DeclaredIdentities { access_keys: vec![key_of(Some(name), "AKIA1")], ..Default::default() };
    let sentence = conflict(&store, &key("bob")).await;
    assert!(sentence.contains("AKIA1") && sentence.contains("`bob`"), "{sentence}");
    // A user made by hand will do.
    declare(&store, &key("alice")).await;
    assert_eq!(
        store.delete_user(&account(ACCOUNT), "alice").await.unwrap(),
        Err(Refusal::DeleteConflict(Entity::AccessKey))
    );
}
