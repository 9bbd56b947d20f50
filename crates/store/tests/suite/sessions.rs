//! Sessions of those who signed in: kept, ended, cleared away.

use secrecy::ExposeSecret as _;
use store::{Entity, Refusal, Session, Store};

use crate::setup::{ACCOUNT, NOW, OTHER_ACCOUNT, Setup, account};

const HOUR_MS: i64 = 60 * 60 * 1000;
const ROLE_SESSION: &str = "arn:aws:sts::123456789012:assumed-role/Ops/alice";

fn session(id: &str) -> Session {
    Session {
        access_key_id: id.to_owned(),
        account_id: account(ACCOUNT),
        principal_arn: ROLE_SESSION.to_owned(),
        user_id: "AROAEXAMPLE:alice".to_owned(),
        secret_access_key: format!("secret-of-{id}").into(),
        session_token: format!("token-of-{id}").into(),
        created_at_ms: NOW,
        expires_at_ms: NOW + HOUR_MS,
    }
}

async fn with_account(setup: &impl Setup) -> Store {
    let store = setup.open().await;
    store.create_account(&account(ACCOUNT), "ops").await.unwrap().unwrap();
    store
}

async fn create(store: &Store, session: Session) {
    store.create_session(&session).await.unwrap().unwrap();
}

pub async fn a_session_comes_back_as_it_went_in(setup: &impl Setup) {
    let store = with_account(setup).await;
    create(&store, session("ASIA1")).await;
    store.close().await;
    drop(store);
    let store = setup.open().await;
    let found = store.session("ASIA1").await.unwrap().unwrap();
    assert_eq!((found.account_id.as_str(), found.principal_arn.as_str()), (ACCOUNT, ROLE_SESSION));
    assert_eq!((found.user_id.as_str(), found.expires_at_ms), ("AROAEXAMPLE:alice", NOW + HOUR_MS));
    assert_eq!(found.secret_access_key.expose_secret(), "secret-of-ASIA1");
    assert_eq!(found.session_token.expose_secret(), "token-of-ASIA1");
    assert!(store.session("ASIA2").await.unwrap().is_none());
}

pub async fn a_session_needs_its_account(setup: &impl Setup) {
    let store = setup.open().await;
    let refusal = store.create_session(&session("ASIA1")).await.unwrap();
    assert_eq!(refusal, Err(Refusal::NoSuchEntity(Entity::Account)));
    assert!(store.session("ASIA1").await.unwrap().is_none());
}

pub async fn a_session_that_ended_stays_a_day(setup: &impl Setup) {
    let store = with_account(setup).await;
    create(&store, session("ASIA1")).await;
    let ended_ms = NOW + HOUR_MS;
    let later = |id, at_ms| Session { created_at_ms: at_ms, expires_at_ms: at_ms + HOUR_MS, ..session(id) };
    create(&store, later("ASIA2", ended_ms + 24 * HOUR_MS - 1)).await;
    assert!(store.session("ASIA1").await.unwrap().is_some());
    create(&store, later("ASIA3", ended_ms + 24 * HOUR_MS)).await;
    assert!(store.session("ASIA1").await.unwrap().is_none());
    assert!(store.session("ASIA2").await.unwrap().is_some());
}

pub async fn a_revoked_session_is_gone(setup: &impl Setup) {
    let store = with_account(setup).await;
    create(&store, session("ASIA1")).await;
    create(&store, session("ASIA2")).await;
    assert!(store.revoke_session("ASIA1").await.unwrap());
    assert!(!store.revoke_session("ASIA1").await.unwrap());
    assert!(store.session("ASIA1").await.unwrap().is_none());
    assert!(store.session("ASIA2").await.unwrap().is_some());
}

pub async fn all_sessions_of_a_principal_are_revoked(setup: &impl Setup) {
    let store = with_account(setup).await;
    create(&store, session("ASIA1")).await;
    create(&store, session("ASIA2")).await;
    let bob = format!("arn:aws:iam::{ACCOUNT}:user/bob");
    create(&store, Session { principal_arn: bob.clone(), ..session("ASIA3") }).await;
    assert_eq!(store.revoke_sessions_of(&account(OTHER_ACCOUNT), ROLE_SESSION).await.unwrap(), 0);
    assert_eq!(store.revoke_sessions_of(&account(ACCOUNT), ROLE_SESSION).await.unwrap(), 2);
    let left = store.sessions(&account(ACCOUNT), None, 10).await.unwrap();
    assert_eq!((left.len(), left[0].principal_arn.as_str()), (1, bob.as_str()));
}

pub async fn sessions_are_listed_in_pages(setup: &impl Setup) {
    let store = with_account(setup).await;
    for id in ["ASIA3", "ASIA1", "ASIA2"] {
        create(&store, session(id)).await;
    }
    let page = async |after| -> Vec<String> {
        let page = store.sessions(&account(ACCOUNT), after, 2).await.unwrap();
        page.into_iter().map(|found| found.access_key_id).collect()
    };
    assert_eq!(page(None).await, ["ASIA1", "ASIA2"]);
    assert_eq!(page(Some("ASIA2")).await, ["ASIA3"]);
    assert!(store.sessions(&account(OTHER_ACCOUNT), None, 2).await.unwrap().is_empty());
}

pub async fn a_deleted_account_takes_its_sessions_with_it(setup: &impl Setup) {
    let store = with_account(setup).await;
    create(&store, session("ASIA1")).await;
    store.delete_account(&account(ACCOUNT)).await.unwrap().unwrap();
    assert!(store.session("ASIA1").await.unwrap().is_none());
}
