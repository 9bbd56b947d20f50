//! `bellhop config check`: are these settings ones that the server would start with?

use std::path::PathBuf;

use clap::Subcommand;

use super::say;
use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Read a settings file and the environment, and say what is wrong with them.
    Check {
        /// Settings file.
        #[arg(long, default_value = "bellhop.toml")]
        config: PathBuf,
    },
}

impl Config {
    pub fn run(self) -> anyhow::Result<()> {
        let Self::Check { config } = self;
        let settings = Settings::of_file(&config)?;
        settings.templates()?;
        say(&format!(
            "`{}` is good: listens on {}, keeps its data in `{}`, {} access keys, {} Slack workspaces, {} trusted SNS hosts beside Amazon's",
            config.display(),
            settings.server.listen,
            settings.store.data_dir.display(),
            settings.access_keys.len(),
            settings.slack.workspaces.len(),
            settings.sns.trusted_certificate_hosts.len(),
        ));
        Ok(())
    }
}
