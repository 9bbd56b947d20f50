//! When a call is worth another try, and how long to wait before it: the standard mode of AWS's SDKs.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>; the lists of codes are botocore's
//! (`botocore/retries/standard.py`), the clock's those of the SDK for Rust (`aws-runtime/src/service_clock_skew.rs`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use awscall::protocol::ServiceError;

const THROTTLING: [&str; 14] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];
const TRANSIENT: [&str; 3] = ["IDPCommunicationError", "RequestTimeout", "RequestTimeoutException"];
const TRANSIENT_STATUSES: [u16; 4] = [500, 502, 503, 504];
const SKEWED: [&str; 7] = [
    "AccessDeniedException",
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];
/// Clocks that differ by less are not what a signature was refused for.
const SKEW_MIN_MS: i64 = 4 * 60 * 1000;

const BACKOFF_FIRST: Duration = Duration::from_secs(1);
const BACKOFF_MAX: Duration = Duration::from_secs(20);

/// Retries that one service is worth when nothing succeeds; what succeeds gives some back.
const QUOTA: u32 = 500;
const RETRY_COST: u32 = 5;
const NO_ANSWER_COST: u32 = 10;
const FIRST_TRY_REFUND: u32 = 1;

pub(super) fn is_throttling(error: &ServiceError) -> bool {
    error.throttling || error.status == 429 || THROTTLING.contains(&error.code.as_str())
}

pub(super) fn is_retryable(error: &ServiceError) -> bool {
    is_throttling(error)
        || error.retryable
        || TRANSIENT.contains(&error.code.as_str())
        || TRANSIENT_STATUSES.contains(&error.status)
}

/// How far AWS's clock is ahead of the time that a request was signed for, if that may be why it was refused.
pub(super) fn skew_ms(error: &ServiceError, date: Option<&str>, signed_at_ms: i64) -> Option<i64> {
    use time::format_description::well_known::Rfc2822;
    if !SKEWED.contains(&error.code.as_str()) {
        return None;
    }
    let theirs = time::OffsetDateTime::parse(date?, &Rfc2822).ok()?;
    let ahead_ms = theirs.unix_timestamp().checked_mul(1000)?.checked_sub(signed_at_ms)?;
    (ahead_ms.abs() >= SKEW_MIN_MS).then_some(ahead_ms)
}

/// Full jitter: anything up to 1 s, 2 s, 4 s… `fraction` is random, in `0.0..1.0`.
pub(super) fn backoff(retries: u32, fraction: f64) -> Duration {
    let most = BACKOFF_FIRST.saturating_mul(2_u32.saturating_pow(retries)).min(BACKOFF_MAX);
    most.mul_f64(fraction.clamp(0.0, 1.0))
}

/// What a service asks for itself, in milliseconds: `x-amz-retry-after`.
pub(super) fn asked_for(header: Option<&str>) -> Option<Duration> {
    Some(Duration::from_millis(header?.trim().parse().ok()?).min(BACKOFF_MAX))
}

/// Keeps a service that is down from being asked three times as much: a bucket of tokens for each.
#[derive(Default)]
pub(super) struct RetryQuota(Mutex<HashMap<&'static str, u32>>);

impl RetryQuota {
    /// Takes what a retry costs, and says how much; `None` where too much failed.
    pub(super) fn take(&self, service: &'static str, no_answer: bool) -> Option<u32> {
        let cost = if no_answer { NO_ANSWER_COST } else { RETRY_COST };
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = left.entry(service).or_insert(QUOTA);
        *left = left.checked_sub(cost)?;
        Some(cost)
    }

    /// Gives back after a success: what its last retry took, or a little.
    pub(super) fn give_back(&self, service: &'static str, taken: Option<u32>) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = left.get_mut(service) {
            *left = left.saturating_add(taken.unwrap_or(FIRST_TRY_REFUND)).min(QUOTA);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str, status: u16) -> ServiceError {
        let code = code.to_owned();
        let (message, fields) = (String::new(), serde_json::Map::new());
        ServiceError { code, message, status, request_id: None, fields, retryable: false, throttling: false }
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        for (code, status) in [("SlowDown", 503), ("Throttling", 400), ("InternalError", 500), ("RequestTimeout", 400)]
        {
            assert!(is_retryable(&error(code, status)), "{code}");
        }
        for (code, status) in [("AccessDenied", 403), ("ValidationError", 400), ("NotImplemented", 501)] {
            assert!(!is_retryable(&error(code, status)), "{code}");
        }
    }

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<_> = (0..6).map(|retries| backoff(retries, 1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 20]);
        assert_eq!(backoff(3, 0.5), Duration::from_secs(4));
        assert_eq!(backoff(u32::MAX, 1.0), BACKOFF_MAX);
        assert_eq!(asked_for(Some("1500")), Some(Duration::from_millis(1500)));
        assert_eq!(asked_for(Some("99999999")), Some(BACKOFF_MAX));
        assert_eq!(asked_for(Some("soon")), None);
    }

    #[test]
    fn a_service_that_is_down_is_asked_once_a_call() {
        let quota = RetryQuota::default();
        let granted = (0..200).filter(|_| quota.take("lambda", false).is_some()).count();
        assert_eq!(granted, 100);
        assert!(quota.take("sns", true).is_some(), "another service is up");
        quota.give_back("lambda", None);
        assert_eq!(quota.take("lambda", false), None);
        quota.give_back("lambda", Some(5));
        assert_eq!(quota.take("lambda", false), Some(5));
    }

    #[test]
    fn only_clocks_that_differ_explain_a_refusal() {
        let signed_at_ms = 1_795_431_600_000;
        let (later, same) = (Some("Mon, 23 Nov 2026 11:20:00 GMT"), Some("Mon, 23 Nov 2026 11:01:00 GMT"));
        assert_eq!(skew_ms(&error("SignatureDoesNotMatch", 403), later, signed_at_ms), Some(20 * 60 * 1000));
        assert_eq!(skew_ms(&error("SignatureDoesNotMatch", 403), same, signed_at_ms), None);
        assert_eq!(skew_ms(&error("ValidationError", 400), later, signed_at_ms), None);
        assert_eq!(skew_ms(&error("SignatureDoesNotMatch", 403), None, signed_at_ms), None);
    }
}
