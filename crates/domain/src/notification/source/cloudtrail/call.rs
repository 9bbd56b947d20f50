//! One API call.
//!
//! CloudTrail's reader calls it.

use super::identity::{is_root, who};
use super::{page, place, service};
use crate::notification::Severity;
use crate::notification::arn::Arn;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::Fields;

/// Request parameters that name what a call was about. All others stay in CloudTrail: they hold passwords, user data,
/// environment variables and policies.
const NAMES: [&str; 42] = [
    "bucketName",
    "instanceId",
    "instancesSet.items.0.instanceId",
    "functionName",
    "roleName",
    "userName",
    "groupName",
    "groupId",
    "policyName",
    "policyArn",
    "keyId",
    "secretId",
    "stackName",
    "clusterName",
    "tableName",
    "dBInstanceIdentifier",
    "dBClusterIdentifier",
    "trailName",
    "topicArn",
    "queueUrl",
    "repositoryName",
    "pipelineName",
    "projectName",
    "detectorId",
    "vpcId",
    "volumeId",
    "snapshotId",
    "serialNumber",
    "alarmName",
    "logGroupName",
    "loadBalancerName",
    "autoScalingGroupName",
    "stateMachineArn",
    "taskDefinition",
    "service",
    "cluster",
    "jobName",
    "trainingJobName",
    "subnetId",
    "hostedZoneId",
    "name",
    "roleArn",
];
/// Longer names are no names.
const NAME_LENGTH: usize = 300;
/// Resources that a card lists.
const RESOURCES_SHOWN: usize = 5;

/// Calls after which nobody would see what happens next, or that undo the account's guards.
const DISARMING: [&str; 20] = [
    "StopLogging",
    "DeleteTrail",
    "DeleteEventDataStore",
    "StopEventDataStoreIngestion",
    "DeleteDetector",
    "DisassociateFromAdministratorAccount",
    "DisassociateFromMasterAccount",
    "StopMonitoringMembers",
    "DisableSecurityHub",
    "DisableMacie",
    "DeleteAnalyzer",
    "StopConfigurationRecorder",
    "DeleteConfigurationRecorder",
    "DeleteDeliveryChannel",
    "DeleteFlowLogs",
    "LeaveOrganization",
    "CloseAccount",
    "DisablePolicyType",
    "DetachPolicy",
    "ScheduleKeyDeletion",
];
/// Calls that give somebody more power or a way in.
const EMPOWERING: [&str; 20] = [
    "CreateAccessKey",
    "CreateUser",
    "CreateLoginProfile",
    "UpdateLoginProfile",
    "AttachUserPolicy",
    "AttachRolePolicy",
    "AttachGroupPolicy",
    "PutUserPolicy",
    "PutRolePolicy",
    "PutGroupPolicy",
    "CreatePolicyVersion",
    "SetDefaultPolicyVersion",
    "AddUserToGroup",
    "UpdateAssumeRolePolicy",
    "DeactivateMFADevice",
    "DeleteVirtualMFADevice",
    "CreateSAMLProvider",
    "CreateOpenIDConnectProvider",
    "InviteAccountToOrganization",
    "DisableKey",
];

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let call = detail.str("eventName")?;
    let user = detail.fields("userIdentity");
    let who = who(user);
    let error = detail.str("errorCode");
    let service = service(event);
    let caller = who.as_deref().unwrap_or("somebody");
    let caller = if caller.starts_with("the root") { caller.replacen('t', "T", 1) } else { caller.to_owned() };
    let headline = match error {
        Some(error) => format!("{caller} called {call} of {service}: {error}"),
        None => format!("{caller} called {call} of {service}"),
    };
    let resource = resource(detail);
    let arns: Vec<&str> = detail.objects("resources").filter_map(|one| one.str("ARN")).take(RESOURCES_SHOWN).collect();
    Some(
        Draft::new(severity(call, error, is_root(user)), headline)
            .gist(resource.clone().or_else(|| detail.str("sourceIPAddress").map(|ip| format!("from {ip}"))))
            .subject(Some(call))
            .state(Some(error.unwrap_or("Success")))
            .paragraph(None, detail.str("errorMessage"))
            .code("By", user.str("arn").or(who.as_deref()))
            .fact("About", resource)
            .fact("From", detail.str("sourceIPAddress"))
            .fact("Through", detail.str("userIdentity.invokedBy").filter(|_| user.str("type") != Some("AWSService")))
            .fact("VPC endpoint", detail.str("vpcEndpointId"))
            .fact("MFA", detail.str("userIdentity.sessionContext.attributes.mfaAuthenticated").map(yes_or_no))
            .resources(arns)
            .since("Time", detail.str("eventTime"))
            .place(place(event))
            .link(page(event)),
    )
}

fn yes_or_no(flag: &str) -> &'static str {
    if flag == "true" { "yes" } else { "no" }
}

/// A call that failed did nothing, but somebody tried.
fn severity(call: &str, error: Option<&str>, is_root: bool) -> Severity {
    if error.is_some() {
        Severity::Warning
    } else if DISARMING.contains(&call) {
        Severity::Critical
    } else if is_root || EMPOWERING.contains(&call) {
        Severity::Warning
    } else {
        Severity::Neutral
    }
}

/// What the call was about: the resource that CloudTrail names, else the parameter that is a name.
fn resource(detail: Fields<'_>) -> Option<String> {
    let arn = detail.objects("resources").find_map(|resource| resource.str("ARN"));
    if let Some(arn) = arn {
        return Some(Arn::parse(arn).map_or(arn, |arn| arn.short()).to_owned());
    }
    let parameters = detail.fields("requestParameters");
    let name = NAMES.iter().find_map(|name| parameters.str(name)).filter(|name| name.len() <= NAME_LENGTH)?;
    Some(Arn::parse(name).map_or(name, |arn| arn.short()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn disarming_wakes_and_power_is_worth_a_look() {
        assert_eq!(severity("StopLogging", None, false), Severity::Critical);
        assert_eq!(severity("StopLogging", Some("AccessDenied"), false), Severity::Warning);
        assert_eq!(severity("CreateAccessKey", None, false), Severity::Warning);
        assert_eq!(severity("RunInstances", None, true), Severity::Warning);
        assert_eq!(severity("RunInstances", None, false), Severity::Neutral);
    }

    #[test]
    fn of_the_parameters_only_names_are_told() {
        let call = json!({"requestParameters": {"userData": "#!/bin/sh", "password": "p", "userName": "bob"}});
        assert_eq!(resource(Fields::of(&call)).as_deref(), Some("bob"));
        let call = json!({"requestParameters": {"userData": "#!/bin/sh", "environment": {"TOKEN": "t"}}});
        assert_eq!(resource(Fields::of(&call)), None);
    }
}
