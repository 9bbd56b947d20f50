//! Each fault as a client sees it, and what the counts say afterwards.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{TOKEN, Twin};

fn post() -> Value {
    json!({ "channel": "C0A", "text": "x" })
}

async fn counts(twin: &Twin) -> Value {
    twin.get("faults").await["answered"]["chat.postMessage"].clone()
}

#[tokio::test]
async fn rate_limited_answers_429_so_often_and_then_stops() {
    let twin = Twin::start().await;
    let (status, shown) = twin.fault(&json!({ "fault": "rate_limited", "count": 2, "retry_after_seconds": 7 })).await;
    assert_eq!(status, 200, "{shown}");
    assert_eq!(
        shown["armed"],
        json!([{
            "fault": "rate_limited", "retry_after_seconds": 7, "method": "chat.postMessage", "channel": null,
            "percent": 100, "kept": false, "remaining": 2, "spoilt": 0,
        }])
    );
    for _ in 0..2 {
        let response = twin.send("chat.postMessage", &post()).await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"7".parse().unwrap()));
        assert_eq!(response.json::<Value>().await.unwrap(), json!({ "ok": false, "error": "ratelimited" }));
    }
    twin.say("C0A", "through").await;
    assert_eq!(twin.texts("").await, ["through"]);
    assert_eq!(
        counts(&twin).await,
        json!({ "200": 1, "429": 2, "500": 0, "hang": 0, "not_ok": 0, "requests": 3, "reset": 0 })
    );
    assert_eq!(twin.get("faults").await["armed"], json!([]));
}

#[tokio::test]
async fn server_error_answers_the_status() {
    let twin = Twin::start().await;
    twin.fault(&json!({ "fault": "server_error", "status": 503 })).await;
    assert_eq!(twin.send("chat.postMessage", &post()).await.unwrap().status(), 503);
    assert_eq!(twin.texts("").await, [""; 0]);
    assert_eq!(counts(&twin).await["503"], 1);
}

#[tokio::test]
async fn reset_ends_the_connection_before_the_first_byte() {
    let twin = Twin::start().await;
    twin.fault(&json!({ "fault": "reset", "count": 2 })).await;
    let error = twin.send("chat.postMessage", &post()).await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    let mut raw = tokio::net::TcpStream::connect(&twin.address).await.unwrap();
    let body = post().to_string();
    let head = format!(
        "POST /sandbox/slack/api/chat.postMessage HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        twin.address,
        body.len()
    );
    raw.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = raw.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{read:?} {:?}", String::from_utf8_lossy(&answer));
    assert_eq!((&counts(&twin).await["reset"], twin.texts("").await.len()), (&json!(2), 0));
}

#[tokio::test]
async fn hang_answers_nothing_until_the_client_gives_up() {
    let twin = Twin::start().await;
    twin.fault(&json!({ "fault": "hang", "seconds": 300 })).await;
    let url = twin.url("slack/api/chat.postMessage");
    let request = twin.http.post(url).bearer_auth(TOKEN).json(&post()).timeout(Duration::from_millis(200));
    assert!(request.send().await.unwrap_err().is_timeout());
    assert_eq!(counts(&twin).await["hang"], 1);
}

#[tokio::test]
async fn hang_ends_without_an_answer_once_its_time_is_over_or_the_server_closes() {
    let twin = Twin::start().await;
    twin.fault(&json!({ "fault": "hang", "seconds": 1 })).await;
    let error = twin.send("chat.postMessage", &post()).await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    twin.fault(&json!({ "fault": "hang", "seconds": 300 })).await;
    twin.closing.cancel();
    let error = twin.send("chat.postMessage", &post()).await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn kept_takes_the_post_and_loses_the_answer() {
    let twin = Twin::start().await;
    twin.fault(&json!({ "fault": "reset", "kept": true })).await;
    twin.send("chat.postMessage", &post()).await.unwrap_err();
    assert_eq!(twin.texts("").await, ["x"]);
}

#[tokio::test]
async fn slack_error_answers_the_code() {
    let twin = Twin::start().await;
    twin.fault(&json!({ "fault": "slack_error", "error": "is_archived" })).await;
    assert_eq!(twin.slack("chat.postMessage", post()).await, json!({ "ok": false, "error": "is_archived" }));
    let counts = counts(&twin).await;
    assert_eq!((&counts["requests"], &counts["200"], &counts["not_ok"]), (&json!(1), &json!(1), &json!(1)));
}

#[tokio::test]
async fn pace_limits_each_channel_until_it_is_cleared() {
    let twin = Twin::start().await;
    twin.fault(&json!({ "fault": "pace", "per_second": 1, "burst": 2 })).await;
    let status = async |channel: &str| {
        let response = twin.send("chat.postMessage", &json!({ "channel": channel, "text": "x" })).await.unwrap();
        (
            response.status().as_u16(),
            response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned()),
        )
    };
    for _ in 0..2 {
        assert_eq!(status("C0A").await, (200, None));
    }
    assert_eq!(status("C0A").await, (429, Some("1".to_owned())));
    assert_eq!(status("C0B").await, (200, None));
    twin.advance_ms(1_000);
    assert_eq!(status("C0A").await, (200, None));
    assert_eq!(status("C0A").await.0, 429);
    let shown = twin.get("faults").await;
    assert_eq!((&shown["armed"][0]["spoilt"], &shown["armed"][0]["remaining"]), (&json!(2), &Value::Null));
    let cleared: Value = twin.http.delete(twin.url("faults")).send().await.unwrap().json().await.unwrap();
    assert_eq!((&cleared["armed"], &cleared["answered"]["chat.postMessage"]["429"]), (&json!([]), &json!(0)));
    assert_eq!(status("C0A").await.0, 200);
}

#[tokio::test]
async fn a_fault_keeps_to_its_channel_and_method() {
    let twin = Twin::start().await;
    twin.fault(&json!({ "fault": "slack_error", "error": "is_archived", "channel": "C0B" })).await;
    twin.fault(&json!({ "fault": "server_error", "method": "auth.test" })).await;
    twin.say("C0A", "untouched").await;
    assert_eq!(twin.slack("chat.postMessage", json!({ "channel": "C0B", "text": "x" })).await["error"], "is_archived");
    assert_eq!(twin.send("auth.test", &json!({})).await.unwrap().status(), 500);
    assert_eq!(twin.get("faults").await["answered"]["auth.test"]["500"], 1);
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_is_refused_with_a_remedy() {
    let twin = Twin::start().await;
    let cases = [
        (json!({ "fault": "earthquake" }), "expected one of"),
        (json!({}), "missing field `fault`"),
        (json!([]), "send one such as"),
        (json!({ "fault": "reset", "seconds": 1 }), "unknown field `seconds`"),
        (json!({ "fault": "reset", "count": 0 }), "`count`"),
        (json!({ "fault": "hang", "seconds": 301 }), "1 to 300"),
        (json!({ "fault": "server_error", "status": 200 }), "500 to 599"),
        (json!({ "fault": "slack_error", "error": "Not A Code" }), "`error`"),
        (json!({ "fault": "pace", "per_second": 0, "burst": 1 }), "`per_second`"),
        (json!({ "fault": "pace", "per_second": 1, "burst": 0 }), "`burst`"),
        (json!({ "fault": "reset", "channel": "alerts" }), "C0ALERTS"),
        (json!({ "fault": "reset", "method": "chat.scheduleMessage" }), "chat.postMessage"),
        (json!({ "fault": "reset", "percent": 101 }), "1 to 100"),
        (json!({ "fault": "rate_limited", "kept": true }), "`kept`"),
    ];
    for (body, remedy) in cases {
        let (status, answer) = twin.fault(&body).await;
        let sentence = answer["error"].as_str().unwrap();
        assert!(status == 400 && sentence.contains(remedy), "{body}: {status} {sentence}");
    }
    assert_eq!(twin.get("faults").await["armed"], json!([]));
}
