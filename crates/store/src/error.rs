//! The three ways in which the store can fail. Callers retry `Unavailable`, report `Corrupt`, explain `Conflict`.

use std::str::FromStr;

/// No variant carries a driver's type; the texts are for the log, not for API callers.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A row that must be unique is there already.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A row cannot be read as what it must be: someone else wrote it, or a key was lost.
    #[error("corrupt data in {table}.{column} of row `{row}`: {problem}")]
    Corrupt { table: &'static str, column: &'static str, row: String, problem: String },
    /// The database did not answer as it should. It may answer the next time.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}

impl StoreError {
    /// Reads a column that must hold an identifier.
    pub(crate) fn parsed<T: FromStr<Err: ToString>>(
        table: &'static str,
        column: &'static str,
        row: &str,
        text: &str,
    ) -> Result<T, Self> {
        text.parse().map_err(|unmet: T::Err| Self::corrupt(table, column, row, &unmet))
    }

    pub(crate) fn corrupt(table: &'static str, column: &'static str, row: &str, problem: &dyn ToString) -> Self {
        Self::Corrupt { table, column, row: row.to_owned(), problem: problem.to_string() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                Self::Conflict(database.message().to_owned())
            }
            _ => Self::Unavailable(error.to_string()),
        }
    }
}
