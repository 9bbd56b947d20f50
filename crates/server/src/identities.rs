//! What the names and documents of identities must be like, wherever they are typed: in the settings or on the command line.
//! Each function answers why not, in a clause. Knows nothing of what is there already: the store does.

use iam::policy::Policy;

/// <https://docs.aws.amazon.com/accounts/latest/APIReference/API_PutAccountName.html>
const ACCOUNT_NAME_MAX: usize = 50;
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html>
const USER_NAME_MAX: usize = 64;
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
const POLICY_NAME_MAX: usize = 128;
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>; a twin's `test` is shorter than IAM's 16.
const ACCESS_KEY_ID_MAX: usize = 128;

pub fn account_name(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if (1..=ACCOUNT_NAME_MAX).contains(&length) && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(format!("`{text}` is not an account's name: it has 1 to {ACCOUNT_NAME_MAX} printable characters"))
}

pub fn user_name(text: &str) -> Result<(), String> {
    iam_name(text, "a user's name", USER_NAME_MAX)
}

pub fn policy_name(text: &str) -> Result<(), String> {
    iam_name(text, "a policy's name", POLICY_NAME_MAX)
}

pub fn access_key_id(text: &str) -> Result<(), String> {
    let good = (1..=ACCESS_KEY_ID_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if good {
        return Ok(());
    }
    Err(format!("`{text}` is not an access key id: it has 1 to {ACCESS_KEY_ID_MAX} letters, digits and `_`"))
}

/// Whether a policy's document may be kept.
pub fn check_policy(name: &str, text: &str) -> Result<(), String> {
    Policy::parse(name, text).map(|_| ()).map_err(|error| format!("policy `{name}`: {error}"))
}

/// `[\w+=,.@-]+`, as IAM has it.
fn iam_name(text: &str, what: &str, max: usize) -> Result<(), String> {
    let good = (1..=max).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
    if good {
        return Ok(());
    }
    Err(format!("`{text}` is not {what}: it has 1 to {max} letters, digits and `_+=,.@-`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_iams() {
        for good in ["alice", "alice@example.com", "a+b=c,d.e_f-g", &"a".repeat(64)] {
            assert_eq!(user_name(good), Ok(()), "{good}");
        }
        for bad in ["", "a b", "a/b", "a*", "ä", &"a".repeat(65)] {
            assert!(user_name(bad).unwrap_err().contains(bad), "{bad}");
        }
        assert!(policy_name(&"a".repeat(128)).is_ok() && policy_name(&"a".repeat(129)).is_err());
        assert!(access_key_id("test").is_ok() && access_key_id("AKIA/1").is_err() && access_key_id("").is_err());
        assert!(account_name("Ops & co").is_ok() && account_name("").is_err() && account_name("a\nb").is_err());
    }

    #[test]
    fn a_document_is_a_policy() {
        let good = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"chatbot:*","Resource":"*"}}"#;
        assert_eq!(check_policy("p", good), Ok(()));
        for bad in ["", "[]", "{", r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"chatbot:*"}}"#] {
            assert!(check_policy("p", bad).unwrap_err().contains("`p`"), "{bad}");
        }
    }
}
