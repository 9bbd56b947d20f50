//! One call of AWS: which operation, with what.

use serde_json::{Map, Value};

use crate::model::{Operation, Service};

/// Parameters by the names of the model's members. A blob is base64, a timestamp a number of seconds or text as RFC 3339 has it;
/// all else is as JSON has it.
pub type Input = Map<String, Value>;

/// What is to be called, and with what; nothing of where, or as whom.
#[derive(Clone)]
pub struct Call {
    pub service: &'static Service,
    pub operation: &'static Operation,
    pub input: Input,
}

impl Call {
    /// By the AWS CLI's word for the service and the API's for the operation: `Call::of("sns", "Subscribe", input)`.
    pub fn of(service: &str, operation: &str, input: Input) -> Option<Self> {
        let service = crate::catalog::catalog().service(service)?;
        Some(Self { service, operation: service.operation(operation)?, input })
    }
}

/// Names alone: what is given may be a secret.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Call({} {})", self.service.name, self.operation.name)
    }
}
