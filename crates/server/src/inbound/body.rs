//! Request bodies: read up to a limit and within a time, and decoded up to the same limit.

use std::io::{self, Read as _};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use flate2::bufread::GzDecoder;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::clock::Clock;

/// A client that sends slower than this is not one that we wait for.
const READ_TIMEOUT: Duration = Duration::from_secs(20);
/// Members of one gzip stream. A compressor of parallel blocks makes one a 128 KiB; each empty one costs us more than the
/// twenty bytes that it costs a client.
const GZIP_MEMBERS_MAX: usize = 64;
const DECODED_AT_ONCE: usize = 16 * 1024;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    TooLarge,
    TooSlow,
    /// The client went away.
    Aborted,
    /// What was sent is not HTTP.
    Broken,
}

/// Why a body is not what `Content-Encoding` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodingError {
    Unknown,
    Undecodable,
    TooLarge,
}

pub async fn read(body: Body, max: usize, clock: &dyn Clock) -> Result<Bytes, BodyError> {
    let timeout_ms = i64::try_from(READ_TIMEOUT.as_millis()).unwrap_or(i64::MAX);
    let timed_out = clock.sleep_until_ms(clock.now_ms().saturating_add(timeout_ms));
    tokio::select! {
        biased;
        collected = Limited::new(body, max).collect() => match collected {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
            Err(error) => Err(unreadable(error.as_ref())),
        },
        () = timed_out => Err(BodyError::TooSlow),
    }
}

/// The HTTP library tells broken framing from a connection that ended by the kind of the I/O error below its own.
fn unreadable(error: &(dyn std::error::Error + 'static)) -> BodyError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => BodyError::Broken,
                _ => BodyError::Aborted,
            };
        }
        cause = error.source();
    }
    BodyError::Aborted
}

/// The body without its `Content-Encoding`: none, `identity` or `gzip`. Holds no more than `max` bytes of it.
pub fn decode(headers: &HeaderMap, body: Bytes, max: usize) -> Result<Bytes, CodingError> {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let coding = match (codings.next(), codings.next()) {
        (None, _) => return Ok(body),
        (Some(coding), None) => coding.as_bytes().trim_ascii(),
        (Some(_), Some(_)) => return Err(CodingError::Unknown),
    };
    if coding.is_empty() || coding.eq_ignore_ascii_case(b"identity") {
        Ok(body)
    } else if coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip") {
        gunzip(&body, max).map(Bytes::from)
    } else {
        Err(CodingError::Unknown)
    }
}

fn gunzip(mut encoded: &[u8], max: usize) -> Result<Vec<u8>, CodingError> {
    let mut decoded = Vec::new();
    let mut chunk = vec![0; DECODED_AT_ONCE];
    for _ in 0..GZIP_MEMBERS_MAX {
        let mut member = GzDecoder::new(encoded);
        loop {
            let length = member.read(&mut chunk).map_err(|_| CodingError::Undecodable)?;
            let read = chunk.get(..length).unwrap_or_default();
            if read.is_empty() {
                break;
            }
            if decoded.len().saturating_add(length) > max {
                return Err(CodingError::TooLarge);
            }
            decoded.extend_from_slice(read);
        }
        encoded = member.into_inner();
        if encoded.is_empty() {
            return Ok(decoded);
        }
    }
    Err(CodingError::Undecodable)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn members_follow_one_another() {
        let two = [gzip(b"{\"a\":"), gzip(b""), gzip(b"1}")].concat();
        assert_eq!(gunzip(&two, 7).unwrap(), b"{\"a\":1}");
        assert_eq!(gunzip(&two, 6), Err(CodingError::TooLarge));
        assert_eq!(gunzip(&gzip(b"").repeat(GZIP_MEMBERS_MAX), 0).unwrap(), b"");
        assert_eq!(gunzip(&gzip(b"").repeat(GZIP_MEMBERS_MAX + 1), 0), Err(CodingError::Undecodable));
    }

    #[test]
    fn what_is_cut_changed_or_followed_by_something_is_undecodable() {
        let whole = gzip(b"{\"MaxResults\": 10}");
        for length in 0..whole.len() {
            assert_eq!(gunzip(&whole[..length], 1000), Err(CodingError::Undecodable), "{length}");
        }
        let mut changed = whole.clone();
        // The last eight bytes are the checksum and the length.
        let checksum = changed.len() - 8;
        changed[checksum] ^= 1;
        assert_eq!(gunzip(&changed, 1000), Err(CodingError::Undecodable));
        assert_eq!(gunzip(&[whole, b"x".to_vec()].concat(), 1000), Err(CodingError::Undecodable));
    }
}
