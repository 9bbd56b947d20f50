//! The signing keys of one access key: derived from its secret for a day and a region, and kept, for nearly every request
//! of a client needs the same one. The server holds one [`SigningKeys`] per access key that it has met, and hands it to
//! `Presented::verify`. Neither a secret nor a derived key ever leaves it; both are wiped when it is dropped.

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;

/// Derived keys kept. A client signs for one region and two days around midnight; a presigned request may be a week old.
const MAX_KEPT: usize = 16;
/// HMAC-SHA-256's output.
type Key = Zeroizing<[u8; 32]>;

/// A secret access key, and what was derived from it lately.
pub struct SigningKeys {
    secret: SecretString,
    /// The most recently added last.
    kept: Mutex<Vec<Derived>>,
}

/// What a key is derived for.
#[derive(Clone, Copy)]
pub(super) struct Purpose<'a> {
    /// Only its day counts.
    pub(super) at: OffsetDateTime,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

struct Derived {
    julian_day: i32,
    region: String,
    service: String,
    key: Key,
}

impl SigningKeys {
    pub fn new(secret: &str) -> Self {
        Self { secret: SecretString::from(secret), kept: Mutex::new(Vec::new()) }
    }

    /// Whether `signature` (lower-case hexadecimal) is this secret's of `string_to_sign`; in constant time.
    pub(super) fn made(&self, signature: &str, string_to_sign: &str, purpose: Purpose<'_>) -> bool {
        let kept = self.kept(purpose);
        let (key, is_new) = match kept {
            Some(key) => (key, false),
            None => (self.derived(purpose), true),
        };
        let expected = calculate_signature(key.as_slice(), string_to_sign.as_bytes());
        let made = bool::from(expected.as_bytes().ct_eq(signature.as_bytes()));
        // Only who holds the secret gets a key kept: nobody else can crowd out the ones in use.
        if made && is_new {
            self.keep(purpose, key);
        }
        made
    }

    fn kept(&self, purpose: Purpose<'_>) -> Option<Key> {
        self.lock().iter().find(|derived| derived.is_for(purpose)).map(|derived| derived.key.clone())
    }

    fn keep(&self, purpose: Purpose<'_>, key: Key) {
        let mut kept = self.lock();
        // Somebody else may have been as quick.
        if kept.iter().any(|derived| derived.is_for(purpose)) {
            return;
        }
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        let Purpose { at, region, service } = purpose;
        let julian_day = at.to_utc().to_julian_day();
        kept.push(Derived { julian_day, region: region.to_owned(), service: service.to_owned(), key });
    }

    fn derived(&self, Purpose { at, region, service }: Purpose<'_>) -> Key {
        let derived = generate_signing_key(self.secret.expose_secret(), at.into(), region, service);
        let mut key = Key::default();
        for (ours, theirs) in key.iter_mut().zip(derived.as_ref()) {
            *ours = *theirs;
        }
        key
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Derived>> {
        // Whoever panicked here left a list of whole keys behind.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Derived {
    fn is_for(&self, purpose: Purpose<'_>) -> bool {
        self.julian_day == purpose.at.to_utc().to_julian_day()
            && self.region == purpose.region
            && self.service == purpose.service
    }
}

/// Says nothing: all that it has is secret.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const DAY: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

    fn signature(keys: &SigningKeys, purpose: Purpose<'_>) -> String {
        calculate_signature(keys.derived(purpose).as_slice(), b"text")
    }

    fn regions(keys: &SigningKeys) -> Vec<String> {
        keys.lock().iter().map(|derived| derived.region.clone()).collect()
    }

    /// The example of AWS's documentation, "Deriving a signing key": secret, day, region and service are its own.
    #[test]
    fn derives_as_aws_documents_it() {
        let keys = SigningKeys::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let purpose = Purpose { at: datetime!(2015-08-30 12:36 UTC), region: "us-east-1", service: "iam" };
        let shown = super::super::lower_hex(keys.derived(purpose).as_slice());
        assert_eq!(shown, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    }

    #[test]
    fn a_key_is_kept_for_its_day_region_and_service_alone() {
        let keys = SigningKeys::new("secret");
        let purpose = Purpose { at: DAY, region: "us-west-2", service: "chatbot" };
        let good = signature(&keys, purpose);
        assert!(keys.made(&good, "text", purpose) && keys.made(&good, "text", purpose));
        assert_eq!(regions(&keys), ["us-west-2"], "kept once");
        for other in [
            Purpose { at: DAY + time::Duration::DAY, ..purpose },
            Purpose { region: "us-east-2", ..purpose },
            Purpose { service: "sns", ..purpose },
        ] {
            assert!(!keys.made(&good, "text", other));
            assert!(keys.made(&signature(&keys, other), "text", other));
        }
        assert_eq!(regions(&keys).len(), 4);
    }

    #[test]
    fn a_wrong_signature_keeps_nothing_and_the_list_is_bounded() {
        let keys = SigningKeys::new("secret");
        let names: Vec<_> = (0..40).map(|n| format!("region-{n}")).collect();
        for region in &names {
            assert!(!keys.made("0", "text", Purpose { at: DAY, region, service: "chatbot" }));
        }
        assert!(regions(&keys).is_empty());
        for region in &names {
            let purpose = Purpose { at: DAY, region, service: "chatbot" };
            assert!(keys.made(&signature(&keys, purpose), "text", purpose));
        }
        assert_eq!(regions(&keys), names[40 - MAX_KEPT..], "the oldest made room");
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", SigningKeys::new("secret")), "SigningKeys { .. }");
    }
}
