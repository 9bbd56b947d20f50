//! What operators were told of and is not over: so that one node tells it once, and it is known when it ends.

use crate::sql::query;
use crate::{Store, StoreError};

/// Something that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldFinding {
    /// Its kind and whom it concerns: `backlog slack/T1/C1`.
    pub finding: String,
    pub since_ms: i64,
}

impl Store {
    /// Marks a finding as told. `false` if it was: it goes on.
    pub async fn begin_finding(&self, finding: &str, now_ms: i64) -> Result<bool, StoreError> {
        let began = query(
            "INSERT INTO findings (finding, since_ms, told_at_ms) VALUES ($1, $2, $2) ON CONFLICT (finding) DO NOTHING",
        );
        Ok(began.bind(finding).bind(now_ms).execute(&self.writer).await? == 1)
    }

    /// `false` if it was not told, or is over already.
    pub async fn end_finding(&self, finding: &str) -> Result<bool, StoreError> {
        Ok(query("DELETE FROM findings WHERE finding = $1").bind(finding).execute(&self.writer).await? == 1)
    }

    /// Those of a kind: whose names begin with `kind`.
    pub async fn findings(&self, kind: &str, limit: i64) -> Result<Vec<ToldFinding>, StoreError> {
        let rows = query(
            "SELECT finding, since_ms FROM findings WHERE finding > $1 AND finding < $2 ORDER BY finding LIMIT $3",
        );
        let rows = rows.bind(kind).bind(format!("{kind}~")).bind(limit).fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| Ok(ToldFinding { finding: row.try_get("finding")?, since_ms: row.try_get("since_ms")? }))
            .collect()
    }
}
