//! What a command's session of AWS STS is called, and by which policies it is bound. `app/command_permissions` asks for it.
//!
//! A session's policies, inline and managed, are *one* set: what any of them allows is allowed, what any denies is denied
//! (reference: "Session policies" in the IAM User Guide; `MiniStack` reads it so too). So the inline policy denies only: an `Allow *`
//! in it would undo every guardrail beside it.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::denied;

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>: `[\w+=,.@-]`, 2 to 64, of `RoleSessionName` and
/// `SourceIdentity` alike.
const NAME_MAX: usize = 64;

/// Names whoever acts, in AWS's own logs: `Bellhop-slack-U012AB3CD`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionName(String);

impl SessionName {
    /// `platform` and `user_id` as the store has them; what AWS does not take in a name becomes `_`.
    pub fn of(platform: &str, user_id: &str) -> Self {
        let taken = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        let name = format!("Bellhop-{platform}-{user_id}");
        Self(name.chars().take(NAME_MAX).map(|c| if taken(c) { c } else { '_' }).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `Policy` of `AssumeRole`, white space counted. Source: the same page.
pub const POLICY_CHARACTERS_MAX: usize = 2_048;
/// `PolicyArns` of `AssumeRole`. Source: the same page.
pub const POLICY_ARNS_MAX: usize = 10;

/// What binds a session beside its guardrails: denies alone.
///
/// Two services are denied but for what others do with them in the session's name, where a deny would break what is allowed:
/// `iam:PassRole` (`run-task`, `create-function`; its `iam:PassedToService` some services leave out, so it is spared by its letters: all
/// other actions have a c, a t or a u), the making of service-linked roles (which alone has `iam:AWSServiceName`), and KMS by way of another service
/// (`kms:ViaService`; a message to an encrypted queue). By way of AWS Systems Manager it would decrypt parameters: denied.
pub fn deny_policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| with_statements(&[]));
    &POLICY
}

fn with_statements(more: &[Value]) -> String {
    let mut statements = vec![
        json!({ "Effect": "Deny", "Action": denied::bound_actions().collect::<Vec<_>>(), "Resource": "*" }),
        json!({
            "Effect": "Deny", "Action": ["iam:*c*", "iam:*t*", "iam:*u*"], "Resource": "*",
            "Condition": { "Null": { "iam:AWSServiceName": "true" } },
        }),
        json!({
            "Effect": "Deny", "Action": "kms:*", "Resource": "*",
            "Condition": { "StringLikeIfExists": { "kms:ViaService": "ssm.*" } },
        }),
    ];
    statements.extend_from_slice(more);
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

/// A guardrail that is put into the inline policy, because there are more of them than AWS STS takes by ARN.
#[derive(Debug, Clone, Copy)]
pub struct GuardrailDocument<'a> {
    pub arn: &'a str,
    /// Its default version, as IAM has it.
    pub document: &'a str,
}

/// Why guardrails cannot be put into the inline policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    #[error("`{0}` is not a policy document that can be read")]
    NotADocument(String),
    /// Its variables would begin to mean something.
    #[error("`{0}` is of the policy language's old version and uses `${{`")]
    OldVariables(String),
    #[error("together they have {0} characters, and AWS STS takes {POLICY_CHARACTERS_MAX}")]
    TooLong(usize),
}

/// The denies and these guardrails, in one policy.
pub fn merged_policy(guardrails: &[GuardrailDocument<'_>]) -> Result<String, Unmergeable> {
    let mut statements = Vec::new();
    for guardrail in guardrails {
        statements.extend(statements_of(guardrail)?);
    }
    let policy = with_statements(&statements);
    match policy.chars().count() {
        length if length > POLICY_CHARACTERS_MAX => Err(Unmergeable::TooLong(length)),
        _ => Ok(policy),
    }
}

fn statements_of(guardrail: &GuardrailDocument<'_>) -> Result<Vec<Value>, Unmergeable> {
    let not_a_document = || Unmergeable::NotADocument(guardrail.arn.to_owned());
    // Nothing is merged that is not understood whole.
    iam::policy::Policy::parse(guardrail.arn, guardrail.document).map_err(|_| not_a_document())?;
    let mut document: Value = serde_json::from_str(guardrail.document).map_err(|_| not_a_document())?;
    let is_new = document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
    if !is_new && guardrail.document.contains("${") {
        return Err(Unmergeable::OldVariables(guardrail.arn.to_owned()));
    }
    let mut statements = match document.get_mut("Statement").map(Value::take) {
        Some(Value::Array(statements)) => statements,
        Some(statement @ Value::Object(_)) => vec![statement],
        _ => return Err(not_a_document()),
    };
    for statement in statements.iter_mut().filter_map(Value::as_object_mut) {
        // Two policies may name statements alike; one policy may not.
        statement.remove("Sid");
    }
    Ok(statements)
}

#[cfg(test)]
mod tests;
