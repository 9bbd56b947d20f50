//! The server that is measured: its settings, its process, and what a run asks of it besides the load (deliver one
//! request, read a counter; its configurations are in a file of their own). Known only by what an operator knows of it.

pub mod configurations;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::api::{ACCESS_KEY_ID, ACCOUNT_ID, SECRET_ACCESS_KEY};
use crate::http::{self, Connection};
use crate::process::{Process, free_port};
use crate::slack_events::{APP_ID, SIGNING_SECRET};

/// Settings that would keep a run from measuring the server: the rate at which an account may call, and how many
/// configurations it may have. Everything else is as users have it, audit records among it.
const LIFTED: [(&str, &str); 2] =
    [("BELLHOP_THROTTLE__REQUESTS_PER_SECOND", "0"), ("BELLHOP_LIMITS__CHAT_CONFIGURATIONS", "10000000")];

/// A workspace's share of messages has a highest setting, 1,000 a second: its channels are spread over several.
const WORKSPACES: usize = 4;

/// The workspace of the configuration with this number.
pub fn team_id(number: usize) -> String {
    format!("T{}BENCH", number % WORKSPACES)
}

/// What the caller may do. The key is a user's and not the account's root, whom no policy is asked about: that is how most calls of a
/// real installation are made.
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Action":"chatbot:*","Resource":"*"},
{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/bench",
"Condition":{"StringEquals":{"iam:PassedToService":"chatbot.amazonaws.com"}}}]}"#;

/// The standard variables by which a program finds AWS at an address, and has credentials there.
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>.
pub fn environment_of_aws(address: SocketAddr) -> [(&'static str, String); 4] {
    [
        ("AWS_ENDPOINT_URL", format!("http://{address}")),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
    ]
}

/// How to start the server: all that stays the same from one start to the next.
pub struct Installation {
    pub binary: PathBuf,
    /// The host of the signing certificate.
    pub certificate_host: SocketAddr,
    pub slack: SocketAddr,
}

/// What a measurement wants otherwise than the rest.
#[derive(Default)]
pub struct Otherwise<'a> {
    /// PostgreSQL; without, SQLite in the data directory.
    pub store_url: Option<&'a str>,
    /// Another Slack, or none that answers.
    pub slack: Option<SocketAddr>,
    /// What stands for all services of AWS. Without one, the server has no credentials either, and calls none.
    pub aws: Option<SocketAddr>,
    /// Lines of `[delivery]`.
    pub delivery: &'a str,
}

/// A running server.
pub struct Bellhop {
    process: Process,
    log: PathBuf,
}

impl Installation {
    /// Starts the server on `data_dir`, which may be new. Settings and log are kept beside it.
    pub fn start(&self, data_dir: &Path) -> anyhow::Result<Bellhop> {
        self.start_otherwise(data_dir, &Otherwise::default())
    }

    /// The same, with other settings.
    pub fn start_otherwise(&self, data_dir: &Path, otherwise: &Otherwise<'_>) -> anyhow::Result<Bellhop> {
        fs::create_dir_all(data_dir)?;
        let settings = data_dir.with_extension("toml");
        let log = data_dir.with_extension("log");
        fs::write(&settings, self.settings(data_dir, free_port()?, otherwise))?;
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--config"]).arg(&settings);
        // Nothing of the caller's environment changes what is measured, least of all real AWS credentials.
        command.env_clear().env("AWS_EC2_METADATA_DISABLED", "true").envs(LIFTED);
        if let Some(aws) = otherwise.aws {
            command.envs(environment_of_aws(aws));
        }
        let process = Process::start("bellhop", &mut command, &log)?;
        Ok(Bellhop { process, log })
    }

    fn settings(&self, data_dir: &Path, port: u16, otherwise: &Otherwise<'_>) -> String {
        let workspaces = (0..WORKSPACES).map(|number| {
            format!(
                "[[slack.workspaces]]\naccount_id = \"{ACCOUNT_ID}\"\nteam_id = \"{}\"\nteam_name = \"Bench\"\n\
                 bot_token = \"xoxb-bench\"\n",
                team_id(number)
            )
        });
        // The path is the only value that could need quoting; a literal TOML string takes all but a single quote.
        format!(
            r#"[server]
listen = "127.0.0.1:{port}"
[store]
data_dir = '{data_dir}'
{store_url}
[delivery]
{delivery}
[sns]
trusted_certificate_hosts = ["{certificate_host}"]
[slack]
api_url = "http://{slack}/api/"
[throttle]
requests_per_second = 0.0
[[slack.apps]]
app_id = "{APP_ID}"
signing_secret = "{SIGNING_SECRET}"
{workspaces}
[[accounts]]
account_id = "{ACCOUNT_ID}"
name = "bench"
[[users]]
account_id = "{ACCOUNT_ID}"
name = "bench"
[[access_keys]]
account_id = "{ACCOUNT_ID}"
access_key_id = "{ACCESS_KEY_ID}"
secret_access_key = "{SECRET_ACCESS_KEY}"
user = "bench"
[[policies]]
account_id = "{ACCOUNT_ID}"
name = "bench"
document = '''{POLICY}'''
attached_to = ["arn:aws:iam::{ACCOUNT_ID}:user/bench"]
"#,
            data_dir = data_dir.display(),
            store_url = otherwise.store_url.map(|url| format!("url = '{url}'")).unwrap_or_default(),
            delivery = otherwise.delivery,
            workspaces = workspaces.collect::<String>(),
            certificate_host = self.certificate_host,
            slack = otherwise.slack.unwrap_or(self.slack),
        )
    }
}

impl Bellhop {
    pub fn address(&self) -> SocketAddr {
        self.process.address
    }

    pub fn time_to_ready(&self) -> Duration {
        self.process.time_to_ready
    }

    pub fn resident_bytes(&self) -> anyhow::Result<u64> {
        self.process.resident_bytes()
    }

    pub fn peak_bytes(&self) -> anyhow::Result<u64> {
        self.process.peak_bytes()
    }

    pub fn cpu_time(&self) -> anyhow::Result<Duration> {
        self.process.cpu_time()
    }

    pub fn stop(self) -> anyhow::Result<()> {
        self.process.stop()
    }

    pub fn kill(self) -> anyhow::Result<()> {
        self.process.kill()
    }

    /// The server's log so far, its last lines: what to show when a measurement is not possible.
    pub fn log_tail(&self) -> String {
        crate::process::tail(&self.log)
    }

    /// Sends one request that must be answered 200, so that a wrong set-up shows before a run and with its reason.
    pub async fn expect_ok(&self, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        let answer = Connection::open(self.address()).await?.exchange(request).await?;
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(
            answer.status == 200,
            "answered {} instead of 200: {text}\nits log ends:\n{}",
            answer.status,
            self.log_tail()
        );
        Ok(answer.body)
    }

    /// How many SNS messages this process has counted as accepted: verified, committed and not seen before.
    pub async fn accepted(&self) -> anyhow::Result<u64> {
        self.counted("bellhop_sns_messages_total", "outcome=\"accepted\"").await
    }

    /// How many requests of Slack it has counted as heard: the same.
    pub async fn heard(&self) -> anyhow::Result<u64> {
        self.counted("bellhop_slack_requests_total", "outcome=\"heard\"").await
    }

    async fn counted(&self, name: &str, label: &str) -> anyhow::Result<u64> {
        let answer = http::get(self.address(), "/metrics").await?;
        ensure!(answer.status == 200, "/metrics answered {}", answer.status);
        let text = String::from_utf8_lossy(&answer.body);
        counter(&text, name, label).with_context(|| format!("/metrics has no counter `{name}{{{label}}}`"))
    }
}

/// The sum of a counter's samples that carry a label, or nothing if there is none.
/// Format: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
fn counter(text: &str, name: &str, label: &str) -> Option<u64> {
    let samples: Vec<u64> = text
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix('{')?.split_once("} "))
        .filter(|(labels, _)| labels.split(',').any(|pair| pair == label))
        .filter_map(|(_, value)| value.split(' ').next()?.parse().ok())
        .collect();
    if samples.is_empty() { None } else { Some(samples.iter().sum()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_summed_over_its_other_labels() {
        let text = "# TYPE bellhop_sns_messages counter\n\
                    bellhop_sns_messages_total{outcome=\"accepted\",kind=\"notification\"} 40\n\
                    bellhop_sns_messages_total{kind=\"confirmation\",outcome=\"accepted\"} 2\n\
                    bellhop_sns_messages_total{outcome=\"duplicate\"} 7\n\
                    bellhop_sns_messages_total_other{outcome=\"accepted\"} 9\n# EOF\n";
        assert_eq!(counter(text, "bellhop_sns_messages_total", "outcome=\"accepted\""), Some(42));
        assert_eq!(counter(text, "bellhop_sns_messages_total", "outcome=\"refused\""), None);
        assert_eq!(counter("", "bellhop_sns_messages_total", "outcome=\"accepted\""), None);
    }
}
