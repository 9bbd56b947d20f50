//! The composition root: settings in, a running server out. The only place that knows how all parts fit together.

mod declared_identities;

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use secrecy::{ExposeSecret as _, SecretString};
use store::{ConfiguredTeam, Role, SlackWorkspace, Store};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::app::{
    App, AuditQueue, CommandSessions, EventQueues, GroupMembers, Identities, JsonLines, Organization, Paces, Pauses,
    Pictures, Queue, RefusedQueue, SharedApp, SignIn, SigningSecrets, Silences, SlackOauth, Slots, TeamsInstallers,
    ThreadRules, Throttle, Undrawn, UnpostedTexts, Unrecorded, Unwritten, Watch, WholeTexts, server_name,
};
use crate::clock::SharedClock;
use crate::config::{PictureSettings, Settings, SlackAppSettings};
use crate::development_key::CERTIFICATE_PATH;
use crate::inbound;
use crate::metrics::Metrics;
use crate::outbound;
use crate::outbound::aws::managed_policies::ManagedPolicies;
use crate::outbound::aws::sts::Sts;
use crate::outbound::certificates::Certificates;
use crate::outbound::chime::ChimeClient;
use crate::outbound::cloudwatch_metrics::CloudWatchMetrics;
use crate::outbound::heartbeat::Heartbeat;
use crate::outbound::slack::{SLACK_API_URL, SlackClient};
use crate::outbound::sns::Sns;
use crate::outbound::teams::keys::{KeySource, TeamsKeys};
use crate::outbound::teams::{TeamsBot, TeamsClient};
use crate::random::Random;
use crate::worker;

/// A client that has not sent its headers by then is not one that we wait for.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests that are under way may take to end when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
pub const SANDBOX_API_PATH: &str = "sandbox/slack/api/";

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
    /// Commits audit records until all other tasks have ended.
    recorder: TaskTracker,
    stop: CancellationToken,
}

impl Server {
    pub async fn start(mut settings: Settings, mode: Mode, clock: SharedClock) -> anyhow::Result<Self> {
        let listener = listen(settings.server.listen, mode)?;
        let address = listener.local_addr()?;
        if mode == Mode::Dev {
            lead_teams_here(&mut settings, address)?;
        }
        let store = open_store(&settings, &clock).await?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (app, Waiting { unrecorded, unwritten, undrawn, unposted }) =
            compose(&settings, mode, address, store, clock, (&tasks, &stop))?;
        let app = Arc::new(app);
        // Before the first message is taken.
        app.look_at_silences().await?;
        let json_lines = settings.audit.json_lines.as_ref();
        let json_lines = json_lines.map(|path| JsonLines::open(path, app.metrics.audit_lines_lost())).transpose()?;
        let sandbox = match mode {
            Mode::Dev => Some(sandbox(&settings, &app, address, &tasks, &stop)?),
            Mode::Serve => None,
        };
        let connections = Handle::new();
        let mut server = axum_server::from_tcp(listener)?.handle(connections.clone());
        server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT);
        let routes = inbound::routes(app.clone(), sandbox).into_make_service_with_connect_info::<SocketAddr>();
        tasks.spawn(async move {
            if let Err(error) = server.serve(routes).await {
                tracing::error!(%error, "the server cannot listen any more");
            }
        });
        worker::start(&app, &tasks, &stop);
        worker::start_record_refused(&app, unwritten, &tasks, &stop);
        worker::start_draw_pictures(&app, undrawn, &tasks, &stop);
        worker::start_post_whole_texts(&app, unposted, &tasks, &stop);
        worker::start_cloudwatch(&app, &settings.cloudwatch, &tasks, &stop);
        worker::start_slack_sockets(&app, &settings.slack, &tasks, &stop);
        let recorder = TaskTracker::new();
        let recording = app.clone();
        recorder.spawn(async move { recording.commit_audit_records(unrecorded, json_lines).await });
        Ok(Self { address, app, connections, tasks, recorder, stop })
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
        // Now that no delivery is under way.
        self.app.flush_events().await;
        self.app.audit.close();
        self.recorder.close();
        self.recorder.wait().await;
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
async fn open_store(settings: &Settings, clock: &SharedClock) -> anyhow::Result<Store> {
    let store = Store::open(&settings.store.opened_as(Role::Server)).await?;
    let workspaces: Vec<SlackWorkspace> = settings
        .slack
        .workspaces
        .iter()
        .map(|workspace| SlackWorkspace {
            account_id: workspace.account_id.clone(),
            team_id: workspace.team_id.clone(),
            team_name: workspace.team_name.clone(),
            bot_token: workspace.bot_token.clone(),
            app_id: workspace.app_id.clone(),
            enterprise_id: None,
            bot_user_id: None,
            authorized_by: None,
            rotation: None,
            disabled_reason: None,
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
            disabled_reason: None,
        })
        .collect();
    let identities = declared_identities::of(settings);
    store.declare_identities(&identities, clock.now_ms()).await.context("the identities of the settings")?;
    store.declare_slack_workspaces(&workspaces).await.context("`slack.workspaces` of the settings")?;
    store.declare_configured_teams(&teams).await.context("`microsoft_teams.teams` of the settings")?;
    Ok(store)
}

/// The other ends of the queues that the app fills.
struct Waiting {
    unrecorded: Unrecorded,
    unwritten: Unwritten,
    undrawn: Undrawn,
    unposted: UnpostedTexts,
}

#[expect(clippy::too_many_lines, reason = "the one list of what the app is made of: a line each")]
fn compose(
    settings: &Settings,
    mode: Mode,
    address: SocketAddr,
    store: Store,
    clock: SharedClock,
    (tasks, stop): (&TaskTracker, &CancellationToken),
) -> anyhow::Result<(App, Waiting)> {
    let own_url = Url::parse(&format!("http://{address}/"))?;
    let mut trusted_hosts = settings.sns.trusted_certificate_hosts.clone();
    let slack_api_url = slack_api_url(settings, mode, &own_url)?;
    if mode == Mode::Dev {
        trusted_hosts.extend(domain::sns_message::TrustedHost::parse(&address.to_string()));
    }
    let timeout = Duration::from_secs(u64::from(settings.delivery.request_timeout_seconds));
    let public_url = settings.server.public_url.clone().unwrap_or(own_url);
    let teams_webhooks = teams_webhooks(settings);
    let (audit, unrecorded) = AuditQueue::new();
    let (refused, unwritten) = RefusedQueue::new();
    let (aws, own_aws) = outbound::aws::connect(settings.aws.clone(), clock.clone(), seed(&clock))?;
    let sts = Sts::new(own_aws.clone(), aws.clone());
    let metrics = CloudWatchMetrics::new(own_aws.clone(), aws.clone(), sts.clone(), clock.clone());
    let (pictures, undrawn) = Pictures::new(picture_settings(settings, mode), metrics);
    let (whole_texts, unposted) = WholeTexts::new();
    let app = App {
        command_sessions: CommandSessions::new(sts.clone(), ManagedPolicies::new(own_aws.clone())),
        sts,
        aws,
        audit,
        refused,
        audit_retention_days: settings.audit.retention_days,
        throttle: Throttle::new(&settings.throttle, &clock),
        regions: settings.server.regions.clone(),
        trusted_proxies: settings.server.trusted_proxies.clone(),
        requests: Arc::new(Semaphore::new(usize::try_from(settings.server.max_requests_in_flight)?)),
        tasks: tasks.clone(),
        stopping: stop.clone(),
        commands: settings.commands.clone(),
        approvals: settings.approvals()?,
        slots: Slots::new(&settings.commands),
        identities: Identities::default(),
        user_roles: settings.user_roles.iter().map(|role| (role.account_id.clone(), role.role_arn.clone())).collect(),
        sign_in: SignIn::new(&settings.sign_in, own_name(settings, address))?,
        certificates: Certificates::new(clock.clone())?,
        random: Random::from_seed(seed(&clock)),
        store,
        metrics: Metrics::new(settings.metrics.by_configuration),
        events: EventQueues::new(&settings.cloudwatch, &own_aws),
        signing_secrets: SigningSecrets::of(&settings.slack.apps),
        hears_slack: settings.slack.apps.iter().any(|app| app.signing_secret.is_some() || app.app_token.is_some()),
        slack: SlackClient::new(slack_api_url, timeout, clock.clone())?,
        slack_oauth: SlackOauth::new(&settings.slack.apps, &public_url)?,
        teams: TeamsClient::new(timeout, clock.clone(), teams_bot(settings, mode)?)?,
        teams_keys: TeamsKeys::new(clock.clone(), teams_issuers(settings)?)?,
        teams_installers: TeamsInstallers::new(&settings.microsoft_teams),
        chime: ChimeClient::new(settings.chime.api_url.clone(), timeout, clock.clone())?,
        account_names: settings.account_names(),
        unsupported: settings.notifications.unsupported,
        thread_rules: ThreadRules::new(&settings.threads),
        templates: settings.templates()?,
        heartbeat: Heartbeat::new(settings.operators.heartbeat_url.clone(), timeout)?,
        sns: Sns::new(own_aws.clone())?,
        queues: settings.ingest.sqs.iter().filter_map(|queue| Queue::new(queue, &own_aws)).map(Arc::new).collect(),
        trusted_hosts,
        sns_endpoint: sns_endpoint(&public_url)?,
        sns_is_local: settings.aws.endpoint("SNS").is_some(),
        limits: settings.limits,
        paces: Paces::new(settings.delivery.paces(), teams_webhooks.keys().cloned().collect()),
        teams_webhooks,
        backoff: settings.delivery.backoff(),
        breaker: settings.delivery.breaker(),
        accept_rules: settings.delivery.accept_rules(),
        rules: Arc::new(settings.rules()?),
        silences: Silences::default(),
        organization: Organization::new(settings.chat_policies()?),
        group_members: GroupMembers::default(),
        digest_after: i64::from(settings.delivery.digest_after),
        attempt_ms: settings.delivery.attempt_ms(),
        pauses: Pauses::default(),
        pictures,
        whole_texts,
        watch: Watch::new(settings.operators.configuration_arn.clone(), settings.operators.backlog_after_ms()),
        ledger_retention_days: settings.delivery.retention_days,
        topics_changed: tokio::sync::Notify::new(),
        clock,
    };
    Ok((app, Waiting { unrecorded, unwritten, undrawn, unposted }))
}

/// The twin needs no cloud: nobody's metadata service is asked for credentials.
fn picture_settings(settings: &Settings, mode: Mode) -> PictureSettings {
    let enabled = settings.pictures.enabled && (mode == Mode::Serve || crate::config::aws_credentials_are_named());
    PictureSettings { enabled, ..settings.pictures }
}

/// Slack's Web API: the one that the settings name, else the sandbox of `dev`, else Slack's own.
fn slack_api_url(settings: &Settings, mode: Mode, own_url: &Url) -> anyhow::Result<Url> {
    Ok(match (&settings.slack.api_url, mode) {
        (Some(url), _) => url.clone(),
        (None, Mode::Dev) => own_url.join(SANDBOX_API_PATH)?,
        (None, Mode::Serve) => Url::parse(SLACK_API_URL)?,
    })
}

/// By lane. That each has one was looked at when the settings were read.
fn teams_webhooks(settings: &Settings) -> HashMap<String, SecretString> {
    let webhooks = settings.microsoft_teams.webhooks.iter();
    webhooks.filter_map(|set| Some((set.destination()?, set.url.clone()))).collect()
}

/// The bot of the settings. The local twin has no Microsoft Graph.
pub fn teams_bot(settings: &Settings, mode: Mode) -> anyhow::Result<Option<TeamsBot>> {
    let Some(bot) = &settings.microsoft_teams.bot else { return Ok(None) };
    Ok(Some(TeamsBot {
        app_id: bot.app_id.as_str().to_owned(),
        app_password: bot.app_password.clone().context("`microsoft_teams.bot` has no `app_password`")?,
        tenant_id: bot.tenant_id.as_ref().map(|tenant_id| tenant_id.as_str().to_owned()),
        service_url: bot.service_url()?,
        login_url: bot.login_url()?,
        graph_url: match mode {
            Mode::Serve => Some(bot.graph_url()?),
            Mode::Dev => bot.graph_url.clone(),
        },
    }))
}

/// Who speaks for Teams. Whoever is not named here is not believed.
fn teams_issuers(settings: &Settings) -> anyhow::Result<Vec<(String, KeySource)>> {
    let Some(bot) = &settings.microsoft_teams.bot else { return Ok(Vec::new()) };
    Ok(vec![(bot.token_issuer().to_owned(), KeySource::Metadata(bot.openid_url()?))])
}

/// What those who log in to this server call it.
fn own_name(settings: &Settings, address: SocketAddr) -> String {
    let public = || server_name(settings.server.public_url.as_ref()?);
    let set = settings.sign_in.server_name.clone();
    set.or_else(public).unwrap_or_else(|| format!("localhost:{}", address.port()))
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

/// The bot of `dev` talks to the sandbox, and believes its tokens, wherever the settings do not say otherwise.
fn lead_teams_here(settings: &mut Settings, address: SocketAddr) -> anyhow::Result<()> {
    let Some(bot) = &mut settings.microsoft_teams.bot else { return Ok(()) };
    let here = Url::parse(&format!("http://{address}/sandbox/teams/"))?;
    for (url, path) in
        [(&mut bot.service_url, "connector/"), (&mut bot.login_url, "login/"), (&mut bot.openid_url, "openid")]
    {
        *url = Some(url.take().map_or_else(|| here.join(path), Ok)?);
    }
    Ok(())
}

/// The sandbox's Teams: the bot of the settings in their first team.
fn teams_tenant(settings: &Settings) -> Option<inbound::sandbox::Tenant> {
    let bot = settings.microsoft_teams.bot.as_ref()?;
    let team = settings.microsoft_teams.teams.first()?;
    Some(inbound::sandbox::Tenant {
        tenant_id: team.tenant_id.as_str().to_owned(),
        team_id: team.team_id.as_str().to_owned(),
        team_name: team.team_name.clone(),
        bot_app_id: bot.app_id.as_str().to_owned(),
        bot_password: bot.app_password.as_ref()?.expose_secret().to_owned(),
        issuer: bot.token_issuer().to_owned(),
    })
}

/// The sandbox plays the first workspace of the settings and its app.
fn sandbox(
    settings: &Settings,
    app: &SharedApp,
    address: SocketAddr,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Router> {
    let declared = settings.slack.workspaces.first().context("`dev` needs one of `slack.workspaces`")?;
    let its_own = |of: &&SlackAppSettings| declared.app_id.as_ref().is_none_or(|id| *id == of.app_id);
    let of = settings.slack.apps.iter().find(its_own).context("`dev` needs one of `slack.apps`")?;
    let secret = |secret: &Option<SecretString>, key: &'static str| {
        let secret = secret.as_ref().with_context(|| format!("`dev` needs `{key}`"));
        secret.map(|secret| secret.expose_secret().to_owned())
    };
    let workspace = inbound::sandbox::Workspace {
        team_id: declared.team_id.as_str().to_owned(),
        team_name: declared.team_name.clone(),
        bot_token: declared.bot_token.expose_secret().to_owned(),
        app: inbound::sandbox::SlackApp {
            app_id: of.app_id.clone(),
            client_id: of.client_id.clone().context("`dev` needs `slack.apps.client_id`")?,
            client_secret: secret(&of.client_secret, "slack.apps.client_secret")?,
            signing_secret: secret(&of.signing_secret, "slack.apps.signing_secret")?,
        },
        teams: teams_tenant(settings),
    };
    let clock = app.clock.clone();
    let outgoing = inbound::sandbox::Outgoing::new(Url::parse(&format!("http://{address}/"))?, tasks.clone())?;
    let router = inbound::sandbox::router(workspace, Arc::new(move || clock.now_ms()), outgoing, stop.clone());
    let certificate = inbound::development_sns::certificate(settings.store.data_dir.clone());
    Ok(router.route(CERTIFICATE_PATH, certificate))
}
