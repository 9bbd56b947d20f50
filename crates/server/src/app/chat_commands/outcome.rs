//! What came of a command, as the store keeps it, sealed, until its person has the answer.

use awscall::protocol::ServiceError;
use domain::command::refusal::{Refusal, RefusedBy};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::outbound::aws::AwsError;

/// What the store keeps of one answer. A longer one is told at once; only a crash in between loses it.
const KEPT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// In the audit trail, of what perhaps ran.
pub(super) const OUTCOME_UNKNOWN: &str = "OutcomeUnknown";

/// It may hold what nobody else may read: it is not printed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::app) enum Outcome {
    Output {
        output: Map<String, Value>,
        /// What goes on where this ends.
        next_token: Option<String>,
    },
    /// AWS said no.
    Service(SaidNo),
    /// It may not be run.
    Refused {
        sentence: String,
        remedy: Option<String>,
        /// What whoever can change it would type.
        command: Option<String>,
        quoted: Option<String>,
        link_first: bool,
    },
    /// Nothing reached AWS.
    NotSent(String),
    /// It was sent, and no answer came.
    NoAnswer(String),
    TimedOut {
        seconds: u16,
        sent: bool,
    },
    /// The server was stopped meanwhile.
    Interrupted {
        sent: bool,
    },
    /// It ran; what it answered is more than is taken.
    TooLarge,
    /// Whoever ran it died: nobody knows.
    Unknown,
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::app) struct SaidNo {
    pub(in crate::app) code: String,
    pub(in crate::app) message: String,
    pub(in crate::app) status: u16,
    pub(in crate::app) request_id: Option<String>,
    pub(in crate::app) may_have_happened: bool,
}

impl Outcome {
    pub(super) fn of_error(error: AwsError) -> Self {
        let may_have_happened = error.may_have_happened();
        match error {
            AwsError::Service(error) => Self::Service(SaidNo::of(*error, may_have_happened)),
            AwsError::NotSent(why) => Self::NotSent(why),
            AwsError::NoAnswer(why) | AwsError::Unreadable(why) => Self::NoAnswer(why),
            AwsError::TooLarge(_) => Self::TooLarge,
        }
    }

    pub(super) fn refused(refusal: Refusal) -> Self {
        let link_first = refusal.by == RefusedBy::LinkFirst;
        let (remedy, command) = refusal.remedy.map_or((None, None), |remedy| (Some(remedy.sentence), remedy.command));
        Self::Refused { sentence: refusal.sentence, remedy, command, quoted: refusal.quoted, link_first }
    }

    /// Of one that was ended by us: whether anything had gone to AWS by then.
    pub(super) fn where_sent(self, was_sent: bool) -> Self {
        match self {
            Self::TimedOut { seconds, .. } => Self::TimedOut { seconds, sent: was_sent },
            Self::Interrupted { .. } => Self::Interrupted { sent: was_sent },
            other => other,
        }
    }

    /// What the store has of one that ended.
    pub(super) fn read(result: Option<&SecretString>) -> Self {
        result.and_then(|sealed| serde_json::from_str(sealed.expose_secret()).ok()).unwrap_or(Self::Unknown)
    }

    pub(super) fn sealable(&self) -> SecretString {
        let sealable = super::sealable(self);
        if sealable.expose_secret().len() <= KEPT_BYTES_MAX {
            return sealable;
        }
        super::sealable(&Self::TooLarge)
    }

    pub(super) fn next_token(&self) -> Option<&str> {
        match self {
            Self::Output { next_token, .. } => next_token.as_deref(),
            _ => None,
        }
    }

    /// For the audit trail: a code, AWS's or a word of ours, and a sentence. `None`: it went well.
    pub(super) fn error(&self) -> Option<(&str, &str)> {
        const NOBODY_KNOWS: &str = "whether it ran is not known";
        const FUNCTION_FAILED: &str = "the function was run, and failed";
        const NOTHING_SENT: &str = "it ended before anything was sent to AWS";
        Some(match self {
            // Lambda answers 200 for a function that failed.
            Self::Output { output, .. } if output.contains_key("FunctionError") => ("FunctionError", FUNCTION_FAILED),
            Self::Output { .. } | Self::TooLarge => return None,
            Self::Service(said_no) => (&said_no.code, &said_no.message),
            Self::Refused { sentence, .. } => ("AccessDenied", sentence),
            Self::NotSent(why) => ("NotSent", why),
            Self::NoAnswer(why) => (OUTCOME_UNKNOWN, why),
            Self::TimedOut { sent: true, .. } | Self::Interrupted { sent: true } | Self::Unknown => {
                (OUTCOME_UNKNOWN, NOBODY_KNOWS)
            }
            Self::TimedOut { sent: false, .. } | Self::Interrupted { sent: false } => ("NotSent", NOTHING_SENT),
        })
    }
}

impl SaidNo {
    fn of(error: ServiceError, may_have_happened: bool) -> Self {
        let ServiceError { code, message, status, request_id, .. } = error;
        Self { code, message, status, request_id, may_have_happened }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_is_too_long_says_so() {
        let output = |text: String| Outcome::Output {
            output: json!({ "a": text }).as_object().unwrap().clone(),
            next_token: Some("t".to_owned()),
        };
        let short = Outcome::read(Some(&output("b".to_owned()).sealable()));
        assert!(matches!(short, Outcome::Output { output, .. } if output["a"] == "b"));
        let long = Outcome::read(Some(&output("b".repeat(KEPT_BYTES_MAX)).sealable()));
        assert!(matches!(long, Outcome::TooLarge));
        assert!(matches!(Outcome::read(None), Outcome::Unknown));
        assert!(matches!(Outcome::read(Some(&"{".into())), Outcome::Unknown));
    }
}
