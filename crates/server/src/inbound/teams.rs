//! `POST /teams/messages`: where the Bot Framework brings what people of Microsoft Teams say and press.
//!
//! 200 is said only when the activity is committed; the answer in chat is the worker's. Nothing is believed before its token
//! (`domain::teams_token`), and nothing without one is ever kept. What may mend itself is 503, what never will be taken is 401, 403,
//! 400 or 413.
//!
//! A token is for a bot and a service URL, not for a body: it has no digest of what it came with. Whoever holds one of Microsoft's that
//! is still good could bring another activity in its name; that nobody else gets to hold one is what https is for. Of the
//! body only the service URL and the channel are held to the token, and the tenant to the settings.
//!
//! Source: <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot>.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, http};
use domain::conversation::teams::{CARD_ACTION, Envelope};
use domain::teams_token::Verified;
use serde_json::json;

use super::body::{self, BodyError};
use crate::app::{Heard, NotHeardTeams, SharedApp};
use crate::metrics::TeamsOutcome;

/// A message of Teams has 28 KiB at most; quotes and attachments come on top.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The Bot Framework gives up after 15 seconds, of which fetching keys may have taken ten. A store that takes longer than this is
/// away. Source: <https://learn.microsoft.com/azure/bot-service/bot-builder-basics#http-details>.
const COMMITTED_WITHIN_MS: i64 = 2000;

/// What somebody who pressed a button sees until the answer comes.
const ON_IT: &str = "Bellhop is on it.";

/// Why a request was not taken: its outcome for the metrics, its status, and a sentence for the sender and the log.
struct Refusal {
    outcome: TeamsOutcome,
    status: StatusCode,
    reason: String,
}

pub async fn receive(State(app): State<SharedApp>, headers: HeaderMap, body: Body) -> Response {
    match take(&app, &headers, body).await {
        Ok((outcome, response)) => {
            app.metrics.teams_request(outcome);
            response
        }
        Err(Refusal { outcome, status, reason }) => {
            app.metrics.teams_request(outcome);
            let (number, label) = (status.as_u16(), outcome.as_str());
            tracing::warn!(status = number, outcome = label, reason, "a request to /teams/messages was not taken");
            let challenge = [(http::header::WWW_AUTHENTICATE, "Bearer")];
            let response = (status, format!("{reason}\n"));
            if status == StatusCode::UNAUTHORIZED {
                (challenge, response).into_response()
            } else {
                response.into_response()
            }
        }
    }
}

async fn take(app: &SharedApp, headers: &HeaderMap, body: Body) -> Result<(TeamsOutcome, Response), Refusal> {
    let body = body::read(body, BODY_BYTES_MAX, app.clock.as_ref()).await?;
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let verified = app.verify_teams(authorization, &body).await?;
    let malformed = |reason: &dyn ToString| refusal(TeamsOutcome::Malformed, StatusCode::BAD_REQUEST, reason);
    let envelope = Envelope::of(verified.body()).map_err(|error| malformed(&error))?;
    // Teams asks for what the app package does not offer: nobody pressed anything.
    if envelope.invoke.as_deref().is_some_and(|name| name != CARD_ACTION) {
        return Ok((TeamsOutcome::NotOffered, StatusCode::NOT_IMPLEMENTED.into_response()));
    }
    let outcome = hear(app, &verified, &envelope).await?;
    let pressed = || json!({"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": ON_IT});
    let response = match envelope.invoke {
        Some(_) => Json(pressed()).into_response(),
        None => StatusCode::OK.into_response(),
    };
    Ok((outcome, response))
}

async fn hear(app: &SharedApp, verified: &Verified, envelope: &Envelope) -> Result<TeamsOutcome, Refusal> {
    let too_late = app.clock.sleep_until_ms(app.clock.now_ms().saturating_add(COMMITTED_WITHIN_MS));
    let heard = tokio::select! {
        biased;
        heard = app.hear_teams(verified, envelope) => heard?,
        // What is committed all the same is a repeat, if it is said again.
        () = too_late => {
            let reason = "the store takes too long";
            return Err(refusal(TeamsOutcome::Unavailable, StatusCode::SERVICE_UNAVAILABLE, &reason));
        }
    };
    Ok(match heard {
        Heard::New => TeamsOutcome::Heard,
        Heard::Repeated => TeamsOutcome::Repeated,
        Heard::Foreign => TeamsOutcome::Foreign,
    })
}

fn refusal(outcome: TeamsOutcome, status: StatusCode, reason: &dyn ToString) -> Refusal {
    Refusal { outcome, status, reason: reason.to_string() }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => {
                let reason = "the body is larger than any activity";
                refusal(TeamsOutcome::TooLarge, StatusCode::PAYLOAD_TOO_LARGE, &reason)
            }
            BodyError::TooSlow => {
                refusal(TeamsOutcome::Malformed, StatusCode::REQUEST_TIMEOUT, &"the body did not arrive in time")
            }
            BodyError::Aborted | BodyError::Broken => {
                refusal(TeamsOutcome::Malformed, StatusCode::BAD_REQUEST, &"the body was cut off")
            }
        }
    }
}

impl From<NotHeardTeams> for Refusal {
    fn from(not_heard: NotHeardTeams) -> Self {
        let (outcome, status) = match &not_heard {
            NotHeardTeams::NoBot => (TeamsOutcome::NoBot, StatusCode::NOT_FOUND),
            NotHeardTeams::NotVerified(_) => (TeamsOutcome::Unverified, StatusCode::UNAUTHORIZED),
            NotHeardTeams::UnknownTenant(_) => (TeamsOutcome::Foreign, StatusCode::FORBIDDEN),
            NotHeardTeams::KeysUnreachable(_) => (TeamsOutcome::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
            NotHeardTeams::Store(error) => {
                tracing::error!(%error, "the Bot Framework is told to come again");
                (TeamsOutcome::Unavailable, StatusCode::SERVICE_UNAVAILABLE)
            }
        };
        refusal(outcome, status, &not_heard)
    }
}
