//! The schema's versions: the same names for both engines, applied in order, never changed once released.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{Row as _, SqlStr};

use super::{Role, Schema};
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
const TABLE_OF_SQLITE: &str = "SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations'";
const TABLE_OF_POSTGRES: &str = "SELECT 1 FROM information_schema.tables WHERE table_name = '_sqlx_migrations'";

pub(super) async fn sqlite(pool: &SqlitePool, role: Role) -> Result<Schema, StoreError> {
    let found: Option<i64> = match sqlx::query(TABLE_OF_SQLITE).fetch_optional(pool).await? {
        Some(_) => sqlx::query(FOUND).fetch_one(pool).await?.try_get("version")?,
        None => None,
    };
    if role == Role::Server {
        migrator(|version| version.sqlite).run(pool).await.map_err(|error| failed(&error))?;
    }
    made(found, role)
}

pub(super) async fn postgres(pool: &PgPool, role: Role) -> Result<Schema, StoreError> {
    let found: Option<i64> = match sqlx::query(TABLE_OF_POSTGRES).fetch_optional(pool).await? {
        Some(_) => sqlx::query(FOUND).fetch_one(pool).await?.try_get("version")?,
        None if role == Role::Server => None,
        None => {
            return Err(StoreError::Unavailable(
                "the database is empty; `bellhop store migrate` or a server makes its tables".to_owned(),
            ));
        }
    };
    if role == Role::Server {
        migrator(|version| version.postgres).run(pool).await.map_err(|error| failed(&error))?;
    }
    made(found, role)
}

/// A tool must not change the schema under a running server of another version.
fn made(found: Option<i64>, role: Role) -> Result<Schema, StoreError> {
    let (found, known) = (found.unwrap_or(0), VERSIONS.last().map_or(0, |version| version.number));
    if role == Role::Server || found == known {
        return Ok(Schema { found, now: known });
    }
    let remedy = if found < known {
        "stop the server and bring it up to date with `bellhop store migrate`, or use the bellhop that serves from it"
    } else {
        "use the bellhop that serves from it"
    };
    Err(StoreError::Unavailable(format!("the data has schema {found} and this bellhop knows {known}; {remedy}")))
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

/// What the migrations of an engine say, one after the other.
#[cfg(test)]
pub(crate) fn schema_of(engine: crate::sql::Engine) -> String {
    let text = |version: &Version| match engine {
        crate::sql::Engine::Sqlite => version.sqlite,
        crate::sql::Engine::Postgres => version.postgres,
    };
    VERSIONS.iter().map(text).collect()
}
