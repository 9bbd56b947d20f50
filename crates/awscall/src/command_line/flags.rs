//! Which words are flags and which are values. [`super::target`] and [`super::arguments`] take them one after the other.

use super::mistake::{Mistake, Result, said};
use super::words::{Word, is_dash};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Flag(Flag),
    Value(String),
}

/// `--name` or `--name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flag {
    /// As it was typed, without its dashes.
    pub name: String,
    pub value: Option<String>,
}

pub(super) struct Items {
    items: std::iter::Peekable<std::vec::IntoIter<Item>>,
}

impl Items {
    pub fn of(words: Vec<Word>) -> Result<Self> {
        let items = words.into_iter().map(item).collect::<Result<Vec<_>>>()?;
        Ok(Self { items: items.into_iter().peekable() })
    }

    /// The next word, if it is a value and no flag.
    pub fn value(&mut self) -> Option<String> {
        match self.items.next_if(|item| matches!(item, Item::Value(_)))? {
            Item::Value(value) => Some(value),
            Item::Flag(_) => None,
        }
    }

    /// The next word, if it is a value that `is` accepts.
    pub fn value_if(&mut self, is: impl Fn(&str) -> bool) -> Option<String> {
        let wanted = matches!(self.items.peek(), Some(Item::Value(value)) if is(value));
        if wanted { self.value() } else { None }
    }

    pub fn values(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.value()).collect()
    }

    /// Whether a flag of this name, without a value, stands anywhere ahead.
    pub fn has_switch(&self, names: &[&str]) -> bool {
        self.items
            .clone()
            .any(|item| matches!(item, Item::Flag(flag) if flag.value.is_none() && names.contains(&flag.name.as_str())))
    }
}

impl Iterator for Items {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        self.items.next()
    }
}

fn item(word: Word) -> Result<Item> {
    let dashes: usize = word.text.chars().take_while(|letter| is_dash(*letter)).map(char::len_utf8).sum();
    let Some(rest) = looks_like_flag(&word.text) else { return Ok(Item::Value(word.text)) };
    let (name, value) = match rest.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (rest, None),
    };
    // What is quoted is meant as a value, and still none: a value that was put in from elsewhere must not become a flag, nor may a
    // flag be taken for a value. Written after `=`, there is no doubt.
    if word.quoted_from.is_some_and(|from| from < dashes + name.len() + usize::from(value.is_some())) {
        return Err(Mistake::new(format!(
            "`{}` begins like a flag. If it is meant as a value, write it after `=`, as in `--name='{}'`.",
            said(&word.text),
            said(&word.text)
        )));
    }
    Ok(Item::Flag(Flag { name: name.to_owned(), value }))
}

/// What follows the dashes of a flag: one or two dashes, a letter, and no space in its name. `-5`, `-` and `--- text` are values.
pub(super) fn looks_like_flag(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(is_dash);
    let dashes = text.chars().take_while(|letter| is_dash(*letter)).count();
    let name = rest.split('=').next().unwrap_or_default();
    ((1..=2).contains(&dashes)
        && rest.starts_with(|letter: char| letter.is_alphabetic())
        && !name.contains(char::is_whitespace))
    .then_some(rest)
}
