//! IAM policies of an account, and whom they bind. Documents and patterns are kept as the caller checked them; here nobody
//! reads them.

use std::collections::BTreeSet;

use wire::ids::AccountId;

use crate::identities::{self, DeclaredPolicy, Entity, Refusal, account_exists};
use crate::sql::{Row, Transaction, query, query_of};
use crate::{Store, StoreError};

/// Policies of one account. IAM's own quota:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
pub const POLICIES_MAX: i64 = 1500;
/// Attachments of one account: as many are compared with a principal's ARN when it calls.
pub const ATTACHMENTS_MAX: i64 = 1000;

const POLICIES: &str = "policies";
const ATTACHMENTS: &str = "policy_attachments";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub account_id: AccountId,
    pub name: String,
    /// JSON, as it was given.
    pub document: String,
    pub declared: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyAttachment {
    pub account_id: AccountId,
    /// An ARN that may hold `*` and `?`.
    pub principal_pattern: String,
    pub policy_name: String,
    pub declared: bool,
}

impl Store {
    pub async fn create_policy(
        &self,
        account_id: &AccountId,
        name: &str,
        document: &str,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        if !account_exists(&mut transaction, account_id).await? {
            return Ok(Err(Refusal::NoSuchEntity(Entity::Account)));
        }
        if policy_is_declared(&mut transaction, account_id, name).await?.is_some() {
            return Ok(Err(Refusal::EntityAlreadyExists));
        }
        if count(&mut transaction, POLICIES, account_id).await? >= POLICIES_MAX {
            return Ok(Err(Refusal::LimitExceeded(POLICIES_MAX)));
        }
        put(&mut transaction, account_id, name, document, 0).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Replaces the document of a policy; whom it binds stays.
    pub async fn update_policy(
        &self,
        account_id: &AccountId,
        name: &str,
        document: &str,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        match policy_is_declared(&mut transaction, account_id, name).await? {
            None => return Ok(Err(Refusal::NoSuchEntity(Entity::Policy))),
            Some(true) => return Ok(Err(Refusal::UnmodifiableEntity)),
            Some(false) => {}
        }
        put(&mut transaction, account_id, name, document, 0).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    pub async fn policy(&self, account_id: &AccountId, name: &str) -> Result<Option<Policy>, StoreError> {
        let row = query("SELECT * FROM policies WHERE account_id = $1 AND name = $2")
            .bind(account_id.as_str())
            .bind(name)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// A page of an account's policies in the order of their names, beginning after `after`.
    pub async fn policies(
        &self,
        account_id: &AccountId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Policy>, StoreError> {
        let rows = query("SELECT * FROM policies WHERE account_id = $1 AND name > $2 ORDER BY name LIMIT $3")
            .bind(account_id.as_str())
            .bind(after.unwrap_or_default())
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read).collect()
    }

    /// As IAM does, refuses to delete a policy that is attached.
    pub async fn delete_policy(&self, account_id: &AccountId, name: &str) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        match policy_is_declared(&mut transaction, account_id, name).await? {
            None => return Ok(Err(Refusal::NoSuchEntity(Entity::Policy))),
            Some(true) => return Ok(Err(Refusal::UnmodifiableEntity)),
            Some(false) => {}
        }
        let attached = query("SELECT 1 FROM policy_attachments WHERE account_id = $1 AND policy_name = $2 LIMIT 1")
            .bind(account_id.as_str())
            .bind(name)
            .fetch_optional(&mut transaction)
            .await?;
        if attached.is_some() {
            return Ok(Err(Refusal::DeleteConflict(Entity::PolicyAttachment)));
        }
        delete(&mut transaction, account_id.as_str(), name).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Binds the principals whose ARN is like the pattern. Attaching twice is attaching once, as in IAM.
    pub async fn attach_policy(
        &self,
        account_id: &AccountId,
        policy_name: &str,
        principal_pattern: &str,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        if policy_is_declared(&mut transaction, account_id, policy_name).await?.is_none() {
            return Ok(Err(Refusal::NoSuchEntity(Entity::Policy)));
        }
        if attachment_is_declared(&mut transaction, account_id, policy_name, principal_pattern).await?.is_some() {
            return Ok(Ok(()));
        }
        if count(&mut transaction, ATTACHMENTS, account_id).await? >= ATTACHMENTS_MAX {
            return Ok(Err(Refusal::LimitExceeded(ATTACHMENTS_MAX)));
        }
        attach(&mut transaction, account_id, policy_name, principal_pattern, 0).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    pub async fn detach_policy(
        &self,
        account_id: &AccountId,
        policy_name: &str,
        principal_pattern: &str,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        match attachment_is_declared(&mut transaction, account_id, policy_name, principal_pattern).await? {
            None => return Ok(Err(Refusal::NoSuchEntity(Entity::PolicyAttachment))),
            Some(true) => return Ok(Err(Refusal::UnmodifiableEntity)),
            Some(false) => {}
        }
        detach(&mut transaction, account_id.as_str(), policy_name, principal_pattern).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// All attachments of an account: at most [`ATTACHMENTS_MAX`].
    pub async fn policy_attachments(&self, account_id: &AccountId) -> Result<Vec<PolicyAttachment>, StoreError> {
        let rows = query(
            "SELECT * FROM policy_attachments WHERE account_id = $1 ORDER BY principal_pattern, policy_name LIMIT $2",
        )
        .bind(account_id.as_str())
        .bind(ATTACHMENTS_MAX)
        .fetch_all(&self.reader)
        .await?;
        let read = |row: &Row| {
            let (account_id, policy_name): (String, String) = (row.try_get("account_id")?, row.try_get("policy_name")?);
            Ok(PolicyAttachment {
                account_id: StoreError::parsed(ATTACHMENTS, "account_id", &policy_name, &account_id)?,
                principal_pattern: row.try_get("principal_pattern")?,
                policy_name,
                declared: row.try_get::<i64>("declared")? != 0,
            })
        };
        rows.iter().map(read).collect()
    }
}

pub(crate) async fn declare(connection: &mut Transaction, policies: &[DeclaredPolicy]) -> Result<(), StoreError> {
    // Attachments have nothing of their own to keep.
    query("DELETE FROM policy_attachments WHERE declared = 1").execute(&mut *connection).await?;
    let mut kept = BTreeSet::new();
    for policy in policies {
        if !kept.insert((policy.account_id.as_str(), policy.name.as_str())) {
            return Err(identities::declared_twice("policy", &policy.name));
        }
        if policy_is_declared(connection, &policy.account_id, &policy.name).await? == Some(false) {
            return Err(identities::made_by_hand("policy", "policy", &policy.name));
        }
        put(connection, &policy.account_id, &policy.name, &policy.document, 1).await?;
        for pattern in policy.attached_to.iter().collect::<BTreeSet<_>>() {
            let there = attachment_is_declared(connection, &policy.account_id, &policy.name, pattern).await?;
            if there == Some(false) {
                detach(connection, policy.account_id.as_str(), &policy.name, pattern).await?;
            }
            attach(connection, &policy.account_id, &policy.name, pattern, 1).await?;
        }
        for (table, max) in [(POLICIES, POLICIES_MAX), (ATTACHMENTS, ATTACHMENTS_MAX)] {
            if count(connection, table, &policy.account_id).await? > max {
                let id = policy.account_id.as_str();
                return Err(StoreError::Conflict(format!(
                    "account `{id}` has more than {max} {table}: take some out of the settings"
                )));
            }
        }
    }
    let rows = query("SELECT account_id, name FROM policies WHERE declared = 1").fetch_all(&mut *connection).await?;
    for row in rows {
        let (id, name): (String, String) = (row.try_get("account_id")?, row.try_get("name")?);
        if !kept.contains(&(id.as_str(), name.as_str())) {
            // With what was attached by hand: it would bind again if a policy took the name.
            query("DELETE FROM policy_attachments WHERE account_id = $1 AND policy_name = $2")
                .bind(&id)
                .bind(&name)
                .execute(&mut *connection)
                .await?;
            delete(connection, &id, &name).await?;
        }
    }
    Ok(())
}

async fn put(
    connection: &mut Transaction,
    account_id: &AccountId,
    name: &str,
    document: &str,
    declared: i64,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO policies (account_id, name, document, declared) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, name) DO UPDATE SET document = excluded.document",
    )
    .bind(account_id.as_str())
    .bind(name)
    .bind(document)
    .bind(declared)
    .execute(connection)
    .await?;
    Ok(())
}

async fn attach(
    connection: &mut Transaction,
    account_id: &AccountId,
    policy_name: &str,
    principal_pattern: &str,
    declared: i64,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO policy_attachments (account_id, principal_pattern, policy_name, declared) VALUES ($1, $2, $3, $4)",
    )
    .bind(account_id.as_str())
    .bind(principal_pattern)
    .bind(policy_name)
    .bind(declared)
    .execute(connection)
    .await?;
    Ok(())
}

async fn detach(
    connection: &mut Transaction,
    account_id: &str,
    policy_name: &str,
    principal_pattern: &str,
) -> Result<(), StoreError> {
    query("DELETE FROM policy_attachments WHERE account_id = $1 AND principal_pattern = $2 AND policy_name = $3")
        .bind(account_id)
        .bind(principal_pattern)
        .bind(policy_name)
        .execute(connection)
        .await?;
    Ok(())
}

/// `None`: no such policy.
async fn policy_is_declared(
    connection: &mut Transaction,
    account_id: &AccountId,
    name: &str,
) -> Result<Option<bool>, StoreError> {
    let row = query("SELECT declared FROM policies WHERE account_id = $1 AND name = $2")
        .bind(account_id.as_str())
        .bind(name)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get::<i64>("declared")).transpose()?.map(|declared| declared != 0))
}

/// `None`: it is not attached there.
async fn attachment_is_declared(
    connection: &mut Transaction,
    account_id: &AccountId,
    policy_name: &str,
    principal_pattern: &str,
) -> Result<Option<bool>, StoreError> {
    let row = query(
        "SELECT declared FROM policy_attachments
         WHERE account_id = $1 AND principal_pattern = $2 AND policy_name = $3",
    )
    .bind(account_id.as_str())
    .bind(principal_pattern)
    .bind(policy_name)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.try_get::<i64>("declared")).transpose()?.map(|declared| declared != 0))
}

/// Counts no further than the limits above let it grow.
async fn count(connection: &mut Transaction, table: &'static str, account_id: &AccountId) -> Result<i64, StoreError> {
    let sql = format!("SELECT COUNT(*) AS count FROM {table} WHERE account_id = $1");
    let row = query_of(sql).bind(account_id.as_str()).fetch_one(connection).await?;
    row.try_get("count")
}

async fn delete(connection: &mut Transaction, account_id: &str, name: &str) -> Result<(), StoreError> {
    query("DELETE FROM policies WHERE account_id = $1 AND name = $2")
        .bind(account_id)
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}

fn read(row: &Row) -> Result<Policy, StoreError> {
    let (account_id, name): (String, String) = (row.try_get("account_id")?, row.try_get("name")?);
    Ok(Policy {
        account_id: StoreError::parsed(POLICIES, "account_id", &name, &account_id)?,
        name,
        document: row.try_get("document")?,
        declared: row.try_get::<i64>("declared")? != 0,
    })
}
