//! What the engines do differently when everything is copied: who else is there, what columns there are, and how rows are
//! numbered on. `copy` calls it.

use std::time::Duration;

use super::CopyError;
use super::tables::{TABLES, Table};
use crate::database::postgres::NODE;
use crate::sql::{Engine, Transaction, query, query_of};
use crate::{Store, StoreError};

/// How long the connections of a node that has just ended may still be seen.
const LINGERS: Duration = Duration::from_secs(5);
const LOOKED_AT_EVERY: Duration = Duration::from_millis(100);

/// What a column holds, on both engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Text,
    Integer,
    Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// Connections of servers to this database. A data directory has none: whoever opened it to copy holds its lock.
pub(super) async fn nodes(store: &Store) -> Result<i64, StoreError> {
    if store.writer.engine() == Engine::Sqlite {
        return Ok(0);
    }
    let mut left = LINGERS;
    loop {
        let row = query(
            "SELECT COUNT(*) AS count FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = $1",
        );
        let nodes = row.bind(NODE).fetch_one(&store.writer).await?.try_get("count")?;
        left = left.saturating_sub(LOOKED_AT_EVERY);
        if nodes == 0 || left.is_zero() {
            return Ok(nodes);
        }
        tokio::time::sleep(LOOKED_AT_EVERY).await;
    }
}

/// SQLite's write lock is this transaction's already.
pub(super) async fn keep_writers_out(transaction: &mut Transaction) -> Result<(), StoreError> {
    if transaction.engine() == Engine::Postgres {
        let tables = TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", ");
        query_of(format!("LOCK TABLE {tables} IN SHARE MODE")).execute(&mut *transaction).await?;
    }
    allow_silence(transaction).await
}

/// One side waits while the other is busy.
pub(super) async fn allow_silence(transaction: &mut Transaction) -> Result<(), StoreError> {
    if transaction.engine() == Engine::Postgres {
        query("SET LOCAL idle_in_transaction_session_timeout = 0").execute(transaction).await?;
    }
    Ok(())
}

/// In the order in which the table has them; empty if there is no such table.
pub(super) async fn columns(transaction: &mut Transaction, table: &Table) -> Result<Vec<Column>, CopyError> {
    let select = match transaction.engine() {
        Engine::Sqlite => query("SELECT name, type AS kind FROM pragma_table_info($1) ORDER BY cid"),
        Engine::Postgres => query(
            "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
        ),
    };
    let rows = select.bind(table.name).fetch_all(transaction).await?;
    rows.iter()
        .map(|row| {
            let kind = match row.try_get::<String>("kind")?.to_ascii_lowercase().as_str() {
                "text" => Kind::Text,
                "bigint" | "integer" => Kind::Integer,
                "blob" | "bytea" => Kind::Bytes,
                _ => return Err(CopyError::OtherColumns(table.name)),
            };
            Ok(Column { name: row.try_get("name")?, kind })
        })
        .collect()
}

/// Sees to it that the target never gives an id a second time, also none whose row is gone.
pub(super) async fn number_on(table: &Table, from: &mut Transaction, to: &mut Transaction) -> Result<(), StoreError> {
    let last = last_number(table, from).await?;
    if last == 0 {
        return Ok(());
    }
    match to.engine() {
        Engine::Sqlite => {
            let set = query("UPDATE sqlite_sequence SET seq = $2 WHERE name = $1").bind(table.name).bind(last);
            if set.execute(&mut *to).await? == 0 {
                let insert = query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)");
                insert.bind(table.name).bind(last).execute(to).await?;
            }
        }
        Engine::Postgres => {
            let set = query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)").bind(table.name).bind(last);
            set.fetch_one(to).await?;
        }
    }
    Ok(())
}

/// The last id that was given; 0 if none was.
async fn last_number(table: &Table, transaction: &mut Transaction) -> Result<i64, StoreError> {
    let largest = query_of(format!("SELECT COALESCE(MAX(id), 0) AS last FROM {}", table.name));
    let largest: i64 = largest.fetch_one(&mut *transaction).await?.try_get("last")?;
    let given = match transaction.engine() {
        Engine::Sqlite => query("SELECT seq AS last FROM sqlite_sequence WHERE name = $1").bind(table.name),
        Engine::Postgres => query(
            "SELECT last_value AS last FROM pg_sequences WHERE schemaname = current_schema()
                 AND sequencename = substring(pg_get_serial_sequence($1, 'id') FROM '[^.]*$') AND last_value IS NOT NULL",
        )
        .bind(table.name),
    };
    let given = given.fetch_optional(transaction).await?.map(|row| row.try_get::<i64>("last")).transpose()?;
    Ok(largest.max(given.unwrap_or(0)))
}
