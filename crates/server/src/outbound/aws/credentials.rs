//! Who signs. A role's credentials, which AWS STS alone gives ([`super::sts`]); and the server's own, of AWS's standard
//! environment, which this folder never hands out.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use tokio::sync::{Mutex, OnceCell};

use super::error::AwsError;
use crate::clock::SharedClock;

/// Credentials that end are asked for again so long before. Source: the SDKs renew five minutes before at the earliest.
const RENEW_BEFORE_MS: i64 = 5 * 60 * 1000;
/// Others may have been changed meanwhile, in a file.
const KEEP_MS: i64 = 15 * 60 * 1000;
/// A machine outside AWS has nobody who answers for its credentials.
const LOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// What a role lent for a while: to a command, bound by guardrails and the deny list, or to a picture of metrics. Made by [`Sts::assume_role`](super::sts::Sts::assume_role) of what AWS STS answered, and by
/// nothing else: whoever holds one cannot be holding the server's own key.
#[derive(Clone)]
pub struct CommandCredentials {
    pub(super) credentials: Credentials,
    pub(super) expires_at_ms: i64,
    pub(super) assumed_role_arn: String,
}

impl CommandCredentials {
    /// When AWS takes them no more.
    pub fn expires_at_ms(&self) -> i64 {
        self.expires_at_ms
    }

    /// `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`.
    pub fn assumed_role_arn(&self) -> &str {
        &self.assumed_role_arn
    }

    pub fn access_key_id(&self) -> &str {
        self.credentials.access_key_id()
    }
}

/// Without the secrets.
impl fmt::Debug for CommandCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandCredentials")
            .field("assumed_role_arn", &self.assumed_role_arn)
            .field("expires_at_ms", &self.expires_at_ms)
            .finish_non_exhaustive()
    }
}

/// The server's own credentials: those that the settings were given, or what AWS's standard environment has.
pub(super) struct OwnCredentials {
    fixed: Option<Credentials>,
    region: Option<String>,
    clock: SharedClock,
    environment: OnceCell<SdkConfig>,
    /// With when to ask again. Whoever asks while another does waits for that one's answer.
    kept: Mutex<Option<(Credentials, i64)>>,
    default_region: OnceCell<Option<String>>,
}

impl OwnCredentials {
    pub(super) fn new(fixed: Option<Credentials>, region: Option<String>, clock: SharedClock) -> Self {
        let (environment, kept, default_region) = (OnceCell::new(), Mutex::new(None), OnceCell::new());
        Self { fixed, region, clock, environment, kept, default_region }
    }

    pub(super) async fn get(&self) -> Result<Credentials, AwsError> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.clone());
        }
        let mut kept = self.kept.lock().await;
        let now_ms = self.clock.now_ms();
        if let Some((credentials, until_ms)) = kept.as_ref()
            && now_ms < *until_ms
        {
            return Ok(credentials.clone());
        }
        let found = tokio::time::timeout(LOOK_TIMEOUT, self.look()).await;
        let found = found.map_err(|_| AwsError::NotSent("nobody answers for AWS credentials".to_owned()))??;
        let ends_ms = found.expiry().map_or(i64::MAX, ms).saturating_sub(RENEW_BEFORE_MS);
        *kept = Some((found.clone(), ends_ms.min(now_ms.saturating_add(KEEP_MS))));
        Ok(found)
    }

    async fn look(&self) -> Result<Credentials, AwsError> {
        let missing = |why: String| {
            AwsError::NotSent(format!(
                "there are no AWS credentials ({why}): whoever runs Bellhop sets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or gives its machine a role"
            ))
        };
        let provider = self.environment().await.credentials_provider();
        let provider = provider.ok_or_else(|| missing("the environment names none".to_owned()))?;
        provider.provide_credentials().await.map_err(|error| missing(error.to_string()))
    }

    /// Where the server's own calls go that name no region: the environment's, the profile's, the machine's.
    pub(super) async fn default_region(&self) -> Option<String> {
        if let Some(region) = &self.region {
            return Some(region.clone());
        }
        let looked = self.default_region.get_or_init(async || {
            let found = match self.environment().await.region().cloned() {
                Some(region) => Some(region),
                None => tokio::time::timeout(LOOK_TIMEOUT, machines_region()).await.ok().flatten(),
            };
            found.map(|region| region.to_string())
        });
        looked.await.clone()
    }

    /// No metadata service is asked for a region: what credentials are found with needs one of the settings at most.
    async fn environment(&self) -> &SdkConfig {
        self.environment
            .get_or_init(async || {
                let named = RegionProviderChain::first_try(self.region.clone().map(Region::new));
                let region = named.or_else(ProfileFileRegionProvider::new());
                aws_config::defaults(BehaviorVersion::latest()).region(region).load().await
            })
            .await
    }
}

async fn machines_region() -> Option<Region> {
    aws_config::default_provider::region::DefaultRegionChain::builder().build().region().await
}

fn ms(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
