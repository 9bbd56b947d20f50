//! How the API says no: the only place where an error becomes an `…Exception`.

use wire::errors::ErrorShape;
use wire::operations::{DecodeError, Operation};

use crate::app::AppError;
use crate::inbound::body::{BodyError, CodingError};

/// What a caller may know of a fault of ours.
const SERVER_ERROR: &str = "We can't process your request right now because of a server issue.";

/// An error as it goes over the wire.
#[derive(Debug)]
pub struct ApiError {
    pub shape: ErrorShape,
    message: String,
}

impl ApiError {
    pub fn new(shape: ErrorShape, message: impl Into<String>) -> Self {
        Self { shape, message: message.into() }
    }

    /// The store is away, or there is too much to do. Source: reference, common errors.
    pub fn unavailable() -> Self {
        let text = "The request has failed due to a temporary failure of the server.";
        Self::new(ErrorShape::ServiceUnavailable, text)
    }

    /// The text is AWS's own for token buckets. Source: observed of AWS's front doors.
    pub fn throttled() -> Self {
        Self::new(ErrorShape::ThrottlingException, "Rate exceeded")
    }

    /// Something of ours that went wrong before or after the operation.
    pub fn internal_failure() -> Self {
        Self::new(ErrorShape::InternalFailure, SERVER_ERROR)
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn body(&self) -> Vec<u8> {
        self.shape.body(&self.message).to_string().into_bytes()
    }

    /// Why an operation was not done, in that operation's own errors.
    pub fn of(operation: Operation, refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotARequest(error) => Self::new(operation.invalid_request(), error.message()),
            Refusal::Unanswerable(problem) => {
                tracing::error!(operation = operation.name(), problem, "an answer cannot be written");
                Self::new(operation.server_error(), SERVER_ERROR)
            }
            Refusal::App(error) => {
                if let Some(text) = error.for_the_log() {
                    tracing::error!(operation = operation.name(), error = text, "the API cannot answer");
                }
                if error.store_is_away() {
                    return Self::unavailable();
                }
                Self::new(shape_of(operation, error), error.to_string())
            }
        }
    }
}

/// Why an operation was not done.
#[derive(Debug)]
pub enum Refusal {
    /// The body does not decode.
    NotARequest(DecodeError),
    App(AppError),
    /// It was done, and its answer cannot be written; why, for the log.
    Unanswerable(String),
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        Self::NotARequest(error)
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

fn shape_of(operation: Operation, error: &AppError) -> ErrorShape {
    match error {
        AppError::AlreadyExists { .. } | AppError::ClientTokenReused { .. } => ErrorShape::ConflictException,
        AppError::ChannelTaken { .. }
        | AppError::WorkspaceNotAuthorized { .. }
        | AppError::TeamNotConfigured { .. }
        | AppError::NotATopic(_)
        | AppError::InvalidRequest(_) => ErrorShape::InvalidRequestException,
        AppError::NotFound { .. }
        | AppError::TeamNotFound { .. }
        | AppError::ConfigurationOfAssociationNotFound { .. }
        | AppError::UserIdentityNotFound { .. } => ErrorShape::ResourceNotFoundException,
        AppError::LimitExceeded { .. } => limit_exceeded(operation),
        AppError::TooManyTags { .. } => ErrorShape::TooManyTagsException,
        AppError::InUse { .. } | AppError::InvalidNextToken => ErrorShape::InvalidParameterException,
        AppError::Denied { .. } => ErrorShape::AccessDeniedException,
        AppError::SlackAway(_) | AppError::Store(_) => operation.server_error(),
    }
}

/// Updates declare no error for a limit; what they were sent is the fault. Source: assumed.
fn limit_exceeded(operation: Operation) -> ErrorShape {
    let declared = operation.errors().contains(&ErrorShape::LimitExceededException);
    if declared { ErrorShape::LimitExceededException } else { ErrorShape::InvalidRequestException }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::new(
                ErrorShape::RequestEntityTooLargeException,
                "Problems with the request at the HTTP level. The request entity is too large.",
            ),
            BodyError::TooSlow => Self::new(
                ErrorShape::RequestTimeoutException,
                "Problems with the request at the HTTP level. Reading the Request timed out.",
            ),
            // Nobody reads this one; it is what the log and the metrics count.
            BodyError::Aborted => {
                Self::new(ErrorShape::RequestAbortedException, "The request was aborted before it was complete.")
            }
            BodyError::Broken => malformed("The body is not valid HTTP."),
        }
    }
}

impl From<CodingError> for ApiError {
    fn from(error: CodingError) -> Self {
        match error {
            CodingError::Unknown => malformed("The content-encoding is not supported: use gzip or identity."),
            CodingError::Undecodable => malformed("The body can't be decompressed by its content-encoding."),
            CodingError::TooLarge => BodyError::TooLarge.into(),
        }
    }
}

/// Source of the code and of its occasion, "we can't decompress the request": reference, common errors.
fn malformed(problem: &str) -> ApiError {
    let text = format!("Problems with the request at the HTTP level. {problem}");
    ApiError::new(ErrorShape::MalformedHttpRequestException, text)
}
