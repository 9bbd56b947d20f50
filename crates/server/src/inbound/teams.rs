//! `POST /teams/messages`: where the Bot Framework brings what people of Microsoft Teams say and press.
//!
//! 200 is said only when the activity is committed; the answer in chat is the worker's. Nothing is believed before its token
//! (`domain::teams_token`). What may mend itself is 503, what never will be taken is 401, 403, 400 or 413.
//!
//! Source: <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot>.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, http};
use domain::conversation::teams::{CARD_ACTION, Envelope};
use serde_json::json;

use super::body::{self, BodyError};
use crate::app::{NotHeardTeams, SharedApp};

/// A message of Teams has 28 KiB at most; quotes and attachments come on top.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// What somebody who pressed a button sees until the answer comes.
const ON_IT: &str = "Bellhop is on it.";

struct Refusal {
    status: StatusCode,
    reason: String,
}

pub async fn receive(State(app): State<SharedApp>, headers: HeaderMap, body: Body) -> Response {
    match take(&app, &headers, body).await {
        Ok(response) => response,
        Err(Refusal { status, reason }) => {
            tracing::warn!(status = status.as_u16(), reason, "a request to /teams/messages was not taken");
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

async fn take(app: &SharedApp, headers: &HeaderMap, body: Body) -> Result<Response, Refusal> {
    let body = body::read(body, BODY_BYTES_MAX, app.clock.as_ref()).await?;
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let verified = app.verify_teams(authorization, &body).await?;
    let malformed = |reason: &dyn ToString| Refusal { status: StatusCode::BAD_REQUEST, reason: reason.to_string() };
    let envelope = Envelope::of(verified.body()).map_err(|error| malformed(&error))?;
    // Teams asks for what the app package does not offer: nobody pressed anything.
    if envelope.invoke.as_deref().is_some_and(|name| name != CARD_ACTION) {
        return Ok(StatusCode::NOT_IMPLEMENTED.into_response());
    }
    app.hear_teams(&verified, &envelope).await?;
    Ok(match envelope.invoke {
        Some(_) => {
            Json(json!({"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": ON_IT}))
                .into_response()
        }
        None => StatusCode::OK.into_response(),
    })
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        let (status, reason) = match error {
            BodyError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than any activity"),
            BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
            BodyError::Aborted | BodyError::Broken => (StatusCode::BAD_REQUEST, "the body was cut off"),
        };
        Self { status, reason: reason.to_owned() }
    }
}

impl From<NotHeardTeams> for Refusal {
    fn from(not_heard: NotHeardTeams) -> Self {
        let status = match &not_heard {
            NotHeardTeams::NoBot => StatusCode::NOT_FOUND,
            NotHeardTeams::NotVerified(_) => StatusCode::UNAUTHORIZED,
            NotHeardTeams::UnknownTenant(_) => StatusCode::FORBIDDEN,
            NotHeardTeams::KeysUnreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
            NotHeardTeams::Store(error) => {
                tracing::error!(%error, "the Bot Framework is told to come again");
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Self { status, reason: not_heard.to_string() }
    }
}
