//! Prometheus Alertmanager, which Bellhop's acceptance is compared with: Debian's `prometheus-alertmanager`, a process of its own. It is
//! posted one alert a request by its API v2, all of one name and each of another instance. It verifies nothing and keeps alerts in memory; its
//! receiver does nothing.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::ensure;
use serde_json::json;

use crate::http::{self, Connection};
use crate::load::{self, Requests, Run};
use crate::prepared::prepare_all;
use crate::process::{Process, free_port, tail};

pub const NAME: &str = "Alertmanager";
/// The route of every alert: to nobody, once in the longest time it allows.
const CONFIGURATION: &str =
    "route:\n  receiver: nobody\n  group_by: [alertname]\n  group_wait: 1h\nreceivers:\n  - name: nobody\n";

/// A running Alertmanager.
pub struct Alertmanager {
    process: Process,
    /// Alerts that were prepared so far: no two are the same.
    prepared: AtomicUsize,
}

impl Alertmanager {
    /// Starts the `program` on a new `directory` and waits until it takes an alert.
    pub async fn start(program: &Path, directory: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(directory)?;
        let configuration = directory.join("alertmanager.yml");
        fs::write(&configuration, CONFIGURATION)?;
        let log = directory.join("alertmanager.log");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let mut command = Command::new(program);
        command
            .arg(format!("--config.file={}", configuration.display()))
            .arg(format!("--storage.path={}", directory.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            // Alone: no gossip with others.
            .arg("--cluster.listen-address=")
            .arg("--log.level=warn")
            .env_clear();
        let alertmanager = Self {
            process: Process::start_at("prometheus-alertmanager", &mut command, address, &log)?,
            prepared: AtomicUsize::new(1),
        };
        let answer = Connection::open(address).await?.exchange(&alertmanager.post(0)).await?;
        ensure!(
            answer.status == 200,
            "it answered {}: {}\nits log ends:\n{}",
            answer.status,
            String::from_utf8_lossy(&answer.body),
            tail(&log)
        );
        Ok(alertmanager)
    }

    /// Load by as many new alerts as Bellhop is given notifications, at most for some seconds.
    pub async fn run(&self, connections: usize, seconds: Duration, count: usize) -> anyhow::Result<Run> {
        let first = self.prepared.fetch_add(count, Ordering::Relaxed);
        let requests = Requests::Once(Arc::new(prepare_all(count, |number| Ok(self.post(first + number)))?));
        let run = load::run(self.process.address, connections, seconds, &requests).await?;
        ensure!(run.ok() > 0 && run.refused.is_empty(), "Alertmanager refused alerts{}", run.refusals());
        Ok(run)
    }

    pub fn stop(self) -> anyhow::Result<()> {
        self.process.stop()
    }

    /// The words of the alarm that Bellhop is sent, as far as an alert has places for them.
    fn post(&self, number: usize) -> Vec<u8> {
        let alerts = json!([{
            "labels": {
                "alertname": "checkout-latency-p99",
                "instance": format!("benchmark{number:012}"),
                "severity": "critical",
                "namespace": "AWS/ApplicationELB",
                "region": "us-east-1",
            },
            "annotations": {
                "description": "The slowest hundredth of checkouts takes longer than 800 ms; runbook: checkout/latency",
                "summary": "Threshold Crossed: 1 out of the last 1 datapoints [1243.7] was greater than the threshold (800.0)",
            },
            "generatorURL": "https://console.aws.amazon.com/cloudwatch/home",
        }]);
        let host = self.process.address.to_string();
        let headers = [("host", host.as_str()), ("content-type", "application/json")];
        http::prepare("POST", "/api/v2/alerts", &headers, alerts.to_string().as_bytes())
    }
}
