//! What the AWS CLI calls otherwise than the API: services and parameters. Facts, in tables; [`super::target`] and
//! [`super::arguments`] look them up. Parameters are found by their letters and digits alone, so that older spellings of the AWS CLI
//! (`--s-3-location`, `--tape-ar-ns`) need no row.

/// Words that people and botocore use for a service, and the AWS CLI's.
/// Source: `awscli/customizations/{s3/s3,configservice/rename_cmd,codedeploy/codedeploy,sagemaker,mturk,socialmessaging}.py` and the
/// directories of botocore; the last block are AWS's own short names (IAM's prefixes).
const SERVICES: [(&str, &str); 16] = [
    ("s3", "s3api"),
    ("config", "configservice"),
    ("codedeploy", "deploy"),
    ("runtime.sagemaker", "sagemaker-runtime"),
    ("mechanicalturk", "mturk"),
    ("social-messaging", "socialmessaging"),
    ("states", "stepfunctions"),
    ("sfn", "stepfunctions"),
    ("monitoring", "cloudwatch"),
    ("cloudwatch-logs", "logs"),
    ("cloudwatchlogs", "logs"),
    ("eventbridge", "events"),
    ("elasticloadbalancing", "elbv2"),
    ("elasticmapreduce", "emr"),
    ("elasticfilesystem", "efs"),
    ("app-mesh", "appmesh"),
];

/// The AWS CLI's word for a service, by another.
pub(super) fn service(word: &str) -> Option<&'static str> {
    SERVICES.iter().find(|(other, _)| *other == word).map(|(_, name)| *name)
}

/// Of any operation.
const ANY: &str = "*";

/// Service, operation, the AWS CLI's spelling, the member's name in kebab case.
/// Source: `awscli/customizations/argrename.py`, `ARGUMENT_RENAMES` and those of `HIDDEN_ALIASES` that differ by more than hyphens;
/// `awscli/customizations/sessendemail.py`.
const PARAMETERS: [(&str, &str, &str, &str); 84] = [
    ("apigateway", "create-rest-api", "api-version", "version"),
    ("apigatewayv2", "create-api", "api-version", "version"),
    ("apigatewayv2", "update-api", "api-version", "version"),
    ("clouddirectory", "publish-schema", "schema-version", "version"),
    ("cloudsearchdomain", "search", "search-query", "query"),
    ("cloudsearchdomain", "suggest", "suggest-query", "query"),
    ("codepipeline", "create-custom-action-type", "action-version", "version"),
    ("codepipeline", "delete-custom-action-type", "action-version", "version"),
    ("codepipeline", "get-action-type", "action-version", "version"),
    ("codepipeline", "get-pipeline", "pipeline-version", "version"),
    ("controltower", "create-landing-zone", "landing-zone-version", "version"),
    ("controltower", "update-landing-zone", "landing-zone-version", "version"),
    ("datapipeline", ANY, "objects-query", "query"),
    ("datapipeline", "get-pipeline-definition", "pipeline-version", "version"),
    ("ec2", "create-image", "reboot", "no-no-reboot"),
    ("ec2", ANY, "ingress", "no-egress"),
    ("ec2", ANY, "enable-api-termination", "no-disable-api-termination"),
    ("ecs", ANY, "disable-execute-command", "no-enable-execute-command"),
    ("ecs", "execute-command", "non-interactive", "no-interactive"),
    ("eks", "create-cluster", "kubernetes-version", "version"),
    ("eks", "create-nodegroup", "kubernetes-version", "version"),
    ("eks", "update-cluster-components-version", "kubernetes-version", "version"),
    ("eks", "update-cluster-version", "kubernetes-version", "version"),
    ("eks", "update-nodegroup-version", "kubernetes-version", "version"),
    ("emr", ANY, "cluster-id", "job-flow-id"),
    ("emr", ANY, "cluster-ids", "job-flow-ids"),
    ("gamelift", "create-build", "build-version", "version"),
    ("gamelift", "create-script", "script-version", "version"),
    ("gamelift", "update-build", "build-version", "version"),
    ("gamelift", "update-script", "script-version", "version"),
    ("glue", "get-unfiltered-partition-metadata", "resource-region", "region"),
    ("glue", "get-unfiltered-partitions-metadata", "resource-region", "region"),
    ("glue", "get-unfiltered-table-metadata", "resource-region", "region"),
    ("iotwireless", ANY, "lorawan", "lo-ra-wan"),
    ("kinesisanalytics", "add-application-output", "application-output", "output"),
    ("kinesisanalyticsv2", "add-application-output", "application-output", "output"),
    ("lex-models", "delete-bot", "bot-version", "version"),
    ("lex-models", "delete-bot-version", "bot-version", "version"),
    ("lex-models", "delete-intent", "intent-version", "version"),
    ("lex-models", "delete-intent-version", "intent-version", "version"),
    ("lex-models", "delete-slot-type", "slot-type-version", "version"),
    ("lex-models", "delete-slot-type-version", "slot-type-version", "version"),
    ("lex-models", "get-export", "resource-version", "version"),
    ("lex-models", "get-intent", "intent-version", "version"),
    ("lex-models", "get-slot-type", "slot-type-version", "version"),
    ("license-manager", "delete-grant", "grant-version", "version"),
    ("license-manager", "get-grant", "grant-version", "version"),
    ("license-manager", "get-license", "license-version", "version"),
    ("mturk", "list-qualification-types", "types-query", "query"),
    ("pinpoint", "delete-email-template", "template-version", "version"),
    ("pinpoint", "delete-in-app-template", "template-version", "version"),
    ("pinpoint", "delete-push-template", "template-version", "version"),
    ("pinpoint", "delete-sms-template", "template-version", "version"),
    ("pinpoint", "delete-voice-template", "template-version", "version"),
    ("pinpoint", "get-campaign-version", "campaign-version", "version"),
    ("pinpoint", "get-email-template", "template-version", "version"),
    ("pinpoint", "get-in-app-template", "template-version", "version"),
    ("pinpoint", "get-push-template", "template-version", "version"),
    ("pinpoint", "get-segment-version", "segment-version", "version"),
    ("pinpoint", "get-sms-template", "template-version", "version"),
    ("pinpoint", "get-voice-template", "template-version", "version"),
    ("pinpoint", "update-email-template", "template-version", "version"),
    ("pinpoint", "update-in-app-template", "template-version", "version"),
    ("pinpoint", "update-push-template", "template-version", "version"),
    ("pinpoint", "update-sms-template", "template-version", "version"),
    ("pinpoint", "update-voice-template", "template-version", "version"),
    ("rekognition", "create-stream-processor", "stream-processor-output", "output"),
    ("route53", "delete-traffic-policy", "traffic-policy-version", "version"),
    ("route53", "get-traffic-policy", "traffic-policy-version", "version"),
    ("route53", "update-traffic-policy-comment", "traffic-policy-version", "version"),
    ("route53domains", "view-billing", "end-time", "end"),
    ("route53domains", "view-billing", "start-time", "start"),
    ("sagemaker", "delete-image-version", "version-number", "version"),
    ("sagemaker", "describe-image-version", "version-number", "version"),
    ("sagemaker", "list-aliases", "version-number", "version"),
    ("sagemaker", "update-image-version", "version-number", "version"),
    ("schemas", ANY, "schema-version", "version"),
    ("ses", "send-email", "from", "source"),
    ("sns", "subscribe", "notification-endpoint", "endpoint"),
    ("stepfunctions", "send-task-success", "task-output", "output"),
    ("swf", "register-activity-type", "activity-version", "version"),
    ("swf", "register-workflow-type", "workflow-version", "version"),
    ("workdocs", "create-notification-subscription", "notification-endpoint", "endpoint"),
    ("workdocs", "describe-users", "user-query", "query"),
];

fn rows<'a>(service: &'a str, command: &'a str) -> impl Iterator<Item = (&'static str, &'static str)> + 'a {
    PARAMETERS
        .iter()
        .filter(move |(of, operation, ..)| *of == service && (*operation == ANY || *operation == command))
        .map(|(_, _, spelling, name)| (*spelling, *name))
}

/// The member's name in kebab case, by the AWS CLI's own spelling; `no-` before it where the flag says the opposite.
pub(super) fn parameter(service: &str, command: &str, spelling: &str) -> Option<&'static str> {
    rows(service, command).find(|(known, _)| *known == spelling).map(|(_, name)| name)
}

/// The AWS CLI's own spelling of a member that has one.
pub(super) fn spelled(service: &str, command: &str, kebab: &str) -> Option<&'static str> {
    rows(service, command).find(|(_, name)| *name == kebab).map(|(spelling, _)| spelling)
}
