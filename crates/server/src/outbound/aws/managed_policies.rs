//! AWS IAM: what a managed policy says. Asked with the server's own credentials, for guardrails alone; no command comes here.

use serde_json::{Map, Value, json};

use super::{AwsError, Limits, OwnClient, call_of};

#[derive(Clone)]
pub struct ManagedPolicies {
    own: OwnClient,
}

impl ManagedPolicies {
    pub fn new(own: OwnClient) -> Self {
        Self { own }
    }

    /// The document of a policy's default version, as JSON text. Needs `iam:GetPolicy` and `iam:GetPolicyVersion`.
    pub async fn document(&self, policy_arn: &str, region: &str) -> Result<String, AwsError> {
        let policy = self.ask("GetPolicy", json!({ "PolicyArn": policy_arn }), region).await?;
        let version = policy.get("Policy").and_then(|policy| policy.get("DefaultVersionId")?.as_str());
        let version = version.ok_or_else(|| unreadable("GetPolicy"))?;
        let asked = json!({ "PolicyArn": policy_arn, "VersionId": version });
        let answer = self.ask("GetPolicyVersion", asked, region).await?;
        // `awscall` has undone its percent-encoding, and read it; what it could not read is still text.
        let document = answer.get("PolicyVersion").and_then(|version| version.get("Document"));
        let document = document.filter(|document| document.is_object()).map(ToString::to_string);
        document.ok_or_else(|| unreadable("GetPolicyVersion"))
    }

    async fn ask(&self, operation: &str, input: Value, region: &str) -> Result<Map<String, Value>, AwsError> {
        self.own.call(&call_of("iam", operation, input)?, region, &Limits::default()).await
    }
}

fn unreadable(operation: &str) -> AwsError {
    AwsError::Unreadable(format!("AWS IAM answered `{operation}` with something else"))
}
