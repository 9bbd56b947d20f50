//! A request of the Bot Framework to Bellhop: proven by the token that came with it.
//!
//! The front door (`inbound/teams`) makes a [`Verified`] and nothing else does, so that no activity reaches `app` unproven. The keys
//! are fetched by the server (`outbound/teams/keys`); the clock is passed in.
//!
//! Tokens of Teams are the Bot Framework's own, also for single-tenant bots: those differ in the tokens that the bot sends. Tokens of
//! Microsoft Entra are refused: any app of a tenant may ask for one with Bellhop as its audience.
//!
//! Sources: <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot>;
//! npm's `botframework-connector` as the oracle of the conformance tests.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

/// Of the public cloud. Source: the page above.
pub const ISSUER: &str = "https://api.botframework.com";
/// By which clocks may differ. Source: the page above.
pub const TOLERANCE_SECONDS: i64 = 5 * 60;
/// The only channel whose activities are taken.
pub const CHANNEL: &str = "msteams";
/// Microsoft's have some 1,200 bytes.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Microsoft publishes about a dozen.
const KEYS_MAX: usize = 200;

/// A token as it stands in the header: who says to have made it, and with which key.
#[derive(Debug, Clone)]
pub struct Unverified<'a> {
    token: &'a str,
    kid: String,
    issuer: String,
}

/// A public key of an issuer, and for which channels it may speak.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    endorsements: Vec<String>,
    key: DecodingKey,
}

/// The keys of an issuer, as its JSON Web Key Set lists them.
#[derive(Clone, Default)]
pub struct KeySet(Vec<SigningKey>);

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The bot.
    pub app_id: &'a str,
    pub issuer: &'a str,
    pub now_ms: i64,
}

/// An activity that the Bot Framework vouched for, to our bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    body: String,
    service_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    #[error("the request has no token: `Authorization: Bearer …`")]
    NoToken,
    #[error("the token is none of JSON, signed with RS256 by a key that it names")]
    NotAToken,
    #[error("the token is of another issuer: is `microsoft_teams.bot.token_issuer` that of the bot's cloud?")]
    OtherIssuer,
    #[error("the token is signed with a key that its issuer does not list")]
    UnknownKey,
    #[error("the signature of the token does not match")]
    BadSignature,
    #[error("the token has expired or is not valid yet: look at the server's clock")]
    OutOfTime,
    #[error("the token is for another bot: is `microsoft_teams.bot.app_id` that of this bot?")]
    OtherAudience,
    #[error("the key of the token may not speak for the channel of the activity")]
    NotEndorsed,
    #[error("the token names another service URL than the activity")]
    OtherServiceUrl,
    #[error("the body is no activity of Teams")]
    NotAnActivity,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKeySet {
    #[error("it is no JSON Web Key Set")]
    NotJson,
    #[error("it lists no RSA key")]
    Empty,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: f64,
    nbf: Option<f64>,
    serviceurl: Option<String>,
}

impl<'a> Unverified<'a> {
    /// Reads `Authorization`. Nothing of it is proven.
    pub fn of_header(authorization: Option<&'a str>) -> Result<Self, NotVerified> {
        let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).ok_or(NotVerified::NoToken)?;
        if token.is_empty() || token.len() > TOKEN_BYTES_MAX {
            return Err(NotVerified::NotAToken);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| NotVerified::NotAToken)?;
        let claims: Claims =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| NotVerified::NotAToken)?;
        let kid = header.kid.filter(|_| header.alg == Algorithm::RS256).ok_or(NotVerified::NotAToken)?;
        Ok(Self { token, kid, issuer: claims.iss })
    }

    /// Whom to ask for the key.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Which key to ask for.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Whether it is good, and vouches for this body.
    pub fn verify(&self, key: &SigningKey, expected: Expected<'_>, body: &[u8]) -> Result<Verified, NotVerified> {
        let mut signature_alone = Validation::new(Algorithm::RS256);
        signature_alone.validate_exp = false;
        signature_alone.validate_nbf = false;
        signature_alone.validate_aud = false;
        signature_alone.required_spec_claims.clear();
        let decoded = jsonwebtoken::decode::<Claims>(self.token, &key.key, &signature_alone);
        let claims = decoded.map_err(|_| NotVerified::BadSignature)?.claims;
        if key.kid != self.kid {
            return Err(NotVerified::UnknownKey);
        }
        if claims.iss != expected.issuer {
            return Err(NotVerified::OtherIssuer);
        }
        if !claims.is_in_time(expected.now_ms) {
            return Err(NotVerified::OutOfTime);
        }
        // A UUID: its letters may be of either case.
        if !claims.aud.eq_ignore_ascii_case(expected.app_id) {
            return Err(NotVerified::OtherAudience);
        }
        let body = std::str::from_utf8(body).map_err(|_| NotVerified::NotAnActivity)?;
        let activity: Value = serde_json::from_str(body).map_err(|_| NotVerified::NotAnActivity)?;
        let text_of = |name: &str| activity.get(name).and_then(Value::as_str);
        if text_of("channelId") != Some(CHANNEL) || !key.endorsements.iter().any(|channel| channel == CHANNEL) {
            return Err(NotVerified::NotEndorsed);
        }
        let service_url = text_of("serviceUrl").ok_or(NotVerified::OtherServiceUrl)?;
        if claims.serviceurl.as_deref() != Some(service_url) {
            return Err(NotVerified::OtherServiceUrl);
        }
        Ok(Verified { service_url: service_url.to_owned(), body: body.to_owned() })
    }
}

impl Claims {
    /// As JSON Web Tokens count time: in seconds, maybe with a fraction.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of our age are far below 2^53")]
    fn is_in_time(&self, now_ms: i64) -> bool {
        let (now, tolerance) = (now_ms.div_euclid(1000) as f64, TOLERANCE_SECONDS as f64);
        now < self.exp + tolerance && self.nbf.is_none_or(|nbf| nbf <= now + tolerance)
    }
}

impl KeySet {
    /// Reads what `jwks_uri` answers. Keys of another kind than RSA are passed over.
    pub fn of_json(json: &[u8]) -> Result<Self, NoKeySet> {
        #[derive(Deserialize)]
        struct Listed {
            keys: Vec<Value>,
        }
        #[derive(Deserialize)]
        struct RsaKey {
            kty: String,
            kid: String,
            n: String,
            e: String,
            #[serde(default)]
            endorsements: Vec<String>,
        }
        let listed: Listed = serde_json::from_slice(json).map_err(|_| NoKeySet::NotJson)?;
        let read = |key: Value| {
            let key: RsaKey = serde_json::from_value(key).ok().filter(|key: &RsaKey| key.kty == "RSA")?;
            let RsaKey { kid, endorsements, .. } = key;
            Some(SigningKey { kid, endorsements, key: DecodingKey::from_rsa_components(&key.n, &key.e).ok()? })
        };
        let keys: Vec<_> = listed.keys.into_iter().take(KEYS_MAX).filter_map(read).collect();
        if keys.is_empty() { Err(NoKeySet::Empty) } else { Ok(Self(keys)) }
    }

    pub fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.0.iter().find(|key| key.kid == kid)
    }
}

impl Verified {
    /// The activity, as it came.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Where the connector answers for it.
    pub fn service_url(&self) -> &str {
        &self.service_url
    }
}

#[cfg(test)]
mod tests;
