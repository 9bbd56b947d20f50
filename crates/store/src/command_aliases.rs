//! Aliases of commands: of a channel, for all that are in it and for all its accounts.
//!
//! What an alias runs is no secret to anybody of the channel, who may list and run it, so it is not sealed; the guide says, as AWS's
//! does, that secrets do not belong into it.

use crate::sql::{Row, query};
use crate::{Store, StoreError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandAlias {
    /// The channel, as deliveries name it.
    pub destination: String,
    pub name: String,
    /// As it was written; whoever runs it parses it.
    pub action: String,
    /// Who made it, as the platform names people.
    pub created_by: String,
    pub created_at_ms: i64,
}

/// What came of a create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AliasCreated {
    New,
    /// The very same was made before: by the same event perhaps, which was then interrupted.
    Before,
    /// Another has its name.
    NameTaken(CommandAlias),
    LimitReached,
}

impl Store {
    pub async fn create_command_alias(&self, alias: &CommandAlias, limit: i64) -> Result<AliasCreated, StoreError> {
        let inserted = query(
            "INSERT INTO command_aliases (destination, name, action, created_by, created_at_ms)
             SELECT $1, $2, $3, $4, $5
             WHERE (SELECT COUNT(*) FROM command_aliases AS others WHERE others.destination = $1) < $6
             ON CONFLICT (destination, name) DO NOTHING",
        )
        .bind(&alias.destination)
        .bind(&alias.name)
        .bind(&alias.action)
        .bind(&alias.created_by)
        .bind(alias.created_at_ms)
        .bind(limit)
        .execute(&self.writer)
        .await?;
        if inserted == 1 {
            return Ok(AliasCreated::New);
        }
        Ok(match self.command_alias(&alias.destination, &alias.name).await? {
            Some(found) if found.action == alias.action && found.created_by == alias.created_by => AliasCreated::Before,
            Some(found) => AliasCreated::NameTaken(found),
            None => AliasCreated::LimitReached,
        })
    }

    pub async fn command_alias(&self, destination: &str, name: &str) -> Result<Option<CommandAlias>, StoreError> {
        let row = query("SELECT * FROM command_aliases WHERE destination = $1 AND name = $2")
            .bind(destination)
            .bind(name)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// A channel's aliases in the order of their names.
    pub async fn command_aliases(&self, destination: &str, limit: i64) -> Result<Vec<CommandAlias>, StoreError> {
        let rows = query("SELECT * FROM command_aliases WHERE destination = $1 ORDER BY name LIMIT $2")
            .bind(destination)
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read).collect()
    }

    /// `false` if there is none.
    pub async fn delete_command_alias(&self, destination: &str, name: &str) -> Result<bool, StoreError> {
        let deleted = query("DELETE FROM command_aliases WHERE destination = $1 AND name = $2");
        Ok(deleted.bind(destination).bind(name).execute(&self.writer).await? == 1)
    }
}

fn read(row: &Row) -> Result<CommandAlias, StoreError> {
    let text = |column| row.try_get::<String>(column);
    Ok(CommandAlias {
        destination: text("destination")?,
        name: text("name")?,
        action: text("action")?,
        created_by: text("created_by")?,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
