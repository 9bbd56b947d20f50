//! For the tests of sources: how urgent a committed message is, and what it is alike.

use std::path::Path;

use crate::notification::triage::Triage;
use crate::notification::{AccountNames, Incoming, triage};

/// Of `tests/fixtures/notification/SOURCE/CASE`.
pub fn triaged(case: &str) -> Triage {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notification").join(case);
    let message = std::fs::read_to_string(fixture).unwrap();
    let topic_arn = "arn:aws:sns:eu-west-1:123456789012:t";
    triage(&Incoming { topic_arn, subject: None, message: &message, timestamp: "", account_names: AccountNames::NONE })
}
