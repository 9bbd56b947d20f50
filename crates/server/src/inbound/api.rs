//! The AWS Chatbot API and Bellhop's own operations: one corridor for all, read top to bottom.
//!
//! Request id, route, read, authenticate, throttle, decode, run, audit, encode, record.

mod account_preferences;
mod associations;
mod authenticate;
mod chime_webhook_configurations;
mod configured_teams;
mod custom_actions;
mod errors;
mod links;
mod origin;
mod route;
mod slack_channel_configurations;
mod slack_user_identities;
mod slack_workspaces;
mod tags;
mod teams_channel_configurations;
mod teams_user_identities;

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use axum::response::Response;
use serde::Serialize;
use uuid::Uuid;
use wire::errors::ErrorShape;
use wire::operations::Operation;

use self::errors::{ApiError, Refusal};
use super::body;
use crate::app::{AuditedCall, CallOutcome, Caller, SharedApp};

/// The largest request has 1,000 topics of 1,224 characters; nobody sends that.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An answer's body; `None` where the operation has none (204).
type Answered = Result<Option<Vec<u8>>, ApiError>;
/// What an operation's handler comes to.
type Handled = Result<Option<Vec<u8>>, Refusal>;

pub async fn answer(State(app): State<SharedApp>, request: Request<Body>) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let (head, body) = request.into_parts();
    let routed = route::operation(&head);
    let operation = routed.as_ref().ok().copied();
    let mut client = Client { app: &app, operation, gone: true };
    let answered = match routed {
        Ok(operation) => serve(&app, operation, head, body, &request_id).await,
        Err(refused) => Err(refused),
    };
    client.hears(&answered);
    let response = encode(operation, answered, &request_id);
    record(&app, operation, &response, &request_id);
    response
}

async fn serve(app: &SharedApp, operation: Operation, head: Parts, body: Body, request_id: &str) -> Answered {
    // One permit from the first byte of the body to the answer: it bounds the bodies in memory too.
    let permit = Arc::clone(&app.requests).try_acquire_owned().map_err(|_| ApiError::unavailable())?;
    let body = body::read(body, BODY_BYTES_MAX, app.clock.as_ref()).await?;
    let caller = authenticate::caller(app, &head, &body).await?;
    let call = Call { operation, caller, request_id: request_id.to_owned(), headers: head.headers, body };
    if operation.is_read_only() {
        return call.answer(app).await;
    }
    // When its client goes away, a request is dropped wherever it stands. A change goes on to its end and its record.
    let app = app.clone();
    let changing = app.tasks.clone().spawn(async move {
        let _permit = permit;
        call.answer(&app).await
    });
    changing.await.unwrap_or_else(|error| {
        tracing::error!(%error, operation = operation.name(), "a change ended badly");
        Err(ApiError::internal_failure())
    })
}

/// A request of a known caller.
struct Call {
    operation: Operation,
    caller: Caller,
    request_id: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// Runs it, and leaves a record of it whatever came of it.
    async fn answer(mut self, app: &SharedApp) -> Answered {
        let answered = self.run(app).await;
        let outcome = match &answered {
            Ok(answer) => CallOutcome::Succeeded { answer: answer.as_deref() },
            Err(error) => CallOutcome::Refused { code: error.shape.code(), message: error.message() },
        };
        app.record_call(AuditedCall {
            operation: self.operation,
            caller: &self.caller,
            request_id: &self.request_id,
            request: &self.body,
            outcome,
        })
        .await;
        answered
    }

    async fn run(&mut self, app: &SharedApp) -> Answered {
        if !app.admits_call(&self.caller, self.operation) {
            return Err(ApiError::throttled());
        }
        // Only now: the signature is over the body as it was sent, and strangers have nothing decompressed.
        self.body = body::decode(&self.headers, self.body.clone(), BODY_BYTES_MAX)?;
        run(app, self.operation, &self.caller, &self.body).await
    }
}

/// One arm an operation.
async fn run(app: &SharedApp, operation: Operation, caller: &Caller, body: &Bytes) -> Answered {
    use Operation as O;
    let handled = match operation {
        O::AssociateToConfiguration => associations::associate(app, caller, body).await,
        O::CreateChimeWebhookConfiguration => chime_webhook_configurations::create(app, caller, body).await,
        O::CreateCustomAction => custom_actions::create(app, caller, body).await,
        O::CreateMicrosoftTeamsChannelConfiguration => teams_channel_configurations::create(app, caller, body).await,
        O::CreateMicrosoftTeamsConfiguredTeam => configured_teams::create(app, caller, body).await,
        O::CreateMicrosoftTeamsUserIdentity => teams_user_identities::create(app, caller, body).await,
        O::CreateSlackChannelConfiguration => slack_channel_configurations::create(app, caller, body).await,
        O::CreateSlackUserIdentity => slack_user_identities::create(app, caller, body).await,
        O::CreateSlackWorkspaceAuthorization => slack_workspaces::create_authorization(app, caller, body).await,
        O::DeleteChimeWebhookConfiguration => chime_webhook_configurations::delete(app, caller, body).await,
        O::DeleteCustomAction => custom_actions::delete(app, caller, body).await,
        O::DeleteMicrosoftTeamsChannelConfiguration => teams_channel_configurations::delete(app, caller, body).await,
        O::DeleteMicrosoftTeamsConfiguredTeam => configured_teams::delete(app, caller, body).await,
        O::DeleteMicrosoftTeamsUserIdentity => teams_user_identities::delete(app, caller, body).await,
        O::DeleteSlackChannelConfiguration => slack_channel_configurations::delete(app, caller, body).await,
        O::DeleteSlackUserIdentity => slack_user_identities::delete(app, caller, body).await,
        O::DeleteSlackWorkspaceAuthorization => slack_workspaces::delete_authorization(app, caller, body).await,
        O::DescribeChimeWebhookConfigurations => chime_webhook_configurations::describe(app, caller, body).await,
        O::DescribeSlackChannelConfigurations => slack_channel_configurations::describe(app, caller, body).await,
        O::DescribeSlackUserIdentities => slack_user_identities::describe(app, caller, body).await,
        O::DescribeSlackWorkspaces => slack_workspaces::describe(app, caller, body).await,
        O::DisassociateFromConfiguration => associations::disassociate(app, caller, body).await,
        O::GetAccountPreferences => account_preferences::get(app, caller, body).await,
        O::GetCustomAction => custom_actions::get(app, caller, body).await,
        O::GetMicrosoftTeamsChannelConfiguration => teams_channel_configurations::get(app, caller, body).await,
        O::GetSlackOauthParameters => slack_workspaces::oauth_parameters(app, caller, body),
        O::ListAssociations => associations::list(app, caller, body).await,
        O::ListCustomActions => custom_actions::list(app, caller, body).await,
        O::ListMicrosoftTeamsChannelConfigurations => teams_channel_configurations::list(app, caller, body).await,
        O::ListMicrosoftTeamsConfiguredTeams => configured_teams::list(app, caller, body).await,
        O::ListMicrosoftTeamsUserIdentities => teams_user_identities::list(app, caller, body).await,
        O::ListTagsForResource => tags::list(app, caller, body).await,
        O::ProveLink => links::prove(app, caller, body).await,
        O::TagResource => tags::tag(app, caller, body).await,
        O::UntagResource => tags::untag(app, caller, body).await,
        O::UpdateAccountPreferences => account_preferences::update(app, caller, body).await,
        O::UpdateChimeWebhookConfiguration => chime_webhook_configurations::update(app, caller, body).await,
        O::UpdateCustomAction => custom_actions::update(app, caller, body).await,
        O::UpdateMicrosoftTeamsChannelConfiguration => teams_channel_configurations::update(app, caller, body).await,
        O::UpdateSlackChannelConfiguration => slack_channel_configurations::update(app, caller, body).await,
    };
    handled.map_err(|refusal| ApiError::of(operation, &refusal))
}

/// The body of a result.
fn json(result: &impl Serialize) -> Handled {
    serde_json::to_vec(result).map(Some).map_err(|error| Refusal::Unanswerable(error.to_string()))
}

/// The token of the next page as the operation's shape has it. One that does not fit its shape must not end a list early.
fn next_token<T: FromStr<Err: Display>>(token: Option<String>) -> Result<Option<T>, Refusal> {
    let parsed = token.map(|token| token.parse()).transpose();
    parsed.map_err(|unmet: T::Err| Refusal::Unanswerable(format!("a NextToken that its shape does not allow: {unmet}")))
}

fn encode(operation: Option<Operation>, answered: Answered, request_id: &str) -> Response {
    let (status, error_type, body) = match answered {
        Ok(body) => (operation.map_or(200, Operation::status), None, body),
        Err(error) => (error.shape.status(), Some(error.shape.code()), Some(error.body())),
    };
    let has_body = body.is_some();
    let mut response = Response::new(Body::from(body.unwrap_or_default()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if has_body {
        headers.insert("content-type", HeaderValue::from_static("application/json"));
    }
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, request_id);
    }
    if let Some(error_type) = error_type {
        headers.insert(ERROR_TYPE, HeaderValue::from_static(error_type));
    }
    response
}

/// One count a call, and one line in the log: of reads that succeeded, for those who debug. Audit has them all.
fn record(app: &SharedApp, operation: Option<Operation>, response: &Response, request_id: &str) {
    let name = operation.map_or("unknown", Operation::name);
    let status = response.status().as_u16();
    app.metrics.api_request(name, status);
    let error = response.headers().get(ERROR_TYPE).and_then(|value| value.to_str().ok());
    if error.is_none() && operation.is_some_and(Operation::is_read_only) {
        tracing::debug!(operation = name, status, request_id, "api");
    } else {
        tracing::info!(operation = name, status, error, request_id, "api");
    }
}

/// Whoever waits for the answer. Dropped before it has one: they went away, and with them the request.
struct Client<'a> {
    app: &'a SharedApp,
    operation: Option<Operation>,
    gone: bool,
}

impl Client<'_> {
    fn hears(&mut self, answered: &Answered) {
        self.gone = matches!(answered, Err(error) if error.shape == ErrorShape::RequestAbortedException);
    }
}

impl Drop for Client<'_> {
    fn drop(&mut self) {
        if self.gone {
            let operation = self.operation.map_or("unknown", Operation::name);
            self.app.metrics.api_request_aborted(operation);
            tracing::info!(operation, "the client went away before the answer");
        }
    }
}
