//! The parts of a custom action: its names, its command, what it is attached to, and the token of an idempotent create.

use super::{Identifier, Shape, all, string_id};
use crate::constraints::{Constraint, UnmetConstraints};
use crate::shape::Described;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// The most that [`Limits::command_text`](crate::constraints::Limits) may allow: as long as an alias of chat.
pub const COMMAND_TEXT_MAX: usize = 5_000;

fn is_name(text: &str) -> bool {
    all(text, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn is_not_empty(text: &str) -> bool {
    !text.is_empty()
}

string_id! {
    /// A custom action's name: 1 to 64 of `A-Za-z0-9_-`. Source: model.
    ActionName,
    Shape::of_length(1, 64).matching("^[a-zA-Z0-9_-]{1,64}$", |text| text.len() <= 64 && is_name(text))
}

string_id! {
    /// The name that runs a custom action in chat: 1 to 30 of `A-Za-z0-9-_`. Source: model.
    AliasName,
    Shape::of_length(1, 30).matching("^[A-Za-z0-9-_]+$", is_name)
}

string_id! {
    /// The command that a custom action runs: 1 to 100 characters of any kind, source: model; up to
    /// [`COMMAND_TEXT_MAX`] where the operator allows it.
    CommandText,
    Shape::of_length(1, 100)
        .extended_to(COMMAND_TEXT_MAX, |limits| limits.command_text)
        .matching(r"^[\S\s]+$", is_not_empty)
}

string_id! {
    /// Which notifications an action is attached to: 1 to 100 of `A-Za-z0-9-`. Source: model.
    NotificationType,
    Shape::of_length(1, 100).matching("^[a-zA-Z0-9-]+$", |text| all(text, |b| b.is_ascii_alphanumeric() || b == b'-'))
}

string_id! {
    /// What stands on an action's button: 1 to 50 characters of any kind. Source: model.
    ButtonText,
    Shape::of_length(1, 50).matching(r"^[\S\s]+$", is_not_empty)
}

string_id! {
    /// A variable of an attachment, as its criteria name it: 1 to 100 of `A-Za-z0-9-_`. Source: model.
    VariableName,
    Shape::of_length(1, 100).matching("^[A-Za-z0-9-_]+$", is_name)
}

string_id! {
    /// Where in a notification a variable's value stands: up to 1024 of `\x21` to `\x7F`, and the pattern wants one.
    /// Source: model.
    VariableValue,
    Shape::of_length(0, 1024).matching(r"^[\x21-\x7F]+$", |text| all(text, |b| matches!(b, 0x21..=0x7f)))
}

string_id! {
    /// What a variable is compared with: up to 1024 characters of any kind, and the pattern wants one. Source: model.
    CriteriaValue,
    Shape::of_length(0, 1024).matching(r"^[\S\s]+$", is_not_empty)
}

string_id! {
    /// Makes a repeated create the same create: 33 to 126 of `\x21` to `\x7F`. Source: model.
    ClientToken,
    Shape::of_length(33, 126).matching(r"^[\x21-\x7F]+$", |text| all(text, |b| matches!(b, 0x21..=0x7f)))
}

/// How a criterion looks at its variable. Source: model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CriteriaOperator {
    HasValue,
    Equals,
}

impl CriteriaOperator {
    const VALUES: &[&str] = &["HAS_VALUE", "EQUALS"];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::HasValue => "HAS_VALUE",
            Self::Equals => "EQUALS",
        }
    }
}

impl Identifier for CriteriaOperator {
    const SENSITIVE: bool = false;
}

impl Described for CriteriaOperator {
    fn describe() -> Value {
        json!({ "type": "string", "enum": Self::VALUES })
    }
}

impl FromStr for CriteriaOperator {
    type Err = UnmetConstraints;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = (!Self::VALUES.contains(&text)).then_some(Constraint::EnumValues(Self::VALUES));
        UnmetConstraints::none_of(unknown)?;
        Ok(if text == "HAS_VALUE" { Self::HasValue } else { Self::Equals })
    }
}

impl fmt::Display for CriteriaOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for CriteriaOperator {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for CriteriaOperator {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint::{MaxLength, MinLength, Pattern};

    #[test]
    fn names() {
        let (bounded, unbounded) = (Pattern("^[a-zA-Z0-9_-]{1,64}$"), Pattern("^[A-Za-z0-9-_]+$"));
        check::<ActionName>(
            &["a", "Restart_2-x", &"n".repeat(64)],
            &[("", &[MinLength(1), bounded]), (&"n".repeat(65), &[MaxLength(64), bounded]), ("a b", &[bounded])],
        );
        check::<AliasName>(
            &["a", &"n".repeat(30)],
            &[("", &[MinLength(1), unbounded]), (&"n".repeat(31), &[MaxLength(30)]), ("a.b", &[unbounded])],
        );
        check::<VariableName>(
            &["a", &"n".repeat(100)],
            &[("", &[MinLength(1), unbounded]), (&"n".repeat(101), &[MaxLength(100)]), ("$a", &[unbounded])],
        );
        let no_underscore = Pattern("^[a-zA-Z0-9-]+$");
        check::<NotificationType>(
            &["Custom", "CloudWatch-1", &"n".repeat(100)],
            &[("", &[MinLength(1), no_underscore]), (&"n".repeat(101), &[MaxLength(100)]), ("a_b", &[no_underscore])],
        );
    }

    #[test]
    fn texts_count_characters() {
        let any = Pattern(r"^[\S\s]+$");
        check::<CommandText>(
            &["lambda invoke\n--x", &"ü".repeat(COMMAND_TEXT_MAX)],
            &[("", &[MinLength(1), any]), (&"ü".repeat(COMMAND_TEXT_MAX + 1), &[MaxLength(COMMAND_TEXT_MAX)])],
        );
        check::<ButtonText>(&[&"ü".repeat(50)], &[("", &[MinLength(1), any]), (&"ü".repeat(51), &[MaxLength(50)])]);
        check::<CriteriaValue>(&[&"ü".repeat(1024)], &[("", &[any]), (&"ü".repeat(1025), &[MaxLength(1024)])]);
    }

    #[test]
    fn values_and_tokens_are_visible_ascii() {
        let visible = Pattern(r"^[\x21-\x7F]+$");
        check::<VariableValue>(
            &["event.detail.x", &"v".repeat(1024)],
            &[("", &[visible]), (&"v".repeat(1025), &[MaxLength(1024)]), ("a b", &[visible]), ("ü", &[visible])],
        );
        check::<ClientToken>(
            &[&"t".repeat(33), &"t".repeat(126)],
            &[
                (&"t".repeat(32), &[MinLength(33)]),
                (&"t".repeat(127), &[MaxLength(126)]),
                (&" ".repeat(33), &[visible]),
            ],
        );
    }

    #[test]
    fn operators() {
        check::<CriteriaOperator>(
            &["HAS_VALUE", "EQUALS"],
            &[("equals", &[Constraint::EnumValues(&["HAS_VALUE", "EQUALS"])])],
        );
    }
}
