//! Which operations change nothing and reveal no secret, so that they may run without being confirmed, and why some that read are not
//! among them. The server's corridor of a command asks here. What is unsure is not read-only.

use crate::model::{Operation, Service};

/// Verbs that read, in AWS's way of naming operations.
const VERBS: [&str; 16] = [
    "BatchDescribe",
    "BatchGet",
    "BatchList",
    "Count",
    "Describe",
    "Estimate",
    "Filter",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Query",
    "Scan",
    "Search",
    "Select",
    "Simulate",
];

/// Words in a reading operation's name that say that its answer is a way in, of whatever service.
const WAYS_IN: [&str; 8] =
    ["Credential", "Password", "SecretValue", "Token", "AuthCode", "UnlockCode", "Presigned", "EmbedUrl"];

/// Those that have such a word and tell of the thing, never the thing itself.
const NAMED_ONLY: [(&str, &str); 9] = [
    // Rules of passwords, no password.
    ("iam", "GetAccountPasswordPolicy"),
    // Metadata, without the token.
    ("workmail", "GetPersonalAccessTokenMetadata"),
    ("workmail", "ListPersonalAccessTokens"),
    // Balances of coins.
    ("managedblockchain-query", "GetTokenBalance"),
    ("managedblockchain-query", "BatchGetTokenBalance"),
    ("managedblockchain-query", "ListTokenBalances"),
    // Names and types of connections to sources, without what opens them.
    ("codebuild", "ListSourceCredentials"),
    // How many tokens a text has.
    ("bedrock-runtime", "CountTokens"),
    // The state of a token of a change, not a new one.
    ("waf", "GetChangeTokenStatus"),
];

const OPENS: &str = "its answer is a key, a password or a link that lets anybody in";
const MAKES: &str = "it makes what it gets";
const WRITES: &str = "what it is asked may write";
const TAKES: &str = "what it reads is hidden from others for a while, or gone";

/// Reading by their names, and not read-only.
const EXCEPTIONS: [(&str, &str, &str); 51] = [
    ("amplify", "GetArtifactUrl", OPENS),
    // With `includeValue(s)`.
    ("apigateway", "GetApiKey", OPENS),
    ("apigateway", "GetApiKeys", OPENS),
    // An API key's id is the key.
    ("appsync", "ListApiKeys", OPENS),
    ("athena", "GetSessionEndpoint", OPENS),
    ("auditmanager", "GetAssessmentReportUrl", OPENS),
    ("auditmanager", "GetEvidenceFileUploadUrl", OPENS),
    ("bedrock-agentcore", "GetResourceApiKey", OPENS),
    ("chime-sdk-meetings", "GetAttendee", OPENS),
    ("chime-sdk-meetings", "ListAttendees", OPENS),
    // An identity comes to be if there is none.
    ("cognito-identity", "GetId", MAKES),
    // A code is sent to the user.
    ("cognito-idp", "GetUserAttributeVerificationCode", MAKES),
    ("connect", "GetPromptFile", OPENS),
    // An address to upload to, and the key of what is uploaded.
    ("customer-profiles", "GetUploadJobPath", OPENS),
    ("connectparticipant", "GetAttachment", OPENS),
    ("connectparticipant", "GetAuthenticationUrl", OPENS),
    ("datazone", "GetIamPortalLoginUrl", OPENS),
    ("devicefarm", "GetUpload", OPENS),
    ("ecr", "GetDownloadUrlForLayer", OPENS),
    ("finspace-data", "GetExternalDataViewAccessDetails", OPENS),
    ("gamelift", "GetComputeAccess", OPENS),
    ("gamelift", "GetGameSessionLogUrl", OPENS),
    ("gamelift", "GetInstanceAccess", OPENS),
    // With the connection's password, unless `HidePassword`.
    ("glue", "GetConnection", OPENS),
    ("glue", "GetConnections", OPENS),
    ("groundstation", "GetAgentTaskResponseUrl", OPENS),
    ("iot", "GetRegistrationCode", MAKES),
    ("ivs", "BatchGetStreamKey", OPENS),
    ("ivs", "GetStreamKey", OPENS),
    // TURN servers with a user and a password.
    ("kinesis-video-signaling", "GetIceServerConfig", OPENS),
    ("kinesis-video-archived-media", "GetDASHStreamingSessionURL", OPENS),
    ("kinesis-video-archived-media", "GetHLSStreamingSessionURL", OPENS),
    // A key to wrap with, and a token to import by.
    ("kms", "GetParametersForImport", MAKES),
    ("lexv2-models", "GetTestExecutionArtifactsUrl", OPENS),
    ("lightsail", "GetInstanceAccessDetails", OPENS),
    ("m2", "GetSignedBluinsightsUrl", OPENS),
    ("mturk", "GetFileUploadURL", OPENS),
    ("payment-cryptography", "GetParametersForExport", MAKES),
    ("payment-cryptography", "GetParametersForImport", MAKES),
    ("quicksight", "GetSessionEmbedUrl", OPENS),
    ("s3api", "SelectObjectContent", TAKES),
    ("s3control", "GetDataAccess", OPENS),
    ("security-ir", "GetCaseAttachmentDownloadUrl", OPENS),
    ("security-ir", "GetCaseAttachmentUploadUrl", OPENS),
    ("snowball", "GetJobManifest", OPENS),
    // A snapshot of patches comes to be, with a link to it.
    ("ssm", "GetDeployablePatchSnapshotForInstance", MAKES),
    // It hands out a task, to whoever asks first.
    ("stepfunctions", "GetActivityTask", TAKES),
    // `UNLOAD` writes into a bucket.
    ("timestream-query", "Query", WRITES),
    ("wafv2", "GetDecryptedAPIKey", OPENS),
    // Advances the session: the same configuration is not given twice.
    ("appconfigdata", "GetLatestConfiguration", TAKES),
    ("mediastore-data", "GetObject", OPENS),
];

/// Read-only, though neither the model nor the verb says so. Each changes nothing by AWS's own reference.
const CURATED: [(&str, &str); 23] = [
    ("cloudformation", "ValidateTemplate"),
    ("elasticbeanstalk", "CheckDNSAvailability"),
    ("events", "TestEventPattern"),
    ("gamelift", "ResolveAlias"),
    ("lightsail", "IsVpcPeered"),
    // A query of Logs Insights only reads, and its answer is read by `get-query-results`.
    ("logs", "StartQuery"),
    ("logs", "TestMetricFilter"),
    ("logs", "TestTransformer"),
    // A part of a log file, as text.
    ("rds", "DownloadDBLogFilePortion"),
    ("resource-explorer-2", "Search"),
    ("route53", "TestDNSAnswer"),
    ("route53domains", "CheckDomainAvailability"),
    ("route53domains", "CheckDomainTransferability"),
    ("route53domains", "ViewBilling"),
    ("secretsmanager", "ValidateResourcePolicy"),
    ("servicediscovery", "DiscoverInstances"),
    ("servicediscovery", "DiscoverInstancesRevision"),
    ("ses", "TestRenderTemplate"),
    ("sesv2", "TestRenderEmailTemplate"),
    ("sns", "CheckIfPhoneNumberIsOptedOut"),
    ("stepfunctions", "ValidateStateMachineDefinition"),
    ("wafv2", "CheckCapacity"),
    ("configservice", "SelectResourceConfig"),
];

/// Whether it may run at once.
pub fn is_read_only(service: &Service, operation: &Operation) -> bool {
    let (service, name) = (service.name, operation.name);
    if CURATED.contains(&(service, name)) {
        return true;
    }
    if EXCEPTIONS.iter().any(|(of, excepted, _)| (*of, *excepted) == (service, name)) {
        return false;
    }
    let opens = WAYS_IN.iter().any(|word| name.contains(word)) && !NAMED_ONLY.contains(&(service, name));
    !opens && (operation.read_only || VERBS.iter().any(|verb| begins(name, verb)))
}

/// `Get` begins `GetItem` and is `Get`; it does not begin `Getaway`.
fn begins(name: &str, verb: &str) -> bool {
    name.strip_prefix(verb).is_some_and(|rest| rest.chars().next().is_none_or(|letter| !letter.is_ascii_lowercase()))
}

/// Why an operation that reads by its name is not read-only, for whoever asks for a confirmation.
pub fn reason(service: &Service, operation: &Operation) -> Option<&'static str> {
    let excepted = EXCEPTIONS.iter().find(|(of, name, _)| (*of, *name) == (service.name, operation.name));
    let reads = operation.read_only || VERBS.iter().any(|verb| begins(operation.name, verb));
    excepted.map(|(.., reason)| *reason).or((reads && !is_read_only(service, operation)).then_some(OPENS))
}

#[cfg(test)]
mod tests {
    use super::{CURATED, EXCEPTIONS, NAMED_ONLY, VERBS, begins, is_read_only, reason};
    use crate::catalog::catalog;

    fn read_only(service: &str, operation: &str) -> bool {
        let service = catalog().service(service).unwrap();
        is_read_only(service, service.operation(operation).unwrap())
    }

    #[test]
    fn what_reads_is_read_only() {
        for (service, operation) in [
            ("lambda", "ListFunctions"),
            ("ec2", "DescribeInstances"),
            ("dynamodb", "Query"),
            ("dynamodb", "Scan"),
            ("s3api", "HeadBucket"),
            ("logs", "FilterLogEvents"),
            ("logs", "StartQuery"),
            ("cloudtrail", "LookupEvents"),
            ("sqs", "GetQueueUrl"),
            ("sqs", "GetQueueAttributes"),
            ("ssm", "GetParameter"),
            ("athena", "GetQueryResults"),
            ("secretsmanager", "ListSecrets"),
            ("secretsmanager", "DescribeSecret"),
            ("iam", "SimulatePrincipalPolicy"),
            ("verifiedpermissions", "IsAuthorized"),
        ] {
            assert!(read_only(service, operation), "{service} {operation}");
        }
    }

    #[test]
    fn what_changes_or_reveals_is_not() {
        for (service, operation) in [
            ("lambda", "Invoke"),
            ("ec2", "TerminateInstances"),
            ("ec2", "GetPasswordData"),
            ("sqs", "ReceiveMessage"),
            ("stepfunctions", "GetActivityTask"),
            ("customer-profiles", "GetUploadJobPath"),
            ("logs", "StopQuery"),
            ("ecr", "GetAuthorizationToken"),
            ("sts", "GetFederationToken"),
            ("sts", "GetSessionToken"),
            ("secretsmanager", "GetSecretValue"),
            ("secretsmanager", "BatchGetSecretValue"),
            ("redshift", "GetClusterCredentials"),
            ("storagegateway", "DescribeChapCredentials"),
            ("lightsail", "GetRelationalDatabaseMasterUserPassword"),
            ("snowball", "GetJobUnlockCode"),
            ("cognito-identity", "GetId"),
            ("athena", "StartQueryExecution"),
            ("dynamodb", "ExecuteStatement"),
            ("codepipeline", "PollForJobs"),
            ("timestream-query", "Query"),
            ("kms", "Decrypt"),
            ("bedrock-runtime", "InvokeModel"),
        ] {
            assert!(!read_only(service, operation), "{service} {operation}");
        }
    }

    #[test]
    fn each_row_names_an_operation_and_is_needed() {
        let by_verb = |name: &str| VERBS.iter().any(|verb| begins(name, verb));
        let operation = |service: &str, name: &str| {
            let service = catalog().service(service).unwrap_or_else(|| panic!("{service}"));
            service.operation(name).unwrap_or_else(|| panic!("{} {name}", service.name))
        };
        for (service, name, _) in EXCEPTIONS {
            assert!(operation(service, name).read_only || by_verb(name), "{service} {name}");
        }
        for (service, name) in NAMED_ONLY {
            assert!(operation(service, name).read_only || by_verb(name), "{service} {name}");
        }
        for (service, name) in CURATED {
            operation(service, name);
        }
    }

    #[test]
    fn why_a_reading_operation_waits_is_said() {
        let sts = catalog().service("sts").unwrap();
        assert!(reason(sts, sts.operation("GetSessionToken").unwrap()).is_some());
        assert_eq!(reason(sts, sts.operation("GetCallerIdentity").unwrap()), None);
        assert_eq!(reason(sts, sts.operation("AssumeRole").unwrap()), None);
    }
}
