//! Preferences of a whole account. One that never set any has the defaults.

use domain::account_preferences::AccountPreferences;
use wire::ids::AccountId;

use crate::sql::{Row, query};
use crate::{Store, StoreError};

/// What an update changes; `None` stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct PreferencesUpdate {
    pub user_authorization_required: Option<bool>,
    pub training_data_collection_enabled: Option<bool>,
}

impl Store {
    pub async fn account_preferences(&self, account_id: &AccountId) -> Result<AccountPreferences, StoreError> {
        let row = query("SELECT * FROM account_preferences WHERE account_id = $1")
            .bind(account_id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.map_or(Ok(AccountPreferences::default()), |row| read(&row))
    }

    /// Changes an account's preferences and answers them as they are now.
    pub async fn update_account_preferences(
        &self,
        account_id: &AccountId,
        update: PreferencesUpdate,
    ) -> Result<AccountPreferences, StoreError> {
        let number = |preference: Option<bool>| preference.map(i64::from);
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let row = query(
            "INSERT INTO account_preferences (account_id, user_authorization_required, training_data_collection_enabled)
             VALUES ($1, COALESCE($2, 0), COALESCE($3, 0))
             ON CONFLICT (account_id) DO UPDATE SET
                 user_authorization_required = COALESCE($2, account_preferences.user_authorization_required),
                 training_data_collection_enabled = COALESCE($3, account_preferences.training_data_collection_enabled)
             RETURNING *",
        )
        .bind(account_id.as_str())
        .bind(number(update.user_authorization_required))
        .bind(number(update.training_data_collection_enabled))
        .fetch_one(&mut transaction)
        .await?;
        let preferences = read(&row)?;
        transaction.commit().await?;
        Ok(preferences)
    }
}

fn read(row: &Row) -> Result<AccountPreferences, StoreError> {
    Ok(AccountPreferences {
        user_authorization_required: row.try_get::<i64>("user_authorization_required")? != 0,
        training_data_collection_enabled: row.try_get::<i64>("training_data_collection_enabled")? != 0,
    })
}
