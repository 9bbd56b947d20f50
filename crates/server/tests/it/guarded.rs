//! Who may call: every operation that there is, against every way of not being allowed. The table is
//! `Operation::ALL`, so an operation that exists is tested.

use wire::operations::Operation;

use crate::kit::{Answer, ApiClient, Key, OPS, TestServer};

const QUARTER_OF_AN_HOUR_MS: i64 = 15 * 60 * 1000;
const UNKNOWN_KEY: Key = Key { id: "AKIDNOBODY", ..OPS };
const WRONG_SECRET: Key = Key { secret: "not-the-secret", ..OPS };

/// Every operation's answer to a request of one kind.
async fn each(server: &TestServer, call: impl AsyncFn(ApiClient, Operation) -> Answer) -> Vec<(Operation, Answer)> {
    let mut answers = Vec::new();
    for operation in Operation::ALL {
        answers.push((*operation, call(server.api(), *operation).await));
    }
    assert_eq!(answers.len(), 34); // model
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_request_is_401() {
    let server = TestServer::start().await;
    for (_, answer) in each(&server, async |api, operation| api.call(operation, OPS).unsigned().send().await).await {
        let text = answer.refused(401, "NotAuthorized", "message"); // reference: common errors
        assert_eq!(text, "Missing Authentication Token"); // observed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_403() {
    let server = TestServer::start().await;
    for (_, answer) in each(&server, async |api, operation| api.call(operation, UNKNOWN_KEY).send().await).await {
        let text = answer.refused(403, "UnrecognizedClientException", "message"); // reference: common errors
        assert_eq!(text, "The security token included in the request is invalid."); // observed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_403() {
    let server = TestServer::start().await;
    for (_, answer) in each(&server, async |api, operation| api.call(operation, WRONG_SECRET).send().await).await {
        answer.refused(403, "InvalidSignatureException", "message"); // observed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_body_than_was_signed_is_403() {
    let server = TestServer::start().await;
    let altered =
        async |api: ApiClient, operation| api.call(operation, OPS).altered_to(r#"{"MaxResults":1}"#).send().await;
    for (_, answer) in each(&server, altered).await {
        answer.refused(403, "InvalidSignatureException", "message"); // observed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_good_for_a_quarter_of_an_hour_either_way() {
    let server = TestServer::start().await;
    for sign in [-1, 1] {
        let late = async |api: ApiClient, operation| {
            let at_ms = api.now_ms + sign * (QUARTER_OF_AN_HOUR_MS + 1000);
            api.call(operation, OPS).signed_at_ms(at_ms).send().await
        };
        for (_, answer) in each(&server, late).await {
            answer.refused(400, "RequestExpired", "message"); // reference: common errors
        }
        let api = server.api();
        let at_ms = api.now_ms + sign * QUARTER_OF_AN_HOUR_MS;
        api.call(Operation::DescribeSlackWorkspaces, OPS).signed_at_ms(at_ms).send().await.ok(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_comes_through() {
    let server = TestServer::start().await;
    for (operation, answer) in each(&server, async |api, operation| api.call(operation, OPS).send().await).await {
        assert!(!matches!(answer.status, 401 | 403), "{}: {}", operation.name(), answer.status);
    }
}

/// Nothing of a request is looked at before it is known who sent it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_does_not_learn_whether_the_request_was_right() {
    let server = TestServer::start().await;
    for (_, answer) in
        each(&server, async |api, operation| api.call(operation, WRONG_SECRET).raw("{").send().await).await
    {
        answer.refused(403, "InvalidSignatureException", "message");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_taken_out_of_the_settings_is_unknown() {
    let mut server = TestServer::start().await;
    server.api().call(Operation::DescribeSlackWorkspaces, OPS).send().await.ok(200);
    server.restart_with(|settings| settings.access_keys.clear()).await;
    let answer = server.api().call(Operation::DescribeSlackWorkspaces, OPS).send().await;
    answer.refused(403, "UnrecognizedClientException", "message");
}
