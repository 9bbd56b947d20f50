//! Request bodies, read up to a limit and within a time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// A client that sends slower than this is not one that we wait for.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    TooLarge,
    TooSlow,
    /// The client went away or sent broken HTTP.
    Broken,
}

pub async fn read(body: Body, max: usize) -> Result<Bytes, BodyError> {
    let collected = tokio::time::timeout(READ_TIMEOUT, Limited::new(body, max).collect()).await;
    match collected {
        Err(_) => Err(BodyError::TooSlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Ok(Err(_)) => Err(BodyError::Broken),
    }
}
