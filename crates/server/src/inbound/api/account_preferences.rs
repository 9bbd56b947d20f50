//! The two operations on account preferences: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::operations::account_preferences::{
    AccountPreferences, GetAccountPreferencesRequest, GetAccountPreferencesResult, UpdateAccountPreferencesRequest,
    UpdateAccountPreferencesResult,
};

use super::{Handled, json};
use crate::app::{Caller, PreferencesUpdate, SharedApp};

pub async fn get(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    GetAccountPreferencesRequest::decode(body)?;
    let preferences = app.account_preferences(caller).await?;
    json(&GetAccountPreferencesResult { account_preferences: shape(preferences) })
}

pub async fn update(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = UpdateAccountPreferencesRequest::decode(body)?;
    let update = PreferencesUpdate {
        user_authorization_required: request.user_authorization_required,
        training_data_collection_enabled: request.training_data_collection_enabled,
    };
    let preferences = app.update_account_preferences(caller, update).await?;
    json(&UpdateAccountPreferencesResult { account_preferences: shape(preferences) })
}

fn shape(preferences: domain::account_preferences::AccountPreferences) -> AccountPreferences {
    AccountPreferences {
        user_authorization_required: preferences.user_authorization_required,
        training_data_collection_enabled: preferences.training_data_collection_enabled,
    }
}
