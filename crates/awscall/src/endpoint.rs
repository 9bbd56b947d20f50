//! Where a call goes, by the service's own endpoint rules.

use crate::call::Call;

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
}

/// In words for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EndpointError(pub String);

pub fn endpoint(call: &Call, place: &Place) -> Result<Endpoint, EndpointError> {
    Err(EndpointError(format!("{} has no endpoint yet in `{}`", call.service.name, place.region)))
}
