//! The words of a line, with what `insertion` must know of each place in them: between which quotes it stands, and whether inside
//! of a string of JSON.
//!
//! The words are those of `awscall::command_line`, to which a property test of `alias` holds this; what they mean is decided there
//! alone.

/// What a place stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    None,
    /// A bracket that stands without quotes: all in it is kept as it is.
    Bracket,
    Single,
    Double,
    /// `$'…'`, with escapes.
    Escaped,
}

/// A `$` that may begin a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dollar {
    /// In the line.
    pub at: usize,
    /// In the word's content.
    pub content_at: usize,
    pub quote: Quote,
    /// Within a bracket: the quote that it stands in there.
    pub inner: Option<char>,
    /// Between the quotes of a string, in a value that looks like JSON.
    pub in_json_string: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// In the line, its quotes included.
    pub start: usize,
    pub end: usize,
    /// Without its quotes.
    pub content: String,
    /// What is quoted is no flag.
    pub begins_quoted: bool,
    pub dollars: Vec<Dollar>,
}

impl Word {
    pub fn looks_like_a_flag(&self) -> bool {
        !self.begins_quoted && self.content.starts_with(is_dash)
    }

    /// Where the value begins in the content: behind `--flag=`, or at once.
    pub fn value_at(&self) -> usize {
        let equals = self.content.find('=').filter(|_| self.looks_like_a_flag());
        equals.map_or(0, |equals| equals + 1)
    }
}

/// The hyphen, and what phones and editors make of one or two.
pub fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// Nothing, if a quote is never closed.
pub fn words(line: &str) -> Option<Vec<Word>> {
    let mut scan = Scan { line, rest: line, word: Word::beginning(0) };
    let mut found = Vec::new();
    loop {
        scan.rest = scan.rest.trim_start();
        if scan.rest.is_empty() {
            return Some(found);
        }
        scan.word = Word::beginning(scan.at());
        while scan.rest.chars().next().is_some_and(|c| !c.is_whitespace()) {
            scan.piece()?;
        }
        scan.word.end = scan.at();
        scan.look_into_json();
        found.push(std::mem::replace(&mut scan.word, Word::beginning(0)));
    }
}

struct Scan<'a> {
    line: &'a str,
    rest: &'a str,
    word: Word,
}

impl Scan<'_> {
    fn at(&self) -> usize {
        self.line.len() - self.rest.len()
    }

    /// Takes the next character away.
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    fn is_next(&self, text: &str) -> bool {
        self.rest.starts_with(text)
    }

    /// A letter, or all that its quote or bracket holds.
    fn piece(&mut self) -> Option<()> {
        if self.is_next("$'") {
            self.opens_quoted();
            self.next();
            self.next();
            return self.quoted(Quote::Escaped, '\'', |_| true);
        }
        let at = self.at();
        match self.next()? {
            '\'' => {
                self.opens_quoted();
                self.quoted(Quote::Single, '\'', |_| false)
            }
            '"' => {
                self.opens_quoted();
                self.quoted(Quote::Double, '"', |next| matches!(next, '"' | '\\' | '$' | '`'))
            }
            '\\' => {
                // What is escaped is no variable.
                let next = self.next().unwrap_or('\\');
                self.opens_quoted();
                self.word.content.push(next);
                Some(())
            }
            bracket @ ('[' | '{') => {
                let end = at + bracket_length(self.line.get(at..).unwrap_or_default());
                self.push(at, bracket, Quote::Bracket, None);
                self.bracketed(end)
            }
            c => {
                self.push(at, c, Quote::None, None);
                Some(())
            }
        }
    }

    fn opens_quoted(&mut self) {
        self.word.begins_quoted |= self.word.content.is_empty();
    }

    fn quoted(&mut self, quote: Quote, closing: char, escapes: fn(char) -> bool) -> Option<()> {
        loop {
            let at = self.at();
            let c = self.next()?;
            if c == closing {
                return Some(());
            }
            let kept = self.rest.chars().next().filter(|next| c == '\\' && escapes(*next));
            match kept {
                Some(next) => {
                    self.next();
                    self.word.content.push(next);
                }
                None => self.push(at, c, quote, None),
            }
        }
    }

    /// What stands up to the end of a bracket.
    fn bracketed(&mut self, end: usize) -> Option<()> {
        let mut inner = None;
        while self.at() < end {
            let at = self.at();
            let c = self.next()?;
            self.push(at, c, Quote::Bracket, inner);
            match inner {
                Some(_) if c == '\\' => {
                    let at = self.at();
                    let c = self.next()?;
                    self.push(at, c, Quote::Bracket, inner);
                }
                Some(closing) if closing == c => inner = None,
                None if matches!(c, '"' | '\'' | '`') => inner = Some(c),
                _ => {}
            }
        }
        Some(())
    }

    fn push(&mut self, at: usize, c: char, quote: Quote, inner: Option<char>) {
        if c == '$' {
            let content_at = self.word.content.len();
            self.word.dollars.push(Dollar { at, content_at, quote, inner, in_json_string: false });
        }
        self.word.content.push(c);
    }

    /// Marks what stands in strings of a value that begins as JSON does.
    fn look_into_json(&mut self) {
        let value_at = self.word.value_at();
        let value = self.word.content.get(value_at..).unwrap_or_default();
        if !value.starts_with(['{', '[']) {
            return;
        }
        let (mut in_string, mut escaped) = (false, false);
        let mut dollars = self.word.dollars.iter_mut().peekable();
        for (at, c) in value.char_indices() {
            if let Some(dollar) = dollars.next_if(|dollar| dollar.content_at == value_at + at) {
                dollar.in_json_string = in_string;
            }
            match c {
                '"' if !escaped => in_string = !in_string,
                _ => {}
            }
            escaped = in_string && c == '\\' && !escaped;
        }
    }
}

/// The bytes that a bracket takes with all in it; a bracket that is never closed is a letter.
fn bracket_length(text: &str) -> usize {
    let mut open = Vec::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(closing), _) if closing == c => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => open.push(']'),
            (None, '{') => open.push('}'),
            (None, ']' | '}') => {
                if open.pop() != Some(c) {
                    return 1;
                }
                if open.is_empty() {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    1
}

impl Word {
    fn beginning(start: usize) -> Self {
        Self { start, end: start, content: String::new(), begins_quoted: false, dollars: Vec::new() }
    }
}
