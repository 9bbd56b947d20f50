//! The operations on the teams of Microsoft Teams that an account may post to: AWS's two, and Bellhop's own.

use serde_json::{Value, json};
use server::config::{ConfiguredTeamSettings, Settings};
use wire::operations::Operation::{
    CreateMicrosoftTeamsChannelConfiguration, CreateMicrosoftTeamsConfiguredTeam as CREATE,
    DeleteMicrosoftTeamsChannelConfiguration, DeleteMicrosoftTeamsConfiguredTeam as DELETE, DescribeSlackWorkspaces,
    ListMicrosoftTeamsConfiguredTeams as LIST,
};

use crate::kit::{Key, Listing, OPS, OTHER, ROLE, TEAM_NAME, TEAMS_TEAM, TENANT, TestServer};

const CONFIGURATION_ARN: &str = "arn:aws:chatbot::123456789012:chat-configuration/microsoft-teams-channel/";

fn team(key: Key, team_id: &str) -> ConfiguredTeamSettings {
    ConfiguredTeamSettings {
        account_id: key.account_id.parse().unwrap(),
        team_id: team_id.parse().unwrap(),
        tenant_id: TENANT.parse().unwrap(),
        team_name: format!("Team {team_id}"),
    }
}

/// A team's id, in the order of the digits.
fn team_id(digit: char) -> String {
    TEAMS_TEAM.replace('a', &digit.to_string())
}

fn with_teams(settings: &mut Settings, key: Key, digits: &str) {
    settings.microsoft_teams.teams.extend(digits.chars().map(|digit| team(key, &team_id(digit))));
}

async fn configure(server: &TestServer, name: &str) {
    let body = json!({ "ConfigurationName": name, "TeamId": TEAMS_TEAM, "TenantId": TENANT,
                       "ChannelId": format!("19%3A{name}%40thread.tacv2"), "IamRoleArn": ROLE });
    server.call(CreateMicrosoftTeamsChannelConfiguration, body).await.ok(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_sees_its_own_teams() {
    let server = TestServer::start_with(|settings| with_teams(settings, OTHER, "1")).await;
    let ours = server.call(LIST, json!({})).await.ok(200); // model
    let team = json!({ "TenantId": TENANT, "TeamId": TEAMS_TEAM, "TeamName": TEAM_NAME, "State": "ENABLED", "StateReason": null });
    assert_eq!(ours, json!({ "ConfiguredTeams": [team], "NextToken": null })); // model; the nulls: observed
    let theirs = server.call_as(OTHER, LIST, json!({})).await.ok(200);
    assert_eq!(theirs["ConfiguredTeams"].as_array().unwrap().len(), 1);
    assert_eq!(theirs["ConfiguredTeams"][0]["TeamId"], json!(team_id('1')));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_in_use_stays_and_its_configurations_are_named() {
    let server = TestServer::start().await;
    for name in ["ops", "web"] {
        configure(&server, name).await;
    }
    let body = json!({ "TeamId": TEAMS_TEAM });
    let text = server.call(DELETE, body.clone()).await.refused(400, "InvalidParameterException", "message"); // inferred
    for name in ["ops", "web"] {
        assert!(text.contains(&format!("{CONFIGURATION_ARN}{name}")), "{text}");
        assert_eq!(server.call(LIST, json!({})).await.ok(200)["ConfiguredTeams"].as_array().unwrap().len(), 1);
        let arn = json!({ "ChatConfigurationArn": format!("{CONFIGURATION_ARN}{name}") });
        server.call(DeleteMicrosoftTeamsChannelConfiguration, arn).await.no_content();
    }
    server.call(DELETE, body.clone()).await.no_content(); // model
    assert_eq!(server.call(LIST, json!({})).await.ok(200)["ConfiguredTeams"], json!([]));
    let text = server.call(DELETE, body).await.refused(404, "ResourceNotFoundException", "Message"); // observed
    assert!(text.starts_with("No Team found for the team id"), "{text}"); // observed
}

/// Whoever has thousands of configurations hears of the first few: the message has a limit.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_configurations_the_first_ten_are_named() {
    let server = TestServer::start().await;
    for number in 10..22 {
        configure(&server, &format!("n{number}")).await;
    }
    let text = server.call(DELETE, json!({ "TeamId": TEAMS_TEAM })).await;
    let text = text.refused(400, "InvalidParameterException", "message"); // inferred
    assert_eq!(text.matches(CONFIGURATION_ARN).count(), 10, "{text}"); // ours
    assert!(text.contains("n10,") && text.ends_with("and more"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_team_is_none() {
    let server = TestServer::start_with(|settings| with_teams(settings, OTHER, "1")).await;
    let theirs = server.call(DELETE, json!({ "TeamId": team_id('1') })).await;
    theirs.refused(404, "ResourceNotFoundException", "Message"); // observed of one that is not there
    assert_eq!(server.call_as(OTHER, LIST, json!({})).await.ok(200)["ConfiguredTeams"].as_array().unwrap().len(), 1);
    // The same team in two accounts is two: each ends its own.
    let both = TestServer::start_with(|settings| settings.microsoft_teams.teams.push(team(OTHER, TEAMS_TEAM))).await;
    both.call(DELETE, json!({ "TeamId": TEAMS_TEAM })).await.no_content();
    assert_eq!(both.call_as(OTHER, LIST, json!({})).await.ok(200)["ConfiguredTeams"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_id_is_a_uuid() {
    let server = TestServer::start().await;
    for body in [json!({}), json!({ "TeamId": "ops" })] {
        let text = server.call(DELETE, body).await.refused(400, "InvalidParameterException", "message"); // model
        assert!(text.contains("'teamId'"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_team_once_while_others_go() {
    let server = TestServer::start_with(|settings| {
        settings.microsoft_teams.teams.clear();
        with_teams(settings, OPS, "1234");
        with_teams(settings, OTHER, "5");
    })
    .await;
    let listing = Listing { operation: LIST, filter: json!({}), member: "ConfiguredTeams", key: "/TeamId" };
    let ids: Vec<_> = "1234".chars().map(team_id).collect();
    listing.holds(&server, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    listing.keeps_its_tokens_to_itself(&server, &[(DescribeSlackWorkspaces, json!({}))]).await;
    let (first, token) = listing.page(&server, 2, &Value::Null).await;
    assert_eq!(first, ids[..2]);
    server.call(DELETE, json!({ "TeamId": ids[1] })).await.no_content();
    server.call(DELETE, json!({ "TeamId": ids[2] })).await.no_content();
    assert_eq!(listing.page(&server, 100, &token).await.0, ids[3..]);
}

/// Bellhop's own operation: no expectation of it is of AWS.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_configured_by_the_api_and_may_be_named_again() {
    let mut server = TestServer::start().await;
    let body = |name: &str| json!({ "TeamId": team_id('1'), "TenantId": TENANT, "TeamName": name });
    let shown = |name: &str| json!({ "TenantId": TENANT, "TeamId": team_id('1'), "TeamName": name, "State": "ENABLED", "StateReason": null });
    for name in ["Web", "Web and more"] {
        let created = server.call(CREATE, body(name)).await.ok(201);
        assert_eq!(created, json!({ "ConfiguredTeam": shown(name) }));
    }
    let listed = async |server: &TestServer, key| server.call_as(key, LIST, json!({})).await.ok(200);
    assert_eq!(listed(&server, OPS).await["ConfiguredTeams"][0], shown("Web and more"));
    assert_eq!(listed(&server, OTHER).await["ConfiguredTeams"], json!([]));
    let channel = json!({ "ConfigurationName": "web", "TeamId": team_id('1'), "TenantId": TENANT,
                          "ChannelId": "19%3Aweb%40thread.tacv2", "IamRoleArn": ROLE });
    let refused = server.call_as(OTHER, CreateMicrosoftTeamsChannelConfiguration, channel.clone()).await;
    refused.refused(400, "InvalidRequestException", "message");
    server.call(CreateMicrosoftTeamsChannelConfiguration, channel).await.ok(201);
    // What the settings say of a team is said there; and when they begin to, they are stronger.
    let declared = json!({ "TeamId": TEAMS_TEAM, "TenantId": TENANT, "TeamName": "Mine" });
    let text = server.call(CREATE, declared).await.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("by the settings of this server"), "{text}");
    server.restart_with(|settings| with_teams(settings, OPS, "1")).await;
    assert_eq!(listed(&server, OPS).await["ConfiguredTeams"][0], shown(&format!("Team {}", team_id('1'))));
    server.call(CREATE, body("Web")).await.refused(400, "InvalidRequestException", "message");
}

#[tokio::test(flavor = "multi_thread")]
async fn bellhops_own_operation_is_on_record_as_such_and_found_by_its_name_too() {
    let server = TestServer::start().await;
    let body = json!({ "TeamId": team_id('1'), "TenantId": TENANT, "TeamName": "hush" });
    server.call(CREATE, body.clone()).await.ok(201);
    server.call(LIST, json!({})).await.ok(200);
    let records = server.audited(2).await;
    assert_eq!(records[0]["eventName"], "CreateMicrosoftTeamsConfiguredTeam");
    assert_eq!(records[0]["eventSource"], "chatbot.amazonaws.com");
    assert_eq!(records[0]["additionalEventData"], json!({ "operationOf": "Bellhop" }));
    assert_eq!(records[1].get("additionalEventData"), None);
    assert!(!records[0].to_string().contains("hush"));
    for wrong in [json!({}), json!({ "TeamId": "no", "TenantId": TENANT, "TeamName": "Web" })] {
        let text = server.call(CREATE, wrong).await.refused(400, "InvalidParameterException", "message");
        assert!(text.contains("'teamId'"), "{text}");
    }
}
