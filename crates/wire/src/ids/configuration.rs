//! Whose a configuration is, what it is called, how much it logs.

use super::{Identifier, Shape, all, string_id};
use crate::constraints::UnmetConstraints;
use crate::shape::Described;
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

string_id! {
    /// An AWS account: twelve digits. Source: assumed, as AWS writes account ids everywhere; the model has no shape.
    AccountId,
    Shape::of_length(12, 12).matching("^[0-9]{12}$", |text| text.len() == 12 && all(text, |b| b.is_ascii_digit()))
}

string_id! {
    /// A configuration's name: 1 to 128 of `A-Za-z0-9-_`. It never changes. Source: reference, model.
    ConfigurationName,
    Shape::of_length(1, 128).matching("^[A-Za-z0-9-_]+$", |text| {
        all(text, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    })
}

/// How much of a configuration's events is logged. Source: reference, model (`CustomerCwLogLevel`, a string with a
/// pattern and not an enumeration, which shows in the violation's words).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LoggingLevel {
    Error,
    Info,
    /// What a configuration has when none was given. Source: observed.
    #[default]
    None,
}

impl LoggingLevel {
    const SHAPE: Shape = Shape::of_length(4, 5).matching("^(ERROR|INFO|NONE)$", |text| Self::named(text).is_some());

    fn named(text: &str) -> Option<Self> {
        match text {
            "ERROR" => Some(Self::Error),
            "INFO" => Some(Self::Info),
            "NONE" => Some(Self::None),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Info => "INFO",
            Self::None => "NONE",
        }
    }
}

impl Identifier for LoggingLevel {
    const SENSITIVE: bool = false;
}

impl Described for LoggingLevel {
    fn describe() -> Value {
        Self::SHAPE.describe()
    }
}

impl FromStr for LoggingLevel {
    type Err = UnmetConstraints;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::SHAPE.check(text)?;
        // The check has just matched the names, so the default is never reached.
        Ok(Self::named(text).unwrap_or_default())
    }
}

impl fmt::Display for LoggingLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for LoggingLevel {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint::{MaxLength, MinLength, Pattern};

    #[test]
    fn account_ids() {
        let digits = Pattern("^[0-9]{12}$");
        check::<AccountId>(
            &["123456789012", "000000000000"],
            &[
                ("12345678901", &[MinLength(12), digits]),
                ("1234567890123", &[MaxLength(12), digits]),
                ("12345678901x", &[digits]),
                // Digits of another script count as characters and are not digits here.
                ("12345678901٢", &[digits]),
                ("", &[MinLength(12), digits]),
            ],
        );
    }

    #[test]
    fn configuration_names() {
        let pattern = Pattern("^[A-Za-z0-9-_]+$");
        check::<ConfigurationName>(
            &["a", "Ops-Alarms_2", &"n".repeat(128)],
            &[
                ("", &[MinLength(1), pattern]),
                (&"n".repeat(129), &[MaxLength(128)]),
                ("a b", &[pattern]),
                ("a$", &[pattern]),
                ("a\n", &[pattern]),
                ("größe", &[pattern]),
                (&"ü".repeat(129), &[MaxLength(128), pattern]),
            ],
        );
    }

    #[test]
    fn logging_levels() {
        let pattern = Pattern("^(ERROR|INFO|NONE)$");
        check::<LoggingLevel>(
            &["ERROR", "INFO", "NONE"],
            &[
                ("info", &[pattern]),
                ("DEBUG", &[pattern]),
                ("WARNING", &[MaxLength(5), pattern]),
                ("ALL", &[MinLength(4), pattern]),
            ],
        );
        assert_eq!(LoggingLevel::default(), LoggingLevel::None);
        assert_eq!(serde_json::to_string(&LoggingLevel::Error).unwrap(), "\"ERROR\"");
    }
}
