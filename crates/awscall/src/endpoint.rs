//! Where a call goes, by the service's own endpoint rules. The server's `outbound/aws` asks it for each request.
//!
//! Never a name that somebody typed: a region is checked before the rules see it, and what they give must be a host of AWS, or
//! the address that whoever runs the server has set.

mod evaluate;
mod functions;
mod parameters;
mod partitions;
mod rules;

use evaluate::{Refusal, Resolved};
pub(crate) use functions::is_valid_host_label;
pub(crate) use partitions::near_regions;
pub use partitions::{Region, check_region, regions};
pub use rules::Rules;

use crate::call::Call;
use crate::protocol::Request;

/// Source: RFC 1035, 2.3.4.
const HOST_BYTES_MAX: usize = 253;
/// What signs a request here.
const SIGV4: &str = "sigv4";

/// What the rules are told beside the call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub region: String,
    /// `AWS_ENDPOINT_URL` of whoever runs the server; never of a command.
    pub endpoint: Option<String>,
    pub fips: bool,
    pub dual_stack: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// With scheme and host, perhaps a path, without a slash at the end.
    pub url: String,
    pub signing_name: String,
    pub signing_region: String,
    /// S3's paths are signed as they are.
    pub double_encode_path: bool,
    /// The rules name a scheme other than SigV4: `sigv4a`, `sigv4-s3express`.
    pub other_scheme: Option<String>,
    pub headers: Vec<(String, String)>,
    /// Whether what the model puts before the host stands there: not before an address that was set, nor where the rules have
    /// done it already.
    pub takes_host_prefix: bool,
}

/// In words for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EndpointError(pub String);

pub fn endpoint(call: &Call, place: &Place) -> Result<Endpoint, EndpointError> {
    check_region(&place.region)?;
    check_bucket(call)?;
    let set = call.service.rules.set().map_err(|reason| unresolved(call, place, reason))?;
    let parameters = parameters::parameters(set, call, place)?;
    let resolved = evaluate::resolve(set, parameters).map_err(|refusal| match refusal {
        Refusal::Said(words) => EndpointError(words),
        Refusal::Unresolved(reason) => unresolved(call, place, reason),
    })?;
    let url = resolved.url.trim_end_matches('/').to_owned();
    check_address(&url, place).map_err(|reason| unresolved(call, place, reason))?;
    Ok(signed(resolved, call, place, url))
}

/// By the first scheme of SigV4, whatever the rules prefer to it.
fn signed(resolved: Resolved, call: &Call, place: &Place, url: String) -> Endpoint {
    let Resolved { mut schemes, headers, .. } = resolved;
    let at = schemes.iter().position(|scheme| scheme.name == SIGV4).unwrap_or(0);
    let scheme = (at < schemes.len()).then(|| schemes.swap_remove(at));
    let mut endpoint = Endpoint {
        url,
        signing_name: call.service.signing_name.to_owned(),
        signing_region: place.region.clone(),
        double_encode_path: true,
        other_scheme: None,
        headers,
        takes_host_prefix: place.endpoint.is_none() && !has_account_of_rules(call),
    };
    if let Some(scheme) = scheme {
        endpoint.signing_name = scheme.signing_name.unwrap_or(endpoint.signing_name);
        endpoint.signing_region = scheme.signing_region.unwrap_or(endpoint.signing_region);
        endpoint.double_encode_path = !scheme.disable_double_encoding;
        endpoint.other_scheme = (scheme.name != SIGV4).then_some(scheme.name);
    }
    endpoint
}

/// S3 Control's model says `{AccountId}.` and so do its rules.
fn has_account_of_rules(call: &Call) -> bool {
    call.operation.host_prefix == Some("{AccountId}.")
        && call.operation.static_parameters.contains(&("RequiresAccountId", "true"))
}

impl Endpoint {
    /// Scheme, host and path of a request; its query is not in it. S3's bucket is in [`Endpoint::url`], by the rules, and
    /// [`crate::protocol::request`] leaves it out of the path.
    pub fn address(&self, request: &Request) -> Result<String, EndpointError> {
        let not = || EndpointError("the host of this request cannot be made".to_owned());
        let (scheme, rest) = self.url.split_once("://").ok_or_else(not)?;
        let (authority, base) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let prefix = request.host_prefix.as_deref().filter(|_| self.takes_host_prefix).unwrap_or_default();
        let host = format!("{prefix}{authority}");
        if !prefix.is_empty() && !is_host(&host) {
            return Err(not());
        }
        // A path that is none adds no slash to one of the endpoint's.
        let path = if request.path == "/" && !base.is_empty() { "" } else { request.path.as_str() };
        let slash = if path.starts_with('/') || (path.is_empty() && !base.is_empty()) { "" } else { "/" };
        Ok(format!("{scheme}://{host}{base}{slash}{path}"))
    }
}

fn unresolved(call: &Call, place: &Place, reason: &str) -> EndpointError {
    EndpointError(format!("{} has no endpoint in `{}`: {reason}", call.service.full_name, place.region))
}

/// What S3 would not take as a bucket, and what would be another path.
/// Source: `botocore/handlers.py`, `VALID_BUCKET`.
fn check_bucket(call: &Call) -> Result<(), EndpointError> {
    let Some(bucket) = call.input.get("Bucket").and_then(serde_json::Value::as_str) else { return Ok(()) };
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_name = (1..=255).contains(&bucket.len()) && bucket.chars().all(allowed) && !matches!(bucket, "." | "..");
    if call.service.signing_name != "s3" || is_name || functions::parse_arn(bucket).is_some() {
        return Ok(());
    }
    Err(EndpointError(
        "`Bucket` is neither the name of a bucket (letters, digits, `.`, `-` and `_`) nor an ARN".to_owned(),
    ))
}

/// A last look at what the rules made: a host of a partition, or the one that was set.
fn check_address(url: &str, place: &Place) -> Result<(), &'static str> {
    let (scheme, rest) = url.split_once("://").ok_or("its address has no scheme")?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    if !path.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'\\'))
        || path.split('/').any(|segment| matches!(segment, "." | ".."))
    {
        return Err("its path is none");
    }
    let host = functions::host_of(authority).ok_or("its host is none")?;
    match &place.endpoint {
        Some(set) if is_within(host, set) => Ok(()),
        Some(_) => Err("its host is not the one that was set"),
        None if scheme == "https" && host == authority && is_host(host) && is_of_aws(host) => Ok(()),
        None => Err("its host is not one of AWS"),
    }
}

/// The host that was set, or one below it: a bucket's.
fn is_within(host: &str, set: &str) -> bool {
    let set = set.split_once("://").map_or(set, |(_, rest)| rest);
    let authority = set.split('/').next().unwrap_or_default();
    functions::host_of(authority).is_some_and(|set| {
        host == set || (host.strip_suffix(set).is_some_and(|below| below.ends_with('.') && is_host(host)))
    })
}

fn is_host(host: &str) -> bool {
    host.len() <= HOST_BYTES_MAX && is_valid_host_label(host, true)
}

fn is_of_aws(host: &str) -> bool {
    partitions::partitions().iter().any(|partition| {
        let suffixes = [&partition.outputs.dns_suffix, &partition.outputs.dual_stack_dns_suffix];
        suffixes.iter().any(|suffix| host.strip_suffix(suffix.as_str()).is_some_and(|below| below.ends_with('.')))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Endpoint, Place, endpoint};
    use crate::call::Call;
    use crate::catalog::catalog;

    fn place(region: &str) -> Place {
        Place { region: region.to_owned(), ..Place::default() }
    }

    fn call(service: &str, operation: &str, input: &serde_json::Value) -> Call {
        let input = input.as_object().cloned().expect("an object");
        Call::of(service, operation, input).unwrap_or_else(|| panic!("{service} {operation}"))
    }

    fn bucket(name: &str) -> Call {
        call("s3api", "GetObject", &json!({ "Bucket": name, "Key": "k" }))
    }

    fn goes(call: &Call, place: &Place) -> Endpoint {
        endpoint(call, place).unwrap_or_else(|error| panic!("{call:?} in {}: {error}", place.region))
    }

    fn refused(call: &Call, place: &Place) -> String {
        endpoint(call, place).expect_err("refused").to_string()
    }

    /// What is sent, with its path.
    fn sent(call: &Call, place: &Place) -> String {
        let request = crate::protocol::request(call, &mut || "token".to_owned()).expect("a request");
        goes(call, place).address(&request).expect("an address")
    }

    #[test]
    fn every_service_has_rules_that_are_understood() {
        for entry in &catalog().directory().services {
            let service = catalog().service(entry.name).expect("listed");
            service.rules.set().unwrap_or_else(|reason| panic!("{}: {reason}", entry.name));
        }
    }

    #[test]
    fn a_regional_service_is_in_its_region_and_a_global_one_where_it_is() {
        let lambda = goes(&call("lambda", "ListFunctions", &json!({})), &place("eu-central-1"));
        assert_eq!(lambda.url, "https://lambda.eu-central-1.amazonaws.com");
        assert_eq!((lambda.signing_name.as_str(), lambda.signing_region.as_str()), ("lambda", "eu-central-1"));
        let china = goes(&call("lambda", "ListFunctions", &json!({})), &place("cn-north-1"));
        assert_eq!(china.url, "https://lambda.cn-north-1.amazonaws.com.cn");
        let iam = goes(&call("iam", "ListRoles", &json!({})), &place("eu-central-1"));
        assert_eq!((iam.url.as_str(), iam.signing_region.as_str()), ("https://iam.amazonaws.com", "us-east-1"));
    }

    #[test]
    fn fips_and_dual_stack_are_hosts_of_their_own_and_said_where_there_are_none() {
        let lambda = call("lambda", "ListFunctions", &json!({}));
        let fips = Place { fips: true, ..place("us-east-1") };
        assert_eq!(goes(&lambda, &fips).url, "https://lambda-fips.us-east-1.amazonaws.com");
        let dual_stack = Place { dual_stack: true, ..place("us-east-1") };
        assert_eq!(goes(&lambda, &dual_stack).url, "https://lambda.us-east-1.api.aws");
    }

    #[test]
    fn an_address_that_was_set_is_where_all_goes_and_a_bucket_is_its_path() {
        let set = Place { endpoint: Some("http://127.0.0.1:4566/".to_owned()), fips: true, ..place("us-east-1") };
        assert_eq!(goes(&call("lambda", "ListFunctions", &json!({})), &set).url, "http://127.0.0.1:4566");
        let prefixed =
            call("servicediscovery", "DiscoverInstances", &json!({ "NamespaceName": "n", "ServiceName": "s" }));
        assert_eq!(sent(&prefixed, &set), "http://127.0.0.1:4566/");
        assert_eq!(sent(&bucket("photos"), &set), "http://127.0.0.1:4566/photos/k");
        let beneath = Place { endpoint: Some("https://proxy.example/aws".to_owned()), ..place("us-east-1") };
        assert_eq!(sent(&bucket("photos"), &beneath), "https://proxy.example/aws/photos/k");
        let all = call("s3api", "ListObjectsV2", &json!({ "Bucket": "photos" }));
        assert_eq!(sent(&all, &beneath), "https://proxy.example/aws/photos");
    }

    #[test]
    fn what_the_model_puts_before_the_host_stands_there() {
        let discover =
            call("servicediscovery", "DiscoverInstances", &json!({ "NamespaceName": "n", "ServiceName": "s" }));
        assert_eq!(sent(&discover, &place("us-east-1")), "https://data-servicediscovery.us-east-1.amazonaws.com/");
        let mut hostile = crate::protocol::request(&discover, &mut || "token".to_owned()).expect("a request");
        hostile.host_prefix = Some("evil.example/".to_owned());
        assert!(goes(&discover, &place("us-east-1")).address(&hostile).is_err());
    }

    #[test]
    fn a_bucket_is_part_of_the_host_where_dns_lets_it_and_of_the_path_elsewhere() {
        for (name, address) in [
            ("photos", "https://photos.s3.eu-west-1.amazonaws.com/k"),
            ("my.photos", "https://s3.eu-west-1.amazonaws.com/my.photos/k"),
            ("Photos", "https://s3.eu-west-1.amazonaws.com/Photos/k"),
        ] {
            assert_eq!(sent(&bucket(name), &place("eu-west-1")), address, "{name}");
            let endpoint = goes(&bucket(name), &place("eu-west-1"));
            assert!(!endpoint.double_encode_path && endpoint.signing_name == "s3");
        }
        let key = call("s3api", "GetObject", &json!({ "Bucket": "photos", "Key": "2026/a b" }));
        assert_eq!(sent(&key, &place("eu-west-1")), "https://photos.s3.eu-west-1.amazonaws.com/2026/a%20b");
        let all = call("s3api", "ListBuckets", &json!({}));
        assert_eq!(sent(&all, &place("eu-west-1")), "https://s3.eu-west-1.amazonaws.com/");
        let one = call("s3api", "ListObjectsV2", &json!({ "Bucket": "photos" }));
        assert_eq!(sent(&one, &place("eu-west-1")), "https://photos.s3.eu-west-1.amazonaws.com/");
    }

    #[test]
    fn an_access_point_is_in_the_region_of_its_arn() {
        let point = bucket("arn:aws:s3:us-west-2:123456789012:accesspoint/reports");
        let endpoint = goes(&point, &place("eu-west-1"));
        assert_eq!(endpoint.url, "https://reports-123456789012.s3-accesspoint.us-west-2.amazonaws.com");
        assert_eq!(endpoint.signing_region, "us-west-2");
        let many_regions = bucket("arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap");
        assert_eq!(goes(&many_regions, &place("eu-west-1")).other_scheme.as_deref(), Some("sigv4a"));
    }

    #[test]
    fn a_directory_bucket_is_signed_for_without_a_session() {
        let endpoint = goes(&bucket("logs--use1-az4--x-s3"), &place("us-east-1"));
        assert_eq!(endpoint.url, "https://logs--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com");
        assert_eq!((endpoint.signing_name.as_str(), endpoint.other_scheme), ("s3express", None));
    }

    #[test]
    fn an_account_stands_once_before_the_host_of_s3_control() {
        let jobs = call("s3control", "ListJobs", &json!({ "AccountId": "123456789012" }));
        let address = "https://123456789012.s3-control.eu-west-1.amazonaws.com/v20180820/jobs";
        assert_eq!(sent(&jobs, &place("eu-west-1")), address);
        let outposts = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01ac5d28a6a232904/bucket/b";
        let of_arn = goes(&call("s3control", "GetBucket", &json!({ "Bucket": outposts })), &place("us-west-2"));
        assert_eq!(of_arn.url, "https://s3-outposts.us-west-2.amazonaws.com");
        assert!(of_arn.headers.contains(&("x-amz-account-id".to_owned(), "123456789012".to_owned())));
    }

    #[test]
    fn no_name_that_was_typed_becomes_another_host() {
        let lambda = call("lambda", "ListFunctions", &json!({}));
        for region in
            ["evil.example/", "x@evil.example", "us-east-1.evil.example", "", "us-east-1#", "eu-west-1\r\nHost: x"]
        {
            assert!(refused(&lambda, &place(region)).starts_with("there is no region"), "{region:?}");
        }
        for name in ["evil.example/", "..", ".", "", "a b", "x@evil.example", "b?c", &"a".repeat(256)] {
            assert!(refused(&bucket(name), &place("us-east-1")).starts_with("`Bucket` is neither"), "{name:?}");
        }
        for arn in [
            "arn:aws:s3:evil.example/:123456789012:accesspoint/x",
            "arn:aws:s3:us-east-1:evil.example#:accesspoint/x",
            "arn:aws:s3:us-east-1:123456789012:accesspoint/evil.example/",
            "arn:evil:s3:us-east-1:123456789012:accesspoint:..",
        ] {
            let said = refused(&bucket(arn), &place("us-east-1"));
            assert!(said.starts_with("Invalid"), "{arn}: {said}");
        }
        let account = call("s3control", "ListJobs", &json!({ "AccountId": "evil.example/" }));
        assert!(refused(&account, &place("us-east-1")).contains("AccountId"));
    }
}
