//! `CreateMicrosoftTeamsChannelConfiguration`, and what becomes of messages to a Teams channel.

use serde_json::{Value, json};
use store::outbox::DeliveryState;
use tokio::task::JoinSet;
use wire::operations::Operation::{
    CreateMicrosoftTeamsChannelConfiguration as CREATE, CreateSlackChannelConfiguration,
    GetMicrosoftTeamsChannelConfiguration as GET, ListMicrosoftTeamsChannelConfigurations as LIST,
};

use super::{arn, channel_id, create, of, smallest};
use crate::kit::{OPS, OTHER, OTHER_TOPIC, ROLE, TEAM, TEAMS_TEAM, TENANT, TOPIC, TestServer, with};

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_request_gets_every_default() {
    let server = TestServer::start().await;
    let answer = server.call(CREATE, smallest("ops")).await;
    assert_eq!(
        answer.ok(201), // model
        json!({ "ChannelConfiguration": {
            "ChannelId": channel_id("ops"),
            "ChannelName": null, // observed: as it was sent
            "TeamId": TEAMS_TEAM,
            "TeamName": null, // observed: as it was sent
            "TenantId": TENANT,
            "ChatConfigurationArn": arn("ops"), // observed: no region
            "IamRoleArn": ROLE,
            "SnsTopicArns": [],
            "ConfigurationName": "ops",
            "LoggingLevel": "NONE", // reference
            "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"], // reference
            "UserAuthorizationRequired": false, // observed
            "Tags": [],
            "State": "ENABLED", // observed
            "StateReason": null, // observed: nulls are explicit
        } })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_comes_back_as_it_was() {
    let server = TestServer::start().await;
    let members = json!({
        "ChannelName": "Alarme & Störungen",
        "TeamName": "Betrieb",
        "SnsTopicArns": [TOPIC, OTHER_TOPIC],
        "LoggingLevel": "ERROR",
        "GuardrailPolicyArns": ["arn:aws:iam::123456789012:policy/b", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "UserAuthorizationRequired": true,
        "Tags": [{ "TagKey": "team", "TagValue": "ops" }, { "TagKey": "a", "TagValue": "" }],
    });
    // A topic that is listed twice is one: topics are a set. Assumed.
    let sent = with(with(smallest("ops"), members.clone()), json!({ "SnsTopicArns": [TOPIC, OTHER_TOPIC, TOPIC] }));
    let created = create(&server, sent).await;
    assert_eq!(with(created.clone(), members), created);
    // Clients read it back at once. Observed.
    assert_eq!(server.call(GET, of("ops")).await.ok(200), json!({ "ChannelConfiguration": created }));
    assert_eq!(server.call(LIST, json!({})).await.ok(200)["TeamChannelConfigurations"], json!([created]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_unique_in_its_account_and_platform() {
    let server = TestServer::start().await;
    create(&server, smallest("ops")).await;
    let again = with(smallest("ops"), json!({ "ChannelId": channel_id("other") }));
    let text = server.call(CREATE, again).await.refused(409, "ConflictException", "message"); // observed
    assert_eq!(text, format!("Resource with arn {} already exists.", arn("ops")));
    // Another platform's names are another path of ARNs. Inferred.
    server.configure("ops", "C1", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_configured_once_and_a_team_often() {
    let server = TestServer::start().await;
    create(&server, smallest("ops")).await;
    create(&server, smallest("web")).await; // observed: several channels of one team are legal
    let again = with(smallest("again"), json!({ "ChannelId": channel_id("ops") }));
    let text = server.call(CREATE, again).await.refused(400, "InvalidRequestException", "message"); // observed; code: assumed
    assert!(text.contains("has already been configured for AWS account 123456789012"), "{text}");
    assert!(text.contains(&channel_id("ops")) && text.contains(TEAMS_TEAM), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_must_be_configured_by_the_very_account_in_its_tenant() {
    let server = TestServer::start().await;
    let elsewhere = "99999999-2222-4333-8444-555555555555";
    for members in [json!({ "TeamId": elsewhere }), json!({ "TenantId": elsewhere })] {
        let text = server.call(CREATE, with(smallest("ops"), members)).await;
        let text = text.refused(400, "InvalidRequestException", "message"); // observed
        assert!(text.contains("team id you are using is not configured") && text.contains(elsewhere), "{text}"); // observed
    }
    let text = server.call_as(OTHER, CREATE, smallest("ops")).await;
    let text = text.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("is not configured") && text.contains(OTHER.account_id), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_create_reserves_nothing() {
    let server = TestServer::start().await;
    create(&server, smallest("taken")).await;
    for (status, members) in [
        (400, json!({ "TeamId": "99999999-2222-4333-8444-555555555555" })),
        (400, json!({ "ChannelId": channel_id("taken") })),
        (400, json!({ "SnsTopicArns": ["arn:aws:sqs:eu-west-1:123456789012:q"] })),
        (400, json!({ "LoggingLevel": "LOUD" })),
    ] {
        let answer = server.call(CREATE, with(smallest("ops"), members)).await;
        assert_eq!(answer.status, status);
        server.call(GET, of("ops")).await.refused(404, "ResourceNotFoundException", "Message");
    }
    create(&server, smallest("ops")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_violation_is_told_in_one_message() {
    let server = TestServer::start().await;
    let body = json!({
        "ConfigurationName": "not a name",
        "TeamId": "not-a-uuid",
        "ChannelId": "19:raw@thread.tacv2",
        "ChannelName": "a\nb",
        "TeamName": "",
        "SnsTopicArns": ["x"],
        "GuardrailPolicyArns": [TOPIC],
    });
    let text = server.call(CREATE, body).await.refused(400, "InvalidParameterException", "message"); // model
    for at in [
        "Value 'not a name' at 'configurationName'",
        "Value 'not-a-uuid' at 'teamId'",
        "Value '19:raw@thread.tacv2' at 'channelId'",
        "Value at 'channelName'", // model: sensitive, so it is not echoed
        "Value at 'teamName'",    // model: sensitive
        "'snsTopicArns.1.member'",
        "'guardrailPolicyArns.1.member'",
        "Value null at 'tenantId' failed to satisfy constraint: Member must not be null",
        "Value null at 'iamRoleArn' failed to satisfy constraint: Member must not be null",
    ] {
        assert!(text.contains(at), "{at}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_creates_of_one_channel_at_once_make_one_configuration() {
    let server = TestServer::start().await;
    let mut creates = JoinSet::new();
    for number in 0..10 {
        let body = with(smallest(&format!("n{number}")), json!({ "ChannelId": channel_id("ops") }));
        creates.spawn(server.api().call(CREATE, OPS).json(&body).send());
    }
    let mut statuses: Vec<_> = creates.join_all().await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[201].as_slice(), &[400; 9]].concat());
}

/// The limits are settings; that an account's counts all platforms together: assumed.
#[tokio::test(flavor = "multi_thread")]
async fn limits_are_those_of_the_settings() {
    let server = TestServer::start_with(|settings| {
        settings.limits.chat_configurations = 2;
        settings.limits.topics_per_configuration = 1;
        settings.limits.tags_per_resource = 1;
    })
    .await;
    let beyond = [
        json!({ "SnsTopicArns": [TOPIC, OTHER_TOPIC] }),
        json!({ "Tags": [{ "TagKey": "a", "TagValue": "" }, { "TagKey": "b", "TagValue": "" }] }),
    ];
    for members in beyond {
        let answer = server.call(CREATE, with(smallest("ops"), members)).await;
        answer.refused(403, "LimitExceededException", "message"); // reference
    }
    let at_limit = json!({ "SnsTopicArns": [TOPIC, TOPIC], "Tags": [{ "TagKey": "a", "TagValue": "" }] });
    create(&server, with(smallest("ops"), at_limit)).await;
    server.configure("slack", "C1", &[]).await;
    let text = server.call(CREATE, smallest("web")).await.refused(403, "LimitExceededException", "message"); // reference
    assert!(text.contains("2 at most"), "{text}");
    let slack = json!({ "ConfigurationName": "web", "SlackTeamId": TEAM, "SlackChannelId": "C2", "IamRoleArn": ROLE });
    server.call(CreateSlackChannelConfiguration, slack).await.refused(403, "LimitExceededException", "message");
}

/// Nothing vanishes silently: a channel without a webhook keeps its messages with the remedy.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_a_channel_without_a_webhook_is_kept_with_the_remedy() {
    let server = TestServer::start().await;
    create(&server, with(smallest("ops"), json!({ "SnsTopicArns": [TOPIC] }))).await;
    server.configure("slack", "C1", &[TOPIC]).await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let deliveries = server.deliveries().await;
    let to_teams = deliveries.iter().find(|found| found.configuration_arn == arn("ops")).unwrap();
    assert_eq!(to_teams.state, DeliveryState::Dead);
    let reason = to_teams.reason.clone().unwrap_or_default();
    assert!(reason.contains("`microsoft_teams.webhooks`"), "{reason}");
    // And it holds up nobody else.
    assert_eq!(server.slack.posted("C1").len(), 1);
    server.leaves_dead(1);
}

/// A team that is taken out of the settings disables its configurations; they are still there.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_that_is_no_longer_configured_disables_its_configurations() {
    let mut server = TestServer::start().await;
    let created = create(&server, smallest("ops")).await;
    server.restart_with(|settings| settings.microsoft_teams.teams.clear()).await;
    let found = server.call(GET, of("ops")).await.ok(200)["ChannelConfiguration"].clone();
    assert_eq!(found["State"], "DISABLED"); // assumed; the states: model
    let reason = found["StateReason"].clone();
    assert!(reason.as_str().unwrap().contains(TEAMS_TEAM), "{reason}");
    let enabled = with(found, json!({ "State": "ENABLED", "StateReason": Value::Null }));
    assert_eq!(enabled, created);
}
