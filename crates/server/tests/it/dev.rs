//! `bellhop dev`: what it seeds, its sandbox, its key, and whom it does not serve.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use server::development_key::{CERTIFICATE_PATH, DevelopmentKey};
use server::state::{Mode, Server};
use wire::operations::Operation::{DescribeSlackChannelConfigurations, DescribeSlackWorkspaces};

use crate::kit::{DEV, TOPIC, TestServer, eventually};

/// What stands in a channel of the sandbox.
async fn sandbox_messages(server: &TestServer, channel_id: &str) -> Vec<Value> {
    let (status, text) = server.get(&format!("/sandbox/messages?channel={channel_id}")).await;
    assert_eq!(status, 200, "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    answer["messages"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

/// A notification signed with the development key, as `bellhop events send` makes it.
async fn send(server: &TestServer, message: &str) -> u16 {
    let key = DevelopmentKey::open_or_create(&server.settings.store.data_dir).unwrap();
    let url = format!("http://{}{CERTIFICATE_PATH}", server.address());
    let post = server.sns.notification(TOPIC, message).with("SigningCertURL", &url).signed();
    let parsed = domain::sns_message::SnsMessage::parse(post.body.as_bytes()).unwrap();
    let post = post.tampered("Signature", &key.sign(&parsed.string_to_sign()).unwrap());
    server.post_sns(&post).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn it_seeds_one_account_and_one_workspace() {
    let server = TestServer::start_dev().await;
    let workspaces = server.call_as(DEV, DescribeSlackWorkspaces, json!({})).await.ok(200);
    let names: Vec<_> = workspaces["SlackWorkspaces"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 1);
    assert_eq!((&names[0]["SlackTeamId"], &names[0]["SlackTeamName"]), (&json!("T0SANDBOX"), &json!("Sandbox")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_of_the_development_key_arrives_in_the_sandbox_over_http() {
    let server = TestServer::start_dev().await;
    server.configure_as(DEV, "ops", "C0OPS", &[TOPIC]).await;
    assert_eq!(send(&server, "message-1").await, 200);
    let messages = eventually("the message in the sandbox", async || {
        Some(sandbox_messages(&server, "C0OPS").await).filter(|messages| !messages.is_empty())
    })
    .await;
    assert_eq!(messages.len(), 1);
    assert!(messages[0]["text"].as_str().unwrap().contains("message-1"), "{}", messages[0]);
    assert!(messages[0]["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()), "{}", messages[0]);
    assert!(server.slack.requests("chat.postMessage").is_empty(), "the sandbox is its Slack");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_one_dev_is_not_another_devs_and_no_strangers_is_its() {
    let (one, another) = (TestServer::start_dev().await, TestServer::start_dev().await);
    one.configure_as(DEV, "ops", "C0OPS", &[TOPIC]).await;
    let key = DevelopmentKey::open_or_create(&another.settings.store.data_dir).unwrap();
    for address in [one.address(), another.address()] {
        let url = format!("http://{address}{CERTIFICATE_PATH}");
        let post = one.sns.notification(TOPIC, "message-1").with("SigningCertURL", &url).signed();
        let parsed = domain::sns_message::SnsMessage::parse(post.body.as_bytes()).unwrap();
        let post = post.tampered("Signature", &key.sign(&parsed.string_to_sign()).unwrap());
        assert_eq!(one.post_sns(&post).await.0, 403, "{address}");
    }
    // The fake SNS is trusted by no setting of dev's.
    let stranger = one.sns.notification(TOPIC, "message-1").signed();
    assert_eq!(one.post_sns(&stranger).await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_development_certificate_is_served_in_dev_alone() {
    let dev = TestServer::start_dev().await;
    let (status, pem) = dev.get(CERTIFICATE_PATH).await;
    assert_eq!(status, 200);
    let key = DevelopmentKey::open_or_create(&dev.settings.store.data_dir).unwrap();
    assert_eq!(pem, key.certificate_pem());
    assert!(!pem.contains("PRIVATE"));
    let serve = TestServer::start().await;
    for path in [CERTIFICATE_PATH, "/sandbox", "/sandbox/messages", "/sandbox/faults", "/sandbox/slack/api/auth.test"] {
        assert_eq!(serve.get(path).await.0, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_configurations_and_the_key() {
    let mut server = TestServer::start_dev().await;
    let arn = server.configure_as(DEV, "ops", "C0OPS", &[TOPIC]).await;
    let pem = server.get(CERTIFICATE_PATH).await.1;
    server.restart().await;
    let found = server.call_as(DEV, DescribeSlackChannelConfigurations, json!({})).await.ok(200);
    assert_eq!(found["SlackChannelConfigurations"][0]["ChatConfigurationArn"], json!(arn));
    assert_eq!(server.get(CERTIFICATE_PATH).await.1, pem);
    assert_eq!(send(&server, "message-1").await, 200);
    eventually("the message in the sandbox", async || {
        (sandbox_messages(&server, "C0OPS").await.len() == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_listens_on_a_loopback_address_only() {
    let server = TestServer::start_dev().await;
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let mut settings = server.settings.clone();
        settings.server.listen = address.parse::<SocketAddr>().unwrap();
        let data_dir = tempfile::tempdir().unwrap();
        settings.store.data_dir = data_dir.path().to_owned();
        let started = Server::start(settings, Mode::Dev, Arc::new(server.clock.clone())).await;
        let error = started.err().unwrap().to_string();
        assert!(error.contains(address) && error.contains("bellhop serve"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandboxs_faults_are_what_bellhop_survives() {
    let server = TestServer::start_dev().await;
    server.configure_as(DEV, "ops", "C0OPS", &[TOPIC]).await;
    let fault = json!({ "fault": "rate_limited", "count": 1, "retry_after_seconds": 30 });
    let armed = server
        .api()
        .http
        .post(format!("http://{}/sandbox/faults", server.address()))
        .json(&fault)
        .send()
        .await
        .unwrap();
    assert!(armed.status().is_success(), "{}", armed.text().await.unwrap());
    assert_eq!(send(&server, "message-1").await, 200);
    server.quiet().await;
    server.pass(29_999).await;
    assert!(sandbox_messages(&server, "C0OPS").await.is_empty());
    server.pass(1).await;
    assert_eq!(sandbox_messages(&server, "C0OPS").await.len(), 1);
}
