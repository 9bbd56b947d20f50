//! A bot of Microsoft Teams: its token, what it posts and where, what refusals mean. All of it rests on a fake of our own,
//! made after Microsoft's pages.

mod threads;

use std::sync::Arc;
use std::time::Duration;

use domain::chat_configuration::TeamsChannel;
use domain::delivery::{DeliveryOutcome, TeamsActivity};
use domain::notification::render::teams::{TeamsMessage, message};
use domain::notification::{AccountNames, Incoming, card};
use serde_json::json;
use server::clock::{Clock as _, SharedClock};
use server::config::{Settings, TeamsBotSettings, TeamsWebhookSettings};
use server::outbound::teams::{TeamsBot, TeamsClient};
use store::outbox::DeliveryState;
use wire::operations::Operation::CreateMicrosoftTeamsChannelConfiguration;

use super::reason;
use crate::kit::{
    APP_SECRET, FakeTeams, FakeWebhook, MIDDAY_MS, ManualClock, ROLE, TEAMS_TEAM, TENANT, TOPIC, TeamsAnswer,
    TestServer, eventually,
};

const CHANNEL: &str = "19%3Aops%40thread.tacv2";
const CHANNEL_ON_THE_WIRE: &str = "19:ops@thread.tacv2";
const SCOPE: &str = "teams/dddddddd-3333-4444-8555-666666666666";
const HOUR_MS: i64 = 3_600_000;

struct Botted {
    server: TestServer,
    teams: FakeTeams,
}

async fn botted_with(change: impl FnOnce(&mut Settings)) -> Botted {
    let clock = ManualClock::at_midday();
    let teams = FakeTeams::start(Arc::new(clock.clone())).await;
    let server = TestServer::start_at(clock, |settings| {
        settings.microsoft_teams.bot = Some(teams.bot());
        change(settings);
    })
    .await;
    configure(&server, "ops", CHANNEL).await;
    Botted { server, teams }
}

async fn botted() -> Botted {
    botted_with(|_| ()).await
}

async fn configure(server: &TestServer, name: &str, channel_id: &str) {
    let configuration = json!({
        "ConfigurationName": name, "ChannelId": channel_id, "TeamId": TEAMS_TEAM, "TenantId": TENANT,
        "IamRoleArn": ROLE, "SnsTopicArns": [TOPIC],
    });
    server.call(CreateMicrosoftTeamsChannelConfiguration, configuration).await.ok(201);
}

async fn states(server: &TestServer) -> Vec<DeliveryState> {
    server.deliveries().await.iter().map(|delivery| delivery.state).collect()
}

/// A minute passes, and with it the credentials are tried, to the end.
async fn probed(Botted { server, teams }: &Botted) {
    let tried = teams.logins().len();
    server.pass(60_000).await;
    let is_tried = async || {
        let next_ms = server.store().pause(SCOPE).await.unwrap().map_or(i64::MAX, |pause| pause.probe_at_ms);
        (teams.logins().len() > tried && next_ms > server.clock.now_ms()).then_some(())
    };
    eventually("the credentials are tried", is_tried).await;
    // Whoever looked has gone to sleep for a second, at whichever moment of the clock.
    server.pass(1000).await;
}

/// The credentials are good again: the next try finds it, and what was held follows.
async fn recovers(bot: &Botted) {
    probed(bot).await;
    for _ in 0..10 {
        bot.server.pass(1000).await;
    }
    let done = async || states(&bot.server).await.iter().all(|state| *state == DeliveryState::Delivered).then_some(());
    eventually("what was held is out", done).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_begins_a_thread_of_its_channel_and_keeps_its_names() {
    let Botted { server, teams } = botted().await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let requests = teams.requests();
    assert_eq!(requests.len(), 1, "{requests:#?}");
    assert_eq!(requests[0].path, ["v3", "conversations"]);
    let body = &requests[0].body;
    assert_eq!(body["channelData"]["channel"]["id"], CHANNEL_ON_THE_WIRE);
    assert_eq!((&body["tenantId"], &body["isGroup"]), (&json!(TENANT), &json!(true)));
    assert_eq!(body["activity"]["type"], "message");
    assert!(body["activity"]["summary"].as_str().unwrap().contains("message-1"), "{body}");
    let delivery = &server.deliveries().await[0];
    assert_eq!(delivery.state, DeliveryState::Delivered);
    let posted = TeamsActivity::parse(delivery.posted.as_deref().unwrap()).unwrap();
    assert!(teams.message(posted.conversation_id(), posted.activity_id()).is_some(), "{posted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_serves_all_channels_until_shortly_before_its_end() {
    let Botted { server, teams } = botted().await;
    for name in ["second", "third", "fourth"] {
        configure(&server, name, &format!("19%3A{name}%40thread.tacv2")).await;
    }
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!(teams.messages().len(), 4);
    assert_eq!(teams.logins(), ["botframework.com"], "many asked at a time");
    server.pass(HOUR_MS - 301_000).await;
    server.publish(TOPIC, "message-2").await;
    server.quiet().await;
    assert_eq!(teams.logins().len(), 1);
    server.pass(2_000).await;
    server.publish(TOPIC, "message-3").await;
    server.quiet().await;
    assert_eq!((teams.logins().len(), teams.messages().len()), (2, 12));
    let sent: Vec<_> = teams.requests().into_iter().map(|request| (request.token, request.status)).collect();
    let (first, second) = (("token-1".to_owned(), 201), ("token-2".to_owned(), 201));
    assert_eq!(sent, [vec![first; 8], vec![second; 4]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_tenant_app_asks_its_own_tenant() {
    let Botted { server, teams } = botted_with(|settings| {
        settings.microsoft_teams.bot.as_mut().unwrap().tenant_id = Some(TENANT.parse().unwrap());
    })
    .await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!((teams.logins(), teams.messages().len()), (vec![TENANT.to_owned()], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_revoked_early_is_replaced_once_and_nobody_notices() {
    let Botted { server, teams } = botted().await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    teams.revoke_tokens();
    server.publish(TOPIC, "message-2").await;
    server.quiet().await;
    let statuses: Vec<_> = teams.requests().iter().map(|request| request.status).collect();
    assert_eq!((statuses, teams.logins().len()), (vec![201, 401, 201], 2));
    assert_eq!(states(&server).await, [DeliveryState::Delivered; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_teams_asks_to_wait_for_is_waited_for_and_troubles_are_tried_again() {
    let Botted { server, teams } = botted().await;
    teams.next([TeamsAnswer::RateLimited { retry_after_seconds: 17 }]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert!(reason(&server, DeliveryState::Pending).await.contains("429"));
    server.pass(16_999).await;
    assert_eq!(teams.requests().len(), 1);
    let troubles = [(412, "PreconditionFailed"), (502, "ServiceError"), (504, "x")];
    teams.next(troubles.map(|(status, code)| TeamsAnswer::Error(status, code)));
    server.pass(1).await;
    assert_eq!(teams.requests()[1].at_ms - MIDDAY_MS, 17_000);
    for _ in 0..10 {
        server.pass(60_000).await;
    }
    let statuses: Vec<_> = teams.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [429, 412, 502, 504, 201]);
    assert_eq!(states(&server).await, [DeliveryState::Delivered]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_not_in_the_team_is_dead_with_the_remedy_and_stops_nobody_else() {
    let Botted { server, teams } = botted().await;
    teams.next([TeamsAnswer::Error(403, "BotNotInConversationRoster")]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let reason = reason(&server, DeliveryState::Dead).await;
    assert!(reason.contains("BotNotInConversationRoster") && reason.contains("install the app in the channel's team"));
    server.publish(TOPIC, "message-2").await;
    server.quiet().await;
    assert_eq!(states(&server).await, [DeliveryState::Dead, DeliveryState::Delivered]);
    server.leaves_dead(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_403_of_an_unknown_code_holds_its_own_channel_alone() {
    let bot = botted().await;
    configure(&bot.server, "second", "19%3Asecond%40thread.tacv2").await;
    bot.teams.next([TeamsAnswer::Error(403, "Nope")]);
    bot.server.publish(TOPIC, "message-1").await;
    bot.server.pass(60_000).await;
    assert_eq!(states(&bot.server).await, [DeliveryState::Delivered; 2]);
    assert_eq!(bot.teams.messages().len(), 2);
    assert_eq!(bot.server.metric(r#"bellhop_findings_total{finding="workspace_paused"}"#).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_secret_holds_all_channels_until_it_is_mended() {
    let bot = botted().await;
    configure(&bot.server, "second", "19%3Asecond%40thread.tacv2").await;
    bot.teams.login_refuses(Some((401, "invalid_client", 7_000_222)));
    bot.server.publish(TOPIC, "message-1").await;
    bot.server.quiet().await;
    bot.server.publish(TOPIC, "message-2").await;
    bot.server.quiet().await;
    assert_eq!(states(&bot.server).await, [DeliveryState::Held; 4]);
    assert!(bot.teams.requests().is_empty());
    assert_eq!(bot.teams.logins().len(), 1, "one refusal is enough");
    let held = &bot.server.deliveries().await[0];
    assert_eq!(held.scope.as_deref(), Some(SCOPE));
    let reason = held.reason.clone().unwrap();
    assert!(reason.contains("AADSTS7000222") && reason.contains("expired"), "{reason}");
    assert!(!reason.contains(APP_SECRET), "{reason}");
    probed(&bot).await;
    assert_eq!(states(&bot.server).await, [DeliveryState::Held; 4]);
    bot.teams.login_refuses(None);
    recovers(&bot).await;
    let order: Vec<bool> =
        bot.teams.messages().iter().map(|message| message.to_string().contains("message-1")).collect();
    assert_eq!(order, [true, false, true, false], "each channel in its order");
}

/// Such a bot gets tokens: the probe must ask the connector itself, else it would be tried, refused and told of every minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_bot_stays_paused_though_it_gets_tokens() {
    let bot = botted().await;
    bot.teams.always(Some(TeamsAnswer::Error(403, "BotDisabledByAdmin")));
    bot.server.publish(TOPIC, "message-1").await;
    bot.server.quiet().await;
    for _ in 0..3 {
        probed(&bot).await;
    }
    assert_eq!(states(&bot.server).await, [DeliveryState::Held]);
    let posts = bot.teams.requests().iter().filter(|request| request.method == http::Method::POST).count();
    assert_eq!(posts, 1, "the message is not what is tried");
    assert_eq!(bot.server.metric(r#"bellhop_findings_total{finding="workspace_paused"}"#).await, 1);
    bot.teams.always(None);
    recovers(&bot).await;
    assert_eq!(bot.teams.messages().len(), 1);
}

/// A good token that is refused all the same is the bot's trouble: no loop of new tokens.
#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_takes_no_token_pauses_after_one_more() {
    let bot = botted().await;
    bot.server.publish(TOPIC, "message-1").await;
    bot.server.quiet().await;
    bot.teams.always(Some(TeamsAnswer::Unauthorized));
    bot.server.publish(TOPIC, "message-2").await;
    bot.server.quiet().await;
    let statuses: Vec<_> = bot.teams.requests().iter().map(|request| request.status).collect();
    assert_eq!((statuses, bot.teams.logins().len()), (vec![201, 401, 401], 2));
    assert_eq!(states(&bot.server).await, [DeliveryState::Delivered, DeliveryState::Held]);
    bot.teams.always(None);
    recovers(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_for_one_bot_goes_out_by_the_next() {
    let mut bot = botted_with(|settings| {
        settings.microsoft_teams.bot.as_mut().unwrap().app_id = TENANT.parse().unwrap();
    })
    .await;
    bot.server.publish_numbered(TOPIC, 2).await;
    bot.server.quiet().await;
    assert_eq!(states(&bot.server).await, [DeliveryState::Held; 2]);
    let right = bot.teams.bot();
    bot.server.restart_with(|settings| settings.microsoft_teams.bot = Some(right)).await;
    for _ in 0..4 {
        bot.server.pass(30_000).await;
    }
    let done = async || (states(&bot.server).await == [DeliveryState::Delivered; 2]).then_some(());
    eventually("what was held is out", done).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channels_webhook_goes_before_the_bot() {
    let clock = ManualClock::at_midday();
    let webhook = FakeWebhook::start(Arc::new(clock.clone()), (202, "")).await;
    let url = webhook.url("/workflows/1").to_string();
    let teams = FakeTeams::start(Arc::new(clock.clone())).await;
    let server = TestServer::start_at(clock, |settings| {
        settings.microsoft_teams.bot = Some(teams.bot());
        settings.microsoft_teams.webhooks = vec![TeamsWebhookSettings {
            team_id: TEAMS_TEAM.to_uppercase().parse().unwrap(),
            channel_id: CHANNEL_ON_THE_WIRE.to_owned(),
            url: url.into(),
        }];
    })
    .await;
    configure(&server, "ops", CHANNEL).await;
    configure(&server, "second", "19%3Asecond%40thread.tacv2").await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!((webhook.requests().len(), teams.messages().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_either_it_is_dead_and_both_remedies_are_named() {
    let server = TestServer::start().await;
    configure(&server, "ops", CHANNEL).await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let reason = reason(&server, DeliveryState::Dead).await;
    for named in ["microsoft_teams.bot", "microsoft_teams.webhooks", CHANNEL, TEAMS_TEAM] {
        assert!(reason.contains(named), "{reason}");
    }
    server.leaves_dead(1);
}

/// Seven at once, then one in two seconds: Microsoft's limits for a bot in a conversation.
#[tokio::test(flavor = "multi_thread")]
async fn the_bot_keeps_its_own_pace() {
    let Botted { server, teams } = botted().await;
    server.publish_numbered(TOPIC, 9).await;
    server.quiet().await;
    for _ in 0..50 {
        server.pass(100).await;
    }
    let at: Vec<_> = teams.requests().iter().map(|request| request.at_ms - MIDDAY_MS).collect();
    assert_eq!(at[..7], [0; 7], "{at:?}");
    assert!(at.len() == 9 && (2_010..2_120).contains(&at[7]) && (4_020..4_220).contains(&at[8]), "{at:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_goes_into_the_thread_and_an_update_into_its_message() {
    let (teams, client) = client(ManualClock::at_midday()).await;
    let first = delivered(client.post(None, &channel(), &said("message-1")).await);
    let reply = delivered(client.reply(None, &first, &said("message-2")).await);
    assert_eq!(reply.conversation_id(), first.conversation_id());
    assert_ne!(reply.activity_id(), first.activity_id());
    assert_eq!(delivered(client.update(None, &first, &said("message-3")).await), first);
    let summary = |activity: &TeamsActivity| {
        let message = teams.message(activity.conversation_id(), activity.activity_id()).unwrap();
        message["summary"].as_str().unwrap().to_owned()
    };
    assert!(summary(&first).contains("message-3") && summary(&reply).contains("message-2"));
    assert_eq!(teams.logins().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_cannot_be_replied_to_or_updated() {
    let (_teams, client) = client(ManualClock::at_midday()).await;
    let gone = TeamsActivity::new("19:ops@thread.tacv2;messageid=17", "17").unwrap();
    for (outcome, code) in [
        (client.reply(None, &gone, &said("message-1")).await, "ConversationNotFound"),
        (client.update(None, &gone, &said("message-1")).await, "ActivityNotFoundInConversation"),
    ] {
        assert!(matches!(&outcome, DeliveryOutcome::Dead { reason } if reason.contains(code)), "{outcome:?}");
    }
}

/// Ten find their token refused at a time: one asks for another.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_replaced_once_for_all() {
    let (teams, client) = client(ManualClock::at_midday()).await;
    delivered(client.post(None, &channel(), &said("message-0")).await);
    teams.revoke_tokens();
    let client = Arc::new(client);
    let mut posts = tokio::task::JoinSet::new();
    for number in 1..=10 {
        let client = client.clone();
        posts.spawn(async move { client.post(None, &channel(), &said(&format!("message-{number}"))).await });
    }
    for outcome in posts.join_all().await {
        delivered(outcome);
    }
    assert_eq!((teams.logins().len(), teams.messages().len()), (2, 11));
}

/// Nothing was sent, so nothing is said to may have been.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_cannot_be_reached_is_tried_again() {
    let (_teams, client) = client_with(ManualClock::at_midday(), |set| {
        set.login_url = Some("http://127.0.0.1:1/".parse().unwrap());
    })
    .await;
    let outcome = client.post(None, &channel(), &said("message-1")).await;
    let DeliveryOutcome::Retry { after_ms: None, reason } = outcome else { panic!("{outcome:?}") };
    assert!(reason.starts_with("no token for the bot") && !reason.contains("posted"), "{reason}");
    assert!(client.bot_works().await.is_err());
}

/// A client as the server makes it, against the fake.
async fn client(clock: ManualClock) -> (FakeTeams, TeamsClient) {
    client_with(clock, |_| ()).await
}

async fn client_with(clock: ManualClock, change: impl FnOnce(&mut TeamsBotSettings)) -> (FakeTeams, TeamsClient) {
    let clock: SharedClock = Arc::new(clock);
    let teams = FakeTeams::start(clock.clone()).await;
    let mut set = teams.bot();
    change(&mut set);
    let bot = TeamsBot {
        app_id: set.app_id.as_str().to_owned(),
        app_password: set.app_password.unwrap(),
        tenant_id: None,
        service_url: set.service_url.unwrap(),
        login_url: set.login_url.unwrap(),
        graph_url: None,
    };
    (teams, TeamsClient::new(Duration::from_secs(10), clock, Some(bot)).unwrap())
}

fn channel() -> TeamsChannel {
    TeamsChannel {
        tenant_id: TENANT.parse().unwrap(),
        team_id: TEAMS_TEAM.parse().unwrap(),
        team_name: None,
        channel_id: CHANNEL.parse().unwrap(),
        channel_name: None,
    }
}

fn said(text: &str) -> TeamsMessage {
    message(&card(&Incoming {
        topic_arn: TOPIC,
        subject: None,
        message: text,
        timestamp: "2026-11-22T12:00:00.000Z",
        account_names: AccountNames::NONE,
    }))
}

#[track_caller]
fn delivered(outcome: DeliveryOutcome) -> TeamsActivity {
    let DeliveryOutcome::Delivered { posted } = outcome else { panic!("{outcome:?}") };
    TeamsActivity::parse(&posted).unwrap_or_else(|| panic!("`{posted}` names no message"))
}
