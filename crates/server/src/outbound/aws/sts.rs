//! AWS STS: a role for somebody's commands, and who somebody is. The one place where [`CommandCredentials`] are made.
//!
//! `app::command_permissions` and `outbound::cloudwatch_metrics` call it. It decides nothing of who may have which role.

use std::time::Duration;

use aws_credential_types::Credentials;
use awscall::call::Input;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::credentials::CommandCredentials;
use super::{AwsClient, AwsError, Limits, OwnClient, call_of};

/// Whose AWS STS cannot be switched off.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>.
const EVERYBODYS_REGION: &str = "us-east-1";
/// What CloudTrail calls us behind a provider's name; nothing else reads it.
const PROVIDER_NAME: &str = "AssumeRole";

/// What is asked of AWS STS for one session.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumeRole {
    pub role_arn: String,
    /// STS of the region is asked: that of another partition knows nothing of the role.
    pub region: String,
    pub session_name: String,
    pub source_identity: Option<String>,
    /// Managed session policies: the guardrails.
    pub policy_arns: Vec<String>,
    /// The inline session policy, JSON.
    pub policy: Option<String>,
    pub tags: Vec<(String, String)>,
    /// AWS's default of an hour unless set.
    pub duration: Option<Duration>,
}

/// Whom AWS takes the holder of credentials for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    pub account: String,
    pub arn: String,
    pub user_id: String,
}

#[derive(Clone)]
pub struct Sts {
    own: OwnClient,
    roles: AwsClient,
}

impl Sts {
    pub fn new(own: OwnClient, roles: AwsClient) -> Self {
        Self { own, roles }
    }

    /// Assumes a role with the server's own credentials.
    pub async fn assume_role(&self, asked: &AssumeRole) -> Result<CommandCredentials, AwsError> {
        let call = call_of("sts", "AssumeRole", Value::Object(asked.input()))?;
        let output = self.own.call(&call, &asked.region, &Limits::default()).await?;
        role_credentials(&output).ok_or_else(|| unreadable("AssumeRole"))
    }

    /// Who the holder of a role's credentials is.
    pub async fn get_caller_identity(&self, of: &CommandCredentials, region: &str) -> Result<CallerIdentity, AwsError> {
        let call = call_of("sts", "GetCallerIdentity", json!({}))?;
        let output = self.roles.call(&call, of, region, &Limits::default()).await?;
        caller_identity(&output).ok_or_else(|| unreadable("GetCallerIdentity"))
    }

    /// Which AWS STS is asked: that of the server's own region, or the one that every account has.
    pub async fn region(&self) -> String {
        self.own.region(None).await.unwrap_or_else(|_| EVERYBODYS_REGION.to_owned())
    }

    /// Who the server itself is.
    pub async fn get_own_identity(&self, region: &str) -> Result<CallerIdentity, AwsError> {
        let call = call_of("sts", "GetCallerIdentity", json!({}))?;
        let output = self.own.call(&call, region, &Limits::default()).await?;
        caller_identity(&output).ok_or_else(|| unreadable("GetCallerIdentity"))
    }
}

impl AssumeRole {
    fn input(&self) -> Input {
        let mut input = Input::new();
        input.insert("RoleArn".to_owned(), json!(self.role_arn));
        input.insert("RoleSessionName".to_owned(), json!(self.session_name));
        if let Some(source_identity) = &self.source_identity {
            input.insert("SourceIdentity".to_owned(), json!(source_identity));
        }
        if !self.policy_arns.is_empty() {
            let arns: Vec<Value> = self.policy_arns.iter().map(|arn| json!({ "arn": arn })).collect();
            input.insert("PolicyArns".to_owned(), Value::Array(arns));
        }
        if let Some(policy) = &self.policy {
            input.insert("Policy".to_owned(), json!(policy));
        }
        if !self.tags.is_empty() {
            let tags: Vec<Value> = self.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
            input.insert("Tags".to_owned(), Value::Array(tags));
        }
        if let Some(duration) = self.duration {
            input.insert("DurationSeconds".to_owned(), json!(duration.as_secs()));
        }
        input
    }
}

fn unreadable(operation: &str) -> AwsError {
    AwsError::Unreadable(format!("AWS STS answered `{operation}` with something else"))
}

fn role_credentials(output: &Map<String, Value>) -> Option<CommandCredentials> {
    let given = output.get("Credentials")?;
    let text = |member: &str| given.get(member)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let expires_at = OffsetDateTime::parse(given.get("Expiration")?.as_str()?, &Rfc3339).ok()?;
    let expires_at_ms = i64::try_from(expires_at.unix_timestamp_nanos().div_euclid(1_000_000)).ok()?;
    let (id, secret, token) = (text("AccessKeyId")?, text("SecretAccessKey")?, text("SessionToken")?);
    let credentials = Credentials::new(id, secret, Some(token), Some(expires_at.into()), PROVIDER_NAME);
    let arn = output.get("AssumedRoleUser").and_then(|user| user.get("Arn")?.as_str()).unwrap_or_default();
    Some(CommandCredentials { credentials, expires_at_ms, assumed_role_arn: arn.to_owned() })
}

fn caller_identity(output: &Map<String, Value>) -> Option<CallerIdentity> {
    let text = |member: &str| output.get(member)?.as_str().map(str::to_owned);
    Some(CallerIdentity { account: text("Account")?, arn: text("Arn")?, user_id: text("UserId")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(altered: impl FnOnce(&mut Value)) -> Option<CommandCredentials> {
        let mut output = json!({
            "Credentials": {
                "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "hush", "SessionToken": "token",
                "Expiration": "2026-11-23T11:00:00+00:00",
            },
            "AssumedRoleUser": { "AssumedRoleId": "AROA:x", "Arn": "arn:aws:sts::123456789012:assumed-role/chatbot/x" },
        });
        altered(&mut output);
        role_credentials(output.as_object().unwrap())
    }

    #[test]
    fn a_session_is_whole_or_none() {
        let session = answered(|_| ()).unwrap();
        assert_eq!((session.access_key_id(), session.expires_at_ms()), ("ASIAEXAMPLE", 1_795_431_600_000));
        assert_eq!(session.assumed_role_arn(), "arn:aws:sts::123456789012:assumed-role/chatbot/x");
        assert!(!format!("{session:?}").contains("hush"));
        for member in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
            assert!(answered(|output| output["Credentials"][member] = json!("")).is_none(), "{member}");
        }
    }

    #[test]
    fn only_what_is_asked_for_is_sent() {
        let plain = AssumeRole {
            role_arn: "arn:aws:iam::123456789012:role/chatbot".to_owned(),
            region: "eu-central-1".to_owned(),
            session_name: "Bellhop".to_owned(),
            source_identity: None,
            policy_arns: Vec::new(),
            policy: None,
            tags: Vec::new(),
            duration: None,
        };
        let members = |asked: &AssumeRole| asked.input().keys().cloned().collect::<Vec<_>>();
        assert_eq!(members(&plain), ["RoleArn", "RoleSessionName"]);
        let all = AssumeRole {
            source_identity: Some("alice".to_owned()),
            policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
            policy: Some("{}".to_owned()),
            tags: vec![("channel".to_owned(), "C0OPS".to_owned())],
            duration: Some(Duration::from_mins(15)),
            ..plain
        };
        assert_eq!(all.input()["PolicyArns"], json!([{ "arn": "arn:aws:iam::aws:policy/ReadOnlyAccess" }]));
        assert_eq!(all.input()["Tags"], json!([{ "Key": "channel", "Value": "C0OPS" }]));
        assert_eq!(all.input()["DurationSeconds"], 900);
    }
}
