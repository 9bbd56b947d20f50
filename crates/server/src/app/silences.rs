//! The silences in force, as every node knows them: read from the store every second, kept in memory for each message.
//!
//! `worker/follow_silences` looks; `app/rules` asks. A store that is away leaves what was known: a silence still ends at its
//! time.

use std::sync::{Arc, PoisonError, RwLock};

use domain::rules::{Conditions, Silence};
use serde_json::Value;
use store::{NewSilence, StoreError, StoredSilence};
use wire::ids::AccountId;

use super::App;

/// How soon a node knows of a silence that was made or ended elsewhere.
pub const SILENCES_EVERY_MS: i64 = 1_000;

/// Our own bounds on what people write.
const AUTHOR_LENGTH: usize = 100;
const COMMENT_LENGTH: usize = 500;
const CONDITIONS_BYTES: usize = 4_096;
const LONGEST_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// Those in force when the store was last asked.
#[derive(Debug, Default)]
pub struct Silences(RwLock<Arc<[Silence]>>);

impl Silences {
    pub(super) fn now(&self) -> Arc<[Silence]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl App {
    /// Reads which silences are in force.
    pub async fn look_at_silences(&self) -> Result<(), StoreError> {
        let stored = self.store.silences_in_force(self.clock.now_ms()).await?;
        let read = stored.iter().filter_map(|stored| match silence(stored) {
            Ok(silence) => Some(silence),
            Err(problem) => {
                tracing::error!(silence = stored.id, problem, "a silence cannot be read and silences nothing");
                None
            }
        });
        *self.silences.0.write().unwrap_or_else(PoisonError::into_inner) = read.collect();
        Ok(())
    }

    /// Wakes channels whose quiet hours have ended.
    pub async fn end_quiet_hours(&self) -> Result<(), StoreError> {
        self.store.end_quiet_hours(self.clock.now_ms()).await
    }
}

/// What the store keeps, ready to be asked.
pub fn silence(stored: &StoredSilence) -> Result<Silence, String> {
    let StoredSilence { id, silence } = stored;
    Ok(Silence {
        id: *id,
        account_id: silence.account_id.as_ref().map(|account_id| account_id.as_str().to_owned()),
        conditions: conditions(&silence.conditions)?,
        ends_at_ms: silence.ends_at_ms,
        author: silence.author.clone(),
        comment: silence.comment.clone(),
    })
}

/// Checks what somebody wants silenced; an `Err` is the sentence for them.
pub fn new_silence(
    account_id: Option<AccountId>,
    conditions: &Value,
    author: &str,
    comment: &str,
    (created_at_ms, ends_at_ms): (i64, i64),
) -> Result<NewSilence, String> {
    let text = conditions.to_string();
    if text.len() > CONDITIONS_BYTES {
        return Err(format!("the conditions are longer than {CONDITIONS_BYTES} bytes"));
    }
    if self::conditions(&text)?.is_empty() {
        return Err(
            "a silence needs a condition at least: `--match severity=warning`, or `--match text=*` for all".to_owned()
        );
    }
    if ends_at_ms <= created_at_ms {
        return Err("a silence must end later than now: say `--for 2h`, or a time to come with `--until`".to_owned());
    }
    if ends_at_ms.saturating_sub(created_at_ms) > LONGEST_MS {
        return Err("a silence lasts a year at most; what is to be quiet for ever is a rule with `mute`".to_owned());
    }
    Ok(NewSilence {
        account_id,
        conditions: text,
        author: line("author", author, AUTHOR_LENGTH)?,
        comment: line("comment", comment, COMMENT_LENGTH)?,
        created_at_ms,
        ends_at_ms,
    })
}

fn conditions(text: &str) -> Result<Conditions, String> {
    let table: serde_json::Map<String, Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Conditions::parse(&table).map_err(|(key, problem)| format!("the condition `{key}` {problem}"))
}

/// One line that says something: it stands in lists and in reasons.
fn line(what: &str, text: &str, length: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > length || text.chars().any(char::is_control) {
        return Err(format!("the {what} must be one line of 1 to {length} characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_silence_says_what_who_why_and_until_when() {
        let good = json!({"subject": "orders-*"});
        let of = |conditions: &Value, author: &str, comment: &str, ends_at_ms| {
            new_silence(None, conditions, author, comment, (1_000, ends_at_ms))
        };
        assert_eq!(of(&good, " anna ", "why", 1_001).unwrap().author, "anna");
        for (refused, word) in [
            (of(&json!({}), "anna", "why", 2_000), "needs a condition"),
            (of(&json!({"sevrity": "x"}), "anna", "why", 2_000), "`sevrity`"),
            (of(&json!({"text": vec!["x".repeat(200); 30]}), "anna", "why", 2_000), "4096 bytes"),
            (of(&good, "", "why", 2_000), "the author"),
            (of(&good, "anna", "two\nlines", 2_000), "the comment"),
            (of(&good, "anna", "why", 1_000), "later than now"),
            (of(&good, "anna", "why", 1_001 + LONGEST_MS), "a year at most"),
        ] {
            let sentence = refused.unwrap_err();
            assert!(sentence.contains(word), "{sentence}");
        }
    }
}
