//! Why a call of AWS has no output, and whether it may have happened all the same.

use awscall::protocol::ServiceError;

/// A call that did not succeed. The sentences name no secret: neither credentials nor what was sent are in them.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AwsError {
    /// AWS said no.
    #[error("{0}")]
    Service(Box<ServiceError>),
    /// Nothing left this machine; in words for whoever typed it.
    #[error("{0}")]
    NotSent(String),
    /// It was sent, or may have been, and no whole answer came.
    #[error("{0}")]
    NoAnswer(String),
    /// It was answered with more than may be read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// It was answered with what the service's model does not say.
    #[error("{0}")]
    Unreadable(String),
}

impl AwsError {
    /// AWS's own code, `AccessDenied`, if AWS answered.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Service(error) => Some(&error.code),
            _ => None,
        }
    }

    pub fn service(&self) -> Option<&ServiceError> {
        match self {
            Self::Service(error) => Some(error),
            _ => None,
        }
    }

    /// Whether what was asked for may be done: nobody knows, or only the answer is missing. A service that fails inside says
    /// nothing of how far it got; one that throttles, refuses or was not reached has done nothing.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Service(error) => error.status >= 500 && !super::retry::is_throttling(error),
            Self::NotSent(_) => false,
            Self::NoAnswer(_) | Self::TooLarge(_) | Self::Unreadable(_) => true,
        }
    }
}
