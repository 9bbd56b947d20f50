//! Which resource a GuardDuty finding is about, in words.
//!
//! The finding's reader calls it. Source: GuardDuty API Reference, "Resource".

use crate::notification::arn::Arn;
use crate::notification::source::fields::Fields;

/// Where each kind of resource has its name, the closest first: an EKS finding names a workload and its cluster.
const NAMES: [(&str, &str); 15] = [
    ("instanceDetails.instanceId", "instance"),
    ("s3BucketDetails.0.name", "bucket"),
    ("lambdaDetails.functionName", "function"),
    ("rdsDbInstanceDetails.dbInstanceIdentifier", "database"),
    ("rdsLimitlessDbDetails.dbShardGroupIdentifier", "database"),
    ("kubernetesDetails.kubernetesWorkloadDetails.name", "workload"),
    ("ecsClusterDetails.taskDetails.arn", "task"),
    ("eksClusterDetails.name", "EKS cluster"),
    ("ecsClusterDetails.name", "ECS cluster"),
    ("containerDetails.name", "container"),
    ("ebsSnapshotDetails.snapshotArn", "snapshot"),
    ("ec2ImageDetails.imageArn", "image"),
    ("recoveryPointDetails.recoveryPointArn", "recovery point"),
    ("ebsVolumeDetails.scannedVolumeDetails.0.volumeArn", "volume"),
    ("accessKeyDetails.userName", "user"),
];

/// `instance i-0abc (web-7)`, `bucket payroll`.
pub fn named(resource: Fields<'_>) -> Option<String> {
    let (name, kind) = NAMES.iter().find_map(|(path, kind)| Some((resource.str(path)?, *kind)))?;
    let kind = match resource.str("accessKeyDetails.userType") {
        Some("Root") if kind == "user" => return Some("the root user".to_owned()),
        Some("AssumedRole" | "Role") if kind == "user" => "role",
        _ => kind,
    };
    let short = Arn::parse(name).map_or(name, |arn| arn.short());
    let short = short.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).unwrap_or(short);
    let tag = |wanted: &str| {
        let mut tags = resource.objects("instanceDetails.tags");
        tags.find(|tag| tag.str("key") == Some(wanted)).and_then(|tag| tag.str("value"))
    };
    let cluster = resource.str("eksClusterDetails.name").filter(|_| kind == "workload");
    Some(match (tag("Name").filter(|_| kind == "instance"), cluster) {
        (Some(tag), _) => format!("{kind} {short} ({tag})"),
        (None, Some(cluster)) => format!("{kind} {short} in EKS cluster {cluster}"),
        (None, None) => format!("{kind} {short}"),
    })
}

/// An attack sequence is about several resources; the first, and how many more.
pub fn of_sequence(detail: Fields<'_>) -> Option<String> {
    let resources = detail.list("service.detection.sequence.resources");
    let first = detail
        .either(&["service.detection.sequence.resources.0.name", "service.detection.sequence.resources.0.uid"])?;
    let short = Arn::parse(&first).map_or(first.as_ref(), |arn| arn.short());
    Some(match resources.len() {
        0 | 1 => short.to_owned(),
        many => format!("{short} and {} more", many - 1),
    })
}
