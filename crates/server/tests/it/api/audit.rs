//! Audit records: what stands in them, who has them, and that none is missing.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use wire::operations::Operation;

use crate::kit::{Connection, Key, MIDDAY_MS, OPS, OTHER, ROLE, SlackAnswer, TEAM, TOPIC, TestServer, eventually};

const DESCRIBE: Operation = Operation::DescribeSlackWorkspaces;
const CREATE: Operation = Operation::CreateSlackChannelConfiguration;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn configuration(name: &str) -> Value {
    json!({ "ConfigurationName": name, "SlackTeamId": TEAM, "SlackChannelId": format!("C{name}"), "SlackChannelName": "hush",
            "IamRoleArn": ROLE, "SnsTopicArns": [TOPIC] })
}

/// The shape: AWS's example of a record of AWS Chatbot, and the page on the contents of records for what is newer.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_on_record_when_it_is_answered() {
    let server = TestServer::start().await;
    let call = server.api().call(CREATE, OPS).json(&configuration("OPS")).header("user-agent", "aws-cli/2");
    let answer = call.signed_for("eu-west-1").send().await;
    let mut created = answer.ok(201);
    let records = server.audit_records().await;
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    let mut parameters = configuration("OPS");
    parameters["SlackChannelName"] = json!(hidden);
    created["ChannelConfiguration"]["SlackChannelName"] = json!(hidden);
    let event_id = records[0]["eventID"].as_str().unwrap();
    assert_eq!(event_id.len(), 36);
    let expected = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root", "principalId": "123456789012", "arn": "arn:aws:iam::123456789012:root",
            "accountId": "123456789012", "accessKeyId": "AKIDOPS",
        },
        "eventTime": "2026-11-22T12:00:00Z",
        "eventSource": "chatbot.amazonaws.com",
        "eventName": "CreateSlackChannelConfiguration",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "aws-cli/2",
        "requestParameters": parameters,
        "responseElements": created,
        "requestID": answer.header("x-amzn-requestid").unwrap(),
        "eventID": event_id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
    });
    assert_eq!(records, [expected]);
    let text = records[0].to_string();
    assert!(!text.contains("hush") && !text.contains(OPS.secret), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_on_record_a_moment_later() {
    let server = TestServer::start().await;
    server.call(DESCRIBE, json!({})).await.ok(200);
    server.call(DESCRIBE, json!({ "MaxResults": 5 })).await.ok(200);
    // No time has passed.
    assert!(server.audit_records().await.is_empty());
    let records = server.audited(2).await;
    for (record, parameters) in records.iter().zip([Value::Null, json!({ "MaxResults": 5 })]) {
        assert_eq!((&record["eventName"], &record["readOnly"]), (&json!("DescribeSlackWorkspaces"), &json!(true)));
        assert_eq!((&record["requestParameters"], &record["responseElements"]), (&parameters, &Value::Null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_is_on_record_with_its_error() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[]).await;
    let taken = json!({ "ConfigurationName": "ops", "SlackTeamId": TEAM, "SlackChannelId": "C2", "SlackChannelName": "hush",
                        "IamRoleArn": ROLE, "SnsTopicArns": [] });
    let refused = server.call(CREATE, taken).await.refused(409, "ConflictException", "message");
    let deleted =
        json!({ "ChatConfigurationArn": "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/gone" });
    server.call(Operation::DeleteSlackChannelConfiguration, deleted).await;
    let invalid = server.api().call(CREATE, OPS).raw("no JSON").send().await;
    let records = server.audit_records().await;
    assert_eq!((&records[1]["errorCode"], &records[1]["errorMessage"]), (&json!("ConflictException"), &json!(refused)));
    assert_eq!(records[1]["responseElements"], Value::Null);
    assert_eq!(records[1]["requestParameters"]["SlackChannelId"], "C2");
    assert_eq!(records[2]["errorCode"], "ResourceNotFoundException");
    assert_eq!((invalid.status, &records[3]["requestParameters"]), (400, &Value::Null));
    assert!(records[0].get("errorCode").is_none() && !json!(records).to_string().contains("hush"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_answer_body_has_no_response_elements() {
    let server = TestServer::start().await;
    let arn = server.configure("ops", "C1", &[]).await;
    let deleted = server.call(Operation::DeleteSlackChannelConfiguration, json!({ "ChatConfigurationArn": arn })).await;
    assert_eq!(deleted.status, 204);
    let record = server.audit_records().await.remove(1);
    assert_eq!((&record["responseElements"], &record["readOnly"]), (&Value::Null, &json!(false)));
    assert!(record.get("errorCode").is_none(), "{record}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_nobodys_caller_is_on_nobodys_record() {
    let server = TestServer::start().await;
    server.api().call(CREATE, OPS).unsigned().send().await;
    server.api().call(CREATE, Key { id: "AKIDNOBODY", ..OPS }).send().await;
    server.api().call(CREATE, Key { secret: "wrong", ..OPS }).send().await;
    server.api().call(CREATE, OPS).signed_at_ms(MIDDAY_MS - DAY_MS).send().await;
    server.api().post("/nothing", OPS).send().await;
    server.call_as(OTHER, CREATE, json!({})).await;
    let records = server.audited(1).await;
    assert_eq!(records[0]["recipientAccountId"], OTHER.account_id);
    assert_eq!(records[0]["userIdentity"]["accessKeyId"], OTHER.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_is_seen_through_proxies_that_are_trusted() {
    let mut server = TestServer::start().await;
    let call = async |server: &TestServer| {
        let forwarded_for = "192.0.2.66, 198.51.100.7, 10.1.2.3";
        let call = server.api().call(Operation::TagResource, OPS).header("x-forwarded-for", forwarded_for);
        call.header("user-agent", "x".repeat(2000)).send().await;
    };
    call(&server).await;
    server
        .restart_with(|settings| {
            settings.server.trusted_proxies = ["127.0.0.1/32", "10.0.0.0/8"].map(|net| net.parse().unwrap()).to_vec();
        })
        .await;
    call(&server).await;
    let records = server.audit_records().await;
    assert_eq!(records[0]["sourceIPAddress"], "127.0.0.1");
    assert_eq!(records[1]["sourceIPAddress"], "198.51.100.7");
    assert_eq!(records[1]["userAgent"].as_str().unwrap().len(), 1024);
}

/// Else one could change things off the record: by going away before the answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_client_goes_away_is_made_and_recorded() {
    let server = TestServer::start().await;
    // Without a name for the channel, Slack is asked for it: meanwhile the client goes.
    server.slack.next("conversations.info", [SlackAnswer::Hang]);
    let mut body = configuration("OPS");
    body.as_object_mut().unwrap().remove("SlackChannelName");
    let (head, body) = server.api().call(CREATE, OPS).json(&body).on_the_wire();
    let mut connection = Connection::open(server.address());
    connection.send(format!("{head}content-length: {}\r\n\r\n", body.len()));
    connection.send(&body);
    server.slack_requests("conversations.info", 1).await;
    drop(connection);
    let aborted = "bellhop_api_requests_aborted_total{operation=\"CreateSlackChannelConfiguration\"}";
    eventually("an aborted request", async || (server.metric(aborted).await == 1).then_some(())).await;
    assert!(server.audit_records().await.is_empty());
    let record = server.audited(1).await.remove(0);
    let name = &record["responseElements"]["ChannelConfiguration"]["ConfigurationName"];
    assert_eq!((name, record.get("errorCode")), (&json!("OPS"), None));
    let described = server.call(Operation::DescribeSlackChannelConfigurations, json!({})).await.ok(200);
    assert_eq!(described["SlackChannelConfigurations"][0]["ConfigurationName"], "OPS");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_leaves_no_record_behind() {
    let mut server = TestServer::start().await;
    for _ in 0..20 {
        server.call(DESCRIBE, json!({})).await.ok(200);
    }
    server.restart().await;
    assert_eq!(server.audit_records().await.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_reads_than_the_queue_holds_are_all_on_record() {
    let server = TestServer::start().await;
    // The clock stands still: nothing but the queue itself can have them committed.
    let mut calls = JoinSet::new();
    for _ in 0..16 {
        let api = server.api();
        calls.spawn(async move {
            for _ in 0..80 {
                api.call(DESCRIBE, OPS).send().await.ok(200);
            }
        });
    }
    calls.join_all().await;
    assert!(server.audit_records().await.len() >= 512);
    server.clock.advance(100);
    let everything = async || {
        let (status, records) = export(&server, &[]);
        assert!(status.success());
        (records.len() == 16 * 80).then_some(())
    };
    eventually("1,280 audit records", everything).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_records_are_forgotten_and_younger_ones_are_not() {
    let server = TestServer::start_with(|settings| settings.audit.retention_days = 2).await;
    server.configure("old", "C1", &[]).await;
    server.clock.advance(2 * DAY_MS - 1000);
    server.configure("young", "C2", &[]).await;
    assert_eq!(server.audit_records().await.len(), 2);
    server.clock.advance(DAY_MS / 24 + 1000);
    let left = eventually("the old record is forgotten", async || {
        Some(server.audit_records().await).filter(|records| records.len() < 2)
    })
    .await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["requestParameters"]["ConfigurationName"], "young");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_record_is_a_line_of_json_if_the_settings_say_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("audit.jsonl");
    std::fs::write(&path, "what stood there\n").unwrap();
    let mut server = TestServer::start_with(|settings| settings.audit.json_lines = Some(path.clone())).await;
    server.configure("ops", "C1", &[]).await;
    server.call(DESCRIBE, json!({})).await.ok(200);
    server.restart().await;
    let text = std::fs::read_to_string(&path).unwrap();
    let (kept, lines) = text.split_once('\n').unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(kept, "what stood there");
    assert_eq!(lines, server.audit_records().await);
    assert_eq!(lines.len(), 2);
    assert_eq!(server.metric("bellhop_audit_lines_lost_total").await, 0);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_the_lines_fails_no_call() {
    let full = |settings: &mut server::config::Settings| settings.audit.json_lines = Some("/dev/full".into());
    let server = TestServer::start_with(full).await;
    server.configure("ops", "C1", &[]).await;
    let lost = async || (server.metric("bellhop_audit_lines_lost_total").await == 1).then_some(());
    eventually("a lost line", lost).await;
    assert_eq!(server.audit_records().await.len(), 1);
    assert_eq!(server.metric("bellhop_audit_records_lost_total").await, 0);
}

fn bellhop(data_dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command.arg("audit").args(arguments).arg("--data-dir").arg(data_dir).env_clear().output().unwrap()
}

fn export(server: &TestServer, arguments: &[&str]) -> (std::process::ExitStatus, Vec<Value>) {
    let output = bellhop(&server.settings.store.data_dir, &[&["export"], arguments].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn list(server: &TestServer, arguments: &[&str]) -> String {
    let output = bellhop(&server.settings.store.data_dir, &[&["list"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_lists_and_exports_beside_a_running_server() {
    let server = TestServer::start().await;
    assert_eq!(list(&server, &[]), "no audit records\n");
    server.configure("ops", "C1", &[]).await;
    server.clock.advance(60_000);
    server.call_as(OTHER, Operation::DeleteSlackChannelConfiguration, json!({})).await;
    server.call(DESCRIBE, json!({})).await.ok(200);
    let records = server.audited(3).await;

    assert_eq!(export(&server, &[]).1, records);
    assert_eq!(export(&server, &["--since", "2026-11-22T12:01:00Z"]).1, records[1..]);
    assert_eq!(export(&server, &["--until", "2026-11-22T12:01:00Z"]).1, records[..1]);
    assert_eq!(export(&server, &["--account", OTHER.account_id]).1, records[1..2]);

    let table = list(&server, &[]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("2026-11-22T12:01:00Z  DescribeSlackWorkspaces "), "{table}");
    for part in
        ["DeleteSlackChannelConfiguration", "InvalidParameterException", "127.0.0.1", "arn:aws:iam::210987654321:root"]
    {
        assert!(lines[1].contains(part), "{table}");
    }
    assert!(
        lines.len() == 3 && lines[2].starts_with("2026-11-22T12:00:00Z  CreateSlackChannelConfiguration "),
        "{table}"
    );
    assert_eq!(list(&server, &["--max-items", "2"]).lines().count(), 2);

    let json = list(&server, &["--event-name", "createslackchannelconfiguration", "--output", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!({ "Records": [records[0]] }));
    let wrong = bellhop(&server.settings.store.data_dir, &["list", "--event-name", "DropTables"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("`DropTables` is no operation"));
}
