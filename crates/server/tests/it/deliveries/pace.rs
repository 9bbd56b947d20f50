//! Order and pace: one channel after the other's message, never faster than Slack takes it, never waiting for another.

use super::{listening, markers, times};
use crate::kit::{MIDDAY_MS, OTHER, OTHER_TOPIC, SlackAnswer, TOPIC, TestServer, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_gets_its_messages_in_the_order_of_their_acceptance() {
    let server = listening().await;
    server.publish_numbered(TOPIC, 8).await;
    server.quiet().await;
    for _ in 0..8 {
        server.pass(1000).await;
    }
    let expected: Vec<_> = (1..=8).map(|number| format!("message-{number}")).collect();
    assert_eq!(markers(&server.slack.posted("C1")), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_go_out_at_once_and_then_one_a_second() {
    let server = listening().await;
    server.publish_numbered(TOPIC, 6).await;
    server.quiet().await;
    for _ in 0..30 {
        server.pass(100).await;
    }
    let requests = server.slack.requests("chat.postMessage");
    assert_eq!(times(&requests, MIDDAY_MS), [0, 0, 0, 1000, 2000, 3000]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_time_gives_the_burst_back() {
    let server = listening().await;
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    server.pass(2000).await;
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    // Two of the burst are back, the third is not.
    assert_eq!(server.slack.requests("chat.postMessage").len(), 5);
    server.pass(999).await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 5);
    server.pass(1).await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pace_is_the_settings() {
    let server = TestServer::start_with(|settings| {
        settings.delivery.slack_burst = 1;
        settings.delivery.slack_messages_per_second = 2.0;
    })
    .await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    for _ in 0..10 {
        server.pass(100).await;
    }
    assert_eq!(times(&server.slack.requests("chat.postMessage"), MIDDAY_MS), [0, 500, 1000]);
}

/// Sixty messages against a Slack that refuses what comes too fast: all arrive and none is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_slack_with_a_bucket_of_our_size_refuses_nothing() {
    let server = listening().await;
    server.slack.allow(3, 1000);
    server.publish_numbered(TOPIC, 60).await;
    server.quiet().await;
    for _ in 0..60 {
        server.pass(1000).await;
    }
    assert_eq!(server.slack.posted("C1").len(), 60);
    assert_eq!(server.slack.requests("chat.postMessage").len(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slack_with_a_smaller_bucket_gets_everything_in_order_all_the_same() {
    let server = listening().await;
    server.slack.allow(1, 2000);
    server.publish_numbered(TOPIC, 10).await;
    server.quiet().await;
    for _ in 0..40 {
        server.pass(1000).await;
    }
    let expected: Vec<_> = (1..=10).map(|number| format!("message-{number}")).collect();
    assert_eq!(markers(&server.slack.posted("C1")), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_hangs_delays_no_other() {
    let server = TestServer::start_with(|settings| settings.delivery.request_timeout_seconds = 2).await;
    server.configure("slow", "CHANGS", &[TOPIC]).await;
    server.configure("quick", "CQUICK", &[TOPIC, OTHER_TOPIC]).await;
    server.slack.always("CHANGS", SlackAnswer::Hang);
    server.publish(TOPIC, "message-1").await;
    server.publish(OTHER_TOPIC, "message-2").await;
    let both = || (server.slack.posted("CQUICK").len() == 2).then_some(());
    eventually("the quick channel has its two", async || both()).await;
    let deliveries = server.deliveries().await;
    let slow = deliveries.iter().find(|found| found.destination.ends_with("CHANGS")).unwrap();
    assert_eq!(slow.attempts, 0, "the others waited for its time-out");
    // The attempt ends by that time-out, which is real time, and is made again after its back-off.
    eventually("the slow one is tried", async || server.slack.requests("chat.postMessage").get(2).cloned()).await;
    server.slack.always("CHANGS", SlackAnswer::Ok);
    server.quiet().await;
    server.pass(1000).await;
    assert_eq!(markers(&server.slack.posted("CHANGS")), ["message-1"]);
}

/// Slack's limit is the channel's: two accounts that configure one share its lane.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_share_a_channel_share_its_pace() {
    let server = listening().await;
    server.configure_as(OTHER, "ops", "C1", &[OTHER_TOPIC]).await;
    server.publish_numbered(TOPIC, 2).await;
    server.publish_numbered(OTHER_TOPIC, 2).await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C1").len(), 3);
    server.pass(1000).await;
    let tokens: Vec<_> = server.slack.posted("C1").iter().map(|post| post.token.clone()).collect();
    assert_eq!(tokens, ["xoxb-ops", "xoxb-ops", "xoxb-other", "xoxb-other"]);
}

/// Slack counts a workspace's messages together; who waits for that comes back one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn all_channels_of_a_workspace_share_its_pace() {
    let server = TestServer::start_with(|settings| settings.delivery.slack_workspace_messages_per_second = 1.0).await;
    for number in 0..24 {
        server.configure(&format!("ops-{number}"), &format!("C{number}"), &[TOPIC]).await;
    }
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    for _ in 0..50 {
        server.pass(100).await;
    }
    let times = times(&server.slack.requests("chat.postMessage"), MIDDAY_MS);
    assert_eq!(times[..20], [0; 20], "the burst");
    assert_eq!(times[20..], [1000, 2000, 3000, 4000]);
}
