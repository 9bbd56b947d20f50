//! The three operations on tags, of whatever has an ARN.

use serde_json::{Value, json};
use tokio::task::JoinSet;
use wire::operations::Operation::{
    DescribeChimeWebhookConfigurations, DescribeSlackChannelConfigurations, GetMicrosoftTeamsChannelConfiguration,
    ListTagsForResource as LIST, TagResource as TAG, UntagResource as UNTAG,
};

use crate::kit::{Furniture, OPS, OTHER, TestServer, furnish};

fn tag(key: &str, value: &str) -> Value {
    json!({ "TagKey": key, "TagValue": value })
}

fn of(arn: &str) -> Value {
    json!({ "ResourceARN": arn })
}

fn tagging(arn: &str, tags: &[Value]) -> Value {
    json!({ "ResourceARN": arn, "Tags": tags })
}

fn untagging(arn: &str, keys: &[&str]) -> Value {
    json!({ "ResourceARN": arn, "TagKeys": keys })
}

/// Tags compare as a set.
fn as_a_set(tags: &Value) -> Vec<String> {
    let mut tags: Vec<_> = tags.as_array().unwrap().iter().map(Value::to_string).collect();
    tags.sort();
    tags
}

async fn listed(server: &TestServer, arn: &str) -> Value {
    server.call(LIST, of(arn)).await.ok(200)["Tags"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_has_an_arn_is_tagged_and_untagged() {
    let server = TestServer::start().await;
    let Furniture { chime, slack, teams, action, .. } = furnish(&server, OPS, "ops").await;
    for arn in [&chime, &slack, &teams, &action] {
        assert_eq!(server.call(LIST, of(arn)).await.ok(200), json!({ "Tags": [tag("team", "ops")] })); // model
        // A key that is there gets the new value; the others stay. Source: documented for every service's TagResource.
        let tags = [tag("team", "web"), tag("Team", "x"), tag("ключ", "")];
        assert_eq!(server.call(TAG, tagging(arn, &tags)).await.ok(200), json!({})); // model
        assert_eq!(as_a_set(&listed(&server, arn).await), as_a_set(&json!(tags)), "{arn}");
        // Keys that are not there are no error. Assumed.
        assert_eq!(server.call(UNTAG, untagging(arn, &["Team", "nothing"])).await.ok(200), json!({})); // model
        let left = json!([tag("team", "web"), tag("ключ", "")]);
        assert_eq!(as_a_set(&listed(&server, arn).await), as_a_set(&left), "{arn}");
        for (operation, nothing) in [(TAG, tagging(arn, &[])), (UNTAG, untagging(arn, &[]))] {
            server.call(operation, nothing).await.ok(200); // model: both lists may be empty
        }
        assert_eq!(as_a_set(&listed(&server, arn).await), as_a_set(&left), "{arn}");
    }
    // Observed: clients read the tags of configurations from what shows the configuration.
    let expected = listed(&server, &slack).await;
    for (operation, arn, place) in [
        (DescribeSlackChannelConfigurations, &slack, "/SlackChannelConfigurations/0/Tags"),
        (DescribeChimeWebhookConfigurations, &chime, "/WebhookConfigurations/0/Tags"),
        (GetMicrosoftTeamsChannelConfiguration, &teams, "/ChannelConfiguration/Tags"),
    ] {
        let shown = server.call(operation, json!({ "ChatConfigurationArn": arn })).await.ok(200);
        assert_eq!(shown.pointer(place), Some(&expected), "{place}: {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_theirs_is_not_found() {
    let server = TestServer::start().await;
    let made = furnish(&server, OPS, "ops").await;
    let gone = made.absent();
    let mut asked: Vec<_> = [&gone.chime, &gone.slack, &gone.teams, &gone.action].map(|arn| (OPS, arn)).into();
    asked.extend([&made.chime, &made.slack, &made.teams, &made.action].map(|arn| (OTHER, arn)));
    for (key, arn) in asked {
        for (operation, body) in
            [(LIST, of(arn)), (TAG, tagging(arn, &[tag("a", "b")])), (UNTAG, untagging(arn, &["team"]))]
        {
            let answer = server.call_as(key, operation, body).await;
            let text = answer.refused(404, "ResourceNotFoundException", "Message"); // model
            assert!(text.contains(arn), "{text}");
        }
    }
    for arn in [&made.chime, &made.slack, &made.teams, &made.action] {
        assert_eq!(listed(&server, arn).await, json!([tag("team", "ops")]));
    }
}

/// No error that these operations declare fits, so it is the common one. Reference: common errors.
#[tokio::test(flavor = "multi_thread")]
async fn every_violation_is_told_in_one_message() {
    let server = TestServer::start().await;
    let arn = server.configure("ops", "C1", &[]).await;
    for (operation, body, at) in [
        (LIST, json!({}), "Value null at 'resourceARN'"),
        (LIST, of("arn:aws:sns:eu-west-1:123456789012:x"), "'resourceARN'"),
        (TAG, of(&arn), "Value null at 'tags'"),
        (TAG, tagging(&arn, &[tag("", "")]), "'tags.1.member.tagKey'"),
        (TAG, tagging(&arn, &[tag(&"k".repeat(129), "")]), "'tags.1.member.tagKey'"),
        (TAG, tagging(&arn, &[tag("k", &"v".repeat(257))]), "'tags.1.member.tagValue'"),
        (TAG, tagging(&arn, &[json!({ "TagKey": "k" })]), "Value null at 'tags.1.member.tagValue'"),
        (TAG, tagging(&arn, &[tag("k", "1"), tag("k", "2")]), "Member must have unique values"), // assumed
        (UNTAG, of(&arn), "Value null at 'tagKeys'"),
        (UNTAG, untagging(&arn, &["k", ""]), "'tagKeys.2.member'"),
    ] {
        let text = server.call(operation, body).await.refused(400, "ValidationError", "message");
        assert!(text.contains(at), "{at}: {text}");
    }
    assert_eq!(listed(&server, &arn).await, json!([]));
    let longest = tag(&"ü".repeat(128), &"ü".repeat(256)); // model: characters
    server.call(TAG, tagging(&arn, std::slice::from_ref(&longest))).await.ok(200);
    assert_eq!(listed(&server, &arn).await, json!([longest]));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tag_beyond_the_limit_is_refused_and_none_of_the_request_is_kept() {
    let server = TestServer::start_with(|settings| settings.limits.tags_per_resource = 2).await;
    let Furniture { slack, action, .. } = furnish(&server, OPS, "ops").await;
    for arn in [&slack, &action] {
        let beyond = tagging(arn, &[tag("team", "web"), tag("a", ""), tag("b", "")]);
        let text = server.call(TAG, beyond).await.refused(400, "TooManyTagsException", "message"); // model
        assert!(text.contains(arn) && text.contains('2'), "{text}");
        assert_eq!(listed(&server, arn).await, json!([tag("team", "ops")]));
        // At the limit; and a key that is there needs no room.
        server.call(TAG, tagging(arn, &[tag("team", "web"), tag("a", "")])).await.ok(200);
        server.call(TAG, tagging(arn, &[tag("a", "1")])).await.ok(200);
        server.call(TAG, tagging(arn, &[tag("b", "")])).await.refused(400, "TooManyTagsException", "message");
        server.call(UNTAG, untagging(arn, &["a"])).await.ok(200);
        server.call(TAG, tagging(arn, &[tag("b", "")])).await.ok(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_given_at_once_are_all_kept() {
    let server = TestServer::start().await;
    let arn = server.configure("ops", "C1", &[]).await;
    let mut calls = JoinSet::new();
    for number in 0..10 {
        let body = tagging(&arn, &[tag(&format!("k{number}"), "")]);
        calls.spawn(server.api().call(TAG, OPS).json(&body).send());
    }
    for answer in calls.join_all().await {
        answer.ok(200);
    }
    assert_eq!(listed(&server, &arn).await.as_array().unwrap().len(), 10);
}
