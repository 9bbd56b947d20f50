//! `bellhop render` and `bellhop templates`: files in, words out, no server. And the same templates in what a server delivers.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::kit::{TOPIC, TestServer};

const EVENT: &str = r#"{"version":"0","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"123456789012",
"time":"2026-11-22T18:20:16Z","region":"eu-west-1","resources":[],"detail":{"instance-id":"i-0c8a41d7be29f5360","state":"stopped"}}"#;

const SETTINGS: &str = r#"
[[templates]]
source = "aws.ec2"
type = "EC2 Instance *"
file = "ec2.j2"

[[templates]]
source = "cloudwatch_alarm"
headline = "{{ subject }} is in {{ state }}"
"#;

const EC2: &str =
    "{% block headline %}Machine {{ message.detail['instance-id'] }} {{ message.detail.state }}{% endblock %}\n";

/// One command in a directory: whether it went well, stdout, stderr.
fn run(directory: &Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    let output = command.args(arguments).current_dir(directory).env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn ok(directory: &Path, arguments: &[&str]) -> String {
    let (good, out, error) = run(directory, arguments);
    assert!(good, "{arguments:?}: {out}{error}");
    out
}

fn files(template: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in [("event.json", EVENT), ("bellhop.toml", SETTINGS), ("ec2.j2", template)] {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

#[test]
fn a_message_is_rendered_for_each_platform() {
    let files = files(EC2);
    let words = ok(files.path(), &["render", "event.json"]);
    assert!(words.contains("i-0c8a41d7be29f5360") && words.contains("eu-west-1"), "{words}");
    let json = |platform| -> Value {
        serde_json::from_str(&ok(files.path(), &["render", "event.json", "--format", "json", "--platform", platform]))
            .unwrap()
    };
    assert_eq!(json("slack")["blocks"][0]["type"], "header");
    assert_eq!(json("teams")["attachments"][0]["content"]["type"], "AdaptiveCard");
    assert!(json("chime")["Content"].as_str().unwrap().starts_with("/md "));
    assert_eq!(json("all")["teams"], json("teams"));
    let (good, _, error) = run(files.path(), &["render", "event.json", "--topic", "alerts"]);
    assert!(!good && error.contains("is not the ARN of a topic"), "{error}");
}

#[test]
fn a_page_is_the_same_each_time_and_shows_its_template() {
    let files = files(EC2);
    let page = |name: &str| {
        let said = ok(files.path(), &["render", "event.json", "--config", "bellhop.toml", "--html", name]);
        assert_eq!(said.trim(), format!("wrote {name}"));
        std::fs::read_to_string(files.path().join(name)).unwrap()
    };
    let first = page("a.html");
    assert_eq!(first, page("b.html"));
    assert!(first.contains("<title>Machine i-0c8a41d7be29f5360 stopped – Bellhop</title>"), "{first}");
    let words = ok(files.path(), &["render", "event.json", "--template", "ec2.j2"]);
    assert!(words.starts_with("🟡 Machine i-0c8a41d7be29f5360 stopped"), "{words}");
}

#[test]
fn templates_are_checked_on_messages() {
    let files = files(EC2);
    let said = ok(files.path(), &["templates", "check", "event.json"]);
    assert!(said.contains("ec2.j2: good, tried on sample `eventbridge`, `event.json`"), "{said}");
    assert!(said.contains("templates[1]: good, tried on sample `cloudwatch-alarm`"), "{said}");
    let list = ok(files.path(), &["templates", "list"]);
    assert!(list.contains("aws.ec2") && list.contains("EC2 Instance *") && list.contains("headline"), "{list}");
    let example = ok(files.path(), &["templates", "example", "event.json"]);
    std::fs::write(files.path().join("ec2.j2"), &example).unwrap();
    assert_eq!(
        ok(files.path(), &["render", "event.json", "--template", "ec2.j2"]),
        ok(files.path(), &["render", "event.json"]),
        "{example}"
    );
}

#[test]
fn what_is_wrong_is_shown_where_it_stands() {
    for (template, wanted) in [
        ("{% block gist %}\n  {{ state | shout }}\n{% endblock %}", "ec2.j2:2:14: "),
        ("{% block gist %}{{ message.detail.sate }}{% endblock %}", "(on sample `eventbridge`)"),
        ("{% block gist %}{{ hedline }}{% endblock %}", "no card has `hedline`"),
        ("{% block body %}{% if %}{% endblock %}", "ec2.j2:1:"),
    ] {
        let files = files(template);
        let (good, out, error) = run(files.path(), &["templates", "check"]);
        assert!(!good && out.contains(wanted), "{template}: {out}{error}");
        assert!(error.contains("1 of 2 templates are wrong"), "{error}");
    }
    let files = files("{% block body %}{% if %}{% endblock %}");
    let (good, _, error) = run(files.path(), &["config", "check"]);
    assert!(!good && error.contains("ec2.j2:1"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_in_what_is_delivered_and_a_bad_one_costs_nothing() {
    let server = TestServer::start_with(|settings| {
        let template = |template: Value| serde_json::from_value(template).unwrap();
        settings.templates = vec![
            template(json!({"source": "aws.ec2", "headline": "{{ message.detail.state }}: {{ message.detail['instance-id'] }}"})),
            template(json!({"source": "plain_text", "gist": "{% for a in range(9999) %}{% for b in range(9999) %}{% set x = a %}{% endfor %}{% endfor %}"})),
        ];
    })
    .await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.publish(TOPIC, EVENT).await;
    server.publish(TOPIC, "a plain text").await;
    server.quiet().await;
    let posted = server.slack.posted("C1");
    assert_eq!(posted.len(), 2);
    assert_eq!(posted[0].body["blocks"][0]["text"]["text"], "🟡 stopped: i-0c8a41d7be29f5360");
    let plain = posted[1].body.to_string();
    assert!(plain.contains("a plain text") && plain.contains("does more than a template may"), "{plain}");
}
