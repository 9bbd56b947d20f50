//! The two operations on account preferences.

use serde_json::{Value, json};
use wire::operations::Operation::{GetAccountPreferences as GET, UpdateAccountPreferences as UPDATE};

use crate::kit::{OPS, OTHER, TestServer};

fn preferences(user_authorization_required: bool, training_data_collection_enabled: bool) -> Value {
    json!({ "AccountPreferences": {
        "UserAuthorizationRequired": user_authorization_required,
        "TrainingDataCollectionEnabled": training_data_collection_enabled,
    } })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_set_none_has_the_defaults() {
    let server = TestServer::start().await;
    // Model: no member, and clients send no body.
    for body in ["", "{}", "{\"Unknown\": 1}"] {
        let answer = server.api().call(GET, OPS).raw(body).send().await;
        assert_eq!(answer.ok(200), preferences(false, false), "{body}"); // documented
    }
    server.api().call(GET, OPS).raw("[]").send().await.refused(400, "InvalidRequestException", "message"); // model
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_changes_what_it_names() {
    let server = TestServer::start().await;
    for (body, expected) in [
        (json!({ "UserAuthorizationRequired": true }), preferences(true, false)),
        (json!({ "TrainingDataCollectionEnabled": true }), preferences(true, true)),
        (json!({}), preferences(true, true)), // assumed: absent is unchanged
        (json!({ "UserAuthorizationRequired": null }), preferences(true, true)), // assumed: null is absent
        (
            json!({ "UserAuthorizationRequired": false, "TrainingDataCollectionEnabled": true }),
            preferences(false, true),
        ),
        (json!({ "TrainingDataCollectionEnabled": false }), preferences(false, false)),
    ] {
        assert_eq!(server.call(UPDATE, body.clone()).await.ok(200), expected, "{body}"); // model
        assert_eq!(server.call(GET, json!({})).await.ok(200), expected, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preference_is_a_boolean_and_a_refused_update_changes_nothing() {
    let server = TestServer::start().await;
    for wrong in [json!("true"), json!(1), json!([]), json!({})] {
        let body = json!({ "TrainingDataCollectionEnabled": true, "UserAuthorizationRequired": wrong });
        let text = server.call(UPDATE, body).await.refused(400, "InvalidParameterException", "message"); // model
        assert!(text.contains("'userAuthorizationRequired'"), "{text}");
        assert_eq!(server.call(GET, json!({})).await.ok(200), preferences(false, false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_account_has_its_own() {
    let mut server = TestServer::start().await;
    server.call(UPDATE, json!({ "UserAuthorizationRequired": true })).await.ok(200);
    assert_eq!(server.call_as(OTHER, GET, json!({})).await.ok(200), preferences(false, false));
    server.call_as(OTHER, UPDATE, json!({ "TrainingDataCollectionEnabled": true })).await.ok(200);
    server.restart().await;
    assert_eq!(server.call(GET, json!({})).await.ok(200), preferences(true, false));
    assert_eq!(server.call_as(OTHER, GET, json!({})).await.ok(200), preferences(false, true));
}
