//! Pages: complete, stable while rows come and go, and good only for whom and what they were made for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::{Value, json};
use wire::operations::Operation::{
    DeleteSlackChannelConfiguration, DescribeSlackChannelConfigurations as DESCRIBE, DescribeSlackWorkspaces,
};

use crate::kit::{OPS, OTHER, TestServer};

/// `n1` to `n5` in channels of their own.
async fn with_five() -> TestServer {
    let server = TestServer::start().await;
    for number in 1..=5 {
        server.configure(&format!("n{number}"), &format!("C{number}"), &[]).await;
    }
    server
}

async fn page(server: &TestServer, size: usize, token: &Value) -> (Vec<String>, Value) {
    let page = server.call(DESCRIBE, json!({ "MaxResults": size, "NextToken": token })).await.ok(200);
    let list = page["SlackChannelConfigurations"].as_array().unwrap().iter();
    let names = list.map(|found| found["ConfigurationName"].as_str().unwrap().to_owned());
    (names.collect(), page["NextToken"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_every_size_hold_every_row_once() {
    let server = with_five().await;
    for size in [1, 2, 3, 4, 5, 100] {
        let (mut names, mut token) = (Vec::new(), Value::Null);
        loop {
            let (page, next) = page(&server, size, &token).await;
            assert!(page.len() <= size && !page.is_empty());
            names.extend(page);
            token = next;
            if token.is_null() {
                break;
            }
        }
        assert_eq!(names, ["n1", "n2", "n3", "n4", "n5"], "{size} to a page");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_and_go_shift_nothing() {
    let server = with_five().await;
    let (first, token) = page(&server, 2, &Value::Null).await;
    assert_eq!(first, ["n1", "n2"]);
    // The row that the token stands on goes, one before it comes, one after it comes.
    let last = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/n2";
    server.call(DeleteSlackChannelConfiguration, json!({ "ChatConfigurationArn": last })).await;
    server.configure("n0", "C10", &[]).await;
    server.configure("n31", "C11", &[]).await;
    let (second, _) = page(&server, 3, &token).await;
    assert_eq!(second, ["n3", "n31", "n4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_bound_to_its_account_and_operation() {
    let server = with_five().await;
    server.configure_as(OTHER, "theirs", "C1", &[]).await;
    let (_, token) = page(&server, 2, &Value::Null).await;
    let body = json!({ "NextToken": token });
    for (key, operation) in [(OTHER, DESCRIBE), (OPS, DescribeSlackWorkspaces)] {
        let answer = server.call_as(key, operation, body.clone()).await;
        let text = answer.refused(400, "InvalidParameterException", "message"); // assumed; the code: model
        assert!(text.contains("NextToken"), "{text}");
    }
    // One configuration is one page: no token was made for it.
    let of_one = json!({ "NextToken": token, "ChatConfigurationArn":
                         "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/n1" });
    server.call(DESCRIBE, of_one).await.refused(400, "InvalidParameterException", "message"); // assumed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_cannot_be_read_or_altered() {
    let server = with_five().await;
    let (_, token) = page(&server, 2, &Value::Null).await;
    let token = token.as_str().unwrap();
    let sealed = URL_SAFE.decode(token).unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("n2"), "it tells the key that it stands on");
    for position in [0, sealed.len() / 2, sealed.len() - 1] {
        let mut altered = sealed.clone();
        altered[position] ^= 1;
        let answer = server.call(DESCRIBE, json!({ "NextToken": URL_SAFE.encode(altered) })).await;
        answer.refused(400, "InvalidParameterException", "message");
    }
    for foreign in ["abcd", "not base64, but of the right characters"] {
        let answer = server.call(DESCRIBE, json!({ "NextToken": foreign })).await;
        answer.refused(400, "InvalidParameterException", "message");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_outlives_a_restart() {
    let mut server = with_five().await;
    let (_, token) = page(&server, 4, &Value::Null).await;
    server.restart().await;
    assert_eq!(page(&server, 4, &token).await, (vec!["n5".to_owned()], Value::Null));
}
