//! AWS's global condition keys: from where, when and who.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use aws_credential_types::Credentials;
use serde_json::{Value, json};
use store::Session;
use wire::operations::Operation::{DescribeSlackWorkspaces as DESCRIBE, GetAccountPreferences};

use super::{allow, allow_if};
use crate::kit::{Key, OPS, TestServer, declare_policy, declare_user, user_arn};

async fn start(condition: Value, proxies: &[&str]) -> (TestServer, Key) {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        settings.server.trusted_proxies = proxies.iter().map(|network| network.parse().unwrap()).collect();
        key = Some(declare_user(settings, "alice", &[allow_if("chatbot:*", condition)]));
    })
    .await;
    (server, key.unwrap())
}

fn from(network: &str) -> Value {
    json!({ "IpAddress": { "aws:SourceIp": network } })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_where_is_what_the_connection_says() {
    let (server, key) = start(from("127.0.0.0/8"), &[]).await;
    server.call_as(key, DESCRIBE, json!({})).await.ok(200);
    let (server, key) = start(from("203.0.113.0/24"), &[]).await;
    server.call_as(key, DESCRIBE, json!({})).await.denied();
    // What a client says of itself proves nothing.
    let forged = server.api().call(DESCRIBE, key).header("x-forwarded-for", "203.0.113.5");
    forged.send().await.denied();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_says_from_where() {
    let (server, key) = start(from("203.0.113.0/24"), &["127.0.0.0/8"]).await;
    let through =
        async |hops: &'static str| server.api().call(DESCRIBE, key).header("x-forwarded-for", hops).send().await;
    through("203.0.113.5").await.ok(200);
    // The one that the proxy heard from is at the right.
    through("198.51.100.7, 203.0.113.5").await.ok(200);
    through("203.0.113.5, 198.51.100.7").await.denied();
    server.call_as(key, DESCRIBE, json!({})).await.denied();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_says_whether_the_client_spoke_tls() {
    let only_tls = || json!({ "Bool": { "aws:SecureTransport": "true" } });
    let (server, key) = start(only_tls(), &["127.0.0.0/8"]).await;
    let through = async |protocol: &'static str| {
        server.api().call(DESCRIBE, key).header("x-forwarded-proto", protocol).send().await
    };
    through("https").await.ok(200);
    through("http, HTTPS").await.ok(200);
    through("https, http").await.denied();
    server.call_as(key, DESCRIBE, json!({})).await.denied();
    let (server, key) = start(only_tls(), &[]).await;
    server.api().call(DESCRIBE, key).header("x-forwarded-proto", "https").send().await.denied();
}

#[tokio::test(flavor = "multi_thread")]
async fn when_is_what_the_servers_clock_says() {
    let condition = json!({
        "DateGreaterThanEquals": { "aws:CurrentTime": "2026-11-22T12:00:10Z" },
        "DateLessThan": { "aws:CurrentTime": "2026-11-22T12:01:00Z" },
        "NumericLessThan": { "aws:EpochTime": "1795348860" },
    });
    let (server, key) = start(condition, &[]).await;
    let call = async || server.call_as(key, DESCRIBE, json!({})).await;
    server.clock.advance(9_999);
    call().await.denied();
    server.clock.advance(1);
    call().await.ok(200);
    // The client's own time is not asked, as long as the signature is good.
    let early = server.api().call(DESCRIBE, key).signed_at_ms(server.api().now_ms - 60_000);
    early.send().await.ok(200);
    server.clock.advance(49_999);
    call().await.ok(200);
    server.clock.advance(1);
    call().await.denied();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_the_principals_arn_and_name() {
    let (mut alice, mut bob) = (None, None);
    let server = TestServer::start_with(|settings| {
        alice = Some(declare_user(settings, "alice", &[]));
        bob = Some(declare_user(settings, "bob", &[]));
        // One policy for all users: its conditions tell them apart.
        let only = |operator: &str, key: &str, value: &str| json!({ operator: { key: value } });
        let statements = [
            allow_if("chatbot:DescribeSlackWorkspaces", only("ArnEquals", "aws:PrincipalArn", &user_arn("alice"))),
            allow_if("chatbot:GetAccountPreferences", only("StringEquals", "aws:username", "bob")),
        ];
        declare_policy(settings, "everybody", &statements, &user_arn("*"));
    })
    .await;
    for (key, may, may_not) in [(alice, DESCRIBE, GetAccountPreferences), (bob, GetAccountPreferences, DESCRIBE)] {
        server.call_as(key.unwrap(), may, json!({})).await.ok(200);
        server.call_as(key.unwrap(), may_not, json!({})).await.denied();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_region_is_the_one_that_was_signed_for() {
    let (server, key) = start(json!({ "StringEquals": { "aws:RequestedRegion": "eu-west-1" } }), &[]).await;
    server.api().call(DESCRIBE, key).signed_for("eu-west-1").send().await.ok(200);
    server.api().call(DESCRIBE, key).signed_for("us-west-2").send().await.denied();
}

/// Policies of one user do not reach another, and a deny in one of several is stronger than the allow of another.
#[tokio::test(flavor = "multi_thread")]
async fn all_policies_that_are_attached_count_and_no_other() {
    let (mut alice, mut bob) = (None, None);
    let server = TestServer::start_with(|settings| {
        alice = Some(declare_user(settings, "alice", &[allow("chatbot:*", "*")]));
        bob = Some(declare_user(settings, "bob", &[]));
        let deny = json!({ "Effect": "Deny", "Action": "chatbot:Describe*", "Resource": "*" });
        declare_policy(settings, "no-describe", &[deny], &user_arn("a*"));
        declare_policy(settings, "preferences", &[allow("chatbot:GetAccountPreferences", "*")], &user_arn("b?b"));
    })
    .await;
    let (alice, bob) = (alice.unwrap(), bob.unwrap());
    let text = server.call_as(alice, DESCRIBE, json!({})).await.denied();
    assert!(text.contains("explicit deny"), "{text}");
    server.call_as(alice, GetAccountPreferences, json!({})).await.ok(200);
    let text = server.call_as(bob, DESCRIBE, json!({})).await.denied();
    assert!(text.contains("no identity-based policy allows"), "{text}");
    server.call_as(bob, GetAccountPreferences, json!({})).await.ok(200);
}

/// A session is of a role: policies are bound to it by its ARN, and it has no user's name.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_the_policies_of_its_role() {
    let role = format!("arn:aws:sts::{}:assumed-role/Operators", OPS.account_id);
    let server = TestServer::start_with(|settings| {
        let no_name = json!({ "Null": { "aws:username": "true" } });
        let of_role = json!({ "StringEquals": { "aws:userid": "AROAEXAMPLE:alice" } });
        let statements =
            [allow_if("chatbot:DescribeSlackWorkspaces", no_name), allow_if("chatbot:GetAccountPreferences", of_role)];
        declare_policy(settings, "operators", &statements, &format!("{role}/*"));
    })
    .await;
    let begin = async |role: &str, name: &str| {
        let session = Session {
            access_key_id: format!("ASID{}", name.to_uppercase()),
            account_id: OPS.account_id.parse().unwrap(),
            principal_arn: format!("{role}/{name}"),
            user_id: format!("AROAEXAMPLE:{name}"),
            secret_access_key: "session-secret".into(),
            session_token: "session-token".into(),
            created_at_ms: server.api().now_ms,
            expires_at_ms: server.api().now_ms + 1000,
        };
        server.store().create_session(&session).await.unwrap().unwrap();
        let token = Some("session-token".to_owned());
        Credentials::new(session.access_key_id, "session-secret", token, None, "test")
    };
    let call = async |credentials: &Credentials, operation| {
        server.api().call(operation, OPS).signed_with(credentials).send().await
    };
    let alice = begin(&role, "alice").await;
    call(&alice, DESCRIBE).await.ok(200);
    call(&alice, GetAccountPreferences).await.ok(200);
    let bob = begin(&role, "bob").await;
    call(&bob, DESCRIBE).await.ok(200);
    let text = call(&bob, GetAccountPreferences).await.denied();
    assert!(text.starts_with(&format!("User: {role}/bob is not authorized to perform")), "{text}");
    let carol = begin(&role.replace("Operators", "Readers"), "carol").await;
    call(&carol, DESCRIBE).await.denied();
}
