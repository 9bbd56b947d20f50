//! SQLite in the data directory: one connection that writes, a few that read, and the lock that keeps a second server out.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::migrations;
use super::{Opened, Role, StoreSettings, Waker};
use crate::StoreError;
use crate::sql::Pool;

/// Readers beside the one writer; more do not help on the few cores that one node has.
const READERS: u32 = 4;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Another process (`bellhop deliveries retry`) may be writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements are short and few; those with lists exist once for each length.
const STATEMENTS_KEPT: usize = 500;
const DATABASE_FILE: &str = "bellhop.db";
const LOCK_FILE: &str = "bellhop.lock";

pub(super) async fn open(settings: &StoreSettings) -> Result<Opened, StoreError> {
    let (directory, serves) = (&settings.data_dir, settings.role == Role::Server);
    let unusable = |problem: &dyn std::fmt::Display| {
        let directory = directory.display();
        StoreError::Unavailable(format!("the data directory `{directory}` cannot be used: {problem}"))
    };
    if serves {
        create_private(directory).map_err(|error| unusable(&error))?;
    }
    let file = directory.join(DATABASE_FILE);
    if !serves && !file.exists() {
        return Err(unusable(&format_args!("there is no `{DATABASE_FILE}` in it; start the server first")));
    }
    let lock = match settings.role {
        Role::Server | Role::Copier => Some(lock(directory)?),
        Role::Tool => None,
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(serves)
        .journal_mode(SqliteJournalMode::Wal)
        // A 200 to SNS promises that a power cut does not lose the message: every commit reaches the disk.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS_KEPT);
    let pool = |size| SqlitePoolOptions::new().max_connections(size).acquire_timeout(ACQUIRE_TIMEOUT);
    let writer = pool(1)
        // When the disk fails or is full, SQLite takes the transaction back by itself. The driver goes on counting it and
        // would refuse every later one: such a connection is replaced.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.clone())
        .await?;
    let schema = migrations::sqlite(&writer, settings.role).await?;
    let reader = pool(READERS).min_connections(1).connect_with(options.read_only(true)).await?;
    let (writer, reader) = (Pool::Sqlite(writer), Pool::Sqlite(reader));
    Ok(Opened { writer, reader, waker: Waker::of_one_process(), schema, lock, alone: serves })
}

/// What only this user may read: the key is in it.
pub(super) fn create_private(directory: &Path) -> std::io::Result<()> {
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
