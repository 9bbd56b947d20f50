//! What follows `run NAME`: values for variables, by position or by name.

use super::words::{Word, is_dash, words};
use crate::command::variables::VariableValues;

/// Why the words after `run NAME` are no values of it. For people in chat: whole sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadArgument {
    #[error("A quote is opened and never closed.")]
    Unclosed,
    #[error("`{name}` is none of its variables: {}. If it is a value, put it between quotes.", listed(variables))]
    Unknown { name: String, variables: Vec<String> },
    #[error("`--{0}` has no value behind it. A value that begins with a dash goes between quotes, or behind `--{0}=`.")]
    NoValue(String),
    #[error("`{0}` is given twice.")]
    Twice(String),
    #[error(
        "These are {given} values more than it has variables: {}. A value with spaces goes between quotes.",
        listed(variables)
    )]
    TooMany { given: usize, variables: Vec<String> },
}

fn listed(variables: &[String]) -> String {
    if variables.is_empty() {
        return "it has none".to_owned();
    }
    let named: Vec<String> = variables.iter().map(|variable| format!("`{variable}`")).collect();
    format!("it has {}", named.join(", "))
}

/// Reads `val1 val2`, `--name val1`, `--name=val1`, mixed: what has no name fills the variables that are not named, in their order.
/// Some may stay without a value.
pub fn arguments(text: &str, variables: &[&str]) -> Result<VariableValues, BadArgument> {
    let owned = || variables.iter().map(|variable| (*variable).to_owned()).collect::<Vec<_>>();
    let mut values = VariableValues::new();
    let mut unnamed = Vec::new();
    let mut words = words(text).ok_or(BadArgument::Unclosed)?.into_iter().peekable();
    while let Some(word) = words.next() {
        let Some((name, value)) = named(&word, variables) else {
            unnamed.push(word.content);
            continue;
        };
        if !variables.contains(&name) {
            return Err(BadArgument::Unknown { name: word.content.clone(), variables: owned() });
        }
        let value = if let Some(value) = value {
            value.to_owned()
        } else {
            let next = words.next_if(|next| named(next, variables).is_none());
            next.ok_or_else(|| BadArgument::NoValue(name.to_owned()))?.content
        };
        if values.insert(name.to_owned(), value).is_some() {
            return Err(BadArgument::Twice(name.to_owned()));
        }
    }
    let free: Vec<&str> = variables.iter().copied().filter(|variable| !values.contains_key(*variable)).collect();
    if unnamed.len() > free.len() {
        return Err(BadArgument::TooMany { given: unnamed.len() - free.len(), variables: owned() });
    }
    values.extend(free.into_iter().map(str::to_owned).zip(unnamed));
    Ok(values)
}

/// `--name`, `--name=value`. A number below zero is a value, unless a variable is called that.
fn named<'a>(word: &'a Word, variables: &[&str]) -> Option<(&'a str, Option<&'a str>)> {
    let given = word.content.trim_start_matches(is_dash);
    let (name, value) = match given.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (given, None),
    };
    let is_number = name.starts_with(|c: char| c.is_ascii_digit()) && !variables.contains(&name);
    (word.looks_like_a_flag() && !name.is_empty() && !is_number).then_some((name, value))
}
