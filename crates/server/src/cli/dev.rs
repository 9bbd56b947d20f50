//! `bellhop dev`: the local twin. The same server on embedded defaults, with a sandbox for a chat platform.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::{Overrides, Settings};
use crate::state::Mode;

#[derive(Debug, Args)]
pub struct Dev {
    /// Loopback address and port to listen on [default: 127.0.0.1:4750].
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Where everything is kept [default: ./bellhop-data].
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

impl Dev {
    pub async fn run(self) -> anyhow::Result<()> {
        let settings = Settings::of_dev(&Overrides { listen: self.listen, data_dir: self.data_dir })?;
        let data_dir = settings.store.data_dir.clone();
        super::serve::run(settings, Mode::Dev, |url| Some(next_steps(url, &data_dir))).await
    }
}

/// The commands to copy next: they work as they stand, wherever this was started and with whatever flags.
fn next_steps(url: &str, data_dir: &Path) -> String {
    let topic = "arn:aws:sns:us-east-1:123456789012:alarms";
    let bellhop = std::env::args().next().unwrap_or_else(|| "bellhop".to_owned());
    let data_dir = data_dir.display();
    format!(
        "
The local twin: account 123456789012, access key test / test, Slack workspace T0SANDBOX.
Watch the channels at  {url}/sandbox

Configure a channel with the AWS CLI, then send it an alarm:

  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-2 AWS_ENDPOINT_URL_CHATBOT={url}
  aws chatbot create-slack-channel-configuration --configuration-name ops \\
      --slack-team-id T0SANDBOX --slack-channel-id C0OPS --slack-channel-name ops \\
      --iam-role-arn arn:aws:iam::123456789012:role/chatbot --sns-topic-arns {topic}
  {bellhop} events send --topic {topic} --sample cloudwatch-alarm \\
      --endpoint {url} --data-dir {data_dir}
"
    )
}
