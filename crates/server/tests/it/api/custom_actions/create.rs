//! `CreateCustomAction`, and the token by which a repeated create is the same create.

use serde_json::{Value, json};
use tokio::task::JoinSet;
use wire::operations::Operation::{
    CreateCustomAction as CREATE, DeleteCustomAction as DELETE, GetCustomAction as GET, ListCustomActions as LIST,
    ListTagsForResource, TagResource, UpdateCustomAction,
};

use super::{COMMAND, arn, attachment, create, found, of, smallest};
use crate::kit::{OPS, OTHER, TestServer, with};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// 33 characters: the fewest that the model takes.
const TOKEN: &str = "token-of-a-client-that-says-again";

async fn count(server: &TestServer) -> usize {
    server.call(LIST, json!({})).await.ok(200)["CustomActions"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_request_gets_every_default() {
    let server = TestServer::start().await;
    create(&server, smallest("a")).await;
    let expected = json!({
        "CustomActionArn": arn("a"), // documented
        "Definition": { "CommandText": COMMAND },
        "AliasName": null, // observed: nulls are explicit
        "Attachments": [],
        "ActionName": "a",
    });
    assert_eq!(server.call(GET, of("a")).await.ok(200), json!({ "CustomAction": expected })); // model
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_comes_back_as_it_was() {
    let server = TestServer::start().await;
    let attachments = json!([
        attachment(),
        { "NotificationType": "Custom", "ButtonText": null, "Criteria": null, "Variables": null },
    ]);
    let members = json!({ "AliasName": "restart", "Attachments": attachments });
    let tags = json!([{ "TagKey": "team", "TagValue": "ops" }, { "TagKey": "a", "TagValue": "" }]);
    create(&server, with(with(smallest("a"), members.clone()), json!({ "Tags": tags }))).await;
    let action = found(&server, "a").await;
    assert_eq!(with(action.clone(), members), action);
    let listed = server.call(ListTagsForResource, json!({ "ResourceARN": arn("a") })).await.ok(200);
    assert_eq!(listed["Tags"], tags);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_unique_in_its_account_and_free_in_another() {
    let server = TestServer::start().await;
    create(&server, smallest("a")).await;
    let other = json!({ "ActionName": "a", "Definition": { "CommandText": "s3 ls" } });
    let text = server.call(CREATE, other).await.refused(409, "ConflictException", "message"); // observed of configurations
    assert_eq!(text, format!("Resource with arn {} already exists.", arn("a")));
    assert_eq!(found(&server, "a").await["Definition"]["CommandText"], COMMAND);
    server.call_as(OTHER, CREATE, smallest("a")).await.ok(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_violation_is_told_in_one_message() {
    let server = TestServer::start().await;
    let body = json!({
        "ActionName": "n".repeat(65),
        "AliasName": "n".repeat(31),
        "Definition": { "CommandText": "c".repeat(101) },
        "ClientToken": "t".repeat(32),
        "Attachments": [{
            "NotificationType": "Cloud Watch",
            "ButtonText": "b".repeat(51),
            "Criteria": vec![json!({ "Operator": "EQUALS", "VariableName": "v" }); 6],
            "Variables": {},
        }],
    });
    let text = server.call(CREATE, body).await.refused(400, "InvalidRequestException", "message"); // model
    for at in [
        "'actionName'",
        "'aliasName'",
        "'definition.commandText'",
        "'clientToken'",
        "'attachments.1.member.notificationType'",
        "'attachments.1.member.buttonText'",
        "'attachments.1.member.criteria'",
        "'attachments.1.member.variables'",
    ] {
        assert!(text.contains(at), "{at}: {text}");
    }
}

/// AWS takes 100 characters: more is the operator's.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_may_be_as_long_as_the_operator_allows() {
    let mut server = TestServer::start_with(|settings| settings.limits.command_text_characters = 200).await;
    let of_length = |length: usize| json!({ "Definition": { "CommandText": "c".repeat(length) } });
    create(&server, with(smallest("a"), of_length(200))).await;
    let text = server.call(CREATE, with(smallest("b"), of_length(201))).await;
    let text = text.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("'definition.commandText'") && text.contains("equal to 200"), "{text}");
    // What was taken stays, whatever the setting is later.
    server.restart_with(|settings| settings.limits.command_text_characters = 100).await;
    let kept = server.call(GET, of("a")).await.ok(200);
    assert_eq!(kept["CustomAction"]["Definition"]["CommandText"], "c".repeat(200));
    let update = with(json!({ "CustomActionArn": arn("a") }), of_length(101));
    let text = server.call(UpdateCustomAction, update).await;
    let text = text.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("equal to 100"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_create_reserves_nothing() {
    let server = TestServer::start_with(|settings| {
        settings.limits.custom_actions = 1;
        settings.limits.tags_per_resource = 1;
    })
    .await;
    let two_tags = json!([{ "TagKey": "a", "TagValue": "" }, { "TagKey": "b", "TagValue": "" }]);
    for (status, code, members) in [
        (400, "InvalidRequestException", json!({ "Attachments": [{ "ButtonText": "Go" }] })), // observed
        (400, "InvalidRequestException", json!({ "Definition": { "CommandText": "aws s3 ls" } })), // documented
        (400, "InvalidRequestException", json!({ "Definition": { "CommandText": " AWS\ts3 ls" } })), // documented
        (403, "LimitExceededException", json!({ "Tags": two_tags })),                         // reference
    ] {
        // Neither name nor token.
        let body = with(with(smallest("a"), json!({ "ClientToken": TOKEN })), members);
        server.call(CREATE, body).await.refused(status, code, "message");
        server.call(GET, of("a")).await.refused(404, "ResourceNotFoundException", "Message");
    }
    create(&server, with(smallest("a"), json!({ "ClientToken": TOKEN }))).await;
    let text = server.call(CREATE, smallest("b")).await.refused(403, "LimitExceededException", "message"); // model
    assert!(text.contains("1 at most"), "{text}");
    server.call_as(OTHER, CREATE, smallest("b")).await.ok(201);
    // What is gone makes room.
    server.call(DELETE, of("a")).await.no_content();
    create(&server, smallest("b")).await;
}

/// That a token is good for a day: ours; that the same again is the same, and another refused: model.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_with_its_token_is_the_same_create_for_a_day() {
    let mut server = TestServer::start().await;
    let body = with(smallest("a"), json!({ "ClientToken": TOKEN, "Attachments": [attachment()] }));
    create(&server, body.clone()).await;
    // What became of the action meanwhile makes no other request of it.
    let tags = json!({ "ResourceARN": arn("a"), "Tags": [{ "TagKey": "k", "TagValue": "v" }] });
    server.call(TagResource, tags).await.ok(200);
    server.clock.advance(DAY_MS - 1);
    server.restart().await;
    create(&server, body.clone()).await;
    assert_eq!(count(&server).await, 1);
    // Without its token it is a second create, and so it is with another.
    for token in [Value::Null, json!(TOKEN.replace("again", "twice"))] {
        let again = with(body.clone(), json!({ "ClientToken": token }));
        server.call(CREATE, again).await.refused(409, "ConflictException", "message"); // model
    }
    server.clock.advance(1);
    let text = server.call(CREATE, body.clone()).await.refused(409, "ConflictException", "message"); // model
    assert!(text.contains("already exists"), "{text}");
    // The token is as good as new.
    create(&server, with(body, json!({ "ActionName": "b" }))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_another_request_is_a_conflict() {
    let server = TestServer::start().await;
    let body = with(smallest("a"), json!({ "ClientToken": TOKEN }));
    create(&server, body.clone()).await;
    for members in [
        json!({ "ActionName": "b" }),
        json!({ "Definition": { "CommandText": "s3 ls" } }),
        json!({ "AliasName": "x" }),
        json!({ "Attachments": [attachment()] }),
        json!({ "Tags": [{ "TagKey": "k", "TagValue": "v" }] }),
    ] {
        let text = server.call(CREATE, with(body.clone(), members)).await;
        let text = text.refused(409, "ConflictException", "message"); // model
        assert!(text.contains("other parameters"), "{text}"); // ours
    }
    assert_eq!(count(&server).await, 1);
    // Tokens are an account's own.
    server.call_as(OTHER, CREATE, with(body, json!({ "ActionName": "b" }))).await.ok(201);
    // A day later the token is nobody's.
    server.clock.advance(DAY_MS);
    create(&server, with(smallest("b"), json!({ "ClientToken": TOKEN }))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_creates_with_one_token_at_once_make_one_action() {
    let server = TestServer::start().await;
    let body = with(smallest("a"), json!({ "ClientToken": TOKEN }));
    let mut creates = JoinSet::new();
    for _ in 0..10 {
        creates.spawn(server.api().call(CREATE, OPS).json(&body).send());
    }
    for answer in creates.join_all().await {
        assert_eq!(answer.ok(201), of("a"));
    }
    assert_eq!(count(&server).await, 1);
}
