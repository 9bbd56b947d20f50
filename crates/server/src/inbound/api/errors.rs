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

    /// What `app` said, in the words of one operation: each has a 500 of its own.
    pub fn of(operation: Operation, error: &AppError) -> Self {
        if let Some(text) = error.for_the_log() {
            tracing::error!(operation = operation.name(), error = text, "the API cannot answer");
        }
        let shape = match error {
            AppError::AlreadyExists(_) => ErrorShape::ConflictException,
            AppError::ChannelTaken { .. } | AppError::WorkspaceNotAuthorized { .. } | AppError::NotATopic(_) => {
                ErrorShape::InvalidRequestException
            }
            AppError::NotFound(_) => ErrorShape::ResourceNotFoundException,
            AppError::LimitExceeded { .. } => ErrorShape::LimitExceededException,
            AppError::InvalidNextToken => ErrorShape::InvalidParameterException,
            AppError::Denied { .. } => ErrorShape::AccessDeniedException,
            AppError::Store(_) => server_error(operation),
        };
        Self::new(shape, error.to_string())
    }
}

/// The operation's own 500, if it declares one.
fn server_error(operation: Operation) -> ErrorShape {
    let declared = operation.errors().iter().copied().find(|shape| shape.status() == 500);
    declared.unwrap_or(ErrorShape::InternalFailure)
}

impl From<DecodeError> for ApiError {
    fn from(error: DecodeError) -> Self {
        Self::new(ErrorShape::InvalidParameterException, error.message())
    }
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
