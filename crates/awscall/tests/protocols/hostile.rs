//! Inputs and answers of whoever means harm: nothing leaves its place, nothing is deeper than the stack, and nothing panics.

use awscall::protocol;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{IN_CBOR, answered, call, request, response};

/// One of each protocol, with lists, maps and structures in what it answers.
const OPERATIONS: [(&str, &str); 9] = [
    ("dynamodb", "Query"),
    (IN_CBOR, "Query"),
    ("lambda", "GetFunction"),
    ("iot-data", "Publish"),
    ("iam", "GetAccountAuthorizationDetails"),
    ("ec2", "DescribeInstances"),
    ("s3api", "ListObjectsV2"),
    ("cloudfront", "GetDistribution"),
    ("sqs", "ReceiveMessage"),
];

#[test]
fn no_label_leaves_its_part_of_the_path() {
    let asked = request("lambda", "GetFunction", json!({"FunctionName": "../../2015-03-31/layers?x=y#z"})).unwrap();
    assert_eq!(asked.path, "/2015-03-31/functions/..%2F..%2F2015-03-31%2Flayers%3Fx%3Dy%23z");
    assert_eq!(asked.query, []);
    for name in ["", ".", ".."] {
        assert!(request("lambda", "GetFunction", json!({"FunctionName": name})).is_err(), "{name}");
    }
    for key in ["..", "a/../b", "../b", "a/.", "./a"] {
        assert!(request("s3api", "GetObject", json!({"Bucket": "b", "Key": key})).is_err(), "{key}");
    }
    assert!(request("s3api", "GetObject", json!({"Bucket": "b", "Key": "a/...b/.c"})).is_ok());
    assert!(request("lambda", "GetFunction", json!({})).is_err());
}

#[test]
fn no_value_begins_another_header() {
    for value in ["a\r\nX-Evil: 1", "a\nb", "a\0b", "é"] {
        let given = json!({"Bucket": "b", "Key": "k", "ContentType": value});
        assert!(request("s3api", "PutObject", given).is_err(), "{value:?}");
        let given = json!({"Bucket": "b", "Key": "k", "Metadata": {"m": value}});
        assert!(request("s3api", "PutObject", given).is_err(), "{value:?}");
    }
    for name in ["a: b", "a\r\n", "a b", "é"] {
        let given = json!({"Bucket": "b", "Key": "k", "Metadata": {name: "v"}});
        assert!(request("s3api", "PutObject", given).is_err(), "{name:?}");
    }
}

/// The one service whose map of headers has no prefix.
#[test]
fn a_map_of_headers_does_not_touch_what_signs() {
    for name in ["Host", "authorization", "X-Amz-Security-Token", "Content-Length", "x-amz-date"] {
        let given = json!({"AssetId": "a", "DataSetId": "d", "RevisionId": "r", "RequestHeaders": {name: "v"}});
        let sent = request("dataexchange", "SendApiAsset", given);
        let named = sent.map(|sent| sent.headers.into_iter().any(|(known, _)| known.eq_ignore_ascii_case(name)));
        assert!(!named.unwrap_or(false), "{name}");
    }
}

#[test]
fn no_label_is_another_host() {
    let asked = |label: &str| request("neptune-graph", "GetGraphSummary", json!({"graphIdentifier": label}));
    assert_eq!(asked("g-1").unwrap().host_prefix.as_deref(), Some("g-1."));
    for label in ["evil.com/", "a.b", "", "-a", "a@b", "a:b", "a%2e", &"a".repeat(64)] {
        assert!(asked(label).is_err(), "{label}");
    }
}

#[test]
fn what_is_not_of_the_model_is_refused_without_being_repeated() {
    let secret = "hunter2";
    let given = json!({"Name": {"not": secret}});
    let error = request("ssm", "GetParameter", given).unwrap_err();
    assert_eq!(error.0, "`Name` takes text");
    let error = request("ec2", "DescribeInstances", json!({"Filters": [{"Values": [1]}]})).unwrap_err();
    assert_eq!(error.0, "`Filters[0].Values[0]` takes text");
    let error = request("ssm", "GetParameter", json!({"Nam": secret})).unwrap_err();
    assert_eq!(error.0, "`Nam` is not a parameter of this operation");
    let error = request("connect", "CreateEvaluationForm", json!({"InstanceId": "i", "Items": [{}]})).unwrap_err();
    assert_eq!(error.0, "`Items[0]` takes exactly one of its members");
    let error = request("lambda", "Invoke", json!({"FunctionName": "f", "Payload": "not base64"})).unwrap_err();
    assert_eq!(error.0, "`Payload` takes bytes in base64");
    let error = request("ec2", "RunInstances", json!({"MinCount": 1.5})).unwrap_err();
    assert_eq!(error.0, "`MinCount` takes a whole number of at most 64 bits");
}

#[test]
fn an_input_is_not_deeper_than_its_limit() {
    let mut value = json!({"S": "x"});
    for _ in 0..200 {
        value = json!({"L": [value]});
    }
    let error = request("dynamodb", "PutItem", json!({"TableName": "t", "Item": {"a": value}})).unwrap_err();
    assert!(error.0.ends_with("is nested too deep for AWS"), "{error}");
}

#[test]
fn no_answer_is_deeper_than_the_stack() {
    let depth = 200_000;
    let json = format!("{}{}", "{\"Items\":[".repeat(depth), "]}".repeat(depth));
    let xml = format!("<a>{}{}</a>", "<Contents>".repeat(depth), "</Contents>".repeat(depth));
    for (service, operation) in OPERATIONS {
        for body in [json.as_bytes(), xml.as_bytes(), &vec![0x81; depth], &vec![0x9f; depth], &vec![0xc1; depth]] {
            for status in [200, 400] {
                drop(answered(service, operation, &response(status, &[("smithy-protocol", "rpc-v2-cbor")], body)));
            }
        }
    }
}

/// A shape that is inside of itself, all the way down.
#[test]
fn a_recursive_answer_has_a_limit_too() {
    let depth = 1000;
    let xml = format!("<Response>{}{}</Response>", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(answered("s3api", "ListObjectsV2", &response(200, &[], xml.as_bytes())).is_ok());
    let json = format!("{{\"Items\":[{{\"a\":{}{{\"S\":\"x\"}}{}}}]}}", "{\"L\":[".repeat(depth), "]}".repeat(depth));
    assert!(answered("dynamodb", "Query", &response(200, &[], json.as_bytes())).is_err());
}

#[test]
fn no_answer_costs_many_times_its_bytes() {
    let many = 1_100_000;
    let json = format!("{{\"Items\":[{}0]}}", "0,".repeat(many));
    let xml = format!("<ListBucketResult>{}</ListBucketResult>", "<Contents/>".repeat(many));
    for (service, operation, body) in
        [("dynamodb", "Query", json.as_bytes()), ("s3api", "ListObjectsV2", xml.as_bytes())]
    {
        for status in [200, 400] {
            let error = answered(service, operation, &response(status, &[], body)).unwrap_err();
            assert!(error.to_string().len() < 1000, "{service}");
        }
    }
    // Commas in text are no values.
    let json = format!("{{\"TableNames\":[\"{}\"]}}", ",\\\"[".repeat(many));
    assert!(answered("dynamodb", "ListTables", &response(200, &[], json.as_bytes())).is_ok());
}

/// What a length promises is not taken memory for, nor waited for.
#[test]
fn no_length_in_cbor_is_believed() {
    for body in [
        &b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff"[..],
        b"\xa1\x65Items\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x65Items\x81\xa1\x61a\xa1\x61S\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x7f\x65Items",
        b"\xa1\x65Count\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        let read = answered(IN_CBOR, "Query", &response(200, &[], body));
        assert!(read.is_err(), "{body:x?}: {read:?}");
    }
    let read = answered(IN_CBOR, "Query", &response(200, &[], b"\xa2\x65Count\x07\x63New\x9f\x81\x01\xff")).unwrap();
    assert_eq!(Value::from(read), json!({"Count": 7}));
}

#[test]
fn no_entity_is_expanded() {
    let body = b"<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><ListBucketResult><Name>&b;</Name></ListBucketResult>";
    assert!(answered("s3api", "ListObjectsV2", &response(200, &[], body)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_an_answer_panic(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        status in prop_oneof![Just(200_u16), Just(204), Just(400), Just(503)],
        headers in proptest::collection::vec(("[a-zA-Z-]{0,12}", "[ -~]{0,30}"), 0..4),
    ) {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for (service, operation) in OPERATIONS {
            drop(answered(service, operation, &response(status, &headers, &body)));
        }
    }

    #[test]
    fn no_markup_makes_an_answer_panic(body in "(<[a-zA-Z:]{1,8}( [a-z]=\"[a-z&;#]{0,4}\")?/?>|</[a-zA-Z]{1,8}>|[a-z0-9 &;]{0,9}|<!--.-->|<!\\[CDATA\\[.?\\]\\]>){0,40}") {
        for (service, operation) in OPERATIONS {
            drop(answered(service, operation, &response(200, &[], body.as_bytes())));
        }
    }

    #[test]
    fn no_input_makes_a_request_panic_or_leave_its_path(name in any::<String>(), value in json_value()) {
        for (service, operation, member) in
            [("lambda", "GetFunction", "FunctionName"), ("s3api", "GetObject", "Key"), ("dynamodb", "PutItem", "Item")]
        {
            let mut input = Map::from_iter([("Bucket".to_owned(), json!("b")), (member.to_owned(), value.clone())]);
            if service != "s3api" {
                input.remove("Bucket");
            }
            input.insert(member.to_owned(), json!(name.clone()));
            if let Ok(request) = protocol::request(&call(service, operation, Value::Object(input)), &mut String::new) {
                prop_assert!(request.path.is_ascii() && !request.path.contains(['?', '#', ' ', '\\']));
                prop_assert!(request.path.split('/').all(|segment| segment != "." && segment != ".."));
            }
            let given = json!({member: value.clone()});
            drop(protocol::request(&call(service, operation, given), &mut String::new));
        }
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec(("[SNMLB]|[a-z]{1,3}", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
