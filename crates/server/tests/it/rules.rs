//! Rules and silences, from the settings and the command line to what stands in the channel and in the ledger.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use server::config::RuleSettings;
use store::outbox::{Delivery, DeliveryState};

use crate::kit::{OTHER_TOPIC, SlackAnswer, SlackRequest, TOPIC, TestServer, eventually};

/// In 2026-11-22, a Sunday, until 13:00 UTC; the tests begin at 12:00.
fn quiet(then: &str) -> Value {
    json!({"name": "lunch", "quiet_hours": {"from": "11:30", "to": "13:00", "zone": "UTC", "days": ["sun"], "then": then}})
}

/// A server with these rules, whose channel C1 listens to [`TOPIC`].
async fn ruled(rules: Value) -> TestServer {
    let server = TestServer::start_with(|settings| settings.rules = tables(rules)).await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server
}

fn tables(rules: Value) -> Vec<RuleSettings> {
    let Value::Array(rules) = rules else { panic!("a list") };
    rules.iter().map(|rule| RuleSettings(rule.as_object().unwrap().clone())).collect()
}

fn alarm(name: &str) -> String {
    json!({ "AlarmName": name, "NewStateValue": "ALARM", "OldStateValue": "OK", "NewStateReason": "<!channel> because",
        "StateChangeTime": "2026-11-22T12:00:00.000+0000", "Region": "EU (Ireland)", "AWSAccountId": "123456789012",
        "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"), "Trigger": {} })
    .to_string()
}

/// State and reason of each, the oldest first.
async fn outcomes(server: &TestServer) -> Vec<(DeliveryState, String)> {
    let of = |found: Delivery| (found.state, found.reason.unwrap_or_default());
    server.deliveries().await.into_iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_calls_people_with_a_runbook_and_a_stranger_calls_nobody() {
    let server = ruled(json!([
        {"name": "wake", "match": {"severity": "critical", "source": "aws.cloudwatch"}, "mention": ["here", "user:U01", "group:S01"],
         "runbook": "https://wiki.example.com/alarms/{subject}"},
        {"name": "words", "match": {"source": "plain_text"}, "severity": "warning"},
    ]))
    .await;
    server.publish(TOPIC, &alarm("message-a b")).await;
    server.publish(TOPIC, "message-2 <!here> <@U01>").await;
    server.quiet().await;
    let posted = server.slack.posted("C1");
    let called = "<!here> <@U01> <!subteam^S01>";
    assert_eq!(posted[0].body["blocks"][0]["text"]["text"], called);
    assert!(posted[0].body["text"].as_str().unwrap().starts_with(&format!("{called} 🔴 ")), "{:#}", posted[0].body);
    let links = "<https://wiki.example.com/alarms/message-a%20b|Open the runbook>";
    assert!(posted[0].body["attachments"].to_string().contains(links), "{:#}", posted[0].body);
    assert!(!posted[0].body["attachments"].to_string().contains("<!channel>"));
    let text = posted[1].body["text"].as_str().unwrap();
    assert!(text.starts_with("🟡 ") && !posted[1].body.to_string().contains("<!here>"), "{text}");
    assert!(!posted[1].body.to_string().contains("<@U01>"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_mutes_is_in_the_ledger_and_comes_when_it_is_brought() {
    let server = ruled(json!([{"name": "chatter", "match": {"text": "message-2"}, "mute": true}])).await;
    server.publish_numbered(TOPIC, 2).await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C1").len(), 1);
    let found = outcomes(&server).await;
    assert_eq!(found[1], (DeliveryState::Suppressed, "muted by rule `chatter`".to_owned()));
    let muted = server.deliveries().await.remove(1);
    server.revive(&muted).await;
    assert_eq!(server.slack.posted("C1")[1].marker(), "message-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_where_a_rule_sends_it() {
    let server = ruled(json!([
        {"name": "orders", "match": {"text": "orders"}, "send_to": "shop"},
        {"name": "billing", "match": {"text": "billing"}, "send_to": "shop", "only": true},
    ]))
    .await;
    server.configure("shop", "C2", &[OTHER_TOPIC]).await;
    for text in ["message-1", "message-2 orders", "message-3 billing"] {
        server.publish(TOPIC, text).await;
    }
    server.quiet().await;
    let told = |channel| server.slack.posted(channel).iter().map(SlackRequest::marker).collect::<Vec<_>>();
    assert_eq!(told("C1"), ["message-1", "message-2"]);
    assert_eq!(told("C2"), ["message-2", "message-3"]);
    let suppressed: Vec<_> =
        outcomes(&server).await.into_iter().filter(|(state, _)| *state == DeliveryState::Suppressed).collect();
    let reason = "sent to slack-channel/shop instead by rule `billing`".to_owned();
    assert_eq!(suppressed, [(DeliveryState::Suppressed, reason)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_what_is_not_critical_and_bring_it_in_order() {
    let server = ruled(json!([quiet("hold")])).await;
    server.publish_numbered(TOPIC, 3).await;
    server.publish(TOPIC, &alarm("message-alarm")).await;
    server.quiet().await;
    let markers = || server.slack.posted("C1").iter().map(SlackRequest::marker).collect::<Vec<_>>();
    assert_eq!(markers(), ["message-alarm"]);
    let held: Vec<_> = outcomes(&server).await.into_iter().filter(|(state, _)| *state == DeliveryState::Held).collect();
    let reason =
        "held until 2026-11-22 13:00:00 UTC by the quiet hours of rule `lunch`: 11:30 to 13:00 UTC below critical";
    assert_eq!(held, vec![(DeliveryState::Held, reason.to_owned()); 3]);
    server.pass(59 * 60_000).await;
    assert_eq!(markers().len(), 1);
    server.pass(60_000).await;
    server.slack_requests("chat.postMessage", 4).await;
    server.quiet().await;
    assert_eq!(markers(), ["message-alarm", "message-1", "message-2", "message-3"]);
}

/// What is held goes through a restart, and becomes a digest when it is much.
#[tokio::test(flavor = "multi_thread")]
async fn what_quiet_hours_held_survives_a_restart_and_is_folded_when_it_is_much() {
    let mut server = ruled(json!([quiet("hold")])).await;
    server.publish_numbered(TOPIC, 20).await;
    server.restart_with(|settings| settings.delivery.digest_after = 10).await;
    assert!(server.slack.posted("C1").is_empty());
    server.pass(60 * 60_000).await;
    let posted = server.slack_requests("chat.postMessage", 1).await;
    server.quiet().await;
    assert!(posted[0].body.to_string().contains("20"), "{:#}", posted[0].body);
    let states: Vec<_> = server.deliveries().await.into_iter().map(|found| found.state).collect();
    assert_eq!(states.iter().filter(|state| **state == DeliveryState::Folded).count(), 19, "{states:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_may_mute() {
    let server = ruled(json!([quiet("mute")])).await;
    server.publish(TOPIC, "message-1").await;
    server.clock.advance(60 * 60_000);
    server.publish(TOPIC, "message-2").await;
    server.quiet().await;
    let reason = "muted by the quiet hours of rule `lunch`: 11:30 to 13:00 UTC below critical".to_owned();
    let out = (DeliveryState::Delivered, String::new());
    assert_eq!(outcomes(&server).await, [(DeliveryState::Suppressed, reason), out]);
}

/// Ten folded messages that call call once, and only for what is critical.
#[tokio::test(flavor = "multi_thread")]
async fn a_digest_calls_once() {
    let rules = json!([{"name": "wake", "match": {"severity": "critical"}, "mention": "here"}, {"name": "all", "mention": "user:U01",
        "match": {"severity": "neutral"}}]);
    let server = TestServer::start_with(|settings| {
        settings.rules = tables(rules);
        settings.delivery.digest_after = 5;
    })
    .await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }]);
    for number in 0..10 {
        server.publish(TOPIC, &alarm(&format!("message-{number}"))).await;
    }
    server.quiet().await;
    server.pass(30_000).await;
    let posted = server.slack.posted("C1");
    assert_eq!(posted.len(), 1, "{posted:#?}");
    assert_eq!(posted[0].body["blocks"][0]["text"]["text"], "<!here>");
}

/// One command: whether it went well, stdout, stderr.
fn bellhop(arguments: &[&str], input: &str) -> (bool, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_of_the_command_line_applies_within_a_second_and_says_who_made_it() {
    let server = ruled(json!([])).await;
    let data = server.settings.store.data_dir.to_str().unwrap().to_owned();
    let silences = |arguments: &[&str]| bellhop(&[&["silences"], arguments, &["--data-dir", &data]].concat(), "");
    let (good, said, error) = silences(&[
        "create",
        "--match",
        "severity=neutral,text=message-",
        "--match",
        "text=other",
        "--for",
        "300d",
        "--author",
        "anna",
        "--comment",
        "planned work",
    ]);
    assert!(good && said.contains("silence 1 lasts until "), "{said}{error}");
    server.clock.advance(1_000);
    // The server looks for itself: whatever comes before that is delivered.
    let reason = eventually("the silence applies", async || {
        server.publish(TOPIC, "message-1").await;
        let found = outcomes(&server).await.pop().unwrap();
        (found.0 == DeliveryState::Suppressed).then_some(found.1)
    })
    .await;
    assert!(
        reason.starts_with("silenced until ") && reason.ends_with(" by anna: planned work (silence 1)"),
        "{reason}"
    );
    server.publish(TOPIC, &alarm("message-alarm")).await;
    server.quiet().await;
    assert_eq!(outcomes(&server).await.pop().unwrap().0, DeliveryState::Delivered);
    let (_, listed, _) = silences(&["list"]);
    assert!(listed.contains("anna: planned work") && listed.contains(r#""text":["message-","other"]"#), "{listed}");
    let (good, _, error) = silences(&["expire", "1"]);
    assert!(good, "{error}");
    assert_eq!(silences(&["list"]).1, "no silences\n");
    assert!(silences(&["list", "--expired"]).1.contains("ended "));
    let (good, _, error) = silences(&["expire", "1"]);
    assert!(!good && error.contains("there is no silence `1` in force"), "{error}");
    for (arguments, word) in [
        (["create", "--match", "colour=red", "--for", "2h"], "`colour`"),
        (["create", "--match", "red", "--for", "2h"], "ATTRIBUTE=PATTERN"),
        (["create", "--match", "text=a", "--for", "2"], "no duration"),
        (["create", "--match", "text=a", "--until", "2h"], "no time"),
        (["create", "--match", "text=a", "--until", "2020-01-01T00:00:00Z"], "later than now"),
    ] {
        let (good, _, error) = silences(&[&arguments[..], &["--author", "a", "--comment", "c"]].concat());
        assert!(!good && error.contains(word), "{arguments:?}: {error}");
    }
}

const SETTINGS: &str = r#"
[[rules]]
name = "wake"
match = { severity = "critical", detail.severity = ">= 7" }
mention = "here"
runbook = "https://wiki.example.com/{state}"
send_to = "oncall"

[[rules]]
name = "shop only"
match = { configuration = "shop" }
mute = true

[[rules]]
name = "night"
quiet_hours = { from = "22:00", to = "07:00", zone = "Europe/Vienna" }
"#;

fn settings_file(directory: &Path, text: &str) -> String {
    let file = directory.join("bellhop.toml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn rules_test_shows_which_rule_did_what_and_where_the_others_fail() {
    let directory = tempfile::tempdir().unwrap();
    let file = settings_file(directory.path(), SETTINGS);
    let event = |severity| {
        json!({"version": "0", "source": "shop.orders", "detail-type": "Order Lost", "account": "123456789012",
            "region": "us-east-1", "time": "2026-11-23T23:00:00Z", "detail": {"state": "FAILED", "severity": severity}})
        .to_string()
    };
    let test = |input: &str| {
        let more =
            ["--config", &file, "--at", "2026-11-23T23:00:00Z", "--configuration", "ops", "--configuration", "shop"];
        let (good, said, error) = bellhop(&[&["rules", "test", "-"], &more[..]].concat(), input);
        assert!(good, "{error}");
        said
    };
    let said = test(&event(8));
    for line in [
        "severity  critical\n",
        "configuration `ops`\n  + wake: mention here, runbook, send_to oncall\n",
        "  - shop only: configuration is `shop` does not hold, it is `ops`, ",
        "  + night: quiet_hours 22:00 to 07:00 Europe/Vienna below critical\n  = delivered\n",
        "    calls     here\n    runbook   https://wiki.example.com/FAILED\n    sent to   oncall\n",
        "  = suppressed: muted by rule `shop only`\n",
    ] {
        assert!(said.contains(line), "{line} in\n{said}");
    }
    let said = test(&event(5));
    assert!(said.contains("  - wake: detail.severity is `>= 7` does not hold, it is `5`\n"), "{said}");
    let envelope = json!({"Type": "Notification", "MessageId": "m", "TopicArn": TOPIC, "Message": "hello\u{1b}[31m",
        "Timestamp": "2026-11-23T23:00:00.000Z", "SignatureVersion": "1", "Signature": "", "SigningCertURL": "https://x.example/",
        "UnsubscribeURL": "https://x.example/"});
    let said = test(&envelope.to_string());
    assert!(said.contains(&format!("topic     {TOPIC}\n")) && said.contains("reader    plain_text\n"), "{said}");
    let held = "  = held, goes out 2026-11-24T06:00:00Z (in 7 h 0 min): held until 2026-11-24 06:00:00 UTC by the quiet hours of rule `night`";
    assert!(said.contains(held) && !said.contains('\u{1b}'), "{said}");
}

#[test]
fn a_bad_rule_is_named_with_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let check = |text: &str| {
        let file = settings_file(directory.path(), text);
        bellhop(&["rules", "check", "--config", &file], "")
    };
    let (good, said, _) = check(SETTINGS);
    assert!(good && said.contains("is good: 3 rules"), "{said}");
    let (good, _, error) = check(&SETTINGS.replace("Europe/Vienna", "Europe/Wien"));
    assert!(
        !good && error.contains("`rules` has a bad rule `night`: `quiet_hours.zone` must be a time zone"),
        "{error}"
    );
    let (_, _, error) = check(&SETTINGS.replace("mute = true", "muted = true"));
    assert!(error.contains("rule `shop only`: `muted` is no key of a rule"), "{error}");
}
