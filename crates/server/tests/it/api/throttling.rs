//! Token buckets: one for each account and operation.

use serde_json::json;
use server::config::{RateSettings, Settings};
use wire::operations::Operation;

use crate::kit::{Key, OPS, OTHER, TestServer};

const DESCRIBE: Operation = Operation::DescribeSlackWorkspaces;

fn rate(requests_per_second: f64, burst: u32) -> impl FnOnce(&mut Settings) {
    move |settings| {
        settings.throttle.requests_per_second = requests_per_second;
        settings.throttle.burst = burst;
    }
}

async fn statuses(server: &TestServer, key: Key, operation: Operation, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(server.call_as(key, operation, json!({})).await.status);
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accounts_burst_is_spent_operation_by_operation() {
    let server = TestServer::start_with(rate(2.0, 3)).await;
    assert_eq!(statuses(&server, OPS, DESCRIBE, 4).await, [200, 200, 200, 400]);
    let refused = server.call(DESCRIBE, json!({})).await;
    assert_eq!(refused.refused(400, "ThrottlingException", "message"), "Rate exceeded"); // reference; the text: observed
    assert!(refused.header("retry-after").is_none()); // observed
    assert!(refused.header("x-amzn-requestid").is_some());
    // Another operation and another account have buckets of their own.
    assert_eq!(statuses(&server, OPS, Operation::DescribeSlackChannelConfigurations, 1).await, [200]);
    assert_eq!(statuses(&server, OTHER, DESCRIBE, 1).await, [200]);
    server.clock.advance(499);
    assert_eq!(statuses(&server, OPS, DESCRIBE, 1).await, [400]);
    server.clock.advance(1);
    assert_eq!(statuses(&server, OPS, DESCRIBE, 2).await, [200, 400]);
    server.clock.advance(60_000);
    assert_eq!(statuses(&server, OPS, DESCRIBE, 4).await, [200, 200, 200, 400]);
    let throttled = "bellhop_api_requests_throttled_total{operation=\"DescribeSlackWorkspaces\"}";
    assert_eq!(server.metric(throttled).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_may_have_a_rate_of_its_own() {
    let server = TestServer::start_with(|settings| {
        rate(1.0, 2)(settings);
        let none = RateSettings { requests_per_second: 0.0, burst: 1 };
        settings.throttle.operations.insert(Operation::DescribeSlackChannelConfigurations, none);
        let one = RateSettings { requests_per_second: 1.0, burst: 1 };
        settings.throttle.operations.insert(Operation::DeleteSlackChannelConfiguration, one);
    })
    .await;
    assert_eq!(statuses(&server, OPS, DESCRIBE, 3).await, [200, 200, 400]);
    assert_eq!(statuses(&server, OPS, Operation::DescribeSlackChannelConfigurations, 20).await, [200; 20]);
    server.call(Operation::DeleteSlackChannelConfiguration, json!({})).await.refused(
        400,
        "InvalidParameterException",
        "message",
    );
    let delete = server.call(Operation::DeleteSlackChannelConfiguration, json!({})).await;
    delete.refused(400, "ThrottlingException", "message");
}

/// Else anybody could spend somebody else's tokens with a key id, which is no secret.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_proven_who_they_are_spends_nothing() {
    let server = TestServer::start_with(rate(1.0, 2)).await;
    let forger = Key { secret: "not-the-secret", ..OPS };
    assert_eq!(statuses(&server, forger, DESCRIBE, 10).await, [403; 10]);
    assert_eq!(statuses(&server, OPS, DESCRIBE, 3).await, [200, 200, 400]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_call_changes_nothing_and_is_on_record() {
    let server = TestServer::start_with(rate(1.0, 1)).await;
    server.configure("one", "C1", &[]).await;
    let two = json!({ "ConfigurationName": "two" });
    let refused = server.call(Operation::CreateSlackChannelConfiguration, two).await;
    refused.refused(400, "ThrottlingException", "message");
    let records = server.audited(2).await;
    assert_eq!(
        (&records[1]["errorCode"], &records[1]["errorMessage"]),
        (&json!("ThrottlingException"), &json!("Rate exceeded"))
    );
    assert_eq!(records[1]["requestParameters"]["ConfigurationName"], "two");
    let described = server.call(Operation::DescribeSlackChannelConfigurations, json!({})).await.ok(200);
    assert_eq!(described["SlackChannelConfigurations"].as_array().unwrap().len(), 1);
}
