//! Answers of real operations, where the model alone does not say what they mean; and every way that AWS says no.

use serde_json::json;

use awscall::protocol::ResponseError;

use super::{answered, refused, response};

fn json_of(service: &str, operation: &str, body: &str) -> serde_json::Value {
    answered(service, operation, &response(200, &[], body.as_bytes())).unwrap().into()
}

#[test]
fn the_region_of_a_bucket_is_the_root_and_empty_for_the_first() {
    let answer = "<?xml version=\"1.0\"?>\n<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    let said = json_of("s3api", "GetBucketLocation", &format!("{answer}eu-west-1</LocationConstraint>"));
    assert_eq!(said, json!({"LocationConstraint": "eu-west-1"}));
    let said = json_of("s3api", "GetBucketLocation", &format!("{answer}</LocationConstraint>"));
    assert_eq!(said, json!({"LocationConstraint": null}));
}

/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>, "Response and special errors".
#[test]
fn a_copy_that_failed_after_200_is_an_error_that_may_be_tried_again() {
    let body = b"<Error><Code>InternalError</Code><Message>Try again.</Message><RequestId>r</RequestId></Error>";
    let error = refused("s3api", "CopyObject", &response(200, &[], body));
    assert_eq!((error.code.as_str(), error.message.as_str(), error.status), ("InternalError", "Try again.", 500));
    assert_eq!(error.request_id.as_deref(), Some("r"));
}

#[test]
fn an_object_that_is_xml_itself_is_no_error() {
    let body = b"<Error><Code>InternalError</Code></Error>";
    let object = answered("s3api", "GetObject", &response(200, &[("content-length", "41")], body)).unwrap();
    assert_eq!(object["ContentLength"], 41);
    assert!(object.contains_key("Body"));
}

#[test]
fn what_streams_comes_as_base64_with_its_headers() {
    let headers = [("X-Amz-Function-Error", "Unhandled"), ("X-Amz-Executed-Version", "$LATEST")];
    let said = answered("lambda", "Invoke", &response(200, &headers, b"{\"a\":1}")).unwrap();
    let wanted = json!({"StatusCode": 200, "FunctionError": "Unhandled", "ExecutedVersion": "$LATEST", "Payload": "eyJhIjoxfQ=="});
    assert_eq!(serde_json::Value::from(said), wanted);
}

#[test]
fn times_have_an_offset_and_a_fraction_only_if_there_is_one() {
    let said = json_of("dynamodb", "DescribeTable", "{\"Table\":{\"CreationDateTime\":1763892000.123}}");
    assert_eq!(said["Table"]["CreationDateTime"], "2025-11-23T10:00:00.123000+00:00");
    let said = json_of("dynamodb", "DescribeTable", "{\"Table\":{\"CreationDateTime\":1763892000}}");
    assert_eq!(said["Table"]["CreationDateTime"], "2025-11-23T10:00:00+00:00");
}

#[test]
fn unknown_members_are_left_out() {
    assert_eq!(json_of("dynamodb", "ListTables", "{\"TableNames\":[],\"New\":{}}"), json!({"TableNames": []}));
}

#[test]
fn a_number_that_lost_digits_is_said_to_have() {
    let body = b"{\"Table\":{\"ItemCount\":123456789012345678901234567890}}";
    let error = answered("dynamodb", "DescribeTable", &response(200, &[], body)).unwrap_err();
    assert!(error.to_string().contains("greater than 64 bits"), "{error}");
}

#[test]
fn ec2_says_no() {
    let body =
        b"<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>No i-1</Message></Error></Errors>\
        <RequestID>r-1</RequestID></Response>";
    let error = refused("ec2", "StopInstances", &response(400, &[], body));
    assert_eq!(error.to_string(), "InvalidInstanceID.NotFound: No i-1");
    assert_eq!(error.request_id.as_deref(), Some("r-1"));
}

/// Source: the model of SQS, `awsQueryCompatible`.
#[test]
fn sqs_says_no_in_the_code_that_people_know() {
    let headers =
        [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"), ("x-amzn-RequestId", "r-2")];
    let body = b"{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"No such queue.\"}";
    let error = refused("sqs", "GetQueueUrl", &response(400, &headers, body));
    assert_eq!(error.to_string(), "AWS.SimpleQueueService.NonExistentQueue: No such queue.");
    assert_eq!(error.request_id.as_deref(), Some("r-2"));
}

#[test]
fn an_error_keeps_what_its_shape_has_and_its_throttling() {
    let headers = [("x-amzn-ErrorType", "TooManyRequestsException:http://internal.amazon.com/"), ("Retry-After", "7")];
    let body = b"{\"Reason\":\"CallerRateLimitExceeded\",\"message\":\"Rate exceeded\",\"Type\":\"User\"}";
    let error = refused("lambda", "Invoke", &response(429, &headers, body));
    assert_eq!(error.to_string(), "TooManyRequestsException: Rate exceeded");
    assert_eq!(error.fields["Reason"], "CallerRateLimitExceeded");
    assert_eq!(error.fields["retryAfterSeconds"], "7");
    assert!(!error.fields.contains_key("message"));
    let error = refused("kms", "Decrypt", &response(400, &[], b"{\"__type\":\"KMSInternalException\"}"));
    assert_eq!(error.code, "KMSInternalException");
}

#[test]
fn what_is_nobodys_protocol_is_said_by_its_status() {
    for body in [&b""[..], b"<html><body>Service Unavailable</body></html>", b"<!DOCTYPE html><p>no</p>"] {
        for (service, operation) in
            [("lambda", "ListFunctions"), ("ec2", "DescribeVpcs"), ("s3api", "ListBuckets"), ("sns", "ListTopics")]
        {
            let error = refused(service, operation, &response(503, &[], body));
            assert_eq!(error.to_string(), "503: Service Unavailable", "{service}");
        }
    }
    let error = refused("s3api", "HeadObject", &response(404, &[("x-amz-request-id", "r-3")], b""));
    assert_eq!((error.to_string().as_str(), error.request_id.as_deref()), ("404: Not Found", Some("r-3")));
}

#[test]
fn an_answer_that_is_cut_off_is_no_answer() {
    let cut = response(200, &[], b"<ListTopicsResponse><ListTopicsResult><Topics><member>");
    assert!(matches!(answered("sns", "ListTopics", &cut), Err(ResponseError::Malformed(_))));
}

#[test]
fn an_error_has_its_limits() {
    let body = format!("{{\"__type\":\"{}\",\"message\":\"{}\"}}", "C".repeat(10_000), "m".repeat(1_000_000));
    let error = refused("dynamodb", "ListTables", &response(400, &[], body.as_bytes()));
    assert_eq!((error.code.len(), error.message.len()), (256, 16 * 1024));
    let page = refused("dynamodb", "ListTables", &response(502, &[], "no protocol ".repeat(1000).as_bytes()));
    assert_eq!((page.code.as_str(), page.message.len()), ("502", 500));
}
