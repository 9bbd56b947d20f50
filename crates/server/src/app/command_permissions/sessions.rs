//! The sessions of AWS STS in which commands run: one a person, role and set of guardrails; in memory alone, renewed before they end.
//!
//! Where a role's trust policy lets it, a session carries the person's name as its source identity, and tags; where not, it runs
//! without them, by its session name. What a role lets is found out by trying, and remembered for a while.

use std::sync::Arc;
use std::time::Duration;

use domain::command::access_denied::{explain_assume_role, is_denied};
use domain::command::session::POLICY_ARNS_MAX;
use moka::sync::Cache;
use tokio::sync::Mutex;

use super::guardrails::{Guardrails, SessionPolicies, not_taken};
use super::{NoCredentials, Standing};
use crate::outbound::aws::managed_policies::ManagedPolicies;
use crate::outbound::aws::sts::{AssumeRole, Sts};
use crate::outbound::aws::{AwsError, CommandCredentials};

/// A session is over for us so long before AWS ends it: a command that begins with it must have time.
const OVER_BEFORE_MS: i64 = 5 * 60 * 1000;
/// Sessions in memory, a few kilobytes each.
const SESSIONS_MAX: u64 = 10_000;
/// AWS STS's default, and the longest where roles lend roles.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
const SESSION_LASTS: Duration = Duration::from_hours(1);
/// How long it is remembered what a trust policy lets: whoever widens it need not restart anything.
const REMEMBERED_FOR: Duration = Duration::from_mins(15);
const ROLES_MAX: u64 = 10_000;
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>.
const TAG_VALUE_CHARACTERS_MAX: usize = 256;

pub struct CommandSessions {
    sts: Sts,
    pub(super) guardrails: Guardrails,
    /// Whoever asks for a session that another asks for waits for that one's.
    sessions: Cache<String, Arc<Mutex<Option<CommandCredentials>>>>,
    /// By the role's ARN.
    lets: Cache<String, Lets>,
}

/// What a role's trust policy lets beside taking it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lets {
    source_identity: bool,
    tags: bool,
}

impl CommandSessions {
    pub fn new(sts: Sts, policies: ManagedPolicies) -> Self {
        Self {
            sts,
            guardrails: Guardrails::new(policies),
            sessions: Cache::builder().max_capacity(SESSIONS_MAX).time_to_live(SESSION_LASTS).build(),
            lets: Cache::builder().max_capacity(ROLES_MAX).time_to_live(REMEMBERED_FOR).build(),
        }
    }

    /// Another one than `expired`, of which AWS said that it is over.
    pub(super) async fn credentials(
        &self,
        standing: &Standing,
        expired: Option<&CommandCredentials>,
        now_ms: i64,
    ) -> Result<CommandCredentials, NoCredentials> {
        let policies = self.policies(standing).await?;
        let is_merged = standing.guardrails.len() > POLICY_ARNS_MAX;
        let merged = if is_merged { policies.policy.as_str() } else { "" };
        let place = self.sessions.get_with(key(standing, merged), Arc::default);
        let mut kept = place.lock().await;
        let is_good = |credentials: &&CommandCredentials| {
            now_ms < credentials.expires_at_ms().saturating_sub(OVER_BEFORE_MS)
                && expired.is_none_or(|expired| expired.access_key_id() != credentials.access_key_id())
        };
        if let Some(credentials) = kept.as_ref().filter(is_good) {
            return Ok(credentials.clone());
        }
        *kept = None;
        let fresh = self.assumed(standing, policies).await?;
        *kept = Some(fresh.clone());
        Ok(fresh)
    }

    async fn policies(&self, standing: &Standing) -> Result<SessionPolicies, NoCredentials> {
        let region = self.sts.region().await;
        self.guardrails.session_policies(standing, &region).await.map_err(NoCredentials::Refused)
    }

    async fn assumed(
        &self,
        standing: &Standing,
        policies: SessionPolicies,
    ) -> Result<CommandCredentials, NoCredentials> {
        let region = self.sts.region().await;
        let role_arn = standing.role.as_str();
        let mut lets = self.lets.get(role_arn).unwrap_or(Lets { source_identity: true, tags: true });
        loop {
            let asked = AssumeRole {
                role_arn: role_arn.to_owned(),
                region: region.clone(),
                session_name: standing.session_name.as_str().to_owned(),
                source_identity: lets.source_identity.then(|| standing.session_name.as_str().to_owned()),
                policy_arns: policies.policy_arns.clone(),
                policy: Some(policies.policy.clone()),
                tags: if lets.tags { tags(standing) } else { Vec::new() },
                duration: None,
            };
            let error = match self.sts.assume_role(&asked).await {
                Ok(credentials) => {
                    self.lets.insert(role_arn.to_owned(), lets);
                    return Ok(credentials);
                }
                Err(error) => error,
            };
            match lets.without_what_was_refused(&error) {
                Some(fewer) => lets = fewer,
                None => return Err(self.refused(standing, &region, error).await),
            }
        }
    }

    async fn refused(&self, standing: &Standing, region: &str, error: AwsError) -> NoCredentials {
        let Some(said) = error.service() else { return NoCredentials::Unavailable(error.to_string()) };
        if is_denied(&said.code) {
            let own = self.sts.get_own_identity(region).await.ok();
            let own = own.as_ref().map(|identity| identity.arn.as_str());
            return NoCredentials::Refused(explain_assume_role(standing.role.as_str(), own, &said.message));
        }
        match said.code.as_str() {
            "MalformedPolicyDocument"
            | "PackedPolicyTooLarge"
            | "PackedPolicyTooLargeException"
            | "ValidationError"
            | "ValidationException" => NoCredentials::Refused(not_taken(&said.message)),
            _ => NoCredentials::Unavailable(error.to_string()),
        }
    }
}

impl Lets {
    /// What is left to try, after a refusal. Each try asks for less: three at most.
    fn without_what_was_refused(self, error: &AwsError) -> Option<Self> {
        let said = error.service()?;
        let none = Self { source_identity: false, tags: false };
        if self == none {
            return None;
        }
        if said.code.starts_with("PackedPolicyTooLarge") {
            // The tags are what the policies may need the room of.
            return self.tags.then_some(Self { tags: false, ..self });
        }
        if !is_denied(&said.code) {
            return None;
        }
        if self.source_identity && said.message.contains("sts:SetSourceIdentity") {
            return Some(Self { source_identity: false, ..self });
        }
        if self.tags && said.message.contains("sts:TagSession") {
            return Some(Self { tags: false, ..self });
        }
        // Not every answer names the one of the three actions that was refused.
        Some(none)
    }
}

/// All that makes a session what it is. Guardrails beyond the tenth are in the text of its policy, which AWS does not read again.
fn key(standing: &Standing, merged: &str) -> String {
    let guardrails: Vec<&str> = standing.guardrails.iter().map(wire::ids::GuardrailPolicyArn::as_str).collect();
    [
        standing.role.as_str(),
        standing.configuration_arn.as_str(),
        standing.person.platform(),
        standing.person.as_str(),
        &guardrails.join(" "),
        merged,
    ]
    .join("\n")
}

/// For the conditions of policies (`aws:PrincipalTag/…`) and for AWS CloudTrail.
fn tags(standing: &Standing) -> Vec<(String, String)> {
    let tags = [
        ("bellhop:platform", standing.person.platform()),
        ("bellhop:user", standing.person.as_str()),
        ("bellhop:configuration", standing.configuration_arn.as_str()),
    ];
    let fitting = tags.into_iter().filter(|(_, value)| value.chars().count() <= TAG_VALUE_CHARACTERS_MAX);
    fitting.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use awscall::protocol::ServiceError;

    use super::*;

    fn said(code: &str, message: &str) -> AwsError {
        AwsError::Service(Box::new(ServiceError {
            code: code.to_owned(),
            message: message.to_owned(),
            status: 403,
            request_id: None,
            fields: serde_json::Map::default(),
            retryable: false,
            throttling: false,
        }))
    }

    const ALL: Lets = Lets { source_identity: true, tags: true };
    const NONE: Lets = Lets { source_identity: false, tags: false };

    #[test]
    fn each_refusal_leaves_less_to_ask_for() {
        let denied = |action: &str| {
            said("AccessDenied", &format!("User: x is not authorized to perform: {action} on resource: y"))
        };
        let without_identity = Lets { source_identity: false, tags: true };
        assert_eq!(ALL.without_what_was_refused(&denied("sts:SetSourceIdentity")), Some(without_identity));
        assert_eq!(without_identity.without_what_was_refused(&denied("sts:TagSession")), Some(NONE));
        assert_eq!(ALL.without_what_was_refused(&denied("sts:AssumeRole")), Some(NONE));
        assert_eq!(NONE.without_what_was_refused(&denied("sts:AssumeRole")), None);
        assert_eq!(ALL.without_what_was_refused(&said("Throttling", "slow down")), None);
        assert_eq!(ALL.without_what_was_refused(&AwsError::NoAnswer("gone".to_owned())), None);
        let large = said("PackedPolicyTooLarge", "108%");
        assert_eq!(ALL.without_what_was_refused(&large), Some(Lets { tags: false, ..ALL }));
        assert_eq!(Lets { tags: false, ..ALL }.without_what_was_refused(&large), None);
    }
}
