//! `bellhop serve`: the server that a settings file describes. Also how `dev` runs it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::say;
use crate::clock::SystemClock;
use crate::config::Settings;
use crate::state::{Mode, Server};

#[derive(Debug, Args)]
pub struct Serve {
    /// Settings file.
    #[arg(long, default_value = "bellhop.toml")]
    config: PathBuf,
}

impl Serve {
    pub async fn run(self) -> anyhow::Result<()> {
        run(Settings::of_file(&self.config)?, Mode::Serve, |_| None).await
    }
}

/// Serves until SIGTERM or SIGINT, and ends cleanly. `next_steps` says, for the server's URL, what to do when it is ready.
pub async fn run(
    settings: Settings,
    mode: Mode,
    next_steps: impl FnOnce(&str) -> Option<String>,
) -> anyhow::Result<()> {
    // Before anything is started: a signal that comes early must not kill half a start.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let server = Box::pin(Server::start(settings, mode, Arc::new(SystemClock))).await?;
    let url = format!("http://{}", server.address);
    say(&format!("bellhop ready {url}"));
    if let Some(text) = next_steps(&url) {
        say(&text);
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    server.stop().await;
    Ok(())
}
