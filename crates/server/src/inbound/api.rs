//! The AWS Chatbot API: one corridor for all operations, read top to bottom.

mod authenticate;
mod errors;
mod slack_channel_configurations;
mod slack_workspaces;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use axum::response::Response;
use serde::Serialize;
use uuid::Uuid;
use wire::errors::ErrorShape;
use wire::operations::Operation;

use self::errors::ApiError;
use super::body;
use crate::app::{Caller, SharedApp};

/// The largest request has 1,000 topics of 1,224 characters; nobody sends that.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An answer's body; `None` where the operation has none (204).
type Answered = Result<Option<Vec<u8>>, ApiError>;

pub async fn answer(State(app): State<SharedApp>, request: Request<Body>) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let (head, body) = request.into_parts();
    let operation = route(&head);
    let answered = match operation {
        Some(operation) => serve(&app, operation, &head, body).await,
        None => Err(unknown_operation()),
    };
    let response = encode(operation, answered, &request_id);
    record(&app, operation, &response, &request_id);
    response
}

async fn serve(app: &SharedApp, operation: Operation, head: &Parts, body: Body) -> Answered {
    let body = body::read(body, BODY_BYTES_MAX).await?;
    let caller = authenticate::caller(app, head, &body).await?;
    run(app, operation, &caller, &body).await
}

/// Every operation is `POST /its-name`.
fn route(head: &Parts) -> Option<Operation> {
    Operation::from_path(head.uri.path()).filter(|_| head.method == Method::POST)
}

fn unknown_operation() -> ApiError {
    let text = "The action or operation requested is invalid. Verify that the action is typed correctly.";
    ApiError::new(ErrorShape::UnknownOperationException, text)
}

/// One arm an operation.
async fn run(app: &SharedApp, operation: Operation, caller: &Caller, body: &Bytes) -> Answered {
    use Operation as O;
    match operation {
        O::CreateSlackChannelConfiguration => slack_channel_configurations::create(app, caller, body).await,
        O::DescribeSlackChannelConfigurations => slack_channel_configurations::describe(app, caller, body).await,
        O::UpdateSlackChannelConfiguration => slack_channel_configurations::update(app, caller, body).await,
        O::DeleteSlackChannelConfiguration => slack_channel_configurations::delete(app, caller, body).await,
        O::DescribeSlackWorkspaces => slack_workspaces::describe(app, caller, body).await,
        unbuilt => Err(ApiError::new(
            ErrorShape::NotImplemented,
            format!("{} is an operation of AWS Chatbot that this version of Bellhop does not have yet", unbuilt.name()),
        )),
    }
}

/// The body of a result.
fn json(result: &impl Serialize) -> Answered {
    let bytes = serde_json::to_vec(result).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written as JSON");
        ApiError::new(ErrorShape::InternalFailure, "We can't process your request right now because of a server issue.")
    })?;
    Ok(Some(bytes))
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

/// One line in the log and one count a call.
fn record(app: &SharedApp, operation: Option<Operation>, response: &Response, request_id: &str) {
    let name = operation.map_or("unknown", Operation::name);
    let status = response.status().as_u16();
    app.metrics.api_request(name, status);
    let error = response.headers().get(ERROR_TYPE).and_then(|value| value.to_str().ok());
    tracing::info!(operation = name, status, error, request_id, "api");
}
