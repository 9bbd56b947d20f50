//! How the API says no: the only place where an error becomes an `…Exception`.

use wire::errors::ErrorShape;
use wire::operations::{DecodeError, Operation};

use crate::app::AppError;
use crate::inbound::body::BodyError;

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

    pub fn body(&self) -> Vec<u8> {
        self.shape.body(&self.message).to_string().into_bytes()
    }

    /// Why an operation was not done, in that operation's own errors.
    pub fn of(operation: Operation, refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotARequest(error) => Self::new(operation.invalid_request(), error.message()),
            Refusal::App(error) => {
                if let Some(text) = error.for_the_log() {
                    tracing::error!(operation = operation.name(), error = text, "the API cannot answer");
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
        AppError::Store(_) => operation.server_error(),
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
            BodyError::Broken => {
                Self::new(ErrorShape::RequestAbortedException, "The request was aborted before it was complete.")
            }
        }
    }
}
