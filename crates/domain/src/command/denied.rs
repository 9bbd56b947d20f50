//! The hard deny list: what is never run from chat, whatever the role and the guardrails allow.
//!
//! It stands twice. [`refused`] says no before anything is sent, by all of the list; [`super::session`] puts what is bound of it
//! before the session itself, so that AWS refuses too, what other services would do in the session's name included.
//!
//! The list is AWS's, and what that forgot by one rule: *an operation whose point is to answer something that lets a reader act as
//! somebody else (keys, tokens, passwords, signed addresses of consoles, secrets) or that decides who may do what*. Where such a
//! thing only stands beside what is asked for, the answer masks it instead. The test below holds the list to the models: every
//! operation that answers what is called like a credential is denied, or is named there with the reason why not.
//! Source of AWS's: AWS Chatbot Administrator Guide, "Running AWS CLI commands from chat channels".

#[cfg(test)]
mod tests;

use awscall::call::Input;
use awscall::model::{Operation, Service};
use serde_json::Value;

use super::iam_action::{self, Action, iam_prefix};
use super::refusal::{Refusal, RefusedBy};
use crate::glob;

/// By what right something is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It answers keys, tokens, passwords or secrets, or what opens them.
    Secrets,
    /// It reads or writes what people keep: files, items, code.
    Contents,
    /// It decides who may do what.
    Identities,
    /// It is Bellhop's own API.
    Bellhop,
    /// It opens a session on a machine.
    Sessions,
}

/// Whether AWS is told as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// Of the session's policy too.
    Session,
    /// Refused before the call alone: the policy has room for few, and credentials of a session never leave this server.
    Call,
}

/// Actions of one service, by IAM's names; `*` stands for anything.
struct Rule {
    prefix: &'static str,
    actions: &'static [&'static str],
    why: Why,
    bound: Bound,
}

const fn bound(prefix: &'static str, why: Why, actions: &'static [&'static str]) -> Rule {
    Rule { prefix, actions, why, bound: Bound::Session }
}

const fn before(prefix: &'static str, why: Why, actions: &'static [&'static str]) -> Rule {
    Rule { prefix, actions, why, bound: Bound::Call }
}

use Why::{Bellhop, Contents, Identities, Secrets, Sessions};

/// In the order of their prefixes.
const RULES: &[Rule] = &[
    bound("acm", Secrets, &["ExportCertificate"]),
    before("airflow", Secrets, &["Create*Token"]),
    before("amplifybackend", Secrets, &["CreateToken", "GetBackendAuth", "GetToken"]),
    before("amplifyuibuilder", Secrets, &["ExchangeCodeForToken", "RefreshToken"]),
    before("appstream", Secrets, &["Create*StreamingURL"]),
    // The id of a key is the key.
    bound("appsync", Secrets, &["*ApiKey*"]),
    before("athena", Secrets, &["CreatePresignedNotebookUrl", "GetSessionEndpoint"]),
    before("aws-marketplace", Secrets, &["GetBuyerDashboard"]),
    before("bedrock-agentcore", Secrets, &["Get*AccessToken*", "GetResourceApiKey", "GetResourceOauth2Token"]),
    bound("chatbot", Bellhop, &["*"]),
    before("chime", Secrets, &["RegenerateSecurityToken"]),
    before("codeartifact", Secrets, &["GetAuthorizationToken"]),
    before("codebuild", Sessions, &["StartSandboxConnection"]),
    before("codecatalyst", Secrets, &["CreateAccessToken", "StartDevEnvironmentSession"]),
    bound("codecommit", Contents, &["GetBlob", "GetCommit", "GetDifferences", "GetFile"]),
    before("codepipeline", Secrets, &["Get*JobDetails", "PollForJobs"]),
    bound("cognito-identity", Identities, &["*"]),
    bound("cognito-idp", Identities, &["*"]),
    bound("connect", Secrets, &["GetFederationToken"]),
    before("datazone", Secrets, &["GetEnvironmentCredentials", "GetIamPortalLoginUrl"]),
    bound("deadline", Secrets, &["Assume*"]),
    before("devicefarm", Secrets, &["CreateTestGridUrl"]),
    bound("dynamodb", Contents, &["BatchGetItem", "GetItem"]),
    bound("ec2", Secrets, &["CreateKeyPair", "GetPasswordData"]),
    before("ec2", Secrets, &["ExportVerifiedAccessInstanceClientConfiguration"]),
    bound("ec2-instance-connect", Sessions, &["*"]),
    bound("ecr", Secrets, &["GetAuthorizationToken"]),
    before("ecr-public", Secrets, &["GetAuthorizationToken"]),
    bound("ecs", Sessions, &["ExecuteCommand"]),
    before("eks", Secrets, &["RegisterCluster"]),
    bound("eks-auth", Secrets, &["*"]),
    before("elasticmapreduce", Secrets, &["Get*Credentials", "Get*PresignedURL"]),
    before("emr-containers", Secrets, &["Get*Credentials"]),
    before("emr-serverless", Secrets, &["GetDashboardForJobRun"]),
    before("finspace", Secrets, &["GetKxConnectionString"]),
    before("finspace-api", Secrets, &["Get*AccessDetails", "Get*Credentials", "ResetUserPassword"]),
    bound("gamelift", Secrets, &["*Access", "RequestUploadCredentials"]),
    before("gamelift", Secrets, &["CreateBuild", "GetComputeAuthToken"]),
    before("grafana", Secrets, &["Create*Key", "Create*Token"]),
    bound("iam", Identities, &["*"]),
    bound("identitystore", Identities, &["*"]),
    before(
        "iot",
        Secrets,
        &["CreateKeysAndCertificate", "CreateProvisioningClaim", "OpenTunnel", "RotateTunnelAccessToken"],
    ),
    before("iotmanagedintegrations", Secrets, &["CreateProvisioningProfile"]),
    before("ivs", Secrets, &["*StreamKey", "CreateParticipantToken"]),
    before("ivschat", Secrets, &["CreateChatToken"]),
    before("kinesisanalytics", Secrets, &["CreateApplicationPresignedUrl"]),
    before("kinesisvideo", Secrets, &["Get*SessionURL", "GetIceServerConfig"]),
    bound("kms", Secrets, &["*"]),
    before("lakeformation", Secrets, &["AssumeDecoratedRoleWithSAML"]),
    bound("lakeformation", Secrets, &["GetTemporary*"]),
    before("license-manager", Secrets, &["CreateToken", "GetAccessToken"]),
    bound(
        "lightsail",
        Secrets,
        &["*AccessDetails", "*AccessKey*", "*KeyPair*", "*UserPassword", "UpdateRelationalDatabase"],
    ),
    before("lightsail", Secrets, &["CreateContainerServiceRegistryLogin"]),
    // Its keys are as KMS's, of cards.
    bound("payment-cryptography", Secrets, &["*"]),
    before("pca-connector-scep", Secrets, &["CreateChallenge", "GetChallengePassword"]),
    before("pcs", Secrets, &["RegisterComputeNodeGroupInstance"]),
    // An address to upload to, and the key of what is uploaded.
    before("profile", Secrets, &["GetUploadJobPath"]),
    before("quicksight", Secrets, &["*EmbedUrl*", "GetIdentityContext"]),
    bound("rds-db", Secrets, &["*"]),
    bound("redshift", Secrets, &["GetClusterCredentials*"]),
    before("redshift", Secrets, &["GetIdentityCenterAuthToken"]),
    bound("redshift-serverless", Secrets, &["GetCredentials"]),
    before("redshift-serverless", Secrets, &["GetIdentityCenterAuthToken"]),
    before("route53domains", Secrets, &["RetrieveDomainAuthCode", "TransferDomainToAnotherAwsAccount"]),
    before("route53globalresolver", Secrets, &["*AccessToken"]),
    bound("s3", Contents, &["GetBucketPolicy", "GetObject", "GetObjectVersion", "PutObject"]),
    bound("s3", Secrets, &["GetDataAccess"]),
    bound("s3express", Secrets, &["*"]),
    before("sagemaker", Secrets, &["*Presigned*"]),
    before("sagemaker", Sessions, &["StartSession"]),
    bound("sdb", Contents, &["*"]),
    bound("secretsmanager", Secrets, &["*"]),
    bound("signin", Secrets, &["*"]),
    bound("snowball", Secrets, &["GetJobUnlockCode"]),
    before("ssm", Secrets, &["CreateActivation"]),
    bound("ssm", Secrets, &["GetAccessToken"]),
    bound("ssm", Sessions, &["StartSession"]),
    before("ssm", Sessions, &["ResumeSession"]),
    bound("sso", Identities, &["*"]),
    bound("sso-oauth", Secrets, &["*"]),
    bound("storagegateway", Secrets, &["DescribeChapCredentials"]),
    bound("sts", Identities, &["*"]),
    before("wickr", Secrets, &["GetOidcInfo"]),
    before("workmail", Secrets, &["AssumeImpersonationRole"]),
];

/// Operations of API Gateway, whose actions are methods of HTTP. The values of its keys are `appsync:ListApiKeys` again.
const API_GATEWAY: [&str; 3] = ["CreateApiKey", "GetApiKey", "GetApiKeys"];
/// Reads that answer what is encrypted only where they are told to: service, beginning of the operation, member.
const DECRYPTING: [(&str, &str, &str); 2] =
    [("ssm", "GetParameter", "WithDecryption"), ("datazone", "GetConnection", "withSecret")];

/// Commands of the AWS CLI that are no operation and answer credentials: nobody is told that they are unknown.
const COMMANDS_OF_THE_CLI: [(&str, &str); 12] = [
    ("cloudfront", "sign"),
    ("codeartifact", "login"),
    ("codecommit", "credential-helper"),
    ("dsql", "generate-db-connect-admin-auth-token"),
    ("dsql", "generate-db-connect-auth-token"),
    ("ecr", "get-login"),
    ("ecr", "get-login-password"),
    ("ecr-public", "get-login-password"),
    ("eks", "get-token"),
    ("rds", "generate-db-auth-token"),
    ("s3", "presign"),
    ("sso", "login"),
];

/// Who refuses an operation for good, if the deny list does. No role, no guardrail and no setting changes it.
pub fn refused(service: &Service, operation: &Operation, input: &Input) -> Option<Refusal> {
    let why = why(service, operation, input)?;
    Some(refusal(service.name, operation.command, why))
}

/// The same of what is a command of the AWS CLI alone: `ecr get-login-password`.
pub fn refused_command(service: &str, command: &str) -> Option<Refusal> {
    COMMANDS_OF_THE_CLI.contains(&(service, command)).then(|| refusal(service, command, Secrets))
}

/// Why an operation is on the list, if it is. By all of its names: the operation's own, and those of what it needs.
pub fn why(service: &Service, operation: &Operation, input: &Input) -> Option<Why> {
    let prefix = iam_prefix(service);
    if prefix == "apigateway" && API_GATEWAY.contains(&operation.name) {
        return Some(Secrets);
    }
    let decrypts = DECRYPTING.iter().any(|(of, begins, member)| {
        *of == prefix && operation.name.starts_with(begins) && input.get(*member).is_some_and(is_not_false)
    });
    if decrypts {
        return Some(Secrets);
    }
    let own = Action { prefix, name: operation.name.to_owned() };
    let actions = iam_action::actions(service, operation, input);
    std::iter::once(&own).chain(&actions).find_map(why_action)
}

fn why_action(action: &Action) -> Option<Why> {
    let has = |rule: &&Rule| {
        rule.prefix == action.prefix && rule.actions.iter().any(|pattern| glob::matches(pattern, &action.name))
    };
    RULES.iter().find(has).map(|rule| rule.why)
}

/// What is not known to be `false` may be `true`.
fn is_not_false(value: &Value) -> bool {
    !matches!(value, Value::Bool(false) | Value::Null)
}

/// What AWS is told to deny in every session: `prefix:Name`, but for [`super::session`]'s own two.
pub(super) fn bound_actions() -> impl Iterator<Item = String> {
    let bound = RULES.iter().filter(|rule| rule.bound == Bound::Session && !["iam", "kms"].contains(&rule.prefix));
    bound.flat_map(|rule| rule.actions.iter().map(|action| format!("{}:{action}", rule.prefix)))
}

/// Whether the session's own policy denies an action.
pub(super) fn is_bound(prefix: &str, name: &str) -> bool {
    let rules = RULES.iter().filter(|rule| rule.bound == Bound::Session && rule.prefix.eq_ignore_ascii_case(prefix));
    rules.flat_map(|rule| rule.actions).any(|pattern| glob::matches(pattern, name))
}

fn refusal(service: &str, command: &str, why: Why) -> Refusal {
    let because = match why {
        Secrets => "it deals in secrets or credentials, and everybody in the channel would read them",
        Contents => "it reads or writes what is kept there, and that does not belong into a channel",
        Identities => "it is about who may do what in AWS",
        Bellhop => "nobody changes Bellhop's own configuration through Bellhop's commands",
        Sessions => "it opens a session on a machine",
    };
    let sentence = format!("`{service} {command}` is never run from chat: {because}.");
    let remedy = "Nobody can allow it here, whatever the role and the guardrails are. Use the AWS console or the AWS CLI yourself.";
    Refusal::new(RefusedBy::DenyList, sentence).with_remedy(remedy, None)
}
