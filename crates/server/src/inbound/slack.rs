//! `POST /slack/events`, `/slack/commands`, `/slack/interactivity`: where Slack tells what people say and press.
//!
//! 200 is said only when the event is committed, and always within seconds: the answer in chat comes later, from a worker.
//! Slack repeats an event that was not answered 200, three times (a command or a press never: it shows the person an error), and
//! stops telling anything to an app that answers too few: so what may mend itself is 503, what never will be of use to anybody is 200 and counted, and what Slack cannot
//! have sent is 401, 400 or 413. Nothing reaches `app` that a signing secret of the settings did not sign.
//! Source: <https://docs.slack.dev/apis/events-api#errors>.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::conversation::slack::{self, Envelope, Malformed, Payload, PayloadKind};
use domain::slack_request::{NotVerified, SlackRequest, Verified};

use super::body::{self, BodyError};
use crate::app::{Heard, SharedApp};
use crate::metrics::{SlackDoor, SlackOutcome};

/// A message of Slack has 40,000 characters, a view 250 kB with its state; both are escaped, in a form once more. Assumed.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Slack gives up after three seconds. A store that takes longer than this is away, and Slack comes again.
/// Source: <https://docs.slack.dev/apis/events-api#responding>.
const COMMITTED_WITHIN_MS: i64 = 2000;
/// Tells Slack not to repeat what will be refused again. Source: <https://docs.slack.dev/apis/events-api#retries>.
const NO_RETRY: (&str, &str) = ("x-slack-no-retry", "1");

/// What Slack is told that was taken: nothing, or its own challenge.
struct Taken {
    outcome: SlackOutcome,
    said: String,
}

/// Why a request was not taken: its outcome for the metrics, its status, and a sentence for the sender and the log.
struct Refusal {
    outcome: SlackOutcome,
    status: StatusCode,
    reason: String,
}

pub async fn events(State(app): State<SharedApp>, headers: HeaderMap, body: Body) -> Response {
    receive(&app, PayloadKind::Event, &headers, body).await
}

pub async fn commands(State(app): State<SharedApp>, headers: HeaderMap, body: Body) -> Response {
    receive(&app, PayloadKind::Command, &headers, body).await
}

pub async fn interactivity(State(app): State<SharedApp>, headers: HeaderMap, body: Body) -> Response {
    receive(&app, PayloadKind::Interaction, &headers, body).await
}

async fn receive(app: &SharedApp, kind: PayloadKind, headers: &HeaderMap, body: Body) -> Response {
    let door = door(kind);
    match take(app, kind, headers, body).await {
        Ok(Taken { outcome, said }) => {
            app.metrics.slack_request(door, outcome);
            said.into_response()
        }
        Err(Refusal { outcome, status, reason }) => {
            app.metrics.slack_request(door, outcome);
            let door = door.as_str();
            tracing::warn!(door, outcome = outcome.as_str(), reason, "a request to /slack was not taken");
            let response = (status, format!("{reason}\n"));
            // A secret or a clock of ours may be put right until Slack comes again, and so may the store.
            match outcome {
                SlackOutcome::Unverified | SlackOutcome::Unavailable => response.into_response(),
                _ => ([NO_RETRY], response).into_response(),
            }
        }
    }
}

async fn take(app: &SharedApp, kind: PayloadKind, headers: &HeaderMap, body: Body) -> Result<Taken, Refusal> {
    let body = body::read(body, BODY_BYTES_MAX, app.clock.as_ref()).await?;
    let verified = app.verify_slack(SlackRequest {
        timestamp: only(headers, "x-slack-request-timestamp"),
        signature: only(headers, "x-slack-signature"),
        body: &body,
    })?;
    if let Some(number) = only(headers, "x-slack-retry-num") {
        let reason = only(headers, "x-slack-retry-reason");
        app.metrics.slack_repeat(reason);
        tracing::info!(door = door(kind).as_str(), number, reason, "Slack repeats itself");
    }
    let taken = |outcome| Ok(Taken { outcome, said: String::new() });
    match slack::of_http(kind, verified.body())? {
        Payload::Challenge(said) => Ok(Taken { outcome: SlackOutcome::Checked, said }),
        Payload::CertificateCheck => taken(SlackOutcome::Checked),
        Payload::RateLimited { app_id, team_id } => {
            is_of_the_app(&verified, &app_id)?;
            tracing::warn!(app_id, team_id, "Slack keeps events of this workspace to itself: there were too many");
            taken(SlackOutcome::RateLimited)
        }
        Payload::Envelope(envelope) => {
            is_of_the_app(&verified, &envelope.app_id)?;
            taken(hear(app, kind, &envelope).await?)
        }
    }
}

async fn hear(app: &SharedApp, kind: PayloadKind, envelope: &Envelope) -> Result<SlackOutcome, Refusal> {
    let away = |reason: &dyn ToString| refusal(SlackOutcome::Unavailable, StatusCode::SERVICE_UNAVAILABLE, reason);
    let too_late = app.clock.sleep_until_ms(app.clock.now_ms().saturating_add(COMMITTED_WITHIN_MS));
    let heard = tokio::select! {
        biased;
        heard = app.hear_slack(kind, envelope) => heard.map_err(|error| {
            tracing::error!(%error, "Slack is told to come again");
            away(&"the store is unavailable")
        })?,
        // What is committed all the same is a repeat when Slack comes again.
        () = too_late => return Err(away(&"the store takes too long")),
    };
    Ok(match heard {
        Heard::New => SlackOutcome::Heard,
        Heard::Repeated => SlackOutcome::Repeated,
        Heard::Foreign => {
            let Envelope { app_id, team_id, .. } = envelope;
            tracing::info!(
                app_id,
                team_id,
                "what a workspace says that no account authorised with this app is forgotten"
            );
            SlackOutcome::Foreign
        }
    })
}

/// Slack signs with the secret of the app that it speaks to. Who knows one app's secret speaks for no other.
fn is_of_the_app(verified: &Verified, app_id: &str) -> Result<(), Refusal> {
    if verified.app_id() == app_id {
        return Ok(());
    }
    let reason = format!("the request was signed by the secret of `{}` and is of another app", verified.app_id());
    Err(refusal(SlackOutcome::OtherApp, StatusCode::UNAUTHORIZED, &reason))
}

fn door(kind: PayloadKind) -> SlackDoor {
    match kind {
        PayloadKind::Event => SlackDoor::Events,
        PayloadKind::Command => SlackDoor::Commands,
        PayloadKind::Interaction => SlackDoor::Interactivity,
    }
}

/// The value of a header that comes once: of two, a proxy may have looked at the other.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

fn refusal(outcome: SlackOutcome, status: StatusCode, reason: &dyn ToString) -> Refusal {
    Refusal { outcome, status, reason: reason.to_string() }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => {
                let reason = "the body is larger than any payload of Slack";
                refusal(SlackOutcome::TooLarge, StatusCode::PAYLOAD_TOO_LARGE, &reason)
            }
            BodyError::TooSlow => {
                refusal(SlackOutcome::Malformed, StatusCode::REQUEST_TIMEOUT, &"the body did not arrive in time")
            }
            BodyError::Aborted | BodyError::Broken => {
                refusal(SlackOutcome::Malformed, StatusCode::BAD_REQUEST, &"the body was cut off")
            }
        }
    }
}

impl From<NotVerified> for Refusal {
    fn from(not_verified: NotVerified) -> Self {
        match not_verified {
            // Well signed, and no payload.
            NotVerified::NotText => refusal(SlackOutcome::Malformed, StatusCode::BAD_REQUEST, &not_verified),
            _ => refusal(SlackOutcome::Unverified, StatusCode::UNAUTHORIZED, &not_verified),
        }
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        refusal(SlackOutcome::Malformed, StatusCode::BAD_REQUEST, &malformed)
    }
}
