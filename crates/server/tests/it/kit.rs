//! What the tests stand on: a real server in this process, other people's services faked, a clock moved by hand.
//!
//! [`TestServer`] is the way in. Its drop fails the test if the outbox holds what the test did not announce.

mod api_client;
mod bot_framework;
mod clock;
mod connection;
mod database;
mod fake_aws;
mod fake_cloudwatch;
mod fake_collector;
mod fake_metrics;
mod fake_slack;
mod fake_slack_socket;
mod fake_sns;
mod fake_sqs;
mod fake_sts;
mod fake_teams;
mod fake_webhook;
mod furniture;
mod listing;
mod process;
mod protobuf;
mod requests;
mod serving;
mod slack_app;
mod test_server;
mod users;

use std::time::{Duration, Instant};

use serde_json::Value;

pub use api_client::{Answer, ApiClient, Call, Key};
pub use bot_framework::BotFramework;
pub use clock::{MIDDAY_MS, ManualClock};
pub use connection::Connection;
pub use database::Database;
pub use fake_aws::{AwsAnswer, AwsRequest, FakeAws, OWN_KEY};
pub use fake_cloudwatch::{CloudWatchAnswer, FakeCloudWatch};
pub use fake_collector::{CollectedSpan, FakeCollector};
pub use fake_metrics::{FakeMetrics, MetricsAnswer, PIXEL};
pub use fake_slack::{FakeSlack, SlackAnswer, SlackRequest};
pub use fake_slack_socket::{FakeSlackSocket, FromBellhop, SocketConnection};
pub use fake_sns::{FakeSns, Served, SnsPost, Visited};
pub use fake_sqs::FakeSqs;
pub use fake_sts::{FakeSts, StsAnswer};
pub use fake_teams::{APP_SECRET, FakeTeams, TeamsAnswer, TeamsRequest};
pub use fake_webhook::FakeWebhook;
pub use furniture::{CHIME_URL, Furniture, PERSON, everything, furnish, slack_app, with_spares};
pub use listing::Listing;
pub use process::BellhopProcess;
pub use requests::{Request, request};
pub use slack_app::{APP, OTHER_APP, SIGNATURE, SlackAnswered, SlackApp, SlackPost, TIMESTAMP};
pub use test_server::TestServer;
pub use users::{declare_policy, declare_user, user_arn};

/// The account of most tests, and its administrator's key.
pub const OPS: Key = Key { account_id: "123456789012", id: "AKIDOPS", secret: "ops-secret" };
/// Somebody else's account on the same server.
pub const OTHER: Key = Key { account_id: "210987654321", id: "AKIDOTHER", secret: "other-secret" };
/// The administrator that `bellhop dev` seeds.
pub const DEV: Key = Key { account_id: "123456789012", id: "test", secret: "test" };
/// A workspace that both accounts have authorised, each with a token of its own.
pub const TEAM: &str = "T0OPS";
pub const TEAM_NAME: &str = "Operations";
/// A team of Microsoft Teams that [`OPS`] may post to, and its tenant.
pub const TEAMS_TEAM: &str = "aaaaaaaa-2222-4333-8444-555555555555";
pub const TENANT: &str = "bbbbbbbb-7777-4888-9999-aaaaaaaaaaaa";
pub const OPS_TOKEN: &str = "xoxb-ops";
pub const ROLE: &str = "arn:aws:iam::123456789012:role/chatbot";
pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";
pub const OTHER_TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:builds";

/// How long real I/O may take before a test says that it will not happen.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Waits for real I/O of other tasks: looks until there is something, and fails with `what` if nothing comes.
/// For what the server's clock decides, move the clock instead.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// `base` with more members, or others.
pub fn with(mut base: Value, members: Value) -> Value {
    let (Some(base_members), Value::Object(members)) = (base.as_object_mut(), members) else {
        panic!("both are objects");
    };
    base_members.extend(members);
    base
}

/// The client of all requests of the tests. It follows nothing and ends.
pub fn http_client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}
