//! The header form: `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, dated by a header.
//! `sigv4::parse` calls it for a request that has an `Authorization` header and no query form. It judges no date.

use super::SignatureError;
use super::claim::{ALGORITHM, Claim, Form, Scope};
use super::error::echoed;
use super::head::single;
use super::timestamp::Timestamp;
use http::HeaderMap;
use std::borrow::Cow;

/// An `Authorization` header is some 300 bytes long; ours is generous with signed headers.
const MAX_AUTHORIZATION: usize = 4_096;

/// The parameters of the header, each at most once.
#[derive(Default)]
struct Parameters<'a> {
    credential: Option<&'a str>,
    signed_headers: Option<&'a str>,
    signature: Option<&'a str>,
}

/// `header` is the value of `Authorization`.
pub(super) fn claim<'a>(header: &'a str, headers: &'a HeaderMap) -> Result<Claim<'a>, SignatureError> {
    let parameters = Parameters::parse(header)?;
    // X-Amz-Date overrides: it is what SDKs sign where an intermediary may rewrite Date.
    let (date, date_header) = match single(headers, "x-amz-date")? {
        Some(date) => (Some(date), false),
        None => (single(headers, "date")?, true),
    };
    let Parameters { credential: Some(credential), signed_headers: Some(signed_headers), signature: Some(signature) } =
        parameters
    else {
        return Err(parameters.missing(date.is_some()));
    };
    let date = date.ok_or(SignatureError::NoDate)?;
    let date = if date_header { Timestamp::parse_date_header(date) } else { Timestamp::parse(date) };
    Ok(Claim {
        form: Form::Header { date_header },
        scope: Scope::parse(&Cow::Borrowed(credential))?,
        date: date?,
        signed_headers: Cow::Borrowed(signed_headers),
        signature: Cow::Borrowed(signature),
    })
}

impl<'a> Parameters<'a> {
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        if header.len() > MAX_AUTHORIZATION {
            return Err(SignatureError::AuthorizationTooLong { limit: MAX_AUTHORIZATION });
        }
        let (algorithm, list) = header.split_once(' ').unwrap_or((header, ""));
        if algorithm != ALGORITHM {
            return Err(SignatureError::Algorithm);
        }
        let mut parameters = Self::default();
        for part in list.split(',').map(|part| part.trim_matches(' ')).filter(|part| !part.is_empty()) {
            let Some((name, value)) = part.split_once('=') else {
                return Err(SignatureError::NotAPair);
            };
            let slot = match name {
                "Credential" => &mut parameters.credential,
                "SignedHeaders" => &mut parameters.signed_headers,
                "Signature" => &mut parameters.signature,
                _ => return Err(SignatureError::UnexpectedParameter { name: echoed(name) }),
            };
            if slot.replace(value).is_some() {
                return Err(SignatureError::UnexpectedParameter { name: echoed(name) });
            }
        }
        Ok(parameters)
    }

    /// `dated`: the request has a date, whose absence AWS reports in one breath with absent parameters.
    fn missing(&self, dated: bool) -> SignatureError {
        let named =
            [("Credential", self.credential), ("Signature", self.signature), ("SignedHeaders", self.signed_headers)];
        let mut sentences: Vec<_> = named
            .iter()
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| format!("Authorization header requires '{name}' parameter."))
            .collect();
        if !dated {
            sentences.push(SignatureError::NoDate.to_string());
        }
        SignatureError::MissingParameters { missing: sentences.join(" ") }
    }
}
