//! Which values of an event never belong in a chat room: passwords, tokens, key material.
//!
//! Judged by the name of the member, by the name beside the value in `{"name": …, "value": …}` pairs, and by shapes of
//! value that are never anything else, some of them inside a longer text (`sensitive/text.rs`). A guess that errs towards
//! hiding; the event itself is still in AWS.

pub(crate) mod text;

use serde_json::Value;

pub use self::text::shown;

use crate::notification::text::words;

/// What stands in place of a hidden value.
pub const HIDDEN: &str = "(hidden)";

/// JSON in a string, and JSON in a string of that, are looked into; what is packed deeper is not.
const PACKED_LEVELS: usize = 2;

/// Hides every sensitive value below, in place.
pub fn hide(value: &mut Value) {
    hide_below(value, PACKED_LEVELS);
}

fn hide_below(value: &mut Value, levels: usize) {
    match value {
        Value::Object(members) => {
            let pair = names_a_secret(members);
            for (name, member) in members.iter_mut() {
                if is_sensitive_name(name) || (pair && is_value(name)) {
                    blot(member);
                } else {
                    hide_below(member, levels);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide_below(item, levels)),
        Value::String(text) => *text = packed(text, levels).unwrap_or_else(|| shown(std::mem::take(text))),
        _ => {}
    }
}

/// JSON that was packed into a string, if something in it had to be hidden.
fn packed(text: &str, levels: usize) -> Option<String> {
    if levels == 0 || !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut value: Value = serde_json::from_str(text).ok()?;
    hide_below(&mut value, levels - 1);
    Some(value.to_string()).filter(|hidden| hidden.contains(HIDDEN))
}

/// Hides a value with all that is in it; null stays null, there is nothing to hide.
fn blot(value: &mut Value) {
    if !value.is_null() {
        *value = Value::String(HIDDEN.to_owned());
    }
}

/// Whether an object is a name/value pair whose name is that of a secret.
pub fn names_a_secret(members: &super::Object) -> bool {
    ["name", "Name", "key", "Key"]
        .iter()
        .any(|name| members.get(*name).and_then(Value::as_str).is_some_and(is_sensitive_name))
}

/// Whether a member is the value of a name/value pair.
pub fn is_value(name: &str) -> bool {
    name.eq_ignore_ascii_case("value")
}

/// Whether a member's name is that of a secret. Names of things *about* secrets (`secretName`, `accessKeyId`) are not.
pub fn is_sensitive_name(name: &str) -> bool {
    const HARMLESS_ENDS: [&str; 12] =
        ["arn", "id", "ids", "name", "names", "type", "status", "state", "details", "count", "date", "version"];
    const WORDS: [&str; 16] = [
        "password",
        "passwd",
        "passphrase",
        "passcode",
        "pwd",
        "secret",
        "secrets",
        "token",
        "tokens",
        "credential",
        "credentials",
        "authorization",
        "cookie",
        "apikey",
        "privatekey",
        "plaintext",
    ];
    const PAIRS: [(&str, &str); 7] = [
        ("private", "key"),
        ("access", "key"),
        ("api", "key"),
        ("key", "material"),
        ("auth", "key"),
        ("shared", "key"),
        ("customer", "key"),
    ];
    // Most names are short and innocent; this first look costs no allocation.
    const HINTS: [&str; 7] = ["pass", "pwd", "secret", "token", "credential", "key", "cookie"];
    let folded = |hint: &str| contains_ignoring_case(name, hint);
    if !HINTS.iter().any(|hint| folded(hint)) && !folded("authorization") && !folded("plaintext") {
        return false;
    }
    let words: Vec<String> = words(name).take(32).collect();
    if words.last().is_some_and(|last| HARMLESS_ENDS.contains(&last.as_str())) && words.len() > 1 {
        return false;
    }
    let starts = ["password", "passwd", "secret"];
    words.iter().any(|word| WORDS.contains(&word.as_str()) || starts.iter().any(|start| word.starts_with(start)))
        || words.windows(2).any(|two| matches!(two, [a, b] if PAIRS.contains(&(a.as_str(), b.as_str()))))
        || ["secretkey", "accesskey", "secretaccesskey", "authtoken", "accesstoken", "sessiontoken"]
            .iter()
            .any(|joined| name.eq_ignore_ascii_case(joined))
}

fn contains_ignoring_case(text: &str, wanted: &str) -> bool {
    text.as_bytes().windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_decide() {
        let secret = [
            "password",
            "MasterUserPassword",
            "DB_PASSWORD",
            "secretAccessKey",
            "clientSecret",
            "NextToken",
            "session-token",
            "privateKey",
            "apiKey",
            "accessKey",
            "Authorization",
            "credentials",
            "keyMaterial",
            "SecretString",
            "Plaintext",
        ];
        for name in secret {
            assert!(is_sensitive_name(name), "{name}");
        }
        let harmless = [
            "state",
            "accessKeyId",
            "secretName",
            "SecretARN",
            "tokenType",
            "key",
            "kmsKeyArn",
            "monkey",
            "keyPairName",
            "passRole",
            "accessKeyDetails",
            "tokenization",
            "",
        ];
        for name in harmless {
            assert!(!is_sensitive_name(name), "{name}");
        }
    }

    #[test]
    fn hides_pairs_and_shapes_and_whole_branches() {
        let mut event = json!({
            "environment": [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "STAGE", "value": "prod"}],
            "credentials": {"user": "u", "pin": 1234},
            "note": "-----BEGIN RSA PRIVATE KEY-----\nabc",
            "token": null,
            "body": r#"{"user":"u","password":"hunter2"}"#,
            "plain": r#"{ "user": "u" }"#,
            "dsn": "postgres://u:hunter2@db/x",
        });
        hide(&mut event);
        let wanted = json!({
            "environment": [{"name": "DB_PASSWORD", "value": HIDDEN}, {"name": "STAGE", "value": "prod"}],
            "credentials": HIDDEN,
            "note": HIDDEN,
            "token": null,
            "body": r#"{"user":"u","password":"(hidden)"}"#,
            "plain": r#"{ "user": "u" }"#,
            "dsn": "postgres://u:(hidden)@db/x",
        });
        assert_eq!(event, wanted);
    }
}
