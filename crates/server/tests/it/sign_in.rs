//! `POST /sign-in`: whose request is taken, what AWS STS is asked, and what becomes of the session.

mod refusals;

use aws_credential_types::Credentials;
use serde_json::{Value, json};
use server::config::StsHost;
use wire::operations::Operation::DescribeSlackWorkspaces;

use crate::kit::{Answer, FakeSts, OPS, TestServer, eventually};

const ROOT: &str = "arn:aws:iam::123456789012:root";
const ALICE: &str = "arn:aws:iam::123456789012:user/alice";
const MINUTE_MS: i64 = 60 * 1000;

/// A server that asks a fake STS, to whom everybody is this ARN.
async fn start(arn: &str) -> (TestServer, FakeSts) {
    let sts = FakeSts::start(arn).await;
    let host = StsHost::parse(&sts.host()).unwrap();
    let server = TestServer::start_with(|settings| settings.sign_in.sts_hosts = vec![host]).await;
    (server, sts)
}

/// How the server is called by those who log in to it.
fn name(server: &TestServer) -> String {
    format!("localhost:{}", server.address().port())
}

/// A good request, not yet used.
fn signed(server: &TestServer, sts: &FakeSts) -> Value {
    sts.signed(&name(server), server.api().now_ms)
}

async fn post(server: &TestServer, request: impl ToString) -> (u16, Value) {
    let url = format!("http://{}/sign-in", server.address());
    let response = server.api().http.post(url).body(request.to_string()).send().await.unwrap();
    let status = response.status().as_u16();
    assert_eq!(response.headers()["cache-control"], "no-store");
    (status, response.json().await.unwrap())
}

async fn sign_in(server: &TestServer, sts: &FakeSts) -> Credentials {
    let (status, answer) = post(server, signed(server, sts)).await;
    assert_eq!(status, 200, "{answer}");
    let text = |member: &str| answer[member].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    Credentials::new(text("AccessKeyId"), text("SecretAccessKey"), Some(text("SessionToken")), None, "test")
}

async fn describe(server: &TestServer, credentials: &Credentials) -> Answer {
    server.api().call(DescribeSlackWorkspaces, OPS).signed_with(credentials).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_has_credentials_of_that_identity() {
    let (server, sts) = start(ROOT).await;
    let (status, answer) = post(&server, signed(&server, &sts)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["Arn"], ROOT);
    assert_eq!(answer["Expiration"], "2026-11-22T13:00:00Z");
    let key = answer["AccessKeyId"].as_str().unwrap();
    assert!(key.starts_with("ASIA") && key.len() == 20, "{key}");
    let credentials = sign_in(&server, &sts).await;
    let workspaces = describe(&server, &credentials).await.ok(200);
    assert_eq!(workspaces["SlackWorkspaces"][0]["SlackTeamId"], "T0OPS");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_a_session_are_nothing_without_their_token() {
    let (server, sts) = start(ROOT).await;
    let good = sign_in(&server, &sts).await;
    let another = sign_in(&server, &sts).await;
    for token in [None, another.session_token()] {
        let token = token.map(str::to_owned);
        let bad = Credentials::new(good.access_key_id(), good.secret_access_key(), token, None, "test");
        assert_eq!(describe(&server, &bad).await.status, 403);
    }
    describe(&server, &good).await.ok(200);
}

/// Being somebody is not being allowed something.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_to_whom_no_policy_is_attached_may_do_nothing() {
    let (server, sts) = start(ALICE).await;
    let credentials = sign_in(&server, &sts).await;
    let text = describe(&server, &credentials).await.refused(403, "AccessDeniedException", "message");
    assert!(text.contains(ALICE), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_the_minutes_of_the_settings() {
    let (mut server, sts) = start(ROOT).await;
    server.restart_with(|settings| settings.sign_in.session_minutes = 15).await;
    let credentials = sign_in(&server, &sts).await;
    server.clock.advance(15 * MINUTE_MS - 1);
    describe(&server, &credentials).await.ok(200);
    server.clock.advance(1);
    let text = describe(&server, &credentials).await.refused(403, "ExpiredTokenException", "message");
    assert_eq!(text, "The security token included in the request is expired"); // observed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_session_stops_within_five_seconds() {
    let (server, sts) = start(ROOT).await;
    let credentials = sign_in(&server, &sts).await;
    describe(&server, &credentials).await.ok(200);
    assert!(server.store().revoke_session(credentials.access_key_id()).await.unwrap());
    server.clock.advance(5000);
    let answer = describe(&server, &credentials).await;
    answer.refused(403, "UnrecognizedClientException", "message");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlives_a_restart() {
    let (mut server, sts) = start(ROOT).await;
    let credentials = sign_in(&server, &sts).await;
    server.restart().await;
    describe(&server, &credentials).await.ok(200);
}

/// STS is sent what its signature needs, whatever else is in the request.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_headers_of_the_list_go_on() {
    let (server, sts) = start(ROOT).await;
    let mut request = signed(&server, &sts);
    for name in ["host", "cookie", "x-forwarded-for", "transfer-encoding", "x-amz-content-sha256"] {
        request["headers"][name] = json!("evil.example");
    }
    assert_eq!(post(&server, request).await.0, 200);
    let requests = sts.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0]["host"], sts.host());
    let names: Vec<_> = requests[0].keys().map(String::as_str).collect();
    let by_http = ["accept", "accept-encoding", "content-length", "host", "user-agent"];
    let sent: Vec<_> = names.into_iter().filter(|name| !by_http.contains(name)).collect();
    assert_eq!(sent, ["authorization", "content-type", "x-amz-date", "x-bellhop-nonce", "x-bellhop-server"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_sign_in_at_once_and_the_others_wait_for_their_turn() {
    let (server, sts) = start(ROOT).await;
    sts.close();
    let requests: Vec<_> = (0..12).map(|_| signed(&server, &sts)).collect();
    let mut posts = tokio::task::JoinSet::new();
    for request in requests {
        let (url, http) = (format!("http://{}/sign-in", server.address()), server.api().http);
        posts.spawn(async move { http.post(url).body(request.to_string()).send().await.unwrap().status().as_u16() });
    }
    eventually("eight at STS", async || (sts.waiting() >= 8).then_some(())).await;
    assert_eq!(sts.waiting(), 8);
    sts.open();
    assert_eq!(posts.join_all().await, [200; 12]);
    assert_eq!(sts.requests().len(), 12);
}
