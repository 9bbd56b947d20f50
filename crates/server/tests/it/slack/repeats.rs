//! Slack repeats what it thinks was not heard: it is heard once, whatever happened in between.

use std::process::{Command, Stdio};

use server::clock::Clock as _;
use tokio::task::JoinSet;

use super::{heard, hearing, is_empty_200, outcome};
use crate::kit::{APP, Database, TestServer, eventually};

const REPEATS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_repeats_is_heard_once() {
    let server = hearing().await;
    let payload = APP.mention("Ev1", "help");
    let first = APP.event(&payload, server.clock.now_ms());
    assert!(is_empty_200(&outcome(&server, &first, "heard").await));
    // Slack's own: a minute later, five minutes later, each signed anew.
    for (number, reason) in [(1, "http_timeout"), (2, "connection_failed"), (3, "something new of Slack's")] {
        server.clock.advance(60_000);
        let again = APP.event(&payload, server.clock.now_ms()).repeated(number, reason);
        assert!(is_empty_200(&outcome(&server, &again, "repeated").await));
    }
    for (reason, count) in [("http_timeout", 1), ("connection_failed", 1), ("other", 1), ("ssl_error", 0)] {
        let line = format!("bellhop_slack_repeats_total{{reason=\"{reason}\"}}");
        assert_eq!(server.metric(&line).await, count, "{reason}");
    }
    assert_eq!(heard(&server).await.len(), 1);
}

/// What nobody signed is not believed to be a repeat either.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_makes_no_labels() {
    let server = hearing().await;
    let unsigned = APP.event(&APP.mention("Ev1", "help"), server.clock.now_ms()).without(crate::kit::SIGNATURE);
    outcome(&server, &unsigned.repeated(1, "http_timeout"), "unverified").await;
    assert!(!server.get("/metrics").await.1.contains("slack_repeats_total{"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_many_times_at_one_moment_is_heard_once() {
    let server = hearing().await;
    let now_ms = server.clock.now_ms();
    let mut sending = tokio::task::JoinSet::new();
    for event in ["Ev1", "Ev2", "Ev3"] {
        let post = APP.event(&APP.mention(event, "help"), now_ms);
        for _ in 0..REPEATS {
            let (post, address) = (post.clone(), server.address());
            sending.spawn(async move { post.send(address).await });
        }
    }
    while let Some(answered) = sending.join_next().await {
        assert!(is_empty_200(&answered.unwrap()));
    }
    let line = |outcome| format!("bellhop_slack_requests_total{{door=\"events\",outcome=\"{outcome}\"}}");
    assert_eq!(server.metric(&line("heard")).await, 3);
    assert_eq!(server.metric(&line("repeated")).await, 3 * (REPEATS as u64 - 1));
    let mut keys: Vec<_> = heard(&server).await.into_iter().map(|event| event.key).collect();
    keys.sort();
    assert_eq!(keys, ["slack/A0BELLHOP/Ev1", "slack/A0BELLHOP/Ev2", "slack/A0BELLHOP/Ev3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_forgets_nothing_that_was_heard() {
    let mut server = hearing().await;
    let post = APP.event(&APP.mention("Ev1", "help"), server.clock.now_ms());
    assert!(is_empty_200(&outcome(&server, &post, "heard").await));
    server.restart().await;
    assert!(is_empty_200(&outcome(&server, &post, "repeated").await));
    assert_eq!(heard(&server).await.len(), 1);
}

/// Without a store nothing is heard, and Slack is told to come again; then it is.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_away_slack_is_told_to_come_again() {
    let mut server = hearing().await;
    let post = APP.event(&APP.mention("Ev1", "help"), server.clock.now_ms());
    server.store().close().await;
    let answered = outcome(&server, &post, "unavailable").await;
    assert_eq!(answered.status, 503);
    assert!(!answered.headers.contains_key("x-slack-no-retry"), "{answered:?}");
    server.restart().await;
    assert!(is_empty_200(&outcome(&server, &post, "heard").await));
    assert_eq!(heard(&server).await.len(), 1);
}

/// A database that does not answer: another program holds the table.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_hangs_is_not_waited_for_beyond_slacks_patience() {
    let database = Database::make();
    let mut server = hearing().await;
    server.restart_with(|settings| settings.store.url = Some(database.url().into())).await;
    let mut holding = Command::new(database.psql())
        .args([&database.url(), "-q", "-c", "BEGIN; LOCK TABLE chat_events; SELECT pg_sleep(60)"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the table is held", async || {
        let held = "SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'chat_events'::regclass";
        let found = Command::new(database.psql()).args([&database.url(), "-tAc", held]).output().unwrap();
        found.stdout.starts_with(b"1").then_some(())
    })
    .await;
    let post = APP.event(&APP.mention("Ev1", "help"), server.clock.now_ms());
    let mut waiting = JoinSet::new();
    waiting.spawn({
        let (post, address) = (post.clone(), server.address());
        async move { post.send(address).await }
    });
    let line = "bellhop_slack_requests_total{door=\"events\",outcome=\"unavailable\"}";
    // Not before its time: the request must be under way when the clock moves, which nothing outside can see.
    eventually("it is given up", async || {
        server.clock.advance(100);
        (server.metric(line).await == 1).then_some(())
    })
    .await;
    assert_eq!(waiting.join_next().await.unwrap().unwrap().status, 503);
    let waited_ms = server.clock.now_ms() - crate::kit::MIDDAY_MS;
    assert!(waited_ms >= 2000, "{waited_ms}");
    holding.kill().unwrap();
    holding.wait().unwrap();
    let release = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()";
    database.execute(release);
    // It was committed when the table was free, or it is now.
    let again = APP.event(&APP.mention("Ev1", "help"), server.clock.now_ms());
    eventually("it is heard", async || is_empty_200(&again.send(server.address()).await).then_some(())).await;
    assert_eq!(heard(&server).await.len(), 1);
}

/// Two nodes of one installation, each asked for the same at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn whichever_node_hears_it_it_is_heard_once() {
    let database = Database::make();
    let mut one = hearing().await;
    one.restart_with(|settings| settings.store.url = Some(database.url().into())).await;
    let key = one.settings.store.data_dir.join("encryption.key");
    let mut other = hearing().await;
    other
        .restart_with(|settings| {
            settings.store.url = Some(database.url().into());
            settings.store.encryption_key_file = Some(key);
        })
        .await;
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..REPEATS {
        let post = APP.event(&APP.mention(&format!("Ev{number}"), "help"), one.clock.now_ms());
        for server in [&one, &other, &one, &other] {
            let (post, address) = (post.clone(), server.address());
            sending.spawn(async move { post.send(address).await });
        }
    }
    while let Some(answered) = sending.join_next().await {
        assert!(is_empty_200(&answered.unwrap()));
    }
    let count = async |server: &TestServer, outcome: &str| {
        server.metric(&format!("bellhop_slack_requests_total{{door=\"events\",outcome=\"{outcome}\"}}")).await
    };
    let repeats = REPEATS as u64;
    assert_eq!(count(&one, "heard").await + count(&other, "heard").await, repeats);
    assert_eq!(count(&one, "repeated").await + count(&other, "repeated").await, 3 * repeats);
    assert_eq!(heard(&one).await.len(), REPEATS);
}
