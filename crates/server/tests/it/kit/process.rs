//! `bellhop` as a process of its own, for what one process cannot do to itself: die at once, or have another environment.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use server::clock::{Clock as _, SystemClock};

use super::{ApiClient, eventually, http_client};

/// Killed when it is dropped.
pub struct BellhopProcess {
    pub address: SocketAddr,
    child: Child,
}

impl BellhopProcess {
    /// `bellhop dev` on a free port with only these variables in its environment. Returns when it is ready.
    pub async fn dev(data_dir: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
        command
            .args(["dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .env_clear()
            // Nothing of this machine's AWS settings, and no question to a metadata service.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let ready = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(stdout).lines();
            let first = lines.next().map(Result::unwrap);
            // Reads on in the background: a full pipe would block the server.
            std::thread::spawn(move || lines.for_each(drop));
            first
        });
        let ready = ready.await.unwrap().expect("bellhop ended before it was ready");
        let address = ready.strip_prefix("bellhop ready http://").unwrap_or_else(|| panic!("{ready}"));
        Self { address: address.parse().unwrap(), child }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, as a service manager ends it; returns when it has ended.
    pub async fn terminate(&mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let ended = eventually("bellhop ends", async || self.child.try_wait().unwrap()).await;
        assert!(ended.success(), "{ended}");
    }

    pub fn api(&self) -> ApiClient {
        ApiClient { address: self.address, now_ms: SystemClock.now_ms(), http: http_client() }
    }
}

impl Drop for BellhopProcess {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
