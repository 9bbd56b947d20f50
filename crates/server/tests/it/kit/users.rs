//! Users of the accounts, each with a key and a policy of their own, as the settings declare them.

use serde_json::{Value, json};
use server::config::{AccessKeySettings, PolicySettings, Settings, UserSettings};

use super::{Key, OPS};

/// A user of [`OPS`]'s account who may do what these statements allow, and nothing if there are none.
pub fn declare_user(settings: &mut Settings, name: &str, statements: &[Value]) -> Key {
    let key = Key {
        account_id: OPS.account_id,
        id: format!("AKID{}", name.to_uppercase()).leak(),
        secret: format!("{name}-secret").leak(),
    };
    let account_id = || key.account_id.parse().unwrap();
    settings.users.push(UserSettings { account_id: account_id(), name: name.to_owned() });
    settings.access_keys.push(AccessKeySettings {
        account_id: account_id(),
        access_key_id: key.id.to_owned(),
        secret_access_key: key.secret.into(),
        user: Some(name.to_owned()),
    });
    if !statements.is_empty() {
        declare_policy(settings, &format!("of-{name}"), statements, &user_arn(name));
    }
    key
}

/// A policy of [`OPS`]'s account, attached to every principal whose ARN matches the pattern.
pub fn declare_policy(settings: &mut Settings, name: &str, statements: &[Value], attached_to: &str) {
    settings.policies.push(PolicySettings {
        account_id: OPS.account_id.parse().unwrap(),
        name: name.to_owned(),
        document: Some(json!({ "Version": "2012-10-17", "Statement": statements }).to_string()),
        document_file: None,
        attached_to: vec![attached_to.to_owned()],
    });
}

pub fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{}:user/{name}", OPS.account_id)
}
