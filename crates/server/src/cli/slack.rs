//! `bellhop slack`: an app of Slack, and the workspaces that accounts may post to with it. One file a verb.

mod authorize;
mod doctor;
mod install;
mod manifest;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Slack {
    /// Let an account post to a workspace, with the token of the app's bot.
    Authorize(authorize::Authorize),
    /// Make a link by which somebody authorises a workspace for an account in their browser.
    InstallUrl(install::InstallUrl),
    /// Print the manifest of an app, to be pasted where Slack makes an app from one.
    Manifest(manifest::Manifest),
    /// Look for what is missing: apps, tokens, scopes, channels; exit status 1 if something is. Nothing is changed.
    Doctor(doctor::Doctor),
}

impl Slack {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Authorize(authorize) => authorize.run().await,
            Self::InstallUrl(install) => install.run().await,
            Self::Manifest(manifest) => manifest.run(),
            Self::Doctor(doctor) => doctor.run().await,
        }
    }
}
