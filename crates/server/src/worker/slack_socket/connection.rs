//! One open socket: what comes through it is heard, what was committed is acknowledged, and silence is noticed.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::SocketApp;
use crate::app::SharedApp;
use crate::outbound::slack::{Farewell, Said, SlackSocket, SocketEnvelope};

/// Envelopes that are committed at the same time; they share commits. While there are so many, no more are read.
const HEARING_MAX: usize = 64;
/// Slack's own pings come more often (observed): after so much silence it is asked.
const SILENCE_MS: i64 = 30_000;
/// How long a ping, and the first word, are waited for.
const ANSWER_MS: i64 = 30_000;
/// How long what is being committed when the server stops is waited for.
const FINISH_MS: i64 = 5000;

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The server stops.
    Stopped,
    /// Slack will close it: it is still to be read.
    Renew,
    /// Somebody must act.
    Refused(String),
    Broken(String),
}

pub struct Connection {
    app: SharedApp,
    of: Arc<SocketApp>,
    socket: SlackSocket,
    /// Ids of envelopes, each with whether it may be acknowledged.
    hearing: JoinSet<(String, bool)>,
    /// When the silence is too long.
    due_at_ms: i64,
    /// Slack was asked whether it is there, or has not said a word yet.
    asked: bool,
}

impl Connection {
    pub fn new(app: SharedApp, of: Arc<SocketApp>, socket: SlackSocket) -> Self {
        let due_at_ms = app.clock.now_ms().saturating_add(ANSWER_MS);
        Self { app, of, socket, hearing: JoinSet::new(), due_at_ms, asked: true }
    }

    /// Hears until the connection ends, or is about to.
    pub async fn hear(&mut self, stop: &CancellationToken) -> End {
        loop {
            let has_room = self.hearing.len() < HEARING_MAX;
            let ended = tokio::select! {
                () = stop.cancelled() => Err(End::Stopped),
                Some(heard) = self.hearing.join_next() => self.acknowledge(heard).await,
                said = self.socket.next(), if has_room => match said {
                    Ok(said) => self.take(said).await,
                    Err(ended) => Err(End::Broken(ended.to_string())),
                },
                () = self.app.clock.sleep_until_ms(self.due_at_ms) => self.ask().await,
            };
            if let Err(end) = ended {
                return end;
            }
        }
    }

    /// Lets what is being committed end, acknowledges it, and says goodbye.
    pub async fn finish(mut self) {
        let app = self.app.clone();
        let until_ms = app.clock.now_ms().saturating_add(FINISH_MS);
        let finishing = async {
            while let Some(heard) = self.hearing.join_next().await {
                if self.acknowledge(heard).await.is_err() {
                    return;
                }
            }
            self.socket.close().await;
        };
        tokio::select! {
            () = finishing => {}
            () = app.clock.sleep_until_ms(until_ms) => {}
        }
    }

    async fn take(&mut self, said: Said) -> Result<(), End> {
        self.due_at_ms = self.app.clock.now_ms().saturating_add(SILENCE_MS);
        self.asked = false;
        match said {
            Said::StillThere => {}
            Said::Hello { app_id, connections } => return greeted(&self.app, &self.of, app_id, connections).await,
            Said::Envelope(envelope) => self.begin_to_hear(envelope),
            Said::Disconnect(farewell) => return Err(end(farewell)),
            Said::Unknown(what) => {
                tracing::warn!(app_id = self.of.app_id, what, "what Slack said through a socket is not understood");
            }
        }
        Ok(())
    }

    fn begin_to_hear(&mut self, envelope: SocketEnvelope) {
        let SocketEnvelope { id, kind, payload, retry } = envelope;
        if let Some(retry) = retry {
            let (attempt, reason) = (retry.attempt, retry.reason);
            self.app.metrics.slack_repeat(Some(&reason));
            tracing::info!(app_id = self.of.app_id, attempt, reason, "Slack says something again");
        }
        let (app, of) = (self.app.clone(), self.of.clone());
        self.hearing.spawn(async move { (id, app.hear_slack_socket(&of.app_id, kind, &payload).await) });
    }

    async fn acknowledge(&mut self, heard: Result<(String, bool), tokio::task::JoinError>) -> Result<(), End> {
        match heard {
            Ok((id, true)) => self.socket.acknowledge(&id).await.map_err(|ended| End::Broken(ended.to_string())),
            Ok((_, false)) => Ok(()),
            Err(error) => {
                tracing::error!(%error, "hearing ended badly; Slack says it again");
                Ok(())
            }
        }
    }

    /// It was silent for too long: is anybody there?
    async fn ask(&mut self) -> Result<(), End> {
        if self.asked {
            return Err(End::Broken("Slack does not answer a ping".to_owned()));
        }
        self.asked = true;
        self.due_at_ms = self.app.clock.now_ms().saturating_add(ANSWER_MS);
        self.socket.ping().await.map_err(|ended| End::Broken(ended.to_string()))
    }
}

/// The first word: whose socket it is.
async fn greeted(app: &SharedApp, of: &SocketApp, app_id: Option<String>, connections: Option<u64>) -> Result<(), End> {
    let own = &of.app_id;
    if let Some(other) = app_id.filter(|app_id| app_id != own) {
        return Err(End::Refused(format!(
            "the app-level token is that of the app `{other}`: set the one of `{own}` as its `slack.apps.app_token`"
        )));
    }
    tracing::info!(app_id = own, connections, "Slack is heard by Socket Mode");
    app.slack_socket_opened(own).await;
    Ok(())
}

fn end(farewell: Farewell) -> End {
    match farewell {
        Farewell::Refresh => End::Renew,
        Farewell::LinkDisabled => End::Refused(
            "Socket Mode was turned off in the app: turn it on, or take `slack.apps.app_token` out".to_owned(),
        ),
        Farewell::TooMany => End::Refused(
            "the app has more than ten sockets open, of all nodes together: lower `slack.apps.socket_connections`"
                .to_owned(),
        ),
        Farewell::Other(reason) => End::Broken(format!("Slack disconnected (`{reason}`)")),
    }
}
