//! Amazon SNS through AWS's own SDK: subscribe, unsubscribe, look. And the confirmation, which is a plain GET.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sns::Client;
use aws_sdk_sns::config::ProvideCredentials as _;
use aws_sdk_sns::error::{DisplayErrorContext, ProvideErrorMetadata as _};
use reqwest::Method;
use tokio::sync::OnceCell;
use url::Url;

use super::http::{self, HttpClient};

const CALL_TIMEOUT: Duration = Duration::from_secs(20);
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(10);
const CONFIRMATION_BYTES_MAX: usize = 64 * 1024;

/// What SNS says of a subscription that Bellhop believes in.
/// How long SNS goes on trying an endpoint that is away or answers 503. Of itself it would for a minute (three retries, 20 s
/// apart); with this for half an hour and more: five retries after 1 s, ten up to 60 s apart, thirty-five 60 s apart. All may be
/// an hour at most.
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html>.
const DELIVERY_POLICY: &str = r#"{"healthyRetryPolicy":{"minDelayTarget":1,"maxDelayTarget":60,"numRetries":50,"numNoDelayRetries":0,"numMinDelayRetries":5,"numMaxDelayRetries":35,"backoffFunction":"exponential"}}"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscribed {
    Yes,
    Gone,
}

/// A call that did not succeed, in a sentence for the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct SnsError(pub String);

pub struct Sns {
    http: HttpClient,
    config: OnceCell<SdkConfig>,
}

impl Sns {
    pub fn new() -> reqwest::Result<Self> {
        Ok(Self { http: HttpClient::new(CONFIRM_TIMEOUT)?, config: OnceCell::new() })
    }

    /// Whether AWS's standard environment has credentials at this moment.
    pub async fn has_credentials(&self) -> bool {
        let Some(provider) = self.config().await.credentials_provider() else {
            return false;
        };
        matches!(tokio::time::timeout(CALL_TIMEOUT, provider.provide_credentials()).await, Ok(Ok(_)))
    }

    /// Asks for a subscription of `endpoint`, to which SNS sends a `SubscriptionConfirmation`. Answers the subscription's
    /// ARN if it was confirmed before: then nothing is sent.
    pub async fn subscribe(&self, topic_arn: &str, region: &str, endpoint: &Url) -> Result<Option<String>, SnsError> {
        let call = self
            .client(region)
            .await
            .subscribe()
            .topic_arn(topic_arn)
            .protocol(endpoint.scheme())
            .endpoint(endpoint.as_str());
        let answer = match bounded(call.clone().attributes("DeliveryPolicy", DELIVERY_POLICY).send()).await {
            // Somebody subscribed it before, with a policy of their own: that stands.
            Err(SnsError(reason)) if reason.contains("already exists with different attributes") => {
                bounded(call.send()).await?
            }
            answer => answer?,
        };
        // Else it reads "pending confirmation".
        Ok(answer.subscription_arn.filter(|arn| arn.starts_with("arn:")))
    }

    pub async fn unsubscribe(&self, subscription_arn: &str, region: &str) -> Result<(), SnsError> {
        let call = self.client(region).await.unsubscribe().subscription_arn(subscription_arn);
        bounded(call.send()).await.map(|_| ())
    }

    /// Whether a subscription is still there.
    pub async fn look(&self, subscription_arn: &str, region: &str) -> Result<Subscribed, SnsError> {
        let call = self.client(region).await.get_subscription_attributes().subscription_arn(subscription_arn);
        match tokio::time::timeout(CALL_TIMEOUT, call.send()).await {
            Err(_) => Err(SnsError("SNS did not answer in time".to_owned())),
            Ok(Ok(_)) => Ok(Subscribed::Yes),
            Ok(Err(error)) if matches!(error.code(), Some("NotFound" | "NotFoundException")) => Ok(Subscribed::Gone),
            Ok(Err(error)) => Err(SnsError(DisplayErrorContext(error).to_string())),
        }
    }

    /// Visits a `SubscribeURL` that was checked before, and answers the subscription's ARN if SNS names it.
    pub async fn confirm(&self, subscribe_url: &Url) -> Result<Option<String>, SnsError> {
        let failed = |error: http::ExchangeError| SnsError(format!("`SubscribeURL`: {error}"));
        let response =
            self.http.request(Method::GET, subscribe_url.clone()).send().await.map_err(|error| failed(error.into()))?;
        let status = response.status();
        let body = http::body(response, CONFIRMATION_BYTES_MAX).await.map_err(failed)?;
        if !status.is_success() {
            return Err(SnsError(format!("`SubscribeURL` answered HTTP {}", status.as_u16())));
        }
        Ok(subscription_arn(&String::from_utf8_lossy(&body)))
    }

    async fn client(&self, region: &str) -> Client {
        let config = aws_sdk_sns::config::Builder::from(self.config().await).region(Region::new(region.to_owned()));
        Client::from_conf(config.build())
    }

    async fn config(&self) -> &SdkConfig {
        self.config.get_or_init(|| aws_config::load_defaults(BehaviorVersion::latest())).await
    }
}

async fn bounded<T, E>(call: impl Future<Output = Result<T, E>>) -> Result<T, SnsError>
where
    E: std::error::Error,
{
    match tokio::time::timeout(CALL_TIMEOUT, call).await {
        Err(_) => Err(SnsError("SNS did not answer in time".to_owned())),
        Ok(answer) => answer.map_err(|error| SnsError(DisplayErrorContext(error).to_string())),
    }
}

/// From `<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>…`.
fn subscription_arn(xml: &str) -> Option<String> {
    let (_, rest) = xml.split_once("<SubscriptionArn>")?;
    let (arn, _) = rest.split_once("</SubscriptionArn>")?;
    let arn = arn.trim();
    (arn.starts_with("arn:") && arn.len() <= 1024).then(|| arn.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_confirmation_names_the_subscription() {
        let xml = "<ConfirmSubscriptionResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><ConfirmSubscriptionResult>\
                   <SubscriptionArn>arn:aws:sns:us-east-1:000000000000:t:526ca8a3</SubscriptionArn></ConfirmSubscriptionResult>";
        assert_eq!(subscription_arn(xml).as_deref(), Some("arn:aws:sns:us-east-1:000000000000:t:526ca8a3"));
        assert_eq!(subscription_arn("<SubscriptionArn>pending confirmation</SubscriptionArn>"), None);
        assert_eq!(subscription_arn("<html>"), None);
    }
}
