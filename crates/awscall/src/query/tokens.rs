//! The words of an expression, and where one stands that does not belong.

use serde_json::Value;

/// Longest first: a sign is the longest that fits.
const SIGNS: [&str; 25] = [
    "[]", "[?", "||", "&&", "==", "!=", "<=", ">=", "[", "]", "{", "}", "(", ")", "|", "&", "!", "<", ">", ".", "*",
    "@", ",", ":", "=",
];
/// How much of the rest is shown.
const SHOWN: usize = 20;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    /// `"my-name"`: a name, never a text.
    Quoted(String),
    Number(i64),
    Literal(Value),
    Sign(&'static str),
    End,
}

/// With the place where each begins.
pub(super) struct Tokens {
    text: String,
    all: Vec<(usize, Token)>,
    /// Of the one that is next.
    at: usize,
}

impl Tokens {
    pub(super) fn of(text: &str) -> Result<Self, String> {
        let mut tokens = Self { text: text.to_owned(), all: Vec::new(), at: 0 };
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let begin = text.len() - rest.len();
            let (token, length) = token(rest).ok_or_else(|| unreadable(rest))?;
            tokens.all.push((begin, token));
            rest = rest.get(length..).unwrap_or_default().trim_start();
        }
        Ok(tokens)
    }

    pub(super) fn peek(&self) -> &Token {
        self.all.get(self.at).map_or(&Token::End, |(_, token)| token)
    }

    pub(super) fn peek_second(&self) -> &Token {
        self.all.get(self.at + 1).map_or(&Token::End, |(_, token)| token)
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    pub(super) fn expect(&mut self, sign: &'static str) -> Result<(), String> {
        if self.next() == Token::Sign(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Whether a comma follows; else it must end.
    pub(super) fn goes_on(&mut self, end: &'static str) -> Result<bool, String> {
        match self.next() {
            Token::Sign(",") => Ok(true),
            Token::Sign(sign) if sign == end => Ok(false),
            _ => Err(self.unexpected()),
        }
    }

    /// What was given last does not belong where it stands.
    pub(super) fn unexpected(&self) -> String {
        let begin = self.at.checked_sub(1).and_then(|last| self.all.get(last)).map(|(begin, _)| *begin);
        unreadable(begin.and_then(|begin| self.text.get(begin..)).unwrap_or_default())
    }
}

fn unreadable(rest: &str) -> String {
    let shown: String = rest.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    match shown.as_str() {
        "" => "the query ends too early: a bracket, a name or a quote is missing at its end".to_owned(),
        rest if rest.starts_with('=') && !rest.starts_with("==") => {
            "the query has `=` where JMESPath compares with `==`".to_owned()
        }
        rest => format!("the query is not JMESPath from `{}` on", rest.replace('`', "'")),
    }
}

/// With its length.
fn token(rest: &str) -> Option<(Token, usize)> {
    let first = rest.chars().next()?;
    match first {
        'a'..='z' | 'A'..='Z' | '_' => {
            let name = taken(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            Some((Token::Name(name.to_owned()), name.len()))
        }
        '0'..='9' | '-' => {
            let digits = taken(rest.get(1..)?, |c| c.is_ascii_digit());
            let number = rest.get(..=digits.len())?;
            // Beyond any place of a list.
            let value: i64 = number.parse().ok().filter(|value| i32::try_from(*value).is_ok())?;
            Some((Token::Number(value), number.len()))
        }
        '"' | '\'' | '`' => {
            let within = quoted(rest, first)?;
            let token = match first {
                '"' => Token::Quoted(serde_json::from_str(rest.get(..within.len() + 2)?).ok()?),
                '\'' => Token::Literal(Value::from(within.replace("\\'", "'"))),
                _ => Token::Literal(literal(&within.replace("\\`", "`"))),
            };
            Some((token, within.len() + 2))
        }
        // Alone it is a mistake, which is shown where it stands.
        '=' if !rest.starts_with("==") => None,
        _ => SIGNS.iter().find(|sign| rest.starts_with(**sign)).map(|sign| (Token::Sign(sign), sign.len())),
    }
}

fn taken(text: &str, is: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !is(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Between its marks, with what is escaped as it stands.
fn quoted(text: &str, mark: char) -> Option<&str> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == mark => return text.get(1..at),
            _ => {}
        }
    }
    None
}

/// `` `python` `` is `` `"python"` ``: the AWS CLI's manual writes texts so everywhere, and the standard once allowed it.
/// Source: <https://jmespath.site/main/specification.html>, JEP-12.
fn literal(text: &str) -> Value {
    let bare = text.trim_start();
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&format!("\"{bare}\"")))
        .unwrap_or_else(|_| Value::from(bare))
}
