//! A database of the PostgreSQL that `cargo xtask rust` starts, for tests of several nodes and of a store that moves.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A database of the tests' PostgreSQL that goes with the test.
pub struct Database {
    server: String,
    psql: PathBuf,
    name: String,
}

impl Database {
    pub fn make() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the rule is about the server; whoever starts the tests names theirs"
        )]
        let variable = |name: &str| {
            std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; see `cargo xtask postgres`"))
        };
        let psql = Path::new(&variable("TEST_POSTGRES_PROGRAMS")).join("psql");
        let name = format!("server_{:032x}", u128::from_be_bytes(*uuid::Uuid::new_v4().as_bytes()));
        let database = Self { server: variable("TEST_POSTGRES_URL"), psql, name };
        database.execute(&format!("CREATE DATABASE {}", database.name));
        database
    }

    pub fn psql(&self) -> &Path {
        &self.psql
    }

    pub fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    pub fn execute(&self, sql: &str) {
        let done = Command::new(&self.psql).args([&self.server, "-q", "-c", sql]).status().unwrap();
        assert!(done.success(), "{sql}");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let _ = Command::new(&self.psql).args([&self.server, "-q", "-c", &drop]).status();
    }
}
