//! How one statement runs on either engine: the text and its values, a row, a pool and a transaction, each a small enum.
//!
//! Every file of this crate writes its SQL once. What the engines say differently is in [`Engine`], and nowhere else.

use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgPool, PgRow, Postgres};
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Decode, Row as _, SqlSafeStr, SqlStr, Type};

use crate::StoreError;

/// PostgreSQL ends a statement by itself sooner; this is for one that cannot be reached any more.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(12);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Ends a SELECT whose rows this transaction is about to change. SQLite has one writer at a time.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// The same, but rows that another node holds are passed over.
    pub(crate) fn for_update_skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }
}

/// A value of a statement. `From` lists what columns hold: text, integers, bytes, or NULL of one of them.
pub(crate) enum Value<'q> {
    Text(Option<Cow<'q, str>>),
    Integer(Option<i64>),
    Bytes(Option<Cow<'q, [u8]>>),
}

/// A statement with its values.
pub(crate) struct Query<'q> {
    sql: SqlStr,
    values: Vec<Value<'q>>,
}

/// A statement of fixed text.
pub(crate) fn query<'q>(sql: &'static str) -> Query<'q> {
    Query { sql: SqlStr::from_static(sql), values: Vec::new() }
}

/// A statement that was put together from fixed parts: how many placeholders, which filter. Never from what came in.
pub(crate) fn query_of<'q>(sql: String) -> Query<'q> {
    Query { sql: AssertSqlSafe(sql).into_sql_str(), values: Vec::new() }
}

/// Where statements run: a pool (each its own transaction) or a transaction.
pub(crate) trait Executor {
    fn execute(self, query: Query<'_>) -> impl Future<Output = Result<u64, StoreError>> + Send;
    fn fetch_all(self, query: Query<'_>) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;
    fn fetch_optional(self, query: Query<'_>) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send;
}

#[derive(Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl<'q> Query<'q> {
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Answers how many rows it changed.
    pub(crate) async fn execute(self, on: impl Executor) -> Result<u64, StoreError> {
        on.execute(self).await
    }

    pub(crate) async fn fetch_all(self, on: impl Executor) -> Result<Vec<Row>, StoreError> {
        on.fetch_all(self).await
    }

    pub(crate) async fn fetch_optional(self, on: impl Executor) -> Result<Option<Row>, StoreError> {
        on.fetch_optional(self).await
    }

    /// Of a statement that always answers a row.
    pub(crate) async fn fetch_one(self, on: impl Executor) -> Result<Row, StoreError> {
        on.fetch_optional(self).await?.ok_or_else(|| StoreError::Unavailable("no row where there is always one".into()))
    }

    fn for_sqlite(self) -> SqlxQuery<'q, Sqlite, SqliteArguments> {
        self.values.into_iter().fold(sqlx::query(self.sql), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Integer(integer) => query.bind(integer),
            Value::Bytes(bytes) => query.bind(bytes.map(Cow::into_owned)),
        })
    }

    /// PostgreSQL keeps no NUL in a text, and whoever answers us may send one: U+FFFD stands for it.
    fn for_postgres(self) -> SqlxQuery<'q, Postgres, PgArguments> {
        self.values.into_iter().fold(sqlx::query(self.sql), |query, value| match value {
            Value::Text(Some(text)) if text.contains('\0') => query.bind(text.replace('\0', "\u{fffd}")),
            Value::Text(text) => query.bind(text),
            Value::Integer(integer) => query.bind(integer),
            Value::Bytes(bytes) => query.bind(bytes.map(Cow::into_owned)),
        })
    }
}

/// A database that does not answer has left: its connection is given up, and the next statement finds it back or not.
async fn answered<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {} s", ANSWER_TIMEOUT.as_secs()))),
    }
}

impl Executor for &Pool {
    async fn execute(self, query: Query<'_>) -> Result<u64, StoreError> {
        match self {
            Pool::Sqlite(pool) => Ok(query.for_sqlite().execute(pool).await?.rows_affected()),
            Pool::Postgres(pool) => Ok(answered(query.for_postgres().execute(pool)).await?.rows_affected()),
        }
    }

    async fn fetch_all(self, query: Query<'_>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Pool::Sqlite(pool) => query.for_sqlite().fetch_all(pool).await?.into_iter().map(Row::Sqlite).collect(),
            Pool::Postgres(pool) => {
                answered(query.for_postgres().fetch_all(pool)).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    async fn fetch_optional(self, query: Query<'_>) -> Result<Option<Row>, StoreError> {
        Ok(match self {
            Pool::Sqlite(pool) => query.for_sqlite().fetch_optional(pool).await?.map(Row::Sqlite),
            Pool::Postgres(pool) => answered(query.for_postgres().fetch_optional(pool)).await?.map(Row::Postgres),
        })
    }
}

impl Executor for &mut Transaction {
    async fn execute(self, query: Query<'_>) -> Result<u64, StoreError> {
        match self {
            Transaction::Sqlite(open) => Ok(query.for_sqlite().execute(&mut **open).await?.rows_affected()),
            Transaction::Postgres(open) => {
                Ok(answered(query.for_postgres().execute(&mut **open)).await?.rows_affected())
            }
        }
    }

    async fn fetch_all(self, query: Query<'_>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Transaction::Sqlite(open) => {
                query.for_sqlite().fetch_all(&mut **open).await?.into_iter().map(Row::Sqlite).collect()
            }
            Transaction::Postgres(open) => {
                answered(query.for_postgres().fetch_all(&mut **open)).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    async fn fetch_optional(self, query: Query<'_>) -> Result<Option<Row>, StoreError> {
        Ok(match self {
            Transaction::Sqlite(open) => query.for_sqlite().fetch_optional(&mut **open).await?.map(Row::Sqlite),
            Transaction::Postgres(open) => {
                answered(query.for_postgres().fetch_optional(&mut **open)).await?.map(Row::Postgres)
            }
        })
    }
}

impl Pool {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// A transaction that may write. SQLite's holds the write lock from its first moment, so that it cannot fail half-way
    /// as busy.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => Transaction::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Transaction::Postgres(answered(pool.begin()).await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(open) => Ok(open.commit().await?),
            Self::Postgres(open) => answered(open.commit()).await,
        }
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(open) => Ok(open.rollback().await?),
            Self::Postgres(open) => answered(open.rollback()).await,
        }
    }
}

impl Row {
    pub(crate) fn try_get<'r, T>(&'r self, column: &str) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }
}

impl<'q> From<&'q str> for Value<'q> {
    fn from(text: &'q str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'q> From<&'q String> for Value<'q> {
    fn from(text: &'q String) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl From<Option<String>> for Value<'_> {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(Cow::Owned))
    }
}

impl<'q> From<Option<&'q str>> for Value<'q> {
    fn from(text: Option<&'q str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl<'q> From<Option<&'q String>> for Value<'q> {
    fn from(text: Option<&'q String>) -> Self {
        Self::Text(text.map(|text| Cow::Borrowed(text.as_str())))
    }
}

impl<'q> From<&'q Option<String>> for Value<'q> {
    fn from(text: &'q Option<String>) -> Self {
        Self::Text(text.as_deref().map(Cow::Borrowed))
    }
}

impl From<i64> for Value<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(Some(integer))
    }
}

impl From<&i64> for Value<'_> {
    fn from(integer: &i64) -> Self {
        Self::Integer(Some(*integer))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(integer: Option<i64>) -> Self {
        Self::Integer(integer)
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(Cow::Owned(bytes)))
    }
}

impl From<Option<Vec<u8>>> for Value<'_> {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes.map(Cow::Owned))
    }
}
