//! What IAM calls an operation: `lambda invoke` is `lambda:InvokeFunction`. The deny list and `can-i` go by it.
//!
//! Nearly all operations are actions of their own name, under the name that their service signs with. The tables here are the
//! others, as far as they are known: where a model says nothing, IAM's is *assumed* to be the operation's name. Source: the Service
//! Authorization Reference, <https://docs.aws.amazon.com/service-authorization/latest/reference/>.

use std::fmt;

use awscall::call::Input;
use awscall::model::{Operation, Service};

/// `lambda:InvokeFunction`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Action {
    pub prefix: String,
    pub name: String,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.prefix, self.name)
    }
}

/// Where IAM's name is not the one that a service signs with.
const PREFIXES: [(&str, &str); 9] = [
    ("awsssoportal", "sso"),
    ("cloudcontrolapi", "cloudformation"),
    ("iot-jobs-data", "iotjobsdata"),
    ("iotdata", "iot"),
    ("ioteventsdata", "iotevents"),
    ("iotsecuredtunneling", "iot"),
    ("monitoring", "cloudwatch"),
    ("mturk-requester", "mechanicalturk"),
    ("tagging", "tag"),
];

/// By IAM's name for the service and the operation's name. Several are all needed.
const ACTIONS: [(&str, &str, &[&str]); 45] = [
    ("bedrock", "Converse", &["InvokeModel"]),
    ("dynamodb", "TransactGetItems", &["GetItem"]),
    ("dynamodb", "TransactWriteItems", &["PutItem"]),
    ("lambda", "GetLayerVersionByArn", &["GetLayerVersion"]),
    ("lambda", "Invoke", &["InvokeFunction"]),
    ("lambda", "InvokeAsync", &["InvokeFunction"]),
    ("lambda", "InvokeWithResponseStream", &["InvokeFunction"]),
    ("s3", "CompleteMultipartUpload", &["PutObject"]),
    ("s3", "CopyObject", &["GetObject", "PutObject"]),
    ("s3", "CreateMultipartUpload", &["PutObject"]),
    ("s3", "DeleteBucketCors", &["PutBucketCORS"]),
    ("s3", "DeleteBucketEncryption", &["PutEncryptionConfiguration"]),
    ("s3", "DeleteBucketLifecycle", &["PutLifecycleConfiguration"]),
    ("s3", "DeleteBucketReplication", &["PutReplicationConfiguration"]),
    ("s3", "DeleteBucketTagging", &["PutBucketTagging"]),
    ("s3", "DeleteObjects", &["DeleteObject"]),
    ("s3", "DeletePublicAccessBlock", &["PutBucketPublicAccessBlock"]),
    ("s3", "GetBucketAccelerateConfiguration", &["GetAccelerateConfiguration"]),
    ("s3", "GetBucketCors", &["GetBucketCORS"]),
    ("s3", "GetBucketEncryption", &["GetEncryptionConfiguration"]),
    ("s3", "GetBucketLifecycleConfiguration", &["GetLifecycleConfiguration"]),
    ("s3", "GetBucketNotificationConfiguration", &["GetBucketNotification"]),
    ("s3", "GetBucketReplication", &["GetReplicationConfiguration"]),
    ("s3", "GetObjectLockConfiguration", &["GetBucketObjectLockConfiguration"]),
    ("s3", "GetPublicAccessBlock", &["GetBucketPublicAccessBlock"]),
    ("s3", "HeadBucket", &["ListBucket"]),
    ("s3", "HeadObject", &["GetObject"]),
    ("s3", "ListBuckets", &["ListAllMyBuckets"]),
    ("s3", "ListMultipartUploads", &["ListBucketMultipartUploads"]),
    ("s3", "ListObjectVersions", &["ListBucketVersions"]),
    ("s3", "ListObjects", &["ListBucket"]),
    ("s3", "ListObjectsV2", &["ListBucket"]),
    ("s3", "ListParts", &["ListMultipartUploadParts"]),
    ("s3", "PutBucketCors", &["PutBucketCORS"]),
    ("s3", "PutBucketEncryption", &["PutEncryptionConfiguration"]),
    ("s3", "PutBucketLifecycleConfiguration", &["PutLifecycleConfiguration"]),
    ("s3", "PutBucketNotificationConfiguration", &["PutBucketNotification"]),
    ("s3", "PutBucketReplication", &["PutReplicationConfiguration"]),
    ("s3", "PutObjectLockConfiguration", &["PutBucketObjectLockConfiguration"]),
    ("s3", "PutPublicAccessBlock", &["PutBucketPublicAccessBlock"]),
    ("s3", "RenameObject", &["GetObject", "PutObject"]),
    ("s3", "SelectObjectContent", &["GetObject"]),
    ("s3", "UploadPart", &["PutObject"]),
    ("s3", "UploadPartCopy", &["GetObject", "PutObject"]),
    ("sns", "PublishBatch", &["Publish"]),
];

/// What IAM's policies call a service: `cloudwatch`, though it signs as `monitoring`.
pub fn iam_prefix(service: &Service) -> String {
    let signing_name = service.signing_name.to_ascii_lowercase();
    if signing_name.starts_with("partnercentral-") {
        return "partnercentral".to_owned();
    }
    PREFIXES
        .iter()
        .find(|(signs_as, _)| *signs_as == signing_name)
        .map_or(signing_name, |(_, prefix)| (*prefix).to_owned())
}

/// What IAM asks the policies for when an operation is called. At least one.
pub fn actions(service: &Service, operation: &Operation, input: &Input) -> Vec<Action> {
    let prefix = iam_prefix(service);
    let action = |name: &str| Action { prefix: prefix.clone(), name: name.to_owned() };
    match (prefix.as_str(), operation.name) {
        // Its actions are the methods of HTTP.
        ("apigateway", _) => return vec![action(operation.method)],
        ("s3", "CreateSession") => {
            return vec![Action { prefix: "s3express".to_owned(), name: operation.name.to_owned() }];
        }
        ("s3", "GetObject" | "HeadObject") if input.contains_key("VersionId") => {
            return vec![action("GetObjectVersion")];
        }
        ("sqs", name) if name.ends_with("Batch") => return vec![action(name.trim_end_matches("Batch"))],
        _ => {}
    }
    let known = ACTIONS.iter().find(|(of, name, _)| *of == prefix && *name == operation.name);
    match known {
        Some((_, _, names)) => names.iter().map(|name| action(name)).collect(),
        None => vec![action(operation.name)],
    }
}

#[cfg(test)]
mod tests {
    use awscall::call::{Call, Input};

    use super::*;

    fn of(service: &str, operation: &str) -> Vec<String> {
        let call = Call::of(service, operation, Input::new()).unwrap_or_else(|| panic!("{service} {operation}"));
        actions(call.service, call.operation, &call.input).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_operation_is_called_what_iam_calls_it() {
        for (service, operation, action) in [
            ("lambda", "ListFunctions", "lambda:ListFunctions"),
            ("lambda", "Invoke", "lambda:InvokeFunction"),
            ("cloudwatch", "DescribeAlarms", "cloudwatch:DescribeAlarms"),
            ("stepfunctions", "ListStateMachines", "states:ListStateMachines"),
            ("sesv2", "ListEmailIdentities", "ses:ListEmailIdentities"),
            ("elbv2", "DescribeRules", "elasticloadbalancing:DescribeRules"),
            ("s3api", "ListBuckets", "s3:ListAllMyBuckets"),
            ("sqs", "SendMessageBatch", "sqs:SendMessage"),
            ("apigateway", "GetRestApis", "apigateway:GET"),
            ("resourcegroupstaggingapi", "GetResources", "tag:GetResources"),
            ("iotsecuretunneling", "OpenTunnel", "iot:OpenTunnel"),
            ("sso", "GetRoleCredentials", "sso:GetRoleCredentials"),
        ] {
            assert_eq!(of(service, operation), [action], "{service} {operation}");
        }
        assert_eq!(of("s3api", "CopyObject"), ["s3:GetObject", "s3:PutObject"]);
    }

    #[test]
    fn every_exception_is_an_operation_that_exists() {
        let catalog = awscall::catalog::catalog();
        let services: Vec<&Service> =
            catalog.directory().services.iter().filter_map(|entry| catalog.service(entry.name)).collect();
        let exists = |prefix: &str, name: &str| {
            let mut of_prefix = services.iter().filter(|service| iam_prefix(service) == prefix);
            of_prefix.any(|service| service.operation(name).is_some())
        };
        for (prefix, name, _) in ACTIONS {
            assert!(exists(prefix, name), "{prefix} {name}");
        }
        for (signs_as, _) in PREFIXES {
            let found = services.iter().any(|service| service.signing_name.eq_ignore_ascii_case(signs_as));
            assert!(found, "{signs_as}");
        }
    }
}
