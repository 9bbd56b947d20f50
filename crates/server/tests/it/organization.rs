//! An organization's chat applications policies: what the API shows, what goes out, and what the tools say of them.
//!
//! That a create succeeds and shows DISABLED, and the words of `StateReason`, are assumed: AWS documents that policies are
//! evaluated at run time and that a denied configuration is DISABLED with a reason, not how it is put.

use std::process::Command;

use serde_json::{Value, json};
use server::config::{AttachmentSettings, ChatPolicySettings, Settings};
use store::outbox::{Delivery, DeliveryState};
use wire::operations::Operation as O;

use crate::kit::{Furniture, furnish};
use crate::kit::{Key, OPS, OTHER, OTHER_TOPIC, SlackAnswer, TEAM, TEAMS_TEAM, TENANT, TOPIC, TestServer};

const KNOWN_FOR_MS: i64 = 10 * 60 * 1000;
const MINUTE_MS: i64 = 60 * 1000;

fn slack(settings: &Value) -> Value {
    json!({ "chatbot": { "platforms": { "slack": settings } } })
}

/// Only private channels of Slack.
fn private_only() -> Value {
    slack(&json!({ "default": { "supported_channel_types": { "@@assign": ["private"] } } }))
}

fn nothing() -> Value {
    json!({ "chatbot": { "default": { "client": { "@@assign": "disabled" } } } })
}

fn under(policy: &Value) -> impl FnOnce(&mut Settings) {
    let document = Some(policy.to_string());
    move |settings| settings.organization.chat_policy = Some(ChatPolicySettings { document, file: None })
}

/// State and reason.
fn state(shape: &Value) -> (String, Option<String>) {
    let text = |member: &str| shape[member].as_str().map(str::to_owned);
    (text("State").unwrap(), text("StateReason"))
}

fn enabled() -> (String, Option<String>) {
    ("ENABLED".to_owned(), None)
}

fn disabled(reason: &str) -> (String, Option<String>) {
    ("DISABLED".to_owned(), Some(format!("{reason} by the chat applications policy of the organization")))
}

/// Of each operation that shows states, the state of the first that it shows.
async fn states(server: &TestServer, key: Key, made: &Furniture) -> Vec<(String, Option<String>)> {
    let by = |arn: &str| json!({ "ChatConfigurationArn": arn });
    let mut found = Vec::new();
    for (operation, body, at) in [
        (O::DescribeSlackChannelConfigurations, json!({}), "/SlackChannelConfigurations/0"),
        (O::DescribeSlackChannelConfigurations, by(&made.slack), "/SlackChannelConfigurations/0"),
        (O::DescribeSlackWorkspaces, json!({}), "/SlackWorkspaces/0"),
        (O::ListMicrosoftTeamsChannelConfigurations, json!({}), "/TeamChannelConfigurations/0"),
        (O::ListMicrosoftTeamsChannelConfigurations, json!({ "TeamId": TEAMS_TEAM }), "/TeamChannelConfigurations/0"),
        (O::GetMicrosoftTeamsChannelConfiguration, by(&made.teams), "/ChannelConfiguration"),
        (O::ListMicrosoftTeamsConfiguredTeams, json!({}), "/ConfiguredTeams/0"),
        (O::DescribeChimeWebhookConfigurations, json!({}), "/WebhookConfigurations/0"),
        (O::DescribeChimeWebhookConfigurations, by(&made.chime), "/WebhookConfigurations/0"),
    ] {
        let answer = server.call_as(key, operation, body).await.ok(200);
        found.push(state(answer.pointer(at).unwrap_or_else(|| panic!("no {at} in {answer:#}"))));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_describe_list_and_get_shows_what_the_policy_denies() {
    let mut server = TestServer::start().await;
    let made = furnish(&server, OPS, "ops").await;
    assert!(states(&server, OPS, &made).await.iter().all(|found| *found == enabled()));
    server.restart_with(under(&nothing())).await;
    let names = ["Slack"; 3].into_iter().chain(["Microsoft Teams"; 4]).chain(["Amazon Chime"; 2]);
    let expected: Vec<_> = names.map(|name| disabled(&format!("{name} is disabled"))).collect();
    assert_eq!(states(&server, OPS, &made).await, expected);
    // One workspace of another, one tenant of another; Chime is not mentioned.
    let other = "99999999-7777-4888-9999-aaaaaaaaaaaa";
    let elsewhere = json!({ "chatbot": { "platforms": {
        "slack": { "workspaces": { "@@assign": ["T0ELSEWHERE"] } },
        "microsoft_teams": { "tenants": { other: { "@@assign": ["*"] } } },
    } } });
    server.restart_with(under(&elsewhere)).await;
    let workspace = disabled(&format!("Slack workspace with ID {TEAM} is not allowed"));
    let tenant = disabled(&format!("Microsoft Teams tenant with ID {TENANT} is not allowed"));
    let expected: Vec<_> = std::iter::repeat_n(workspace, 3)
        .chain(std::iter::repeat_n(tenant, 4))
        .chain(std::iter::repeat_n(enabled(), 2))
        .collect();
    assert_eq!(states(&server, OPS, &made).await, expected);
    server.restart_with(|settings| settings.organization.chat_policy = None).await;
    assert!(states(&server, OPS, &made).await.iter().all(|found| *found == enabled()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_or_changed_where_it_is_denied_is_made_disabled() {
    let server = TestServer::start_with(under(&nothing())).await;
    let made = furnish(&server, OPS, "ops").await;
    let update = |arn: &str, more: Value| {
        let mut body = json!({ "ChatConfigurationArn": arn });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (operation, body, member) in [
        (
            O::UpdateSlackChannelConfiguration,
            update(&made.slack, json!({ "SlackChannelId": "Cops" })),
            "ChannelConfiguration",
        ),
        (
            O::UpdateMicrosoftTeamsChannelConfiguration,
            update(&made.teams, json!({ "ChannelId": "19%3Aops%40thread.tacv2" })),
            "ChannelConfiguration",
        ),
        (O::UpdateChimeWebhookConfiguration, update(&made.chime, json!({})), "WebhookConfiguration"),
    ] {
        let answer = server.call(operation, body).await.ok(200);
        assert_eq!(answer[member]["State"], "DISABLED", "{operation:?}: {answer}");
        assert!(answer[member]["StateReason"].as_str().unwrap().contains("is disabled by"), "{answer}");
    }
    let body = json!({ "ConfigurationName": "web", "SlackTeamId": TEAM, "SlackChannelId": "C2", "SlackChannelName": "web",
        "IamRoleArn": crate::kit::ROLE });
    let created = server.call(O::CreateSlackChannelConfiguration, body).await.ok(201);
    assert_eq!(state(&created["ChannelConfiguration"]), disabled("Slack is disabled"));
}

/// State and reason of each, the oldest first.
async fn outcomes(server: &TestServer) -> Vec<(DeliveryState, String)> {
    let of = |found: Delivery| (found.state, found.reason.unwrap_or_default());
    server.deliveries().await.into_iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_a_denied_channel_stays_in_the_ledger_and_can_be_brought() {
    let mut server = TestServer::start_with(under(&nothing())).await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.publish_numbered(TOPIC, 2).await;
    server.quiet().await;
    let suppressed =
        (DeliveryState::Suppressed, "Slack is disabled by the chat applications policy of the organization".to_owned());
    assert_eq!(outcomes(&server).await, [suppressed.clone(), suppressed.clone()]);
    assert_eq!(server.slack.requests("chat.postMessage").len(), 0);
    let line = r#"bellhop_delivery_attempts_total{platform="slack",outcome="suppressed"}"#;
    assert_eq!(server.metric(line).await, 2);
    // Brought while it is still denied, it stays out.
    let first = server.deliveries().await.remove(0);
    server.revive(&first).await;
    assert_eq!(outcomes(&server).await[0], suppressed);
    server.restart_with(|settings| settings.organization.chat_policy = None).await;
    server.revive(&first).await;
    assert_eq!(server.slack.posted("C1")[0].marker(), "message-1");
    assert_eq!(outcomes(&server).await[1], suppressed, "nobody brought it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_of_one_account_stands_beneath_the_roots() {
    let enable = slack(&json!({ "client": { "@@assign": "enabled" } }));
    let server = TestServer::start_with(|settings| {
        under(&nothing())(settings);
        settings.organization.attachments = vec![AttachmentSettings {
            account_ids: vec![OTHER.account_id.parse().unwrap()],
            document: Some(enable.to_string()),
            file: None,
        }];
    })
    .await;
    server.configure_as(OPS, "ops", "C1", &[TOPIC]).await;
    server.configure_as(OTHER, "ops", "C2", &[OTHER_TOPIC]).await;
    server.publish(TOPIC, "message-1").await;
    server.publish(OTHER_TOPIC, "message-2").await;
    server.quiet().await;
    assert_eq!((server.slack.posted("C1").len(), server.slack.posted("C2").len()), (0, 1));
    let workspaces = server.call_as(OTHER, O::DescribeSlackWorkspaces, json!({})).await.ok(200);
    assert_eq!(state(&workspaces["SlackWorkspaces"][0]), enabled());
}

async fn described(server: &TestServer) -> Vec<(String, Option<String>)> {
    let all = server.call(O::DescribeSlackChannelConfigurations, json!({})).await.ok(200);
    all["SlackChannelConfigurations"].as_array().unwrap().iter().map(state).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_private_channels_are_served_where_only_they_are_allowed_and_slack_is_asked_which_are() {
    let server = TestServer::start_with(under(&private_only())).await;
    server.slack.private("C1", true);
    server.configure("a", "C1", &[TOPIC]).await;
    server.configure("b", "C2", &[OTHER_TOPIC]).await;
    // By its id alone.
    server.configure("c", "G3", &[]).await;
    let public = format!("Slack channel with ID C2 is public, and public channels of workspace {TEAM} are not allowed");
    assert_eq!(described(&server).await, [enabled(), disabled(&public), enabled()]);
    server.publish(TOPIC, "message-1").await;
    server.publish(OTHER_TOPIC, "message-2").await;
    server.quiet().await;
    assert_eq!((server.slack.posted("C1").len(), server.slack.posted("C2").len()), (1, 0));
    assert_eq!(outcomes(&server).await[1].0, DeliveryState::Suppressed);
    let asked =
        || server.slack.requests("conversations.info").iter().map(|r| r.channel().to_owned()).collect::<Vec<_>>();
    assert_eq!(asked(), ["C1", "C2"], "once each, and what an id says is not asked");
    // It is made private: Slack is asked again after a while, not before.
    server.slack.private("C2", true);
    server.pass(KNOWN_FOR_MS - 1).await;
    assert_eq!(described(&server).await[1].0, "DISABLED");
    server.pass(1).await;
    assert_eq!(described(&server).await[1], enabled());
    server.publish(OTHER_TOPIC, "message-3").await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C2")[0].marker(), "message-3");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_does_not_say_is_not_allowed_and_its_messages_wait_for_the_answer() {
    let mut server = TestServer::start_with(under(&private_only())).await;
    server.slack.private("C1", true);
    let silence = [SlackAnswer::Error("channel_not_found"), SlackAnswer::Status(500)];
    server.slack.next("conversations.info", silence);
    server.configure("ops", "C1", &[TOPIC]).await;
    let unknown =
        "It is not known whether Slack channel with ID C1 is public or private, and only private channels are allowed";
    assert_eq!(described(&server).await, [disabled(unknown)]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let found = outcomes(&server).await;
    assert_eq!((found[0].0, found[0].1.starts_with(unknown)), (DeliveryState::Pending, true), "{found:?}");
    assert_eq!(server.slack.requests("conversations.info").len(), 1, "it is left alone for a minute");
    // Slack answers nonsense once more, and then what it is.
    for _ in 0..3 {
        server.pass(2 * MINUTE_MS).await;
    }
    assert_eq!(server.slack.posted("C1")[0].marker(), "message-1");
    // What was said outlives a restart, and a Slack that says nothing.
    server.restart_with(|_| ()).await;
    assert_eq!(described(&server).await, [enabled()]);
    assert_eq!(server.slack.requests("conversations.info").len(), 3);
    server.pass(KNOWN_FOR_MS).await;
    server.slack.next("conversations.info", [SlackAnswer::Status(500)]);
    assert_eq!(described(&server).await, [enabled()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_channels_costs_one_look_and_a_slack_that_hangs_does_not_hold_it_up() {
    let server = TestServer::start().await;
    for number in 0..30 {
        server.configure(&format!("c{number:02}"), &format!("C{number}"), &[]).await;
    }
    let mut server = server;
    server.restart_with(under(&private_only())).await;
    server.slack.next("conversations.info", (0..4).map(|_| SlackAnswer::Hang));
    assert_eq!(described(&server).await.len(), 30);
    // Nobody asks again while Slack is left alone, and then each channel once.
    assert!(described(&server).await.iter().all(|(state, _)| state == "DISABLED"));
    assert_eq!(server.slack.requests("conversations.info").len(), 4);
    server.pass(MINUTE_MS).await;
    for _ in 0..2 {
        let found = described(&server).await;
        assert!(found.iter().all(|(_, reason)| reason.as_ref().unwrap().contains("is public, and")), "{found:?}");
    }
    assert_eq!(server.slack.requests("conversations.info").len(), 34);
}

/// A custom notification of a thread.
fn threaded(marker: &str) -> String {
    json!({ "version": "1.0", "source": "custom", "content": { "title": marker, "description": marker },
        "metadata": { "threadId": "t", "summary": marker } })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_out_stays_delivered_when_its_channel_is_denied_meanwhile() {
    let mut server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.publish(TOPIC, &threaded("message-1")).await;
    server.quiet().await;
    server.slack.next("chat.update", [SlackAnswer::Status(500)]);
    server.publish(TOPIC, &threaded("message-2")).await;
    server.quiet().await;
    assert_eq!(outcomes(&server).await[1].0, DeliveryState::Pending, "its thread's first message is to be updated");
    server.restart_with(under(&nothing())).await;
    server.pass(2 * MINUTE_MS).await;
    assert_eq!(outcomes(&server).await[1].0, DeliveryState::Delivered);
    assert_eq!(server.slack.requests("chat.update").len(), 1, "nothing more goes there");
}

/// Whether it went well, and what it said.
fn bellhop(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellhop")).args(arguments).env_clear().output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_refuse_what_is_wrong_and_explain_what_is_right() {
    let server = TestServer::start_with(under(&private_only())).await;
    server.slack.private("C2", true);
    let arns = [server.configure("a", "C1", &[]).await, server.configure("b", "C2", &[]).await];
    let directory = tempfile::tempdir().unwrap();
    let (config, policy) = (directory.path().join("bellhop.toml"), directory.path().join("policy.json"));
    let data_dir = server.settings.store.data_dir.display();
    let settings = format!(
        "[store]\ndata_dir = '{data_dir}'\n[organization.chat_policy]\nfile = 'policy.json'\n\
         [[organization.attachments]]\naccount_ids = ['{}']\ndocument = '''{}'''\n",
        OTHER.account_id,
        slack(&json!({ "client": { "@@assign": "enabled" } })),
    );
    std::fs::write(&config, settings).unwrap();
    let config = config.to_str().unwrap();
    let wrong = slack(&json!({ "default": { "supported_channel_types": { "@@assign": ["secret"] } } }));
    std::fs::write(&policy, wrong.to_string()).unwrap();
    for arguments in [["config", "check"], ["organization", "check"]] {
        let (good, said) = bellhop(&[&arguments[..], &["--config", config]].concat());
        assert!(!good, "{said}");
        let problem = "`organization.chat_policy` (`policy.json`) is wrong: \
                       `chatbot.platforms.slack.default.supported_channel_types.@@assign` has `secret`, which is not `public` or \
                       `private`";
        assert!(said.contains(problem), "{said}");
    }
    let mut locked = private_only();
    locked["chatbot"]["platforms"]["slack"]["client"] =
        json!({ "@@assign": "enabled", "@@operators_allowed_for_child_policies": ["@@none"] });
    std::fs::write(&policy, locked.to_string()).unwrap();
    let ok = |arguments: &[&str]| {
        let (good, said) = bellhop(&[arguments, &["--config", config]].concat());
        assert!(good, "{said}");
        said
    };
    ok(&["config", "check"]);
    let said = ok(&["organization", "check"]);
    assert!(said.contains("2 chat applications policies") && said.contains("number 1"), "{said}");
    assert!(said.contains("`@@assign` of `chatbot.platforms.slack.client` has no effect"), "{said}");
    let effective: Value =
        serde_json::from_str(&ok(&["organization", "effective", "--account-id", OPS.account_id])).unwrap();
    let expected = slack(&json!({ "client": "enabled", "default": { "supported_channel_types": ["private"] } }));
    assert_eq!(effective, expected);
    let explained = |arn: &str| ok(&["organization", "explain", "--configuration-arn", arn]);
    let said = explained(&arns[0]);
    assert!(said.contains("DISABLED") && said.contains("C1 is public, and public channels"), "{said}");
    let said = explained(&arns[1]);
    assert!(said.contains("ENABLED") && said.contains("channel        private"), "{said}");
    assert!(said.contains("a person's own, or else the channel's"), "{said}");
}
