//! Requests signed by other implementations, as data: botocore 1.42.54, in Python and in C (`botocore.py` made them), and
//! AWS's own Signature Version 4 test suite (Apache-2.0), whose service is called `service`.

use super::*;
use serde_json::Value;

const BOTOCORE: &str = include_str!("botocore.json");

/// Of one form: `header` or `query`.
fn botocores(form: &str) -> Vec<(Value, Request)> {
    let data: Value = serde_json::from_str(BOTOCORE).unwrap();
    let vectors = data[form].as_array().unwrap().iter().map(|vector| {
        let text = |name: &str| vector[name].as_str().unwrap();
        let headers = vector["headers"].as_array().unwrap();
        let headers: Vec<_> =
            headers.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect();
        (vector.clone(), Request::new(text("method"), text("target"), &headers, text("body").as_bytes()))
    });
    vectors.collect()
}

#[test]
fn botocores_requests_are_accepted() {
    let (header, query) = (botocores("header"), botocores("query"));
    assert_eq!((header.len(), query.len()), (17, 13));
    for (vector, mut request) in header.into_iter().chain(query) {
        let name = &vector["name"];
        let session_token = vector["token"].as_str();
        let now = OffsetDateTime::from_unix_timestamp(vector["signed_at"].as_i64().unwrap()).unwrap();
        let secret = SigningSecret { keys: &KEYS, session_token };
        assert_eq!(request.verify_with(secret, now), Ok(()), "{name}");

        let another = SigningKeys::new("another");
        let wrong = SigningSecret { keys: &another, session_token };
        assert_eq!(request.verify_with(wrong, now), Err(SignatureError::Mismatch), "{name}, another secret");
        request.body.push(b' ');
        assert_eq!(request.verify_with(secret, now), Err(SignatureError::Mismatch), "{name}, another body");
    }
}

/// Target, `x-amz-security-token`, signature: GETs of AWS's suite, 2015-08-30 12:36:00 UTC.
const AWS_SUITE: &[(&str, Option<&str>, &str)] = &[
    ("/", None, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("/./", None, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("/example1/example2/../..", None, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    (
        "/",
        Some("6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"),
        "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
    ),
    ("/?Param2=value2&Param1=value1", None, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    (
        "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
        None,
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
    ),
    ("/?%E1%88%B4=bar", None, "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
];

#[test]
fn awss_own_suite_is_accepted() {
    for (target, token, signature) in AWS_SUITE {
        let signed_headers = if token.is_some() { "host;x-amz-date;x-amz-security-token" } else { "host;x-amz-date" };
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={signed_headers}, Signature={signature}"
        );
        let mut headers = vec![
            ("host", "example.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
            ("authorization", &authorization),
        ];
        headers.extend(token.map(|value| ("x-amz-security-token", value)));
        let request = Request::new("GET", target, &headers, b"");
        let presented = parse(request.head(), Policy { service: "service" }).unwrap();
        let secret = SigningSecret { keys: &KEYS, session_token: *token };
        assert_eq!(presented.verify(secret, b"", datetime!(2015-08-30 12:40 UTC)), Ok(()), "{target} {token:?}");
    }
}
