//! From `switch-role` in chat to a role of one's own: every step through the front doors, and every way in which it must not go on.

mod browser;
mod chat;
mod command;
mod groups;
mod refusals;

use serde_json::{Value, json};
use server::clock::Clock as _;
use server::config::{Settings, UserRoleSettings};
use wire::operations::Operation as O;

use self::browser::{Browser, Seen};
use crate::kit::{APP, Answer, Key, OPS, ROLE, SlackRequest, TOPIC, TestServer, declare_user, eventually, user_arn};

const ON_CALL: &str = "arn:aws:iam::123456789012:role/on-call";
const DEPLOYER: &str = "arn:aws:iam::123456789012:role/deployer";
const MINUTE_MS: i64 = 60_000;

/// A server that hears one app, with `ops` in `C1`, and Alice, who may prove who she is and assume all roles of these ARNs.
async fn start(assumes: &[&str], change: impl FnOnce(&mut Settings)) -> (TestServer, Key, String) {
    let mut alice = None;
    let statements = [
        json!({ "Effect": "Allow", "Action": "chatbot:ProveLink", "Resource": "*" }),
        json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": assumes }),
    ];
    let server = TestServer::start_with(|settings| {
        settings.slack.apps = vec![APP.settings()];
        settings.user_roles =
            vec![UserRoleSettings { account_id: OPS.account_id.parse().unwrap(), role_arn: ON_CALL.parse().unwrap() }];
        alice = Some(declare_user(settings, "alice", &statements));
        change(settings);
    })
    .await;
    let arn = server.configure("ops", "C1", &[TOPIC]).await;
    (server, alice.unwrap(), arn)
}

/// Anna says something to Bellhop in `C1`; answers all that she alone was told so far.
async fn say(server: &TestServer, id: &str, text: &str) -> Vec<SlackRequest> {
    let post = APP.event(&APP.mention(id, text), server.clock.now_ms());
    assert_eq!(post.send(server.address()).await.status, 200);
    answered(server).await
}

async fn answered(server: &TestServer) -> Vec<SlackRequest> {
    eventually("everything is answered", async || {
        let events = server.store().chat_events(None, None, 100).await.unwrap();
        events.iter().all(|event| event.state != "pending").then_some(())
    })
    .await;
    server.slack.requests("chat.postEphemeral")
}

/// The path of the link in a message, `/link/…`.
fn link_in(message: &SlackRequest) -> String {
    let text = message.body.to_string();
    let (_, rest) = text.split_once("/link/").unwrap_or_else(|| panic!("there is no link in {text}"));
    format!("/link/{}", rest.split('"').next().unwrap())
}

async fn ask(server: &TestServer, id: &str) -> String {
    link_in(say(server, id, "switch-role").await.last().unwrap())
}

async fn prove(server: &TestServer, key: Key, code: &str) -> Answer {
    server.call_as(key, O::ProveLink, json!({ "Code": code })).await
}

/// The one-time number that the principal is told.
async fn number(server: &TestServer, key: Key, code: &str) -> String {
    let proven = prove(server, key, code).await.ok(200);
    proven["OneTimeNumber"].as_str().unwrap().to_owned()
}

/// Walks to the page of roles.
async fn joined(server: &TestServer, key: Key, browser: &mut Browser) -> Seen {
    browser.see(server).await;
    let page = browser.send(server, "open", &[]).await;
    let number = number(server, key, &page.code()).await;
    browser.send(server, "number", &[("number", &number)]).await
}

async fn identities(server: &TestServer) -> Value {
    server.call(O::DescribeSlackUserIdentities, json!({})).await.ok(200)["SlackUserIdentities"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_a_channel_comes_to_a_role_of_their_own() {
    let (server, alice, arn) = start(&[ON_CALL, ROLE], |_| ()).await;
    let message = say(&server, "Ev1", "switch-role").await.remove(0);
    assert_eq!((message.body["user"].as_str(), message.channel()), (Some("U0ANNA"), "C1"));
    assert!(server.slack.requests("chat.postMessage").is_empty(), "a link is for one person");
    let mut browser = Browser::at(&link_in(&message));
    let page = browser.see(&server).await;
    assert_eq!(page.status, 200);
    for word in ["U0ANNA", "Operations", "#ops", "123456789012", "Go on only if this is you"] {
        assert!(page.text.contains(word), "{word}: {}", page.text);
    }
    let page = browser.send(&server, "open", &[]).await;
    let code = page.code();
    assert!(page.text.contains(&format!("bellhop link {code} --server http://{}<", server.address())), "{}", page.text);
    let proven = prove(&server, alice, &code.to_lowercase()).await.ok(200);
    assert_eq!(
        (&proven["AwsUserIdentity"], &proven["UserId"], &proven["Platform"], &proven["TeamName"]),
        (&json!(user_arn("alice")), &json!("U0ANNA"), &json!("Slack"), &json!("Operations"))
    );
    let number = proven["OneTimeNumber"].as_str().unwrap();
    let page = browser.send(&server, "number", &[("number", &number.replace('-', " "))]).await;
    for word in [user_arn("alice").as_str(), ON_CALL, ROLE, "The role of this channel."] {
        assert!(page.text.contains(word), "{word}: {}", page.text);
    }
    let page = browser.send(&server, "role", &[("role", ON_CALL), ("typed_role", "")]).await;
    assert!(page.text.contains("Is this right?") && page.text.contains(ON_CALL), "{}", page.text);
    assert_eq!(identities(&server).await, json!([]), "nothing is linked before it is confirmed");
    let page = browser.send(&server, "confirm", &[("role", ON_CALL)]).await;
    assert!(page.text.contains("You are linked"), "{}", page.text);
    let expected = json!([{
        "IamRoleArn": ON_CALL, "ChatConfigurationArn": arn, "SlackTeamId": "T0OPS", "SlackUserId": "U0ANNA",
        "AwsUserIdentity": user_arn("alice"),
    }]);
    assert_eq!(identities(&server).await, expected);
    let told = server.slack.requests("chat.postEphemeral").last().unwrap().body.clone();
    assert_eq!((&told["user"], &told["channel"]), (&json!("U0ANNA"), &json!("C1")));
    assert!(told.to_string().contains("You are linked") && told.to_string().contains(ON_CALL), "{told}");
}

/// Between any two steps, and each step twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_between_two_steps_loses_nothing_and_doubles_nothing() {
    let (mut server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let mut browser = Browser::at(&ask(&server, "Ev1").await);
    server.restart().await;
    browser.see(&server).await;
    server.restart().await;
    let code = browser.send(&server, "open", &[]).await.code();
    server.restart().await;
    assert_eq!(browser.send(&server, "open", &[]).await.code(), code);
    let first = number(&server, alice, &code).await;
    server.restart().await;
    assert_eq!(number(&server, alice, &code).await, first, "who asks again is told the same");
    browser.send(&server, "number", &[("number", &first)]).await;
    server.restart().await;
    let page = browser.send(&server, "role", &[("role", ON_CALL)]).await;
    assert!(page.text.contains("Is this right?"), "{}", page.text);
    server.restart().await;
    browser.send(&server, "again", &[]).await;
    browser.send(&server, "role", &[("role", ON_CALL)]).await;
    browser.send(&server, "confirm", &[("role", ON_CALL)]).await;
    server.restart().await;
    let page = browser.see(&server).await;
    assert!(page.text.contains("You are linked"), "{}", page.text);
    assert_eq!(identities(&server).await.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_role_is_taken_if_policies_allow_it() {
    let (server, alice, _) = start(&[DEPLOYER], |_| ()).await;
    let mut browser = Browser::at(&ask(&server, "Ev1").await);
    let page = joined(&server, alice, &mut browser).await;
    assert!(!page.text.contains(ON_CALL) && page.text.contains("There is no role to offer"), "{}", page.text);
    for wrong in [ON_CALL, "arn:aws:iam::210987654321:role/deployer", "arn:aws:iam::123456789012:user/deployer", "x"] {
        let page = browser.send(&server, "role", &[("typed_role", wrong)]).await;
        assert_eq!(page.status, 422, "{wrong}");
        assert!(page.text.contains("role=\"alert\"") && page.text.contains("sts:AssumeRole"), "{}", page.text);
    }
    let page = browser.send(&server, "role", &[("typed_role", DEPLOYER)]).await;
    assert!(page.text.contains("Is this right?"), "{}", page.text);
    browser.send(&server, "confirm", &[("role", DEPLOYER)]).await;
    assert_eq!(identities(&server).await[0]["IamRoleArn"], DEPLOYER);
}

/// What was true when the page was made may not be when it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn policies_are_asked_again_when_it_is_confirmed() {
    let (server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let mut browser = Browser::at(&ask(&server, "Ev1").await);
    joined(&server, alice, &mut browser).await;
    browser.send(&server, "role", &[("role", ON_CALL)]).await;
    server.store().set_access_key_active(alice.id, false).await.unwrap().unwrap();
    server.clock.advance(5_000);
    let page = browser.send(&server, "confirm", &[("role", ON_CALL)]).await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("do not work any more") && page.text.contains("switch-role"), "{}", page.text);
    assert_eq!(identities(&server).await, json!([]));
}
