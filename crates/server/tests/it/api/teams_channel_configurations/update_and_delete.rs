//! `UpdateMicrosoftTeamsChannelConfiguration` and `DeleteMicrosoftTeamsChannelConfiguration`.

use serde_json::{Value, json};
use store::PersonId;
use wire::operations::Operation::{
    AssociateToConfiguration, CreateCustomAction, DeleteMicrosoftTeamsChannelConfiguration as DELETE,
    GetMicrosoftTeamsChannelConfiguration as GET, ListAssociations, ListMicrosoftTeamsUserIdentities,
    ListTagsForResource, UpdateMicrosoftTeamsChannelConfiguration as UPDATE,
};

use super::{arn, channel_id, create, of, smallest};
use crate::kit::{OPS, OTHER, OTHER_TOPIC, PERSON, TOPIC, TestServer, with};

const GUARDRAIL: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// A server with `ops`, every member of it set to something other than its default.
async fn with_ops() -> (TestServer, Value) {
    let server = TestServer::start().await;
    let members = json!({
        "ChannelName": "alarms",
        "TeamName": "Ops",
        "SnsTopicArns": [TOPIC],
        "LoggingLevel": "INFO",
        "GuardrailPolicyArns": [GUARDRAIL],
        "UserAuthorizationRequired": true,
        "Tags": [{ "TagKey": "team", "TagValue": "ops" }],
    });
    let created = create(&server, with(smallest("ops"), members)).await;
    (server, created)
}

/// The required members only. Source of which these are: model.
fn smallest_update(name: &str) -> Value {
    with(of(name), json!({ "ChannelId": channel_id("ops") }))
}

async fn found(server: &TestServer) -> Value {
    server.call(GET, of("ops")).await.ok(200)["ChannelConfiguration"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_absent_or_null_stays_and_an_empty_list_clears() {
    let (server, before) = with_ops().await;
    let nulls = json!({ "ChannelName": null, "SnsTopicArns": null, "GuardrailPolicyArns": null, "LoggingLevel": null,
                        "IamRoleArn": null, "UserAuthorizationRequired": null });
    for body in [smallest_update("ops"), with(smallest_update("ops"), nulls)] {
        let updated = server.call(UPDATE, body).await.ok(200); // model
        assert_eq!(updated, json!({ "ChannelConfiguration": before })); // assumed: absent is unchanged
        assert_eq!(found(&server).await, before);
    }
    let empty = with(smallest_update("ops"), json!({ "SnsTopicArns": [], "GuardrailPolicyArns": [] }));
    let updated = server.call(UPDATE, empty).await.ok(200)["ChannelConfiguration"].clone();
    let expected = json!({
        "SnsTopicArns": [],
        "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"], // reference: the default if there is none
    });
    assert_eq!(updated, with(before, expected));
    assert_eq!(found(&server).await, updated);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_changes_and_the_order_of_guardrails_is_the_callers() {
    let (server, before) = with_ops().await;
    let changes = json!({
        "ChannelId": channel_id("moved"),
        "ChannelName": "builds",
        "SnsTopicArns": [OTHER_TOPIC],
        "IamRoleArn": "arn:aws:iam::123456789012:role/other",
        "LoggingLevel": "NONE",
        "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/Z", GUARDRAIL, "arn:aws:iam::aws:policy/A"],
        "UserAuthorizationRequired": false,
    });
    let updated = server.call(UPDATE, with(of("ops"), changes.clone())).await.ok(200)["ChannelConfiguration"].clone();
    assert_eq!(updated, with(before, changes));
    assert_eq!(found(&server).await, updated);
    // The channel that it left is free.
    create(&server, with(smallest("next"), json!({ "ChannelId": channel_id("ops") }))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_update_changes_nothing() {
    let (server, before) = with_ops().await;
    create(&server, smallest("web")).await;
    let loud = json!({ "LoggingLevel": "ERROR" });
    let taken = with(with(of("ops"), loud.clone()), json!({ "ChannelId": channel_id("web") }));
    let text = server.call(UPDATE, taken).await.refused(400, "InvalidRequestException", "message"); // observed of create
    assert!(text.contains("has already been configured"), "{text}");
    let queue = json!({ "SnsTopicArns": ["arn:aws:sqs:eu-west-1:123456789012:q"] });
    let queue = with(with(smallest_update("ops"), loud), queue);
    server.call(UPDATE, queue).await.refused(400, "InvalidRequestException", "message"); // assumed
    let text = server.call(UPDATE, json!({})).await.refused(400, "InvalidParameterException", "message"); // model
    assert!(text.contains("'chatConfigurationArn'") && text.contains("'channelId'"), "{text}");
    assert_eq!(found(&server).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_arn_another_platforms_and_another_accounts_are_not_found() {
    let (server, before) = with_ops().await;
    let slack = server.configure("ops", "C1", &[]).await;
    let of_slack = json!({ "ChatConfigurationArn": slack });
    for (key, body) in [(OPS, of("gone")), (OPS, of_slack), (OTHER, of("ops"))] {
        let update = with(body.clone(), json!({ "ChannelId": channel_id("x") }));
        let text = server.call_as(key, UPDATE, update).await.refused(404, "ResourceNotFoundException", "Message"); // model
        assert!(text.contains(body["ChatConfigurationArn"].as_str().unwrap()), "{text}");
        server.call_as(key, DELETE, body).await.refused(404, "ResourceNotFoundException", "Message"); // model
    }
    assert_eq!(found(&server).await, before);
    server.call(DELETE, json!({})).await.refused(400, "InvalidParameterException", "message"); // model
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_configuration_takes_with_it_what_hangs_on_it() {
    let (server, _) = with_ops().await;
    let action = json!({ "ActionName": "a", "Definition": { "CommandText": "s3 ls" } });
    let action = server.call(CreateCustomAction, action).await.ok(201)["CustomActionArn"].clone();
    let association = json!({ "ChatConfiguration": arn("ops"), "Resource": action });
    server.call(AssociateToConfiguration, association).await.ok(201);
    server.link(OPS, &arn("ops"), &PersonId::MicrosoftTeams(PERSON.parse().unwrap())).await;

    server.call(DELETE, of("ops")).await.no_content(); // model
    server.call(GET, of("ops")).await.refused(404, "ResourceNotFoundException", "Message");
    server.call(DELETE, of("ops")).await.refused(404, "ResourceNotFoundException", "Message");
    let tags = server.call(ListTagsForResource, json!({ "ResourceARN": arn("ops") })).await;
    tags.refused(404, "ResourceNotFoundException", "Message");

    // Made again under its name and in its channel, it is another: nothing of the first is left on it.
    let again = create(&server, smallest("ops")).await;
    assert_eq!(again["Tags"], json!([]));
    let associations = server.call(ListAssociations, json!({ "ChatConfiguration": arn("ops") })).await.ok(200);
    assert_eq!(associations["Associations"], json!([]));
    let people = server.call(ListMicrosoftTeamsUserIdentities, of("ops")).await.ok(200);
    assert_eq!(people["TeamsUserIdentities"], json!([]));
}
