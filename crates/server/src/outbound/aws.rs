//! Amazon Web Services: the one way in which Bellhop calls them. Two doors to one engine, by who signs: [`AwsClient`] takes
//! what a role lent and nothing else, so that no command can run as the server; [`OwnClient`] signs with the server's own
//! credentials, for what the server itself needs (SNS, SQS, CloudWatch, STS).
//!
//! What is called and how it is written is `awscall`'s; signing is AWS's crate. Nothing here decides who may call what, and
//! nothing reads the environment: [`AwsEnvironment`] was read once.

mod checksum;
mod credentials;
mod error;
mod exchange;
pub mod managed_policies;
mod retry;
mod run;
mod sign;
pub mod sts;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use aws_credential_types::Credentials;
use awscall::call::Call;
use awscall::endpoint::Place;
use serde_json::{Map, Value};

use self::credentials::OwnCredentials;
use self::exchange::Exchange;
use self::retry::RetryQuota;
use super::http::HttpClient;
use crate::clock::SharedClock;
use crate::config::AwsEnvironment;
use crate::random::Random;

pub use credentials::CommandCredentials;
pub use error::AwsError;
pub use run::Ran;

/// Longer than any deadline of ours: the deadline of a call ends it.
const HTTP_TIMEOUT: Duration = Duration::from_mins(20);
/// As the SDKs' standard mode.
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.
const ATTEMPTS: u32 = 3;
const DEADLINE: Duration = Duration::from_secs(20);
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What one call may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How often it is tried in all; three times, or as `AWS_MAX_ATTEMPTS` says, unless set. With 1, nothing that may have
    /// happened is asked for twice: only where AWS says that it refused the request for its date or its region is it sent
    /// again.
    pub attempts: Option<u32>,
    /// From its beginning to its answer, all attempts and the waits between them.
    pub deadline: Duration,
    pub answer_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { attempts: None, deadline: DEADLINE, answer_bytes_max: ANSWER_BYTES_MAX }
    }
}

impl Limits {
    /// One try, for what must not happen twice.
    #[must_use]
    pub fn once(self) -> Self {
        Self { attempts: Some(1), ..self }
    }

    #[must_use]
    pub fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }
}

/// A call of an operation that the models are known to have. `input` is an object of its members.
pub fn call_of(service: &str, operation: &str, input: Value) -> Result<Call, AwsError> {
    let Value::Object(input) = input else {
        return Err(AwsError::NotSent(format!("{operation} takes an object")));
    };
    let call = Call::of(service, operation, input);
    call.ok_or_else(|| AwsError::NotSent(format!("the models have no {operation} of {service}")))
}

/// What all calls share.
struct Engine {
    http: HttpClient,
    clock: SharedClock,
    random: Random,
    environment: AwsEnvironment,
    quota: RetryQuota,
    /// How far AWS's clock is ahead of ours, once it refused us for it.
    skew_ms: AtomicI64,
}

/// Both doors of one engine.
pub fn connect(environment: AwsEnvironment, clock: SharedClock, seed: u64) -> reqwest::Result<(AwsClient, OwnClient)> {
    let own = OwnCredentials::new(environment.credentials.clone(), environment.region.clone(), clock.clone());
    let engine = Arc::new(Engine {
        http: HttpClient::new(HTTP_TIMEOUT)?,
        clock,
        random: Random::from_seed(seed),
        environment,
        quota: RetryQuota::default(),
        skew_ms: AtomicI64::new(0),
    });
    Ok((AwsClient { engine: engine.clone() }, OwnClient { engine, own: Arc::new(own) }))
}

/// Calls AWS as a role. There is no way to the server's own credentials from here.
#[derive(Clone)]
pub struct AwsClient {
    engine: Arc<Engine>,
}

impl AwsClient {
    /// One call: its output by the model's names.
    pub async fn call(
        &self,
        call: &Call,
        credentials: &CommandCredentials,
        region: &str,
        limits: &Limits,
    ) -> Result<Map<String, Value>, AwsError> {
        let place = self.engine.place(call, region);
        self.engine.call(call, &credentials.credentials, place, limits).await
    }
}

/// Calls AWS as the server itself.
#[derive(Clone)]
pub struct OwnClient {
    engine: Arc<Engine>,
    own: Arc<OwnCredentials>,
}

impl OwnClient {
    /// The same with other credentials of the server's, which its settings name.
    #[must_use]
    pub fn with(&self, credentials: Credentials) -> Self {
        let own = OwnCredentials::new(Some(credentials), None, self.engine.clock.clone());
        Self { engine: self.engine.clone(), own: Arc::new(own) }
    }

    pub async fn call(&self, call: &Call, region: &str, limits: &Limits) -> Result<Map<String, Value>, AwsError> {
        self.call_at(call, region, None, limits).await
    }

    /// At an endpoint of its own, unless the environment names one.
    pub async fn call_at(
        &self,
        call: &Call,
        region: &str,
        endpoint: Option<&str>,
        limits: &Limits,
    ) -> Result<Map<String, Value>, AwsError> {
        let mut place = self.engine.place(call, region);
        place.endpoint = place.endpoint.or_else(|| endpoint.map(str::to_owned));
        let credentials = match tokio::time::timeout(limits.deadline, self.own.get()).await {
            Ok(credentials) => credentials?,
            Err(_) => return Err(AwsError::NotSent("nobody answers for AWS credentials".to_owned())),
        };
        self.engine.call(call, &credentials, place, limits).await
    }

    /// Whether there are credentials at this moment.
    pub async fn has_credentials(&self) -> bool {
        self.own.get().await.is_ok()
    }

    /// A region as the settings name it, or the environment's.
    pub async fn region(&self, named: Option<&str>) -> Result<String, AwsError> {
        let none = || AwsError::NotSent("there is no region: set AWS_REGION".to_owned());
        match named {
            Some(region) => Ok(region.to_owned()),
            None => self.own.default_region().await.ok_or_else(none),
        }
    }
}

impl Engine {
    fn place(&self, call: &Call, region: &str) -> Place {
        Place {
            region: region.to_owned(),
            endpoint: self.environment.endpoint(call.service.id).map(str::to_owned),
            fips: self.environment.fips,
            dual_stack: self.environment.dual_stack,
        }
    }

    async fn call(
        &self,
        call: &Call,
        credentials: &Credentials,
        place: Place,
        limits: &Limits,
    ) -> Result<Map<String, Value>, AwsError> {
        let attempts = limits.attempts.or(self.environment.attempts_max).unwrap_or(ATTEMPTS);
        let mut exchange = Exchange::new(self, call, credentials, place, *limits, attempts)?;
        // Boxed, so that whoever calls AWS is not as large as an HTTP request.
        match tokio::time::timeout(limits.deadline, Box::pin(exchange.run())).await {
            Ok(ended) => ended,
            Err(_) => Err(exchange.ran_out()),
        }
    }
}
