//! Slack's own example of a signed request, and what becomes of one that was changed.

use proptest::prelude::*;

use super::*;

/// Slack's own example, of the page above.
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SIGNED_AT_MS: i64 = 1_531_420_618_000;

fn verify(timestamp: &str, signature: &str, body: &str, now_ms: i64) -> Result<Verified, NotVerified> {
    let request = SlackRequest { timestamp: Some(timestamp), signature: Some(signature), body: body.as_bytes() };
    Verified::by_signature(request, "A1", SECRET, now_ms)
}

#[test]
fn slacks_own_example_is_verified() {
    let verified = verify("1531420618", SIGNATURE, BODY, SIGNED_AT_MS).unwrap();
    assert_eq!((verified.app_id(), verified.body()), ("A1", BODY));
    for now_ms in [SIGNED_AT_MS - 300_000, SIGNED_AT_MS + 300_000] {
        assert!(verify("1531420618", SIGNATURE, BODY, now_ms).is_ok());
    }
}

#[test]
fn what_is_stale_changed_or_unsigned_is_not() {
    for now_ms in [SIGNED_AT_MS - 300_001, SIGNED_AT_MS + 300_001, 0, i64::MAX] {
        assert_eq!(verify("1531420618", SIGNATURE, BODY, now_ms), Err(NotVerified::Stale));
    }
    let changed = BODY.replace("roadrunner", "coyote");
    let upper = format!("v0={}", SIGNATURE[3..].to_uppercase());
    for (timestamp, signature, body) in [
        ("1531420618", SIGNATURE, changed.as_str()),
        ("1531420619", SIGNATURE, BODY),
        ("1531420618", &SIGNATURE[3..], BODY),
        ("1531420618", &SIGNATURE[..66], BODY),
        ("1531420618", "v0=", BODY),
        ("1531420618", &upper, BODY),
    ] {
        assert_eq!(verify(timestamp, signature, body, SIGNED_AT_MS), Err(NotVerified::BadSignature), "{signature}");
    }
    for timestamp in ["", "now", "1531420618.0", "99999999999999999999", "+1531420618", " 1531420618", "-1"] {
        assert_eq!(verify(timestamp, SIGNATURE, BODY, SIGNED_AT_MS), Err(NotVerified::Unsigned));
    }
    let none = SlackRequest { timestamp: None, signature: Some(SIGNATURE), body: b"" };
    assert_eq!(Verified::by_signature(none, "A1", SECRET, SIGNED_AT_MS), Err(NotVerified::Unsigned));
}

#[test]
fn no_byte_of_a_signature_can_be_another() {
    // `u8::from_str_radix` alone reads `+5` and `05` alike.
    for at in 0..SIGNATURE.len() {
        for byte in (0x20..0x7f).filter(|byte| *byte != SIGNATURE.as_bytes()[at]) {
            let mut changed = SIGNATURE.as_bytes().to_vec();
            changed[at] = byte;
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(verify("1531420618", &changed, BODY, SIGNED_AT_MS), Err(NotVerified::BadSignature), "{changed}");
        }
    }
}

proptest! {
    /// Whatever is sent with no more than the time: nobody guesses.
    #[test]
    fn nothing_else_is_verified(signature in "(v0=)?[0-9a-f]{0,64}", body in proptest::collection::vec(any::<u8>(), 0..64)) {
        let request = SlackRequest { timestamp: Some("1531420618"), signature: Some(&signature), body: &body };
        prop_assert_eq!(Verified::by_signature(request, "A1", SECRET, SIGNED_AT_MS), Err(NotVerified::BadSignature));
    }

    /// No secret but the app's own, however near.
    #[test]
    fn another_apps_secret_verifies_nothing(at in 0..SECRET.len(), byte in 0x21_u8..0x7f) {
        let mut other = SECRET.as_bytes().to_vec();
        prop_assume!(other[at] != byte);
        other[at] = byte;
        let other = String::from_utf8(other).unwrap();
        let request = SlackRequest { timestamp: Some("1531420618"), signature: Some(SIGNATURE), body: BODY.as_bytes() };
        prop_assert_eq!(Verified::by_signature(request, "A1", &other, SIGNED_AT_MS), Err(NotVerified::BadSignature));
    }
}
