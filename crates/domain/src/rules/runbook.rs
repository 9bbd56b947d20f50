//! The address of a runbook, with the message's attributes in it.

use super::attribute::{Attribute, Facts};
use crate::notification::{Link, Severity, encoded};

/// Characters of an address in the settings, and of one that is filled in: what browsers and platforms take.
const TEMPLATE_LENGTH: usize = 1_000;
const URL_LENGTH: usize = 2_000;

/// `https://wiki.example.com/runbooks/{subject}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runbook(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Field(Attribute),
}

impl Runbook {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > TEMPLATE_LENGTH {
            return Err(format!("must have {TEMPLATE_LENGTH} characters at most"));
        }
        let fixed = text.split('{').next().unwrap_or_default();
        let host = fixed.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
        let whole = text.contains('{') || url::Url::parse(text).is_ok();
        // A message must not choose the host.
        if !whole || host.is_none_or(|(host, _)| host.is_empty()) || url::Url::parse(fixed).is_err() {
            return Err(
                "must be an address like `https://wiki.example.com/{subject}`, with fields behind its host".to_owned()
            );
        }
        if let Some(bad) = text.chars().find(|c| !c.is_ascii_graphic() || "<>|\"\\^`".contains(*c)) {
            return Err(format!("must be percent-encoded: it has a `{}`", bad.escape_debug()));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("has a `{` without a `}`")?;
            let field = Attribute::parse(name)
                .ok_or_else(|| format!("has the field `{{{name}}}`, which is none: say {}", Attribute::names()))?;
            pieces.extend([Piece::Literal(before.to_owned()), Piece::Field(field)]);
            rest = after;
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        if pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains('}'))) {
            return Err("has a `}` without a `{`".to_owned());
        }
        Ok(Self(pieces))
    }

    pub fn reads_message(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Field(Attribute::Detail(_))))
    }

    /// None if the message does not say one of the fields: a link that leads nowhere is worse than none.
    pub fn link(&self, facts: &Facts<'_>, severity: Severity) -> Option<Link> {
        let mut url = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => url.push_str(text),
                Piece::Field(attribute) => {
                    let value = attribute.value(facts, severity)?;
                    // Browsers walk up a path by these, also when they are percent-encoded.
                    if matches!(value.trim(), "" | "." | "..") {
                        return None;
                    }
                    url.push_str(&encoded(&value));
                }
            }
            if url.len() > URL_LENGTH {
                return None;
            }
        }
        Some(Link { label: RUNBOOK_LABEL.to_owned(), url })
    }
}

/// What the link is called.
pub const RUNBOOK_LABEL: &str = "Open the runbook";
