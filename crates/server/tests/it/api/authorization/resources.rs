//! On which resources an operation is allowed, and what the denied learn of them: nothing.

use serde_json::{Value, json};
use wire::operations::Operation::{
    self, AssociateToConfiguration, CreateCustomAction, DisassociateFromConfiguration, UpdateCustomAction,
};

use super::{allow, creates, pass_any_role, tag};
use crate::kit::{Furniture, OPS, TestServer, declare_user, everything, furnish, request, with, with_spares};

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_names_arns_allows_what_has_one_and_nothing_else() {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        with_spares(settings);
        let statements = [allow("chatbot:*", "arn:aws:chatbot::123456789012:*"), pass_any_role()];
        key = Some(declare_user(settings, "arns", &statements));
    })
    .await;
    for (number, operation) in Operation::every().enumerate() {
        let about = furnish(&server, OPS, &format!("n{number}")).await;
        let asked = request(operation, &about);
        let answer = server.call_as(key.unwrap(), operation, asked.body).await;
        if asked.resources == ["*"] {
            let text = answer.denied();
            assert!(text.contains("on resource: * because"), "{}: {text}", operation.name());
        } else {
            let text = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.status, operation.status(), "{}: {text}", operation.name());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_on_one_resource_allows_nothing_on_another() {
    let (mine, yours) = (Furniture::named(OPS, "mine"), Furniture::named(OPS, "yours"));
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        let arns = json!([mine.chime, mine.slack, mine.teams, mine.action]);
        key = Some(declare_user(settings, "owner", &[allow("chatbot:*", arns), pass_any_role()]));
    })
    .await;
    furnish(&server, OPS, "yours").await;
    let before = everything(&server, OPS).await;
    for operation in Operation::every() {
        let asked = request(operation, &yours);
        let text = server.call_as(key.unwrap(), operation, asked.body).await.denied();
        assert!(text.contains(&format!("on resource: {} because", asked.resources[0])), "{text}");
    }
    assert_eq!(everything(&server, OPS).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_association_is_of_two_resources_and_both_are_asked_about() {
    let about = Furniture::named(OPS, "ops");
    let statements =
        |arns: &[&String]| [allow("chatbot:*ToConfiguration", json!(arns)), allow("chatbot:*From*", json!(arns))];
    let (mut half, mut other_half, mut whole) = (None, None, None);
    let server = TestServer::start_with(|settings| {
        half = Some(declare_user(settings, "half", &statements(&[&about.slack])));
        other_half = Some(declare_user(settings, "otherhalf", &statements(&[&about.action])));
        whole = Some(declare_user(settings, "whole", &statements(&[&about.slack, &about.action])));
    })
    .await;
    furnish(&server, OPS, "ops").await;
    for operation in [AssociateToConfiguration, DisassociateFromConfiguration] {
        let body = || request(operation, &about).body;
        for (key, denied_on) in [(half, &about.action), (other_half, &about.slack)] {
            let text = server.call_as(key.unwrap(), operation, body()).await.denied();
            assert!(text.contains(&format!("on resource: {denied_on} because")), "{text}");
        }
        assert_eq!(server.call_as(whole.unwrap(), operation, body()).await.status, operation.status());
    }
}

/// Whoever may not call an operation hears the same of what is there and of what is not, but for the ARN that they named.
#[tokio::test(flavor = "multi_thread")]
async fn the_denied_cannot_tell_what_is_there() {
    let (mut nobody, mut denied) = (None, None);
    let server = TestServer::start_with(|settings| {
        with_spares(settings);
        nobody = Some(declare_user(settings, "nobody", &[]));
        let deny = json!({ "Effect": "Deny", "Action": "*", "Resource": "*" });
        denied = Some(declare_user(settings, "denied", &[allow("*", "*"), deny]));
    })
    .await;
    let there = furnish(&server, OPS, "k7q").await;
    let gone = there.absent();
    for key in [nobody.unwrap(), denied.unwrap()] {
        for operation in Operation::every() {
            let found = server.call_as(key, operation, request(operation, &there).body).await;
            let not_found = server.call_as(key, operation, request(operation, &gone).body).await;
            found.denied();
            assert_eq!(found.bytes().replace("k7q", "NAME"), not_found.bytes().replace("zzz", "NAME"));
        }
    }
}

/// Nor can they who may do a part: names, channels, workspaces and teams are looked at when all is allowed.
#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_is_denied_in_part_tells_nothing_either() {
    let (mut no_role, mut no_tags) = (None, None);
    let server = TestServer::start_with(|settings| {
        no_role = Some(declare_user(settings, "norole", &[allow("chatbot:*", "*")]));
        no_tags = Some(declare_user(settings, "notags", &[allow("chatbot:Create*", "*"), pass_any_role()]));
    })
    .await;
    for (operation, body, _) in creates("taken") {
        server.call(operation, body).await.ok(201);
    }
    let before = everything(&server, OPS).await;
    let unlike = [
        json!({}),
        json!({ "SlackTeamId": "T0NOBODYS" }),
        json!({ "TeamId": "99999999-2222-4333-8444-555555555555" }),
        json!({ "SlackChannelId": "Cfree", "ChannelId": "19%3Afree%40thread.tacv2" }),
        json!({ "SnsTopicArns": ["arn:aws:sqs:eu-west-1:123456789012:q"] }),
    ];
    let tags = json!({ "Tags": [tag("team", "ops")] });
    for ((operation, taken, arn), (_, free, _)) in creates("taken").into_iter().zip(creates("fresh")) {
        for body in [&taken, &free] {
            for members in &unlike {
                let body = with(body.clone(), members.clone());
                if operation != CreateCustomAction {
                    let text = server.call_as(no_role.unwrap(), operation, body.clone()).await.denied();
                    assert!(text.contains("perform: iam:PassRole on resource: arn:aws:iam::"), "{text}");
                }
                let text = server.call_as(no_tags.unwrap(), operation, with(body, tags.clone())).await.denied();
                let arn = arn.replace("taken", if text.contains("fresh") { "fresh" } else { "taken" });
                assert!(text.contains(&format!("perform: chatbot:TagResource on resource: {arn} because")), "{text}");
            }
        }
    }
    // And nobody bothered Slack on their behalf: one name was asked for, of the channel that was configured.
    assert_eq!(server.slack.requests("conversations.info").len(), 1);
    assert_eq!(everything(&server, OPS).await, before);
}

/// A variable of a policy: everybody has actions of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_may_name_the_user_by_a_variable() {
    let (mut alice, mut bob) = (None, None);
    let server = TestServer::start_with(|settings| {
        let own = [allow("chatbot:UpdateCustomAction", "arn:aws:chatbot::*:custom-action/${aws:username}-*")];
        alice = Some(declare_user(settings, "alice", &own));
        bob = Some(declare_user(settings, "bob", &own));
    })
    .await;
    let action = |name: &str| json!({ "ActionName": name, "Definition": { "CommandText": "s3 ls" } });
    let update = |name: &str| -> Value {
        json!({ "CustomActionArn": format!("arn:aws:chatbot::123456789012:custom-action/{name}"),
                "Definition": { "CommandText": "sts get-caller-identity" } })
    };
    for name in ["alice-1", "bob-1"] {
        server.call(CreateCustomAction, action(name)).await.ok(201);
    }
    for (key, own, others) in [(alice, "alice-1", "bob-1"), (bob, "bob-1", "alice-1")] {
        server.call_as(key.unwrap(), UpdateCustomAction, update(own)).await.ok(200);
        server.call_as(key.unwrap(), UpdateCustomAction, update(others)).await.denied();
    }
}
