//! Requests of real operations, where the model alone does not say how they look.

use serde_json::{Value, json};

use super::{header, request};

#[test]
fn s3s_bucket_is_the_endpoints_and_its_key_is_one_path() {
    let asked = request("s3api", "GetObject", json!({"Bucket": "b", "Key": "a folder/é+.txt"})).unwrap();
    assert_eq!(asked.path, "/a%20folder/%C3%A9%2B.txt");
    let asked = request("s3api", "GetBucketAcl", json!({"Bucket": "b"})).unwrap();
    assert_eq!((asked.path.as_str(), asked.query), ("/", vec![("acl".to_owned(), String::new())]));
}

#[test]
fn route_53_wants_its_namespace_on_the_root() {
    let given = json!({"Name": "example.com", "CallerReference": "now"});
    let asked = request("route53", "CreateHostedZone", given).unwrap();
    let body = String::from_utf8(asked.body).unwrap();
    let root = "<CreateHostedZoneRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">";
    assert!(body.starts_with(root), "{body}");
}

#[test]
fn what_is_wanted_once_is_made_up_once() {
    let asked = request("stepfunctions", "CreateActivity", json!({"name": "a"})).unwrap();
    assert_eq!(header(&asked, "x-amz-target"), Some("AWSStepFunctions.CreateActivity"));
    let asked = request("ec2", "CreateNatGateway", json!({"SubnetId": "s"})).unwrap();
    let body = String::from_utf8(asked.body).unwrap();
    assert!(body.ends_with("&SubnetId=s&ClientToken=made-up"), "{body}");
    let asked = request("ec2", "CreateNatGateway", json!({"SubnetId": "s", "ClientToken": "mine"})).unwrap();
    assert!(String::from_utf8(asked.body).unwrap().contains("&ClientToken=mine"));
}

#[test]
fn services_that_once_spoke_query_are_told_that_we_know_their_old_codes() {
    assert_eq!(header(&request("sqs", "ListQueues", json!({})).unwrap(), "x-amzn-query-mode"), Some("true"));
    assert_eq!(header(&request("dynamodb", "ListTables", json!({})).unwrap(), "x-amzn-query-mode"), None);
}

#[test]
fn a_host_is_prefixed_by_the_model_but_for_what_the_rule_set_does() {
    let asked = request("stepfunctions", "StartSyncExecution", json!({"stateMachineArn": "a"})).unwrap();
    assert_eq!(asked.host_prefix.as_deref(), Some("sync-"));
    let asked = request("s3control", "ListAccessPoints", json!({"AccountId": "111122223333"})).unwrap();
    assert_eq!(asked.host_prefix, None);
}

#[test]
fn a_payload_of_bytes_is_the_body_and_its_members_are_headers() {
    let given = json!({"FunctionName": "f", "Payload": "e30=", "InvocationType": "Event"});
    let asked = request("lambda", "Invoke", given).unwrap();
    assert_eq!((asked.method, asked.path.as_str()), ("POST", "/2015-03-31/functions/f/invocations"));
    assert_eq!(header(&asked, "x-amz-invocation-type"), Some("Event"));
    assert_eq!(asked.body, b"{}");
}

#[test]
fn times_are_written_as_each_protocol_has_them() {
    let given = json!({"logGroupName": "g", "startTime": 1, "endTime": 2});
    assert!(request("logs", "FilterLogEvents", given).is_ok());
    let given =
        |time: Value| json!({"StartTime": time, "EndTime": 0, "MetricName": "m", "Namespace": "n", "Period": 60});
    for time in [json!(1_795_428_000), json!("2026-11-23T10:00:00Z"), json!("2026-11-23T12:00:00+02:00")] {
        let body = request("cloudwatch", "GetMetricStatistics", given(time)).unwrap().body;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["StartTime"], 1_795_428_000);
    }
    let error = request("cloudwatch", "GetMetricStatistics", given(json!("yesterday"))).unwrap_err();
    assert_eq!(error.0, "`StartTime` takes a time as `2026-11-23T10:00:00Z`, or seconds since 1970");
}
