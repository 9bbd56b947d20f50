//! Which operation a request asks for, AWS's or Bellhop's own: by its path, or by the query parameters of the reference's "Common Parameters".

use axum::http::Method;
use axum::http::request::Parts;
use url::form_urlencoded;
use wire::errors::ErrorShape;
use wire::operations::Operation;

use super::errors::ApiError;

/// The one version of the API. Source: model.
const VERSION: &str = "2017-10-11";

/// Every operation is `POST /its-name`, or `POST /?Action=ItsName`. An `Action` beside a path must mean the same. That the
/// parameters are optional, although the reference says required, is how the SDKs call. Source: model; the rest: assumed.
pub fn operation(head: &Parts) -> Result<Operation, ApiError> {
    if head.method != Method::POST {
        return Err(unknown_operation());
    }
    let path = head.uri.path();
    let mut found = Operation::from_path(path);
    if found.is_none() && path != "/" {
        return Err(unknown_operation());
    }
    for (name, value) in form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "Action" => {
                let action = Operation::every().find(|operation| operation.name() == value);
                if action.is_none() || found.is_some_and(|found| action != Some(found)) {
                    return Err(unknown_operation());
                }
                found = action;
            }
            "Version" if value != VERSION => return Err(wrong_version(&value)),
            _ => {}
        }
    }
    found.ok_or_else(unknown_operation)
}

fn unknown_operation() -> ApiError {
    let text = "The action or operation requested is invalid. Verify that the action is typed correctly.";
    ApiError::new(ErrorShape::UnknownOperationException, text)
}

/// The code is assumed: of the common errors it is the one for an input that breaks a constraint AWS sets.
fn wrong_version(version: &str) -> ApiError {
    let shown: String = version.chars().take(32).filter(|character| !character.is_control()).collect();
    let text = format!("The API version {shown} is not supported by this service; the version is {VERSION}.");
    ApiError::new(ErrorShape::ValidationError, text)
}
