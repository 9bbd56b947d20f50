//! Databases on the PostgreSQL that `cargo xtask bench` started for this run, one for each server that is measured.
//! Knows its address and its programs only; never starts or ends it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};

/// A PostgreSQL that runs.
pub struct Postgres {
    /// `postgres://USER@HOST:PORT/DATABASE`.
    pub url: String,
    /// The folder of `psql`.
    pub programs: PathBuf,
}

impl Postgres {
    /// Makes an empty database and answers its URL.
    pub fn database(&self, name: &str) -> anyhow::Result<String> {
        let url = with_database(&self.url, name).with_context(|| format!("`{}` names no database", self.url))?;
        self.psql(&format!("CREATE DATABASE {name}"))?;
        Ok(url)
    }

    /// What the server is and whether its commits are on the disk.
    pub fn describe(&self) -> anyhow::Result<String> {
        let said = self.psql("SELECT current_setting('server_version') || ', fsync ' || current_setting('fsync')")?;
        Ok(format!("PostgreSQL {}", said.trim()))
    }

    fn psql(&self, statement: &str) -> anyhow::Result<String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--dbname", &self.url, "--command", statement]);
        let done = psql.output().context("cannot run `psql`")?;
        ensure!(done.status.success(), "`{statement}`: {}", String::from_utf8_lossy(&done.stderr).trim());
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }
}

/// The URL with another database.
fn with_database(url: &str, name: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, _) = rest.split_once('/')?;
    Some(format!("{scheme}://{host}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_stands_last_in_the_url() {
        let url = with_database("postgres://bellhop@127.0.0.1:5432/postgres", "bench_sns");
        assert_eq!(url.as_deref(), Some("postgres://bellhop@127.0.0.1:5432/bench_sns"));
        assert_eq!(with_database("127.0.0.1:5432", "x"), None);
    }
}
