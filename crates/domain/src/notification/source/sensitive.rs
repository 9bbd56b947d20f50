//! Which values of an event never belong in a chat room: passwords, tokens, key material.
//!
//! Judged by the name of the member, by the name beside the value in `{"name": …, "value": …}` pairs, and by two shapes of
//! value that are never anything else. A guess that errs towards hiding; the event itself is still in AWS.

use serde_json::Value;

use crate::notification::text::words;

/// What stands in place of a hidden value.
pub const HIDDEN: &str = "(hidden)";

/// Hides every sensitive value below, in place.
pub fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let pair = names_a_secret(members);
            for (name, member) in members.iter_mut() {
                if is_sensitive_name(name) || (pair && is_value(name)) {
                    blot(member);
                } else {
                    hide(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::String(text) if is_sensitive_text(text) => HIDDEN.clone_into(text),
        _ => {}
    }
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
    const PAIRS: [(&str, &str); 5] =
        [("private", "key"), ("access", "key"), ("api", "key"), ("key", "material"), ("auth", "key")];
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

/// Whether a value is a secret whatever its name: a PEM private key, a JSON web token.
pub fn is_sensitive_text(text: &str) -> bool {
    let jwt = text.starts_with("eyJ") && text.len() > 40 && text.bytes().filter(|b| *b == b'.').count() == 2;
    jwt && !text.contains(char::is_whitespace) || text.contains("PRIVATE KEY-----")
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
        });
        hide(&mut event);
        let wanted = json!({
            "environment": [{"name": "DB_PASSWORD", "value": HIDDEN}, {"name": "STAGE", "value": "prod"}],
            "credentials": HIDDEN,
            "note": HIDDEN,
            "token": null,
        });
        assert_eq!(event, wanted);
    }
}
