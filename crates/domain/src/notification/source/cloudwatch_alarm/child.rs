//! The alarms that made a composite alarm change.
//!
//! The alarm reader calls it. SNS alarm JSON has them in `TriggeringChildren`, `EventBridge`'s event in its `reasonData`.

use serde_json::Value;

use crate::notification::arn::Arn;
use crate::notification::source::fields::Fields;
use crate::notification::{Moment, Part, Text};

/// Children that a card shows. AWS Chatbot stops at 3 and does not say so.
const CHILDREN_SHOWN: usize = 10;

/// One of them.
pub struct Child<'a> {
    pub name: &'a str,
    state: Option<&'a str>,
    reason: Option<&'a str>,
    since: Option<&'a str>,
}

impl<'a> Child<'a> {
    /// `{"Arn", "State": {"Value", "Timestamp"}}`, the same in lower case, or (in the guide's schema) a bare string. A reason
    /// is read in case AWS sends one: no schema has it.
    pub fn read(value: &'a Value) -> Option<Self> {
        if let Some(arn) = value.as_str() {
            return Some(Self { name: name(arn), state: None, reason: None, since: None });
        }
        let child = Fields::of(value);
        let either = |one: &str, other: &str| child.str(one).or_else(|| child.str(other));
        Some(Self {
            name: name(either("Arn", "arn")?),
            state: either("State.Value", "state.value"),
            reason: either("State.Reason", "state.reason"),
            since: either("State.Timestamp", "state.timestamp"),
        })
    }

    /// `ALARM: api-errors since 2026-11-22 18:20:16 UTC`.
    fn line(&self) -> String {
        let mut line = self.state.map(|state| format!("{state}: ")).unwrap_or_default();
        line.push_str(self.name);
        if let Some(since) = self.since {
            line.extend([" since ", &Moment::parse(since).utc()]);
        }
        if let Some(reason) = self.reason {
            line.extend([" (", reason, ")"]);
        }
        line
    }
}

/// The list of them, and how many were left out of it.
pub fn list(children: &[Child<'_>]) -> Option<Part> {
    let items: Vec<Text> = children.iter().take(CHILDREN_SHOWN).map(|child| Text::Plain(child.line())).collect();
    let left_out = children.len() - items.len();
    (!items.is_empty()).then(|| Part::Bullets { title: Some("Because of".to_owned()), items, left_out })
}

fn name(arn: &str) -> &str {
    Arn::parse(arn).and_then(|arn| arn.named("alarm")).unwrap_or(arn)
}
