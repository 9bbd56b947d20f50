//! The signature that the holder of the secret would have made, by AWS's own signer.

use super::{Presented, SignatureError};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

/// `body_hash` is the lower-case hexadecimal SHA-256 of the body as received.
pub(super) fn signature(presented: &Presented<'_>, secret: &str, body_hash: String) -> Result<String, SignatureError> {
    let scope = &presented.claim.scope;
    // The security token, if any, is among the signed headers already; the signer must not add it again.
    let identity = Credentials::new(scope.access_key_id, secret, None, None, "bellhop").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(presented.policy.service)
        .time(presented.date.at.into())
        .settings(settings())
        .build()
        // Fails only if a field above were left out.
        .map_err(|_| SignatureError::Mismatch)?
        .into();
    let target = presented.head.uri.path_and_query().ok_or(SignatureError::Target)?;
    let headers = presented.headers.iter().map(|header| (header.name, header.value));
    let body = SignableBody::Precomputed(body_hash);
    let request = SignableRequest::new(presented.head.method.as_str(), target.as_str(), headers, body)
        .map_err(|_| SignatureError::Target)?;
    // What could fail here, `parse` has refused: a header that is no header, a missing host.
    let signed = sign(request, &params).map_err(|_| SignatureError::Mismatch)?;
    Ok(signed.into_parts().1)
}

/// What AWS does for every service but S3; and exclude nothing, for the client has said what it signed.
fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Double;
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    settings.signature_location = SignatureLocation::Headers;
    settings.excluded_headers = None;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Enabled;
    settings.session_token_mode = SessionTokenMode::Include;
    settings
}
