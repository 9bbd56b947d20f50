//! One good presigned request, changed in one way each time; and the same for the header form where both must agree.

use super::*;

fn good() -> Request {
    let mut request = Request::new("POST", "/describe-slack-workspaces?a=1&b=x+y", &[], b"{\"MaxResults\": 10}");
    request.set("host", "127.0.0.1:4750");
    request.set("content-type", "application/json");
    request.presigned(None)
}

fn after(change: impl FnOnce(&mut Request)) -> SignatureError {
    let mut request = good();
    assert_eq!(request.verify(), Ok(()), "it is the change that is refused");
    change(&mut request);
    request.verify().unwrap_err()
}

fn with_target(mut request: Request, change: impl FnOnce(&str) -> String) -> Request {
    let target = request.uri.to_string();
    let changed = change(&target);
    assert_ne!(changed, target, "there is something to change");
    request.uri = changed.parse().unwrap();
    request
}

fn replaced(from: &str, to: &str) -> Result<(), SignatureError> {
    assert_eq!(good().verify(), Ok(()));
    with_target(good(), |target| target.replacen(from, to, 1)).verify()
}

fn parameter(name: &'static str) -> Result<(), SignatureError> {
    Err(SignatureError::QueryParameter { name })
}

#[test]
fn a_good_request_tells_who_and_where() {
    let request = good();
    let presented = parse(request.head(), Policy::CHATBOT).unwrap();
    assert_eq!((presented.access_key_id(), presented.region()), (KEY_ID, "us-west-2"));
}

#[test]
fn it_is_good_until_it_expires_and_no_more_than_fifteen_minutes_ahead() {
    let at = |offset: i64| good().verify_with(long_term(), SIGNED_AT + Duration::seconds(offset));
    assert_eq!((at(300), at(-900)), (Ok(()), Ok(())));
    let old = at(301).unwrap_err();
    assert_eq!(old.class(), Class::Expired);
    assert_eq!(
        old.to_string(),
        "Signature expired: 20261122T120000Z is now earlier than 20261122T120001Z (20261122T120501Z - 300 sec. of X-Amz-Expires)"
    );
    let new = at(-901).unwrap_err();
    assert!(matches!(new, SignatureError::TooNew { .. }) && new.class() == Class::Expired, "{new}");
}

#[test]
fn the_lifetime_is_a_number_from_a_second_to_a_week() {
    for expires in ["0", "604801", "-1", "+300", "1e3", "", "%20300", "300.", "0000300", "99999999999999999999"] {
        let refused = replaced("X-Amz-Expires=300", &format!("X-Amz-Expires={expires}")).unwrap_err();
        assert!(matches!(refused, SignatureError::Expires { limit: 604_800, .. }), "{expires}: {refused}");
        assert_eq!(refused.class(), Class::Malformed);
    }
    for expires in ["1", "604800", "301"] {
        let changed = replaced("X-Amz-Expires=300", &format!("X-Amz-Expires={expires}"));
        assert_eq!(changed, Err(SignatureError::Mismatch), "{expires}: it is signed");
    }
}

#[test]
fn each_parameter_comes_once_spelled_just_so() {
    for name in presigned_names() {
        let expected = match name {
            "X-Amz-Security-Token" => continue,
            _ => parameter(name),
        };
        let (start, end) = name.split_at(6);
        for spelled in [
            name.to_lowercase(),
            name.to_uppercase(),
            name.replacen("X-Amz", "X-amz", 1),
            name.replacen('-', "%2D", 1),
            name.replacen('X', "%58", 1),
            format!("{start}%{:02x}{}", end.as_bytes()[0], &end[1..]),
        ] {
            assert_eq!(replaced(&format!("{name}="), &format!("{spelled}=")), expected, "{spelled}");
            for value in ["", "=", "=AWS4-HMAC-SHA256", "=20261122T120000Z"] {
                let doubled = with_target(good(), |target| format!("{target}&{spelled}{value}")).verify();
                assert_eq!(doubled, expected, "{spelled}{value} as well");
            }
        }
        let doubled = with_target(good(), |target| format!("{target}&{name}=1")).verify();
        assert_eq!(doubled, expected);
        let doubled = with_target(good(), |target| target.replacen('?', &format!("?{name}=1&"), 1)).verify();
        assert_eq!(doubled, expected);
        let removed = replaced(&format!("{name}="), &format!("x{name}=")).unwrap_err();
        assert_eq!(
            removed.to_string(),
            format!("AWS query-string parameters must include '{name}'. Re-examine the query-string parameters.")
        );
        assert_eq!(removed.class(), Class::Malformed);
    }
}

fn presigned_names() -> [&'static str; 7] {
    [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    ]
}

#[test]
fn all_that_is_signed_counts() {
    assert_eq!(after(|request| request.method = Method::GET), SignatureError::Mismatch);
    assert_eq!(after(|request| request.body.push(b' ')), SignatureError::Mismatch);
    assert_eq!(after(|request| request.body.clear()), SignatureError::Mismatch);
    assert_eq!(after(|request| request.set("host", "127.0.0.1")), SignatureError::Mismatch);
    assert_eq!(after(|request| request.set("content-type", "text/plain")), SignatureError::Mismatch);
    for (from, to) in [
        ("describe", "delete"),
        ("a=1", "a=2"),
        ("a=1", "a=1&a=1"),
        ("a=1&", ""),
        ("a=1", "c=1"),
        ("a=1", "a=1%00"),
        ("x+y", "x%2By"),
        ("us%2Dwest%2D2", "us%2Deast%2D2"),
        ("T120000Z", "T120001Z"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
    ] {
        assert_eq!(replaced(from, to), Err(SignatureError::Mismatch), "{from} -> {to}");
    }
}

#[test]
fn the_scope_and_the_algorithm_are_as_in_a_header() {
    assert_eq!(replaced("AWS4%2DHMAC%2DSHA256", "AWS4-HMAC-SHA1"), Err(SignatureError::QueryAlgorithm));
    assert_eq!(replaced("chatbot", "sns"), Err(SignatureError::ScopeService { service: "chatbot" }));
    assert_eq!(replaced("aws4%5Frequest", "aws4_reply"), Err(SignatureError::ScopeTerminator));
    assert_eq!(replaced(KEY_ID, "AK%00ID"), Err(SignatureError::CredentialCharacters));
    assert_eq!(replaced(KEY_ID, "%2F"), Err(SignatureError::Credential { credential: echoed_credential("/") }));
    assert!(matches!(replaced("%2F20261122%2F", "%2F20261121%2F"), Err(SignatureError::ScopeDate { .. })));
    assert!(matches!(replaced("20261122T120000Z", "Sun"), Err(SignatureError::Date { .. })));
    // Decoded once: an escaped escape stays one.
    assert!(matches!(replaced("%2F20261122%2F", "%252F20261122%252F"), Err(SignatureError::Credential { .. })));
}

fn echoed_credential(key_id: &str) -> String {
    error::echoed(&format!("{key_id}/20261122/us-west-2/chatbot/aws4_request"))
}

#[test]
fn signed_headers_are_held_to_the_same_rules() {
    assert_eq!(replaced("content%2Dtype%3Bhost", "content-type"), Err(SignatureError::HostNotSigned));
    assert_eq!(
        replaced("content%2Dtype%3Bhost", "host;content-type"),
        Err(SignatureError::SignedHeaders { limit: 64 })
    );
    assert_eq!(replaced("content%2Dtype%3Bhost", "host"), Err(SignatureError::Mismatch));
    assert_eq!(
        after(|request| request.set("x-amz-target", "x")),
        SignatureError::HeaderNotSigned { name: "x-amz-target".to_owned() }
    );
    assert_eq!(
        after(|request| request.append("host", "127.0.0.1:4750")),
        SignatureError::RepeatedHeader { name: "host".to_owned() }
    );
    assert_eq!(
        after(|request| drop(request.headers.remove("content-type"))),
        SignatureError::SignedHeaderAbsent { name: "content-type".to_owned() }
    );
}

#[test]
fn nothing_is_said_in_a_header_as_well() {
    for name in ["x-amz-date", "x-amz-security-token"] {
        let error = after(|request| request.set(name, "20261122T120000Z"));
        assert_eq!((error.class(), error), (Class::Malformed, SignatureError::HeaderBesideQuery { name }));
    }
    for value in ["AWS4-HMAC-SHA256 Credential=a", "Bearer x", ""] {
        assert_eq!(after(|request| request.set("authorization", value)), SignatureError::TwoForms);
    }
    // The date of a presigned request is the query's alone.
    let mut dated = good();
    dated.set("date", "Sun, 01 Jan 2012 00:00:00 GMT");
    assert_eq!(dated.verify(), Ok(()));
}

#[test]
fn a_security_token_is_one_of_the_signed_parameters() {
    let request = |token: Option<&str>| {
        let mut request = Request::new("POST", "/", &[], b"{}");
        request.set("host", "h");
        request.presigned(token)
    };
    let signed = request(Some(TOKEN));
    assert_eq!(signed.verify_with(temporary(), SIGNED_AT), Ok(()));
    assert_eq!(signed.verify(), Err(SignatureError::SecurityToken), "with a long-term key");
    assert_eq!(request(None).verify_with(temporary(), SIGNED_AT), Err(SignatureError::SecurityToken), "left out");
    assert_eq!(request(Some("another")).verify_with(temporary(), SIGNED_AT), Err(SignatureError::SecurityToken));
    // AWS adds it after signing for some services; not for this one.
    let escaped = percent_encoding::utf8_percent_encode(TOKEN, percent_encoding::NON_ALPHANUMERIC);
    let added = with_target(request(None), |target| format!("{target}&X-Amz-Security-Token={escaped}"));
    assert_eq!(added.verify_with(temporary(), SIGNED_AT), Err(SignatureError::Mismatch));
    for more in ["X-Amz-Security-Token=", "x-amz-security-token=a", "X-Amz%2dSecurity-Token=a"] {
        let doubled = with_target(signed.clone(), |target| format!("{target}&{more}"));
        assert_eq!(doubled.verify_with(temporary(), SIGNED_AT), parameter("X-Amz-Security-Token"), "{more}");
    }
    let spelled = with_target(signed, |target| target.replace("X-Amz-Security", "x-amz-security"));
    assert_eq!(spelled.verify_with(temporary(), SIGNED_AT), parameter("X-Amz-Security-Token"));
}

#[test]
fn the_body_is_signed_whatever_the_query_says() {
    let request = |declared: &str| {
        let mut request = Request::new("POST", &format!("/?X-Amz-Content-Sha256={declared}"), &[], b"{}");
        request.set("host", "h");
        request.presigned(None)
    };
    assert_eq!(request(&lower_hex(hash(b"{}").as_ref())).verify(), Ok(()));
    assert_eq!(request("UNSIGNED-PAYLOAD").verify(), Err(SignatureError::UnsignedPayload));
    assert_eq!(request("%55NSIGNED-PAYLOAD").verify(), Err(SignatureError::UnsignedPayload));
    assert_eq!(request(&lower_hex(hash(b"{ }").as_ref())).verify(), Err(SignatureError::BodyHash));
    let twice = request("UNSIGNED-PAYLOAD&x-amz-content-sha256=0").verify();
    assert_eq!(twice, parameter("X-Amz-Content-Sha256"));

    let mut in_header =
        Request::new("POST", "/", &[("host", "h"), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")], b"{}");
    in_header = in_header.presigned(None);
    assert_eq!(in_header.verify(), Err(SignatureError::UnsignedPayload));
}

#[test]
fn a_signature_of_one_form_is_none_of_the_other() {
    let header = Request::new("POST", "/", &[("host", "h")], b"{}").signed("us-west-2", "chatbot");
    let query = Request::new("POST", "/", &[("host", "h")], b"{}").presigned(None);
    let authorization = header.authorization();
    let signature = authorization.rsplit_once('=').unwrap().1;
    let (start, _) = query.uri.to_string().rsplit_once('=').map(|(start, end)| (start.to_owned(), end.len())).unwrap();
    let forged = with_target(query, |_| format!("{start}={signature}"));
    assert_eq!(forged.verify(), Err(SignatureError::Mismatch));
}

#[test]
fn no_refusal_repeats_a_signature_or_a_token() {
    let request = Request::new("POST", "/", &[("host", "h")], b"{}").presigned(Some(TOKEN));
    let target = request.uri.to_string();
    let signature = target.rsplit_once('=').unwrap().1;
    let mut seen = 0;
    for at in 0..target.len() {
        for with in ["", "%", "&", "=", "%00"] {
            let Ok(uri) = format!("{}{with}{}", &target[..at], &target[at + 1..]).parse() else { continue };
            let mut changed = request.clone();
            changed.uri = uri;
            if let Err(error) = changed.verify_with(temporary(), SIGNED_AT) {
                let text = error.to_string();
                assert!(!text.contains(&signature[..20]) && !text.contains(&TOKEN[..20]), "{text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}
