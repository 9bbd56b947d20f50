//! Requests that nobody signs in with, and what STS is not asked because of them.

use serde_json::{Value, json};
use server::config::StsHost;

use super::{ALICE, MINUTE_MS, ROOT, name, post, signed, start};
use crate::kit::{FakeSts, StsAnswer, TestServer};

const QUARTER_OF_AN_HOUR_MS: i64 = 15 * MINUTE_MS;

/// Refuses with this status and a sentence that contains this, without a word to STS.
async fn refused(server: &TestServer, sts: &FakeSts, request: &Value, status: u16, contains: &str) {
    let asked = sts.requests().len();
    let (found, answer) = post(server, request).await;
    let message = answer["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(found, status, "{message}: {request}");
    assert!(message.contains(contains), "{message}: {request}");
    assert_eq!(sts.requests().len(), asked, "{request}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_anything_else_goes_nowhere() {
    let (server, sts) = start(ROOT).await;
    let host = sts.host();
    let altered = |member: &str, value: &str| {
        let mut request = signed(&server, &sts);
        request[member] = json!(value);
        request
    };
    for method in ["GET", "post", "PUT", ""] {
        refused(&server, &sts, &altered("method", method), 400, "POST").await;
    }
    for body in [
        "",
        "Action=GetSessionToken&Version=2011-06-15",
        "Action=GetCallerIdentity&Version=2011-06-15&x=y",
        "Version=2011-06-15&Action=GetCallerIdentity",
    ] {
        refused(&server, &sts, &altered("body", body), 400, "GetCallerIdentity").await;
    }
    for url in [
        format!("http://{host}/x"),
        format!("http://{host}/?x=y"),
        format!("http://{host}//"),
        format!("https://{host}/"),
        format!("http://user@{host}/"),
        format!("http://sts.amazonaws.com@{host}/"),
        format!("http://evil.example/#{host}"),
        format!("http://localhost:{}/", host.rsplit(':').next().unwrap()),
        "http://sts.amazonaws.com/".to_owned(),
        "http://169.254.169.254/".to_owned(),
        "https://sts.amazonaws.com.evil.example/".to_owned(),
        String::new(),
    ] {
        refused(&server, &sts, &altered("url", &url), 400, "endpoint of AWS STS").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_signed_for_another_server_is_of_no_use_here() {
    let (server, sts) = start(ROOT).await;
    let now_ms = server.api().now_ms;
    let own = name(&server);
    for other in ["bellhop.example.com", "localhost", "localhost:1", "", &own.to_uppercase(), &format!("{own}.example")]
    {
        refused(&server, &sts, &sts.signed(other, now_ms), 403, &own).await;
    }
    // The name is there, but the signature does not cover it.
    let mut request = sts.signed_for_nobody(now_ms);
    refused(&server, &sts, &request, 400, "x-bellhop-server").await;
    request["headers"]["x-bellhop-server"] = json!(own);
    refused(&server, &sts, &request, 400, "must cover the header `x-bellhop-server`").await;
    // Nor does it become this server's when the name is changed afterwards: STS sees it.
    let mut request = sts.signed("bellhop.example.com", now_ms);
    request["headers"]["x-bellhop-server"] = json!(own);
    let (status, answer) = post(&server, request).await;
    assert_eq!(status, 403);
    assert!(answer["message"].as_str().unwrap().contains("SignatureDoesNotMatch"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_the_settings_and_of_the_public_url_are_the_servers() {
    let sts = FakeSts::start(ROOT).await;
    let host = StsHost::parse(&sts.host()).unwrap();
    let mut server = TestServer::start_with(|settings| {
        settings.sign_in.sts_hosts = vec![host];
        settings.server.public_url = Some("https://bellhop.example.com/prefix".parse().unwrap());
    })
    .await;
    let now_ms = server.api().now_ms;
    assert_eq!(post(&server, sts.signed("bellhop.example.com", now_ms)).await.0, 200);
    assert_eq!(post(&server, sts.signed(&name(&server), now_ms)).await.0, 403);
    server.restart_with(|settings| settings.sign_in.server_name = Some("bell.example.com:8443".to_owned())).await;
    assert_eq!(post(&server, sts.signed("bell.example.com:8443", now_ms)).await.0, 200);
    assert_eq!(post(&server, sts.signed("bellhop.example.com", now_ms)).await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_is_good_for_a_quarter_of_an_hour_and_once() {
    let (server, sts) = start(ROOT).await;
    let (own, now_ms) = (name(&server), server.api().now_ms);
    for sign in [-1, 1] {
        let late = sts.signed(&own, now_ms + sign * (QUARTER_OF_AN_HOUR_MS + 1000));
        refused(&server, &sts, &late, 403, "15 minutes").await;
        let just = sts.signed(&own, now_ms + sign * QUARTER_OF_AN_HOUR_MS);
        assert_eq!(post(&server, &just).await.0, 200);
        refused(&server, &sts, &just, 403, "used before").await;
    }
    // For as long as its date is good: that of a clock ahead of ours for half an hour.
    let ahead = sts.signed(&own, now_ms + QUARTER_OF_AN_HOUR_MS - 1000);
    assert_eq!(post(&server, &ahead).await.0, 200);
    server.clock.advance(2 * QUARTER_OF_AN_HOUR_MS - 1000);
    refused(&server, &sts, &ahead, 403, "used before").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_in_another_spelling_is_a_replay() {
    let (server, sts) = start(ROOT).await;
    let request = signed(&server, &sts);
    assert_eq!(post(&server, &request).await.0, 200);
    let authorization = request["headers"]["authorization"].as_str().unwrap();
    let respelled = |text: String| {
        let mut request = request.clone();
        request["headers"]["authorization"] = json!(text);
        request
    };
    refused(&server, &sts, &respelled(authorization.replace(", ", ",  ")), 403, "used before").await;
    let (before, signature) = authorization.split_once("Signature=").unwrap();
    for text in [
        format!("{before}Signature={}", signature.to_uppercase()),
        format!("{before}Signature={signature},"),
        format!("{before}Signature={signature}, Signature={signature}"),
        format!("{before}Signature=0{signature}"),
        authorization.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
    ] {
        refused(&server, &sts, &respelled(text), 400, "AWS4-HMAC-SHA256").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_are_texts_of_a_length() {
    let (server, sts) = start(ROOT).await;
    for value in ["a\r\nx: y".to_owned(), "ä".to_owned(), "x".repeat(8 * 1024 + 1)] {
        let mut request = signed(&server, &sts);
        request["headers"]["x-amz-security-token"] = json!(value);
        refused(&server, &sts, &request, 400, "printable").await;
    }
    for date in ["", "2026", "20261122T120000", "2026-11-22T12:00:00Z", "20261122T126000Z"] {
        let mut request = signed(&server, &sts);
        request["headers"]["x-amz-date"] = json!(date);
        refused(&server, &sts, &request, 400, "x-amz-date").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_such_request_is_refused() {
    let (server, sts) = start(ROOT).await;
    let mut more = signed(&server, &sts);
    more["more"] = json!(1);
    for request in [json!({}), json!([]), json!("x"), more, json!({ "method": "POST" })] {
        refused(&server, &sts, &request, 400, "bellhop login").await;
    }
    let (status, answer) = post(&server, "x".repeat(32 * 1024 + 1)).await;
    assert_eq!(status, 413, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sts_has_the_last_word_on_the_signature() {
    let (server, sts) = start(ROOT).await;
    let (status, answer) = post(&server, sts.signed_with_wrong_secret(&name(&server), server.api().now_ms)).await;
    assert_eq!(status, 403);
    assert!(answer["message"].as_str().unwrap().contains("SignatureDoesNotMatch"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sts_says_is_an_identity_or_nothing() {
    let (server, sts) = start(ROOT).await;
    let mut at_ms = server.api().now_ms;
    for answer in [
        StsAnswer::Status(500),
        StsAnswer::Status(204),
        StsAnswer::Text(String::new()),
        StsAnswer::Text("x".repeat(64 * 1024)),
        StsAnswer::Arn("arn:aws:iam::123456789012:role/Ops".to_owned()),
        StsAnswer::RedirectTo(format!("http://{}/", sts.host())),
    ] {
        sts.answers(answer.clone());
        at_ms += 1000;
        let asked = sts.requests().len();
        let (status, said) = post(&server, sts.signed(&name(&server), at_ms)).await;
        assert_eq!(status, 503, "{answer:?}: {said}");
        assert_eq!(sts.requests().len(), asked + 1, "a redirect was followed");
    }
}

/// The one who waited for STS to come back need not sign again.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_sts_did_not_answer_may_come_again() {
    let (server, sts) = start(ROOT).await;
    let request = signed(&server, &sts);
    sts.answers(StsAnswer::Status(503));
    assert_eq!(post(&server, &request).await.0, 503);
    sts.answers(StsAnswer::Arn(ROOT.to_owned()));
    assert_eq!(post(&server, &request).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_unknown_or_disabled_does_not_sign_in() {
    let (server, sts) = start("arn:aws:iam::999999999999:root").await;
    let request = signed(&server, &sts);
    let (status, answer) = post(&server, &request).await;
    assert_eq!(status, 403);
    let message = answer["message"].as_str().unwrap();
    assert!(message.contains("bellhop account create 999999999999"), "{message}");
    // Nobody signed in with it: nothing of it is remembered.
    server.store().create_account(&"999999999999".parse().unwrap(), "new").await.unwrap().unwrap();
    assert_eq!(post(&server, &request).await.0, 200);
    sts.answers(StsAnswer::Arn(ALICE.to_owned()));
    let account_id = "123456789012".parse().unwrap();
    server.store().set_account_enabled(&account_id, false).await.unwrap().unwrap();
    let again = sts.signed(&name(&server), server.api().now_ms + 1000);
    assert_eq!(post(&server, again).await.0, 403);
    assert!(server.store().sessions(&account_id, None, 10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_where_the_settings_say_so() {
    let (mut server, sts) = start(ROOT).await;
    server.restart_with(|settings| settings.sign_in.enabled = false).await;
    refused(&server, &sts, &signed(&server, &sts), 404, "sign_in.enabled").await;
}
