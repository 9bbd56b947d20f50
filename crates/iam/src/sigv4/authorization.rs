//! The `Authorization` header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.

use super::SignatureError;
use super::error::echoed;
use super::timestamp::Timestamp;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
/// An access key ID's most characters. Source: IAM's `AccessKeyId`,
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>.
const MAX_ACCESS_KEY_ID: usize = 128;
/// Region names are host name labels.
const MAX_REGION: usize = 63;

/// What a request says about its own signature.
pub(super) struct Claim<'a> {
    pub(super) scope: Scope<'a>,
    /// Names separated by `;`, not looked at yet.
    pub(super) signed_headers: &'a str,
    /// Whatever was given: it is only ever compared.
    pub(super) signature: &'a str,
}

/// `KEYID/YYYYMMDD/REGION/SERVICE/aws4_request`.
pub(super) struct Scope<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) region: &'a str,
    date: &'a str,
    service: &'a str,
    terminator: &'a str,
}

impl<'a> Claim<'a> {
    /// `dated`: the request has a date, whose absence AWS reports in one breath with absent parameters.
    pub(super) fn parse(header: &'a str, dated: bool) -> Result<Self, SignatureError> {
        let (algorithm, parameters) = header.split_once(' ').unwrap_or((header, ""));
        if algorithm != ALGORITHM {
            return Err(SignatureError::Algorithm);
        }
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in parameters.split(',').map(|part| part.trim_matches(' ')).filter(|part| !part.is_empty()) {
            let Some((name, value)) = part.split_once('=') else {
                return Err(SignatureError::NotAPair);
            };
            let slot = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(SignatureError::UnexpectedParameter { name: echoed(name) }),
            };
            if slot.replace(value).is_some() {
                return Err(SignatureError::UnexpectedParameter { name: echoed(name) });
            }
        }
        match (credential, signature, signed_headers) {
            (Some(credential), Some(signature), Some(signed_headers)) => {
                Ok(Self { scope: Scope::parse(credential)?, signed_headers, signature })
            }
            (credential, signature, signed_headers) => Err(missing(
                [("Credential", credential), ("Signature", signature), ("SignedHeaders", signed_headers)],
                dated,
            )),
        }
    }
}

fn missing(parameters: [(&str, Option<&str>); 3], dated: bool) -> SignatureError {
    let mut sentences: Vec<_> = parameters
        .iter()
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| format!("Authorization header requires '{name}' parameter."))
        .collect();
    if !dated {
        sentences.push(SignatureError::NoDate.to_string());
    }
    SignatureError::MissingParameters { missing: sentences.join(" ") }
}

impl<'a> Scope<'a> {
    fn parse(credential: &'a str) -> Result<Self, SignatureError> {
        let mut parts = credential.split('/');
        let elements = [parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next()];
        let [Some(access_key_id), Some(date), Some(region), Some(service), Some(terminator), None] = elements else {
            return Err(SignatureError::Credential { credential: echoed(credential) });
        };
        let is_key = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let is_region = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=MAX_ACCESS_KEY_ID).contains(&access_key_id.len())
            || !access_key_id.bytes().all(is_key)
            || !(1..=MAX_REGION).contains(&region.len())
            || !region.bytes().all(is_region)
        {
            return Err(SignatureError::CredentialCharacters);
        }
        Ok(Self { access_key_id, region, date, service, terminator })
    }

    /// For `service`, and signed with the key of the day that the request is dated.
    pub(super) fn check(&self, service: &'static str, date: Timestamp<'_>) -> Result<(), SignatureError> {
        if self.terminator != TERMINATOR {
            Err(SignatureError::ScopeTerminator)
        } else if self.service != service {
            Err(SignatureError::ScopeService { service })
        } else if self.date != date.day() {
            Err(SignatureError::ScopeDate { scope: echoed(self.date), request: echoed(date.day()) })
        } else {
            Ok(())
        }
    }
}
