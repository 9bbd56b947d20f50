//! Workspaces that are authorised with a token, what takes them away again, and tokens that expire. Slack is our fake, written
//! after Slack's documentation.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use server::clock::Clock as _;
use store::outbox::DeliveryState;
use store::{SlackWorkspace, TokenRotation};
use wire::operations::Operation::{
    CreateSlackChannelConfiguration, CreateSlackWorkspaceAuthorization as CREATE,
    DeleteSlackWorkspaceAuthorization as DELETE, DescribeSlackWorkspaces as DESCRIBE,
};

use crate::kit::{
    APP, Key, OPS, OTHER, ROLE, SlackAnswer, SlackRequest, TEAM, TOPIC, TestServer, eventually, slack_app,
};

const HOUR_MS: i64 = 60 * 60 * 1000;

async fn server() -> TestServer {
    TestServer::start_with(|settings| settings.slack.apps = vec![slack_app()]).await
}

fn owner(team_id: &str, name: &str) -> Value {
    json!({ "team_id": team_id, "team": name, "user_id": "U0BOT", "bot_id": "B0BOT" })
}

/// A server whose account [`OPS`] has authorised `T0WEB` and has a configuration of its channel `C7`.
async fn with_web() -> TestServer {
    let server = server().await;
    server.slack.knows("xoxb-web", owner("T0WEB", "Web"), "chat:write");
    server.slack.says("bots.info", "xoxb-web", json!({ "bot": { "app_id": APP.id } }));
    server.call(CREATE, json!({ "BotToken": "xoxb-web", "AppId": APP.id })).await.ok(201);
    let channel = json!({ "ConfigurationName": "web", "SlackTeamId": "T0WEB", "SlackChannelId": "C7", "IamRoleArn": ROLE,
                          "SnsTopicArns": [TOPIC] });
    server.call(CreateSlackChannelConfiguration, channel).await.ok(201);
    server
}

async fn described(server: &TestServer, key: Key, team_id: &str) -> Option<Value> {
    let described = server.call_as(key, DESCRIBE, json!({})).await.ok(200);
    described["SlackWorkspaces"].as_array().unwrap().iter().find(|it| it["SlackTeamId"] == team_id).cloned()
}

async fn state(server: &TestServer, team_id: &str) -> Option<String> {
    described(server, OPS, team_id).await.map(|it| it["State"].as_str().unwrap().to_owned())
}

async fn becomes(server: &TestServer, team_id: &str, wanted: &str) {
    let is_so = async || (state(server, team_id).await.as_deref() == Some(wanted)).then_some(());
    eventually(wanted, is_so).await;
}

/// The Events API tells it, of the app [`APP`].
async fn told(server: &TestServer, id: &str, team_id: &str, event: Value) {
    let payload = json!({ "type": "event_callback", "api_app_id": APP.id, "team_id": team_id, "enterprise_id": "E0ORG",
                          "event_id": id, "event": event });
    let answered = APP.event(&payload, server.clock.now_ms()).send(server.address()).await;
    assert_eq!(answered.status, 200, "{answered:?}");
}

/// What was held is not any more. A node's copy of the pauses may be seconds old, and ended ones are looked after within a
/// minute; a channel takes a message a second.
async fn goes_out(server: &TestServer) {
    eventually("what was held goes out", async || {
        server.clock.advance(5_000);
        states(server).await.iter().all(|state| *state == DeliveryState::Delivered).then_some(())
    })
    .await;
}

async fn states(server: &TestServer) -> Vec<DeliveryState> {
    server.deliveries().await.iter().map(|delivery| delivery.state).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_authorises_its_workspace_and_the_next_takes_its_place() {
    let server = with_web().await;
    let shown = described(&server, OPS, "T0WEB").await.unwrap();
    assert_eq!(
        shown,
        json!({ "SlackTeamId": "T0WEB", "SlackTeamName": "Web", "State": "ENABLED", "StateReason": null })
    );
    server.slack.knows("xoxb-next", owner("T0WEB", "Web 2"), "chat:write, commands");
    let created = server.call(CREATE, json!({ "BotToken": "xoxb-next" })).await.ok(201);
    assert_eq!(created["SlackWorkspaces"][0]["SlackTeamName"], "Web 2");
    let missing = created["MissingScopes"].as_array().unwrap();
    assert!(missing.contains(&json!("users:read")) && !missing.contains(&json!("commands")), "{created}");
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C7")[0].token, "xoxb-next");
    // The walls: another account has nothing of it, until it authorises the workspace itself.
    assert_eq!(described(&server, OTHER, "T0WEB").await, None);
    let channel =
        json!({ "ConfigurationName": "web", "SlackTeamId": "T0WEB", "SlackChannelId": "C7", "IamRoleArn": ROLE });
    let theirs = async || server.call_as(OTHER, CreateSlackChannelConfiguration, channel.clone()).await;
    theirs().await.refused(400, "InvalidRequestException", "message");
    server.call_as(OTHER, CREATE, json!({ "BotToken": "xoxb-next" })).await.ok(201);
    theirs().await.ok(201);
    // And taking it from one leaves the other's, with its token: nothing is revoked.
    server.slack.knows("xoxb-spare", owner("T0SPARE", "Spare"), "");
    server.call(CREATE, json!({ "BotToken": "xoxb-spare" })).await.ok(201);
    server.call_as(OTHER, CREATE, json!({ "BotToken": "xoxb-spare" })).await.ok(201);
    server.call(DELETE, json!({ "SlackTeamId": "T0SPARE" })).await.no_content();
    assert_eq!(state(&server, "T0SPARE").await, None);
    assert!(described(&server, OTHER, "T0SPARE").await.is_some());
    assert!(server.slack.requests("auth.revoke").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_bots_token_authorises_nothing_and_the_token_is_on_no_record() {
    let server = server().await;
    server.slack.knows("xoxb-web", owner("T0WEB", "Web"), "chat:write");
    server.slack.says("bots.info", "xoxb-web", json!({ "bot": { "app_id": "A0ELSE" } }));
    server.slack.token("xoxb-gone", Some(SlackAnswer::Error("account_inactive")));
    server.slack.knows("xoxb-mine", owner(TEAM, "Operations"), "chat:write");
    for (body, words) in [
        (json!({ "BotToken": "xoxp-person" }), "not the token of a bot"),
        (json!({ "BotToken": "xoxe.xoxb-1-hours" }), "expires within hours"),
        (json!({ "BotToken": "xoxb-gone" }), "`account_inactive`"),
        (json!({ "BotToken": "xoxb-web", "AppId": APP.id }), "of the app `A0ELSE`"),
        (json!({ "BotToken": "xoxb-mine" }), "by the settings of this server"),
    ] {
        let text = server.call(CREATE, body).await.refused(400, "InvalidRequestException", "message");
        assert!(text.contains(words) && !text.contains("hours-"), "{text}");
    }
    server.slack.next("auth.test", [SlackAnswer::Status(500)]);
    let away = server.call(CREATE, json!({ "BotToken": "xoxb-web" })).await;
    assert!(away.refused(500, "InternalServiceError", "Message").contains("Slack cannot be asked now"));
    for body in [json!({}), json!({ "BotToken": "hush hush" }), json!({ "BotToken": 7 })] {
        let text = server.call(CREATE, body).await.refused(400, "InvalidParameterException", "message");
        assert!(text.contains("'botToken'") && !text.contains("hush"), "{text}");
    }
    for record in server.audited(9).await {
        let text = record.to_string();
        assert_eq!(record["eventName"], "CreateSlackWorkspaceAuthorization");
        assert!(
            !["xoxp-person", "xoxe.xoxb-1", "xoxb-gone", "xoxb-web", "hush"].iter().any(|it| text.contains(it)),
            "{text}"
        );
    }
    assert_eq!(server.call(DESCRIBE, json!({})).await.ok(200)["SlackWorkspaces"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uninstalled_workspace_is_disabled_at_once_and_what_waits_goes_out_when_it_is_back() {
    let mut server = with_web().await;
    server.slack.token("xoxb-web", Some(SlackAnswer::Error("account_inactive")));
    told(&server, "Ev1", "T0WEB", json!({ "type": "app_uninstalled" })).await;
    becomes(&server, "T0WEB", "DISABLED").await;
    let shown = described(&server, OPS, "T0WEB").await.unwrap();
    assert!(shown["StateReason"].as_str().unwrap().contains("was uninstalled"), "{shown}");
    assert_eq!(state(&server, TEAM).await.as_deref(), Some("ENABLED"));
    let asked = server.slack.requests("chat.postMessage").len();
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.restart().await;
    server.publish(TOPIC, "message-2").await;
    server.quiet().await;
    for _ in 0..3 {
        server.pass(60_000).await;
    }
    assert_eq!(states(&server).await, [DeliveryState::Held; 2]);
    assert_eq!(server.slack.requests("chat.postMessage").len(), asked, "nobody is asked with a token that is none");
    assert_eq!(state(&server, "T0WEB").await.as_deref(), Some("DISABLED"));
    server.slack.knows("xoxb-again", owner("T0WEB", "Web"), "chat:write");
    server.call(CREATE, json!({ "BotToken": "xoxb-again" })).await.ok(201);
    assert_eq!(state(&server, "T0WEB").await.as_deref(), Some("ENABLED"));
    goes_out(&server).await;
    let posted = server.slack.posted("C7");
    assert_eq!(posted.iter().map(SlackRequest::marker).collect::<Vec<_>>(), ["message-1", "message-2"]);
    assert!(posted.iter().all(|post| post.token == "xoxb-again"));
}

/// Slack repeats what it said, and says it late: the token that it takes decides.
#[tokio::test(flavor = "multi_thread")]
async fn old_news_of_a_workspace_that_is_back_heals_within_a_minute() {
    let server = with_web().await;
    told(&server, "Ev1", "T0WEB", json!({ "type": "tokens_revoked", "tokens": { "bot": ["U0BOT"] } })).await;
    becomes(&server, "T0WEB", "DISABLED").await;
    server.pass(60_000).await;
    server.pass(5_000).await;
    becomes(&server, "T0WEB", "ENABLED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_apps_news_disable_nothing() {
    let server = TestServer::start_with(|settings| {
        settings.slack.apps = vec![slack_app(), crate::kit::OTHER_APP.settings()];
    })
    .await;
    server.slack.knows("xoxb-web", owner("T0WEB", "Web"), "chat:write");
    server.slack.says("bots.info", "xoxb-web", json!({ "bot": { "app_id": "A0OTHER" } }));
    server.call(CREATE, json!({ "BotToken": "xoxb-web" })).await.ok(201);
    told(&server, "Ev1", "T0WEB", json!({ "type": "app_uninstalled" })).await;
    // Of the workspace of the settings nobody said whose its token is: Slack takes it, so it was not that one.
    told(&server, "Ev2", TEAM, json!({ "type": "app_uninstalled" })).await;
    let heard = async || {
        let events = server.store().chat_events(None, None, 10).await.unwrap();
        events.iter().all(|event| event.state == "answered").then_some(())
    };
    eventually("the events are answered", heard).await;
    assert_eq!(state(&server, "T0WEB").await.as_deref(), Some("ENABLED"));
    assert_eq!(state(&server, TEAM).await.as_deref(), Some("ENABLED"));
    server.slack.token("xoxb-ops", Some(SlackAnswer::Error("account_inactive")));
    told(&server, "Ev3", TEAM, json!({ "type": "app_uninstalled" })).await;
    becomes(&server, TEAM, "DISABLED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_takes_a_workspace_and_gives_another() {
    let server = server().await;
    let org = json!({ "team_id": "E0ORG", "team": "Org", "user_id": "U0BOT", "enterprise_id": "E0ORG",
                      "is_enterprise_install": true, "app_id": APP.id });
    let teams =
        |ids: &[&str]| json!({ "teams": ids.iter().map(|id| json!({ "id": id, "name": id })).collect::<Vec<_>>() });
    server.slack.knows("xoxb-org", org, "chat:write");
    server.slack.says("auth.teams.list", "xoxb-org", teams(&["T0A", "T0B"]));
    let created = server.call(CREATE, json!({ "BotToken": "xoxb-org" })).await.ok(201);
    assert_eq!(created["SlackWorkspaces"].as_array().unwrap().len(), 2);
    server.slack.says("auth.teams.list", "xoxb-org", teams(&["T0B", "T0C"]));
    told(&server, "Ev1", "T0B", json!({ "type": "team_access_revoked", "team_ids": ["T0A"] })).await;
    becomes(&server, "T0A", "DISABLED").await;
    told(&server, "Ev2", "T0B", json!({ "type": "team_access_granted", "team_ids": ["T0C"] })).await;
    becomes(&server, "T0C", "ENABLED").await;
    // The token is good, and not for this one.
    server.pass(60_000).await;
    server.pass(5_000).await;
    assert_eq!(state(&server, "T0A").await.as_deref(), Some("DISABLED"));
    server.slack.says("auth.teams.list", "xoxb-org", teams(&["T0A", "T0B", "T0C"]));
    told(&server, "Ev3", "T0B", json!({ "type": "team_access_granted", "team_ids": ["T0A"] })).await;
    becomes(&server, "T0A", "ENABLED").await;
    assert_eq!(described(&server, OTHER, "T0C").await, None);
}

/// As OAuth leaves it: two workspaces of one organisation share a token that ends in twelve hours.
async fn with_expiring() -> TestServer {
    let server = server().await;
    let of = |team_id: &str| SlackWorkspace {
        account_id: OPS.account_id.parse().unwrap(),
        team_id: team_id.parse().unwrap(),
        team_name: team_id.to_owned(),
        bot_token: "xoxe.xoxb-first".into(),
        app_id: Some(APP.id.to_owned()),
        enterprise_id: Some("E0ORG".to_owned()),
        bot_user_id: Some("U0BOT".to_owned()),
        authorized_by: None,
        rotation: Some(TokenRotation {
            refresh_token: "xoxe-1-first".into(),
            expires_at_ms: server.clock.now_ms() + 12 * HOUR_MS - 1,
        }),
        disabled_reason: None,
    };
    server.store().authorize_slack_workspaces(&[of("T0WEB"), of("T0MORE")], 10, None).await.unwrap().unwrap();
    let channel = json!({ "ConfigurationName": "web", "SlackTeamId": "T0WEB", "SlackChannelId": "C7", "IamRoleArn": ROLE,
                          "SnsTopicArns": [TOPIC] });
    server.call(CreateSlackChannelConfiguration, channel).await.ok(201);
    server
}

async fn renewals(server: &TestServer, count: usize) -> Vec<Value> {
    let asked = async || {
        let asked = server.slack.requests("oauth.v2.access");
        (asked.len() >= count).then(|| asked.into_iter().map(|request| request.body).collect())
    };
    eventually("tokens are renewed", asked).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_before_it_ends_once_for_all_that_share_it() {
    let mut server = with_expiring().await;
    let renewed = |n: u32| {
        json!({ "access_token": format!("xoxe.xoxb-{n}"), "refresh_token": format!("xoxe-1-{n}"), "expires_in": 43200,
                "token_type": "bot", "app_id": APP.id })
    };
    server.slack.says("oauth.v2.access", "xoxe-1-first", renewed(2));
    server.slack.says("oauth.v2.access", "xoxe-1-2", renewed(3));
    server.pass(10 * HOUR_MS - 60_000).await;
    assert!(server.slack.requests("oauth.v2.access").is_empty(), "ten hours are left of what lasts twelve");
    // Slack is away for a while: it is asked again, and nothing is lost.
    server.slack.next("oauth.v2.access", [SlackAnswer::Status(500), SlackAnswer::Error("internal_error")]);
    for asked in 1..=3 {
        server.pass(60_000).await;
        renewals(&server, asked).await;
    }
    let body = json!({ "grant_type": "refresh_token", "refresh_token": "xoxe-1-first" });
    assert_eq!(renewals(&server, 3).await, [body.clone(), body.clone(), body]);
    let is_new = async || {
        let account_id = OPS.account_id.parse().unwrap();
        let mut tokens = Vec::new();
        for team_id in ["T0WEB", "T0MORE"] {
            let found = server.store().slack_workspace(&account_id, &team_id.parse().unwrap()).await.unwrap().unwrap();
            tokens.push(secrecy::ExposeSecret::expose_secret(&found.bot_token).to_owned());
        }
        (tokens == ["xoxe.xoxb-2", "xoxe.xoxb-2"]).then_some(())
    };
    eventually("both have the new token", is_new).await;
    server.restart().await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C7")[0].token, "xoxe.xoxb-2");
    server.pass(10 * HOUR_MS + 60_000).await;
    let last = renewals(&server, 4).await.pop().unwrap();
    assert_eq!(last["refresh_token"], "xoxe-1-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_renewed_disables_and_holds() {
    let server = with_expiring().await;
    // Settings that are wrong are mended in the settings.
    server.slack.next("oauth.v2.access", [SlackAnswer::Error("bad_client_secret")]);
    server.pass(10 * HOUR_MS).await;
    renewals(&server, 1).await;
    assert_eq!(state(&server, "T0WEB").await.as_deref(), Some("ENABLED"));
    server.slack.next("oauth.v2.access", [SlackAnswer::Error("invalid_refresh_token")]);
    server.pass(60_000).await;
    becomes(&server, "T0WEB", "DISABLED").await;
    becomes(&server, "T0MORE", "DISABLED").await;
    let reason = described(&server, OPS, "T0WEB").await.unwrap();
    assert!(reason["StateReason"].as_str().unwrap().contains("`invalid_refresh_token`"), "{reason}");
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    // Slack still takes the old token for two hours; that renews nothing.
    server.pass(60_000).await;
    server.pass(5_000).await;
    assert_eq!(states(&server).await, [DeliveryState::Held]);
    assert_eq!(state(&server, "T0WEB").await.as_deref(), Some("DISABLED"));
    server.leaves_pending(1);
}

/// The command line beside a server, with a token on its standard input.
fn authorize(server: &TestServer, arguments: &[&str], input: &str) -> (bool, String) {
    use std::io::Write as _;
    let data_dir: &Path = &server.settings.store.data_dir;
    let mut child = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(["slack", "authorize", "--account-id", OPS.account_id, "--data-dir"])
        .arg(data_dir)
        .args(arguments)
        .env_clear()
        .env("BELLHOP_SLACK__API_URL", server.slack.api_url().as_str())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_authorises_beside_a_server_and_shows_no_token() {
    let server = with_web().await;
    server.slack.token("xoxb-web", Some(SlackAnswer::Error("token_revoked")));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!(states(&server).await, [DeliveryState::Held]);
    server.slack.knows("xoxb-cli", owner("T0WEB", "Web"), "chat:write");
    let (good, said) = authorize(&server, &["--bot-token", "-"], "xoxb-cli\n");
    assert!(good && said.contains("may now post to Web (T0WEB)") && said.contains("lacks scopes"), "{said}");
    assert!(!said.contains("xoxb-cli"), "{said}");
    goes_out(&server).await;
    assert_eq!(server.slack.posted("C7")[0].token, "xoxb-cli");
    let file = server.settings.store.data_dir.join("token");
    std::fs::write(&file, "xoxb-file\n").unwrap();
    server.slack.knows("xoxb-file", owner("T0FILE", "File"), "");
    let (good, said) = authorize(&server, &["--bot-token-file", file.to_str().unwrap()], "");
    assert!(good, "{said}");
    assert_eq!(state(&server, "T0FILE").await.as_deref(), Some("ENABLED"));
    for (arguments, input, words) in [
        (&["--bot-token", "-"][..], "xoxp-person", "not the token of a bot"),
        (&["--bot-token", "-"], "", "not the token of a bot"),
        (&["--bot-token-file", "/nowhere"], "", "cannot read the token's file `/nowhere`"),
        (&[], "", "--bot-token"),
    ] {
        let (good, said) = authorize(&server, arguments, input);
        assert!(!good && said.contains(words) && !said.contains("person"), "{said}");
    }
}
