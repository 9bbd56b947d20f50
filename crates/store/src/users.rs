//! IAM users of an account: `arn:aws:iam::ACCOUNT:user/NAME`. They own access keys and have policies attached.

use std::collections::BTreeSet;

use wire::ids::AccountId;

use crate::identities::{self, DeclaredUser, Entity, Refusal, account_exists};
use crate::sql::{Row, Transaction, query};
use crate::{Store, StoreError};

const TABLE: &str = "users";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub account_id: AccountId,
    pub name: String,
    pub declared: bool,
    pub created_at_ms: i64,
}

impl Store {
    pub async fn create_user(
        &self,
        account_id: &AccountId,
        name: &str,
        now_ms: i64,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        if !account_exists(&mut transaction, account_id).await? {
            return Ok(Err(Refusal::NoSuchEntity(Entity::Account)));
        }
        let created = query(
            "INSERT INTO users (account_id, name, declared, created_at_ms) VALUES ($1, $2, 0, $3)
             ON CONFLICT (account_id, name) DO NOTHING",
        )
        .bind(account_id.as_str())
        .bind(name)
        .bind(now_ms)
        .execute(&mut transaction)
        .await?;
        if created == 0 {
            return Ok(Err(Refusal::EntityAlreadyExists));
        }
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// A page of an account's users in the order of their names, beginning after `after`.
    pub async fn users(
        &self,
        account_id: &AccountId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let rows = query("SELECT * FROM users WHERE account_id = $1 AND name > $2 ORDER BY name LIMIT $3")
            .bind(account_id.as_str())
            .bind(after.unwrap_or_default())
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read).collect()
    }

    /// As IAM does, refuses to delete a user that has access keys or attached policies. A policy that reaches the user by
    /// a pattern is not attached to the user.
    pub async fn delete_user(&self, account_id: &AccountId, name: &str) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let row = query("SELECT declared FROM users WHERE account_id = $1 AND name = $2")
            .bind(account_id.as_str())
            .bind(name)
            .fetch_optional(&mut transaction)
            .await?;
        let Some(row) = row else { return Ok(Err(Refusal::NoSuchEntity(Entity::User))) };
        if row.try_get::<i64>("declared")? != 0 {
            return Ok(Err(Refusal::UnmodifiableEntity));
        }
        let (id, arn) = (account_id.as_str(), arn(account_id.as_str(), name));
        for (entity, sql, of) in [
            (Entity::AccessKey, "SELECT 1 FROM access_keys WHERE account_id = $1 AND user_name = $2 LIMIT 1", name),
            (
                Entity::PolicyAttachment,
                "SELECT 1 FROM policy_attachments WHERE account_id = $1 AND principal_pattern = $2 LIMIT 1",
                arn.as_str(),
            ),
        ] {
            if query(sql).bind(id).bind(of).fetch_optional(&mut transaction).await?.is_some() {
                return Ok(Err(Refusal::DeleteConflict(entity)));
            }
        }
        delete(&mut transaction, id, name).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }
}

/// Whether the user is there.
pub(crate) async fn exists(
    connection: &mut Transaction,
    account_id: &AccountId,
    name: &str,
) -> Result<bool, StoreError> {
    let row = query("SELECT 1 FROM users WHERE account_id = $1 AND name = $2").bind(account_id.as_str());
    Ok(row.bind(name).fetch_optional(connection).await?.is_some())
}

pub(crate) async fn declare(
    connection: &mut Transaction,
    users: &[DeclaredUser],
    now_ms: i64,
) -> Result<(), StoreError> {
    let mut kept = BTreeSet::new();
    for user in users {
        let id = user.account_id.as_str();
        if !kept.insert((id, user.name.as_str())) {
            return Err(identities::declared_twice("user", &user.name));
        }
        let row = query("SELECT declared FROM users WHERE account_id = $1 AND name = $2")
            .bind(id)
            .bind(&user.name)
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = row
            && row.try_get::<i64>("declared")? == 0
        {
            return Err(identities::made_by_hand("user", "user", &user.name));
        }
        query(
            "INSERT INTO users (account_id, name, declared, created_at_ms) VALUES ($1, $2, 1, $3)
             ON CONFLICT (account_id, name) DO NOTHING",
        )
        .bind(id)
        .bind(&user.name)
        .bind(now_ms)
        .execute(&mut *connection)
        .await?;
    }
    let rows = query("SELECT account_id, name FROM users WHERE declared = 1").fetch_all(&mut *connection).await?;
    for row in rows {
        let (id, name): (String, String) = (row.try_get("account_id")?, row.try_get("name")?);
        if !kept.contains(&(id.as_str(), name.as_str())) {
            take_away(connection, &id, &name).await?;
        }
    }
    Ok(())
}

/// With what must not wait for the next user of that name.
async fn take_away(connection: &mut Transaction, account_id: &str, name: &str) -> Result<(), StoreError> {
    query("DELETE FROM access_keys WHERE account_id = $1 AND user_name = $2")
        .bind(account_id)
        .bind(name)
        .execute(&mut *connection)
        .await?;
    query("DELETE FROM policy_attachments WHERE account_id = $1 AND principal_pattern = $2")
        .bind(account_id)
        .bind(arn(account_id, name))
        .execute(&mut *connection)
        .await?;
    delete(connection, account_id, name).await
}

async fn delete(connection: &mut Transaction, account_id: &str, name: &str) -> Result<(), StoreError> {
    query("DELETE FROM users WHERE account_id = $1 AND name = $2")
        .bind(account_id)
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}

/// What is attached to the user is attached to this.
fn arn(account_id: &str, name: &str) -> String {
    format!("arn:aws:iam::{account_id}:user/{name}")
}

fn read(row: &Row) -> Result<User, StoreError> {
    let (account_id, name): (String, String) = (row.try_get("account_id")?, row.try_get("name")?);
    Ok(User {
        account_id: StoreError::parsed(TABLE, "account_id", &name, &account_id)?,
        name,
        declared: row.try_get::<i64>("declared")? != 0,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
