//! What a command's session of AWS STS is called, and by which policies it is bound. `app/command_permissions` asks for it.
//!
//! A session's policies, inline and managed, are *one* set: what any of them allows is allowed, what any denies is denied
//! (reference: "Session policies" in the IAM User Guide; MiniStack reads it so too). So the inline policy denies only: an `Allow *`
//! in it would undo every guardrail beside it.

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
