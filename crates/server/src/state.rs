//! The composition root: settings in, a running server out. The only place that knows how all parts fit together.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use store::{AccessKey, ConfiguredTeam, SlackWorkspace, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::app::{App, SharedApp};
use crate::clock::SharedClock;
use crate::config::Settings;
use crate::development_key::CERTIFICATE_PATH;
use crate::inbound;
use crate::metrics::Metrics;
use crate::outbound::certificates::Certificates;
use crate::outbound::slack::{SLACK_API_URL, SlackClient};
use crate::outbound::sns::Sns;
use crate::random::Random;
use crate::worker;

/// A client that has not sent its headers by then is not one that we wait for.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests that are under way may take to end when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
const SANDBOX_API_PATH: &str = "sandbox/slack/api/";

/// Whether the local twin is around the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing seeded, nothing trusted beyond the settings.
    Serve,
    /// With the sandbox: it is the Slack that is called, and its development key may sign for SNS.
    Dev,
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    app: SharedApp,
    connections: Handle<SocketAddr>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Server {
    pub async fn start(settings: Settings, mode: Mode, clock: SharedClock) -> anyhow::Result<Self> {
        let listener = listen(settings.server.listen, mode)?;
        let address = listener.local_addr()?;
        let store = open_store(&settings).await?;
        let app = Arc::new(compose(&settings, mode, address, store, clock)?);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let sandbox = match mode {
            Mode::Dev => Some(sandbox(&settings, &app, &stop)?),
            Mode::Serve => None,
        };
        let connections = Handle::new();
        let mut server = axum_server::from_tcp(listener)?.handle(connections.clone());
        server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT);
        let routes = inbound::routes(app.clone(), sandbox).into_make_service();
        tasks.spawn(async move {
            if let Err(error) = server.serve(routes).await {
                tracing::error!(%error, "the server cannot listen any more");
            }
        });
        worker::start(&app, &tasks, &stop);
        Ok(Self { address, app, connections, tasks, stop })
    }

    /// What a test looks at to see that nothing is left over.
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// Lets requests and deliveries that are under way end, then closes the store.
    pub async fn stop(self) {
        self.stop.cancel();
        self.connections.graceful_shutdown(Some(STOP_TIMEOUT));
        self.tasks.close();
        self.tasks.wait().await;
        self.app.store.close().await;
    }
}

fn listen(address: SocketAddr, mode: Mode) -> anyhow::Result<TcpListener> {
    if mode == Mode::Dev && !address.ip().is_loopback() {
        anyhow::bail!(
            "`dev` has an administrator key that everybody knows: it listens on a loopback address only, not on `{address}`; \
             use `bellhop serve --config bellhop.toml` to be reached from elsewhere"
        );
    }
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on `{address}`; is another bellhop running? name another with --listen")
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Opens the store and makes what the settings declare so.
async fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    let store = Store::open(&store::StoreSettings {
        data_dir: settings.store.data_dir.clone(),
        encryption_key_file: settings.store.encryption_key_file.clone(),
        exclusive: true,
    })
    .await?;
    let keys: Vec<AccessKey> = settings
        .access_keys
        .iter()
        .map(|key| AccessKey {
            access_key_id: key.access_key_id.clone(),
            principal_arn: format!("arn:aws:iam::{}:root", key.account_id),
            account_id: key.account_id.clone(),
            secret_access_key: key.secret_access_key.clone(),
        })
        .collect();
    let workspaces: Vec<SlackWorkspace> = settings
        .slack
        .workspaces
        .iter()
        .map(|workspace| SlackWorkspace {
            account_id: workspace.account_id.clone(),
            team_id: workspace.team_id.clone(),
            team_name: workspace.team_name.clone(),
            bot_token: workspace.bot_token.clone(),
        })
        .collect();
    let teams: Vec<ConfiguredTeam> = settings
        .microsoft_teams
        .teams
        .iter()
        .map(|team| ConfiguredTeam {
            account_id: team.account_id.clone(),
            team_id: team.team_id.clone(),
            tenant_id: team.tenant_id.clone(),
            team_name: team.team_name.clone(),
        })
        .collect();
    store.declare_access_keys(&keys).await.context("`access_keys` of the settings")?;
    store.declare_slack_workspaces(&workspaces).await.context("`slack.workspaces` of the settings")?;
    store.declare_configured_teams(&teams).await.context("`microsoft_teams.teams` of the settings")?;
    Ok(store)
}

fn compose(
    settings: &Settings,
    mode: Mode,
    address: SocketAddr,
    store: Store,
    clock: SharedClock,
) -> anyhow::Result<App> {
    let own_url = Url::parse(&format!("http://{address}/"))?;
    let mut trusted_hosts = settings.sns.trusted_certificate_hosts.clone();
    let slack_api_url = match (&settings.slack.api_url, mode) {
        (Some(url), _) => url.clone(),
        (None, Mode::Dev) => own_url.join(SANDBOX_API_PATH)?,
        (None, Mode::Serve) => Url::parse(SLACK_API_URL)?,
    };
    if mode == Mode::Dev {
        trusted_hosts.extend(domain::sns_message::TrustedHost::parse(&address.to_string()));
    }
    let timeout = Duration::from_secs(u64::from(settings.delivery.request_timeout_seconds));
    let public_url = settings.server.public_url.clone().unwrap_or(own_url);
    Ok(App {
        certificates: Certificates::new(clock.clone())?,
        random: Random::from_seed(seed(&clock)),
        clock,
        store,
        metrics: Metrics::default(),
        slack: SlackClient::new(slack_api_url, timeout)?,
        sns: Sns::new()?,
        trusted_hosts,
        sns_endpoint: sns_endpoint(&public_url)?,
        sns_is_local: crate::config::sns_endpoint_is_overridden(),
        limits: settings.limits,
        pace: settings.pace(),
        backoff: settings.backoff(),
        topics_changed: tokio::sync::Notify::new(),
    })
}

/// `https://host/prefix` and `https://host/prefix/` both mean `https://host/prefix/sns`.
fn sns_endpoint(public_url: &Url) -> anyhow::Result<Url> {
    let base = public_url.as_str().trim_end_matches('/');
    Ok(Url::parse(&format!("{base}/sns"))?)
}

/// Jitter need not be unguessable, only different from node to node.
fn seed(clock: &SharedClock) -> u64 {
    u64::try_from(clock.now_ms()).unwrap_or(0) ^ u64::from(std::process::id()).rotate_left(32)
}

fn sandbox(settings: &Settings, app: &SharedApp, stop: &CancellationToken) -> anyhow::Result<Router> {
    use secrecy::ExposeSecret as _;
    let declared = settings.slack.workspaces.first().context("`dev` needs one of `slack.workspaces`")?;
    let workspace = inbound::sandbox::Workspace {
        team_id: declared.team_id.as_str().to_owned(),
        team_name: declared.team_name.clone(),
        bot_token: declared.bot_token.expose_secret().to_owned(),
    };
    let clock = app.clock.clone();
    let router = inbound::sandbox::router(workspace, Arc::new(move || clock.now_ms()), stop.clone());
    let certificate = inbound::development_sns::certificate(settings.store.data_dir.clone());
    Ok(router.route(CERTIFICATE_PATH, certificate))
}
