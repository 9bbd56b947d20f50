//! `bellhop slack manifest` and `bellhop slack doctor`, run as somebody runs them: what they print, and how they end.

use std::path::PathBuf;
use std::process::Command;

use domain::slack_app::BOT_SCOPES;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kit::{OPS, OPS_TOKEN, SlackAnswer, TEAM, TestServer};

const APP_TOKEN: &str = "xapp-secret-of-the-app";
const SIGNING_SECRET: &str = "signing-secret-of-the-app";

/// One command: whether it went well, stdout, stderr.
fn bellhop(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellhop")).args(arguments).env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// Settings beside those of the server: an app, and where everything is.
fn settings(server: &TestServer, app: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bellhop.toml");
    let (data_dir, api_url) = (server.settings.store.data_dir.display(), server.slack.api_url());
    let text = format!(
        "[server]\npublic_url = \"https://bellhop.example.com\"\n[store]\ndata_dir = \"{data_dir}\"\n[slack]\napi_url = \"{api_url}\"\n{app}"
    );
    std::fs::write(&file, text).unwrap();
    (directory, file)
}

fn app() -> String {
    format!("[[slack.apps]]\napp_id = \"A0OPS\"\nsigning_secret = \"{SIGNING_SECRET}\"\napp_token = \"{APP_TOKEN}\"\n")
}

fn owner(team_id: &str) -> Value {
    json!({ "team_id": team_id, "team": "A team", "user_id": "U0BOT", "app_id": "A0OPS" })
}

fn all_scopes() -> String {
    BOT_SCOPES.map(|scope| scope.name).join(",")
}

/// A server whose workspaces are in order, and whose account OPS has a channel.
async fn in_order() -> TestServer {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[]).await;
    for (token, team_id) in [(OPS_TOKEN, TEAM), ("xoxb-other", TEAM), ("xoxb-theirs", "T0THEIRS")] {
        server.slack.knows(token, owner(team_id), &all_scopes());
    }
    server.slack.says("conversations.info", OPS_TOKEN, json!({ "channel": { "id": "C1", "is_member": true } }));
    // The address is asked for, and nothing is opened there.
    server.slack.opens_sockets_at(format!("ws://127.0.0.1:{}/link", server.address().port()));
    server
}

/// What the doctor prints, which must show no secret.
fn examine(server: &TestServer, app: &str) -> (bool, String, String) {
    let (_directory, file) = settings(server, app);
    let (good, out, error) = bellhop(&["slack", "doctor", "--config", file.to_str().unwrap()]);
    for secret in [OPS_TOKEN, "xoxb-", APP_TOKEN, SIGNING_SECRET] {
        assert!(!out.contains(secret) && !error.contains(secret), "{out}{error}");
    }
    (good, out, error)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_order_is_good_and_ends_well() {
    let server = in_order().await;
    let (good, out, error) = examine(&server, &app());
    assert!(good, "{out}{error}");
    assert!(!out.contains("MISSING"), "{out}");
    for said in [
        "https://bellhop.example.com/slack/events",
        "Slack opens sockets",
        "workspace T0OPS",
        "workspace T0THEIRS",
        "channel C1",
        "the bot is in it",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    let looked = server.slack.requests("conversations.info");
    assert!(looked.iter().any(|request| request.channel() == "C1" && request.token == OPS_TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_with_its_remedy_and_ends_badly() {
    let server = in_order().await;
    let fewer = all_scopes().replace("files:write,", "");
    server.slack.knows(OPS_TOKEN, owner(TEAM), &fewer);
    server.slack.token("xoxb-other", Some(SlackAnswer::Error("token_revoked")));
    server.slack.knows("xoxb-theirs", json!({ "team_id": "T0ELSE", "team": "Else", "user_id": "U1" }), &all_scopes());
    server.slack.token(APP_TOKEN, Some(SlackAnswer::Error("invalid_auth")));
    server.slack.says("conversations.info", OPS_TOKEN, json!({ "channel": { "id": "C1", "is_archived": true } }));
    let (good, out, error) = examine(&server, &app());
    assert!(!good && error.contains("5 things are missing"), "{out}{error}");
    let missing: Vec<&str> = out.lines().filter(|line| line.starts_with("MISSING")).collect();
    for (what, said, remedy) in [
        ("app A0OPS", "wrong or was revoked", "connections:write"),
        (OPS.account_id, "`files:write` (show graphs", "bellhop slack manifest"),
        ("210987654321", "`token_revoked`", "bellhop slack authorize"),
        ("T0THEIRS", "`T0ELSE`", "authorise it again"),
        ("channel C1", "archived", "unarchive it"),
    ] {
        let found = missing.iter().any(|line| line.contains(what) && line.contains(said) && line.contains(remedy));
        assert!(found, "{what}: {out}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_nobody_reaches_and_a_private_channel_are_seen() {
    let server = in_order().await;
    server.slack.says("conversations.info", OPS_TOKEN, json!({ "channel": { "id": "C1", "is_private": true } }));
    let (good, out, _) = examine(&server, "[[slack.apps]]\napp_id = \"A0OPS\"\n");
    assert!(!good && out.contains("nobody is heard: set `slack.apps.signing_secret`"), "{out}");
    assert!(out.contains("invite the bot with /invite"), "{out}");
    // Of another app than that of the settings, nobody in the workspace is heard.
    let (good, out, _) = examine(&server, &app().replace("A0OPS", "A0OTHER"));
    assert!(!good && out.contains("is of the app `A0OPS`, which is not one of `slack.apps`"), "{out}");
}

#[test]
fn the_manifest_is_json_for_either_way_of_being_heard() {
    let (good, out, error) = bellhop(&["slack", "manifest", "--public-url", "https://bellhop.example.com"]);
    assert!(good, "{error}");
    let manifest: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(manifest["oauth_config"]["scopes"]["bot"].as_array().unwrap().len(), BOT_SCOPES.len());
    assert_eq!(manifest["features"]["slash_commands"][0]["command"], "/aws");
    let (good, out, error) = bellhop(&["slack", "manifest", "--socket-mode", "--app-name", "Ops"]);
    assert!(good && !out.contains("https://"), "{out}{error}");
    let (good, _, error) = bellhop(&["slack", "manifest"]);
    assert!(!good && error.contains("--socket-mode"), "{error}");
}
