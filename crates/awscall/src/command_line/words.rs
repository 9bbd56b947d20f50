//! A text as words, as a shell splits it, with what chat needs more: quotes that a phone made curly, JSON that stands without
//! quotes. [`super::target`] calls it. It fills in no variable and runs nothing: `$(…)` and backticks are text.

use super::mistake::{Mistake, Result, said};
use super::{NESTING_MAX, TEXT_CHARACTERS_MAX, WORDS_MAX};

/// One word, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    /// In bytes of `text`: where its first quoted letter stands. What is quoted is no flag.
    pub quoted_from: Option<usize>,
}

pub(super) struct Words {
    pub words: Vec<Word>,
    /// What was read otherwise than it was typed.
    pub notes: Vec<String>,
}

pub(super) fn split(text: &str) -> Result<Words> {
    if text.chars().nth(TEXT_CHARACTERS_MAX).is_some() {
        return Err(Mistake::new(format!(
            "This command is too long: {TEXT_CHARACTERS_MAX} characters is the most that I read."
        )));
    }
    let mut splitter = Splitter { letters: text.chars().collect(), at: 0, curly: false };
    let mut words = Vec::new();
    while let Some(word) = splitter.word()? {
        if words.len() == WORDS_MAX {
            return Err(Mistake::new(format!("This command has too many words: {WORDS_MAX} is the most that I read.")));
        }
        words.push(word);
    }
    let notes = if splitter.curly { vec!["Curly quotes were read as straight ones.".to_owned()] } else { Vec::new() };
    Ok(Words { words, notes })
}

/// What a person would not see, or would see elsewhere than it stands.
pub(super) fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The hyphen and all that phones and word processors make of one or two.
pub(super) fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

fn is_curly_double(letter: char) -> bool {
    matches!(letter, '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

fn is_curly_single(letter: char) -> bool {
    matches!(letter, '‘' | '’' | '‚' | '‛')
}

/// Curly quotes made straight, where a text is JSON but for them.
pub(super) fn straightened(text: &str) -> Option<String> {
    text.contains(|letter| is_curly_double(letter) || is_curly_single(letter)).then(|| {
        text.chars()
            .map(|letter| match letter {
                _ if is_curly_double(letter) => '"',
                _ if is_curly_single(letter) => '\'',
                _ => letter,
            })
            .collect()
    })
}

struct Splitter {
    letters: Vec<char>,
    at: usize,
    /// A curly quote was met.
    curly: bool,
}

impl Splitter {
    fn letter(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn word(&mut self) -> Result<Option<Word>> {
        // A backslash before a line's end joins the lines, as in a shell.
        while let Some(letter) = self.letter(0) {
            match letter {
                '\\' if self.letter(1) == Some('\n') => self.at += 2,
                _ if letter.is_whitespace() => self.at += 1,
                _ => break,
            }
        }
        if self.letter(0).is_none() {
            return Ok(None);
        }
        let mut word = Word { text: String::new(), quoted_from: None };
        while let Some(letter) = self.letter(0) {
            if letter.is_whitespace() {
                break;
            }
            self.piece(letter, &mut word)?;
        }
        Ok(Some(word))
    }

    /// The next piece of a word: a letter, or all that its quote or bracket holds.
    fn piece(&mut self, letter: char, word: &mut Word) -> Result<()> {
        let quoted_from = word.text.len();
        match letter {
            '\'' => self.single(&mut word.text)?,
            '"' => self.double(&mut word.text)?,
            '$' if self.letter(1) == Some('\'') => self.escaped(&mut word.text)?,
            '\\' => {
                self.at += 1;
                match self.letter(0) {
                    Some('\n') => {
                        self.at += 1;
                        return Ok(());
                    }
                    Some(next) => {
                        word.text.push(next);
                        self.at += 1;
                    }
                    None => word.text.push('\\'),
                }
            }
            '[' | '{' => {
                self.bracket(letter, &mut word.text)?;
                return Ok(());
            }
            _ if is_curly_double(letter) || (is_curly_single(letter) && opens(&word.text)) => {
                self.curly(letter, &mut word.text)?;
            }
            _ if is_invisible(letter) => {
                return Err(Mistake::new(format!(
                    "There is a character that cannot be seen (U+{:04X}) after `{}`. Put it between quotes if it is meant.",
                    u32::from(letter),
                    said(&word.text)
                )));
            }
            _ => {
                word.text.push(letter);
                self.at += 1;
                return Ok(());
            }
        }
        word.quoted_from.get_or_insert(quoted_from);
        Ok(())
    }

    fn single(&mut self, text: &mut String) -> Result<()> {
        let end = self.position_after(|letter| letter == '\'').ok_or_else(|| unclosed('\''))?;
        text.extend(self.between(end));
        self.at = end + 1;
        Ok(())
    }

    fn double(&mut self, text: &mut String) -> Result<()> {
        self.at += 1;
        while let Some(letter) = self.letter(0) {
            self.at += 1;
            match (letter, self.letter(0)) {
                ('"', _) => return Ok(()),
                ('\\', Some(next @ ('"' | '\\' | '$' | '`'))) => {
                    text.push(next);
                    self.at += 1;
                }
                ('\\', Some('\n')) => self.at += 1,
                _ => text.push(letter),
            }
        }
        Err(unclosed('"'))
    }

    /// `$'…'`: how a canonical line shows what cannot be seen.
    fn escaped(&mut self, text: &mut String) -> Result<()> {
        self.at += 2;
        while let Some(letter) = self.letter(0) {
            self.at += 1;
            match letter {
                '\'' => return Ok(()),
                '\\' => text.push(self.escape()?),
                _ => text.push(letter),
            }
        }
        Err(unclosed('\''))
    }

    fn escape(&mut self) -> Result<char> {
        let letter = self.letter(0);
        self.at += 1;
        let digits = match letter {
            Some('n') => return Ok('\n'),
            Some('r') => return Ok('\r'),
            Some('t') => return Ok('\t'),
            Some(same @ ('\\' | '\'' | '"')) => return Ok(same),
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        let hex: String = self.letters.iter().skip(self.at).take(digits).collect();
        self.at += digits;
        (hex.len() == digits && digits > 0)
            .then(|| u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32))
            .flatten()
            .ok_or_else(|| {
                Mistake::new("Between `$'` and `'` a backslash stands only before n, r, t, a quote, a backslash, or `u` and `U` with four and eight hexadecimal digits.")
            })
    }

    /// JSON, a list in shorthand, a part of `JMESPath`: kept as it stands up to the bracket's end, spaces and quotes with it. Within
    /// a word a bracket without an end is a letter like any other; where a value begins it is JSON cut short.
    fn bracket(&mut self, bracket: char, text: &mut String) -> Result<()> {
        let end = match balanced(&self.letters, self.at) {
            Balance::Ends(end) => end,
            Balance::Open if text.is_empty() || text.ends_with('=') => {
                return Err(Mistake::new(format!(
                    "The bracket {bracket} is opened and never closed. Close it, or put quotes around it if it is meant as a letter."
                )));
            }
            Balance::Open => self.at,
            Balance::TooDeep => {
                return Err(Mistake::new(format!("The brackets are nested more than {NESTING_MAX} deep.")));
            }
        };
        text.extend(self.letters.iter().skip(self.at).take(end + 1 - self.at));
        self.at = end + 1;
        Ok(())
    }

    /// A quote that a phone made curly closes where a word may end, so that an apostrophe or a quote of JSON within stays.
    fn curly(&mut self, quote: char, text: &mut String) -> Result<()> {
        let closes = |letter: char| {
            if is_curly_double(quote) {
                is_curly_double(letter) || letter == '"'
            } else {
                is_curly_single(letter) || letter == '\''
            }
        };
        let after_bracket = match (self.letter(1), balanced(&self.letters, self.at + 1)) {
            (Some('[' | '{'), Balance::Ends(end)) => Some(end + 1),
            _ => None,
        };
        let end = after_bracket
            .filter(|end| self.letters.get(*end).copied().is_some_and(closes))
            .or_else(|| {
                let begin = self.at + 1;
                self.letters.iter().enumerate().skip(begin).find_map(|(at, letter)| {
                    let last = self.letters.get(at + 1).is_none_or(|next| next.is_whitespace());
                    (closes(*letter) && last).then_some(at)
                })
            })
            .ok_or_else(|| unclosed(quote))?;
        text.extend(self.between(end));
        self.at = end + 1;
        self.curly = true;
        Ok(())
    }

    /// What stands between the quote at this place and its end.
    fn between(&self, end: usize) -> impl Iterator<Item = &char> {
        self.letters.iter().take(end).skip(self.at + 1)
    }

    fn position_after(&self, is: impl Fn(char) -> bool) -> Option<usize> {
        self.letters.iter().enumerate().skip(self.at + 1).find_map(|(at, letter)| is(*letter).then_some(at))
    }
}

/// Where a curly single quote is a quote and not an apostrophe.
fn opens(before: &str) -> bool {
    before.chars().next_back().is_none_or(|letter| matches!(letter, '=' | ',' | ':' | '(' | '['))
}

fn unclosed(quote: char) -> Mistake {
    Mistake::new(format!(
        "The quote {quote} is opened and never closed. Close it, or write a backslash before it if it is meant as a letter."
    ))
}

enum Balance {
    /// At the closing bracket.
    Ends(usize),
    Open,
    TooDeep,
}

/// Where the bracket at `begin` ends. Within quotes brackets are text.
fn balanced(letters: &[char], begin: usize) -> Balance {
    let mut open = Vec::new();
    let mut quote = None;
    let mut rest = letters.iter().copied().enumerate().skip(begin);
    while let Some((at, letter)) = rest.next() {
        if let Some(closing) = quote {
            if letter == '\\' {
                rest.next();
            } else if closing == letter || (closing == '“' && is_curly_double(letter)) {
                quote = None;
            }
            continue;
        }
        match letter {
            '"' | '\'' | '`' => quote = Some(letter),
            _ if is_curly_double(letter) => quote = Some('“'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ']' | '}' => {
                if open.pop() != Some(letter) {
                    return Balance::Open;
                }
                if open.is_empty() {
                    return Balance::Ends(at);
                }
            }
            _ => {}
        }
        if open.is_empty() {
            return Balance::Open;
        }
        if open.len() > NESTING_MAX {
            return Balance::TooDeep;
        }
    }
    Balance::Open
}
