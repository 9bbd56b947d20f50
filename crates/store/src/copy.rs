//! Moving an installation: everything that one store has, into another that is empty, whatever engines they are of.
//!
//! `bellhop store copy` calls it. The source is read under locks that keep every writer out, and all that it has is written
//! in one transaction of the target: a copy that fails half-way leaves nothing. Ids stay, because digests, threads and
//! operators name them; leases do not, because whoever held them serves from the source. Secrets stay sealed: the target
//! needs the key of the source.

mod engines;
mod tables;

use crate::outbox::rows_of_placeholders;
use crate::sql::{Engine, Query, Row, Transaction, Value, query_of};
use crate::{Store, StoreError};

use engines::{Column, Kind};
use tables::{TABLES, Table};

/// Rows that are read and written at a time. A message may be more than a megabyte.
const PAGE: usize = 100;
/// Keys that are counted at a time: a statement has ten seconds.
const COUNTED: i64 = 10_000;
/// When the lease of a lane ends. A turn's stays: it may stand for what must happen once, whoever serves.
const LEASE: (&str, &str) = ("destinations", "leased_until_ms");

/// What became of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedTable {
    pub table: &'static str,
    pub rows: u64,
}

/// All that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub tables: Vec<CopiedTable>,
    /// Texts with a NUL character, which PostgreSQL cannot keep: U+FFFD stands for it there.
    pub texts_changed: u64,
}

/// Why nothing was copied.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CopyError {
    #[error("the target has rows in `{0}` already: name an empty database, or a directory that is new")]
    TargetNotEmpty(&'static str),
    #[error(
        "{nodes} connections of bellhop servers to the {which} are open: stop every node that serves from it first"
    )]
    InUse { which: &'static str, nodes: i64 },
    #[error("the table `{0}` has other columns in the source than in the target: use the bellhop that serves from it")]
    OtherColumns(&'static str),
    #[error(
        "the table `{table}` has {source_rows} rows and its copy {target_rows}: the copy was taken back, try it again"
    )]
    Differs { table: &'static str, source_rows: u64, target_rows: u64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Copies everything into `target` and answers how much it was. Both were opened as [`Role::Copier`](crate::Role). `said`
    /// hears how many rows of a table are written, as they are; who drops the future takes the whole copy back.
    pub async fn copy_to(&self, target: &Self, mut said: impl FnMut(CopiedTable)) -> Result<Copied, CopyError> {
        for (store, which) in [(self, "source"), (target, "target")] {
            let nodes = engines::nodes(store).await?;
            if nodes > 0 {
                return Err(CopyError::InUse { which, nodes });
            }
        }
        let (mut from, mut to) = (self.write().await?, target.write().await?);
        engines::keep_writers_out(&mut from).await?;
        engines::allow_silence(&mut to).await?;
        for table in TABLES.iter().filter(|table| !table.is_made_with_the_schema()) {
            if !page(&mut to, table, table.key.join(", "), None, 1).await?.is_empty() {
                return Err(CopyError::TargetNotEmpty(table.name));
            }
        }
        let (mut tables, mut texts_changed) = (Vec::with_capacity(TABLES.len()), 0);
        for table in TABLES {
            let (copied, changed) = copy_table(table, &mut from, &mut to, &mut said).await?;
            tables.push(copied);
            texts_changed += changed;
        }
        for CopiedTable { table: name, rows } in &tables {
            let Some(table) = TABLES.iter().find(|table| table.name == *name) else { continue };
            let target_rows = count(&mut to, table).await?;
            if target_rows != *rows {
                return Err(CopyError::Differs { table: name, source_rows: *rows, target_rows });
            }
        }
        to.commit().await?;
        from.rollback().await?;
        Ok(Copied { tables, texts_changed })
    }
}

async fn copy_table(
    table: &'static Table,
    from: &mut Transaction,
    to: &mut Transaction,
    said: &mut impl FnMut(CopiedTable),
) -> Result<(CopiedTable, u64), CopyError> {
    let columns = engines::columns(from, table).await?;
    // The order may be another: by ALTER TABLE columns come last.
    let (mut of_source, mut of_target) = (columns.clone(), engines::columns(to, table).await?);
    of_source.sort();
    of_target.sort();
    if of_source != of_target || columns.is_empty() {
        return Err(CopyError::OtherColumns(table.name));
    }
    if table.is_made_with_the_schema() {
        query_of(format!("DELETE FROM {}", table.name)).execute(&mut *to).await?;
    }
    let names = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    let (mut copied, mut texts_changed) = (CopiedTable { table: table.name, rows: 0 }, 0);
    let mut after: Option<Vec<Value<'static>>> = None;
    loop {
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let rows = page(from, table, names.clone(), after.take(), limit).await?;
        let Some(last) = rows.last() else { break };
        after = Some(key_of(table, &columns, last)?);
        let sql = format!(
            "INSERT INTO {} ({names}) VALUES {}",
            table.name,
            rows_of_placeholders(rows.len(), columns.len(), "")
        );
        let mut insert = query_of(sql);
        for row in &rows {
            for column in &columns {
                let value = if (table.name, column.name.as_str()) == LEASE {
                    Value::from(0)
                } else {
                    value(row, column, to.engine(), &mut texts_changed)?
                };
                insert = insert.bind(value);
            }
        }
        insert.execute(&mut *to).await?;
        copied.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        said(copied);
        if rows.len() < PAGE {
            break;
        }
    }
    if table.is_numbered() {
        engines::number_on(table, from, to).await?;
    }
    Ok((copied, texts_changed))
}

/// The next rows in the order of their keys.
async fn page(
    transaction: &mut Transaction,
    table: &Table,
    columns: String,
    after: Option<Vec<Value<'static>>>,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let key = table.key.join(", ");
    let condition = after.as_ref().map_or_else(String::new, |after| {
        let placeholders = (2..after.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        format!("WHERE ({key}) > ({placeholders})")
    });
    let select = query_of(format!("SELECT {columns} FROM {} {condition} ORDER BY {key} LIMIT $1", table.name));
    let select = after.into_iter().flatten().fold(select.bind(limit), Query::bind);
    select.fetch_all(transaction).await
}

fn key_of(table: &Table, columns: &[Column], row: &Row) -> Result<Vec<Value<'static>>, StoreError> {
    let key = columns.iter().filter(|column| table.key.contains(&column.name.as_str()));
    let mut key: Vec<&Column> = key.collect();
    key.sort_by_key(|column| table.key.iter().position(|name| *name == column.name));
    key.into_iter().map(|column| value(row, column, Engine::Sqlite, &mut 0)).collect()
}

/// A row's value as it is to be written on `engine`.
fn value(row: &Row, column: &Column, engine: Engine, texts_changed: &mut u64) -> Result<Value<'static>, StoreError> {
    let name = column.name.as_str();
    Ok(match column.kind {
        Kind::Integer => Value::from(row.try_get::<Option<i64>>(name)?),
        Kind::Bytes => Value::from(row.try_get::<Option<Vec<u8>>>(name)?),
        Kind::Text => {
            let text = row.try_get::<Option<String>>(name)?;
            Value::from(text.map(|text| {
                if engine == Engine::Sqlite || !text.contains('\0') {
                    return text;
                }
                *texts_changed += 1;
                text.replace('\0', "\u{fffd}")
            }))
        }
    })
}

/// How many rows there are: looked at again, not believed.
async fn count(transaction: &mut Transaction, table: &Table) -> Result<u64, CopyError> {
    let columns = engines::columns(transaction, table).await?;
    let (mut counted, mut after) = (0, None);
    loop {
        let rows = page(transaction, table, table.key.join(", "), after.take(), COUNTED).await?;
        counted += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let Some(last) = rows.last() else { return Ok(counted) };
        after = Some(key_of(table, &columns, last)?);
    }
}
