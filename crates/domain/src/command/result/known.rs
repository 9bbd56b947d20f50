//! The operations that people run most, and the columns that tell their things apart best. All others go by the rules of `columns`.
//!
//! `columns` and `subject` ask it. A test holds every path to AWS's models.

use awscall::model::{Operation, Service};

pub struct Known {
    service: &'static str,
    operation: &'static str,
    /// A list in a list: `Reservations`, `Instances`.
    pub within: Option<(&'static str, &'static str)>,
    /// A list, and what its things are called where the model's name for them says too little.
    pub things: Option<(&'static str, &'static str)>,
    pub columns: &'static [Column],
}

/// A heading, and the way to its value in an item: `State.Name`; `Tags=Name` is the tag of that key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub label: &'static str,
    pub path: &'static str,
    pub unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    AsItIs,
    Bytes,
}

const fn col(label: &'static str, path: &'static str) -> Column {
    Column { label, path, unit: Unit::AsItIs }
}

const fn bytes(label: &'static str, path: &'static str) -> Column {
    Column { label, path, unit: Unit::Bytes }
}

const fn of(service: &'static str, operation: &'static str, columns: &'static [Column]) -> Known {
    Known { service, operation, within: None, things: None, columns }
}

const STACK: &[Column] = &[
    col("Stack", "StackName"),
    col("Status", "StackStatus"),
    col("Updated", "LastUpdatedTime"),
    col("Created", "CreationTime"),
];

const KNOWN: &[Known] = &[
    of(
        "autoscaling",
        "DescribeAutoScalingGroups",
        &[
            col("Group", "AutoScalingGroupName"),
            col("Desired", "DesiredCapacity"),
            col("Min", "MinSize"),
            col("Max", "MaxSize"),
            col("Instances", "Instances"),
        ],
    ),
    of("cloudformation", "DescribeStacks", STACK),
    of("cloudformation", "ListStacks", STACK),
    of(
        "cloudformation",
        "DescribeStackEvents",
        &[
            col("Resource", "LogicalResourceId"),
            col("Status", "ResourceStatus"),
            col("Time", "Timestamp"),
            col("Reason", "ResourceStatusReason"),
        ],
    ),
    of(
        "cloudtrail",
        "LookupEvents",
        &[col("Event", "EventName"), col("User", "Username"), col("Time", "EventTime"), col("Service", "EventSource")],
    ),
    of(
        "cloudwatch",
        "DescribeAlarms",
        &[
            col("Alarm", "AlarmName"),
            col("State", "StateValue"),
            col("Since", "StateTransitionedTimestamp"),
            col("Metric", "MetricName"),
        ],
    ),
    of(
        "codepipeline",
        "ListPipelineExecutions",
        &[
            col("Execution", "pipelineExecutionId"),
            col("Status", "status"),
            col("Started", "startTime"),
            col("Updated", "lastUpdateTime"),
        ],
    ),
    of(
        "ec2",
        "DescribeInstanceStatus",
        &[
            col("Instance", "InstanceId"),
            col("State", "InstanceState.Name"),
            col("System", "SystemStatus.Status"),
            col("Status", "InstanceStatus.Status"),
            col("Zone", "AvailabilityZone"),
        ],
    ),
    Known {
        service: "ec2",
        operation: "DescribeInstances",
        within: Some(("Reservations", "Instances")),
        things: None,
        columns: &[
            col("Name", "Tags=Name"),
            col("Instance", "InstanceId"),
            col("State", "State.Name"),
            col("Type", "InstanceType"),
            col("Address", "PrivateIpAddress"),
            col("Launched", "LaunchTime"),
        ],
    },
    of(
        "ec2",
        "DescribeSecurityGroups",
        &[col("Group", "GroupName"), col("ID", "GroupId"), col("VPC", "VpcId"), col("Description", "Description")],
    ),
    of(
        "ec2",
        "DescribeSubnets",
        &[
            col("Name", "Tags=Name"),
            col("Subnet", "SubnetId"),
            col("Zone", "AvailabilityZone"),
            col("CIDR", "CidrBlock"),
            col("Free addresses", "AvailableIpAddressCount"),
        ],
    ),
    of(
        "ec2",
        "DescribeVolumes",
        &[
            col("Name", "Tags=Name"),
            col("Volume", "VolumeId"),
            col("State", "State"),
            col("GiB", "Size"),
            col("Type", "VolumeType"),
            col("Created", "CreateTime"),
        ],
    ),
    of(
        "ec2",
        "DescribeVpcs",
        &[
            col("Name", "Tags=Name"),
            col("VPC", "VpcId"),
            col("CIDR", "CidrBlock"),
            col("State", "State"),
            col("Default", "IsDefault"),
        ],
    ),
    of(
        "ecs",
        "DescribeServices",
        &[
            col("Service", "serviceName"),
            col("Status", "status"),
            col("Running", "runningCount"),
            col("Desired", "desiredCount"),
            col("Pending", "pendingCount"),
        ],
    ),
    of(
        "ecs",
        "DescribeTasks",
        &[
            col("Task", "taskArn"),
            col("Status", "lastStatus"),
            col("Health", "healthStatus"),
            col("Started", "startedAt"),
            col("Stopped because", "stoppedReason"),
        ],
    ),
    of(
        "elbv2",
        "DescribeLoadBalancers",
        &[
            col("Load balancer", "LoadBalancerName"),
            col("State", "State.Code"),
            col("Type", "Type"),
            col("DNS name", "DNSName"),
        ],
    ),
    Known {
        service: "elbv2",
        operation: "DescribeTargetHealth",
        within: None,
        things: Some(("TargetHealthDescriptions", "targets")),
        columns: &[
            col("Target", "Target.Id"),
            col("Port", "Target.Port"),
            col("Health", "TargetHealth.State"),
            col("Why", "TargetHealth.Description"),
        ],
    },
    of(
        "events",
        "ListRules",
        &[
            col("Rule", "Name"),
            col("State", "State"),
            col("Schedule", "ScheduleExpression"),
            col("Description", "Description"),
        ],
    ),
    of(
        "lambda",
        "ListFunctions",
        &[
            col("Function", "FunctionName"),
            col("Runtime", "Runtime"),
            col("MB", "MemorySize"),
            col("Modified", "LastModified"),
        ],
    ),
    of(
        "logs",
        "DescribeLogGroups",
        &[
            col("Log group", "logGroupName"),
            bytes("Stored", "storedBytes"),
            col("Days kept", "retentionInDays"),
            col("Created", "creationTime"),
        ],
    ),
    of(
        "logs",
        "DescribeLogStreams",
        &[col("Log stream", "logStreamName"), col("Last event", "lastEventTimestamp"), bytes("Stored", "storedBytes")],
    ),
    of(
        "rds",
        "DescribeDBClusters",
        &[
            col("Cluster", "DBClusterIdentifier"),
            col("Status", "Status"),
            col("Engine", "Engine"),
            col("Version", "EngineVersion"),
        ],
    ),
    of(
        "rds",
        "DescribeDBInstances",
        &[
            col("Instance", "DBInstanceIdentifier"),
            col("Status", "DBInstanceStatus"),
            col("Engine", "Engine"),
            col("Class", "DBInstanceClass"),
            col("GiB", "AllocatedStorage"),
        ],
    ),
    of("s3api", "ListBuckets", &[col("Bucket", "Name"), col("Region", "BucketRegion"), col("Created", "CreationDate")]),
    Known {
        service: "s3api",
        operation: "ListObjectsV2",
        within: None,
        things: Some(("Contents", "objects")),
        columns: &[col("Key", "Key"), bytes("Size", "Size"), col("Modified", "LastModified")],
    },
    of(
        "sns",
        "ListSubscriptions",
        &[col("Endpoint", "Endpoint"), col("Protocol", "Protocol"), col("Topic", "TopicArn")],
    ),
    of(
        "ssm",
        "DescribeInstanceInformation",
        &[
            col("Instance", "InstanceId"),
            col("Name", "ComputerName"),
            col("Ping", "PingStatus"),
            col("Last ping", "LastPingDateTime"),
            col("Platform", "PlatformName"),
        ],
    ),
    of(
        "ssm",
        "DescribeParameters",
        &[col("Parameter", "Name"), col("Type", "Type"), col("Modified", "LastModifiedDate")],
    ),
    of(
        "stepfunctions",
        "ListExecutions",
        &[col("Execution", "name"), col("Status", "status"), col("Started", "startDate"), col("Stopped", "stopDate")],
    ),
    of(
        "stepfunctions",
        "ListStateMachines",
        &[col("State machine", "name"), col("Type", "type"), col("Created", "creationDate")],
    ),
];

pub fn known(service: &Service, operation: &Operation) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.service == service.name && known.operation == operation.name)
}

#[cfg(test)]
mod tests {
    use awscall::call::Call;
    use awscall::model::{Kind, ShapeId};
    use serde_json::Map;

    use super::*;

    fn at(service: &'static Service, shape: ShapeId, path: &str) -> Option<ShapeId> {
        let path = path.split('=').next().unwrap();
        path.split('.').try_fold(shape, |shape, name| {
            service.members(shape).iter().find(|member| member.name == name).map(|member| member.shape)
        })
    }

    #[test]
    fn every_path_is_one_of_the_model() {
        for known in KNOWN {
            let call = Call::of(known.service, known.operation, Map::new())
                .unwrap_or_else(|| panic!("{} {}", known.service, known.operation));
            let lists = call.service.output(call.operation).iter();
            let mut items: Vec<ShapeId> = lists
                .filter_map(|member| match &call.service.shape(member.shape).kind {
                    Kind::List { member, .. } => Some(member.shape),
                    _ => None,
                })
                .collect();
            if let Some((_, inner)) = known.within {
                let inner = items.iter().find_map(|item| at(call.service, *item, inner)).unwrap();
                let Kind::List { member, .. } = &call.service.shape(inner).kind else { panic!("{inner:?} is no list") };
                items = vec![member.shape];
            }
            for column in known.columns {
                let found = items.iter().any(|item| at(call.service, *item, column.path).is_some());
                assert!(found, "{} {} has no {}", known.service, known.operation, column.path);
            }
        }
    }
}
