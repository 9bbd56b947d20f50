//! New credentials, from the machine's randomness: access key ids, secrets and session tokens with the forms of AWS's.
//! `bellhop access-key create` and signing in make them. Unlike jitter they must be unguessable, so nothing is passed in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

/// Of a long-term key. Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.
pub const LONG_TERM: &str = "AKIA";
/// Of temporary credentials.
pub const TEMPORARY: &str = "ASIA";

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct NoRandomness;

/// The prefix and 16 of `A-Z2-7`.
pub fn access_key_id(prefix: &str) -> Result<String, NoRandomness> {
    Ok(format!("{prefix}{}", nonce()?))
}

/// 40 characters of base64.
pub fn secret_access_key() -> Result<SecretString, NoRandomness> {
    Ok(STANDARD.encode(random::<30>()?).into())
}

/// 128 characters of base64.
pub fn session_token() -> Result<SecretString, NoRandomness> {
    Ok(STANDARD.encode(random::<96>()?).into())
}

/// 16 of `A-Z2-7` that are never drawn again.
pub fn nonce() -> Result<String, NoRandomness> {
    Ok(base32(&random::<10>()?))
}

/// So many digits, for somebody to type within minutes.
pub fn one_time_number(digits: usize) -> Result<SecretString, NoRandomness> {
    // 64 bits leave no number of a few digits more likely than another by what anybody could notice.
    let drawn = u64::from_be_bytes(random::<8>()?) % 10_u64.saturating_pow(u32::try_from(digits).unwrap_or(u32::MAX));
    Ok(format!("{drawn:0digits$}").into())
}

/// Five bits a character; what is left of the last byte is dropped.
pub fn base32(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0);
    let character = |first: usize| {
        let value = (first..first + 5).fold(0_usize, |value, at| value * 2 + usize::from(bit(at)));
        BASE32.get(value).map(|byte| char::from(*byte))
    };
    (0..bytes.len() * 8 / 5).filter_map(|n| character(n * 5)).collect()
}

fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn base32_is_rfc_4648s() {
        assert_eq!(base32(b"foobar1234"), "MZXW6YTBOIYTEMZU");
        assert_eq!(base32(&[0xff; 10]), "7777777777777777");
    }

    #[test]
    fn credentials_have_the_forms_of_awss_and_are_never_the_same() {
        let ids: BTreeSet<_> = (0..100).map(|_| access_key_id(LONG_TERM).unwrap()).collect();
        assert_eq!(ids.len(), 100);
        assert!(ids.iter().all(|id| id.len() == 20 && id.starts_with("AKIA")));
        let secret = secret_access_key().unwrap();
        assert_eq!(secret.expose_secret().len(), 40);
        assert_ne!(secret.expose_secret(), secret_access_key().unwrap().expose_secret());
        assert_eq!(session_token().unwrap().expose_secret().len(), 128);
    }
}
