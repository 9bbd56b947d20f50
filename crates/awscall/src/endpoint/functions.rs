//! The functions of the rules' language. Each is as its specification has it, where SDKs differ as botocore does it; an oracle
//! of all of them together is `tests/conformance/test_endpoints.py`.
//!
//! Source: <https://smithy.io/2.0/additional-specs/rules-engine/standard-library.html>,
//! <https://smithy.io/2.0/aws/rules-engine/library-functions.html>.

use super::evaluate::Value;
use super::partitions::{partition_of, partitions};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Of a region; the first where none knows it.
pub(super) fn partition(region: Option<&str>) -> Option<Value> {
    let partition = region.and_then(partition_of).or_else(|| partitions().first())?;
    let outputs = &partition.outputs;
    Some(Value::Record(vec![
        ("name", text(&partition.id)),
        ("dnsSuffix", text(&outputs.dns_suffix)),
        ("dualStackDnsSuffix", text(&outputs.dual_stack_dns_suffix)),
        ("implicitGlobalRegion", text(&outputs.implicit_global_region)),
        ("supportsFIPS", Value::Flag(outputs.supports_fips)),
        ("supportsDualStack", Value::Flag(outputs.supports_dual_stack)),
    ]))
}

pub(super) fn parse_arn(arn: &str) -> Option<Value> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts.as_slice() else { return None };
    if partition.is_empty() || service.is_empty() || resource.is_empty() {
        return None;
    }
    Some(Value::Record(vec![
        ("partition", text(partition)),
        ("service", text(service)),
        ("region", text(region)),
        ("accountId", text(account)),
        ("resourceId", Value::List(resource.split([':', '/']).map(text).collect())),
    ]))
}

/// `http` and `https` alone, without a query, a fragment or anybody's name in it.
pub(super) fn parse_url(url: &str) -> Option<Value> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") || rest.contains(['?', '#', '@', '\\']) {
        return None;
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = host_of(authority)?;
    let mut normalized = path.trim_end_matches('/').to_owned();
    normalized.push('/');
    Some(Value::Record(vec![
        ("scheme", text(scheme)),
        ("authority", text(authority)),
        ("path", text(path)),
        ("normalizedPath", Value::Text(normalized)),
        ("isIp", Value::Flag(is_ip(host))),
    ]))
}

/// Without its port.
pub(super) fn host_of(authority: &str) -> Option<&str> {
    let after_brackets = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority.get(after_brackets..)?.split_once(':') {
        Some((host, port)) => (authority.get(..after_brackets + host.len())?, port),
        None => (authority, "0"),
    };
    (!host.is_empty() && port.parse::<u16>().is_ok()).then_some(host)
}

/// Of its form alone; a version 6 address stands in brackets.
pub(super) fn is_ip(host: &str) -> bool {
    looks_like_ipv4(host) || (host.starts_with('[') && host.ends_with(']'))
}

/// Nothing where it does not reach so far, or is not ASCII.
pub(super) fn substring(text: &str, start: usize, stop: usize, reverse: bool) -> Option<&str> {
    if start >= stop || !text.is_ascii() {
        return None;
    }
    if reverse {
        text.get(text.len().checked_sub(stop)?..text.len().checked_sub(start)?)
    } else {
        text.get(start..stop)
    }
}

/// By RFC 1123; with dots, each label between them.
pub(crate) fn is_valid_host_label(text: &str, dots: bool) -> bool {
    if dots {
        return text.split('.').all(|label| is_valid_host_label(label, false));
    }
    (1..=63).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether a bucket can stand before the host.
pub(super) fn is_virtual_hostable_bucket(bucket: &str, dots: bool) -> bool {
    bucket.len() >= 3
        && !bucket.chars().any(|c| c.is_ascii_uppercase())
        && !looks_like_ipv4(bucket)
        && is_valid_host_label(bucket, dots)
}

/// Of its form alone, whether or not there is such an address: `999.1.1.1` is no bucket either.
fn looks_like_ipv4(text: &str) -> bool {
    let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    text.split('.').count() == 4 && text.split('.').all(number)
}

#[cfg(test)]
mod tests {
    use super::{host_of, is_ip, is_virtual_hostable_bucket, parse_arn, parse_url, substring};

    #[test]
    fn a_part_of_a_text_is_all_there_or_nothing() {
        assert_eq!(substring("abcdef", 1, 3, false), Some("bc"));
        assert_eq!(substring("abcdef", 1, 3, true), Some("de"));
        for (text, start, stop, reverse) in
            [("abc", 2, 4, false), ("abc", 2, 4, true), ("abc", 2, 2, false), ("ä日c", 0, 1, false)]
        {
            assert_eq!(substring(text, start, stop, reverse), None, "{text} {start} {stop} {reverse}");
        }
    }

    #[test]
    fn an_arn_has_six_parts_and_names_something() {
        assert!(parse_arn("arn:aws:s3:::bucket").is_some());
        for not in ["", "arn:aws:s3", "arn::s3:::b", "arn:aws::::b", "arn:aws:s3:::", "ARN:aws:s3:::b"] {
            assert_eq!(parse_arn(not), None, "{not}");
        }
    }

    #[test]
    fn an_address_is_http_and_nothing_beside_host_and_path() {
        for not in [
            "ftp://x",
            "https://x?y",
            "https://x#y",
            "https://me@x",
            "https://",
            "https://x:port",
            "x",
            "https://x:99999",
        ] {
            assert_eq!(parse_url(not), None, "{not}");
        }
        assert!(parse_url("http://localhost:4566/path").is_some());
        assert_eq!(host_of("[::1]:80"), Some("[::1]"));
        assert!(is_ip("127.0.0.1") && is_ip("[::1]") && !is_ip("::1") && !is_ip("localhost"));
    }

    #[test]
    fn a_bucket_stands_before_the_host_if_dns_lets_it() {
        for bucket in ["abc", "my-bucket-1"] {
            assert!(is_virtual_hostable_bucket(bucket, false), "{bucket}");
        }
        for bucket in ["ab", "Abc", "a.b.c", "-abc", "abc-", "a_bc", "127.0.0.1", "a/c"] {
            assert!(!is_virtual_hostable_bucket(bucket, false), "{bucket}");
        }
        assert!(is_virtual_hostable_bucket("a.b.c", true) && !is_virtual_hostable_bucket("127.0.0.1", true));
    }
}
