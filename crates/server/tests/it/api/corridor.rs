//! What every operation has in common: ids, routes, bodies, errors.

use std::collections::BTreeSet;

use serde_json::json;
use wire::operations::Operation;

use crate::kit::{OPS, TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_operation_is_not_found() {
    let server = TestServer::start().await;
    for path in ["/", "/describe-slack-workspaces/", "/DescribeSlackWorkspaces", "/describe-slack-workspaces/x"] {
        let answer = server.api().post(path, OPS).send().await;
        answer.refused(404, "UnknownOperationException", "message"); // reference: common errors
        assert!(answer.header("x-amzn-requestid").is_some(), "{path}");
    }
    let (status, text) = server.get("/describe-slack-workspaces").await;
    assert!(status == 404 && text.contains("UnknownOperationException"), "{text}"); // model: POST alone
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_a_request_id_of_its_own() {
    let server = TestServer::start().await;
    let (api, describe) = (server.api(), Operation::DescribeSlackWorkspaces);
    let answers = [
        api.call(describe, OPS).send().await,
        api.call(describe, OPS).send().await,
        api.call(describe, OPS).raw("[").send().await,
        api.call(describe, OPS).unsigned().send().await,
        api.call(Operation::TagResource, OPS).send().await,
        api.post("/nothing", OPS).send().await,
    ];
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 400, 401, 400, 404]);
    let ids: BTreeSet<_> = answers.iter().map(|answer| answer.header("x-amzn-requestid").unwrap()).collect(); // observed
    assert_eq!(ids.len(), answers.len());
    assert!(answers[0].header("x-amzn-errortype").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_structure_is_refused() {
    let server = TestServer::start().await;
    let nested = "[".repeat(100_000);
    let bodies = ["{", "[]", "\"text\"", "{\"MaxResults\": \"10\"}", "\u{feff}{}", nested.as_str()];
    for body in bodies {
        let call = server.api().call(Operation::DescribeSlackWorkspaces, OPS).raw(body);
        call.send().await.refused(400, "InvalidParameterException", "message"); // assumed; the code: model
    }
    let not_utf8 = server.api().call(Operation::DescribeSlackWorkspaces, OPS).raw(vec![b'"', 0xff, b'"']);
    not_utf8.send().await.refused(400, "InvalidParameterException", "message");
    let empty = server.api().call(Operation::DescribeSlackWorkspaces, OPS).raw("");
    empty.send().await.ok(200); // observed of AWS's front doors: no body is an empty structure
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_a_limit_whoever_sends_it() {
    const LIMIT: usize = 2 * 1024 * 1024;
    let server = TestServer::start().await;
    let describe = Operation::DescribeSlackWorkspaces;
    let at_limit = server.api().call(describe, OPS).raw(" ".repeat(LIMIT)).send().await;
    at_limit.ok(200);
    let beyond = server.api().call(describe, OPS).raw(" ".repeat(LIMIT + 1)).unsigned().send().await;
    beyond.refused(413, "RequestEntityTooLargeException", "message"); // reference: common errors
}

/// Configuration is global: clients outside the four regions sign for any. Source: observed.
#[tokio::test(flavor = "multi_thread")]
async fn any_region_is_accepted() {
    let server = TestServer::start().await;
    for region in ["us-east-2", "eu-central-1", "mars-north-1"] {
        let call = server.api().call(Operation::DescribeSlackWorkspaces, OPS).signed_for(region);
        call.send().await.ok(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn regions_that_are_named_are_the_only_ones() {
    let server = TestServer::start_with(|settings| settings.server.regions = vec!["us-east-2".to_owned()]).await;
    let call = |region| server.api().call(Operation::DescribeSlackWorkspaces, OPS).signed_for(region).send();
    call("us-east-2").await.ok(200);
    let text = call("us-west-2").await.refused(403, "InvalidSignatureException", "message"); // assumed
    assert!(text.contains("'us-west-2'"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_store_nobody_is_authenticated_and_that_is_503() {
    let server = TestServer::start().await;
    server.store().close().await;
    // Nobody can be authenticated without the store: that comes first. Reference: common errors.
    let answer = server.call(Operation::DescribeSlackWorkspaces, json!({})).await;
    let text = answer.refused(503, "ServiceUnavailable", "message");
    assert!(!text.contains("pool") && !text.contains("sql"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_operation_and_status() {
    let server = TestServer::start().await;
    server.call(Operation::DescribeSlackWorkspaces, json!({})).await.ok(200);
    server.call(Operation::DescribeSlackWorkspaces, json!({ "MaxResults": 0 })).await;
    server.api().post("/secret-of-a-stranger", OPS).send().await;
    let count =
        |operation, status| format!("bellhop_api_requests_total{{operation=\"{operation}\",status=\"{status}\"}}");
    for (operation, status) in [("DescribeSlackWorkspaces", 200), ("DescribeSlackWorkspaces", 400), ("unknown", 404)] {
        assert_eq!(server.metric(&count(operation, status)).await, 1, "{operation} {status}");
    }
    assert!(!server.get("/metrics").await.1.contains("stranger"));
}
