//! `POST /slack/…`: what Slack is told, that each answer is counted, and that nothing is heard that Slack did not say.
//! 200 is a promise: the event is there.

mod refusals;
mod repeats;
mod three_seconds;

use serde_json::json;
use server::clock::Clock as _;
use store::{ChatEventKind, ListedChatEvent};

use crate::kit::{APP, OTHER_APP, SlackAnswered, SlackPost, TEAM, TestServer};

const EVENTS_MAX: i64 = 1000;

/// A server that two apps speak to.
async fn hearing() -> TestServer {
    TestServer::start_with(|settings| settings.slack.apps = vec![OTHER_APP.settings(), APP.settings()]).await
}

/// What was heard, the oldest first.
async fn heard(server: &TestServer) -> Vec<ListedChatEvent> {
    let mut events = server.store().chat_events(None, None, EVENTS_MAX).await.unwrap();
    events.reverse();
    events
}

/// Posts, after which exactly one more request must count as `outcome`.
async fn outcome(server: &TestServer, post: &SlackPost, outcome: &str) -> SlackAnswered {
    let door = post.path.rsplit('/').next().unwrap();
    let line = format!("bellhop_slack_requests_total{{door=\"{door}\",outcome=\"{outcome}\"}}");
    let before = server.metric(&line).await;
    let answered = post.send(server.address()).await;
    assert_eq!(server.metric(&line).await, before + 1, "{outcome}: {answered:?}");
    answered
}

/// Nothing in the answer: of a command or a press, people would see it.
fn is_empty_200(answered: &SlackAnswered) -> bool {
    (answered.status, answered.text.as_str()) == (200, "")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_door_commits_what_it_hears_and_says_nothing() {
    let server = hearing().await;
    let now_ms = server.clock.now_ms();
    for post in [
        APP.event(&APP.mention("Ev1", "help"), now_ms),
        APP.slash(&APP.command("1.2.a", "help"), now_ms),
        APP.interaction(&APP.press("1.2.b", "a ticket"), now_ms),
        OTHER_APP.event(&OTHER_APP.mention("Ev1", "help"), now_ms),
    ] {
        let answered = outcome(&server, &post, "heard").await;
        assert!(is_empty_200(&answered), "{answered:?}");
    }
    let found: Vec<_> = heard(&server).await.into_iter().map(|event| (event.kind, event.key)).collect();
    let named = |kind, key: &str| (kind, key.to_owned());
    assert_eq!(
        found,
        [
            named(ChatEventKind::SlackEvent, "slack/A0BELLHOP/Ev1"),
            named(ChatEventKind::SlackCommand, "slack/A0BELLHOP/1.2.a"),
            named(ChatEventKind::SlackInteraction, "slack/A0BELLHOP/1.2.b"),
            named(ChatEventKind::SlackEvent, "slack/A0OTHER/Ev1"),
        ]
    );
}

/// What people say is not kept in the clear: the store is asked for its bytes.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_is_sealed() {
    let server = hearing().await;
    let said = "a sentence that nobody else writes";
    let post = APP.event(&APP.mention("Ev1", said), server.clock.now_ms());
    assert!(is_empty_200(&outcome(&server, &post, "heard").await));
    let mut files = 0;
    for entry in std::fs::read_dir(&server.settings.store.data_dir).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(said.len()).any(|found| found == said.as_bytes()));
        files += usize::from(bytes.windows(3).any(|found| found == b"Ev1"));
    }
    assert!(files > 0, "the event is in no file at all");
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_told_its_challenge_if_it_signed() {
    let server = hearing().await;
    let challenge = json!({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"});
    let post = APP.event(&challenge, server.clock.now_ms());
    let answered = outcome(&server, &post, "checked").await;
    assert_eq!((answered.status, answered.text.as_str()), (200, "3eZbrw1aB"));
    assert!(answered.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    let unsigned = post.without(crate::kit::SIGNATURE);
    let refused = outcome(&server, &unsigned, "unverified").await;
    assert_eq!(refused.status, 401);
    assert!(!refused.text.contains("3eZbrw1aB"));
    assert!(heard(&server).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_says_of_itself_is_acknowledged_and_counted() {
    let server = hearing().await;
    let now_ms = server.clock.now_ms();
    let limited = json!({
        "token": "x", "type": "app_rate_limited", "team_id": TEAM, "minute_rate_limited": 1_795_348_800, "api_app_id": APP.id,
    });
    assert!(is_empty_200(&outcome(&server, &APP.event(&limited, now_ms), "rate_limited").await));
    assert_eq!(outcome(&server, &OTHER_APP.event(&limited, now_ms), "other_app").await.status, 401);
    let check = [("ssl_check", "1".to_owned()), ("token", "x".to_owned())];
    assert!(is_empty_200(&outcome(&server, &APP.slash(&check, now_ms), "checked").await));
    assert!(heard(&server).await.is_empty());
}

/// Slack would stop telling anything if too little of it were answered 200, and nobody could do anything about these.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_workspace_says_that_nobody_authorised_is_acknowledged_and_forgotten() {
    let server = TestServer::start_with(|settings| {
        settings.slack.apps = vec![APP.settings(), OTHER_APP.settings()];
        for workspace in &mut settings.slack.workspaces {
            workspace.app_id = Some(APP.id.to_owned());
        }
    })
    .await;
    let now_ms = server.clock.now_ms();
    let elsewhere = |team: serde_json::Value| {
        let mut payload = APP.mention("Ev1", "help");
        payload["team_id"] = team.clone();
        payload["authorizations"][0]["team_id"] = team;
        payload
    };
    for payload in [elsewhere(json!("T0STRANGER")), elsewhere(json!(null)), elsewhere(json!("' OR 1=1 --"))] {
        let post = APP.event(&payload, now_ms);
        assert!(is_empty_200(&outcome(&server, &post, "foreign").await), "{payload}");
    }
    // Authorised, and with another app.
    let post = OTHER_APP.event(&OTHER_APP.mention("Ev1", "help"), now_ms);
    assert!(is_empty_200(&outcome(&server, &post, "foreign").await));
    let mut command = OTHER_APP.command("1.2", "help");
    let post = OTHER_APP.slash(&command, now_ms);
    assert!(is_empty_200(&outcome(&server, &post, "foreign").await));
    command.retain(|(name, _)| *name != "team_id");
    let post = OTHER_APP.slash(&command, now_ms);
    assert!(is_empty_200(&outcome(&server, &post, "foreign").await));
    assert!(heard(&server).await.is_empty());
    // With this one it is heard.
    let post = APP.event(&APP.mention("Ev1", "help"), now_ms);
    assert!(is_empty_200(&outcome(&server, &post, "heard").await));
}
