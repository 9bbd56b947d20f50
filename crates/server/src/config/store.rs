//! `[store]`: where everything is kept.

use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use store::{PostgresSettings, Role};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    pub data_dir: PathBuf,
    /// `postgres://user:password@host/database` for any number of nodes; SQLite in `data_dir` unless set.
    pub url: Option<SecretString>,
    /// Connections of one node to PostgreSQL.
    pub max_connections: u32,
    /// Where the key that seals secrets is kept: `encryption.key` in `data_dir` unless set. Made if missing.
    pub encryption_key_file: Option<PathBuf>,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { data_dir: PathBuf::from("./bellhop-data"), url: None, max_connections: 16, encryption_key_file: None }
    }
}

impl StoreSettings {
    /// What a type alone cannot say: which key, and what it must be.
    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        let scheme = self.url.as_ref().map(|url| url.expose_secret().split(':').next().unwrap_or_default().to_owned());
        if scheme.is_some_and(|scheme| !matches!(scheme.as_str(), "postgres" | "postgresql")) {
            return Some(("store.url", "must begin with `postgres://`; leave it out for SQLite in `store.data_dir`"));
        }
        (self.max_connections < 2).then_some(("store.max_connections", "must be at least 2"))
    }

    /// How the store is opened.
    pub fn opened_as(&self, role: Role) -> store::StoreSettings {
        let max_connections = self.max_connections;
        store::StoreSettings {
            data_dir: self.data_dir.clone(),
            postgres: self.url.clone().map(|url| PostgresSettings { url, max_connections }),
            encryption_key_file: self.encryption_key_file.clone(),
            role,
        }
    }
}
