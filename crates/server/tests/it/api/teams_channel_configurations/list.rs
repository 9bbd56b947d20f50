//! `ListMicrosoftTeamsChannelConfigurations` and `GetMicrosoftTeamsChannelConfiguration`.

use serde_json::{Value, json};
use server::config::{ConfiguredTeamSettings, Settings};
use wire::operations::Operation::{
    DeleteMicrosoftTeamsChannelConfiguration as DELETE, DescribeSlackChannelConfigurations,
    GetMicrosoftTeamsChannelConfiguration as GET, ListMicrosoftTeamsChannelConfigurations as LIST,
};

use super::{arn, create, of, smallest};
use crate::kit::{Listing, OPS, OTHER, TEAMS_TEAM, TENANT, TestServer, with};

const SECOND_TEAM: &str = "99999999-2222-4333-8444-555555555555";

fn with_second_team(settings: &mut Settings) {
    settings.microsoft_teams.teams.push(ConfiguredTeamSettings {
        account_id: OPS.account_id.parse().unwrap(),
        team_id: SECOND_TEAM.parse().unwrap(),
        tenant_id: TENANT.parse().unwrap(),
        team_name: "Second".to_owned(),
    });
}

fn listing(filter: Value) -> Listing {
    Listing { operation: LIST, filter, member: "TeamChannelConfigurations", key: "/ConfigurationName" }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_any_has_an_empty_list() {
    let server = TestServer::start().await;
    let none = server.call(LIST, json!({})).await.ok(200); // model
    assert_eq!(none, json!({ "TeamChannelConfigurations": [], "NextToken": null })); // the null: observed
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_arn_is_not_found_and_a_malformed_one_is_no_parameter() {
    let server = TestServer::start().await;
    create(&server, smallest("ops")).await;
    let unknown = server.call(GET, of("gone")).await;
    let text = unknown.refused(404, "ResourceNotFoundException", "Message"); // observed, though not in the model
    assert!(text.contains(&arn("gone")), "{text}");
    let slack = server.configure("ops", "C1", &[]).await;
    let of_slack = server.call(GET, json!({ "ChatConfigurationArn": slack })).await;
    of_slack.refused(404, "ResourceNotFoundException", "Message"); // assumed: another platform's is none
    for body in [json!({}), json!({ "ChatConfigurationArn": "arn:aws:sns:eu-west-1:123456789012:x" })] {
        let text = server.call(GET, body).await.refused(400, "InvalidParameterException", "message"); // model
        assert!(text.contains("'chatConfigurationArn'"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_configuration_once_and_those_of_a_team_alone_if_asked() {
    let server = TestServer::start_with(with_second_team).await;
    for name in ["n1", "n2", "n3"] {
        create(&server, smallest(name)).await;
    }
    for name in ["n11", "n4"] {
        create(&server, with(smallest(name), json!({ "TeamId": SECOND_TEAM }))).await;
    }
    server.configure("n5", "C1", &[]).await; // of another platform
    listing(json!({})).holds(&server, &["n1", "n11", "n2", "n3", "n4"]).await;
    listing(json!({ "TeamId": TEAMS_TEAM })).holds(&server, &["n1", "n2", "n3"]).await;
    listing(json!({ "TeamId": SECOND_TEAM })).holds(&server, &["n11", "n4"]).await;
    listing(json!({ "TeamId": "00000000-2222-4333-8444-555555555555" })).holds(&server, &[]).await;
    let others =
        [(LIST, json!({})), (LIST, json!({ "TeamId": SECOND_TEAM })), (DescribeSlackChannelConfigurations, json!({}))];
    listing(json!({ "TeamId": TEAMS_TEAM })).keeps_its_tokens_to_itself(&server, &others).await;
    let others = [(LIST, json!({ "TeamId": TEAMS_TEAM })), (DescribeSlackChannelConfigurations, json!({}))];
    listing(json!({})).keeps_its_tokens_to_itself(&server, &others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_and_go_between_two_pages_shift_nothing() {
    let server = TestServer::start().await;
    for name in ["n1", "n2", "n3", "n4"] {
        create(&server, smallest(name)).await;
    }
    for filter in [json!({}), json!({ "TeamId": TEAMS_TEAM })] {
        let listing = listing(filter);
        let (first, token) = listing.page(&server, 2, &Value::Null).await;
        assert_eq!(first, ["n1", "n2"]);
        // The row that the token stands on goes, one before it and one behind it come.
        server.call(DELETE, of("n2")).await.no_content();
        create(&server, smallest("n0")).await;
        create(&server, smallest("n31")).await;
        assert_eq!(listing.page(&server, 100, &token).await.0, ["n3", "n31", "n4"]);
        for name in ["n0", "n31"] {
            server.call(DELETE, of(name)).await.no_content();
        }
        create(&server, smallest("n2")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_sees_none_of_them() {
    let server = TestServer::start().await;
    create(&server, smallest("ops")).await;
    for filter in [json!({}), json!({ "TeamId": TEAMS_TEAM })] {
        let theirs = server.call_as(OTHER, LIST, filter).await.ok(200);
        assert_eq!(theirs["TeamChannelConfigurations"], json!([]));
    }
    server.call_as(OTHER, GET, of("ops")).await.refused(404, "ResourceNotFoundException", "Message");
}
