//! `DescribeSlackWorkspaces` and `DeleteSlackWorkspaceAuthorization`.

use serde_json::json;
use wire::operations::Operation::{
    CreateSlackChannelConfiguration, DeleteSlackChannelConfiguration, DeleteSlackWorkspaceAuthorization as DELETE,
    DescribeSlackWorkspaces as DESCRIBE, ListMicrosoftTeamsConfiguredTeams,
};

use crate::kit::{Listing, OPS, OTHER, ROLE, TEAM, TEAM_NAME, TestServer, with_spares};

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

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_bound_to_account_and_operation() {
    let server = TestServer::start_with(with_spares).await;
    let listing = Listing { operation: DESCRIBE, filter: json!({}), member: "SlackWorkspaces", key: "/SlackTeamId" };
    listing.holds(&server, &[TEAM, "T0SPARE"]).await;
    listing.keeps_its_tokens_to_itself(&server, &[(ListMicrosoftTeamsConfiguredTeams, json!({}))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_in_use_stays_and_its_configurations_are_named() {
    let server = TestServer::start().await;
    let arns = [server.configure("ops", "C1", &[]).await, server.configure("web", "C2", &[]).await];
    let body = json!({ "SlackTeamId": TEAM });
    let text = server.call(DELETE, body.clone()).await.refused(400, "InvalidParameterException", "message"); // inferred
    assert!(arns.iter().all(|arn| text.contains(arn)) && text.contains(TEAM), "{text}");
    assert_eq!(server.call(DESCRIBE, json!({})).await.ok(200)["SlackWorkspaces"][0]["SlackTeamId"], TEAM);
    for arn in arns {
        server.call(DeleteSlackChannelConfiguration, json!({ "ChatConfigurationArn": arn })).await.no_content();
    }
    server.call(DELETE, body).await.no_content(); // model
    assert_eq!(server.call(DESCRIBE, json!({})).await.ok(200)["SlackWorkspaces"], json!([]));
    // Without the authorisation no channel of it can be configured any more.
    let create = json!({ "ConfigurationName": "ops", "SlackTeamId": TEAM, "SlackChannelId": "C1", "IamRoleArn": ROLE });
    let answer = server.call(CreateSlackChannelConfiguration, create).await;
    let text = answer.refused(400, "InvalidRequestException", "message"); // observed
    assert!(text.contains("is not authorized with AWS account 123456789012"), "{text}"); // observed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_idempotent_and_another_accounts_authorisation_stays() {
    let server = TestServer::start().await;
    for team_id in [TEAM, TEAM, "T0NOBODYS", "T0THEIRS"] {
        server.call_as(OPS, DELETE, json!({ "SlackTeamId": team_id })).await.no_content(); // observed
    }
    let theirs = server.call_as(OTHER, DESCRIBE, json!({})).await.ok(200);
    let ids: Vec<_> = theirs["SlackWorkspaces"].as_array().unwrap().iter().map(|found| &found["SlackTeamId"]).collect();
    assert_eq!(ids, [TEAM, "T0THEIRS"]);
    for body in [json!({}), json!({ "SlackTeamId": "t-lower" })] {
        let text = server.call(DELETE, body).await.refused(400, "InvalidParameterException", "message"); // model
        assert!(text.contains("'slackTeamId'"), "{text}");
    }
}
