//! `bellhop link` and `bellhop user-identity`, the binary, against a server of its own: with a key that the server knows, and with
//! credentials of AWS that it does not.

use std::process::{Command, Output};

use serde_json::json;
use server::clock::{Clock as _, SystemClock};
use store::{NewLink, PersonId, Role, Store, StoreSettings};
use wire::operations::Operation as O;

use super::ROLE;
use crate::kit::{BellhopProcess, DEV, FakeSts};

const ARN: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";

async fn configure(bellhop: &BellhopProcess) {
    let body =
        json!({ "ConfigurationName": "ops", "SlackTeamId": "T0SANDBOX", "SlackChannelId": "C1", "IamRoleArn": ROLE });
    bellhop.api().call(O::CreateSlackChannelConfiguration, DEV).json(&body).send().await.ok(201);
}

/// A link that Anna has opened in her browser.
async fn opened(store: &Store, code: &str) {
    let now_ms = SystemClock.now_ms();
    let link = NewLink {
        id: code.to_owned(),
        asked_key: code.to_owned(),
        code: code.to_owned(),
        account_id: DEV.account_id.parse().unwrap(),
        configuration_arn: ARN.parse().unwrap(),
        person: PersonId::Slack(format!("U{code}").parse().unwrap()),
        person_name: Some("anna\u{1b}[2J".to_owned()),
        team_name: Some("Operations".to_owned()),
        channel_name: Some("ops".to_owned()),
        created_at_ms: now_ms,
        expires_at_ms: now_ms + 600_000,
    };
    store.put_link(&link).await.unwrap();
    store.open_link(code, "a-browser", now_ms).await.unwrap().unwrap();
}

async fn bellhop(arguments: Vec<String>, environment: Vec<(&'static str, String)>) -> Output {
    let run = move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
        command.args(arguments).env_clear().env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.env("AWS_REGION", "eu-central-1").envs(environment).output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn key(id: &str, secret: &str) -> Vec<(&'static str, String)> {
    vec![("AWS_ACCESS_KEY_ID", id.to_owned()), ("AWS_SECRET_ACCESS_KEY", secret.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_proves_who_somebody_is_with_whatever_credentials_they_have() {
    let sts = FakeSts::start("arn:aws:iam::123456789012:root").await;
    let data = tempfile::tempdir().unwrap();
    let hosts = format!("[\"{}\"]", sts.host());
    let process = BellhopProcess::dev(data.path(), &[("BELLHOP_SIGN_IN__STS_HOSTS", &hosts)]).await;
    configure(&process).await;
    let store = Store::open(&StoreSettings::in_directory(data.path(), Role::Tool)).await.unwrap();
    let server = format!("http://{}", process.address);
    let link = async |code: &str, mut environment: Vec<(&'static str, String)>| {
        opened(&store, code).await;
        environment.push(("AWS_ENDPOINT_URL_STS", format!("http://{}/", sts.host())));
        bellhop(vec!["link".into(), code.into(), "--server".into(), server.clone()], environment).await
    };
    for (code, environment) in
        [("AAAAAAAA", key(DEV.id, DEV.secret)), ("BBBBBBBB", key("AKIAREALAWS", "real-secret-of-aws"))]
    {
        let output = link(code, environment).await;
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
        for word in ["arn:aws:iam::123456789012:root", &format!("(U{code})"), "Operations", "#ops", ARN] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(!text.contains('\u{1b}'), "a name moves no cursor");
        let number = text.lines().map(str::trim).find(|line| line.len() == 7 && line.contains('-')).unwrap();
        let digits = number.replace('-', "");
        assert_eq!(store.join_link(code, "a-browser", &digits, SystemClock.now_ms()).await.unwrap(), Ok(()));
    }
    assert_eq!(sts.requests().len(), 1, "a key that the server knows asks nobody else");
    let output = link("CCCCCCCC", key("AKIAREALAWS", "not-the-secret")).await;
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.contains("SignatureDoesNotMatch"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_gives_a_role_shows_it_and_takes_it_back() {
    let data = tempfile::tempdir().unwrap();
    let process = BellhopProcess::dev(data.path(), &[]).await;
    configure(&process).await;
    let run = async |words: &[&str]| {
        let words = ["user-identity"].iter().chain(words).chain(&["--configuration-arn", ARN, "--data-dir"]);
        let mut words: Vec<String> = words.map(|word| (*word).to_owned()).collect();
        words.push(data.path().display().to_string());
        let output = bellhop(words, Vec::new()).await;
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let (ok, text) = run(&["create", "slack", "--slack-user-id", "U0ANNA", "--iam-role-arn", ROLE]).await;
    assert!(ok, "{text}");
    assert_eq!(run(&["list"]).await, (true, format!("U0ANNA\t{ROLE}\tan administrator\n")));
    let (ok, text) = run(&["delete", "slack", "--slack-user-id", "U0ANNA"]).await;
    assert!(ok, "{text}");
    let (ok, text) = run(&["delete", "slack", "--slack-user-id", "U0ANNA"]).await;
    assert!(!ok && text.contains("has no role of their own"), "{text}");
    assert_eq!(run(&["list"]).await, (true, String::new()));
}
