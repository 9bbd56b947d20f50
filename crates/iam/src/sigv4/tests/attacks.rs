//! One good request, changed in one way each time.

use super::*;

/// What comes of the good request after `change`.
fn after(change: impl FnOnce(&mut Request)) -> SignatureError {
    let mut request = signed();
    assert_eq!(request.verify(), Ok(()), "it is the change that is refused");
    change(&mut request);
    request.verify().unwrap_err()
}

/// What comes of the good request with `from` replaced in its `Authorization` header.
fn replaced(from: &str, to: &str) -> SignatureError {
    after(|request| {
        let authorization = request.authorization();
        let changed = authorization.replace(from, to);
        assert_ne!(changed, authorization, "`{from}` is there to be replaced");
        request.set("authorization", &changed);
    })
}

#[test]
fn every_character_of_the_signature_counts() {
    let request = signed();
    let authorization = request.authorization();
    let start = authorization.find("Signature=").unwrap() + "Signature=".len();
    assert_eq!(authorization.len() - start, 64);
    for position in start..authorization.len() {
        let mut bytes = authorization.clone().into_bytes();
        bytes[position] = if bytes[position] == b'0' { b'1' } else { b'0' };
        let mut forged = request.clone();
        forged.set("authorization", std::str::from_utf8(&bytes).unwrap());
        assert_eq!(forged.verify(), Err(SignatureError::Mismatch), "at {position}");
    }
    for signature in ["", "0", &authorization[start..authorization.len() - 1], &format!("{}0", &authorization[start..])]
    {
        let mut forged = request.clone();
        forged.set("authorization", &format!("{}{signature}", &authorization[..start]));
        assert_eq!(forged.verify(), Err(SignatureError::Mismatch), "{signature}");
    }
    let mut shouted = request.clone();
    shouted.set("authorization", &format!("{}{}", &authorization[..start], authorization[start..].to_uppercase()));
    assert_eq!(shouted.verify(), Err(SignatureError::Mismatch));
}

#[test]
fn the_mismatch_is_worded_as_aws_words_it() {
    let error = after(|request| request.body[0] = b'[');
    assert_eq!(error.class(), Class::Mismatch);
    assert_eq!(
        error.to_string(),
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
         and signing method. Consult the service documentation for details."
    );
}

#[test]
fn all_that_is_signed_counts() {
    assert_eq!(after(|request| request.method = Method::PUT), SignatureError::Mismatch);
    assert_eq!(
        after(|request| request.uri = "/delete-slack-channel-configuration".parse().unwrap()),
        SignatureError::Mismatch
    );
    assert_eq!(
        after(|request| request.uri = "/describe-slack-workspaces?a=1".parse().unwrap()),
        SignatureError::Mismatch
    );
    assert_eq!(after(|request| request.set("content-type", "text/plain")), SignatureError::Mismatch);
    assert_eq!(after(|request| request.set("host", "127.0.0.1:4751")), SignatureError::Mismatch);
    assert_eq!(after(|request| request.set("x-amz-date", "20261122T120001Z")), SignatureError::Mismatch);
    assert_eq!(replaced("us-west-2", "us-east-2"), SignatureError::Mismatch);
    // The key's id selects the secret; nothing else in the signature depends on it.
    let keys = SigningKeys::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ");
    let other = SigningSecret { keys: &keys, session_token: None };
    assert_eq!(signed().verify_with(other, SIGNED_AT), Err(SignatureError::Mismatch));
}

#[test]
fn no_authorization_is_missing() {
    let error = after(|request| drop(request.headers.remove("authorization")));
    assert_eq!((error.class(), error.to_string().as_str()), (Class::Missing, "Missing Authentication Token"));
}

#[test]
fn only_one_algorithm() {
    for algorithm in ["AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA1", "aws4-hmac-sha256", "Bearer"] {
        let error = replaced("AWS4-HMAC-SHA256", algorithm);
        assert_eq!((error.class(), error), (Class::Malformed, SignatureError::Algorithm), "{algorithm}");
    }
}

#[test]
fn absent_parameters_are_named_together() {
    assert_eq!(replaced("Credential=", "Signature=").class(), Class::Malformed);
    let error = after(|request| request.set("authorization", "AWS4-HMAC-SHA256 SignedHeaders=host"));
    assert_eq!(
        error.to_string(),
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter."
    );
    let error = after(|request| {
        request.headers.remove("x-amz-date");
        request.set("authorization", "AWS4-HMAC-SHA256");
    });
    assert!(
        error.to_string().contains("requires 'SignedHeaders' parameter. Authorization header requires existence of"),
        "{error}"
    );
    assert_eq!(error.class(), Class::Malformed);
}

#[test]
fn parameters_that_are_none_of_ours_or_come_twice() {
    assert_eq!(
        replaced(", Signature=", ", Signature=0, Signature="),
        SignatureError::UnexpectedParameter { name: "Signature".to_owned() }
    );
    assert_eq!(
        replaced(", Signature=", ", X=1, Signature="),
        SignatureError::UnexpectedParameter { name: "X".to_owned() }
    );
    assert_eq!(replaced(", Signature=", ", garbage, Signature="), SignatureError::NotAPair);
    let long = "x".repeat(5_000);
    assert_eq!(
        after(|request| request.set("authorization", &long)),
        SignatureError::AuthorizationTooLong { limit: 4_096 }
    );
}

#[test]
fn the_scope_has_five_parts_of_the_right_kind() {
    for (from, to) in [("/aws4_request", ""), ("/aws4_request", "/aws4_request/x"), ("/us-west-2", "")] {
        assert!(matches!(replaced(from, to), SignatureError::Credential { .. }), "{from} -> {to}");
    }
    let long = "A".repeat(129);
    for (from, to) in [
        (KEY_ID, ""),
        (KEY_ID, "AKID.."),
        (KEY_ID, "a b"),
        (KEY_ID, long.as_str()),
        ("us-west-2", ""),
        ("us-west-2", "US-WEST-2"),
        ("us-west-2", "*"),
        ("us-west-2", long.as_str()),
    ] {
        assert_eq!(replaced(from, to), SignatureError::CredentialCharacters, "{from} -> {to}");
    }
    assert_eq!(replaced("aws4_request", "aws4_response"), SignatureError::ScopeTerminator);
    let error = replaced("/20261122/", "/20261121/");
    assert_eq!(error, SignatureError::ScopeDate { scope: "20261121".to_owned(), request: "20261122".to_owned() });
    assert_eq!(error.class(), Class::Mismatch);
}

#[test]
fn the_date_is_one_x_amz_date() {
    assert_eq!(
        after(|request| request.append("x-amz-date", "20261122T120000Z")),
        SignatureError::RepeatedHeader { name: "x-amz-date".to_owned() }
    );
    let error = after(|request| request.set("x-amz-date", "Sun, 22 Nov 2026 12:00:00 GMT"));
    assert_eq!(error.class(), Class::Malformed);
    assert!(error.to_string().starts_with("Date must be in ISO-8601 'basic format'. Got 'Sun,"), "{error}");
    let error = after(|request| drop(request.headers.remove("x-amz-date")));
    assert_eq!(error, SignatureError::NoDate);
    let mut both = signed();
    both.set("date", "Sun, 01 Jan 2012 00:00:00 GMT");
    assert_eq!(both.verify(), Ok(()), "Date does not overrule it");
}

#[test]
fn a_date_header_stands_in_if_it_is_signed() {
    // Signed by hand, for AWS's signer always adds X-Amz-Date.
    let sign = |date: &str, names: &str| {
        let mut request = Request::new("POST", "/", &[("host", "h"), ("date", date)], b"");
        let credential = format!("{KEY_ID}/20261122/us-west-2/chatbot/aws4_request");
        let authorization = |signature: &str| {
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}")
        };
        request.set("authorization", &authorization("0"));
        let dated = if names.contains("date") { format!("date:{date}\n") } else { String::new() };
        let text = format!("POST\n/\n\n{dated}host:h\n\n{names}\n{}", lower_hex(hash(b"").as_ref()));
        let text = format!(
            "AWS4-HMAC-SHA256\n20261122T120000Z\n20261122/us-west-2/chatbot/aws4_request\n{}",
            lower_hex(hash(text.as_bytes()).as_ref())
        );
        let key = v4::generate_signing_key(SECRET, SIGNED_AT.into(), "us-west-2", "chatbot");
        request.set("authorization", &authorization(&v4::calculate_signature(key, text.as_bytes())));
        request
    };
    let good = sign("Sun, 22 Nov 2026 12:00:00 GMT", "date;host");
    assert_eq!(good.verify(), Ok(()));
    assert_eq!(sign("20261122T120000Z", "date;host").verify(), Ok(()));
    assert_eq!(good.verify_with(long_term(), SIGNED_AT + Duration::seconds(901)).unwrap_err().class(), Class::Expired);

    let unsigned = sign("Sun, 22 Nov 2026 12:00:00 GMT", "host").verify();
    assert_eq!(unsigned, Err(SignatureError::HeaderNotSigned { name: "date".to_owned() }));
    let mut moved = good.clone();
    moved.set("date", "Sun, 22 Nov 2026 12:00:01 GMT");
    assert_eq!(moved.verify(), Err(SignatureError::Mismatch));
    let mut twice = good.clone();
    twice.append("date", "Sun, 22 Nov 2026 12:00:00 GMT");
    assert_eq!(twice.verify(), Err(SignatureError::RepeatedHeader { name: "date".to_owned() }));
    let mut nonsense = good;
    nonsense.set("date", "today");
    assert_eq!(nonsense.verify(), Err(SignatureError::Date { date: "today".to_owned() }));
}

#[test]
fn authorization_comes_once_and_in_one_form() {
    assert_eq!(
        after(|request| request.append("authorization", "AWS4-HMAC-SHA256 x")),
        SignatureError::RepeatedHeader { name: "authorization".to_owned() }
    );
    for parameter in [
        "X-Amz-Signature=0",
        "x-amz-signature",
        "X%2DAmz-Signature=0",
        "a=1&X-Amz-Credential=a",
        "X-Amz-Algorithm=",
        "X-Amz-Date=0",
        "x-amz-eXPires",
        "X-Amz-Security-Token=",
        "X-Amz-SignedHeaders",
    ] {
        let uri: Uri = format!("/describe-slack-workspaces?{parameter}").parse().unwrap();
        assert_eq!(after(|request| request.uri = uri.clone()), SignatureError::TwoForms, "{parameter}");
        let alone = after(|request| {
            request.uri = uri.clone();
            request.headers.remove("authorization");
        });
        assert_eq!(alone.class(), Class::Malformed, "{parameter}");
        assert!(alone.to_string().starts_with("AWS query-string parameters must include '"), "{alone}");
    }
}

#[test]
fn host_and_every_x_amz_header_must_be_signed() {
    let error = replaced("content-type;host;x-amz-date", "content-type;x-amz-date");
    assert_eq!((error.class(), error), (Class::Malformed, SignatureError::HostNotSigned));
    assert_eq!(replaced("host;x-amz-date", "host"), SignatureError::HeaderNotSigned { name: "x-amz-date".to_owned() });
    let error = after(|request| request.append("X-Amz-Security-Token", "injected"));
    assert_eq!(error, SignatureError::HeaderNotSigned { name: "x-amz-security-token".to_owned() });
    assert_eq!(error.class(), Class::Malformed);
}

#[test]
fn signed_headers_are_sorted_once_each_and_there() {
    for list in [
        "host;content-type;x-amz-date",
        "content-type;host;host;x-amz-date",
        "Content-Type;host;x-amz-date",
        ";host;x-amz-date",
        "",
    ] {
        assert_eq!(
            replaced("content-type;host;x-amz-date", list),
            SignatureError::SignedHeaders { limit: 64 },
            "{list}"
        );
    }
    let many: Vec<_> = (0..65).map(|n| format!("x-{n:02}")).collect();
    let error = after(|request| {
        for name in &many {
            request.append(name, "1");
        }
        let authorization = request.authorization().replace("content-type;host;x-amz-date", &many.join(";"));
        request.set("authorization", &authorization);
    });
    assert_eq!(error, SignatureError::SignedHeaders { limit: 64 });
    for (name, shown) in [("content-length", "content-length"), ("c d", "c d")] {
        assert_eq!(
            replaced("content-type;host", &format!("{name};host")),
            SignatureError::SignedHeaderAbsent { name: shown.to_owned() }
        );
    }
}

#[test]
fn a_signed_header_comes_once_and_is_printable_ascii() {
    for name in ["content-type", "host"] {
        assert_eq!(
            after(|request| request.append(name, "application/json")),
            SignatureError::RepeatedHeader { name: name.to_owned() }
        );
    }
    for value in ["application/\tjson", "application/jsön", "\u{a0}application/json"] {
        assert_eq!(
            after(|request| request.set("content-type", value)),
            SignatureError::HeaderCharacters { name: "content-type".to_owned() },
            "{value}"
        );
    }
}

#[test]
fn a_query_that_is_no_text_is_refused() {
    // A lenient decoder makes one of several: %FF and %FE both U+FFFD, `%`, `%4` and `%zz` what they stand for escaped.
    let path = "/describe-slack-workspaces";
    for query in ["a=%FF", "a=%FE", "a=%C3&%A9=b", "%", "a=%4", "a=%zz", "a=+%", "%+1=", "a=%C3+%A9"] {
        let uri: Uri = format!("{path}?{query}").parse().unwrap();
        assert_eq!(after(|request| request.uri = uri), SignatureError::Target, "{query}");
    }
    for target in ["*", "h:80", "http://elsewhere/describe-slack-workspaces"] {
        assert_eq!(after(|request| request.uri = target.parse().unwrap()), SignatureError::Target, "{target}");
    }
}

#[test]
fn a_query_has_a_limit() {
    let path = "/describe-slack-workspaces";
    for query in ["a=&".repeat(129), "a".repeat(16_385)] {
        let error = after(|request| request.uri = format!("{path}?{query}").parse().unwrap());
        assert_eq!(error, SignatureError::QueryTooLong { bytes: 16_384, parameters: 128 });
    }
    let full = format!("{path}?{}", "a=&".repeat(128));
    assert_eq!(Request::new("POST", &full, &[("host", "h")], b"").signed("us-west-2", "chatbot").verify(), Ok(()));
}

#[test]
fn a_target_may_be_the_url_of_the_host() {
    let mut request = signed();
    request.uri = "http://127.0.0.1:4750/describe-slack-workspaces".parse().unwrap();
    assert_eq!(request.verify(), Ok(()));
}

#[test]
fn no_refusal_repeats_a_signature_a_token_or_control_characters() {
    let request = signed();
    let signature = request.authorization().rsplit_once('=').unwrap().1.to_owned();
    for error in [
        after(|request| request.body.clear()),
        replaced("/us-west-2", ""),
        replaced(", SignedHeaders=", "; SignedHeaders="),
        replaced("Credential=", "credential="),
        replaced("Signature=", ""),
    ] {
        assert!(!error.to_string().contains(&signature), "{error}");
    }
    let long = replaced("Credential=", &format!("Credential={}/", "y".repeat(1_000)));
    assert!(long.to_string().len() < 200, "{long}");
}
