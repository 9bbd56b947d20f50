//! Who vouches for the sandbox's activities: a key made when it is first needed, its key set, and the tokens that it signs.
//!
//! `dev` alone trusts it: the bot's `openid_url` leads here. The key never leaves the process. Source of the shapes:
//! <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot>.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::RSAPublicKey;

use super::super::speech::host;
use super::super::{Sandbox, answer, refusal};
use super::no_tenant;

const KEY_ID: &str = "sandbox-1";
/// As long as Microsoft's.
const TOKEN_SECONDS: i64 = 3_600;

pub struct Issuer(RsaKeyPair);

impl Issuer {
    pub fn generate() -> Result<Self, Unspecified> {
        RsaKeyPair::generate(KeySize::Rsa2048).map(Self)
    }

    /// The key in a key set, which may speak for Teams.
    fn key(&self) -> Option<Value> {
        let (_, key) = RSAPublicKey::from_der(self.0.public_key().as_ref()).ok()?;
        // A number's leading zero, which keeps its sign, is not of the number.
        let number = |bytes: &[u8]| {
            let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(0);
            BASE64_URL_SAFE_NO_PAD.encode(bytes.get(start..).unwrap_or_default())
        };
        Some(json!({
            "kty": "RSA", "use": "sig", "kid": KEY_ID, "x5t": KEY_ID, "n": number(key.modulus), "e": number(key.exponent),
            "endorsements": ["msteams"],
        }))
    }

    /// A token for the bot, about activities of this service URL.
    pub fn token(&self, issuer: &str, bot_app_id: &str, service_url: &str, now_ms: i64) -> Option<String> {
        let now = now_ms.div_euclid(1_000);
        let head = json!({ "alg": "RS256", "typ": "JWT", "kid": KEY_ID, "x5t": KEY_ID });
        let claims = json!({
            "iss": issuer, "aud": bot_app_id, "serviceurl": service_url, "nbf": now, "exp": now + TOKEN_SECONDS,
        });
        let encoded = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encoded(&head), encoded(&claims));
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        Some(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// `GET /sandbox/teams/openid`: the issuer's name and where its keys are.
pub async fn openid(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap) -> Response {
    let Some(tenant) = &sandbox.teams.tenant else { return no_tenant() };
    let metadata = json!({
        "issuer": tenant.issuer, "jwks_uri": format!("http://{}/sandbox/teams/keys", host(&headers)),
        "authorization_endpoint": "https://invalid.botframework.com", "id_token_signing_alg_values_supported": ["RS256"],
    });
    answer(StatusCode::OK, &metadata)
}

/// `GET /sandbox/teams/keys`
pub async fn keys(State(sandbox): State<Arc<Sandbox>>) -> Response {
    match sandbox.teams.issuer().and_then(Issuer::key) {
        Some(key) => answer(StatusCode::OK, &json!({ "keys": [key] })),
        None => refusal(StatusCode::INTERNAL_SERVER_ERROR, "this machine could not make a key: start it again"),
    }
}
