//! Identifiers as AWS Chatbot constrains them: newtypes whose only constructor is the parser.
//!
//! Every layer uses them; the decoders of [`crate::operations`] make them from requests, the store from its rows.
//! Length counts characters, and a pattern is anchored at both ends. A parser reports *every* constraint that the text
//! breaks, as AWS does, and never echoes the text.
//!
//! Source: reference and model. The reference prints the pattern of one and the same shape in several ways, some with
//! stray blanks, `$` or lost slashes; those are misprints and not followed: a `ConfigurationName` with `$` or a blank,
//! for one, could not stand in the ARN that is built from it. Real widenings of either side are accepted
//! (`wheatley` ARNs from the model, `|` and blank in a `PaginationToken` from the reference).

mod arn;
mod chime;
mod configuration;
mod custom_action;
mod link;
mod paging;
mod slack;
mod tag;
mod teams;

pub use arn::{
    AmazonResourceName, Arn, AwsUserIdentity, ChatConfigurationArn, CustomActionArn, GuardrailPolicyArn, Platform,
};
pub use chime::{ChimeWebhookDescription, ChimeWebhookUrl};
pub use configuration::{AccountId, ConfigurationName, LoggingLevel};
pub use custom_action::{
    ActionName, AliasName, ButtonText, COMMAND_TEXT_MAX, ClientToken, CommandText, CriteriaOperator, CriteriaValue,
    NotificationType, VariableName, VariableValue,
};
pub use link::{LinkCode, LinkNumber};
pub use paging::{AsciiPaginationToken, MaxResults, PaginationToken};
pub use slack::{SlackAppId, SlackBotToken, SlackChannelId, SlackChannelName, SlackTeamId, SlackUserId};
pub use tag::{TagKey, TagValue};
pub use teams::{TeamName, TeamsChannelId, TeamsChannelName, Uuid};

use crate::constraints::{Constraint, Limits, UnmetConstraints};
use crate::shape::Described;
use serde_json::{Value, json};

/// What the decoders need of an identifier. Not for callers: they have `FromStr`.
pub(crate) trait Identifier: std::str::FromStr<Err = UnmetConstraints> + Described {
    /// The model marks the member sensitive: its value is neither echoed nor printed by `Debug`.
    const SENSITIVE: bool;

    /// As a request may have it: the operator's limits hold, where there are any.
    fn of_request(text: &str, _limits: Limits) -> Result<Self, UnmetConstraints> {
        text.parse()
    }
}

/// The constraints of a string shape.
struct Shape {
    min: usize,
    max: usize,
    extended: Option<Extended>,
    pattern: Option<Pattern>,
    sensitive: bool,
}

/// A length that an operator may allow beyond the model's.
struct Extended {
    /// What was taken under one setting is read under any.
    most: usize,
    of: fn(Limits) -> usize,
}

/// A regular expression as AWS prints it, and the matcher written by hand for it.
struct Pattern {
    text: &'static str,
    matches: fn(&str) -> bool,
}

impl Shape {
    const fn of_length(min: usize, max: usize) -> Self {
        Self { min, max, extended: None, pattern: None, sensitive: false }
    }

    const fn extended_to(self, most: usize, of: fn(Limits) -> usize) -> Self {
        Self { extended: Some(Extended { most, of }), ..self }
    }

    const fn matching(self, text: &'static str, matches: fn(&str) -> bool) -> Self {
        Self { pattern: Some(Pattern { text, matches }), ..self }
    }

    const fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    /// For [`Described`].
    fn describe(&self) -> Value {
        let mut described = json!({ "type": "string", "min": self.min, "max": self.max });
        if let Some(shape) = described.as_object_mut() {
            shape.extend(self.pattern.as_ref().map(|pattern| ("pattern".to_owned(), pattern.text.into())));
            shape.extend(self.sensitive.then(|| ("sensitive".to_owned(), true.into())));
        }
        described
    }

    fn check(&self, text: &str) -> Result<(), UnmetConstraints> {
        self.check_up_to(text, self.extended.as_ref().map_or(self.max, |extended| extended.most))
    }

    fn check_request(&self, text: &str, limits: Limits) -> Result<(), UnmetConstraints> {
        let extended = |extended: &Extended| (extended.of)(limits).min(extended.most);
        self.check_up_to(text, self.extended.as_ref().map_or(self.max, extended))
    }

    fn check_up_to(&self, text: &str, max: usize) -> Result<(), UnmetConstraints> {
        let length = text.chars().count();
        let too_long = (length > max).then_some(Constraint::MaxLength(max));
        let too_short = (length < self.min).then_some(Constraint::MinLength(self.min));
        let unlike = self.pattern.as_ref().filter(|pattern| !(pattern.matches)(text));
        UnmetConstraints::none_of(
            too_long.into_iter().chain(too_short).chain(unlike.map(|p| Constraint::Pattern(p.text))),
        )
    }
}

/// `text` is not empty and made of `class` alone: `^[class]+$`.
fn all(text: &str, class: fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(class)
}

/// `^(.*)$`, as Java reads it: anything on one line.
fn one_line(text: &str) -> bool {
    !text.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

/// Declares a string identifier from its [`Shape`]. Cheap to clone: what was read once is answered many times.
macro_rules! string_id {
    ($(#[$meta:meta])* $name:ident, $shape:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            const SHAPE: $crate::ids::Shape = $shape;

            /// Fails with every constraint that `text` breaks.
            pub fn parse(text: &str) -> Result<Self, $crate::constraints::UnmetConstraints> {
                Self::SHAPE.check(text)?;
                Ok(Self(text.into()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $crate::ids::Identifier for $name {
            const SENSITIVE: bool = Self::SHAPE.sensitive;

            fn of_request(
                text: &str,
                limits: $crate::constraints::Limits,
            ) -> Result<Self, $crate::constraints::UnmetConstraints> {
                Self::SHAPE.check_request(text, limits)?;
                Ok(Self(text.into()))
            }
        }

        impl $crate::shape::Described for $name {
            fn describe() -> serde_json::Value {
                Self::SHAPE.describe()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::constraints::UnmetConstraints;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::constraints::UnmetConstraints;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        /// By the parser, as everywhere.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::try_from(<String as serde::Deserialize>::deserialize(deserializer)?)
                    .map_err(serde::de::Error::custom)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                if Self::SHAPE.sensitive {
                    write!(f, "{}(withheld)", stringify!($name))
                } else {
                    f.debug_tuple(stringify!($name)).field(&self.0).finish()
                }
            }
        }
    };
}
use string_id;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::fmt::Debug;

    /// `good` parses and comes back as it was; every entry of `bad` fails with exactly these constraints.
    pub(crate) fn check<T>(good: &[&str], bad: &[(&str, &[Constraint])])
    where
        T: Identifier + ToString + Debug,
    {
        for text in good {
            match text.parse::<T>() {
                Ok(parsed) => assert_eq!(parsed.to_string(), *text),
                Err(unmet) => panic!("`{text}` was refused: {unmet}"),
            }
        }
        for (text, expected) in bad {
            match text.parse::<T>() {
                Ok(parsed) => panic!("`{text}` was accepted as {parsed:?}"),
                Err(unmet) => assert_eq!(unmet.constraints(), *expected, "`{text}`"),
            }
        }
    }

    #[test]
    fn serialises_as_a_plain_string_and_debug_shows_what_is_not_sensitive() {
        let account = AccountId::parse("123456789012").unwrap();
        assert_eq!(serde_json::to_string(&account).unwrap(), "\"123456789012\"");
        assert_eq!(format!("{account:?}"), "AccountId(\"123456789012\")");
        assert_eq!(AccountId::try_from("123456789012".to_owned()).unwrap(), account);
        assert!(AccountId::try_from("12345678901".to_owned()).is_err());
    }
}
