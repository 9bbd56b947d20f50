//! Percent-encoding as SigV4 and RFC 3986 have it, for paths, queries and forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but RFC 3986's unreserved characters.
const ALL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const BUT_SLASHES: &AsciiSet = &ALL.remove(b'/');

pub fn all(text: &str) -> String {
    utf8_percent_encode(text, ALL).to_string()
}

pub fn but_slashes(text: &str) -> String {
    utf8_percent_encode(text, BUT_SLASHES).to_string()
}

#[cfg(test)]
mod tests {
    use super::{all, but_slashes};

    #[test]
    fn unreserved_characters_stay_as_they_are() {
        assert_eq!(all("a/b ~é"), "a%2Fb%20~%C3%A9");
        assert_eq!(but_slashes("a/b ~é"), "a/b%20~%C3%A9");
    }
}
