//! The schema's versions: the same names for both engines, applied in order, never changed once released.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{Row as _, SqlStr};

use super::Role;
use crate::StoreError;

/// A version with its name and each engine's SQL. Embedded by hand: sqlx's macro for it would bring its compile-time query
/// checker into every build.
struct Version {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const VERSIONS: &[Version] = &[Version {
    number: 1,
    name: "initial",
    sqlite: include_str!("../../migrations/sqlite/0001_initial.sql"),
    postgres: include_str!("../../migrations/postgres/0001_initial.sql"),
}];

const FOUND: &str = "SELECT MAX(version) AS version FROM _sqlx_migrations";

pub(super) async fn sqlite(pool: &SqlitePool, role: Role) -> Result<(), StoreError> {
    if role == Role::Server {
        return migrator(|version| version.sqlite).run(pool).await.map_err(|error| failed(&error));
    }
    let row = sqlx::query(FOUND).fetch_one(pool).await?;
    check(row.try_get("version")?)
}

pub(super) async fn postgres(pool: &PgPool, role: Role) -> Result<(), StoreError> {
    if role == Role::Server {
        return migrator(|version| version.postgres).run(pool).await.map_err(|error| failed(&error));
    }
    let there = sqlx::query("SELECT 1 FROM information_schema.tables WHERE table_name = '_sqlx_migrations'");
    if there.fetch_optional(pool).await?.is_none() {
        return Err(StoreError::Unavailable(
            "the database is empty; `bellhop store migrate` or a server makes its tables".to_owned(),
        ));
    }
    let row = sqlx::query(FOUND).fetch_one(pool).await?;
    check(row.try_get("version")?)
}

/// A tool must not change the schema under a running server of another version.
fn check(found: Option<i64>) -> Result<(), StoreError> {
    let (found, known) = (found.unwrap_or(0), VERSIONS.last().map_or(0, |version| version.number));
    if found == known {
        return Ok(());
    }
    Err(StoreError::Unavailable(format!(
        "the data has schema {found} and this bellhop knows {known}; use the bellhop that serves from it"
    )))
}

fn migrator(sql: fn(&Version) -> &'static str) -> Migrator {
    let migration = |version: &Version| {
        let text = SqlStr::from_static(sql(version));
        Migration::new(version.number, Cow::Borrowed(version.name), MigrationType::Simple, text, false)
    };
    Migrator { migrations: VERSIONS.iter().map(migration).collect(), ..Migrator::DEFAULT }
}

fn failed(error: &MigrateError) -> StoreError {
    StoreError::Unavailable(match error {
        MigrateError::VersionMissing(version) => {
            format!("the data was written by a newer bellhop (schema {version}); start that version or a later one")
        }
        other => format!("the schema could not be brought up to date: {other}"),
    })
}
