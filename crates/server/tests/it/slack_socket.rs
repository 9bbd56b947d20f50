//! Socket Mode: what Slack says is committed before it is acknowledged, heard once, and not lost while sockets come and go.
//!
//! The Slack of these tests is ours (`kit/fake_slack_socket`), made after its documentation: no public peer plays Socket Mode.

use serde_json::{Value, json};
use server::config::SlackAppSettings;
use store::ListedChatEvent;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::kit::{FakeSlackSocket, FromBellhop, OTHER, SlackAnswer, SocketConnection, TEAM, TestServer, eventually};

const APP: &str = "A0OPS";
const APP_TOKEN: &str = "xapp-1-A0OPS";
/// A socket that stood so long is followed by another at once.
const MINUTE_MS: i64 = 60_000;
/// Longer than the first pause between attempts.
const SECOND_MS: i64 = 1000;
const OPERATORS: &str = "arn:aws:chatbot::210987654321:chat-configuration/slack-channel/operators";

fn app(socket_connections: u8) -> SlackAppSettings {
    SlackAppSettings {
        app_id: APP.to_owned(),
        client_id: None,
        client_secret: None,
        client_secret_file: None,
        signing_secret: None,
        signing_secret_file: None,
        app_token: Some(APP_TOKEN.into()),
        app_token_file: None,
        socket_connections,
    }
}

/// A server with an app in Socket Mode, which has not opened a socket before this.
async fn listening(connections: u8) -> (TestServer, FakeSlackSocket) {
    let mut server = TestServer::start_with(|settings| {
        settings.operators.configuration_arn = Some(OPERATORS.parse().unwrap());
    })
    .await;
    server.configure_as(OTHER, "operators", "COPERATORS", &[]).await;
    let slack = FakeSlackSocket::start().await;
    server.slack.opens_sockets_at(slack.url());
    server.restart_with(|settings| settings.slack.apps.push(app(connections))).await;
    (server, slack)
}

/// An event that means nothing to Bellhop: it is heard, and nobody is answered.
fn event(number: usize) -> Value {
    let id = format!("Ev{number}");
    json!({
        "type": "events_api", "envelope_id": format!("envelope-{number}"), "accepts_response_payload": false,
        "retry_attempt": 0, "retry_reason": "",
        "payload": {
            "type": "event_callback", "api_app_id": APP, "team_id": TEAM, "event_id": id,
            "event": { "type": "team_join", "user": { "id": "U1" } },
        },
    })
}

/// The same said again, in an envelope of its own.
fn again(number: usize, attempt: usize) -> Value {
    let mut event = event(number);
    event["envelope_id"] = format!("envelope-{number}-{attempt}").into();
    event["retry_attempt"] = attempt.into();
    event["retry_reason"] = "timeout".into();
    event
}

/// The socket that Bellhop opens after a pause. Time passes in steps: when the pause began is not seen from here.
async fn reopened(server: &TestServer, slack: &FakeSlackSocket, step_ms: i64) -> SocketConnection {
    for _ in 0..500 {
        server.clock.advance(step_ms);
        if let Some(socket) = slack.connection_soon().await {
            return socket;
        }
    }
    panic!("Bellhop opens no socket");
}

async fn heard(server: &TestServer) -> Vec<ListedChatEvent> {
    let mut events = server.store().chat_events(None, None, 1000).await.unwrap();
    events.reverse();
    events
}

async fn heard_keys(server: &TestServer) -> Vec<String> {
    heard(server).await.into_iter().map(|event| event.key).collect()
}

fn keys(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("slack/{APP}/Ev{number}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_is_acknowledged_when_it_is_committed() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    for number in 1..=20 {
        socket.delivers(&event(number)).await;
        assert_eq!(heard_keys(&server).await, keys(1..=number), "acknowledged before it was committed");
    }
    let opened = &server.slack.requests("apps.connections.open")[0];
    assert_eq!(opened.token, APP_TOKEN);
    // Many at a time are heard all the same.
    for number in 21..=200 {
        socket.say(&event(number)).await;
    }
    for _ in 21..=200 {
        assert!(matches!(socket.heard().await, FromBellhop::Acknowledged(_)));
    }
    let mut found = heard_keys(&server).await;
    let mut expected = keys(1..=200);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_presses_come_the_same_way() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    let command = json!({
        "type": "slash_commands", "envelope_id": "e1", "accepts_response_payload": true,
        "payload": { "api_app_id": APP, "team_id": TEAM, "trigger_id": "1.command", "command": "/aws", "text": "help",
            "channel_id": "C1", "user_id": "U1", "user_name": "ann", "response_url": "https://hooks.slack.com/commands/1" },
    });
    let press = json!({
        "type": "interactive", "envelope_id": "e2", "accepts_response_payload": true,
        "payload": { "type": "block_actions", "api_app_id": APP, "team": { "id": TEAM }, "user": { "id": "U1" },
            "trigger_id": "2.press", "actions": [{ "action_id": "a" }] },
    });
    socket.delivers(&command).await;
    socket.delivers(&press).await;
    let found: Vec<_> = heard(&server).await.into_iter().map(|event| (event.key, event.kind.as_str())).collect();
    let expected = [("1.command", "slack-command"), ("2.press", "slack-interaction")];
    assert_eq!(found, expected.map(|(id, kind)| (format!("slack/{APP}/{id}"), kind)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_says_again_is_heard_once_through_whichever_socket() {
    let (server, slack) = listening(2).await;
    let (mut one, mut other) = (slack.connection().await, slack.connection().await);
    assert!(slack.no_connection().await, "more than two");
    one.delivers(&event(1)).await;
    other.delivers(&again(1, 1)).await;
    one.delivers(&again(1, 2)).await;
    other.delivers(&event(2)).await;
    assert_eq!(heard_keys(&server).await, keys(1..=2));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_while_the_store_is_away() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    socket.delivers(&event(1)).await;
    server.store().close().await;
    socket.say(&event(2)).await;
    assert!(socket.is_silent().await, "said to be heard, and is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_slack_renews_is_read_until_its_successor_stands() {
    let (server, slack) = listening(1).await;
    let mut old = slack.connection().await;
    old.delivers(&event(1)).await;
    for _ in 0..3 {
        server.clock.advance(MINUTE_MS / 3);
        old.delivers(&event(2)).await;
    }
    old.disconnect("warning").await;
    // Before the new one has said a word, and after.
    let mut new = slack.silent_connection().await;
    old.delivers(&event(3)).await;
    new.say(&json!({ "type": "hello", "num_connections": 2 })).await;
    new.delivers(&event(4)).await;
    old.delivers(&event(5)).await;
    old.disconnect("refresh_requested").await;
    old.delivers(&event(6)).await;
    drop(old);
    new.delivers(&event(7)).await;
    assert!(slack.no_connection().await, "one socket more than there should be");
    assert_eq!(heard_keys(&server).await, keys(1..=7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_is_renewed_at_once_is_followed_by_another_after_a_pause() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    for _ in 0..5 {
        socket.disconnect("refresh_requested").await;
        assert!(slack.no_connection().await, "a hot loop");
        socket = reopened(&server, &slack, SECOND_MS).await;
    }
    socket.delivers(&event(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_when_a_socket_tore_is_heard_once() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    socket.say(&event(1)).await;
    // Committed or not, the acknowledgement has nobody to go to.
    drop(socket);
    let mut socket = reopened(&server, &slack, SECOND_MS).await;
    socket.delivers(&again(1, 1)).await;
    // Half a frame, and then nothing.
    let whole = event(2).to_string();
    let half = Frame::message(whole.as_bytes()[..whole.len() / 2].to_vec(), OpCode::Data(Data::Text), false);
    socket.say_raw(Message::Frame(half)).await;
    drop(socket);
    let mut socket = reopened(&server, &slack, SECOND_MS).await;
    socket.delivers(&event(2)).await;
    assert_eq!(heard_keys(&server).await, keys(1..=2));
}

/// Waits until operators were told so many things, and answers them.
async fn told(server: &TestServer, count: usize) -> Vec<String> {
    eventually("operators are told", async || {
        let posts = server.slack.posted("COPERATORS");
        assert!(posts.len() <= count, "told more than once: {posts:#?}");
        (posts.len() == count).then(|| posts.iter().map(|post| post.body.to_string()).collect())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_told_once_and_tried_again_slowly() {
    let (mut server, slack) = listening(2).await;
    let _sockets = (slack.connection().await, slack.connection().await);
    server.slack.token(APP_TOKEN, Some(SlackAnswer::Error("invalid_auth")));
    server.restart().await;
    let said = told(&server, 1).await;
    assert!(said[0].contains(APP) && said[0].contains("connections:write"), "{said:?}");
    let attempts = || server.slack.requests("apps.connections.open").len();
    eventually("both are refused", async || (attempts() == 4).then_some(())).await;
    server.clock.advance(4 * MINUTE_MS);
    assert!(slack.no_connection().await);
    assert_eq!(attempts(), 4, "tried again too soon");
    server.slack.token(APP_TOKEN, None);
    let mut socket = reopened(&server, &slack, MINUTE_MS / 6).await;
    let said = told(&server, 2).await;
    assert!(said[1].contains("Heard again"), "{said:?}");
    socket.delivers(&event(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_another_app_is_refused_with_its_name() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.silent_connection().await;
    socket.say(&json!({ "type": "hello", "connection_info": { "app_id": "A0OTHER" }, "num_connections": 1 })).await;
    assert_eq!(socket.heard().await, FromBellhop::Closed);
    let said = told(&server, 1).await;
    assert!(said[0].contains("A0OTHER") && said[0].contains(APP), "{said:?}");
    assert!(slack.no_connection().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_apps_is_neither_heard_nor_acknowledged() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    let mut others = event(1);
    others["payload"]["api_app_id"] = "A0OTHER".into();
    socket.say(&others).await;
    socket.delivers(&event(2)).await;
    assert!(socket.is_silent().await);
    assert_eq!(heard_keys(&server).await, keys([2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn socket_mode_that_was_turned_off_and_too_many_sockets_are_told() {
    for (reason, remedy) in [("link_disabled", "turn it on"), ("too_many_websockets", "socket_connections")] {
        let (server, slack) = listening(1).await;
        let mut socket = slack.connection().await;
        socket.delivers(&event(0)).await;
        socket.disconnect(reason).await;
        let said = told(&server, 1).await;
        assert!(said[0].contains(remedy), "{said:?}");
        assert!(slack.no_connection().await);
        reopened(&server, &slack, MINUTE_MS / 6).await.delivers(&event(1)).await;
        told(&server, 2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_giant_is_not_read_and_another_socket_is_opened() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    let mut giant = event(1);
    giant["payload"]["text"] = "x".repeat(1024 * 1024).into();
    // Bellhop may be gone before it is all said.
    let _ = socket.try_say(Message::text(giant.to_string())).await;
    assert_eq!(socket.heard().await, FromBellhop::Closed);
    let mut socket = reopened(&server, &slack, SECOND_MS).await;
    // Nor one in small pieces.
    for _ in 0..20 {
        let piece = Frame::message(vec![b'x'; 64 * 1024], OpCode::Data(Data::Text), false);
        if socket.try_say(Message::Frame(piece)).await.is_err() {
            break;
        }
    }
    assert_eq!(socket.heard().await, FromBellhop::Closed);
    reopened(&server, &slack, SECOND_MS).await.delivers(&event(2)).await;
    assert_eq!(heard_keys(&server).await, keys([2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_ends_nothing_and_is_not_heard() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    for text in ["", "{", "[]", "null", r#"{"type":"events_api"}"#, r#"{"type":"new","envelope_id":"e"}"#] {
        socket.say_raw(Message::text(text)).await;
    }
    socket.say_raw(Message::binary(vec![0, 255])).await;
    // Said again it would be no better, so Slack is not asked to.
    socket.delivers(&json!({ "type": "events_api", "envelope_id": "e1", "payload": { "api_app_id": APP } })).await;
    socket.delivers(&json!({ "type": "interactive", "envelope_id": "e2", "payload": [1] })).await;
    socket.delivers(&json!({ "type": "slash_commands", "envelope_id": "e3" })).await;
    socket.delivers(&event(1)).await;
    assert_eq!(heard_keys(&server).await, keys([1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_asked_and_then_given_up() {
    let (server, slack) = listening(1).await;
    let mut socket = slack.connection().await;
    socket.delivers(&event(1)).await;
    server.clock.advance(MINUTE_MS / 2);
    assert_eq!(socket.heard().await, FromBellhop::Ping);
    // To read it is to answer it.
    socket.delivers(&event(2)).await;
    server.clock.advance(MINUTE_MS / 2);
    assert_eq!(socket.heard().await, FromBellhop::Ping);
    // Slack pings too: each is a sign of life, and is answered.
    socket.say_raw(Message::Ping(b"slack".to_vec().into())).await;
    socket.delivers(&event(3)).await;
    // From here on nobody reads.
    let mut next = reopened(&server, &slack, MINUTE_MS / 6).await;
    next.delivers(&event(4)).await;
    drop(socket);
    assert_eq!(heard_keys(&server).await, keys(1..=4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_without_a_first_word_is_given_up() {
    let (server, slack) = listening(1).await;
    let mut mute = slack.silent_connection().await;
    assert!(mute.is_silent().await);
    server.clock.advance(MINUTE_MS / 2);
    assert_eq!(mute.heard().await, FromBellhop::Closed);
    reopened(&server, &slack, SECOND_MS).await.delivers(&event(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slack_in_trouble_is_tried_again_and_a_rate_limit_is_kept() {
    let (mut server, slack) = listening(1).await;
    drop(slack.connection().await);
    let limited = SlackAnswer::RateLimited { retry_after_seconds: 90 };
    server.slack.next("apps.connections.open", [SlackAnswer::Status(500), SlackAnswer::Reset, limited]);
    let before = server.slack.requests("apps.connections.open").len();
    server.restart().await;
    reopened(&server, &slack, SECOND_MS).await.delivers(&event(1)).await;
    let attempts = server.slack.requests("apps.connections.open").split_off(before);
    let at: Vec<i64> = attempts.iter().map(|attempt| attempt.at_ms).collect();
    assert_eq!(at.len(), 4, "{at:?}");
    assert!(at.is_sorted_by(|one, next| one < next), "{at:?}");
    assert!(at[3] - at[2] >= 90 * SECOND_MS, "sooner than Slack asked for: {at:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_goodbye_and_hears_the_rest_when_it_is_back() {
    let (mut server, slack) = listening(2).await;
    let mut sockets = [slack.connection().await, slack.connection().await];
    sockets[0].delivers(&event(1)).await;
    server.restart().await;
    for socket in &mut sockets {
        assert_eq!(socket.heard().await, FromBellhop::Closed);
    }
    let mut socket: SocketConnection = slack.connection().await;
    socket.delivers(&again(1, 1)).await;
    socket.delivers(&event(2)).await;
    assert_eq!(heard_keys(&server).await, keys(1..=2));
}
