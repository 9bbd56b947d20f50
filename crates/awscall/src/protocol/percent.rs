//! Percent-encoding as SigV4 and RFC 3986 have it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but RFC 3986's unreserved characters.
const ALL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const BUT_SLASHES: &AsciiSet = &ALL.remove(b'/');

pub(super) fn all(text: &str) -> String {
    utf8_percent_encode(text, ALL).to_string()
}

pub(super) fn but_slashes(text: &str) -> String {
    utf8_percent_encode(text, BUT_SLASHES).to_string()
}
