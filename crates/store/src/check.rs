//! Looking whether a store is in order: its secrets, SQLite's pages, and lanes that would sleep for ever.
//!
//! `bellhop store check` calls it, beside a server if one runs. It changes nothing, but for [`Store::wake_lanes`].

use crate::outbox::{DeliveryState, make_due};
use crate::sql::{Engine, Row, Value, query, query_of};
use crate::{
    Store, StoreError, access_keys, chat_commands, chat_configurations, chat_events, links, sessions, slack_workspaces,
};

/// Sealed values, or deliveries, that are read at a time.
const PAGE: i64 = 1000;
/// Rows of a column that are named.
const NAMED_MAX: usize = 10;
/// Lanes that are named; the next look finds more.
const LANES_MAX: usize = 10_000;

/// What a look at the store found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// `SQLite` or `PostgreSQL`
    pub engine: &'static str,
    /// What SQLite's quick check complains of; of PostgreSQL nothing is asked.
    pub damages: Vec<String>,
    pub sealed: Vec<SealedColumn>,
    pub states: Vec<CountedState>,
    /// Lanes with pending deliveries that are not due: nothing would ever go out.
    pub sleeping_lanes: Vec<String>,
}

/// A column of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedColumn {
    pub table: &'static str,
    pub column: &'static str,
    pub values: u64,
    pub unreadable: u64,
    /// The first rows that the encryption key does not open.
    pub unreadable_rows: Vec<String>,
}

/// Deliveries of a state, counted up to the bound that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedState {
    pub state: DeliveryState,
    pub count: i64,
}

/// Where secrets are, and for which purpose a row's value is sealed. A test holds it to the schema.
struct Sealed {
    table: &'static str,
    column: &'static str,
    key: &'static [&'static str],
    purpose: fn(&[String]) -> String,
}

const SEALED: [Sealed; 11] = [
    // A value of the installation is sealed for its own name.
    Sealed { table: "installation", column: "sealed", key: &["name"], purpose: |key| nth(key, 0).to_owned() },
    Sealed {
        table: "access_keys",
        column: "sealed_secret",
        key: &["access_key_id"],
        purpose: |key| access_keys::row_name(nth(key, 0)),
    },
    Sealed {
        table: "sessions",
        column: "sealed_secret",
        key: &["access_key_id"],
        purpose: |key| sessions::secret_name(nth(key, 0)),
    },
    Sealed {
        table: "sessions",
        column: "sealed_token",
        key: &["access_key_id"],
        purpose: |key| sessions::token_name(nth(key, 0)),
    },
    Sealed {
        table: "slack_workspaces",
        column: "sealed_bot_token",
        key: &["account_id", "team_id"],
        purpose: |key| slack_workspaces::row_name(nth(key, 0), nth(key, 1)),
    },
    Sealed {
        table: "slack_workspaces",
        column: "sealed_refresh_token",
        key: &["account_id", "team_id"],
        purpose: |key| slack_workspaces::refresh_name(nth(key, 0), nth(key, 1)),
    },
    Sealed {
        table: "chat_events",
        column: "sealed_body",
        key: &["event_key"],
        purpose: |key| chat_events::row_name(nth(key, 0)),
    },
    Sealed {
        table: "chat_commands",
        column: "sealed_asked",
        key: &["command_id"],
        purpose: |key| chat_commands::asked_name(nth(key, 0)),
    },
    Sealed {
        table: "chat_commands",
        column: "sealed_result",
        key: &["command_id"],
        purpose: |key| chat_commands::result_name(nth(key, 0)),
    },
    Sealed { table: "links", column: "sealed_number", key: &["link_id"], purpose: |key| links::row_name(nth(key, 0)) },
    Sealed {
        table: "chat_configurations",
        column: "sealed_webhook_url",
        key: &["arn"],
        purpose: |key| chat_configurations::row_name(nth(key, 0)),
    },
];

impl Store {
    /// Looks at everything; `count_to` bounds how far deliveries of a state are counted.
    pub async fn check(&self, count_to: i64) -> Result<Checked, StoreError> {
        let (engine, damages) = match self.reader.engine() {
            Engine::Sqlite => ("SQLite", self.damages().await?),
            Engine::Postgres => ("PostgreSQL", Vec::new()),
        };
        let mut sealed = Vec::with_capacity(SEALED.len());
        for column in &SEALED {
            sealed.push(self.look_at_sealed(column).await?);
        }
        let mut states = Vec::with_capacity(DeliveryState::ALL.len());
        for state in DeliveryState::ALL {
            let count =
                query("SELECT COUNT(*) AS count FROM (SELECT 1 FROM deliveries WHERE state = $1 LIMIT $2) AS counted");
            let row = count.bind(state.as_str()).bind(count_to).fetch_one(&self.reader).await?;
            states.push(CountedState { state, count: row.try_get("count")? });
        }
        Ok(Checked { engine, damages, sealed, states, sleeping_lanes: self.sleeping_lanes().await? })
    }

    /// Makes lanes due, if they are not. Answers how many that were; a server that runs looks within a second.
    pub async fn wake_lanes(&self, lanes: &[String], now_ms: i64) -> Result<u64, StoreError> {
        let lanes = lanes.iter().map(|lane| (lane.clone(), now_ms)).collect();
        let mut transaction = self.write().await?;
        let woken = make_due(&mut transaction, &lanes).await?;
        transaction.commit().await?;
        Ok(woken)
    }

    async fn damages(&self) -> Result<Vec<String>, StoreError> {
        let rows = query("PRAGMA quick_check").fetch_all(&self.reader).await?;
        let said = rows.iter().map(|row| row.try_get::<String>("quick_check"));
        Ok(said.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|line| line != "ok").collect())
    }

    async fn look_at_sealed(&self, sealed: &Sealed) -> Result<SealedColumn, StoreError> {
        let Sealed { table, column, key, purpose } = sealed;
        let mut found = SealedColumn { table, column, values: 0, unreadable: 0, unreadable_rows: Vec::new() };
        let names = key.join(", ");
        let mut after: Vec<String> = vec![String::new(); key.len()];
        loop {
            let placeholders = (2..key.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
            let select = query_of(format!(
                "SELECT {names}, {column} AS sealed_value FROM {table} WHERE ({names}) > ({placeholders})
                 ORDER BY {names} LIMIT $1"
            ));
            let select = after.iter().fold(select.bind(PAGE), |select, part| select.bind(Value::from(part)));
            let rows = select.fetch_all(&self.reader).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = key_of(last, key)?;
            for row in &rows {
                let Some(value) = row.try_get::<Option<Vec<u8>>>("sealed_value")? else { continue };
                found.values += 1;
                let key = key_of(row, key)?;
                if self.key.unseal(&purpose(&key), &value).is_none() {
                    found.unreadable += 1;
                    if found.unreadable_rows.len() < NAMED_MAX {
                        found.unreadable_rows.push(key.join("/"));
                    }
                }
            }
        }
    }

    /// Each statement looks at a page of what waits and then leaps to the next lane: a long queue costs no more than a
    /// short one.
    async fn sleeping_lanes(&self) -> Result<Vec<String>, StoreError> {
        let (mut lanes, mut after) = (Vec::<String>::new(), String::new());
        while lanes.len() < LANES_MAX {
            let page = query(
                "SELECT deliveries.destination AS lane, due_at_ms
                 FROM deliveries LEFT JOIN destinations ON destinations.destination = deliveries.destination
                 WHERE state = 'pending' AND deliveries.destination > $1 ORDER BY deliveries.destination LIMIT $2",
            );
            let rows = page.bind(&after).bind(PAGE).fetch_all(&self.reader).await?;
            let Some(last) = rows.last() else { break };
            after = last.try_get("lane")?;
            for row in &rows {
                let lane: String = row.try_get("lane")?;
                let sleeps = row.try_get::<Option<i64>>("due_at_ms")?.is_none();
                if sleeps && lanes.last() != Some(&lane) {
                    lanes.push(lane);
                }
            }
        }
        Ok(lanes)
    }
}

fn key_of(row: &Row, key: &[&str]) -> Result<Vec<String>, StoreError> {
    key.iter().map(|column| row.try_get(column)).collect()
}

fn nth(key: &[String], n: usize) -> &str {
    key.get(n).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::schema_of;

    #[test]
    fn every_column_of_bytes_is_a_secret_that_is_looked_at() {
        let schema = schema_of(Engine::Sqlite);
        let mut columns = Vec::new();
        for table in schema.split("CREATE TABLE ").skip(1) {
            let (name, rest) = table.split_once(" (").unwrap();
            for line in rest.split("\n);").next().unwrap().lines() {
                let mut words = line.split_whitespace();
                if let (Some(column), Some("BLOB" | "BLOB,")) = (words.next(), words.next()) {
                    columns.push((name, column));
                }
            }
        }
        let mut looked_at: Vec<_> = SEALED.iter().map(|sealed| (sealed.table, sealed.column)).collect();
        columns.sort_unstable();
        looked_at.sort_unstable();
        assert_eq!(looked_at, columns);
    }
}
