//! Signatures that somebody signed in with, as long as their date would let them do it again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::signed_request::TOLERANCE_MS;

/// About a hundred bytes each. More sign-ins within half an hour wait.
const SIGNATURES_MAX: usize = 20_000;

/// Why a signature is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    Seen,
    /// None is forgotten before its time, so there is no room for more.
    Full,
}

/// Lower-case hexadecimal signatures, and until when each is remembered.
#[derive(Debug, Default)]
pub struct SeenSignatures(Mutex<HashMap<String, i64>>);

impl SeenSignatures {
    /// Remembers a signature until its date is out of the tolerance. Of two that come together one is taken.
    pub fn take(&self, signature: &str, date_ms: i64, now_ms: i64) -> Result<(), NotTaken> {
        let mut seen = self.seen();
        if seen.contains_key(signature) {
            return Err(NotTaken::Seen);
        }
        if seen.len() >= SIGNATURES_MAX {
            seen.retain(|_, until_ms| *until_ms >= now_ms);
        }
        if seen.len() >= SIGNATURES_MAX {
            return Err(NotTaken::Full);
        }
        seen.insert(signature.to_owned(), date_ms.saturating_add(TOLERANCE_MS));
        Ok(())
    }

    /// Forgets a signature that nobody signed in with.
    pub fn give_back(&self, signature: &str) {
        self.seen().remove(signature);
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_taken_once() {
        let seen = SeenSignatures::default();
        assert_eq!(seen.take("a", 0, 0), Ok(()));
        assert_eq!(seen.take("a", 0, TOLERANCE_MS), Err(NotTaken::Seen));
        assert_eq!(seen.take("b", 0, 0), Ok(()));
        seen.give_back("a");
        assert_eq!(seen.take("a", 0, 0), Ok(()));
    }

    #[test]
    fn room_is_made_by_those_whose_time_is_over_and_by_no_other() {
        let seen = SeenSignatures::default();
        for n in 0..SIGNATURES_MAX {
            assert_eq!(seen.take(&n.to_string(), 0, 0), Ok(()));
        }
        assert_eq!(seen.take("more", 0, TOLERANCE_MS), Err(NotTaken::Full));
        assert_eq!(seen.take("0", 0, TOLERANCE_MS), Err(NotTaken::Seen));
        assert_eq!(seen.take("more", TOLERANCE_MS, TOLERANCE_MS + 1), Ok(()));
    }
}
