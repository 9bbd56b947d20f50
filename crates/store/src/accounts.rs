//! Accounts: whom Bellhop serves. The only thing that Bellhop never makes on a caller's word.

use std::collections::BTreeSet;

use wire::ids::AccountId;

use crate::identities::{self, DeclaredIdentities, Entity, Refusal};
use crate::sql::{Row, Transaction, query};
use crate::{Store, StoreError};

const TABLE: &str = "accounts";

/// What an account may have, and so keeps it. Sessions are not among them: they end by themselves.
const BELONGINGS: [(Entity, &str); 7] = [
    (Entity::AccessKey, "SELECT 1 FROM access_keys WHERE account_id = $1 LIMIT 1"),
    (Entity::User, "SELECT 1 FROM users WHERE account_id = $1 LIMIT 1"),
    (Entity::Policy, "SELECT 1 FROM policies WHERE account_id = $1 LIMIT 1"),
    (Entity::SlackWorkspace, "SELECT 1 FROM slack_workspaces WHERE account_id = $1 LIMIT 1"),
    (Entity::ConfiguredTeam, "SELECT 1 FROM configured_teams WHERE account_id = $1 LIMIT 1"),
    (Entity::ChatConfiguration, "SELECT 1 FROM chat_configurations WHERE account_id = $1 LIMIT 1"),
    (Entity::CustomAction, "SELECT 1 FROM custom_actions WHERE account_id = $1 LIMIT 1"),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub account_id: AccountId,
    pub name: String,
    /// Else every call of its principals is `OptInRequired`.
    pub enabled: bool,
    pub declared: bool,
}

impl Store {
    pub async fn create_account(&self, account_id: &AccountId, name: &str) -> Result<Result<(), Refusal>, StoreError> {
        let created = query(
            "INSERT INTO accounts (account_id, name, enabled, declared) VALUES ($1, $2, 1, 0)
             ON CONFLICT (account_id) DO NOTHING",
        )
        .bind(account_id.as_str())
        .bind(name)
        .execute(&self.writer)
        .await?;
        Ok(if created == 1 { Ok(()) } else { Err(Refusal::EntityAlreadyExists) })
    }

    pub async fn account(&self, account_id: &AccountId) -> Result<Option<Account>, StoreError> {
        let row = query("SELECT account_id, name, enabled, declared FROM accounts WHERE account_id = $1")
            .bind(account_id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// A page of accounts in the order of their ids, beginning after `after`.
    pub async fn accounts(&self, after: Option<&str>, limit: i64) -> Result<Vec<Account>, StoreError> {
        let rows = query(
            "SELECT account_id, name, enabled, declared FROM accounts WHERE account_id > $1 ORDER BY account_id LIMIT $2",
        )
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read).collect()
    }

    /// `NoSuchEntity` is the only refusal: an account of the settings may be switched off, and stays so.
    pub async fn set_account_enabled(
        &self,
        account_id: &AccountId,
        enabled: bool,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let changed = query("UPDATE accounts SET enabled = $2 WHERE account_id = $1")
            .bind(account_id.as_str())
            .bind(i64::from(enabled))
            .execute(&self.writer)
            .await?;
        Ok(if changed == 1 { Ok(()) } else { Err(Refusal::NoSuchEntity(Entity::Account)) })
    }

    /// Deletes an account that has nothing, with its sessions.
    pub async fn delete_account(&self, account_id: &AccountId) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let row = query("SELECT declared FROM accounts WHERE account_id = $1")
            .bind(account_id.as_str())
            .fetch_optional(&mut transaction)
            .await?;
        let Some(row) = row else { return Ok(Err(Refusal::NoSuchEntity(Entity::Account))) };
        if row.try_get::<i64>("declared")? != 0 {
            return Ok(Err(Refusal::UnmodifiableEntity));
        }
        if let Some(entity) = belonging(&mut transaction, account_id.as_str()).await? {
            return Ok(Err(Refusal::DeleteConflict(entity)));
        }
        delete(&mut transaction, account_id.as_str()).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }
}

/// The accounts that the settings name, with a name or by what belongs to them.
pub(crate) async fn declare(connection: &mut Transaction, declared: &DeclaredIdentities) -> Result<(), StoreError> {
    let mut named = BTreeSet::new();
    for account in &declared.accounts {
        let id = account.account_id.as_str();
        let Some(name) = &account.name else { continue };
        if !named.insert(id) {
            return Err(identities::declared_twice("account", id));
        }
        let row = query("SELECT declared FROM accounts WHERE account_id = $1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = row
            && row.try_get::<i64>("declared")? == 0
        {
            return Err(identities::made_by_hand("account", "account", id));
        }
        query(
            "INSERT INTO accounts (account_id, name, enabled, declared) VALUES ($1, $2, 1, 1)
             ON CONFLICT (account_id) DO UPDATE SET name = excluded.name",
        )
        .bind(id)
        .bind(name)
        .execute(&mut *connection)
        .await?;
    }
    // What belongs to an account made by hand may stand in the settings.
    for id in mentioned(declared).difference(&named) {
        query(
            "INSERT INTO accounts (account_id, name, enabled, declared) VALUES ($1, $1, 1, 1)
             ON CONFLICT (account_id) DO NOTHING",
        )
        .bind(*id)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Takes the accounts away that the settings name no more and that have nothing.
pub(crate) async fn forget_undeclared(
    connection: &mut Transaction,
    declared: &DeclaredIdentities,
) -> Result<(), StoreError> {
    let mentioned = mentioned(declared);
    let rows = query("SELECT account_id FROM accounts WHERE declared = 1").fetch_all(&mut *connection).await?;
    for row in rows {
        let id: String = row.try_get("account_id")?;
        if !mentioned.contains(id.as_str()) && belonging(connection, &id).await?.is_none() {
            delete(connection, &id).await?;
        }
    }
    Ok(())
}

fn mentioned(declared: &DeclaredIdentities) -> BTreeSet<&str> {
    let accounts = declared.accounts.iter().map(|account| &account.account_id);
    let users = declared.users.iter().map(|user| &user.account_id);
    let keys = declared.access_keys.iter().map(|key| &key.account_id);
    let policies = declared.policies.iter().map(|policy| &policy.account_id);
    accounts.chain(users).chain(keys).chain(policies).map(AccountId::as_str).collect()
}

/// Something that the account has.
async fn belonging(connection: &mut Transaction, account_id: &str) -> Result<Option<Entity>, StoreError> {
    for (entity, sql) in BELONGINGS {
        if query(sql).bind(account_id).fetch_optional(&mut *connection).await?.is_some() {
            return Ok(Some(entity));
        }
    }
    Ok(None)
}

async fn delete(connection: &mut Transaction, account_id: &str) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM sessions WHERE account_id = $1",
        "DELETE FROM account_preferences WHERE account_id = $1",
        "DELETE FROM account_usage WHERE account_id = $1",
        "DELETE FROM client_tokens WHERE account_id = $1",
        "DELETE FROM accounts WHERE account_id = $1",
    ] {
        query(sql).bind(account_id).execute(&mut *connection).await?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<Account, StoreError> {
    let account_id: String = row.try_get("account_id")?;
    Ok(Account {
        account_id: StoreError::parsed(TABLE, "account_id", &account_id, &account_id)?,
        name: row.try_get("name")?,
        enabled: row.try_get::<i64>("enabled")? != 0,
        declared: row.try_get::<i64>("declared")? != 0,
    })
}
