//! Opening a store: SQLite in a directory, or PostgreSQL by its URL. What the engines do differently is in `database/`.

mod migrations;
pub(crate) mod postgres;
mod sqlite;
mod waker;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;

use crate::chat_configurations::KeptConfigurations;
use crate::outbox::{Commits, GroupCommit};
use crate::sql::{Pool, Transaction, query};
use crate::{EncryptionKey, StoreError};

#[cfg(test)]
pub(crate) use migrations::schema_of;
pub(crate) use waker::Waker;

/// In the data directory, unless the operator keeps it elsewhere.
pub const KEY_FILE: &str = "encryption.key";
/// What is sealed in the table `installation`, to know the key again.
const KEY_CHECK: &str = "key_check";

/// Where the store lives and whether this process serves from it.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// Holds the SQLite database and what else a node keeps.
    pub data_dir: PathBuf,
    /// `postgres://…` of a database instead of SQLite.
    pub postgres: Option<PostgresSettings>,
    /// `encryption.key` in `data_dir` unless the operator keeps it elsewhere.
    pub encryption_key_file: Option<PathBuf>,
    pub role: Role,
}

#[derive(Debug, Clone)]
pub struct PostgresSettings {
    /// With a password: never logged.
    pub url: SecretString,
    pub max_connections: u32,
}

impl StoreSettings {
    /// SQLite in a directory, with its key beside it.
    pub fn in_directory(data_dir: impl Into<PathBuf>, role: Role) -> Self {
        Self { data_dir: data_dir.into(), postgres: None, encryption_key_file: None, role }
    }
}

/// Who opens the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Makes it if there is none and brings its schema up to date. Of a data directory there is one; it frees the leases
    /// of the one before.
    Server,
    /// Finds it as the server left it or says what is wrong; a server may be running beside.
    Tool,
    /// As a tool, and no server may run on the data directory meanwhile: whoever copies a store.
    Copier,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) writer: Pool,
    pub(crate) reader: Pool,
    pub(crate) key: Arc<EncryptionKey>,
    pub(crate) group_commit: GroupCommit,
    pub(crate) waker: Waker,
    pub(crate) kept: Arc<KeptConfigurations>,
    schema: Schema,
    /// Held until the last clone goes; the kernel frees it when the process dies, however it dies.
    _lock: Arc<Option<File>>,
}

/// The schema's version, as it was found and as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// 0: there was none.
    pub found: i64,
    pub now: i64,
}

/// What an engine's `open` gives.
struct Opened {
    writer: Pool,
    reader: Pool,
    waker: Waker,
    schema: Schema,
    lock: Option<File>,
    /// Nobody else changes what is stored while this process runs.
    alone: bool,
}

impl Store {
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let opened = match &settings.postgres {
            None => sqlite::open(settings).await?,
            Some(postgres) => postgres::open(postgres, settings.role).await?,
        };
        let key = open_key(settings, &opened).await?;
        let store = Self {
            group_commit: GroupCommit::start(Commits { pool: opened.writer.clone(), waker: opened.waker.clone() }),
            waker: opened.waker,
            writer: opened.writer,
            reader: opened.reader,
            key: Arc::new(key),
            kept: Arc::new(KeptConfigurations::new(opened.alone)),
            schema: opened.schema,
            _lock: Arc::new(opened.lock),
        };
        if opened.alone {
            store.free_leases().await?;
            store.free_chat_event_leases().await?;
            store.free_chat_command_leases().await?;
        }
        Ok(store)
    }

    pub fn encryption_key(&self) -> &EncryptionKey {
        &self.key
    }

    /// What opening it found and made of its schema.
    pub fn schema(&self) -> Schema {
        self.schema
    }

    /// Whether the store can be read and written at this moment; for `/readyz`.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.write().await?.rollback().await?;
        query("SELECT 1").fetch_all(&self.reader).await?;
        Ok(())
    }

    /// Finishes what is under way and closes every connection.
    pub async fn close(&self) {
        // The writer last: SQLite moves the log into the database as the last connection goes, if that one may write.
        self.reader.close().await;
        self.writer.close().await;
    }

    pub(crate) async fn write(&self) -> Result<Transaction, StoreError> {
        self.writer.begin().await
    }
}

/// The key of this store's secrets. A new store takes the key that is there, or a new one; one that has secrets is opened
/// with their key only: with another, whatever is sealed next could not be read by the other nodes.
async fn open_key(settings: &StoreSettings, opened: &Opened) -> Result<EncryptionKey, StoreError> {
    let file = settings.encryption_key_file.clone().unwrap_or_else(|| settings.data_dir.join(KEY_FILE));
    let unusable = |problem: &dyn std::fmt::Display| StoreError::Unavailable(format!("the encryption key: {problem}"));
    let check = query("SELECT sealed FROM installation WHERE name = $1").bind(KEY_CHECK);
    let known = check.fetch_optional(&opened.reader).await?;
    if known.is_none() && settings.role == Role::Server {
        sqlite::create_private(&settings.data_dir).map_err(|error| unusable(&error))?;
    }
    let key = match (&known, settings.role) {
        (None, Role::Server) => EncryptionKey::open_or_create(&file).map_err(|error| unusable(&error))?,
        _ => EncryptionKey::open(&file).map_err(|error| unusable(&error))?,
    };
    if known.is_none() && settings.role == Role::Server {
        query("INSERT INTO installation (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(KEY_CHECK)
            .bind(key.seal(KEY_CHECK, KEY_CHECK)?)
            .execute(&opened.writer)
            .await?;
    }
    // Read back: another node may have been first.
    let check = query("SELECT sealed FROM installation WHERE name = $1").bind(KEY_CHECK);
    let Some(row) = check.fetch_optional(&opened.writer).await? else { return Ok(key) };
    if key.unseal(KEY_CHECK, &row.try_get::<Vec<u8>>("sealed")?).is_none() {
        return Err(unusable(&format_args!(
            "`{}` is not the key that the secrets of this store are sealed with; put that key there, or name its file with \
             `store.encryption_key_file`",
            file.display()
        )));
    }
    Ok(key)
}
