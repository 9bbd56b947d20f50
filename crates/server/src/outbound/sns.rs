//! Amazon SNS: subscribe, unsubscribe, look. And the confirmation, which is a plain GET. `app::topic_subscriptions` calls it.

#![expect(clippy::indexing_slicing, reason = "members of JSON objects that are made here")]

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::aws::{AwsError, Limits, OwnClient, call_of};
use super::http::{self, HttpClient};

const CALL_TIMEOUT: Duration = Duration::from_secs(20);
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(10);
const CONFIRMATION_BYTES_MAX: usize = 64 * 1024;

/// How long SNS goes on trying an endpoint that is away or answers 503. Of itself it would for a minute (three retries, 20 s
/// apart); with this for half an hour and more: five retries after 1 s, ten up to 60 s apart, thirty-five 60 s apart. All may be
/// an hour at most.
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html>.
const DELIVERY_POLICY: &str = r#"{"healthyRetryPolicy":{"minDelayTarget":1,"maxDelayTarget":60,"numRetries":50,"numNoDelayRetries":0,"numMinDelayRetries":5,"numMaxDelayRetries":35,"backoffFunction":"exponential"}}"#;

/// What SNS says of a subscription that Bellhop believes in.
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
    aws: OwnClient,
}

impl Sns {
    pub fn new(aws: OwnClient) -> reqwest::Result<Self> {
        Ok(Self { http: HttpClient::new(CONFIRM_TIMEOUT)?, aws })
    }

    /// Whether AWS's standard environment has credentials at this moment.
    pub async fn has_credentials(&self) -> bool {
        self.aws.has_credentials().await
    }

    /// Asks for a subscription of `endpoint`, to which SNS sends a `SubscriptionConfirmation`. Answers the subscription's
    /// ARN if it was confirmed before: then nothing is sent.
    pub async fn subscribe(&self, topic_arn: &str, region: &str, endpoint: &Url) -> Result<Option<String>, SnsError> {
        let plain = json!({ "TopicArn": topic_arn, "Protocol": endpoint.scheme(), "Endpoint": endpoint.as_str() });
        let mut patient = plain.clone();
        patient["Attributes"] = json!({ "DeliveryPolicy": DELIVERY_POLICY });
        let answer = match self.call("Subscribe", region, patient).await {
            // Somebody subscribed it before, with a policy of their own: that stands.
            Err(error) if error.to_string().contains("already exists with different attributes") => {
                self.call("Subscribe", region, plain).await
            }
            answer => answer,
        };
        // Else it reads "pending confirmation".
        let answer = answer.map_err(|error| SnsError(error.to_string()))?;
        let arn = answer.get("SubscriptionArn").and_then(Value::as_str);
        Ok(arn.filter(|arn| arn.starts_with("arn:")).map(str::to_owned))
    }

    pub async fn unsubscribe(&self, subscription_arn: &str, region: &str) -> Result<(), SnsError> {
        let answer = self.call("Unsubscribe", region, json!({ "SubscriptionArn": subscription_arn })).await;
        answer.map(|_| ()).map_err(|error| SnsError(error.to_string()))
    }

    /// Whether a subscription is still there.
    pub async fn look(&self, subscription_arn: &str, region: &str) -> Result<Subscribed, SnsError> {
        let asked = json!({ "SubscriptionArn": subscription_arn });
        match self.call("GetSubscriptionAttributes", region, asked).await {
            Ok(_) => Ok(Subscribed::Yes),
            Err(error) if matches!(error.code(), Some("NotFound" | "NotFoundException")) => Ok(Subscribed::Gone),
            Err(error) => Err(SnsError(error.to_string())),
        }
    }

    async fn call(&self, operation: &str, region: &str, input: Value) -> Result<Map<String, Value>, AwsError> {
        let call = call_of("sns", operation, input)?;
        self.aws.call(&call, region, &Limits::default().within(CALL_TIMEOUT)).await
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
