//! Who may call: every operation that there is, with a valid request, against every way of not being allowed. The table is
//! `Operation::every` and `kit::request`, so an operation that exists is tested; and what is refused must have changed nothing.

use aws_credential_types::Credentials;
use serde_json::{Value, json};
use server::config::Settings;
use store::Session;
use wire::operations::Operation;

use crate::kit::{
    Answer, ApiClient, Call, Furniture, Key, OPS, OTHER, ROLE, Request, TestServer, declare_user, everything, furnish,
    request, user_arn, with_spares,
};

const QUARTER_OF_AN_HOUR_MS: i64 = 15 * 60 * 1000;
const HOUR_MS: i64 = 60 * 60 * 1000;
const UNKNOWN_KEY: Key = Key { id: "AKIDNOBODY", ..OPS };
const WRONG_SECRET: Key = Key { secret: "not-the-secret", ..OPS };

/// A server with one of everything in the account of [`OPS`].
struct Guarded {
    server: TestServer,
    furniture: Furniture,
    before: Value,
}

impl Guarded {
    async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let server = TestServer::start_with(|settings| {
            with_spares(settings);
            change(settings);
        })
        .await;
        let furniture = furnish(&server, OPS, "ops").await;
        let before = everything(&server, OPS).await;
        Self { server, furniture, before }
    }

    async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Every operation's answer to a request of one kind, none of which may change anything in the account.
    async fn each(&self, call: impl AsyncFn(&ApiClient, Operation, &Request) -> Answer) -> Vec<(Operation, Answer)> {
        let mut answers = Vec::new();
        for operation in Operation::every() {
            let request = request(operation, &self.furniture);
            answers.push((operation, call(&self.server.api(), operation, &request).await));
        }
        assert_eq!(answers.len(), 34 + Operation::OWN.len()); // model
        assert_eq!(everything(&self.server, OPS).await, self.before, "what was refused changed something");
        answers
    }

    /// Every operation is refused like this; answers the texts.
    async fn each_refused(
        &self,
        (status, code): (u16, &str),
        change: impl Fn(Call) -> Call,
        key: Key,
    ) -> Vec<(Operation, String)> {
        let call = async |api: &ApiClient, operation, request: &Request| {
            change(api.call(operation, key).json(&request.body)).send().await
        };
        let refused = |(operation, answer): (_, Answer)| (operation, answer.refused(status, code, "message"));
        self.each(call).await.into_iter().map(refused).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_request_is_401() {
    let guarded = Guarded::start().await;
    for (_, text) in guarded.each_refused((401, "NotAuthorized"), Call::unsigned, OPS).await {
        assert_eq!(text, "Missing Authentication Token"); // observed; the code: reference, common errors
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_403() {
    let guarded = Guarded::start().await;
    for (_, text) in guarded.each_refused((403, "UnrecognizedClientException"), |call| call, UNKNOWN_KEY).await {
        assert_eq!(text, "The security token included in the request is invalid."); // observed; the code: reference
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_403() {
    let guarded = Guarded::start().await;
    guarded.each_refused((403, "InvalidSignatureException"), |call| call, WRONG_SECRET).await; // observed
}

#[tokio::test(flavor = "multi_thread")]
async fn another_body_than_was_signed_is_403() {
    let guarded = Guarded::start().await;
    let altered = |call: Call| call.altered_to(r#"{"MaxResults":1}"#);
    guarded.each_refused((403, "InvalidSignatureException"), altered, OPS).await; // observed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_good_for_a_quarter_of_an_hour_either_way() {
    let guarded = Guarded::start().await;
    let now_ms = guarded.server.api().now_ms;
    for sign in [-1, 1] {
        let at_ms = now_ms + sign * (QUARTER_OF_AN_HOUR_MS + 1000);
        guarded.each_refused((400, "RequestExpired"), |call| call.signed_at_ms(at_ms), OPS).await; // reference
        let at_ms = now_ms + sign * QUARTER_OF_AN_HOUR_MS;
        let call = guarded.server.api().call(Operation::DescribeSlackWorkspaces, OPS).signed_at_ms(at_ms);
        call.send().await.ok(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_expired_is_403() {
    let guarded = Guarded::start().await;
    let server = &guarded.server;
    let session = Session {
        access_key_id: "ASIDSESSION".to_owned(),
        account_id: OPS.account_id.parse().unwrap(),
        principal_arn: format!("arn:aws:iam::{}:root", OPS.account_id),
        user_id: OPS.account_id.to_owned(),
        secret_access_key: "session-secret".into(),
        session_token: "session-token".into(),
        created_at_ms: server.api().now_ms,
        expires_at_ms: server.api().now_ms + HOUR_MS,
    };
    server.store().create_session(&session).await.unwrap().unwrap();
    let credentials =
        |token: &str| Credentials::new("ASIDSESSION", "session-secret", Some(token.to_owned()), None, "test");
    let describe = async |token| {
        let call = server.api().call(Operation::DescribeSlackWorkspaces, OPS);
        call.signed_with(&credentials(token)).send().await
    };
    server.clock.advance(HOUR_MS - 1);
    describe("session-token").await.ok(200);
    // Another token than the session's proves nothing, whatever the time.
    assert_eq!(describe("another-token").await.status, 403);
    server.clock.advance(1);
    let signed = |call: Call| call.signed_with(&credentials("session-token"));
    for (_, text) in guarded.each_refused((403, "ExpiredTokenException"), signed, OPS).await {
        assert_eq!(text, "The security token included in the request is expired"); // observed; the code: reference
    }
}

/// Nothing of a request is looked at before it is known who sent it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_does_not_learn_whether_the_request_was_right() {
    let guarded = Guarded::start().await;
    guarded.each_refused((403, "InvalidSignatureException"), |call| call.raw("{"), WRONG_SECRET).await;
}

/// What the other account hears is the subject of `api/isolation.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_administrator_sees_and_changes_nothing() {
    let guarded = Guarded::start().await;
    let call = async |api: &ApiClient, operation, request: &Request| {
        api.call(operation, OTHER).json(&request.body).send().await
    };
    for (operation, answer) in guarded.each(call).await {
        let name = operation.name();
        let text = String::from_utf8_lossy(&answer.body);
        match answer.status {
            // What they make is their own; of the first account it has the role, which they named themselves.
            200 | 201 => assert!(!text.replace(ROLE, "").contains(OPS.account_id), "{name}: {text}"),
            204 => assert_eq!(operation, Operation::DeleteSlackWorkspaceAuthorization), // observed: idempotent
            404 => drop(answer.refused(404, "ResourceNotFoundException", "Message")),
            400 => assert!(
                matches!(operation, Operation::CreateMicrosoftTeamsChannelConfiguration | Operation::ProveLink),
                "{text}"
            ),
            status => panic!("{name}: {status} {text}"),
        }
    }
}

/// Text and place of the refusal: what IAM's own services say.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_policies_may_do_nothing() {
    let mut nobody = None;
    let guarded = Guarded::start_with(|settings| nobody = Some(declare_user(settings, "nobody", &[]))).await;
    let nobody = nobody.unwrap();
    for (operation, text) in guarded.each_refused((403, "AccessDeniedException"), |call| call, nobody).await {
        let (name, user) = (operation.name(), user_arn("nobody"));
        let resource = &request(operation, &guarded.furniture).resources[0];
        assert_eq!(
            text,
            format!(
                "User: {user} is not authorized to perform: chatbot:{name} on resource: {resource} because no \
                 identity-based policy allows the chatbot:{name} action"
            )
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explicit_deny_is_stronger_than_any_allow() {
    let mut denied = None;
    let statements = [
        json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }),
        json!({ "Effect": "Deny", "Action": "chatbot:*", "Resource": "*" }),
    ];
    let guarded = Guarded::start_with(|settings| denied = Some(declare_user(settings, "denied", &statements))).await;
    let denied = denied.unwrap();
    for (operation, text) in guarded.each_refused((403, "AccessDeniedException"), |call| call, denied).await {
        let (name, user) = (operation.name(), user_arn("denied"));
        let resource = &request(operation, &guarded.furniture).resources[0];
        assert_eq!(
            text,
            format!(
                "User: {user} is not authorized to perform: chatbot:{name} on resource: {resource} with an explicit \
                 deny in an identity-based policy"
            )
        );
    }
}

/// A user for each operation, whose policy allows exactly it on exactly what it is about: that is enough, and it is not
/// enough for the operation next to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_may_do_exactly_what_their_policy_allows() {
    let operations: Vec<_> = Operation::every().collect();
    let things: Vec<_> = (0..operations.len()).map(|number| Furniture::named(OPS, &format!("n{number}"))).collect();
    let mut keys = Vec::new();
    let server = TestServer::start_with(|settings| {
        with_spares(settings);
        for (operation, about) in operations.iter().zip(&things) {
            let Request { resources, passes, also, .. } = request(*operation, about);
            let action = format!("chatbot:{}", operation.name());
            let mut statements = vec![json!({ "Effect": "Allow", "Action": action, "Resource": resources })];
            statements
                .extend(passes.map(|role| json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": role })));
            statements.extend(also.map(|action| json!({ "Effect": "Allow", "Action": action, "Resource": "*" })));
            keys.push(declare_user(settings, operation.name(), &statements));
        }
    })
    .await;
    for about in &things {
        furnish(&server, OPS, &about.name).await;
    }
    for (index, operation) in operations.iter().enumerate() {
        let (key, about) = (keys[index], &things[index]);
        let next = operations[(index + 1) % operations.len()];
        let refused = server.call_as(key, next, request(next, about).body).await;
        let text = refused.refused(403, "AccessDeniedException", "message");
        assert!(text.contains(&format!("perform: chatbot:{} on", next.name())), "{text}");
        let answer = server.call_as(key, *operation, request(*operation, about).body).await;
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, operation.status(), "{}: {text}", operation.name()); // model
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_of_the_account_may_do_everything() {
    let server = TestServer::start_with(with_spares).await;
    for (number, operation) in Operation::every().enumerate() {
        let about = furnish(&server, OPS, &format!("n{number}")).await;
        let answer = server.call(operation, request(operation, &about).body).await;
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, operation.status(), "{}: {text}", operation.name()); // model
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
