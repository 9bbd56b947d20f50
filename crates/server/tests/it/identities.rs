//! Accounts, users, keys and policies: what becomes of a caller when an operator changes them, and the commands that do.

mod commands;

use secrecy::SecretString;
use server::config::{AccessKeySettings, UserSettings};
use store::AccessKey;
use wire::operations::Operation::DescribeSlackWorkspaces;

use crate::kit::{Answer, Key, OPS, TestServer};

const ALICE: Key = Key { id: "AKIDALICE", secret: "alice-secret", ..OPS };

async fn describe(server: &TestServer, key: Key) -> Answer {
    server.api().call(DescribeSlackWorkspaces, key).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_key_is_not_the_roots() {
    let server = TestServer::start_with(|settings| {
        settings.users.push(UserSettings { account_id: OPS.account_id.parse().unwrap(), name: "alice".to_owned() });
        settings.access_keys.push(AccessKeySettings {
            account_id: OPS.account_id.parse().unwrap(),
            access_key_id: ALICE.id.to_owned(),
            secret_access_key: SecretString::from(ALICE.secret),
            user: Some("alice".to_owned()),
        });
    })
    .await;
    describe(&server, OPS).await.ok(200);
    let text = describe(&server, ALICE).await.refused(403, "AccessDeniedException", "message");
    assert!(text.contains("arn:aws:iam::123456789012:user/alice"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_key_stops_within_five_seconds_and_signs_again_when_activated() {
    let server = TestServer::start().await;
    describe(&server, OPS).await.ok(200);
    server.store().set_access_key_active(OPS.id, false).await.unwrap().unwrap();
    server.clock.advance(5000);
    describe(&server, OPS).await.refused(403, "UnrecognizedClientException", "message");
    server.store().set_access_key_active(OPS.id, true).await.unwrap().unwrap();
    server.clock.advance(1000);
    describe(&server, OPS).await.ok(200);
}

/// Else every request would be a question to the store.
#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_looked_up_once_in_five_seconds() {
    let server = TestServer::start().await;
    describe(&server, OPS).await.ok(200);
    server.store().set_access_key_active(OPS.id, false).await.unwrap().unwrap();
    server.clock.advance(4999);
    describe(&server, OPS).await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_just_made_signs_within_a_second() {
    let server = TestServer::start().await;
    describe(&server, ALICE).await.refused(403, "UnrecognizedClientException", "message");
    let key = AccessKey {
        access_key_id: ALICE.id.to_owned(),
        account_id: OPS.account_id.parse().unwrap(),
        user_name: None,
        secret_access_key: ALICE.secret.into(),
    };
    server.store().create_access_key(&key, 0).await.unwrap().unwrap();
    server.clock.advance(1000);
    describe(&server, ALICE).await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_told_so_when_its_signature_is_good() {
    let server = TestServer::start().await;
    let account_id = OPS.account_id.parse().unwrap();
    server.store().set_account_enabled(&account_id, false).await.unwrap().unwrap();
    describe(&server, OPS).await.refused(403, "OptInRequired", "message"); // reference: common errors
    let wrong = Key { secret: "wrong", ..OPS };
    describe(&server, wrong).await.refused(403, "InvalidSignatureException", "message");
    server.store().set_account_enabled(&account_id, true).await.unwrap().unwrap();
    server.clock.advance(5000);
    describe(&server, OPS).await.ok(200);
}
