//! Preferences of the caller's account.

use domain::account_preferences::AccountPreferences;
use store::PreferencesUpdate;
use wire::operations::Operation;

use super::authorization::Access;
use super::{App, AppError, Caller};

impl App {
    pub async fn account_preferences(&self, caller: &Caller) -> Result<AccountPreferences, AppError> {
        caller.authorize(&Access::to(Operation::GetAccountPreferences))?;
        Ok(self.store.account_preferences(&caller.account_id).await?)
    }

    pub async fn update_account_preferences(
        &self,
        caller: &Caller,
        update: PreferencesUpdate,
    ) -> Result<AccountPreferences, AppError> {
        caller.authorize(&Access::to(Operation::UpdateAccountPreferences))?;
        Ok(self.store.update_account_preferences(&caller.account_id, update).await?)
    }
}
