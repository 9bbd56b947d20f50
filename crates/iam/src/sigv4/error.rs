//! Why a signature is refused, in AWS's words where AWS has words.

/// What the front door makes of a refusal: error code and status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Not signed at all: `NotAuthorized`, 401.
    Missing,
    /// Not a signature as AWS defines it, or not one we allow: `IncompleteSignature`, 403.
    Malformed,
    /// A signature, and not the right one: `InvalidSignatureException`, 403.
    Mismatch,
    /// Signed too long ago, presigned for a time that is over, or signed too far ahead: `RequestExpired`, 400.
    Expired,
}

/// One variant per cause. `Display` is the message for the client: what it echoes came from the request, cut short, and
/// is never a signature or a token. Wording: as AWS's front doors are known to answer, unless marked ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("Missing Authentication Token")]
    NoAuthorization,

    #[error("Only one auth mechanism allowed: the X-Amz-Signature query string parameter or the Authorization header.")]
    TwoForms,
    #[error("Unsupported algorithm in the Authorization header: it must be 'AWS4-HMAC-SHA256'.")]
    Algorithm,
    /// Ours.
    #[error("Unsupported value of X-Amz-Algorithm: it must be 'AWS4-HMAC-SHA256'.")]
    QueryAlgorithm,
    /// `missing` holds one sentence for each.
    #[error("{missing}")]
    MissingParameters { missing: String },
    #[error("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Send 'X-Amz-Date'.")]
    NoDate,
    /// Not echoed: what lacks its name may be the signature.
    #[error("Authorization header has a part that is not a valid key=value pair (missing equal-sign).")]
    NotAPair,
    /// Ours: unknown or given twice.
    #[error("Authorization header has an unexpected parameter '{name}', or has it twice.")]
    UnexpectedParameter { name: String },
    /// Ours: twice, or in other letters or with escapes, which another reader might take for it or not.
    #[error("The query string must have the parameter '{name}' exactly once and spelled like that.")]
    QueryParameter { name: &'static str },
    /// Ours.
    #[error("The request is signed in its query string and must not have the header '{name}' as well.")]
    HeaderBesideQuery { name: &'static str },
    /// Ours.
    #[error("X-Amz-Expires must be a number of seconds from 1 to {limit}. Got '{given}'.")]
    Expires { given: String, limit: u32 },
    /// Ours.
    #[error("The query string is longer than {bytes} bytes or has more than {parameters} parameters.")]
    QueryTooLong { bytes: usize, parameters: usize },
    /// Ours.
    #[error("Authorization header is longer than {limit} bytes.")]
    AuthorizationTooLong { limit: usize },
    #[error(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
    )]
    Credential { credential: String },
    /// Ours.
    #[error("Credential has an access key ID or a region with characters that neither can have.")]
    CredentialCharacters,
    #[error("Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601")]
    Date { date: String },
    #[error("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")]
    HostNotSigned,
    #[error("There were headers present in the request which were not signed: '{name}'.")]
    HeaderNotSigned { name: String },
    /// Ours: empty, with capitals, not in order, one twice, or too many.
    #[error("SignedHeaders must name at most {limit} headers, in lower case, sorted, each once, separated by ';'.")]
    SignedHeaders { limit: usize },
    /// Ours.
    #[error("SignedHeaders names '{name}', which the request does not have.")]
    SignedHeaderAbsent { name: String },
    /// Ours. Intermediaries differ on which of several counts.
    #[error("The request has the header '{name}' more than once.")]
    RepeatedHeader { name: String },
    /// Ours.
    #[error("The header '{name}' has a character outside printable ASCII and cannot be signed.")]
    HeaderCharacters { name: String },
    /// Ours.
    #[error(
        "The request target is not a path of the signed host with an optional query string of percent-encoded UTF-8."
    )]
    Target,
    /// Ours.
    #[error("UNSIGNED-PAYLOAD is not allowed. Sign the body.")]
    UnsignedPayload,

    #[error(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scope}' != '{request}'."
    )]
    ScopeDate { scope: String, request: String },
    #[error("Credential should be scoped to correct service: '{service}'.")]
    ScopeService { service: &'static str },
    #[error("Credential should be scoped with a valid terminator: 'aws4_request'.")]
    ScopeTerminator,
    /// AWS's words for the header; ours for a presigned `X-Amz-Content-Sha256` too.
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    BodyHash,
    /// A token with a long-term key, none with temporary credentials, or a wrong one.
    #[error("The security token included in the request is invalid.")]
    SecurityToken,
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,

    #[error("Signature expired: {date} is now earlier than {bound} ({now} - 15 min.)")]
    TooOld { date: String, bound: String, now: String },
    /// Ours, after the one above: a presigned request says itself how long it is good for.
    #[error("Signature expired: {date} is now earlier than {bound} ({now} - {seconds} sec. of X-Amz-Expires)")]
    PresignedTooOld { date: String, bound: String, now: String, seconds: i64 },
    #[error("Signature not yet current: {date} is still later than {bound} ({now} + 15 min.)")]
    TooNew { date: String, bound: String, now: String },
}

impl SignatureError {
    pub fn class(&self) -> Class {
        match self {
            Self::NoAuthorization => Class::Missing,
            Self::TwoForms
            | Self::Algorithm
            | Self::QueryAlgorithm
            | Self::QueryParameter { .. }
            | Self::HeaderBesideQuery { .. }
            | Self::Expires { .. }
            | Self::QueryTooLong { .. }
            | Self::MissingParameters { .. }
            | Self::NoDate
            | Self::NotAPair
            | Self::UnexpectedParameter { .. }
            | Self::AuthorizationTooLong { .. }
            | Self::Credential { .. }
            | Self::CredentialCharacters
            | Self::Date { .. }
            | Self::HostNotSigned
            | Self::HeaderNotSigned { .. }
            | Self::SignedHeaders { .. }
            | Self::SignedHeaderAbsent { .. }
            | Self::RepeatedHeader { .. }
            | Self::HeaderCharacters { .. }
            | Self::Target
            | Self::UnsignedPayload => Class::Malformed,
            Self::ScopeDate { .. }
            | Self::ScopeService { .. }
            | Self::ScopeTerminator
            | Self::BodyHash
            | Self::SecurityToken
            | Self::Mismatch => Class::Mismatch,
            Self::TooOld { .. } | Self::PresignedTooOld { .. } | Self::TooNew { .. } => Class::Expired,
        }
    }
}

/// What a message may echo of a request: its first 64 characters, none of them a control character.
pub(super) fn echoed(text: &str) -> String {
    text.chars().take(64).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
