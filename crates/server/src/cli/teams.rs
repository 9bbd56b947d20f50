//! `bellhop teams`: what makes Bellhop an app of Microsoft Teams, and whose a team is.

mod authorize;
mod icons;
mod manifest;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Teams {
    /// Make the app package that is uploaded to Microsoft Teams: manifest and icons.
    Manifest(manifest::Manifest),
    /// Let an account post to a team, whoever added the app to it.
    Authorize(authorize::Authorize),
}

impl Teams {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Manifest(manifest) => manifest.run(),
            Self::Authorize(authorize) => authorize.run().await,
        }
    }
}
