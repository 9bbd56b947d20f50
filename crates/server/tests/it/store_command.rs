//! `bellhop store`: an installation that runs on SQLite moves to PostgreSQL, and what waited arrives.

use std::process::Command;
use std::sync::Arc;

use serde_json::json;
use server::clock::SystemClock;
use wire::operations::Operation::CreateSlackChannelConfiguration;

use crate::kit::{
    BellhopProcess, DEV, Database, FakeSlack, FakeSns, ROLE, SlackAnswer, SlackRequest, TOPIC, eventually,
};

/// One command: whether it went well, stdout, stderr.
fn bellhop(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellhop")).args(arguments).env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn ok(arguments: &[&str]) -> String {
    let (good, out, error) = bellhop(arguments);
    assert!(good, "{arguments:?}: {error}");
    out
}

#[track_caller]
fn refused(arguments: &[&str], contains: &str) {
    let (good, out, error) = bellhop(arguments);
    assert!(!good && error.contains(contains), "{arguments:?}: {out}{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_installation_moves_to_postgres_and_what_waited_arrives() {
    let (slack, sns) = (FakeSlack::start(Arc::new(SystemClock)).await, FakeSns::start(Arc::new(SystemClock)).await);
    let (data_dir, database) = (tempfile::tempdir().unwrap(), Database::make());
    let (slack_url, sns_host) = (slack.api_url().to_string(), sns.host());
    let environment = [
        ("BELLHOP_SLACK__API_URL", slack_url.as_str()),
        ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", sns_host.as_str()),
        ("BELLHOP_DELIVERY__SLACK_BURST", "10"),
    ];
    let mut process = BellhopProcess::dev(data_dir.path(), &environment).await;
    let configuration = json!({
        "ConfigurationName": "ops",
        "SlackTeamId": "T0SANDBOX",
        "SlackChannelId": "C1",
        "SlackChannelName": "ops",
        "IamRoleArn": ROLE,
        "SnsTopicArns": [TOPIC],
    });
    process.api().call(CreateSlackChannelConfiguration, DEV).json(&configuration).send().await.ok(201);
    slack.next("chat.postMessage", [SlackAnswer::Ok]);
    let publish = async |process: &BellhopProcess, message: &str| {
        let post = sns.notification(TOPIC, message).signed();
        assert_eq!(process.api().post_sns(&post).await.0, 200);
    };
    publish(&process, "message-1").await;
    eventually("the first is out", async || (slack.posted("C1").len() == 1).then_some(())).await;
    slack.always("C1", SlackAnswer::Status(500));
    for message in ["message-2", "message-3"] {
        publish(&process, message).await;
    }
    let directory = data_dir.path().to_str().unwrap();
    let (from, to) = (format!("sqlite:{directory}"), database.url());
    refused(&["store", "copy", "--from", &from, "--to", &to], "another bellhop serves from this directory");
    process.terminate().await;
    let copied = ok(&["store", "copy", "--from", &from, "--to", &to]);
    assert!(copied.contains("        3  notifications") && copied.contains("        3  deliveries"), "{copied}");
    refused(&["store", "copy", "--from", &from, "--to", &to], "name an empty database");
    let key = data_dir.path().join("encryption.key");
    let key = key.to_str().unwrap();
    assert!(copied.contains(key) && !copied.contains(&to), "{copied}");

    // Another node, which has nothing but the key; Slack has recovered.
    let (other, slack) = (tempfile::tempdir().unwrap(), FakeSlack::start(Arc::new(SystemClock)).await);
    let slack_url = slack.api_url().to_string();
    let environment = [
        ("BELLHOP_SLACK__API_URL", slack_url.as_str()),
        ("BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS", sns_host.as_str()),
        ("BELLHOP_DELIVERY__SLACK_BURST", "10"),
        ("BELLHOP_STORE__URL", to.as_str()),
        ("BELLHOP_STORE__ENCRYPTION_KEY_FILE", key),
    ];
    let mut process = BellhopProcess::dev(other.path(), &environment).await;
    publish(&process, "message-4").await;
    let posts = eventually("what waited", async || Some(slack.posted("C1")).filter(|posts| posts.len() >= 3)).await;
    let markers: Vec<_> = posts.iter().map(SlackRequest::marker).collect();
    assert_eq!(markers, ["message-2", "message-3", "message-4"]);

    // And back, into a directory that brings its key along.
    let back = tempfile::tempdir().unwrap();
    let to_sqlite = format!("sqlite:{}", back.path().join("data").to_str().unwrap());
    let copy_back = ["store", "copy", "--from", &to, "--to", &to_sqlite, "--encryption-key-file", key];
    refused(&copy_back, "connections of bellhop servers to the source are open");
    process.terminate().await;
    ok(&copy_back);
    let settled = back.path().join("data");
    let settled = settled.to_str().unwrap();
    let checked = ok(&["store", "check", "--data-dir", settled]);
    assert!(checked.contains("engine     SQLite") && checked.contains("pages      ok"), "{checked}");
    assert!(checked.contains("4 delivered") && checked.ends_with("in order\n"), "{checked}");
    assert_eq!(ok(&["store", "migrate", "--data-dir", settled]), "schema 1 is up to date\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_fails_with_another_key_and_a_migration_makes_a_store() {
    let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = directory.path().to_str().unwrap();
    refused(&["store", "check", "--data-dir", path], "there is no `bellhop.db`");
    assert_eq!(ok(&["store", "migrate", "--data-dir", path]), "the store is new: schema 1\n");
    assert!(ok(&["store", "check", "--data-dir", path]).contains("deliveries none"));
    ok(&["store", "migrate", "--data-dir", other.path().to_str().unwrap()]);
    let key = |directory: &tempfile::TempDir| directory.path().join("encryption.key");
    std::fs::copy(key(&other), key(&directory)).unwrap();
    refused(&["store", "check", "--data-dir", path], "is not the key that the secrets of this store are sealed with");
}
