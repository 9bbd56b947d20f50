//! What fingers and phones make of a command, and what it becomes. What the AWS CLI itself takes is held against it in
//! [`super::aws_cli`].

use serde_json::json;

use super::{assert_calls, assert_shown, run};

#[test]
fn names_are_found_by_any_spelling() {
    let functions = json!({});
    let one = json!({"FunctionName": "f"});
    assert_calls(&[
        ("lambda list-functions", "ListFunctions", functions.clone()),
        ("aws lambda list-functions", "ListFunctions", functions.clone()),
        ("AWS Lambda List-Functions", "ListFunctions", functions.clone()),
        ("lambda ListFunctions", "ListFunctions", functions.clone()),
        ("lambda listfunctions", "ListFunctions", functions.clone()),
        ("lambda list_functions", "ListFunctions", functions),
        ("lambda get-function --function-name f", "GetFunction", one.clone()),
        ("lambda get-function --functionName f", "GetFunction", one.clone()),
        ("lambda get-function --FunctionName f", "GetFunction", one.clone()),
        ("lambda get-function --function_name f", "GetFunction", one.clone()),
        ("lambda get-function -function-name f", "GetFunction", one.clone()),
        ("lambda get-function —function-name f", "GetFunction", one.clone()),
        ("lambda get-function –function-name f", "GetFunction", one.clone()),
        ("lambda get-function ––function-name f", "GetFunction", one.clone()),
        ("lambda get-function −−function-name=f", "GetFunction", one.clone()),
        ("  lambda\n  get-function \\\n  --function-name\tf  ", "GetFunction", one.clone()),
        ("--region eu-west-1 lambda --output json get-function --function-name f", "GetFunction", one),
        ("s3 list-buckets", "ListBuckets", json!({})),
        ("s3api list-buckets", "ListBuckets", json!({})),
        ("config describe-config-rules", "DescribeConfigRules", json!({})),
        ("codedeploy list-applications", "ListApplications", json!({})),
        ("sfn list-state-machines", "ListStateMachines", json!({})),
        ("eventbridge list-rules", "ListRules", json!({})),
        ("iam list-access-keys --username u", "ListAccessKeys", json!({"UserName": "u"})),
        ("ec2 describe-vpcs --vpcids vpc-1", "DescribeVpcs", json!({"VpcIds": ["vpc-1"]})),
        (
            "rds describe-db-instances --dbinstance-identifier d",
            "DescribeDBInstances",
            json!({"DBInstanceIdentifier": "d"}),
        ),
        (
            "iam enable-mfa-device --user-name u --serial-number s --authentication-code1 1 --authentication-code-2 2",
            "EnableMFADevice",
            json!({"UserName": "u", "SerialNumber": "s", "AuthenticationCode1": "1", "AuthenticationCode2": "2"}),
        ),
    ]);
}

#[test]
fn a_service_may_be_left_out_where_there_is_one() {
    assert_calls(&[
        ("terminate-instances --instance-ids i-1", "TerminateInstances", json!({"InstanceIds": ["i-1"]})),
        ("aws DescribeVpcs", "DescribeVpcs", json!({})),
        ("describe-alarms", "DescribeAlarms", json!({})),
        ("get-caller-identity", "GetCallerIdentity", json!({})),
    ]);
    assert_eq!(run("describe-vpcs").notes, ["`describe-vpcs` is an operation of `ec2`."]);
}

#[test]
fn one_value_may_stand_without_its_flag() {
    assert_calls(&[
        ("lambda get-function f", "GetFunction", json!({"FunctionName": "f"})),
        ("lambda get-function f --qualifier live", "GetFunction", json!({"FunctionName": "f", "Qualifier": "live"})),
        ("lambda get-function --qualifier live f", "GetFunction", json!({"FunctionName": "f", "Qualifier": "live"})),
        ("s3api get-bucket-policy 'b'", "GetBucketPolicy", json!({"Bucket": "b"})),
        ("ec2 terminate-instances i-1 i-2", "TerminateInstances", json!({"InstanceIds": ["i-1", "i-2"]})),
        (
            "sns list-subscriptions-by-topic arn:aws:sns:us-east-1:1:t",
            "ListSubscriptionsByTopic",
            json!({"TopicArn": "arn:aws:sns:us-east-1:1:t"}),
        ),
        (
            "lambda delete-function-concurrency f --region us-east-1",
            "DeleteFunctionConcurrency",
            json!({"FunctionName": "f"}),
        ),
    ]);
    assert_eq!(run("lambda get-function f").notes, ["What stood without a flag was taken for `--function-name`."]);
}

#[test]
fn json_needs_no_quotes() {
    let filters = json!({"Filters": [{"Name": "tag:Name", "Values": ["a b", "c]"]}]});
    assert_calls(&[
        (
            r#"ec2 describe-instances --filters [{"Name": "tag:Name", "Values": ["a b", "c]"]}]"#,
            "DescribeInstances",
            filters.clone(),
        ),
        (
            r#"ec2 describe-instances --filters=[{"Name":"tag:Name","Values":["a b","c]"]}]"#,
            "DescribeInstances",
            filters.clone(),
        ),
        (
            r#"ec2 describe-instances --filters {"Name": "tag:Name", "Values": ["a b", "c]"]}"#,
            "DescribeInstances",
            filters.clone(),
        ),
        (
            "ec2 describe-instances --filters [{“Name”: “tag:Name”, “Values”: [“a b”, “c]”]}]",
            "DescribeInstances",
            filters.clone(),
        ),
        (
            "ec2 describe-instances --filters ‘[{“Name”: “tag:Name”, “Values”: [“a b”, “c]”]}]’",
            "DescribeInstances",
            filters.clone(),
        ),
        (
            "ec2 describe-instances --filters “[{\"Name\": \"tag:Name\", \"Values\": [\"a b\", \"c]\"]}]”",
            "DescribeInstances",
            filters.clone(),
        ),
        (
            r#"ec2 describe-instances --filters Name=tag:Name,Values=["a b", "c]"]"#,
            "DescribeInstances",
            filters.clone(),
        ),
        (r#"ec2 describe-instances --filters "Name=tag:Name,Values=a b,'c]'""#, "DescribeInstances", filters),
        (
            r#"lambda invoke --function-name f --payload {"a": {"b": [1, 2]}}"#,
            "Invoke",
            json!({"FunctionName": "f", "Payload": "eyJhIjogeyJiIjogWzEsIDJdfX0="}),
        ),
        (
            "lambda invoke --function-name f --payload {\n  \"a\": 1\n}",
            "Invoke",
            json!({"FunctionName": "f", "Payload": "ewogICJhIjogMQp9"}),
        ),
        (
            r#"events put-events --entries [{"Source":"x","Detail":"{\"a\":\"it's\"}"}]"#,
            "PutEvents",
            json!({"Entries": [{"Source": "x", "Detail": "{\"a\":\"it's\"}"}]}),
        ),
    ]);
    let query = "Functions[?Runtime == 'nodejs18.x' && !(a || b)].{n: FunctionName, m: `\"x y\"`}";
    assert_eq!(run(&format!("lambda list-functions --query {query}")).query.as_deref(), Some(query));
}

#[test]
fn quotes_are_a_shells_or_a_phones() {
    let name = |text: &str| json!({"FunctionName": text});
    assert_calls(&[
        ("lambda get-function --function-name 'a b'", "GetFunction", name("a b")),
        ("lambda get-function --function-name \"a b\"", "GetFunction", name("a b")),
        ("lambda get-function --function-name “a b”", "GetFunction", name("a b")),
        ("lambda get-function --function-name ‘a b’", "GetFunction", name("a b")),
        ("lambda get-function --function-name „a b“", "GetFunction", name("a b")),
        ("lambda get-function --function-name «a b»", "GetFunction", name("a b")),
        ("lambda get-function --function-name=“a b”", "GetFunction", name("a b")),
        ("lambda get-function --function-name “it’s here”", "GetFunction", name("it’s here")),
        ("lambda get-function --function-name ‘it’s here’", "GetFunction", name("it’s here")),
        ("lambda get-function --function-name it’s", "GetFunction", name("it’s")),
        ("lambda get-function --function-name '“a”'", "GetFunction", name("“a”")),
        ("lambda get-function --function-name \"‘a’\"", "GetFunction", name("‘a’")),
        ("lambda get-function --function-name a' 'b\" \"c", "GetFunction", name("a b c")),
        ("lambda get-function --function-name a\\ b", "GetFunction", name("a b")),
        ("lambda get-function --function-name \"a\\\"b\\\\c\\d\"", "GetFunction", name("a\"b\\c\\d")),
        ("lambda get-function --function-name 'a'\\''b'", "GetFunction", name("a'b")),
        ("lambda get-function --function-name $'a\\n\\u00e9\\'b'", "GetFunction", name("a\né'b")),
        ("lambda get-function --function-name ''", "GetFunction", name("")),
        ("lambda get-function --function-name '-5'", "GetFunction", name("-5")),
        ("lambda get-function --function-name -", "GetFunction", name("-")),
        ("lambda get-function --function-name a[0", "GetFunction", name("a[0")),
        ("lambda get-function --function-name a[0]", "GetFunction", name("a[0]")),
        ("lambda get-function --function-name='--dry-run'", "GetFunction", name("--dry-run")),
        ("lambda get-function --function-name=-x=y", "GetFunction", name("-x=y")),
    ]);
    assert_eq!(run("lambda get-function --function-name “a”").notes, ["Curly quotes were read as straight ones."]);
    assert!(run("lambda get-function --function-name '“a”'").notes.is_empty());
}

#[test]
fn booleans_are_switches_and_take_words() {
    let dry = |run: bool| json!({"InstanceIds": ["i-1"], "DryRun": run});
    assert_calls(&[
        ("ec2 start-instances --instance-ids i-1 --dry-run", "StartInstances", dry(true)),
        ("ec2 start-instances --instance-ids i-1 --no-dry-run", "StartInstances", dry(false)),
        ("ec2 start-instances --instance-ids i-1 --dry-run true", "StartInstances", dry(true)),
        ("ec2 start-instances --instance-ids i-1 --dry-run False", "StartInstances", dry(false)),
        ("ec2 start-instances --instance-ids i-1 --dry-run=false", "StartInstances", dry(false)),
        ("ec2 start-instances --instance-ids i-1 --no-dry-run=false", "StartInstances", dry(true)),
        ("ec2 start-instances --dry-run i-1", "StartInstances", dry(true)),
        (
            "ec2 create-image --instance-id i-1 --name n --no-reboot",
            "CreateImage",
            json!({"InstanceId": "i-1", "Name": "n", "NoReboot": true}),
        ),
        (
            "ec2 create-image --instance-id i-1 --name n --reboot",
            "CreateImage",
            json!({"InstanceId": "i-1", "Name": "n", "NoReboot": false}),
        ),
        (
            "ec2 create-image --instance-id i-1 --name n --no-no-reboot",
            "CreateImage",
            json!({"InstanceId": "i-1", "Name": "n", "NoReboot": false}),
        ),
        (
            "ec2 modify-instance-attribute --instance-id i-1 --ebs-optimized false",
            "ModifyInstanceAttribute",
            json!({"InstanceId": "i-1", "EbsOptimized": {"Value": false}}),
        ),
        (
            "ec2 modify-instance-attribute --instance-id i-1 --enable-api-termination",
            "ModifyInstanceAttribute",
            json!({"InstanceId": "i-1", "DisableApiTermination": {"Value": false}}),
        ),
    ]);
}

#[test]
fn blobs_are_text_unless_it_is_said() {
    assert_calls(&[
        (
            "kinesis put-record --stream-name s --partition-key p --data hällo",
            "PutRecord",
            json!({"StreamName": "s", "Data": "aMOkbGxv", "PartitionKey": "p"}),
        ),
        (
            "kinesis put-record --stream-name s --partition-key p --data /w== --cli-binary-format base64",
            "PutRecord",
            json!({"StreamName": "s", "Data": "/w==", "PartitionKey": "p"}),
        ),
        (
            "kinesis put-record --cli-binary-format raw-in-base64-out --stream-name s --partition-key p --data /w==",
            "PutRecord",
            json!({"StreamName": "s", "Data": "L3c9PQ==", "PartitionKey": "p"}),
        ),
        (
            "kinesis put-records --stream-name s --records Data=a,PartitionKey=1 Data=b,PartitionKey=2",
            "PutRecords",
            json!({"Records": [{"Data": "YQ==", "PartitionKey": "1"}, {"Data": "Yg==", "PartitionKey": "2"}], "StreamName": "s"}),
        ),
    ]);
    assert!(
        run("kinesis put-record --stream-name s --partition-key p --data /w== --cli-binary-format base64")
            .shown
            .ends_with("--cli-binary-format base64")
    );
}

#[test]
fn values_become_what_their_shape_wants() {
    assert_calls(&[
        (
            "lambda put-function-concurrency f --reserved-concurrent-executions 5",
            "PutFunctionConcurrency",
            json!({"FunctionName": "f", "ReservedConcurrentExecutions": 5}),
        ),
        (
            "ecs update-service --service s --desired-count -1",
            "UpdateService",
            json!({"service": "s", "desiredCount": -1}),
        ),
        (
            "cloudwatch put-metric-alarm --alarm-name a --comparison-operator GreaterThanThreshold --evaluation-periods 1 --threshold -0.5",
            "PutMetricAlarm",
            json!({"AlarmName": "a", "EvaluationPeriods": 1, "Threshold": -0.5, "ComparisonOperator": "GreaterThanThreshold"}),
        ),
        (
            "ec2 describe-instances --filters Name=a,Values=b",
            "DescribeInstances",
            json!({"Filters": [{"Name": "a", "Values": ["b"]}]}),
        ),
        (
            "lambda tag-resource --resource r --tags a=b c=d",
            "TagResource",
            json!({"Resource": "r", "Tags": {"a": "b", "c": "d"}}),
        ),
        (
            "elb register-instances-with-load-balancer --load-balancer-name l --instances i-1 i-2",
            "RegisterInstancesWithLoadBalancer",
            json!({"LoadBalancerName": "l", "Instances": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]}),
        ),
        ("cloudwatch describe-alarms --state-value alarm", "DescribeAlarms", json!({"StateValue": "ALARM"})),
        (
            "lambda create-function --function-name f --role r --runtime python9.99 --code ImageUri=x",
            "CreateFunction",
            json!({"FunctionName": "f", "Runtime": "python9.99", "Role": "r", "Code": {"ImageUri": "x"}}),
        ),
    ]);
    assert_eq!(
        run("cloudwatch describe-alarms --state-value alarm").notes,
        ["`--state-value` was taken as `ALARM`, as AWS writes it."]
    );
    assert_eq!(
        run("lambda create-function --function-name f --role r --runtime python9.99 --code ImageUri=x").notes,
        ["`--runtime` has a value that I do not know; AWS may."]
    );
}

#[test]
fn times_documents_and_addresses_are_values_too() {
    assert_calls(&[
        (
            "ec2 describe-spot-price-history --start-time 2026-01-31",
            "DescribeSpotPriceHistory",
            json!({"StartTime": "2026-01-31T00:00:00Z"}),
        ),
        (
            "ec2 describe-spot-price-history --start-time 1700000000.5",
            "DescribeSpotPriceHistory",
            json!({"StartTime": 1_700_000_000.5}),
        ),
        (
            "bedrock-runtime converse --model-id m --additional-model-request-fields {\"k\": [1, null]}",
            "Converse",
            json!({"modelId": "m", "additionalModelRequestFields": {"k": [1, null]}}),
        ),
        (
            "cloudfront create-invalidation --distribution-id d --paths /a '/b*' --caller-reference x",
            "CreateInvalidation",
            json!({
                "DistributionId": "d",
                "InvalidationBatch": {"Paths": {"Quantity": 2, "Items": ["/a", "/b*"]}, "CallerReference": "x"},
            }),
        ),
        (
            "sqs set-queue-attributes --queue-url https://sqs.us-east-1.amazonaws.com/1/q --attributes VisibilityTimeout=30",
            "SetQueueAttributes",
            json!({"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "Attributes": {"VisibilityTimeout": "30"}}),
        ),
        (
            "cloudformation create-stack --stack-name s --parameters ParameterKey=a,ParameterValue= --tags Key=k,Value=v",
            "CreateStack",
            json!({"StackName": "s", "Parameters": [{"ParameterKey": "a", "ParameterValue": ""}], "Tags": [{"Key": "k", "Value": "v"}]}),
        ),
        (
            "lambda invoke f --cli-input-json {\"Payload\": \"x\", \"Qualifier\": null}",
            "Invoke",
            json!({"FunctionName": "f", "Payload": "eA=="}),
        ),
    ]);
}

#[test]
fn nothing_is_filled_in_or_run() {
    let name = |text: &str| json!({"FunctionName": text});
    assert_calls(&[
        ("lambda get-function --function-name $(whoami)", "GetFunction", name("$(whoami)")),
        ("lambda get-function --function-name `id`", "GetFunction", name("`id`")),
        ("lambda get-function --function-name $HOME", "GetFunction", name("$HOME")),
        ("lambda get-function --function-name \"${HOME}\"", "GetFunction", name("${HOME}")),
        ("lambda get-function --function-name ~/x", "GetFunction", name("~/x")),
        ("lambda get-function --function-name a;b|c>d&e", "GetFunction", name("a;b|c>d&e")),
        ("lambda get-function --function-name *", "GetFunction", name("*")),
        ("lambda get-function --function-name '#not a comment'", "GetFunction", name("#not a comment")),
        (
            "sns publish --topic-arn t --message https://example.com/",
            "Publish",
            json!({"TopicArn": "t", "Message": "https://example.com/"}),
        ),
        (
            r#"sns publish --topic-arn t --cli-input-json {"Message": "file:///etc/passwd"}"#,
            "Publish",
            json!({"TopicArn": "t", "Message": "file:///etc/passwd"}),
        ),
    ]);
}

#[test]
fn harmless_flags_change_nothing() {
    for flag in ["--no-cli-pager", "--color off", "--no-cli-auto-prompt", "--paginate", "--cli-error-format json"] {
        let line = run(&format!("lambda list-functions {flag}"));
        assert_eq!(line.shown, "lambda list-functions", "{flag}");
        assert_shown(&line);
    }
    let line = run("lambda invoke f out.json");
    assert_eq!(line.notes.last().unwrap(), "No file `out.json` is written: the answer comes here.");
}
