//! The server under test, with a fake SNS and a fake Slack around it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use server::clock::Clock as _;
use server::config::{
    AccessKeySettings, ApprovalSettings, AuditSettings, AwsEnvironment, ChimeSettings, CloudWatchSettings,
    CommandSettings, ConfiguredTeamSettings, DeliverySettings, IngestSettings, LimitSettings, MetricsSettings,
    MicrosoftTeamsSettings, NotificationSettings, OperatorSettings, OrganizationSettings, PictureSettings,
    ServerSettings, Settings, SignInSettings, SlackSettings, SlackWorkspaceSettings, SnsSettings, StoreSettings,
    ThreadSettings, ThrottleSettings,
};
use server::state::{Mode, Server};
use store::outbox::{Delivery, DeliveryFilter, DeliveryState};
use store::{AuditOrder, AuditPosition, PersonId, Role, Store};
use tempfile::TempDir;
use wire::operations::Operation;

use super::{
    ApiClient, FakeSlack, FakeSns, Key, ManualClock, OPS, OPS_TOKEN, OTHER, ROLE, SnsPost, TEAM, TEAM_NAME, TEAMS_TEAM,
    TENANT,
};
use super::{eventually, http_client};

/// Deliveries of one test; none makes more.
const DELIVERIES_MAX: i64 = 1000;
/// Longer than the record of a read waits for company.
const AUDIT_LINGERS_MS: i64 = 100;
/// How often the server looks for what nobody told it.
const LOOKS_EVERY_MS: i64 = 1000;

/// A server of this process. Everything in its outbox must be delivered when it is dropped, but for what the test
/// announced with [`leaves_dead`](Self::leaves_dead) and [`leaves_pending`](Self::leaves_pending).
///
/// It needs `#[tokio::test(flavor = "multi_thread")]`: its drop waits for the outbox.
pub struct TestServer {
    pub clock: ManualClock,
    pub slack: FakeSlack,
    pub sns: FakeSns,
    pub settings: Settings,
    mode: Mode,
    server: Option<Server>,
    /// The outbox seen from outside, as `bellhop deliveries` does: it is there when the server is not.
    outbox: Store,
    http: reqwest::Client,
    dead: AtomicUsize,
    pending: AtomicUsize,
    _data_dir: TempDir,
}

impl TestServer {
    /// `bellhop serve`, with the accounts [`OPS`] and [`OTHER`], the workspace [`TEAM`], trusting the fake SNS alone.
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// The same with changed settings.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_in(Mode::Serve, change).await
    }

    /// `bellhop dev` as its embedded defaults make it, bar the port and the directory.
    pub async fn start_dev() -> Self {
        let dev = Settings::of_dev(&server::config::Overrides::default()).unwrap();
        Self::start_in(Mode::Dev, |settings| {
            settings.access_keys = dev.access_keys;
            settings.slack = dev.slack;
            settings.sns = dev.sns;
            settings.microsoft_teams = dev.microsoft_teams;
        })
        .await
    }

    /// The same by a clock that somebody else's server goes by too.
    pub async fn start_at(clock: ManualClock, change: impl FnOnce(&mut Settings)) -> Self {
        Box::pin(Self::start_by(clock, Mode::Serve, change)).await
    }

    async fn start_in(mode: Mode, change: impl FnOnce(&mut Settings)) -> Self {
        Box::pin(Self::start_by(ManualClock::at_midday(), mode, change)).await
    }

    async fn start_by(clock: ManualClock, mode: Mode, change: impl FnOnce(&mut Settings)) -> Self {
        let shared: server::clock::SharedClock = Arc::new(clock.clone());
        let slack = FakeSlack::start(shared.clone()).await;
        let sns = FakeSns::start(shared.clone()).await;
        let data_dir = tempfile::tempdir().unwrap();
        let mut settings = settings(&data_dir, &slack, &sns);
        change(&mut settings);
        let server = Server::start(settings.clone(), mode, shared).await.unwrap();
        Self {
            outbox: open_outbox(&data_dir).await,
            clock,
            slack,
            sns,
            settings,
            mode,
            server: Some(server),
            http: http_client(),
            dead: AtomicUsize::new(0),
            pending: AtomicUsize::new(0),
            _data_dir: data_dir,
        }
    }

    /// Stops the server and starts one on the same data, with changed settings.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut Settings)) {
        self.server.take().unwrap().stop().await;
        change(&mut self.settings);
        let clock = Arc::new(self.clock.clone());
        let server = Server::start(self.settings.clone(), self.mode, clock).await.unwrap();
        self.server = Some(server);
    }

    pub async fn restart(&mut self) {
        self.restart_with(|_| ()).await;
    }

    pub fn address(&self) -> SocketAddr {
        self.server.as_ref().unwrap().address
    }

    /// The server's own store, to close it under its feet.
    pub fn store(&self) -> &Store {
        self.server.as_ref().unwrap().store()
    }

    pub fn api(&self) -> ApiClient {
        ApiClient { address: self.address(), now_ms: self.clock.now_ms(), http: self.http.clone() }
    }

    /// Calls an operation as [`OPS`].
    pub async fn call(&self, operation: Operation, body: Value) -> super::Answer {
        self.call_as(OPS, operation, body).await
    }

    pub async fn call_as(&self, key: Key, operation: Operation, body: Value) -> super::Answer {
        self.api().call(operation, key).json(&body).send().await
    }

    /// Creates a configuration and answers its ARN.
    pub async fn configure(&self, name: &str, channel_id: &str, topic_arns: &[&str]) -> String {
        self.configure_as(OPS, name, channel_id, topic_arns).await
    }

    pub async fn configure_as(&self, key: Key, name: &str, channel_id: &str, topic_arns: &[&str]) -> String {
        let body = json!({
            "ConfigurationName": name,
            "SlackTeamId": self.settings.slack.workspaces[0].team_id.as_str(),
            "SlackChannelId": channel_id,
            "SlackChannelName": name,
            "IamRoleArn": format!("arn:aws:iam::{}:role/chatbot", key.account_id),
            "SnsTopicArns": topic_arns,
        });
        let answer = self.call_as(key, Operation::CreateSlackChannelConfiguration, body).await;
        let created = answer.ok(201);
        let arn = &created["ChannelConfiguration"]["ChatConfigurationArn"];
        arn.as_str().unwrap().to_owned()
    }

    /// Links a person of a configuration's channel to a role, as they do in chat.
    pub async fn link(&self, key: Key, configuration_arn: &str, person: &PersonId) {
        let (account_id, arn) = (key.account_id.parse().unwrap(), configuration_arn.parse().unwrap());
        let put = self.store().put_user_identity(&account_id, &arn, person, &ROLE.parse().unwrap(), None).await;
        assert!(put.unwrap().unwrap(), "there is no {configuration_arn}");
    }

    /// `GET path`: status and text.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address());
        let response = self.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// `POST /sns`: status and text.
    pub async fn post_sns(&self, post: &SnsPost) -> (u16, String) {
        self.api().post_sns(post).await
    }

    /// A notification by the fake SNS, which must be accepted.
    pub async fn publish(&self, topic_arn: &str, message: &str) {
        let post = self.sns.notification(topic_arn, message).signed();
        assert_eq!(self.post_sns(&post).await, (200, String::new()));
    }

    /// `message-1` to `message-N`.
    pub async fn publish_numbered(&self, topic_arn: &str, count: usize) {
        for number in 1..=count {
            self.publish(topic_arn, &format!("message-{number}")).await;
        }
    }

    /// The value of one line of `/metrics`; 0 if it is not there.
    pub async fn metric(&self, line: &str) -> u64 {
        let (status, text) = self.get("/metrics").await;
        assert_eq!(status, 200, "{text}");
        let value = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().unwrap())
    }

    /// All deliveries, the oldest first.
    pub async fn deliveries(&self) -> Vec<Delivery> {
        let mut deliveries = self.outbox.deliveries(DeliveryFilter::All, None, DELIVERIES_MAX).await.unwrap();
        deliveries.reverse();
        deliveries
    }

    /// The audit records that are committed, the oldest first.
    pub async fn audit_records(&self) -> Vec<Value> {
        let (from, to) = (AuditPosition::before(0), AuditPosition::before(i64::MAX));
        let records = self.outbox.audit_records(None, (from, to), AuditOrder::OldestFirst, DELIVERIES_MAX).await;
        records.unwrap().iter().map(|found| serde_json::from_str(&found.record).unwrap()).collect()
    }

    /// Waits until so many audit records are committed; those of reads are due a moment after the call.
    pub async fn audited(&self, count: usize) -> Vec<Value> {
        self.clock.advance(AUDIT_LINGERS_MS);
        eventually(&format!("{count} audit records"), async || {
            let records = self.audit_records().await;
            assert!(records.len() <= count, "more than {count}: {records:#?}");
            (records.len() == count).then_some(records)
        })
        .await
    }

    /// Waits until the server can do nothing more at this moment of the clock: nothing is under way, and whatever is
    /// pending waits for a later time. From here on nothing is sent until the clock moves or something arrives.
    pub async fn quiet(&self) {
        eventually("the server comes to rest", async || {
            let now_ms = self.clock.now_ms();
            // A channel that is served at this moment keeps the time at which it was due.
            let waits = |delivery: &Delivery| {
                delivery.state != DeliveryState::Pending
                    || delivery.due_at_ms.is_some_and(|due_at_ms| due_at_ms > now_ms)
            };
            self.deliveries().await.iter().all(waits).then_some(())
        })
        .await;
    }

    /// Lets this much time pass, and the server do what is then to do. What is under way ends before: a leap over a
    /// lease would take the channel from the worker that serves it.
    pub async fn pass(&self, milliseconds: i64) {
        self.quiet().await;
        self.clock.advance(milliseconds);
        self.quiet().await;
    }

    /// Waits for a number of requests of a method.
    pub async fn slack_requests(&self, method: &str, count: usize) -> Vec<super::SlackRequest> {
        eventually(&format!("{count} × {method}"), async || {
            let requests = self.slack.requests(method);
            assert!(requests.len() <= count, "more than {count} × {method}: {requests:#?}");
            (requests.len() == count).then_some(requests)
        })
        .await
    }

    /// Brings a delivery back to life, as `bellhop deliveries retry` does. That is another process, so the server sees it
    /// when it looks next: a second passes.
    pub async fn revive(&self, delivery: &Delivery) {
        assert!(self.outbox.revive(delivery.id, self.clock.now_ms()).await.unwrap());
        self.clock.advance(LOOKS_EVERY_MS);
        self.quiet().await;
    }

    /// The test ends with so many dead deliveries, and means it.
    pub fn leaves_dead(&self, count: usize) {
        self.dead.store(count, Ordering::Relaxed);
    }

    /// The test ends with so many undelivered, and means it.
    pub fn leaves_pending(&self, count: usize) {
        self.pending.store(count, Ordering::Relaxed);
    }

    async fn check_leftovers(&self) {
        let count = |deliveries: &[Delivery], state| deliveries.iter().filter(|found| found.state == state).count();
        let waiting = |found: &[Delivery]| count(found, DeliveryState::Pending) + count(found, DeliveryState::Held);
        let announced = (self.pending.load(Ordering::Relaxed), self.dead.load(Ordering::Relaxed));
        let left = eventually("deliveries under way end", async || {
            let deliveries = self.deliveries().await;
            let pending = waiting(&deliveries);
            // What is more than announced may be under way; if the clock must move for it, it is a leftover.
            let now_ms = self.clock.now_ms();
            let may_end = |found: &Delivery| found.due_at_ms.is_some_and(|due_at_ms| due_at_ms <= now_ms);
            (pending <= announced.0 || !deliveries.iter().any(may_end)).then_some(deliveries)
        })
        .await;
        let found = (waiting(&left), count(&left, DeliveryState::Dead));
        assert_eq!(found, announced, "(pending, dead) left over; the outbox: {left:#?}");
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // A test that failed has said why.
        if std::thread::panicking() {
            return;
        }
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                self.check_leftovers().await;
                if let Some(server) = self.server.take() {
                    server.stop().await;
                }
            });
        });
    }
}

async fn open_outbox(data_dir: &TempDir) -> Store {
    let settings = store::StoreSettings::in_directory(data_dir.path(), Role::Tool);
    Store::open(&settings).await.unwrap()
}

fn settings(data_dir: &TempDir, slack: &FakeSlack, sns: &FakeSns) -> Settings {
    let workspace = |key: Key, team_id: &str, team_name: &str, bot_token: &str| SlackWorkspaceSettings {
        account_id: key.account_id.parse().unwrap(),
        team_id: team_id.parse().unwrap(),
        team_name: team_name.to_owned(),
        bot_token: bot_token.into(),
        app_id: None,
    };
    let access_key = |key: Key| AccessKeySettings {
        account_id: key.account_id.parse().unwrap(),
        access_key_id: key.id.to_owned(),
        secret_access_key: key.secret.into(),
        user: None,
    };
    Settings {
        server: ServerSettings { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..ServerSettings::default() },
        store: StoreSettings { data_dir: data_dir.path().to_owned(), ..StoreSettings::default() },
        sns: SnsSettings {
            trusted_certificate_hosts: vec![domain::sns_message::TrustedHost::parse(&sns.host()).unwrap()],
        },
        slack: SlackSettings {
            apps: Vec::new(),
            api_url: Some(slack.api_url()),
            workspaces: vec![
                workspace(OPS, TEAM, TEAM_NAME, OPS_TOKEN),
                workspace(OTHER, TEAM, "Seen by others", "xoxb-other"),
                workspace(OTHER, "T0THEIRS", "Theirs", "xoxb-theirs"),
            ],
        },
        ingest: IngestSettings::default(),
        microsoft_teams: MicrosoftTeamsSettings {
            teams: vec![ConfiguredTeamSettings {
                account_id: OPS.account_id.parse().unwrap(),
                team_id: TEAMS_TEAM.parse().unwrap(),
                tenant_id: TENANT.parse().unwrap(),
                team_name: TEAM_NAME.to_owned(),
            }],
            webhooks: Vec::new(),
            bot: None,
            installers: Vec::new(),
        },
        // Nothing of a test leaves the machine: who posts to Chime starts a webhook of their own.
        chime: ChimeSettings { api_url: Some(slack.api_url()) },
        operators: OperatorSettings::default(),
        templates: Vec::new(),
        notifications: NotificationSettings::default(),
        threads: ThreadSettings::default(),
        rules: Vec::new(),
        // Nothing of a test asks this machine for AWS credentials.
        pictures: PictureSettings { enabled: false, ..PictureSettings::default() },
        approvals: ApprovalSettings::default(),
        commands: CommandSettings::default(),
        organization: OrganizationSettings::default(),
        delivery: DeliverySettings::default(),
        limits: LimitSettings::default(),
        // Time stands still here: a bucket would never be filled again.
        throttle: ThrottleSettings { requests_per_second: 0.0, ..ThrottleSettings::default() },
        audit: AuditSettings::default(),
        metrics: MetricsSettings::default(),
        cloudwatch: CloudWatchSettings::default(),
        accounts: Vec::new(),
        users: Vec::new(),
        access_keys: vec![access_key(OPS), access_key(OTHER)],
        policies: Vec::new(),
        sign_in: SignInSettings::default(),
        user_roles: Vec::new(),
        aws: AwsEnvironment::default(),
    }
}
