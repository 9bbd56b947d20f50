//! Signing in with an identity of AWS: the caller signs `sts:GetCallerIdentity`, AWS STS is asked whose signature that is,
//! and the principal that it names has a session here. `inbound/sign_in` calls it; `bellhop login` is the other side.
//!
//! The secret key of AWS never comes here. What does come could be shown to AWS by whoever holds it, so the signature
//! must also cover the name of this very server, must be fresh, and is taken once.

mod seen_signatures;
mod signed_request;

use std::time::Duration;

use iam::principal::Principal;
use secrecy::SecretString;
use store::{Refusal, Session, StoreError};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use self::seen_signatures::{NotTaken, SeenSignatures};
pub use self::signed_request::SignedRequest;
use self::signed_request::{CheckedRequest, TOLERANCE_MS};
use super::App;
use crate::config::{SignInSettings, StsHost};
use crate::credentials::{self, NoRandomness};
use crate::outbound::http::is_loopback;
use crate::outbound::sts::{CallerIdentity, Sts, StsError};

/// The header with the server's name, which the signature covers.
pub const SERVER_NAME_HEADER: &str = "x-bellhop-server";
/// A header with something that nobody signed before: two who log in within one second have two signatures.
pub const NONCE_HEADER: &str = "x-bellhop-nonce";
/// All of the body that is signed.
pub const GET_CALLER_IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
pub const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Each asks AWS STS something; strangers must not make this server ask without end.
const AT_ONCE_MAX: usize = 8;
/// How long a sign-in waits for its turn.
const WAITS: Duration = Duration::from_secs(5);

/// What signing in needs beside the rest of [`App`].
pub struct SignIn {
    enabled: bool,
    server_name: String,
    sts_hosts: Vec<StsHost>,
    session_ms: i64,
    sts: Sts,
    turns: Semaphore,
    seen: SeenSignatures,
}

impl SignIn {
    pub fn new(settings: &SignInSettings, server_name: String) -> reqwest::Result<Self> {
        Ok(Self {
            enabled: settings.enabled,
            server_name,
            sts_hosts: settings.sts_hosts.clone(),
            session_ms: i64::from(settings.session_minutes) * 60_000,
            sts: Sts::new()?,
            turns: Semaphore::new(AT_ONCE_MAX),
            seen: SeenSignatures::default(),
        })
    }
}

/// The credentials of a session, and whose it is. The secrets are shown this once.
#[derive(Debug)]
pub struct SignedIn {
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    pub session_token: SecretString,
    pub expires_at_ms: i64,
    pub principal_arn: String,
}

/// Why somebody could not sign in. The text is for them.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SignInError {
    #[error("nobody can sign in to this server with an identity of AWS: its settings have `sign_in.enabled = false`")]
    Disabled,
    /// Not a request that is ever taken.
    #[error("{0}")]
    Invalid(String),
    /// A good form, and still no.
    #[error("{0}")]
    Refused(String),
    #[error("too many sign in at this moment: try again")]
    Busy,
    #[error("AWS STS cannot be asked: {0}")]
    StsUnavailable(String),
    #[error("the server cannot sign anybody in at this moment: try again")]
    Store(#[from] StoreError),
    #[error("the server cannot sign anybody in at this moment: try again")]
    NoRandomness(#[from] NoRandomness),
}

/// What a server is called by those who log in to this URL: `host`, or `host:port` where the port is not the scheme's own.
/// Loopback addresses are all called `localhost`. `None`: the URL names no host.
pub fn server_name(url: &Url) -> Option<String> {
    let host = if is_loopback(url) { "localhost" } else { url.host_str()? };
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

impl App {
    pub async fn sign_in(&self, request: SignedRequest) -> Result<SignedIn, SignInError> {
        if !self.sign_in.enabled {
            return Err(SignInError::Disabled);
        }
        let _turn = self.turn().await?;
        let now_ms = self.clock.now_ms();
        let checked = CheckedRequest::check(request, &self.sign_in.server_name, &self.sign_in.sts_hosts, now_ms)?;
        self.sign_in.seen.take(&checked.signature, checked.date_ms, now_ms).map_err(|not_taken| match not_taken {
            NotTaken::Seen => used_before(),
            NotTaken::Full => SignInError::Busy,
        })?;
        let confirmed =
            self.sign_in.sts.caller_identity(&checked.endpoint, &checked.headers, GET_CALLER_IDENTITY).await;
        let opened = match confirmed {
            Ok(identity) => self.open_session_once(&checked, identity).await,
            Err(error) => Err(error.into()),
        };
        if opened.is_err() {
            // Nobody signed in with it, so it may come again; and strangers, whom AWS knows too, fill no memory.
            self.sign_in.seen.give_back(&checked.signature);
        }
        opened
    }

    /// This node has not seen the signature; another may have.
    async fn open_session_once(
        &self,
        checked: &CheckedRequest,
        identity: CallerIdentity,
    ) -> Result<SignedIn, SignInError> {
        let until_ms = checked.date_ms.saturating_add(TOLERANCE_MS).saturating_add(1);
        let name = format!("sign-in {}", checked.signature);
        if !self.store.take_turn(&name, until_ms, self.clock.now_ms()).await? {
            return Err(used_before());
        }
        let opened = self.open_session(identity).await;
        if opened.is_err() {
            self.store.end_turn(&name).await?;
        }
        opened
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, SignInError> {
        match tokio::time::timeout(WAITS, self.sign_in.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(SignInError::Busy),
        }
    }

    async fn open_session(&self, identity: CallerIdentity) -> Result<SignedIn, SignInError> {
        let unusable = || SignInError::StsUnavailable("its answer names no principal of an account".to_owned());
        let principal = Principal::of_arn(&identity.arn, &identity.user_id).ok_or_else(unusable)?;
        let account_id = identity.account.parse().map_err(|_| unusable())?;
        if principal.account_id != identity.account {
            return Err(unusable());
        }
        let not_served = || {
            let id = &principal.account_id;
            SignInError::Refused(format!(
                "account `{id}` is not one that this server serves: its operator creates it with \
                 `bellhop account create {id}` or enables it with `bellhop account enable {id}`"
            ))
        };
        // The clock again: STS took its time.
        let now_ms = self.clock.now_ms();
        if !self.store.account(&account_id).await?.is_some_and(|account| account.enabled) {
            return Err(not_served());
        }
        let session = Session {
            access_key_id: credentials::access_key_id(credentials::TEMPORARY)?,
            account_id,
            principal_arn: identity.arn,
            user_id: identity.user_id,
            secret_access_key: credentials::secret_access_key()?,
            session_token: credentials::session_token()?,
            created_at_ms: now_ms,
            expires_at_ms: now_ms.saturating_add(self.sign_in.session_ms),
        };
        match self.store.create_session(&session).await? {
            Ok(()) => {}
            Err(Refusal::LimitExceeded(max)) => {
                return Err(SignInError::Refused(format!(
                    "account `{}` has {max} sessions already: wait until some end, or revoke some with `bellhop session revoke`",
                    principal.account_id
                )));
            }
            Err(_) => return Err(not_served()),
        }
        tracing::info!(principal = session.principal_arn, access_key_id = session.access_key_id, "signed in");
        Ok(SignedIn {
            access_key_id: session.access_key_id,
            secret_access_key: session.secret_access_key,
            session_token: session.session_token,
            expires_at_ms: session.expires_at_ms,
            principal_arn: session.principal_arn,
        })
    }
}

impl From<StsError> for SignInError {
    fn from(error: StsError) -> Self {
        match error {
            StsError::Refused(code) => Self::Refused(format!(
                "AWS STS does not confirm who signed the request: `{code}`; are these credentials good, and of this region?"
            )),
            StsError::Unavailable(problem) => Self::StsUnavailable(problem),
        }
    }
}

fn used_before() -> SignInError {
    let reason = "this signed request was used before: each signs in once; run `bellhop login` again";
    SignInError::Refused(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_called_by_its_host_and_an_unusual_port() {
        for (url, name) in [
            ("https://bellhop.example.com", "bellhop.example.com"),
            ("https://BELLHOP.example.com:443/prefix/", "bellhop.example.com"),
            ("https://bellhop.example.com:8443", "bellhop.example.com:8443"),
            ("http://127.0.0.1:4750", "localhost:4750"),
            ("http://[::1]:4750/", "localhost:4750"),
            ("http://localhost:4750/", "localhost:4750"),
            ("https://user@bellhop.example.com/", "bellhop.example.com"),
        ] {
            assert_eq!(server_name(&Url::parse(url).unwrap()).as_deref(), Some(name), "{url}");
        }
    }
}
