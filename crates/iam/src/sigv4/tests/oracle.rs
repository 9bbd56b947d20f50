//! AWS's whole signer as the oracle of ours: whatever the request, both write the same signature. Requests are random
//! within what a client can send; what is refused before it is signed has its own tests.

use super::*;

/// Segments that are all there is to normalise, beside some that only look like it.
const SEGMENT: &str =
    "(|\\.|\\.\\.|\\.\\.\\.|%2[eE]|a|tags|[a-zA-Z0-9._~!$&'()*+,;=:@-]{1,8}|([a-z]|%[0-9A-Fa-f]{2}|%){1,4})";
/// Few names, so that many come twice; and every character that a query may have as it is. `%` only in escapes of ASCII.
const PARAMETER: &str =
    "(|a|b|A|%61|Action)(|=)(|[a-c]|%20|\\+|[a-zA-Z0-9._~!$'()*+,;:@/?=-]{1,8}|%[0-7][0-9A-Fa-f]|%C3%A9|%e2%82%AC)";
/// Blanks within, at the ends, and nothing at all.
const VALUE: &str = "( {0,2}[!-~]{1,6}){0,3} {0,2}";

fn requests() -> impl Strategy<Value = Request> {
    let path = prop::collection::vec(SEGMENT, 1..6).prop_map(|segments| format!("/{}", segments.join("/")));
    let query = prop::option::of(prop::collection::vec(PARAMETER, 0..6).prop_map(|parameters| parameters.join("&")));
    let headers = prop::collection::btree_map("x-[a-d]{1,2}|x-amz-meta|content-type|user-agent", VALUE, 0..4);
    let method = prop::sample::select(vec!["POST", "GET", "DELETE", "post"]);
    let body = prop::collection::vec(any::<u8>(), 0..40);
    (method, path, query, headers, body).prop_map(|(method, path, query, headers, body)| {
        let target = query.map_or(path.clone(), |query| format!("{path}?{query}"));
        let mut request = Request::new(method, &target, &[("host", "127.0.0.1:4750")], &body);
        for (name, value) in &headers {
            request.append(name, value);
        }
        request
    })
}

/// The signature that we would have made of a request that is signed already.
fn ours(request: &Request) -> String {
    let presented = parse(request.head(), Policy::CHATBOT).unwrap();
    let Presented { head, policy, claim, query, signed_values } = &presented;
    let body_hash = lower_hex(hash(&request.body).as_ref());
    let text = canonical::string_to_sign(*head, query, claim, signed_values, policy.service, &body_hash);
    let key = v4::generate_signing_key(SECRET, SIGNED_AT.into(), "us-west-2", "chatbot");
    v4::calculate_signature(key, text.as_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_header_form_is_signed_as_awss_signer_signs_it(request in requests()) {
        let theirs = request.instructions("us-west-2", "chatbot", SignatureLocation::Headers, None).signature;
        let request = request.signed("us-west-2", "chatbot");
        prop_assert_eq!(ours(&request), theirs);
        prop_assert_eq!(request.verify(), Ok(()));
    }

    #[test]
    fn the_query_form_is_signed_as_awss_signer_signs_it(request in requests(), with_token in any::<bool>()) {
        let token = with_token.then_some(TOKEN);
        let theirs = request.instructions("us-west-2", "chatbot", SignatureLocation::QueryParams, token).signature;
        let request = request.presigned(token);
        prop_assert_eq!(ours(&request), theirs);
        let secret = SigningSecret { keys: &KEYS, session_token: token };
        prop_assert_eq!(request.verify_with(secret, SIGNED_AT), Ok(()));
    }

    /// Whatever the head, an answer; and never a good one.
    #[test]
    fn no_head_panics(
        method in "[A-Za-z]{1,8}",
        target in "/[ -~]{0,30}(\\?([ -~]{0,20}|(X-Amz-(Date|Expires|Credential|Signature|Algorithm|SignedHeaders)=?[a-z0-9/%;-]{0,20}&){0,8}))?",
        names in prop::collection::vec("host|date|x-amz-(date|security-token|content-sha256|x)|authorization|[a-z]{1,4}", 0..8),
        values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 8),
        body in prop::collection::vec(any::<u8>(), 0..10),
    ) {
        let Ok(uri) = target.parse::<Uri>() else { return Ok(()) };
        let mut request = Request { method: method.parse().unwrap(), uri, headers: HeaderMap::new(), body };
        for (name, value) in names.iter().zip(&values) {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                request.headers.append(HeaderName::try_from(name).unwrap(), value);
            }
        }
        prop_assert!(request.verify().is_err());
        request.set("authorization", "AWS4-HMAC-SHA256 Credential=A/20261122/r/chatbot/aws4_request, SignedHeaders=host, Signature=0");
        prop_assert!(request.verify().is_err());
    }
}
