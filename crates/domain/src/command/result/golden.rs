//! Golden results: what a person sees of what AWS answered. `tests/golden_answers/result_NAME.snap` has Slack's message and Teams'; the
//! conformance tests hold them to `slack_sdk` and to Microsoft's parser.

use std::path::Path;

use awscall::call::Call;
use awscall::command_line::OutputFormat;
use serde_json::{Map, Value, json};

use super::{More, ResultOf, Shown, answer};
use crate::notification::Place;
use crate::notification::render::{slack, teams};

pub(super) fn shown_with(
    (service, operation): (&str, &str),
    output: &Value,
    next_page: More<'_>,
    (query, format): (Option<&str>, Option<OutputFormat>),
) -> Shown {
    let call = Call::of(service, operation, Map::new()).unwrap_or_else(|| panic!("{service} {operation}"));
    let place = Place {
        account: Some("123456789012".to_owned()),
        account_name: Some("shop-prod".to_owned()),
        region: Some("us-east-1".to_owned()),
    };
    answer(&ResultOf {
        service: call.service,
        operation: call.operation,
        line: &format!("{service} {} --region us-east-1", call.operation.command),
        output,
        next_page,
        took_ms: 412,
        place: &place,
        role_arn: Some("arn:aws:iam::123456789012:role/chat/ReadOnly"),
        query,
        format,
    })
}

pub(super) fn shown(service: &str, operation: &str, output: &Value) -> Shown {
    shown_with((service, operation), output, More::Nothing, (None, None))
}

fn assert_golden(name: &str, shown: &Shown) {
    let mut golden = json!({"slack": slack::answer(&shown.answer), "teams": teams::answer(&shown.answer)});
    if let (Some(file), Some(golden)) = (&shown.file, golden.as_object_mut()) {
        let lines = file.text.lines().count();
        golden.insert("file".to_owned(), json!({"name": file.name, "lines": lines}));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden_answers"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_json_snapshot!(format!("result_{name}"), golden));
}

fn function(name: &str, runtime: &str, modified: &str) -> Value {
    json!({
        "FunctionName": name,
        "FunctionArn": format!("arn:aws:lambda:us-east-1:123456789012:function:{name}"),
        "Runtime": runtime,
        "Role": "arn:aws:iam::123456789012:role/service-role/pay",
        "Handler": "index.handler",
        "CodeSize": 1_305_107,
        "Description": "Takes payments <!channel> & says *thanks*",
        "Timeout": 3,
        "MemorySize": 512,
        "LastModified": modified,
        "Version": "$LATEST",
        "Environment": {"Variables": {"DB_PASSWORD": "hunter2"}},
        "VpcConfig": {
            "SubnetIds": ["subnet-1", "subnet-2"],
            "SecurityGroupIds": ["sg-1"],
            "VpcId": "vpc-0a1b",
            "Ipv6AllowedForDualStack": false,
        },
        "TracingConfig": {"Mode": "PassThrough"},
        "Architectures": ["arm64"],
    })
}

fn functions(count: usize) -> Value {
    let of = |at: usize| function(&format!("shop-worker-{at:03}"), "python3.12", "2026-11-22T18:20:16.588+0000");
    json!({"Functions": (0..count).map(of).collect::<Vec<_>>()})
}

#[expect(clippy::too_many_lines, reason = "a table of answers, one after the other")]
fn lists() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let instance = |id: &str, name: Option<&str>, state: &str| {
        let tags = name.map(|name| json!([{"Key": "Name", "Value": name}, {"Key": "team", "Value": "shop"}]));
        json!({"InstanceId": id, "InstanceType": "m7g.large", "State": {"Code": 16, "Name": state}, "Tags": tags,
               "LaunchTime": "2026-11-02T08:00:00+00:00", "PrivateIpAddress": "10.0.3.7"})
    };
    let alarm = |name: &str, state: &str| {
        json!({"AlarmName": name, "StateValue": state, "StateTransitionedTimestamp": "2026-11-23T02:11:09.214000+00:00",
               "MetricName": "CPUUtilization", "Namespace": "AWS/EC2", "Threshold": 80.0})
    };
    vec![
        (
            "functions",
            "lambda",
            "ListFunctions",
            json!({"Functions": [
                function("payments", "python3.12", "2026-11-22T18:20:16.588+0000"),
                function("refunds-with-a-very-long-name-that-people-give-to-functions", "nodejs22.x", "2026-01-02T03:04:05.000+0000"),
                function("ledger", "provided.al2023", "2025-11-22T18:20:16.588+0000"),
            ]}),
        ),
        ("functions_none", "lambda", "ListFunctions", json!({"Functions": []})),
        (
            "instances",
            "ec2",
            "DescribeInstances",
            json!({"Reservations": [
                {"ReservationId": "r-1", "Instances": [instance("i-0abc", Some("web-1"), "running"), instance("i-0abd", None, "stopped")]},
                {"ReservationId": "r-2", "Instances": [instance("i-0abe", Some("<!here> & `db`"), "terminated")]},
            ]}),
        ),
        (
            "queues",
            "sqs",
            "ListQueues",
            json!({"QueueUrls": [
                "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
                "https://sqs.us-east-1.amazonaws.com/123456789012/orders-dlq",
            ]}),
        ),
        (
            "alarms",
            "cloudwatch",
            "DescribeAlarms",
            json!({
                "CompositeAlarms": [{"AlarmName": "shop-down", "StateValue": "OK", "AlarmRule": "ALARM(a)"}, {"AlarmName": "shop-slow", "StateValue": "ALARM"}],
                "MetricAlarms": [alarm("cpu-high", "ALARM"), alarm("disk-full", "OK")],
            }),
        ),
        (
            "buckets",
            "s3api",
            "ListBuckets",
            json!({
                "Buckets": [{"Name": "shop-logs", "CreationDate": "2024-05-01T12:00:00+00:00"}, {"Name": "shop-data", "CreationDate": "2025-05-01T12:00:00+00:00"}],
                "Owner": {"DisplayName": "shop", "ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"},
            }),
        ),
        (
            "objects",
            "s3api",
            "ListObjectsV2",
            json!({
                "IsTruncated": false, "KeyCount": 2, "MaxKeys": 1000, "Name": "shop-logs", "Prefix": "2026/",
                "Contents": [{"Key": "2026/a.log", "Size": 36_048, "LastModified": "2026-11-23T02:11:09+00:00", "StorageClass": "STANDARD"}],
                "CommonPrefixes": [{"Prefix": "2026/01/"}, {"Prefix": "2026/02/"}],
            }),
        ),
        (
            "items",
            "dynamodb",
            "Scan",
            json!({
                "Items": [{"pk": {"S": "order#1"}, "total": {"N": "12.50"}, "paid": {"BOOL": true}}, {"pk": {"S": "order#2"}, "lines": {"L": [{"S": "a"}]}}],
                "Count": 2, "ScannedCount": 120,
            }),
        ),
        (
            "log_groups",
            "logs",
            "DescribeLogGroups",
            json!({"logGroups": [
                {"logGroupName": "/aws/lambda/payments", "storedBytes": 36_048_000, "creationTime": 1_795_371_616_000_i64, "retentionInDays": 14},
                {"logGroupName": "/aws/lambda/ledger", "storedBytes": 0, "creationTime": 1_795_371_616_000_i64},
            ]}),
        ),
        (
            "services",
            "ecs",
            "DescribeServices",
            json!({
                "services": [{"serviceName": "web", "status": "ACTIVE", "runningCount": 2, "desiredCount": 3, "pendingCount": 1}, {"serviceName": "worker", "status": "ACTIVE", "runningCount": 1, "desiredCount": 1, "pendingCount": 0}],
                "failures": [{"arn": "arn:aws:ecs:us-east-1:123456789012:service/x", "reason": "MISSING"}],
            }),
        ),
        (
            "repositories_by_rule",
            "ecr",
            "DescribeRepositories",
            json!({"repositories": [
                {"repositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/a", "registryId": "123456789012", "repositoryName": "a", "repositoryUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/a", "createdAt": "2026-03-03T10:00:00+00:00", "imageTagMutability": "MUTABLE"},
                {"repositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/b", "registryId": "123456789012", "repositoryName": "b", "repositoryUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/b", "createdAt": "2026-03-04T10:00:00+00:00", "imageTagMutability": "IMMUTABLE"},
            ]}),
        ),
        (
            "log_events",
            "logs",
            "FilterLogEvents",
            json!({"events": [
                {"logStreamName": "2026/11/23/[$LATEST]1", "timestamp": 1_795_371_616_000_i64, "message": "START RequestId: 1\n"},
                {"logStreamName": "2026/11/23/[$LATEST]1", "timestamp": 1_795_371_617_500_i64, "message": "\u{1b}[31mERROR\u{1b}[0m <!channel> ```boom```\n"},
            ]}),
        ),
        (
            "insights",
            "logs",
            "GetQueryResults",
            json!({"status": "Complete", "results": [
                [{"field": "@timestamp", "value": "2026-11-22 18:20:16.588"}, {"field": "@message", "value": "ERROR out of memory"}, {"field": "@ptr", "value": "x"}],
            ]}),
        ),
    ]
}

fn things() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    vec![
        (
            "function",
            "lambda",
            "GetFunctionConfiguration",
            function("payments", "python3.12", "2026-11-22T18:20:16.588+0000"),
        ),
        (
            "stack",
            "cloudformation",
            "DescribeStacks",
            json!({"Stacks": [{
                "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1", "StackName": "shop", "StackStatus": "UPDATE_ROLLBACK_COMPLETE",
                "StackStatusReason": "Resource handler returned message: \"no\"", "CreationTime": "2026-03-03T10:00:00+00:00", "DisableRollback": false,
                "Outputs": [{"OutputKey": "Url", "OutputValue": "https://shop.example.com"}, {"OutputKey": "Table", "OutputValue": "orders"}],
                "Parameters": [{"ParameterKey": "Stage", "ParameterValue": "prod"}], "Tags": [],
            }]}),
        ),
        (
            "table",
            "dynamodb",
            "DescribeTable",
            json!({"Table": {
                "TableName": "orders", "TableStatus": "ACTIVE", "ItemCount": 1_200_345, "TableSizeBytes": 36_048_000_000_u64,
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "CreationDateTime": "2026-03-03T10:00:00+00:00",
                "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": "2026-03-03T10:00:00+00:00"},
            }}),
        ),
        ("done", "lambda", "DeleteFunction", json!({})),
        ("done_with_output", "sqs", "SendMessage", json!({"MessageId": "6b1c", "MD5OfMessageBody": "e1"})),
        (
            "done_in_part",
            "sqs",
            "DeleteMessageBatch",
            json!({"Successful": [], "Failed": [{"Id": "1", "Code": "ReceiptHandleIsInvalid", "SenderFault": true}]}),
        ),
        (
            "invocation",
            "lambda",
            "Invoke",
            json!({"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": "eyJvayI6dHJ1ZSwidG9rZW4iOiJzM2NyM3QiLCJuIjpbMSwyXX0="}),
        ),
        (
            "invocation_failed",
            "lambda",
            "Invoke",
            json!({
                "StatusCode": 200, "FunctionError": "Unhandled", "ExecutedVersion": "$LATEST",
                "Payload": "eyJlcnJvck1lc3NhZ2UiOiAiZGl2aXNpb24gYnkgemVybyIsICJlcnJvclR5cGUiOiAiWmVyb0RpdmlzaW9uRXJyb3IifQ==",
                "LogResult": "U1RBUlQgUmVxdWVzdElkOiAxCltFUlJPUl0gWmVyb0RpdmlzaW9uRXJyb3IKRU5EIFJlcXVlc3RJZDogMQo=",
            }),
        ),
    ]
}

#[test]
fn results_are_as_they_were_read() {
    for (name, service, operation, output) in lists().into_iter().chain(things()) {
        assert_golden(name, &shown(service, operation, &output));
    }
    let list = ("lambda", "ListFunctions");
    let many = shown_with(list, &functions(137), More::ByButton("ticket-of-next-page"), (None, None));
    assert_golden("functions_many", &many);
    let query = "Functions[].{Name: FunctionName, MB: MemorySize}";
    let queried = shown_with(list, &functions(3), More::Nothing, (Some(query), Some(OutputFormat::Table)));
    assert_golden("queried", &queried);
}

mod failures {
    //! What is said of commands without a result, and of help.

    use awscall::call::Call;
    use awscall::command_line::{self, Parsed};
    use awscall::{help, search};
    use serde_json::Map;

    use super::{Shown, assert_golden};
    use crate::command::error_words::{self, Failure, FailureOf};
    use crate::command::help_words;
    use crate::conversation::Answer;
    use crate::notification::Place;

    fn golden(name: &str, answer: Answer) {
        assert_golden(name, &Shown { answer, file: None });
    }

    fn failed(service: &str, operation: &str, failure: Failure<'_>) -> Answer {
        let call = Call::of(service, operation, Map::new()).unwrap();
        let account = Some("123456789012".to_owned());
        let place = Place { account, account_name: Some("shop-prod".to_owned()), region: Some("us-east-1".to_owned()) };
        let role_arn = Some("arn:aws:iam::123456789012:role/ReadOnly");
        let (service, operation) = (call.service, call.operation);
        error_words::answer(&FailureOf { service, operation, place: &place, role_arn, took_ms: 230, failure })
    }

    fn said<'a>(code: &'a str, message: &'a str, status: u16) -> Failure<'a> {
        let request_id = Some("7b1f4a2c-0d0e-4f5a-9a57-0c5d3f1f7f11");
        Failure::Service { code, message, status, request_id, may_have_happened: status >= 500 }
    }

    #[test]
    fn what_went_wrong_is_as_it_was_read() {
        let not_found =
            said("ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:1:function:pay", 404);
        golden("error_not_found", failed("lambda", "GetFunction", not_found));
        let invalid = said("ValidationException", "1 validation error detected: <!channel> password=hunter2", 400);
        golden("error_invalid", failed("dynamodb", "DescribeTable", invalid));
        golden(
            "error_at_aws",
            failed("ec2", "RunInstances", said("InternalError", "An internal error has occurred", 500)),
        );
        golden("error_timeout", failed("ec2", "StopInstances", Failure::TimedOut { seconds: 15, sent: true }));
        golden("error_unknown", failed("ec2", "DescribeInstances", Failure::Unknown));
    }

    #[test]
    fn help_is_as_it_was_read() {
        golden("help_service", help_words::service(&help::service("sqs", 1).unwrap()));
        golden("help_operation", help_words::operation(&help::operation("lambda", "invoke").unwrap()));
        golden("help_search", help_words::search("list buckets", &search::operations("list buckets")));
        let Parsed::Mistake(mistake) = command_line::parse("lambda list-functoins") else { panic!("it is a mistake") };
        golden("help_mistake", help_words::mistake(&mistake, &[]));
    }
}

/// Pages that nobody turned: of an operation without a paginator, or asked for one at a time.
#[test]
fn a_list_that_goes_on_is_never_called_whole() {
    let buses = json!({"EventBuses": [{"Name": "default"}], "NextToken": "abc"});
    let text = slack::answer(&shown("events", "ListEventBuses", &buses).answer);
    let text = serde_json::to_string(&text).unwrap();
    assert!(text.contains("on this page") && text.contains("AWS has more: --next-token abc"), "{text}");
    let whole = json!({"EventBuses": [{"Name": "default"}]});
    let text = serde_json::to_string(&slack::answer(&shown("events", "ListEventBuses", &whole).answer)).unwrap();
    assert!(!text.contains("on this page") && !text.contains("AWS has more"), "{text}");
}

#[test]
fn an_empty_queue_is_not_something_done() {
    let headline = shown("sqs", "ReceiveMessage", &json!({})).answer.headline;
    assert!(headline.starts_with("No messages"), "{headline}");
}
