//! `bellhop account|user|access-key|policy|session` beside a server that runs.

use std::path::Path;
use std::process::Command;

use aws_credential_types::Credentials;
use serde_json::{Value, json};

use super::describe;
use crate::kit::{OPS, TestServer};

const ACCOUNT: &str = OPS.account_id;
const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"chatbot:Describe*","Resource":"*"}]}"#;

/// One command on a server's data: whether it went well, stdout, stderr.
fn run(data_dir: &Path, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(arguments)
        .args(["--data-dir", data_dir.to_str().unwrap()])
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn ok(data_dir: &Path, arguments: &[&str]) -> String {
    let (good, out, error) = run(data_dir, arguments);
    assert!(good, "{arguments:?}: {error}");
    out
}

#[track_caller]
fn refused(data_dir: &Path, arguments: &[&str], contains: &[&str]) {
    let (good, out, error) = run(data_dir, arguments);
    assert!(!good, "{arguments:?}: {out}");
    for text in contains {
        assert!(error.contains(text), "{arguments:?}: {error}");
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_on_the_command_line_signs_and_its_secret_is_shown_once() {
    let server = TestServer::start().await;
    let data = &server.settings.store.data_dir;
    let made = parsed(&ok(data, &["access-key", "create", "--account-id", ACCOUNT, "--output", "json"]));
    let text = |member: &str| made["AccessKey"][member].as_str().unwrap().to_owned();
    let (id, secret) = (text("AccessKeyId"), text("SecretAccessKey"));
    assert!(id.starts_with("AKIA") && secret.len() == 40, "{made}");
    let credentials = Credentials::new(&id, &secret, None, None, "test");
    let api = server.api();
    let call = || api.call(wire::operations::Operation::DescribeSlackWorkspaces, OPS).signed_with(&credentials).send();
    call().await.ok(200);
    for output in ["table", "json"] {
        let listed = ok(data, &["access-key", "list", "--account-id", ACCOUNT, "--output", output]);
        assert!(listed.contains(&id) && listed.contains(OPS.id) && !listed.contains(&secret), "{listed}");
    }
    assert!(ok(data, &["access-key", "deactivate", &id]).contains("within 5 seconds"));
    server.clock.advance(5000);
    call().await.refused(403, "UnrecognizedClientException", "message");
    ok(data, &["access-key", "activate", &id]);
    ok(data, &["access-key", "delete", &id]);
    refused(data, &["access-key", "delete", &id], &["there is no access key", "bellhop access-key list"]);
    refused(data, &["access-key", "delete", OPS.id], &["stands in the settings"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_users_are_made_listed_and_deleted() {
    let server = TestServer::start().await;
    let data = &server.settings.store.data_dir;
    let new = "111122223333";
    refused(data, &["user", "create", "alice", "--account-id", new], &["account", "bellhop account create"]);
    ok(data, &["account", "create", new, "--name", "New one"]);
    refused(data, &["account", "create", new], &["there already"]);
    refused(data, &["account", "create", "12"], &["twelve digits"]);
    let accounts = parsed(&ok(data, &["account", "list", "--output", "json"]));
    let expected = json!({ "AccountId": new, "Name": "New one", "Enabled": true, "Declared": false });
    assert_eq!(accounts["Accounts"][0], expected);
    assert!(
        ok(data, &["user", "create", "alice", "--account-id", new]).contains("arn:aws:iam::111122223333:user/alice")
    );
    refused(data, &["user", "create", "a b", "--account-id", new], &["`a b`", "letters"]);
    let users = parsed(&ok(data, &["user", "list", "--account-id", new, "--output", "json"]));
    assert_eq!(users["Users"][0]["UserName"], "alice");
    refused(data, &["account", "delete", new], &["has users", "bellhop user delete"]);
    let key = ok(data, &["access-key", "create", "--account-id", new, "--user-name", "alice"]);
    assert!(key.contains("AWS_SECRET_ACCESS_KEY=") && key.contains("once"), "{key}");
    refused(data, &["user", "delete", "alice", "--account-id", new], &["has access keys"]);
    refused(
        data,
        &["access-key", "create", "--account-id", new, "--user-name", "bob"],
        &["user", "bellhop user create"],
    );
    let id = key.lines().next().unwrap().strip_prefix("AWS_ACCESS_KEY_ID=").unwrap().to_owned();
    ok(data, &["access-key", "delete", &id]);
    ok(data, &["user", "delete", "alice", "--account-id", new]);
    ok(data, &["account", "delete", new]);
    ok(data, &["account", "disable", ACCOUNT]);
    assert!(ok(data, &["account", "list"]).contains("disabled"));
    describe(&server, OPS).await.refused(403, "OptInRequired", "message");
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_kept_shown_attached_and_detached() {
    let server = TestServer::start().await;
    let data = &server.settings.store.data_dir;
    let file = data.join("policy.json");
    std::fs::write(&file, POLICY).unwrap();
    let of_account = |arguments: &[&'static str]| [arguments, &["--account-id", ACCOUNT]].concat();
    let create = [&of_account(&["policy", "create", "look"])[..], &["--policy-file", file.to_str().unwrap()]].concat();
    ok(data, &create);
    refused(data, &create, &["policy `look`", "there already"]);
    std::fs::write(&file, r#"{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps"}]}"#).unwrap();
    let broken =
        [&of_account(&["policy", "create", "broken"])[..], &["--policy-file", file.to_str().unwrap()]].concat();
    refused(data, &broken, &["policy `broken`", "statement 1"]);
    let update = |name: &'static str| {
        [&of_account(&["policy", "update", name])[..], &["--policy-file", file.to_str().unwrap()]].concat()
    };
    refused(data, &update("look"), &["statement 1"]);
    std::fs::write(&file, POLICY.replace("Describe", "Get")).unwrap();
    refused(data, &update("other"), &["there is no policy `other`"]);
    assert!(ok(data, &update("look")).contains("within 5 seconds"));
    assert!(ok(data, &of_account(&["policy", "show", "look"])).contains("chatbot:Get*"));
    std::fs::write(&file, POLICY).unwrap();
    ok(data, &update("look"));
    let pattern = "arn:aws:iam::123456789012:user/*";
    let attach =
        |arn: &'static str| [&of_account(&["policy", "attach", "look"])[..], &["--principal-arn", arn]].concat();
    ok(data, &attach(pattern));
    refused(data, &attach("arn:aws:iam::210987654321:user/*"), &["another account"]);
    refused(data, &attach("*"), &["not the ARN of a principal"]);
    let shown = ok(data, &of_account(&["policy", "show", "look"]));
    assert!(shown.contains(POLICY) && shown.contains(pattern), "{shown}");
    let listed = parsed(&ok(data, &[&of_account(&["policy", "list"])[..], &["--output", "json"]].concat()));
    assert_eq!(listed["Policies"][0]["PrincipalArns"], json!([pattern]));
    refused(data, &of_account(&["policy", "delete", "look"]), &["detach it first", "bellhop policy detach"]);
    let detach = [&of_account(&["policy", "detach", "look"])[..], &["--principal-arn", pattern]].concat();
    ok(data, &detach);
    refused(data, &detach, &["there is no attachment"]);
    ok(data, &of_account(&["policy", "delete", "look"]));
    refused(data, &of_account(&["policy", "show", "look"]), &["there is no policy `look`"]);
}

#[test]
fn a_simulation_answers_in_the_words_of_iam() {
    let directory = tempfile::tempdir().unwrap();
    let (allow, deny) = (directory.path().join("allow.json"), directory.path().join("deny.json"));
    std::fs::write(&allow, POLICY).unwrap();
    std::fs::write(
        &deny,
        r#"{"Version":"2012-10-17","Statement":{"Sid":"Others","Effect":"Deny","Action":"*","Resource":"*",
            "Condition":{"StringNotEquals":{"aws:RequestTag/team":"ops"}}}}"#,
    )
    .unwrap();
    let simulate = |files: &[&Path], context: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_bellhop"))
            .args(["policy", "simulate", "--action", "chatbot:DescribeSlackWorkspaces", "--context", context])
            .arg("--policy-file")
            .args(files)
            .env_clear()
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        parsed(&String::from_utf8(output.stdout).unwrap())
    };
    let allowed = simulate(&[&allow, &deny], r#"{"aws:RequestTag/team":["ops"]}"#);
    assert_eq!(
        allowed,
        json!({
            "EvalActionName": "chatbot:DescribeSlackWorkspaces",
            "EvalResourceName": "*",
            "EvalDecision": "allowed",
            "MatchedStatements": [
                { "SourcePolicyId": allow.to_str(), "SourcePolicyType": "IAM Policy", "StatementIndex": 1 },
            ],
            "MissingContextValues": [],
        })
    );
    let denied = simulate(&[&allow, &deny], "{}");
    assert_eq!(denied["EvalDecision"], "explicitDeny");
    assert_eq!(denied["MatchedStatements"][0]["StatementSid"], "Others");
    assert_eq!(denied["MissingContextValues"], json!(["aws:RequestTag/team"]));
    assert_eq!(simulate(&[&deny], r#"{"aws:RequestTag/team":"ops"}"#)["EvalDecision"], "implicitDeny");
}
