//! Slack's rule: an answer within three seconds, whatever else is going on. Measured by this machine's own clock, loosely.

use std::time::{Duration, Instant};

use server::clock::Clock as _;

use super::{heard, hearing, is_empty_200};
use crate::kit::{APP, OPS_TOKEN, SlackAnswer, TOPIC};

const AT_ONCE: usize = 200;
const SLACKS_PATIENCE: Duration = Duration::from_secs(3);

/// Slack does not answer us, and we answer Slack.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_are_answered_in_time_while_slack_itself_hangs() {
    let server = hearing().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    for token in [OPS_TOKEN, "xoxb-other"] {
        server.slack.token(token, Some(SlackAnswer::Hang));
    }
    server.publish_numbered(TOPIC, 10).await;
    server.leaves_pending(10);
    server.slack_requests("chat.postMessage", 1).await;
    let now_ms = server.clock.now_ms();
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..AT_ONCE {
        let id = format!("{number}");
        let post = match number % 3 {
            0 => APP.event(&APP.mention(&id, "help"), now_ms),
            1 => APP.slash(&APP.command(&id, "help"), now_ms),
            _ => APP.interaction(&APP.press(&id, "ticket"), now_ms),
        };
        let address = server.address();
        sending.spawn(async move {
            let began = Instant::now();
            (post.send(address).await, began.elapsed())
        });
    }
    let mut longest = Duration::ZERO;
    while let Some(answered) = sending.join_next().await {
        let (answered, took) = answered.unwrap();
        assert!(is_empty_200(&answered), "{answered:?}");
        longest = longest.max(took);
    }
    assert!(longest < SLACKS_PATIENCE, "{longest:?}");
    assert_eq!(heard(&server).await.len(), AT_ONCE);
}
