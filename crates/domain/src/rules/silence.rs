//! A silence: what is like it stays out of chat until it ends. Somebody made it, and says why.

use super::attribute::Facts;
use super::condition::{Condition, Conditions};
use crate::notification::{Moment, Severity};

#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    pub id: i64,
    /// Of configurations of this account only.
    pub account_id: Option<String>,
    pub conditions: Conditions,
    pub ends_at_ms: i64,
    pub author: String,
    pub comment: String,
}

/// What keeps a silence from applying.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unsilenced<'a> {
    Ended,
    OtherAccount,
    Condition(&'a Condition),
}

impl Silence {
    /// Why a message is not silenced; `None`: it is.
    pub fn misses(&self, facts: &Facts<'_>, severity: Severity, now_ms: i64) -> Option<Unsilenced<'_>> {
        let account_id = facts.configuration_arn.split(':').nth(4);
        if now_ms >= self.ends_at_ms {
            return Some(Unsilenced::Ended);
        }
        if self.account_id.is_some() && self.account_id.as_deref() != account_id {
            return Some(Unsilenced::OtherAccount);
        }
        self.conditions.failing(facts, severity).map(Unsilenced::Condition)
    }

    /// For the ledger.
    pub fn reason(&self) -> String {
        let Self { id, author, comment, ends_at_ms, .. } = self;
        let until = Moment::from_unix_ms(*ends_at_ms).utc();
        format!("silenced until {until} by {author}: {comment} (silence {id})")
    }
}
