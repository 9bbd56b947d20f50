//! `aws:RequestTag`, `aws:TagKeys`, `aws:ResourceTag`, and `chatbot:TagResource` of what is made with tags.

use serde_json::{Value, json};
use wire::operations::Operation::{self, TagResource, UntagResource};

use super::{allow, allow_if, creates, pass_any_role, tag};
use crate::kit::{OPS, TestServer, declare_user, everything, furnish, request, with, with_spares};

/// The operations whose policies may ask about the tags that a resource has.
const WITH_RESOURCE_TAG: [Operation; 17] = [
    Operation::AssociateToConfiguration,
    Operation::CreateMicrosoftTeamsUserIdentity,
    Operation::CreateSlackUserIdentity,
    Operation::DeleteChimeWebhookConfiguration,
    Operation::DeleteCustomAction,
    Operation::DeleteMicrosoftTeamsChannelConfiguration,
    Operation::DeleteSlackChannelConfiguration,
    Operation::DisassociateFromConfiguration,
    Operation::GetCustomAction,
    Operation::GetMicrosoftTeamsChannelConfiguration,
    Operation::ListAssociations,
    Operation::TagResource,
    Operation::UntagResource,
    Operation::UpdateChimeWebhookConfiguration,
    Operation::UpdateCustomAction,
    Operation::UpdateMicrosoftTeamsChannelConfiguration,
    Operation::UpdateSlackChannelConfiguration,
];

fn tagged(body: &Value, tags: &[Value]) -> Value {
    with(body.clone(), json!({ "Tags": tags }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_may_be_allowed_with_certain_tags_alone() {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        let condition = json!({
            "StringEquals": { "aws:RequestTag/team": ["ops", "web"] },
            "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "stage"] },
        });
        let statements = [allow_if("chatbot:Create*", condition), allow("chatbot:TagResource", "*"), pass_any_role()];
        key = Some(declare_user(settings, "tagger", &statements));
    })
    .await;
    for (operation, body, _) in creates("ops") {
        let before = everything(&server, OPS).await;
        for tags in [
            vec![],
            vec![tag("stage", "ops")],
            vec![tag("team", "dev")],
            vec![tag("team", "ops"), tag("owner", "alice")],
        ] {
            let text = server.call_as(key.unwrap(), operation, tagged(&body, &tags)).await.denied();
            assert!(text.contains(&format!("chatbot:{} on resource: *", operation.name())), "{text}");
        }
        assert_eq!(everything(&server, OPS).await, before);
        server.call_as(key.unwrap(), operation, tagged(&body, &[tag("stage", "x"), tag("team", "web")])).await.ok(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_makes_something_with_tags_must_be_allowed_to_tag_it() {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        // The tags of a create are asked about under the ARN of what is made.
        let may_tag = allow("chatbot:TagResource", "arn:aws:chatbot::123456789012:*/good");
        key = Some(declare_user(settings, "maker", &[allow("chatbot:Create*", "*"), may_tag, pass_any_role()]));
    })
    .await;
    let creates = creates("plain").into_iter().zip(super::creates("other")).zip(super::creates("good"));
    for (((operation, plain, _), (_, other, other_arn)), (_, good, _)) in creates {
        server.call_as(key.unwrap(), operation, plain).await.ok(201);
        let before = everything(&server, OPS).await;
        let tags = [tag("team", "ops")];
        let text = server.call_as(key.unwrap(), operation, tagged(&other, &tags)).await.denied();
        assert!(text.contains(&format!("perform: chatbot:TagResource on resource: {other_arn} because")), "{text}");
        assert_eq!(everything(&server, OPS).await, before);
        server.call_as(key.unwrap(), operation, tagged(&good, &tags)).await.ok(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tagging_and_untagging_may_be_allowed_for_certain_keys_and_values() {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        let keys = json!({ "ForAllValues:StringLike": { "aws:TagKeys": "my-*" } });
        let values = json!({
            "ForAllValues:StringLike": { "aws:TagKeys": "my-*" },
            "StringNotEqualsIfExists": { "aws:RequestTag/my-stage": "prod" },
        });
        let statements = [allow_if("chatbot:TagResource", values), allow_if("chatbot:UntagResource", keys)];
        key = Some(declare_user(settings, "tagger", &statements));
    })
    .await;
    let about = furnish(&server, OPS, "ops").await;
    for arn in [&about.chime, &about.slack, &about.teams, &about.action] {
        let call = async |operation, members| {
            server.call_as(key.unwrap(), operation, with(json!({ "ResourceARN": arn }), members)).await
        };
        call(TagResource, json!({ "Tags": [tag("my-a", "1"), tag("my-stage", "dev")] })).await.ok(200);
        call(TagResource, json!({ "Tags": [tag("my-a", "2"), tag("team", "web")] })).await.denied();
        call(TagResource, json!({ "Tags": [tag("my-a", "2"), tag("my-stage", "prod")] })).await.denied();
        call(UntagResource, json!({ "TagKeys": ["my-a", "team"] })).await.denied();
        call(UntagResource, json!({ "TagKeys": ["my-a"] })).await.ok(200);
        let tags = server.call(Operation::ListTagsForResource, json!({ "ResourceARN": arn })).await.ok(200);
        assert_eq!(tags["Tags"], json!([tag("team", "ops"), tag("my-stage", "dev")]));
    }
}

/// `furnish` tags everything with the team of its name: `n…` is theirs, `w…` is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_resource_is_tagged_with_decides_where_the_reference_says_so() {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        with_spares(settings);
        let theirs = json!({ "StringLike": { "aws:ResourceTag/team": "n*" } });
        key = Some(declare_user(settings, "theirs", &[allow_if("chatbot:*", theirs), pass_any_role()]));
    })
    .await;
    let key = key.unwrap();
    for (number, operation) in Operation::every().enumerate() {
        let theirs = furnish(&server, OPS, &format!("n{number}")).await;
        let not_theirs = furnish(&server, OPS, &format!("w{number}")).await;
        // What is not there has no tags, and so it is no more theirs than what is not.
        for about in [&not_theirs, &not_theirs.absent()] {
            server.call_as(key, operation, request(operation, about).body).await.denied();
        }
        let answer = server.call_as(key, operation, request(operation, &theirs).body).await;
        if WITH_RESOURCE_TAG.contains(&operation) {
            let text = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.status, operation.status(), "{}: {text}", operation.name());
        } else {
            answer.denied();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_changes_changes_who_may() {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        let deny = json!({ "Effect": "Deny", "Action": "*", "Resource": "*",
                           "Condition": { "StringEquals": { "aws:ResourceTag/stage": "prod" } } });
        key = Some(declare_user(settings, "dev", &[allow("chatbot:*", "*"), pass_any_role(), deny]));
    })
    .await;
    let about = furnish(&server, OPS, "ops").await;
    let updates = [
        Operation::UpdateChimeWebhookConfiguration,
        Operation::UpdateCustomAction,
        Operation::UpdateMicrosoftTeamsChannelConfiguration,
        Operation::UpdateSlackChannelConfiguration,
    ];
    for operation in updates {
        let update = request(operation, &about);
        let arn = &update.resources[0];
        let call = async || server.call_as(key.unwrap(), operation, update.body.clone()).await;
        call().await.ok(200);
        let prod = json!({ "ResourceARN": arn, "Tags": [tag("stage", "prod")] });
        server.call(TagResource, prod).await.ok(200);
        let text = call().await.denied();
        assert!(text.ends_with("with an explicit deny in an identity-based policy"), "{text}");
        server.call(UntagResource, json!({ "ResourceARN": arn, "TagKeys": ["stage"] })).await.ok(200);
        call().await.ok(200);
    }
}

/// Condition keys have no case and tags have one: a second spelling must not cover the first. Assumed: both are refused to
/// whoever's policies ask.
#[tokio::test(flavor = "multi_thread")]
async fn a_tag_in_another_spelling_covers_nothing() {
    let (mut maker, mut dev, mut free) = (None, None, None);
    let server = TestServer::start_with(|settings| {
        let ops = json!({ "StringEquals": { "aws:RequestTag/team": "ops" } });
        let statements = [allow_if("chatbot:Create*", ops), allow("chatbot:TagResource", "*"), pass_any_role()];
        maker = Some(declare_user(settings, "maker", &statements));
        let deny = json!({ "Effect": "Deny", "Action": "chatbot:Update*", "Resource": "*",
                           "Condition": { "StringEquals": { "aws:ResourceTag/stage": "prod" } } });
        dev = Some(declare_user(settings, "dev", &[allow("chatbot:*", "*"), pass_any_role(), deny]));
        free = Some(declare_user(settings, "free", &[allow("chatbot:*", "*"), pass_any_role()]));
    })
    .await;
    for (operation, body, _) in creates("ops") {
        for tags in [[tag("team", "dev"), tag("TEAM", "ops")], [tag("TEAM", "ops"), tag("team", "dev")]] {
            server.call_as(maker.unwrap(), operation, tagged(&body, &tags)).await.denied();
        }
        let unasked = [tag("team", "ops"), tag("Owner", "a"), tag("owner", "b")];
        server.call_as(maker.unwrap(), operation, tagged(&body, &unasked)).await.ok(201);
    }
    let about = furnish(&server, OPS, "web").await;
    let update = request(Operation::UpdateCustomAction, &about);
    let arn = &update.resources[0];
    let prod = json!({ "ResourceARN": arn, "Tags": [tag("stage", "prod")] });
    server.call(TagResource, prod).await.ok(200);
    let cover = json!({ "ResourceARN": arn, "Tags": [tag("Stage", "dev")] });
    server.call_as(dev.unwrap(), TagResource, cover).await.ok(200);
    server.call_as(dev.unwrap(), Operation::UpdateCustomAction, update.body.clone()).await.denied();
    server.call_as(free.unwrap(), Operation::UpdateCustomAction, update.body).await.ok(200);
}
