//! Requests signed by other implementations, as data: botocore 1.42.54 (made once, for the moment named), and AWS's own
//! Signature Version 4 test suite (Apache-2.0), whose service is called `service`.

use super::*;

/// Signed by botocore on 2026-11-22 at 12:00:00 UTC for host 127.0.0.1:4750.
struct Vector {
    name: &'static str,
    target: &'static str,
    body: &'static str,
    /// Set besides `content-type: application/json`.
    header: (&'static str, &'static str),
    signed_headers: &'static str,
    signature: &'static str,
}

const BOTOCORE: &[Vector] = &[
    Vector {
        name: "plain",
        target: "/describe-slack-workspaces",
        body: "{\"MaxResults\": 10}",
        header: ("content-type", "application/json"),
        signed_headers: "content-type;host;x-amz-date",
        signature: "20d7351f1a0961d343e8d7d04dadcbcfdfa1e65c9108af37beead6042b3c147b",
    },
    Vector {
        name: "utf-8 body",
        target: "/create-slack-channel-configuration",
        body: "{\"SlackChannelName\": \"größe-🚨\"}",
        header: ("content-type", "application/json"),
        signed_headers: "content-type;host;x-amz-date",
        signature: "d92c99290da1fbcd5f10a5a14377d146eb85350a52adf8263b6d7fe8e65e8f7f",
    },
    Vector {
        name: "repeated spaces",
        target: "/describe-slack-workspaces",
        body: "{}",
        header: ("x-custom", "  a   b  c "),
        signed_headers: "content-type;host;x-amz-date;x-custom",
        signature: "a95936c50a1a044951df971f75d3ae94c44faa3955963cac5c3b647e6bb774ee",
    },
    Vector {
        name: "session token",
        target: "/describe-slack-workspaces",
        body: "{}",
        header: ("x-amz-security-token", "IQoJb3JpZ2luX2VjEXAMPLE//token=="),
        signed_headers: "content-type;host;x-amz-date;x-amz-security-token",
        signature: "471c04154c11d30a593b922da3aaeaa80c910c4500ab19d5272f28be17de2914",
    },
    Vector {
        name: "query out of order",
        target: "/describe-slack-workspaces?b=2&a=%20x%2Fy&a=1",
        body: "",
        header: ("content-type", "application/json"),
        signed_headers: "content-type;host;x-amz-date",
        signature: "485301771585788c9e5a289ef2d453472653f5d49ac3065d5a17defdd72fb8b5",
    },
    Vector {
        name: "encoded path",
        target: "/tags/arn%3Aaws%3Achatbot",
        body: "",
        header: ("content-type", "application/json"),
        signed_headers: "content-type;host;x-amz-date",
        signature: "ab6c75c3d82022a5acfa4441d600a03a3cba5165a27aede63b6e9ab92fdaa9b0",
    },
];

#[test]
fn botocores_requests_are_accepted() {
    for Vector { name, target, body, header: (header, value), signed_headers, signature } in BOTOCORE {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={KEY_ID}/20261122/us-west-2/chatbot/aws4_request, SignedHeaders={signed_headers}, Signature={signature}"
        );
        let mut request = Request::new(
            "POST",
            target,
            &[("host", "127.0.0.1:4750"), ("x-amz-date", "20261122T120000Z"), ("authorization", &authorization)],
            body.as_bytes(),
        );
        request.set("content-type", "application/json");
        request.set(header, value);
        let session_token = (*header == "x-amz-security-token").then_some(*value);
        let secret = SigningSecret { secret_access_key: SECRET, session_token };
        assert_eq!(request.verify_with(secret, SIGNED_AT), Ok(()), "{name}");

        let wrong = SigningSecret { secret_access_key: "another", session_token };
        assert_eq!(request.verify_with(wrong, SIGNED_AT), Err(SignatureError::Mismatch), "{name}, another secret");
        request.body.push(b' ');
        assert_eq!(request.verify_with(secret, SIGNED_AT), Err(SignatureError::Mismatch), "{name}, another body");
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
        let secret = SigningSecret { secret_access_key: SECRET, session_token: *token };
        assert_eq!(presented.verify(secret, b"", datetime!(2015-08-30 12:40 UTC)), Ok(()), "{target} {token:?}");
    }
}
