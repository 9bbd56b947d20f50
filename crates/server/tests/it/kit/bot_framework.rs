//! The Bot Framework as a bot hears it: it publishes keys and signs tokens for what it brings. One key for all tests of a binary,
//! for making one takes a while.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use server::clock::SharedClock;

use super::fake_teams::APP_ID;

pub const ISSUER: &str = "https://api.botframework.com";
/// Before the PKCS #1 key, in the PKCS #8 form of one of 2048 bits.
const PKCS8_HEAD: usize = 26;

/// What it publishes, and how often it was asked.
struct Published {
    kids: Mutex<Vec<String>>,
    endorsements: Mutex<Value>,
    is_away: Mutex<bool>,
    fetched: AtomicUsize,
}

#[derive(Clone)]
pub struct BotFramework {
    clock: SharedClock,
    published: Arc<Published>,
}

impl BotFramework {
    pub fn new(clock: SharedClock) -> Self {
        let published = Published {
            kids: Mutex::new(vec!["k1".to_owned()]),
            endorsements: Mutex::new(json!(["msteams", "webchat"])),
            is_away: Mutex::default(),
            fetched: AtomicUsize::new(0),
        };
        Self { clock, published: Arc::new(published) }
    }

    pub fn routes(&self) -> Router {
        Router::new().route("/openid", get(metadata)).route("/keys", get(keys)).with_state(self.published.clone())
    }

    /// Publishes the key under these names from now on.
    pub fn publish(&self, kids: &[&str]) {
        *self.published.kids.lock().unwrap() = kids.iter().map(|kid| (*kid).to_owned()).collect();
    }

    /// Answers 503 from now on, or not any more.
    pub fn is_away(&self, is_away: bool) {
        *self.published.is_away.lock().unwrap() = is_away;
    }

    /// How often its keys were fetched.
    pub fn fetched(&self) -> usize {
        self.published.fetched.load(Ordering::SeqCst)
    }

    /// The claims of a good token for an activity from this service URL.
    pub fn claims(&self, service_url: &str) -> Value {
        let now = self.clock.now_ms() / 1000;
        json!({"iss": ISSUER, "aud": APP_ID, "nbf": now - 1, "exp": now + 3600, "serviceurl": service_url})
    }

    /// `Authorization` with these claims, signed with the published key.
    pub fn sign(claims: &Value, kid: &str) -> String {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
        format!("Bearer {}", encode(&header, claims, signer()).unwrap())
    }

    /// The same by a key that nobody published, under a name that somebody did.
    pub fn forge(claims: &Value, kid: &str) -> String {
        static FORGER: OnceLock<EncodingKey> = OnceLock::new();
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
        format!("Bearer {}", encode(&header, claims, FORGER.get_or_init(new_key)).unwrap())
    }

    /// The same by the published key's modulus as a shared secret, which everybody knows.
    pub fn sign_with_what_is_public(claims: &Value, kid: &str) -> String {
        let published = Jwk::from_encoding_key(signer(), Algorithm::RS256).unwrap();
        let modulus = serde_json::to_value(published).unwrap()["n"].as_str().unwrap().to_owned();
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) };
        format!("Bearer {}", encode(&header, claims, &EncodingKey::from_secret(modulus.as_bytes())).unwrap())
    }

    /// As it comes with an activity of Teams.
    pub fn vouch(&self, activity: &Value) -> String {
        Self::sign(&self.claims(activity["serviceUrl"].as_str().unwrap_or_default()), "k1")
    }
}

fn signer() -> &'static EncodingKey {
    static SIGNER: OnceLock<EncodingKey> = OnceLock::new();
    SIGNER.get_or_init(new_key)
}

fn new_key() -> EncodingKey {
    let der: Pkcs8V1Der<'static> = KeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    EncodingKey::from_rsa_der(&der.as_ref()[PKCS8_HEAD..])
}

async fn metadata(State(published): State<Arc<Published>>, headers: HeaderMap) -> impl IntoResponse {
    if *published.is_away.lock().unwrap() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(Value::Null));
    }
    let host = headers["host"].to_str().unwrap();
    (StatusCode::OK, Json(json!({"issuer": ISSUER, "jwks_uri": format!("http://{host}/keys")})))
}

async fn keys(State(published): State<Arc<Published>>) -> Json<Value> {
    published.fetched.fetch_add(1, Ordering::SeqCst);
    let key = serde_json::to_value(Jwk::from_encoding_key(signer(), Algorithm::RS256).unwrap()).unwrap();
    let endorsements = published.endorsements.lock().unwrap().clone();
    let kids = published.kids.lock().unwrap().clone();
    let named = kids.iter().map(|kid| {
        json!({"kty": "RSA", "use": "sig", "kid": kid, "n": key["n"], "e": key["e"], "endorsements": endorsements})
    });
    Json(json!({"keys": named.collect::<Vec<_>>()}))
}
