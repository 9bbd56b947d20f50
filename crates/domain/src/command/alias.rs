//! Aliases: a name for a line of words, in which `$variables` are filled in when it is run.
//!
//! The server's `app/conversations/aliases` keeps and runs them; a custom action's command is the same kind of line, so its buttons
//! run by [`Action::fill`] too. Whoever runs one gives *values*: whatever stands in them, the operation, the flags and the other
//! values stay those that whoever made the alias wrote down. `insertion` sees to that, by the place that a value is put into, and
//! what it cannot be sure of it has read again, or refuses.

mod arguments;
mod insertion;
mod reading;
mod words;

use std::fmt;

pub use self::arguments::{BadArgument, arguments};
pub use self::insertion::NotFilled;
use self::words::{Dollar, Word, words};
use super::variables::VariableValues;
use crate::conversation::Request;

/// Source: AWS Chatbot Administrator Guide, "Creating and using command aliases in chat channels".
pub const NAME_CHARS_MAX: usize = 100;
pub const ACTION_CHARS_MAX: usize = 5_000;
/// Different variables of one action: a form of Slack has a hundred fields, and nobody fills in more than these.
pub const VARIABLES_MAX: usize = 20;

/// An alias's name: what may stand in the API's `AliasName` too, so that a look-alike of a name is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// What an alias or a custom action runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    text: String,
    words: Vec<Word>,
    /// In the order of the text.
    places: Vec<Place>,
}

/// Where a value goes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// Of `$name` in the text.
    start: usize,
    end: usize,
    /// `None`: `$$`, which is a `$`.
    variable: Option<String>,
    word: usize,
    dollar: Dollar,
}

/// Why a line is no action of an alias. For people in chat: whole sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAction {
    #[error("An alias needs something to run: `alias create NAME lambda list-functions`.")]
    Empty,
    #[error("This is too long for an alias: it may have {ACTION_CHARS_MAX} characters.")]
    TooLong,
    #[error("An alias cannot run another alias or make one: write down the command itself.")]
    Recursive,
    #[error("An alias runs a command of AWS, and this is one of my own words.")]
    NotACommand,
    #[error("`${0}` stands where the service or a flag is named: a variable can only stand for a value.")]
    NotAValue(String),
    #[error("An alias may have {VARIABLES_MAX} variables, and this has more.")]
    TooManyVariables,
    #[error("A quote is opened and never closed.")]
    Unclosed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The name of an alias is made of letters, digits, `-` and `_`, {NAME_CHARS_MAX} of them at most.")]
pub struct BadName;

impl Name {
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        // One that begins with a dash would be read as a flag.
        let fits =
            !text.is_empty() && text.len() <= NAME_CHARS_MAX && !text.starts_with('-') && text.chars().all(is_name);
        if fits { Ok(Self(text.to_owned())) } else { Err(BadName) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Action {
    /// Of what follows `alias create NAME`, or of a custom action's `CommandText`.
    pub fn parse(text: &str) -> Result<Self, BadAction> {
        let text = without_prefix(text.trim());
        if text.is_empty() {
            return Err(BadAction::Empty);
        }
        if text.chars().nth(ACTION_CHARS_MAX).is_some() {
            return Err(BadAction::TooLong);
        }
        let words = words(text).ok_or(BadAction::Unclosed)?;
        let places = places(text, &words);
        let action = Self { text: text.to_owned(), words, places };
        action.check()?;
        Ok(action)
    }

    fn check(&self) -> Result<(), BadAction> {
        match Request::parse(&self.text) {
            Request::Command(_) => {}
            Request::Alias(_) | Request::Run(_) => return Err(BadAction::Recursive),
            _ => return Err(BadAction::NotACommand),
        }
        for place in &self.places {
            let word = self.words.get(place.word);
            // `--$x`, `--a-$x=1`; in `--a=$x` it is a value.
            let names_a_flag = word.is_some_and(|word| {
                word.looks_like_a_flag() && word.content.find('=').is_none_or(|equals| place.dollar.content_at < equals)
            });
            if let Some(variable) = place.variable.as_ref().filter(|_| names_a_flag || place.word == 0) {
                return Err(BadAction::NotAValue(variable.clone()));
            }
        }
        if self.variables().len() > VARIABLES_MAX {
            return Err(BadAction::TooManyVariables);
        }
        Ok(())
    }

    /// As it was written, without `aws` in front.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Each once, in the order in which they are first named: that of values without a name.
    pub fn variables(&self) -> Vec<&str> {
        let mut variables = Vec::new();
        for variable in self.places.iter().filter_map(|place| place.variable.as_deref()) {
            if !variables.contains(&variable) {
                variables.push(variable);
            }
        }
        variables
    }

    /// Those that have no value yet.
    pub fn missing(&self, values: &VariableValues) -> Vec<&str> {
        self.variables().into_iter().filter(|variable| !values.contains_key(*variable)).collect()
    }

    /// The words before the first flag or variable: which operation it is stands in them, or nowhere.
    pub fn head(&self) -> &str {
        let has_variable =
            |index: usize| self.places.iter().any(|place| place.word == index && place.variable.is_some());
        let ends = self.words.iter().enumerate().find(|(index, word)| word.looks_like_a_flag() || has_variable(*index));
        let end = ends.map_or(self.text.len(), |(_, word)| word.start);
        self.text.get(..end).unwrap_or_default().trim_end()
    }

    /// Whether the word before the place's is a flag that waits for its value.
    fn follows_a_flag(&self, place: &Place) -> bool {
        let before = place.word.checked_sub(1).and_then(|index| self.words.get(index));
        before.is_some_and(|word| word.looks_like_a_flag() && !word.content.contains('='))
    }

    /// Whether the place is all of a word, or all that follows `--flag=`.
    fn is_whole_value(&self, place: &Place) -> bool {
        let Some(word) = self.words.get(place.word) else { return false };
        let ends_at = place.dollar.content_at + place.end - place.start;
        ends_at == word.content.len() && place.dollar.content_at == word.value_at()
    }

    /// The line that runs.
    pub fn fill(&self, values: &VariableValues) -> Result<String, NotFilled> {
        insertion::fill(self, values)
    }
}

/// People write `aws` before a command, and so do templates for custom actions.
fn without_prefix(text: &str) -> &str {
    let mut parts = text.splitn(2, char::is_whitespace);
    match (parts.next(), parts.next()) {
        (Some(first), Some(rest)) if ["aws", "@aws"].iter().any(|own| first.eq_ignore_ascii_case(own)) => {
            rest.trim_start()
        }
        _ => text,
    }
}

fn places(text: &str, words: &[Word]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        for dollar in &word.dollars {
            // The second of `$$`.
            if places.last().is_some_and(|place| place.end > dollar.at) {
                continue;
            }
            let after = text.get(dollar.at + 1..).unwrap_or_default();
            let Some((variable, length)) = variable(after) else { continue };
            places.push(Place {
                start: dollar.at,
                end: dollar.at + 1 + length,
                variable: variable.map(str::to_owned),
                word: index,
                dollar: *dollar,
            });
        }
    }
    places
}

/// The variable that follows a `$`, and the bytes that it takes: `name`, `{name}`; of a second `$` none.
fn variable(after: &str) -> Option<(Option<&str>, usize)> {
    if after.starts_with('$') {
        return Some((None, 1));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if let Some(braced) = after.strip_prefix('{') {
        let (name, _) = braced.split_once('}')?;
        return (!name.is_empty() && name.chars().all(is_name)).then_some((Some(name), name.len() + 2));
    }
    let length = after.find(|c| !is_name(c)).unwrap_or(after.len());
    let name = after.get(..length)?.trim_end_matches('-');
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    begins.then_some((Some(name), name.len()))
}

#[cfg(test)]
mod tests;
