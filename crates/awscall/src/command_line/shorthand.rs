//! The AWS CLI's shorthand: `Key=a,Value=b`, `Values=a,b`, `a=[x,y],b={c=d}`. Read without a model: all leaves are strings, which
//! [`super::typed`] makes what the shape wants.
//!
//! Source: <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html> and the grammar that awscli's `shorthand.py` names.

use serde_json::{Map, Value};

use super::NESTING_MAX;

/// Or where and why it is none, without repeating what it holds.
pub(super) fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let mut reader = Reader { letters: text.chars().collect(), at: 0 };
    let mut members = Map::new();
    loop {
        reader.spaces();
        let (key, value) = reader.pair()?;
        put(&mut members, key, value)?;
        reader.spaces();
        match reader.letter() {
            None => return Ok(members),
            Some(',') => reader.at += 1,
            Some(_) => return Err(reader.unexpected("a comma")),
        }
    }
}

fn put(members: &mut Map<String, Value>, key: String, value: Value) -> Result<(), String> {
    if members.contains_key(&key) {
        return Err(format!("`{key}` stands in it twice: a space, not a comma, divides one item from the next"));
    }
    members.insert(key, value);
    Ok(())
}

struct Reader {
    letters: Vec<char>,
    at: usize,
}

impl Reader {
    fn letter(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while self.letter().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.letter() {
            Some(_) => format!("at character {} there should be {wanted}", self.at + 1),
            None => format!("at its end there should be {wanted}"),
        }
    }

    /// `key=` and what follows; at the top a list needs no brackets.
    fn pair(&mut self) -> Result<(String, Value), String> {
        let key = self.key()?;
        let value = match self.letter() {
            Some('[' | '{') => self.nested(1)?,
            _ => self.commas()?,
        };
        Ok((key, value))
    }

    fn key(&mut self) -> Result<String, String> {
        let begin = self.at;
        while self.letter().is_some_and(is_of_key) {
            self.at += 1;
        }
        let key: String = self.letters.iter().take(self.at).skip(begin).collect();
        self.spaces();
        if self.letter() == Some('@') {
            return Err("`@=` would read a file, and there are none here".to_owned());
        }
        if self.letter() != Some('=') {
            return Err(self.unexpected(if key.is_empty() { "a name and `=`" } else { "`=` and a value" }));
        }
        self.at += 1;
        self.spaces();
        Ok(key)
    }

    /// `a` or `a,b`: up to where the next `key=` begins.
    fn commas(&mut self) -> Result<Value, String> {
        let mut values = vec![self.text(Stop::FIRST)?];
        loop {
            self.spaces();
            let before = self.at;
            if self.letter() != Some(',') {
                break;
            }
            self.at += 1;
            self.spaces();
            if self.next_is_pair() || (self.letter().is_none() && values.len() == 1) {
                self.at = before;
                break;
            }
            let value = self.text(Stop::LATER)?;
            values.push(value);
        }
        Ok(if values.len() == 1 { values.pop().unwrap_or_default() } else { Value::Array(values) })
    }

    /// Whether `key=` comes next; an unquoted item of a list has no `=` in it.
    fn next_is_pair(&self) -> bool {
        if matches!(self.letter(), Some('"' | '\'')) {
            return false;
        }
        let rest = self.letters.iter().skip(self.at);
        rest.copied().take_while(|letter| *letter != ',').any(|letter| letter == '=')
    }

    /// A list in `[…]` or a structure in `{…}`, or a text within one.
    fn nested(&mut self, depth: usize) -> Result<Value, String> {
        if depth > NESTING_MAX {
            return Err(format!("it is nested more than {NESTING_MAX} deep"));
        }
        match self.letter() {
            Some('[') => {
                self.at += 1;
                let mut items = Vec::new();
                self.until(']', |reader| {
                    items.push(reader.nested(depth + 1)?);
                    Ok(())
                })?;
                Ok(Value::Array(items))
            }
            Some('{') => {
                self.at += 1;
                let mut members = Map::new();
                self.until('}', |reader| {
                    let key = reader.key()?;
                    let value = reader.nested(depth + 1)?;
                    put(&mut members, key, value)
                })?;
                Ok(Value::Object(members))
            }
            _ => self.text(Stop::FIRST),
        }
    }

    /// Items with commas between, up to and with the closing bracket.
    fn until(&mut self, end: char, mut item: impl FnMut(&mut Self) -> Result<(), String>) -> Result<(), String> {
        self.spaces();
        while self.letter() != Some(end) {
            let before = self.at;
            item(self)?;
            self.spaces();
            match self.letter() {
                Some(',') => {
                    self.at += 1;
                    self.spaces();
                }
                Some(letter) if letter == end => {}
                _ => return Err(self.unexpected(&format!("`{end}` or a comma"))),
            }
            if self.at == before {
                return Err(self.unexpected("a value"));
            }
        }
        self.at += 1;
        Ok(())
    }

    fn text(&mut self, stop: Stop) -> Result<Value, String> {
        match self.letter() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            _ => Ok(Value::String(self.plain(stop))),
        }
    }

    /// In quotes, with a backslash before a quote or a backslash.
    fn quoted(&mut self, quote: char) -> Result<Value, String> {
        let begin = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.letter() {
            self.at += 1;
            match (letter, self.letter()) {
                (letter, _) if letter == quote => return Ok(Value::String(text)),
                ('\\', Some(next)) if next == quote || next == '\\' => {
                    text.push(next);
                    self.at += 1;
                }
                _ => text.push(letter),
            }
        }
        Err(format!("the quote at character {} is not closed", begin + 1))
    }

    /// Up to a comma or what closes; `\,` is a comma of the text.
    fn plain(&mut self, stop: Stop) -> String {
        let mut text = String::new();
        while let Some(letter) = self.letter() {
            if letter == '\\' && self.letters.get(self.at + 1) == Some(&',') {
                text.push(',');
                self.at += 2;
                continue;
            }
            if letter == ',' || (stop.brackets && matches!(letter, ']' | '}')) {
                break;
            }
            text.push(letter);
            self.at += 1;
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// Where a text without quotes ends, besides a comma.
#[derive(Clone, Copy)]
struct Stop {
    brackets: bool,
}

impl Stop {
    const FIRST: Self = Self { brackets: true };
    /// From the second item of `a,b` on, brackets are text.
    const LATER: Self = Self { brackets: false };
}

fn is_of_key(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '#' | '/' | ':')
}
