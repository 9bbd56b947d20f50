//! Which custom actions show in which chat configurations.

use std::sync::Arc;

use domain::custom_action::CustomAction;
use wire::ids::{AccountId, ChatConfigurationArn, CustomActionArn};

use crate::custom_actions::{read, read_arn};
use crate::sql::{Transaction, query};
use crate::{Store, StoreError};

/// Actions that are looked at for one configuration: more than anybody tells apart by their buttons.
const SHOWN_MAX: i64 = 500;

/// What an association lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    Configuration,
    CustomAction,
}

impl Store {
    /// Shows an action in a configuration; it may be shown already.
    pub async fn associate(
        &self,
        account_id: &AccountId,
        configuration_arn: &ChatConfigurationArn,
        resource_arn: &CustomActionArn,
    ) -> Result<Result<(), Absent>, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        if !is_there(&mut transaction, Side::Configuration, configuration_arn.as_str(), account_id).await? {
            return Ok(Err(Absent::Configuration));
        }
        if !is_there(&mut transaction, Side::CustomAction, resource_arn.as_str(), account_id).await? {
            return Ok(Err(Absent::CustomAction));
        }
        query(
            "INSERT INTO associations (configuration_arn, resource_arn) VALUES ($1, $2)
             ON CONFLICT (configuration_arn, resource_arn) DO NOTHING",
        )
        .bind(configuration_arn.as_str())
        .bind(resource_arn.as_str())
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Shows an action in a configuration no more; it may not have been shown.
    pub async fn disassociate(
        &self,
        account_id: &AccountId,
        configuration_arn: &ChatConfigurationArn,
        resource_arn: &CustomActionArn,
    ) -> Result<Result<(), Absent>, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        if !is_there(&mut transaction, Side::Configuration, configuration_arn.as_str(), account_id).await? {
            return Ok(Err(Absent::Configuration));
        }
        query("DELETE FROM associations WHERE configuration_arn = $1 AND resource_arn = $2")
            .bind(configuration_arn.as_str())
            .bind(resource_arn.as_str())
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// A page of what shows in a configuration, in the order of the ARNs, beginning after `after`.
    pub async fn associations(
        &self,
        account_id: &AccountId,
        configuration_arn: &ChatConfigurationArn,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<CustomActionArn>, StoreError> {
        let rows = query(
            "SELECT a.resource_arn FROM associations a
             JOIN chat_configurations c ON c.arn = a.configuration_arn AND c.account_id = $1
             WHERE a.configuration_arn = $2 AND a.resource_arn > $3 ORDER BY a.resource_arn LIMIT $4",
        )
        .bind(account_id.as_str())
        .bind(configuration_arn.as_str())
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| read_arn(row, "associations", "resource_arn")).collect()
    }

    /// The actions that show in a configuration, in the order of their ARNs. Asked for each delivery: kept as configurations are.
    pub async fn actions_shown(&self, configuration_arn: &str) -> Result<Arc<[CustomAction]>, StoreError> {
        if let Some(kept) = self.kept.actions(configuration_arn) {
            return Ok(kept);
        }
        let generation = self.kept.generation();
        let rows = query(
            "SELECT c.* FROM associations a JOIN custom_actions c ON c.arn = a.resource_arn
             WHERE a.configuration_arn = $1 ORDER BY a.resource_arn LIMIT $2",
        )
        .bind(configuration_arn)
        .bind(SHOWN_MAX)
        .fetch_all(&self.reader)
        .await?;
        let actions: Arc<[CustomAction]> = rows.iter().map(read).collect::<Result<_, _>>()?;
        self.kept.put_actions(generation, configuration_arn, &actions);
        Ok(actions)
    }
}

#[derive(Clone, Copy)]
enum Side {
    Configuration,
    CustomAction,
}

async fn is_there(
    transaction: &mut Transaction,
    side: Side,
    arn: &str,
    account_id: &AccountId,
) -> Result<bool, StoreError> {
    let sql = match side {
        Side::Configuration => "SELECT 1 FROM chat_configurations WHERE arn = $1 AND account_id = $2",
        Side::CustomAction => "SELECT 1 FROM custom_actions WHERE arn = $1 AND account_id = $2",
    };
    let row = query(sql).bind(arn).bind(account_id.as_str()).fetch_optional(&mut *transaction).await?;
    Ok(row.is_some())
}
