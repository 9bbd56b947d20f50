//! `bellhop slack`: an app of Slack, and the workspaces that accounts may post to with it. One file a verb.

mod doctor;
mod manifest;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Slack {
    /// Print the manifest of an app, to be pasted where Slack makes an app from one.
    Manifest(manifest::Manifest),
    /// Look for what is missing: apps, tokens, scopes, channels; exit status 1 if something is. Nothing is changed.
    Doctor(doctor::Doctor),
}

impl Slack {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Manifest(manifest) => manifest.run(),
            Self::Doctor(doctor) => doctor.run().await,
        }
    }
}
