//! `GetAccountPreferences`, `UpdateAccountPreferences`.

use super::members::{input, output};

input! { GetAccountPreferencesRequest {} }

output! {
    GetAccountPreferencesResult {
        account_preferences: AccountPreferences = "AccountPreferences",
    }
}

input! {
    /// `None` leaves a preference as it is.
    UpdateAccountPreferencesRequest {
        user_authorization_required: Option<bool> = "UserAuthorizationRequired",
        training_data_collection_enabled: Option<bool> = "TrainingDataCollectionEnabled",
    }
}

output! {
    UpdateAccountPreferencesResult {
        account_preferences: AccountPreferences = "AccountPreferences",
    }
}

output! {
    AccountPreferences {
        user_authorization_required: bool = "UserAuthorizationRequired",
        training_data_collection_enabled: bool = "TrainingDataCollectionEnabled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_get_has_no_body() {
        assert!(GetAccountPreferencesRequest::decode(b"").is_ok());
        assert!(GetAccountPreferencesRequest::decode(b"{}").is_ok());
        assert!(GetAccountPreferencesRequest::decode(b"[]").is_err());
    }
}
