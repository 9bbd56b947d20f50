//! The program under test, run as its users run it: `bellhop dev` as a process. For `chatbot.rs` beside it; knows only what is
//! documented and imports nothing of Bellhop.

use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What the program prints first, before its URL.
const READY: &str = "bellhop ready ";

/// One `bellhop dev` on a free port. Killed when it is dropped.
pub struct Bellhop {
    pub url: String,
    child: Child,
}

impl Bellhop {
    /// Returns when it is ready to answer.
    pub fn start(data_dir: &Path) -> io::Result<Self> {
        let binary = binary()?;
        let mut child = Command::new(&binary)
            .args(["dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            // Nothing of this machine's AWS settings, and no question to a metadata service.
            .env_clear()
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("HOME", data_dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                let remedy = "build it with `cargo build --package server`, or name one in BELLHOP_BINARY";
                io::Error::other(format!("`{}` cannot be started ({error}): {remedy}", binary.display()))
            })?;
        let mut lines = BufReader::new(child.stdout.take().ok_or_else(|| io::Error::other("no pipe"))?).lines();
        let first = lines.next().unwrap_or_else(|| Err(io::Error::other("bellhop ended before it was ready")))?;
        // Reads on in the background: a full pipe would block the server.
        std::thread::spawn(move || lines.for_each(drop));
        let url = first.strip_prefix(READY).ok_or_else(|| io::Error::other(format!("not `{READY}…`: `{first}`")))?;
        Ok(Self { url: url.to_owned(), child })
    }
}

impl Drop for Bellhop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary of the same profile; `cargo test --workspace` builds it before any test runs.
#[expect(clippy::disallowed_methods, reason = "the rule is about the server; a test is told from outside what to test")]
fn binary() -> io::Result<PathBuf> {
    if let Some(path) = std::env::var_os("BELLHOP_BINARY") {
        return Ok(path.into());
    }
    // target/debug/deps/sdk-0123 -> target/debug/bellhop
    let test = std::env::current_exe()?;
    let profile = test.ancestors().nth(2).ok_or_else(|| io::Error::other("a test outside a target folder"))?;
    Ok(profile.join("bellhop").with_extension(std::env::consts::EXE_EXTENSION))
}
