//! A string of a policy in which `*`, `?` and `${variables}` may stand: parsed once, matched per request.
//!
//! Variables: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use super::context::{ConditionKey, Context};
use super::document::{MAX_KEY_CHARACTERS, MAX_VALUE_CHARACTERS, Version};
use super::error::{Fault, echoed};
use super::glob::{Case, Reach, Token, matches};

/// What `*` and `?` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcards {
    Wild,
    Literal,
}

#[derive(Debug)]
pub(super) enum Pattern {
    /// Without variables: nothing to do at evaluation but to match.
    Fixed(Box<[Token<Box<str>>]>),
    Template(Box<[Part]>),
}

#[derive(Debug)]
pub(super) enum Part {
    Token(Token<Box<str>>),
    Variable { key: ConditionKey, default: Option<Box<str>> },
}

/// A test of a string against a pattern that is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Glob(Case, Reach),
    /// Unicode's simple lower case. No wildcards.
    IgnoreCase,
}

impl Pattern {
    pub(super) fn parse(text: &str, version: Version, wildcards: Wildcards) -> Result<Self, Fault> {
        if text.chars().nth(MAX_VALUE_CHARACTERS).is_some() {
            return Err(Fault::ValueTooLong { limit: MAX_VALUE_CHARACTERS });
        }
        let mut parts = Parts { done: Vec::new(), text: String::new() };
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if version == Version::WithVariables && rest.starts_with("${") {
                rest = parts.variable(rest).ok_or_else(|| Fault::Variable { text: echoed(text) })?;
                continue;
            }
            match (next, wildcards) {
                ('*', Wildcards::Wild) => parts.wildcard(Token::AnyRun),
                ('?', Wildcards::Wild) => parts.wildcard(Token::AnyOne),
                _ => parts.text.push(next),
            }
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
        Ok(parts.finish())
    }

    /// `None`: a variable has no value, or several, and no default.
    pub(super) fn matches(&self, text: &str, context: &Context, comparison: Comparison) -> Option<bool> {
        match self {
            Self::Fixed(tokens) => Some(compare(tokens, text, comparison)),
            Self::Template(parts) => {
                let tokens: Vec<Token<&str>> = parts.iter().map(|part| part.fill(context)).collect::<Option<_>>()?;
                Some(compare(&tokens, text, comparison))
            }
        }
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = &ConditionKey> {
        let parts: &[Part] = match self {
            Self::Fixed(_) => &[],
            Self::Template(parts) => parts,
        };
        parts.iter().filter_map(|part| match part {
            Part::Token(_) => None,
            Part::Variable { key, .. } => Some(key),
        })
    }

    /// The colons that are there whatever the variables' values.
    pub(super) fn fixed_colons(&self) -> usize {
        let colons = |token: &Token<Box<str>>| match token {
            Token::Text(text) => text.matches(':').count(),
            Token::AnyOne | Token::AnyRun => 0,
        };
        match self {
            Self::Fixed(tokens) => tokens.iter().map(colons).sum(),
            Self::Template(parts) => {
                let tokens = parts.iter().filter_map(|part| match part {
                    Part::Token(token) => Some(token),
                    Part::Variable { .. } => None,
                });
                tokens.map(colons).sum()
            }
        }
    }
}

fn compare<S: AsRef<str>>(tokens: &[Token<S>], text: &str, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Glob(case, reach) => matches(tokens, text, case, reach),
        Comparison::IgnoreCase => {
            let wanted = tokens.iter().flat_map(|token| match token {
                Token::Text(text) => text.as_ref().chars(),
                // Not made for this comparison: see `Wildcards::Literal`.
                Token::AnyOne | Token::AnyRun => "".chars(),
            });
            wanted.flat_map(char::to_lowercase).eq(text.chars().flat_map(char::to_lowercase))
        }
    }
}

impl Part {
    fn fill<'a>(&'a self, context: &'a Context) -> Option<Token<&'a str>> {
        match self {
            Self::Token(Token::Text(text)) => Some(Token::Text(text)),
            Self::Token(Token::AnyOne) => Some(Token::AnyOne),
            Self::Token(Token::AnyRun) => Some(Token::AnyRun),
            Self::Variable { key, default } => context.single(key).or(default.as_deref()).map(Token::Text),
        }
    }
}

/// A pattern in the making.
struct Parts {
    done: Vec<Part>,
    text: String,
}

impl Parts {
    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Part::Token(Token::Text(std::mem::take(&mut self.text).into())));
        }
    }

    fn wildcard(&mut self, token: Token<Box<str>>) {
        self.flush();
        // `**` means what `*` means, and would only be matched twice.
        let again = token == Token::AnyRun && matches!(self.done.last(), Some(Part::Token(Token::AnyRun)));
        if !again {
            self.done.push(Part::Token(token));
        }
    }

    /// Takes `${…}` off the front of `rest`.
    fn variable<'t>(&mut self, rest: &'t str) -> Option<&'t str> {
        let inner = rest.strip_prefix("${")?;
        for literal in ['*', '?', '$'] {
            if let Some(rest) = inner.strip_prefix(literal).and_then(|rest| rest.strip_prefix('}')) {
                self.text.push(literal);
                return Some(rest);
            }
        }
        let end = inner.find(['}', ','])?;
        let (key, tail) = inner.split_at_checked(end)?;
        let (default, rest) = if let Some(rest) = tail.strip_prefix('}') {
            (None, rest)
        } else {
            let quoted = tail.strip_prefix(',')?.trim_start_matches(' ').strip_prefix('\'')?;
            let (default, rest) = quoted.split_once('\'')?;
            (Some(default.into()), rest.trim_start_matches(' ').strip_prefix('}')?)
        };
        let key = condition_key(key).ok()?;
        self.flush();
        self.done.push(Part::Variable { key, default });
        Some(rest)
    }

    fn finish(mut self) -> Pattern {
        self.flush();
        let mut tokens = Vec::with_capacity(self.done.len());
        if self.done.iter().any(|part| matches!(part, Part::Variable { .. })) {
            return Pattern::Template(self.done.into());
        }
        for part in self.done {
            if let Part::Token(token) = part {
                tokens.push(token);
            }
        }
        Pattern::Fixed(tokens.into())
    }
}

/// A key has its service's prefix; a tag's key may follow it, with blanks and signs, but never what ends a variable.
pub(super) fn condition_key(text: &str) -> Result<ConditionKey, Fault> {
    let good = text.split_once(':').is_some_and(|(service, name)| {
        let prefix = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/');
        !service.is_empty() && service.chars().all(prefix) && !name.is_empty()
    });
    let bad = |c: char| c.is_control() || matches!(c, '{' | '}' | '$' | '\'' | ',' | '*' | '?');
    if !good || text.contains(bad) || text.chars().nth(MAX_KEY_CHARACTERS).is_some() {
        return Err(Fault::Key { key: echoed(text), limit: MAX_KEY_CHARACTERS });
    }
    Ok(ConditionKey::new(text))
}
