//! The connections: one that writes, a few that read, and the lock that keeps a second server out.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Row as _, SqlStr, Sqlite, Transaction};
use tokio::sync::Notify;

use crate::chat_configurations::KeptConfigurations;
use crate::outbox::GroupCommit;
use crate::{EncryptionKey, StoreError};

/// Readers beside the one writer; more do not help on the few cores that one node has.
const READERS: u32 = 4;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Another process (`bellhop deliveries retry`) may be writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const DATABASE_FILE: &str = "bellhop.db";
const LOCK_FILE: &str = "bellhop.lock";
const KEY_FILE: &str = "encryption.key";

/// Embedded by hand: sqlx's macro for it would bring its compile-time query checker into every build.
const MIGRATIONS: &[(i64, &str, &str)] = &[(1, "initial", include_str!("../migrations/sqlite/0001_initial.sql"))];

/// Where the store lives and whether this process serves from it.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    pub data_dir: PathBuf,
    /// `encryption.key` in `data_dir` unless the operator keeps it elsewhere.
    pub encryption_key_file: Option<PathBuf>,
    /// A server takes the lock of `data_dir` and frees the leases of the one before; a command line tool does not.
    pub exclusive: bool,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) writer: SqlitePool,
    pub(crate) reader: SqlitePool,
    pub(crate) key: Arc<EncryptionKey>,
    pub(crate) group_commit: GroupCommit,
    pub(crate) lane_due: Arc<Notify>,
    pub(crate) kept: Arc<KeptConfigurations>,
    /// Held until the last clone goes; the kernel frees it when the process dies, however it dies.
    _lock: Arc<Option<File>>,
}

impl Store {
    /// Opens the store in `data_dir`. A server makes it if there is none and brings its schema up to date; a tool finds
    /// it as the server left it or says what is wrong.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let directory = &settings.data_dir;
        let key_file = settings.encryption_key_file.clone().unwrap_or_else(|| directory.join(KEY_FILE));
        let unusable = |problem: &dyn std::fmt::Display| {
            let directory = directory.display();
            StoreError::Unavailable(format!("the data directory `{directory}` cannot be used: {problem}"))
        };
        let (lock, key) = if settings.exclusive {
            create_private(directory).map_err(|error| unusable(&error))?;
            (Some(lock(directory)?), EncryptionKey::open_or_create(&key_file))
        } else {
            (None, EncryptionKey::open(&key_file))
        };
        let key = key.map_err(|error| unusable(&error))?;
        let options = SqliteConnectOptions::new()
            .filename(directory.join(DATABASE_FILE))
            .create_if_missing(settings.exclusive)
            .journal_mode(SqliteJournalMode::Wal)
            // A 200 to SNS promises that a power cut does not lose the message: every commit reaches the disk.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = |size| SqlitePoolOptions::new().max_connections(size).acquire_timeout(ACQUIRE_TIMEOUT);
        let writer = pool(1)
            // When the disk fails or is full, SQLite takes the transaction back by itself. The driver goes on counting it and
            // would refuse every later one: such a connection is replaced.
            .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
        if settings.exclusive {
            migrator().run(&writer).await.map_err(|error| migration_failed(&error))?;
        } else {
            check_schema(&writer).await?;
        }
        let reader = pool(READERS).min_connections(1).connect_with(options.read_only(true)).await?;
        let lane_due = Arc::new(Notify::new());
        let store = Self {
            group_commit: GroupCommit::start(writer.clone(), lane_due.clone()),
            lane_due,
            writer,
            reader,
            key: Arc::new(key),
            kept: Arc::new(KeptConfigurations::new(settings.exclusive)),
            _lock: Arc::new(lock),
        };
        if settings.exclusive {
            store.free_leases().await?;
        }
        Ok(store)
    }

    pub fn encryption_key(&self) -> &EncryptionKey {
        &self.key
    }

    /// Whether the store can be read and written at this moment; for `/readyz`.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.write().await?.rollback().await?;
        sqlx::query("SELECT 1").execute(&self.reader).await?;
        Ok(())
    }

    /// Finishes what is under way and closes every connection.
    pub async fn close(&self) {
        // The writer last: SQLite moves the log into the database as the last connection goes, if that one may write.
        self.reader.close().await;
        self.writer.close().await;
    }

    /// A transaction that holds SQLite's write lock from its first moment, so that it cannot fail half-way as busy.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

fn create_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join(LOCK_FILE);
    let failed = |problem: String| StoreError::Unavailable(format!("cannot lock `{}`: {problem}", path.display()));
    let file = File::create(&path).map_err(|error| failed(error.to_string()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(failed(
            "another bellhop serves from this directory; stop it or name another with --data-dir".to_owned(),
        )),
        Err(std::fs::TryLockError::Error(error)) => Err(failed(error.to_string())),
    }
}

/// A tool must not change the schema under a running server of another version.
async fn check_schema(writer: &SqlitePool) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT MAX(version) AS version FROM _sqlx_migrations").fetch_one(writer).await?;
    let found: i64 = row.try_get("version")?;
    let known = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    if found == known {
        return Ok(());
    }
    Err(StoreError::Unavailable(format!(
        "the data has schema {found} and this bellhop knows {known}; use the bellhop that serves from it"
    )))
}

fn migrator() -> Migrator {
    let migration = |&(version, description, sql): &(i64, &'static str, &'static str)| {
        Migration::new(version, description.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator { migrations: MIGRATIONS.iter().map(migration).collect(), ..Migrator::DEFAULT }
}

fn migration_failed(error: &MigrateError) -> StoreError {
    StoreError::Unavailable(match error {
        MigrateError::VersionMissing(version) => {
            format!("the data was written by a newer bellhop (schema {version}); start that version or a later one")
        }
        other => format!("the schema could not be brought up to date: {other}"),
    })
}
