//! The deny list against what AWS's models mark, and against the list that AWS Chatbot documents.

use std::collections::{BTreeMap, BTreeSet};

use awscall::call::{Call, Input};
use awscall::catalog::catalog;
use awscall::model::{Kind, ShapeId};
use serde_json::json;

use super::*;

fn denied(service: &str, operation: &str, input: Value) -> Option<Why> {
    let Value::Object(input) = input else { panic!("{input} is no object") };
    let call = Call::of(service, operation, input).unwrap_or_else(|| panic!("{service} {operation}"));
    why(call.service, call.operation, &call.input)
}

/// behaviour: "a hard deny list that binds whatever the role".
#[test]
fn all_that_aws_denies_is_denied() {
    for (service, operations) in [
        ("appsync", "ListApiKeys"),
        ("chatbot", "*"),
        ("codecommit", "GetFile GetCommit GetDifferences"),
        ("cognito-idp", "*"),
        ("cognito-identity", "*"),
        ("connect", "GetFederationToken"),
        ("dynamodb", "BatchGetItem GetItem"),
        ("ec2", "GetPasswordData"),
        ("ecr", "GetAuthorizationToken"),
        ("gamelift", "RequestUploadCredentials GetInstanceAccess"),
        ("identitystore", "*"),
        (
            "lightsail",
            "DownloadDefaultKeyPair GetKeyPair GetKeyPairs UpdateRelationalDatabase GetInstanceAccessDetails",
        ),
        ("iam", "*"),
        ("kms", "*"),
        ("redshift", "GetClusterCredentials"),
        ("secretsmanager", "*"),
        ("sso", "*"),
        ("sso-admin", "*"),
        ("storagegateway", "DescribeChapCredentials"),
        ("sts", "*"),
        ("s3api", "GetObject PutObject HeadObject GetBucketPolicy"),
        ("snowball", "GetJobUnlockCode"),
    ] {
        let model = catalog().service(service).unwrap_or_else(|| panic!("{service}"));
        let all = model
            .operations
            .iter()
            .filter(|operation| operations == "*" || operations.split(' ').any(|name| name == operation.name));
        let mut count = 0;
        for operation in all {
            assert!(why(model, operation, &Input::new()).is_some(), "{service} {}", operation.name);
            count += 1;
        }
        assert!(count >= operations.split(' ').count(), "{service} has not all of {operations}");
    }
    assert!(refused_command("ecr", "get-login").is_some());
}

#[test]
fn what_needs_a_denied_action_is_denied_too() {
    for (service, operation) in [
        ("s3api", "CopyObject"),
        ("s3api", "UploadPart"),
        ("s3api", "SelectObjectContent"),
        ("s3api", "CreateSession"),
        ("dynamodb", "TransactGetItems"),
        ("apigateway", "GetApiKeys"),
        ("sso-oidc", "CreateToken"),
        ("iotsecuretunneling", "OpenTunnel"),
        ("mwaa", "CreateCliToken"),
    ] {
        assert!(denied(service, operation, json!({})).is_some(), "{service} {operation}");
    }
}

#[test]
fn a_parameter_is_read_and_not_decrypted() {
    for operation in ["GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory"] {
        assert_eq!(denied("ssm", operation, json!({})), None, "{operation}");
        assert_eq!(denied("ssm", operation, json!({ "WithDecryption": false })), None, "{operation}");
        for yes in [json!(true), json!("true"), json!(1), json!("no")] {
            assert_eq!(
                denied("ssm", operation, json!({ "WithDecryption": yes })),
                Some(Why::Secrets),
                "{operation} {yes}"
            );
        }
    }
}

#[test]
fn what_people_do_from_chat_is_not_denied() {
    for (service, operation) in [
        ("lambda", "ListFunctions"),
        ("lambda", "Invoke"),
        ("ec2", "DescribeInstances"),
        ("ec2", "RunInstances"),
        ("rds", "DescribeDBInstances"),
        ("s3api", "ListBuckets"),
        ("s3api", "ListObjectsV2"),
        ("dynamodb", "Query"),
        ("sqs", "SendMessage"),
        ("ssm", "StartAutomationExecution"),
        ("ecs", "RunTask"),
        ("logs", "FilterLogEvents"),
        ("cloudformation", "CreateStack"),
        ("sns", "Publish"),
        ("apigateway", "GetRestApis"),
    ] {
        assert_eq!(denied(service, operation, json!({})), None, "{service} {operation}");
    }
}

#[test]
fn a_refusal_says_what_and_that_nobody_can_change_it() {
    let call = Call::of("secretsmanager", "GetSecretValue", Input::new()).unwrap();
    let refusal = refused(call.service, call.operation, &call.input).unwrap();
    assert_eq!(refusal.by, RefusedBy::DenyList);
    assert!(
        refusal.sentence.starts_with("`secretsmanager get-secret-value` is never run from chat"),
        "{}",
        refusal.sentence
    );
    assert!(refusal.remedy.unwrap().sentence.starts_with("Nobody can allow it here"));
    let refusal = refused_command("rds", "generate-db-auth-token").unwrap();
    assert!(refusal.sentence.contains("`rds generate-db-auth-token`"));
    assert_eq!(refused_command("rds", "describe-db-instances"), None);
}

/// A rule that fits nothing has a misspelled name.
#[test]
fn every_rule_fits_something_that_aws_has() {
    // No operation of a model: IAM's alone.
    let of_iam_alone = ["rds-db:*", "s3:GetObjectVersion"];
    let mut names = BTreeSet::new();
    for entry in &catalog().directory().services {
        let Some(service) = catalog().service(entry.name) else { continue };
        for operation in &service.operations {
            names.insert((iam_prefix(service), operation.name.to_owned()));
            names.extend(
                iam_action::actions(service, operation, &Input::new()).into_iter().map(|it| (it.prefix, it.name)),
            );
        }
    }
    for rule in RULES {
        for pattern in rule.actions {
            let name = format!("{}:{pattern}", rule.prefix);
            let fits = names.iter().any(|(prefix, name)| prefix == rule.prefix && glob::matches(pattern, name));
            assert!(fits || of_iam_alone.contains(&name.as_str()), "{name}");
        }
    }
    assert!(RULES.is_sorted_by_key(|rule| rule.prefix));
}

/// Members that hold a credential, by their names in small letters.
const CREDENTIALS: [&str; 36] = [
    "*password",
    "*privatekey",
    "*privatekeyplaintext",
    "*secretaccesskey",
    "*sessiontoken",
    "accesstoken",
    "activationcode",
    "*apikey",
    "authcode",
    "authorizationtoken",
    "authorizedurl",
    "authtoken",
    "clientsecret",
    "clitoken",
    "credential",
    "credentials",
    "*embedurl",
    "idtoken",
    "jointoken",
    "keymaterial",
    "*loginurl",
    "passphrase",
    "plaintext",
    "*presignedurl",
    "presharedkey",
    "privatekeybase64",
    "refreshtoken",
    "secret",
    "secretbinary",
    "secretstring",
    "sharedsecret",
    "streamingurl",
    "streamkey",
    "tokenvalue",
    "unlockcode",
    "webtoken",
];

/// AWS answers stars there, or nothing.
const NOT_ANSWERED: &str = "AWS does not answer the value";
/// The model marks it sensitive, and so the answer masks it.
const MARKED: &str = "marked sensitive in the model";
/// The name says what it is, and so the answer masks it.
const NAMED: &str = "masked by its name";
/// It says where a credential is.
const REFERENCE: &str = "the name, path or ARN of a credential";
/// It opens one document, for minutes, and nothing else.
const ONE_DOCUMENT: &str = "opens one document";

/// What is called so and is not denied: service, operation, member, as globs. It stands beside what is asked for.
const REVIEWED: &[(&str, &str, &str, &str)] = &[
    ("apigateway", "*", "credentials", REFERENCE),
    ("appmesh", "*", "privatekey", REFERENCE),
    ("appstream", "*DirectoryConfig*", "accountpassword", MARKED),
    ("artifact", "Get*", "documentpresignedurl", ONE_DOCUMENT),
    ("auditmanager", "GetAssessmentReportUrl", "presignedurl", ONE_DOCUMENT),
    ("batch", "Describe*", "secret", REFERENCE),
    ("bedrock-agentcore", "GetBrowserSession", "credentials", REFERENCE),
    ("chime-sdk-meetings", "*", "jointoken", MARKED),
    ("cloudhsmv2", "*Cluster*", "precopassword", NAMED),
    ("codebuild", "*", "credential", REFERENCE),
    ("codebuild", "*", "secret", NAMED),
    ("codepipeline", "*Type*", "secret", "says whether a setting is one"),
    ("cognito-sync", "ListRecords", "syncsessiontoken", "goes with the next write of the same data, and opens nothing"),
    ("connect", "GetPromptFile", "promptpresignedurl", ONE_DOCUMENT),
    ("connect", "StartWebRTCContact", "jointoken", MARKED),
    ("connectparticipant", "CreateParticipantConnection", "jointoken", MARKED),
    ("dataexchange", "*", "apikey", REFERENCE),
    ("datasync", "DescribeLocationFsx*", "password", MARKED),
    ("datazone", "*Connection*", "*", "without `withSecret` the values stay away"),
    ("dms", "*Endpoint*", "*password", MARKED),
    ("dms", "*DataProvider*", "encryptpassword", "says whether it is encrypted"),
    ("docdb", "*", "masteruserpassword", NOT_ANSWERED),
    ("ds", "DescribeDirectories", "sharedsecret", MARKED),
    ("ec2", "*VerifiedAccessTrustProvider*", "clientsecret", MARKED),
    ("ec2", "*Vpn*", "presharedkey", MARKED),
    ("ec2", "*IpamExternalResourceVerificationToken*", "tokenvalue", "is published in DNS"),
    ("eks", "*", "activationcode", "spent when the cluster was connected"),
    ("elbv2", "*", "clientsecret", NOT_ANSWERED),
    ("emr", "DescribeCluster", "*password", NAMED),
    ("evs", "*Environment*", "credentials", REFERENCE),
    ("fsx", "*", "fsxadminpassword", MARKED),
    ("gamelift", "GetGameSessionLogUrl", "presignedurl", ONE_DOCUMENT),
    ("glue", "*Job*", "authtoken", NAMED),
    ("greengrassv2", "GetComponentVersionArtifact", "presignedurl", ONE_DOCUMENT),
    ("iotwireless", "AssociateAwsAccountWithPartnerAccount", "appserverprivatekey", MARKED),
    ("ivs", "*", "passphrase", MARKED),
    ("ivs", "CreateChannel", "streamkey", MARKED),
    ("ivs-realtime", "*IngestConfiguration", "streamkey", MARKED),
    ("kendra", "DescribeDataSource", "credentials", REFERENCE),
    ("lexv2-models", "*BotRecommendation", "*password", MARKED),
    ("lightsail", "GetRelationalDatabase*", "masteruserpassword", NOT_ANSWERED),
    ("mailmanager", "*AddressListImportJob*", "presignedurl", ONE_DOCUMENT),
    ("mediapackage", "*", "password", MARKED),
    ("neptune", "*", "masteruserpassword", NOT_ANSWERED),
    ("pinpoint", "*Channel", "credential", NOT_ANSWERED),
    ("pipes", "DescribePipe", "credentials", REFERENCE),
    ("qapps", "CreatePresignedUrl", "presignedurl", ONE_DOCUMENT),
    ("qbusiness", "GetDocumentContent", "presignedurl", ONE_DOCUMENT),
    ("qconnect", "*", "plaintext", "text without markup"),
    ("quicksight", "Describe*", "plaintext", "text without markup"),
    (
        "quicksight",
        "DescribeAssetBundleImportJob",
        "*",
        "what an import was told to override, which AWS answers without values",
    ),
    ("rds", "*", "masteruserpassword", NOT_ANSWERED),
    ("redshift", "*", "masteruserpassword", NOT_ANSWERED),
    ("rolesanywhere", "GetSubject", "credentials", "certificates, which are public"),
    ("security-ir", "GetCaseAttachment*Url", "attachmentpresignedurl", ONE_DOCUMENT),
    ("securityhub", "GetFindings", "*", NOT_ANSWERED),
    ("ssm-sap", "GetDatabase", "credentials", REFERENCE),
    ("wafv2", "*APIKey*", "apikey", "stands in the pages of a site"),
    ("wickr", "RegisterOidcConfig", "*secret", MARKED),
    ("wisdom", "*", "plaintext", "text without markup"),
    ("workspaces-thin-client", "*", "activationcode", MARKED),
];

/// The names of all members below a shape, and whether each is marked sensitive wherever it stands.
fn members(service: &Service, id: ShapeId, seen: &mut BTreeSet<u32>, found: &mut BTreeMap<String, bool>) {
    if !seen.insert(id.0) {
        return;
    }
    match &service.shape(id).kind {
        Kind::Structure(structure) => {
            for member in &structure.members {
                let marked = found.entry(member.name.to_ascii_lowercase()).or_insert(true);
                *marked &= is_marked(service, member.shape);
                members(service, member.shape, seen, found);
            }
        }
        Kind::List { member, .. } | Kind::Map { value: member, .. } => members(service, member.shape, seen, found),
        _ => {}
    }
}

/// It, or all that it holds.
fn is_marked(service: &Service, id: ShapeId) -> bool {
    let shape = service.shape(id);
    shape.sensitive
        || match &shape.kind {
            Kind::List { member, .. } => is_marked(service, member.shape),
            Kind::Structure(structure) => structure.members.iter().any(|member| service.shape(member.shape).sensitive),
            _ => false,
        }
}

/// The rule, held to the models: a new botocore's operations are looked at before they can be run.
#[test]
fn every_operation_that_answers_a_credential_is_denied_or_was_looked_at() {
    let mut unseen = Vec::new();
    let mut used = BTreeSet::new();
    for entry in &catalog().directory().services {
        let Some(service) = catalog().service(entry.name) else { continue };
        for operation in &service.operations {
            let Some(output) = operation.output else { continue };
            if why(service, operation, &Input::new()).is_some() {
                continue;
            }
            let mut found = BTreeMap::new();
            members(service, output, &mut BTreeSet::new(), &mut found);
            found.retain(|name, _| CREDENTIALS.iter().any(|glob| glob::matches(glob, name)));
            for (member, marked) in found {
                let reviewed = REVIEWED.iter().position(|(of, name, holds, reason)| {
                    glob::matches(of, service.name)
                        && glob::matches(name, operation.name)
                        && glob::matches(holds, &member)
                        && (marked || *reason != MARKED)
                });
                match reviewed {
                    Some(index) => drop(used.insert(index)),
                    None => unseen.push(format!("{} {} {member}", service.name, operation.name)),
                }
            }
        }
    }
    assert!(unseen.is_empty(), "deny them or say here why not:\n{}", unseen.join("\n"));
    let unused: Vec<_> = REVIEWED.iter().enumerate().filter(|(index, _)| !used.contains(index)).collect();
    assert!(unused.is_empty(), "these fit nothing: {unused:?}");
}
