//! What AWS's standard variables say beside credentials: where AWS is. Read once; nothing of a file or a command changes it.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html> and
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;

const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";

#[derive(Debug, Clone, Default)]
pub struct AwsEnvironment {
    /// Unless AWS's configuration file is to be asked.
    pub region: Option<String>,
    /// Of every service that has none of its own.
    pub endpoint_url: Option<String>,
    /// `CLOUDWATCH_LOGS` of `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`.
    pub endpoint_urls: BTreeMap<String, String>,
    pub fips: bool,
    pub dual_stack: bool,
    /// How often a call is tried, in place of the SDKs' three times.
    pub attempts_max: Option<u32>,
    /// What signs in place of what AWS's standard environment has. No variable sets it.
    pub credentials: Option<Credentials>,
}

impl AwsEnvironment {
    pub fn read() -> Self {
        let variables = super::environment_of("AWS_");
        let variable = |name: &str| variables.get(name).cloned();
        let is_true = |name: &str| variables.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let ignored = is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
        let of_services = variables.iter().filter_map(|(name, url)| {
            let service = name.strip_prefix(ENDPOINT_URL)?.strip_prefix('_')?;
            Some((service.to_owned(), url.clone()))
        });
        Self {
            region: super::aws_region(),
            endpoint_url: variable(ENDPOINT_URL).filter(|_| !ignored),
            endpoint_urls: of_services.filter(|_| !ignored).collect(),
            fips: is_true("AWS_USE_FIPS_ENDPOINT"),
            dual_stack: is_true("AWS_USE_DUALSTACK_ENDPOINT"),
            attempts_max: variable("AWS_MAX_ATTEMPTS").and_then(|count| count.parse().ok()).filter(|count| *count > 0),
            credentials: None,
        }
    }

    /// Where a service is, if it is not where AWS's rules say. `id` is as AWS spells it: `CloudWatch Logs`.
    pub fn endpoint(&self, id: &str) -> Option<&str> {
        let name = id.to_uppercase().replace([' ', '-'], "_");
        self.endpoint_urls.get(&name).or(self.endpoint_url.as_ref()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_services_own_endpoint_wins() {
        let environment = AwsEnvironment {
            endpoint_url: Some("http://localhost:1".to_owned()),
            endpoint_urls: BTreeMap::from([("CLOUDWATCH_LOGS".to_owned(), "http://localhost:2".to_owned())]),
            ..AwsEnvironment::default()
        };
        assert_eq!(environment.endpoint("CloudWatch Logs"), Some("http://localhost:2"));
        assert_eq!(environment.endpoint("CloudWatch"), Some("http://localhost:1"));
        assert_eq!(AwsEnvironment::default().endpoint("SNS"), None);
    }
}
