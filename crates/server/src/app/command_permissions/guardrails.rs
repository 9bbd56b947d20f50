//! How a configuration's guardrails are put before a session: ten by their ARNs, what is more by its text.

use std::sync::Arc;
use std::time::Duration;

use domain::command::refusal::{Refusal, RefusedBy};
use domain::command::session::{GuardrailDocument, POLICY_ARNS_MAX, deny_policy, merged_policy};
use moka::future::Cache;

use super::Standing;
use crate::outbound::aws::AwsError;
use crate::outbound::aws::managed_policies::ManagedPolicies;

/// How long the text of a guardrail that is merged may be old. By ARN, AWS reads it itself.
const DOCUMENT_LASTS: Duration = Duration::from_mins(5);
const DOCUMENTS_MAX: u64 = 1_000;
/// AWS's own, which allows all and which few servers may read. Source: its page,
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html>.
const ADMINISTRATOR_ACCESS: (&str, &str) = (
    "arn:aws:iam::aws:policy/AdministratorAccess",
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
);

pub(super) struct Guardrails {
    policies: ManagedPolicies,
    documents: Cache<String, Arc<str>>,
}

/// What `AssumeRole` is given.
pub(super) struct SessionPolicies {
    pub(super) policy_arns: Vec<String>,
    pub(super) policy: String,
}

impl Guardrails {
    pub(super) fn new(policies: ManagedPolicies) -> Self {
        let documents = Cache::builder().max_capacity(DOCUMENTS_MAX).time_to_live(DOCUMENT_LASTS).build();
        Self { policies, documents }
    }

    pub(super) async fn session_policies(&self, standing: &Standing, region: &str) -> Result<SessionPolicies, Refusal> {
        let arns: Vec<&str> = standing.guardrails.iter().map(wire::ids::GuardrailPolicyArn::as_str).collect();
        let (by_arn, by_text) = arns.split_at(arns.len().min(POLICY_ARNS_MAX));
        let policy_arns = by_arn.iter().map(|arn| (*arn).to_owned()).collect();
        if by_text.is_empty() {
            return Ok(SessionPolicies { policy_arns, policy: deny_policy().to_owned() });
        }
        let mut documents = Vec::new();
        for arn in by_text {
            let document = self.document(arn, region).await;
            documents.push((
                *arn,
                document.map_err(|error| too_many(standing, &format!("`{arn}` cannot be read: {error}")))?,
            ));
        }
        let documents: Vec<_> = documents.iter().map(|(arn, document)| GuardrailDocument { arn, document }).collect();
        let policy = merged_policy(&documents).map_err(|error| too_many(standing, &error.to_string()))?;
        Ok(SessionPolicies { policy_arns, policy })
    }

    /// What a guardrail says, if this server may read it.
    pub(super) async fn document(&self, arn: &str, region: &str) -> Result<Arc<str>, AwsError> {
        if arn == ADMINISTRATOR_ACCESS.0 {
            return Ok(ADMINISTRATOR_ACCESS.1.into());
        }
        if let Some(kept) = self.documents.get(arn).await {
            return Ok(kept);
        }
        let document: Arc<str> = self.policies.document(arn, region).await?.into();
        self.documents.insert(arn.to_owned(), document.clone()).await;
        Ok(document)
    }
}

fn too_many(standing: &Standing, why: &str) -> Refusal {
    let count = standing.guardrails.len();
    let sentence = format!(
        "This channel has {count} guardrail policies. AWS takes {POLICY_ARNS_MAX} for a session, and I cannot put the others beside \
         them: {why}. Nothing was run."
    );
    Refusal::new(RefusedBy::GuardrailsUnusable, sentence).with_remedy(
        "Whoever administers this channel's configuration can name ten or fewer guardrail policies, or let Bellhop read the \
         others (`iam:GetPolicy`, `iam:GetPolicyVersion`).",
        None,
    )
}

/// AWS STS would not take them.
pub(super) fn not_taken(message: &str) -> Refusal {
    let sentence = "AWS does not take this channel's guardrail policies for a session, so nothing was run.";
    let refusal = Refusal::new(RefusedBy::GuardrailsUnusable, sentence).with_remedy(
        "Whoever administers this channel's configuration can change them: each must be a managed policy of the role's own account \
         or of AWS, and together they must not be too many or too long. Tags of Bellhop's own session take the same room: under EKS Pod \
         Identity, `disableSessionTags` of its association frees it.",
        None,
    );
    Refusal { quoted: Some(message.to_owned()), ..refusal }
}
