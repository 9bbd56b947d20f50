//! The shape of a platform's table of answers: one line per status or code, with its verdict, meaning and remedy.
//!
//! The tables of the platforms are made of it; docs/reference/outcomes.md shows the same lines, which a test compares. It
//! never looks at a body: what a code is and where it stands is each platform's own.

use super::DeliveryOutcome;
use crate::notification::text::first_line;

/// What a line decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Delivered,
    Retry,
    Paused,
    Dead,
}

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// HTTP statuses, first and last.
    Status(u16, u16),
    /// A code in the body.
    Code(&'static str),
    /// Anything else; the words say what.
    Other(&'static str),
}

/// One line of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub key: Key,
    pub verdict: Verdict,
    pub meaning: &'static str,
    /// What somebody has to do; empty where nobody has to.
    pub remedy: &'static str,
}

/// Characters of a platform's own words that a reason keeps.
pub(super) const WORDS_MAX: usize = 300;
/// Characters of an unknown code that a reason keeps; the longest documented one has 42.
const CODE_MAX: usize = 80;

impl Line {
    pub(super) const fn code(
        code: &'static str,
        verdict: Verdict,
        meaning: &'static str,
        remedy: &'static str,
    ) -> Self {
        Self { key: Key::Code(code), verdict, meaning, remedy }
    }

    pub(super) const fn status(status: u16, verdict: Verdict, meaning: &'static str, remedy: &'static str) -> Self {
        Self { key: Key::Status(status, status), verdict, meaning, remedy }
    }

    /// The outcome of an attempt that was answered with `said` (a status in words, a code).
    pub(super) fn outcome(&self, platform: &str, said: &str, after_ms: Option<i64>, details: &str) -> DeliveryOutcome {
        let remedy = if self.remedy.is_empty() { String::new() } else { format!("; {}", self.remedy) };
        let reason = format!("{platform} answered {said}: {}{details}{remedy}", self.meaning);
        match self.verdict {
            Verdict::Delivered => DeliveryOutcome::Delivered { posted: String::new() },
            Verdict::Retry => DeliveryOutcome::Retry { after_ms, reason },
            Verdict::Paused => DeliveryOutcome::Paused { reason },
            Verdict::Dead => DeliveryOutcome::Dead { reason },
        }
    }
}

/// The line of a status.
pub(super) fn of_status(table: &'static [Line], status: u16) -> Option<&'static Line> {
    table.iter().find(|line| matches!(line.key, Key::Status(first, last) if (first..=last).contains(&status)))
}

/// The line of a code.
pub(super) fn of_code(table: &'static [Line], code: &str) -> Option<&'static Line> {
    table.iter().find(|line| matches!(line.key, Key::Code(known) if known.eq_ignore_ascii_case(code)))
}

/// A platform's code between backticks, safe to print and bounded.
pub(super) fn quoted(code: &str) -> String {
    format!("`{}`", first_line(code, CODE_MAX).unwrap_or_default().replace('`', "'"))
}

/// A platform's own words after a colon, safe to print and bounded; nothing if it said nothing.
pub(super) fn words(said: &str) -> String {
    first_line(said, WORDS_MAX).map(|said| format!(" (\"{said}\")")).unwrap_or_default()
}

#[cfg(test)]
impl Line {
    /// The line as docs/reference/outcomes.md has it.
    pub(super) fn documented(&self) -> String {
        let key = match self.key {
            Key::Status(first, last) if first == last => format!("HTTP {first}"),
            Key::Status(first, last) => format!("HTTP {first}–{last}"),
            Key::Code(code) => format!("`{code}`"),
            Key::Other(words) => words.to_owned(),
        };
        let verdict = match self.verdict {
            Verdict::Delivered => "delivered",
            Verdict::Retry => "retry",
            Verdict::Paused => "**pause**",
            Verdict::Dead => "dead",
        };
        format!("| {key} | {verdict} | {} | {} |", self.meaning, self.remedy)
    }
}
