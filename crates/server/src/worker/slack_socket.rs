//! Keeps a socket of Socket Mode open for each connection that the settings name, and hears what comes through it.
//!
//! An envelope is acknowledged when it is committed and not before: what was not acknowledged, Slack says again, through any
//! socket. Slack renews each socket every few hours and says so before: a new one is opened while the old one is read to its
//! end. Whoever must act on a socket that does not open is told, and it is tried again slowly.

mod connection;

use std::sync::Arc;

use domain::delivery::Backoff;
use secrecy::SecretString;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::connection::{Connection, End};
use crate::app::SharedApp;
use crate::config::SlackAppSettings;
use crate::outbound::slack::NotOpened;

/// Between attempts that may mend themselves: anywhere up to a second, doubled with each failure in a row.
const BACKOFF: Backoff = Backoff { first_ms: 1000, max_ms: 60_000, give_up_after_ms: i64::MAX };
/// Between attempts that somebody must mend.
const REFUSED_PAUSE_MS: i64 = 5 * 60 * 1000;
/// A socket that stood so long was a good one: the next failure is the first.
const STOOD_MS: i64 = 60_000;
/// How long a socket that Slack is about to close is read beside its successor. Slack gives some ten seconds.
const LINGER_MS: i64 = 60_000;

/// The app whose sockets these are.
pub struct SocketApp {
    pub app_id: String,
    pub connections: u8,
    token: SecretString,
}

impl SocketApp {
    /// `None`: the app is not heard by Socket Mode.
    pub fn new(settings: &SlackAppSettings) -> Option<Self> {
        let token = settings.app_token.clone()?;
        Some(Self { app_id: settings.app_id.clone(), connections: settings.socket_connections, token })
    }
}

/// When the next socket is opened.
enum Next {
    AtOnce,
    /// After what [`BACKOFF`] says, and not before this much time.
    Failed(i64),
    Slowly,
}

pub async fn run(app: SharedApp, of: Arc<SocketApp>, stop: CancellationToken) {
    let mut failures = 0;
    let mut lingering = JoinSet::new();
    while !stop.is_cancelled() {
        let next = one_socket(&app, &of, &stop, &mut failures, &mut lingering).await;
        let wait_ms = match next {
            Next::AtOnce => 0,
            Next::Failed(at_least_ms) => {
                failures += 1;
                BACKOFF.delay_ms(failures, app.random.fraction()).max(at_least_ms)
            }
            Next::Slowly => REFUSED_PAUSE_MS,
        };
        let next_at_ms = app.clock.now_ms().saturating_add(wait_ms);
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.clock.sleep_until_ms(next_at_ms) => {}
        }
    }
    while lingering.join_next().await.is_some() {}
}

/// Opens a socket and hears it until it ends.
async fn one_socket(
    app: &SharedApp,
    of: &Arc<SocketApp>,
    stop: &CancellationToken,
    failures: &mut i64,
    lingering: &mut JoinSet<()>,
) -> Next {
    let opened = tokio::select! {
        () = stop.cancelled() => return Next::AtOnce,
        opened = app.slack.open_socket(&of.token) => opened,
    };
    let socket = match opened {
        Ok(socket) => socket,
        Err(NotOpened::Refused(reason)) => return refused(app, of, &reason).await,
        Err(NotOpened::Failed { reason, wait_ms }) => {
            tracing::warn!(app_id = of.app_id, reason, "no socket of Slack's is open; it is tried again");
            return Next::Failed(wait_ms.unwrap_or_default());
        }
    };
    let began_ms = app.clock.now_ms();
    let mut connection = Connection::new(app.clone(), of.clone(), socket);
    let end = connection.hear(stop).await;
    let stood = app.clock.now_ms().saturating_sub(began_ms) >= STOOD_MS;
    if stood {
        *failures = 0;
    }
    match end {
        End::Stopped => {
            connection.finish().await;
            Next::AtOnce
        }
        End::Renew => {
            tracing::debug!(app_id = of.app_id, "Slack renews a socket");
            // One at a time: whoever says this over and over gets no more of them.
            lingering.abort_all();
            while lingering.try_join_next().is_some() {}
            lingering.spawn(linger(app.clone(), connection, stop.clone()));
            if stood { Next::AtOnce } else { Next::Failed(0) }
        }
        End::Refused(reason) => refused(app, of, &reason).await,
        End::Broken(reason) => {
            tracing::warn!(app_id = of.app_id, %reason, "a socket of Slack's ended; another is opened");
            // At once where it stood: what happens meanwhile comes later, or through another socket.
            if stood { Next::AtOnce } else { Next::Failed(0) }
        }
    }
}

async fn refused(app: &SharedApp, of: &SocketApp, reason: &str) -> Next {
    let pause_ms = REFUSED_PAUSE_MS;
    tracing::error!(app_id = of.app_id, reason, pause_ms, "Slack is not heard by Socket Mode");
    app.slack_socket_refused(&of.app_id, reason).await;
    Next::Slowly
}

/// Reads a socket to its end beside its successor.
async fn linger(app: SharedApp, mut connection: Connection, stop: CancellationToken) {
    let until_ms = app.clock.now_ms().saturating_add(LINGER_MS);
    let reading = async {
        // Slack says it twice: in warning, and when it happens.
        while connection.hear(&stop).await == End::Renew {}
    };
    tokio::select! {
        () = reading => {}
        () = app.clock.sleep_until_ms(until_ms) => {}
    }
    connection.finish().await;
}
