//! What goes wrong below the API: encodings, slow, broken and vanished clients, too many of them, a store that leaves.
//! Each of the reference's common errors from its real cause, over real sockets.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use wire::operations::Operation;

use crate::kit::{Answer, Connection, Key, OPS, ROLE, SlackAnswer, TEAM, TestServer, eventually};

const DESCRIBE: Operation = Operation::DescribeSlackWorkspaces;
const CREATE: Operation = Operation::CreateSlackChannelConfiguration;
const LIMIT: usize = 2 * 1024 * 1024;

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// A describe whose body was encoded, or is said to be.
async fn encoded(server: &TestServer, coding: &str, body: Vec<u8>) -> Answer {
    server.api().call(DESCRIBE, OPS).raw(body).header("content-encoding", coding).send().await
}

/// A refusal has a request id too.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) -> String {
    assert!(answer.header("x-amzn-requestid").is_some_and(|id| id.len() == 36), "{:?}", answer.headers);
    answer.refused(status, code, "message")
}

/// A request whose body stops half-way. The server reads it when this returns.
fn half_sent(server: &TestServer) -> Connection {
    let (head, body) = server.api().call(DESCRIBE, OPS).on_the_wire();
    let mut connection = Connection::open(server.address());
    connection.send(format!("{head}content-length: {}\r\nexpect: 100-continue\r\n\r\n", body.len()));
    // The server says `100 Continue` when it begins to read the body.
    assert_eq!(connection.answer().status, 100);
    connection.send(&body[..1]);
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_what_it_was_before() {
    let server = TestServer::start().await;
    let body = r#"{"MaxResults": 0}"#;
    let plain = server.api().call(DESCRIBE, OPS).raw(body).send().await;
    let plain = plain.refused(400, "InvalidParameterException", "message");
    for (coding, body) in [
        ("gzip", gzip(body)),
        ("GZIP", [gzip(&body[..5]), gzip(&body[5..])].concat()),
        ("identity", body.as_bytes().to_vec()),
    ] {
        let answer = encoded(&server, coding, body).await;
        assert_eq!(answer.refused(400, "InvalidParameterException", "message"), plain, "{coding}");
    }
    encoded(&server, "gzip", gzip("{}")).await.ok(200);
    let records = server.audited(5).await;
    assert!(records[..4].iter().all(|record| record["requestParameters"] == json!({ "MaxResults": 0 })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_decoded_is_malformed() {
    let server = TestServer::start().await;
    let whole = gzip("{}");
    for (coding, body) in [
        ("br", whole.clone()),
        ("deflate", whole.clone()),
        ("gzip, gzip", gzip(&whole)),
        ("gzip", b"{}".to_vec()),
        ("gzip", Vec::new()),
        ("gzip", whole[..whole.len() - 1].to_vec()),
    ] {
        let answer = encoded(&server, coding, body).await;
        refused(&answer, 400, "MalformedHttpRequestException"); // reference: common errors
    }
    let twice = server.api().call(DESCRIBE, OPS).raw(whole).header("content-encoding", "gzip");
    let answer = twice.header("content-encoding", "identity").send().await;
    refused(&answer, 400, "MalformedHttpRequestException");
    // They came from a known caller.
    assert_eq!(server.audited(7).await[6]["errorCode"], "MalformedHttpRequestException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_too_large() {
    let server = TestServer::start().await;
    encoded(&server, "gzip", gzip(" ".repeat(LIMIT))).await.ok(200);
    let bomb = gzip(" ".repeat(LIMIT + 1));
    assert!(bomb.len() < LIMIT / 100);
    refused(&encoded(&server, "gzip", bomb).await, 413, "RequestEntityTooLargeException"); // reference: common errors
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_decoded_for_a_stranger() {
    let server = TestServer::start().await;
    let forger = Key { secret: "not-the-secret", ..OPS };
    let call = server.api().call(DESCRIBE, forger).raw("not gzip").header("content-encoding", "gzip");
    refused(&call.send().await, 403, "InvalidSignatureException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_in_time_is_given_up() {
    let server = TestServer::start().await;
    let mut connection = half_sent(&server);
    // Twenty seconds from when the server began to read: ours have begun a little later.
    server.clock.advance(20_000);
    refused(&connection.answer(), 408, "RequestTimeoutException"); // reference: common errors
    assert!(connection.is_closed_by_server());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_within_its_body_is_counted() {
    let server = TestServer::start().await;
    drop(half_sent(&server));
    let aborted = "bellhop_api_requests_aborted_total{operation=\"DescribeSlackWorkspaces\"}";
    eventually("an aborted request", async || (server.metric(aborted).await == 1).then_some(())).await;
    assert!(server.audit_records().await.is_empty());
    // One that waits for its answer is not.
    server.call(DESCRIBE, json!({})).await.ok(200);
    assert_eq!(server.metric(aborted).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_http_is_malformed() {
    let server = TestServer::start().await;
    let (head, _) = server.api().call(DESCRIBE, OPS).on_the_wire();
    for chunks in ["not a length\r\n{}\r\n", "2\r\n{}and more\r\n0\r\n\r\n", "fffffffffffffffff\r\n{}\r\n"] {
        let mut connection = Connection::open(server.address());
        connection.send(format!("{head}transfer-encoding: chunked\r\n\r\n{chunks}"));
        refused(&connection.answer(), 400, "MalformedHttpRequestException"); // reference: common errors
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_than_the_server_takes_are_503() {
    let server = TestServer::start_with(|settings| settings.server.max_requests_in_flight = 2).await;
    let (one, mut two) = (half_sent(&server), half_sent(&server));
    let answer = server.call(DESCRIBE, json!({})).await;
    refused(&answer, 503, "ServiceUnavailable"); // reference: common errors
    // Who asks how it is, or brings a notification, is not in that queue.
    assert_eq!(server.get("/readyz").await.0, 200);
    two.send("}");
    two.answer().ok(200);
    server.call(DESCRIBE, json!({})).await.ok(200);
    drop(one);
    eventually("room for two again", async || {
        let held = half_sent(&server);
        let answer = server.call(DESCRIBE, json!({})).await;
        drop(held);
        (answer.status == 200).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_leaves_in_the_middle_of_a_change_is_503() {
    let server = TestServer::start().await;
    // Without a name for the channel, Slack is asked for it: meanwhile the store goes.
    server.slack.next("conversations.info", [SlackAnswer::Hang]);
    let body = json!({ "ConfigurationName": "ops", "SlackTeamId": TEAM, "SlackChannelId": "C1", "IamRoleArn": ROLE,
                       "SnsTopicArns": [] });
    let call = server.api().call(CREATE, OPS).json(&body);
    let calling = async {
        let answer = call.send().await;
        refused(&answer, 503, "ServiceUnavailable"); // reference: common errors
    };
    let closing = async {
        server.slack_requests("conversations.info", 1).await;
        server.store().close().await;
    };
    tokio::join!(calling, closing);
    // Nor could its record be kept, which is said aloud.
    assert_eq!(server.metric("bellhop_audit_records_lost_total").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_may_be_named_by_its_path_or_by_the_query() {
    let server = TestServer::start().await;
    for path in [
        "/?Action=DescribeSlackWorkspaces&Version=2017-10-11",
        "/?Action=DescribeSlackWorkspaces",
        "/describe-slack-workspaces?Action=DescribeSlackWorkspaces&Version=2017-10-11",
        "/describe-slack-workspaces?Version=2017-10-11",
        "/?%41ction=Describe%53lackWorkspaces",
    ] {
        let found = server.api().post(path, OPS).send().await.ok(200);
        assert!(found["SlackWorkspaces"].is_array(), "{path}: {found}");
    }
    for path in [
        "/?Version=2017-10-11",
        "/?Action=describeSlackWorkspaces",
        "/?Action=DescribeSlackWorkspaces&Action=TagResource",
        "/describe-slack-workspaces?Action=TagResource",
        "/describe-slack-workspaces?Action=",
        "/nothing?Action=DescribeSlackWorkspaces",
    ] {
        let answer = server.api().post(path, OPS).send().await;
        refused(&answer, 404, "UnknownOperationException"); // reference: common errors; for two that differ: assumed
    }
    for path in ["/describe-slack-workspaces?Version=2017-10-12", "/?Action=DescribeSlackWorkspaces&Version="] {
        let text = refused(&server.api().post(path, OPS).send().await, 400, "ValidationError"); // assumed
        assert!(text.contains("2017-10-11"), "{text}");
    }
}
