//! `DescribeSlackWorkspaces`.

use serde_json::json;
use wire::operations::Operation::DescribeSlackWorkspaces as DESCRIBE;

use crate::kit::{OTHER, TEAM, TEAM_NAME, TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_sees_its_own_workspaces_by_name() {
    let server = TestServer::start().await;
    let ours = server.call(DESCRIBE, json!({ "MaxResults": 10 })).await.ok(200); // model
    let workspace = json!({ "SlackTeamId": TEAM, "SlackTeamName": TEAM_NAME, "State": "ENABLED", "StateReason": null });
    assert_eq!(ours, json!({ "SlackWorkspaces": [workspace], "NextToken": null })); // model; the nulls: observed
    let theirs = server.call_as(OTHER, DESCRIBE, json!({})).await.ok(200);
    let names: Vec<_> =
        theirs["SlackWorkspaces"].as_array().unwrap().iter().map(|found| &found["SlackTeamName"]).collect();
    assert_eq!(names, ["Seen by others", "Theirs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_follow_the_pages_until_the_token_is_null() {
    let server = TestServer::start().await;
    let first = server.call_as(OTHER, DESCRIBE, json!({ "MaxResults": 1 })).await.ok(200);
    assert_eq!(first["SlackWorkspaces"][0]["SlackTeamId"], TEAM);
    let body = json!({ "MaxResults": 1, "NextToken": first["NextToken"] });
    let second = server.call_as(OTHER, DESCRIBE, body).await.ok(200);
    assert_eq!(second["SlackWorkspaces"][0]["SlackTeamId"], "T0THEIRS");
    assert_eq!(second["NextToken"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn page_sizes_are_1_to_100() {
    let server = TestServer::start().await;
    for (wrong, words) in [(0, "greater than or equal to 1"), (101, "less than or equal to 100")] {
        let answer = server.call(DESCRIBE, json!({ "MaxResults": wrong })).await;
        let text = answer.refused(400, "InvalidParameterException", "message"); // model
        assert!(text.contains("'maxResults'") && text.contains(words), "{text}");
    }
}
