//! PostgreSQL, or what speaks its protocol: one pool that any number of nodes open on the same database.

use std::str::FromStr as _;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::migrations;
use super::{Opened, PostgresSettings, Role, Waker};
use crate::StoreError;
use crate::sql::Pool;

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements are short and few; those with lists exist once for each length.
const STATEMENTS_KEPT: usize = 500;
/// What each connection asks of the server. A node that is frozen in the middle of a transaction must not hold its rows
/// from the others, and a statement that waits longer than SNS does (15 s) is of no use to anybody.
const SESSION: &str = "SET statement_timeout = '10s'; SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '10s'; SET default_transaction_isolation = 'read committed'";

/// How a node's connections are called in `pg_stat_activity`: whoever copies looks for them there.
pub(crate) const NODE: &str = "bellhop";

fn application_name(role: Role) -> &'static str {
    match role {
        Role::Server => NODE,
        Role::Tool => "bellhop tool",
        Role::Copier => "bellhop copy",
    }
}

pub(super) async fn open(settings: &PostgresSettings, role: Role) -> Result<Opened, StoreError> {
    let options = PgConnectOptions::from_str(settings.url.expose_secret())
        .map_err(|error| StoreError::Unavailable(format!("`store.url` cannot be used: {error}")))?
        .application_name(application_name(role))
        .statement_cache_capacity(STATEMENTS_KEPT);
    let pool = PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| Box::pin(async move { connection.execute(SESSION).await.map(drop) }))
        .connect_with(options)
        .await
        .map_err(|error| StoreError::Unavailable(format!("cannot connect to PostgreSQL: {error}")))?;
    let schema = migrations::postgres(&pool, role).await?;
    let waker = match role {
        Role::Server => Waker::of_many_nodes(pool.clone()),
        // The servers look by themselves within a second.
        Role::Tool | Role::Copier => Waker::of_one_process(),
    };
    let pool = Pool::Postgres(pool);
    Ok(Opened { writer: pool.clone(), reader: pool, waker, schema, lock: None, alone: false })
}
