//! `POST /sns`: where Amazon SNS delivers.
//!
//! 200 is said only when the rows are committed, or the subscription is confirmed. SNS tries again after a 5xx and gives
//! up on a 4xx: so what may mend itself is 503, and what never will be taken is 403, 404, 400 or 413.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::sns_message::{Kind, MESSAGE_BYTES_MAX, Malformed, SnsHeaders, SnsMessage};
use tracing::Instrument as _;

use super::body::{self, BodyError};
use crate::app::{Accepted, NotAccepted, RefusedAt, SharedApp};
use crate::metrics::SnsOutcome;
use crate::traces;

/// A message of 256 KiB grows in its JSON envelope, at most to six bytes a character (`\u0000`), and has members beside it.
const BODY_BYTES_MAX: usize = MESSAGE_BYTES_MAX * 6 + 32 * 1024;

/// SNS signs envelopes only, so anybody could have sent a raw message.
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html>.
const RAW_IS_NOT_SIGNED: &str = "Amazon SNS does not sign raw messages, so this one cannot be verified: switch raw message \
    delivery of the subscription off (`RawMessageDelivery` = `false`), or subscribe an Amazon SQS queue and list it in \
    `ingest.sqs`";

/// Why a request was not taken: its outcome for the metrics, its status, and a sentence for the sender and the log.
struct Refusal {
    outcome: SnsOutcome,
    status: StatusCode,
    reason: String,
}

pub async fn receive(
    State(app): State<SharedApp>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // What was read, for the ledger of what is refused.
    let mut read = Bytes::new();
    match take(&app, &headers, body, &mut read).await {
        Ok(outcome) => {
            app.metrics.sns_message(outcome);
            StatusCode::OK.into_response()
        }
        Err(Refusal { outcome, status, reason }) => {
            app.metrics.sns_message(outcome);
            let topic_arn =
                header(&headers, "x-amz-sns-topic-arn").map(|arn| arn.chars().take(256).collect::<String>());
            tracing::warn!(?outcome, status = status.as_u16(), reason, topic_arn, "a request to /sns was not taken");
            // What SNS brings again is not refused.
            if outcome != SnsOutcome::Unavailable {
                app.record_refused(RefusedAt {
                    outcome: outcome.as_str(),
                    source: &client(&app, peer, &headers),
                    topic_arn: topic_arn.as_deref(),
                    message_id: header(&headers, "x-amz-sns-message-id"),
                    reason: &reason,
                    body: &read,
                });
            }
            (status, format!("{reason}\n")).into_response()
        }
    }
}

async fn take(app: &SharedApp, headers: &HeaderMap, body: Body, read: &mut Bytes) -> Result<SnsOutcome, Refusal> {
    let body = body::read(body, BODY_BYTES_MAX, app.clock.as_ref()).await?;
    read.clone_from(&body);
    let message = SnsMessage::parse(&body).map_err(|malformed| not_a_message(malformed, headers, &body))?;
    message.agrees_with(SnsHeaders {
        message_type: header(headers, "x-amz-sns-message-type"),
        message_id: header(headers, "x-amz-sns-message-id"),
        topic_arn: header(headers, "x-amz-sns-topic-arn"),
    })?;
    let message = app.verify(message).await?;
    match message.kind {
        Kind::Notification => {
            let span = traces::sns_accept(&message, header(headers, "x-amzn-trace-id"));
            match app.accept(&message, text(&body)).instrument(span).await? {
                Accepted::New { .. } => Ok(SnsOutcome::Accepted),
                Accepted::Repeated => Ok(SnsOutcome::Repeated),
            }
        }
        Kind::SubscriptionConfirmation => {
            app.confirm_subscription(&message).await?;
            Ok(SnsOutcome::Confirmed)
        }
        Kind::UnsubscribeConfirmation => {
            app.subscription_ended(&message).await?;
            Ok(SnsOutcome::Unsubscribed)
        }
    }
}

/// Raw delivery is known by its header. Else a body over 256 KiB that is no envelope is too large before it is anything else.
fn not_a_message(malformed: Malformed, headers: &HeaderMap, body: &Bytes) -> Refusal {
    if header(headers, "x-amz-sns-rawdelivery").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return refusal(SnsOutcome::BadSignature, StatusCode::FORBIDDEN, &RAW_IS_NOT_SIGNED);
    }
    if body.len() > MESSAGE_BYTES_MAX { Malformed::TooLarge { bytes: body.len() }.into() } else { malformed.into() }
}

/// It was parsed as JSON, so it is UTF-8 and nothing is replaced.
fn text(body: &Bytes) -> String {
    String::from_utf8_lossy(body).into_owned()
}

/// The address that a request came from, seen through trusted proxies.
fn client(app: &SharedApp, peer: SocketAddr, headers: &HeaderMap) -> String {
    let lists = headers.get_all("x-forwarded-for").iter().map(|list| list.to_str().unwrap_or_default());
    let hops: Vec<&str> = lists.flat_map(|list| list.split(',')).collect();
    app.client_address(peer.ip(), hops.into_iter()).to_string()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn refusal(outcome: SnsOutcome, status: StatusCode, reason: &dyn ToString) -> Refusal {
    Refusal { outcome, status, reason: reason.to_string() }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => {
                refusal(SnsOutcome::TooLarge, StatusCode::PAYLOAD_TOO_LARGE, &"the body is larger than any SNS message")
            }
            BodyError::TooSlow => {
                refusal(SnsOutcome::Malformed, StatusCode::REQUEST_TIMEOUT, &"the body did not arrive in time")
            }
            BodyError::Aborted | BodyError::Broken => {
                refusal(SnsOutcome::Malformed, StatusCode::BAD_REQUEST, &"the body was cut off")
            }
        }
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::TooLarge { .. } => refusal(SnsOutcome::TooLarge, StatusCode::PAYLOAD_TOO_LARGE, &malformed),
            _ => refusal(SnsOutcome::Malformed, StatusCode::BAD_REQUEST, &malformed),
        }
    }
}

impl From<NotAccepted> for Refusal {
    fn from(not_accepted: NotAccepted) -> Self {
        if let NotAccepted::Store(error) = &not_accepted {
            tracing::error!(%error, "SNS is told to come again");
        }
        let (outcome, status) = match &not_accepted {
            NotAccepted::UntrustedUrl(_) | NotAccepted::BadSignature(_) | NotAccepted::CertificateUnusable(_) => {
                (SnsOutcome::BadSignature, StatusCode::FORBIDDEN)
            }
            NotAccepted::UnknownTopic(_) => (SnsOutcome::UnknownTopic, StatusCode::NOT_FOUND),
            NotAccepted::CertificateUnreachable(_) | NotAccepted::NotConfirmed(_) | NotAccepted::Store(_) => {
                (SnsOutcome::Unavailable, StatusCode::SERVICE_UNAVAILABLE)
            }
        };
        refusal(outcome, status, &not_accepted)
    }
}
