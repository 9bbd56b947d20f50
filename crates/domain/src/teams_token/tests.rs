//! Tokens of the Bot Connector: the ones to take, and what is wrong with each of the others.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

const NOW_MS: i64 = 1_800_000_000_000;
const NOW: i64 = NOW_MS / 1000;
const APP_ID: &str = "dddddddd-3333-4444-8555-666666666666";
const SERVICE_URL: &str = "https://smba.example/emea/";

/// Before the PKCS #1 key, in the PKCS #8 form of one of 2048 bits.
const PKCS8_HEAD: usize = 26;

fn signer() -> &'static EncodingKey {
    static SIGNER: OnceLock<EncodingKey> = OnceLock::new();
    SIGNER.get_or_init(a_signer)
}

fn a_signer() -> EncodingKey {
    let der: Pkcs8V1Der<'static> = KeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    EncodingKey::from_rsa_der(&der.as_ref()[PKCS8_HEAD..])
}

fn keys(signer: &EncodingKey, endorsements: &Value) -> KeySet {
    let mut key = serde_json::to_value(Jwk::from_encoding_key(signer, Algorithm::RS256).unwrap()).unwrap();
    key.as_object_mut()
        .unwrap()
        .extend(json!({"kid": "k1", "endorsements": endorsements}).as_object().unwrap().clone());
    KeySet::of_json(json!({"keys": [{"kty": "EC", "kid": "other"}, key]}).to_string().as_bytes()).unwrap()
}

fn good() -> Value {
    json!({"iss": ISSUER, "aud": APP_ID, "nbf": NOW - 10, "exp": NOW + 3600, "serviceurl": SERVICE_URL})
}

fn activity() -> Value {
    json!({"type": "message", "channelId": "msteams", "serviceUrl": SERVICE_URL, "text": "help"})
}

fn header() -> Header {
    Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::RS256) }
}

fn with(mut base: Value, name: &str, value: &Value) -> Value {
    if value.is_null() {
        base.as_object_mut().unwrap().remove(name);
    } else {
        base[name] = value.clone();
    }
    base
}

/// As the front door does it.
fn verdict(token: &str, activity: &Value) -> Result<Verified, NotVerified> {
    verdict_by(&keys(signer(), &json!(["msteams", "webchat"])), token, activity)
}

fn verdict_by(keys: &KeySet, token: &str, activity: &Value) -> Result<Verified, NotVerified> {
    let authorization = format!("Bearer {token}");
    let unverified = Unverified::of_header(Some(&authorization))?;
    let key = keys.find(unverified.kid()).ok_or(NotVerified::UnknownKey)?;
    let expected = Expected { app_id: APP_ID, issuer: ISSUER, now_ms: NOW_MS };
    unverified.verify(key, expected, activity.to_string().as_bytes())
}

fn of_claims(claims: &Value) -> Result<Verified, NotVerified> {
    verdict(&encode(&header(), claims, signer()).unwrap(), &activity())
}

#[test]
fn a_token_of_the_bot_framework_vouches_for_its_activity() {
    let verified = of_claims(&good()).unwrap();
    assert_eq!(verified.service_url(), SERVICE_URL);
    assert_eq!(verified.body(), activity().to_string());
    assert!(of_claims(&with(good(), "aud", &json!(APP_ID.to_uppercase()))).is_ok());
    assert!(of_claims(&with(good(), "nbf", &Value::Null)).is_ok());
}

#[test]
fn what_it_claims_must_be_so() {
    for (name, value, refusal) in [
        ("iss", json!("https://sts.windows.net/11111111-2222-4333-8444-555555555555/"), NotVerified::OtherIssuer),
        ("iss", json!("https://api.botframework.com/"), NotVerified::OtherIssuer),
        ("iss", Value::Null, NotVerified::NotAToken),
        ("aud", json!("eeeeeeee-3333-4444-8555-666666666666"), NotVerified::OtherAudience),
        ("aud", json!("https://api.botframework.com"), NotVerified::OtherAudience),
        ("aud", json!([APP_ID]), NotVerified::NotAToken),
        ("aud", Value::Null, NotVerified::NotAToken),
        ("exp", Value::Null, NotVerified::NotAToken),
        ("exp", json!("2100-01-01"), NotVerified::NotAToken),
        ("serviceurl", json!("https://smba.example/amer/"), NotVerified::OtherServiceUrl),
        ("serviceurl", Value::Null, NotVerified::OtherServiceUrl),
    ] {
        assert_eq!(of_claims(&with(good(), name, &value)), Err(refusal), "{name} {value}");
    }
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    for (name, value, is_good) in [
        ("exp", NOW - 299, true),
        ("exp", NOW - 300, false),
        ("nbf", NOW + 300, true),
        ("nbf", NOW + 301, false),
        ("exp", i64::MIN, false),
    ] {
        let expected = if is_good { Ok(()) } else { Err(NotVerified::OutOfTime) };
        assert_eq!(of_claims(&with(good(), name, &json!(value))).map(|_| ()), expected, "{name} {value}");
    }
}

#[test]
fn the_activity_must_be_what_the_token_and_its_key_speak_for() {
    let token = encode(&header(), &good(), signer()).unwrap();
    for (name, value, refusal) in [
        ("channelId", json!("webchat"), NotVerified::NotEndorsed),
        ("channelId", Value::Null, NotVerified::NotEndorsed),
        ("serviceUrl", json!("https://attacker.example/"), NotVerified::OtherServiceUrl),
        ("serviceUrl", Value::Null, NotVerified::OtherServiceUrl),
    ] {
        assert_eq!(verdict(&token, &with(activity(), name, &value)), Err(refusal), "{name} {value}");
    }
    for endorsements in [json!([]), json!(["webchat"])] {
        let verdict = verdict_by(&keys(signer(), &endorsements), &token, &activity());
        assert_eq!(verdict, Err(NotVerified::NotEndorsed), "{endorsements}");
    }
}

#[test]
fn another_key_or_another_algorithm_signs_nothing() {
    let by_another = encode(&header(), &good(), &a_signer()).unwrap();
    assert_eq!(verdict(&by_another, &activity()), Err(NotVerified::BadSignature));
    let unknown = Header { kid: Some("k2".to_owned()), ..header() };
    assert_eq!(verdict(&encode(&unknown, &good(), signer()).unwrap(), &activity()), Err(NotVerified::UnknownKey));
    let nameless = Header { kid: None, ..header() };
    assert_eq!(verdict(&encode(&nameless, &good(), signer()).unwrap(), &activity()), Err(NotVerified::NotAToken));
    let longer = Header { alg: Algorithm::RS512, ..header() };
    assert_eq!(verdict(&encode(&longer, &good(), signer()).unwrap(), &activity()), Err(NotVerified::NotAToken));
    // The public key as a password, which everybody knows.
    let hmac = Header { alg: Algorithm::HS256, ..header() };
    let by_password = encode(&hmac, &good(), &EncodingKey::from_secret(b"n")).unwrap();
    assert_eq!(verdict(&by_password, &activity()), Err(NotVerified::NotAToken));
    let unsigned = "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.eyJpc3MiOiJodHRwczovL2FwaS5ib3RmcmFtZXdvcmsuY29tIn0.";
    assert_eq!(verdict(unsigned, &activity()), Err(NotVerified::NotAToken));
}

#[test]
fn no_byte_of_a_token_may_change() {
    let token = encode(&header(), &good(), signer()).unwrap();
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        // The last character of base64 has bits that mean nothing.
        let means_the_same = at + 1 == token.len();
        assert!(means_the_same || verdict(&changed, &activity()).is_err(), "{at}");
    }
}

#[test]
fn what_is_no_token_is_said_to_be_none() {
    for authorization in [None, Some(""), Some("Basic eA=="), Some("bearer x.y.z"), Some("Bearer")] {
        assert_eq!(Unverified::of_header(authorization).unwrap_err(), NotVerified::NoToken, "{authorization:?}");
    }
    let endless = format!("Bearer {}", "x".repeat(TOKEN_BYTES_MAX + 1));
    for authorization in ["Bearer ", "Bearer x", "Bearer a.b.c", "Bearer a.b.c.d", &endless] {
        assert_eq!(Unverified::of_header(Some(authorization)).unwrap_err(), NotVerified::NotAToken);
    }
}

#[test]
fn a_key_set_without_a_usable_key_is_none() {
    for json in ["", "[]", "{}", r#"{"keys": 1}"#] {
        assert_eq!(KeySet::of_json(json.as_bytes()).err(), Some(NoKeySet::NotJson), "{json}");
    }
    for json in [r#"{"keys": []}"#, r#"{"keys": [1, {"kty": "RSA", "kid": "a", "n": "%", "e": "AQAB"}]}"#] {
        assert_eq!(KeySet::of_json(json.as_bytes()).err(), Some(NoKeySet::Empty), "{json}");
    }
}
