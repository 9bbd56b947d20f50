//! As much of Rust as the checks need: text without comments, literals and tests, and the paths that the rest names. A lexer and no
//! parser: what macros build stays unseen.

/// A path such as `crate::app::deliveries`, as written, a `use` tree opened up.
#[derive(Debug, PartialEq, Eq)]
pub struct NamedPath {
    pub line: usize,
    pub segments: Vec<String>,
}

impl NamedPath {
    /// Whether the path is `prefix` or something in it.
    pub fn is_within(&self, prefix: &str) -> bool {
        let mut segments = self.segments.iter();
        prefix.split("::").all(|wanted| segments.next().is_some_and(|segment| segment == wanted))
    }

    /// The same path from the root of the crate, `module` being where it was written: `super::x` -> `crate::…::x`.
    pub fn absolute(mut self, module: &[&str]) -> Self {
        let mut around: Vec<String> = module.iter().map(|&name| name.to_owned()).collect();
        let relative = self.segments.iter().take_while(|segment| matches!(segment.as_str(), "self" | "super")).count();
        if relative == 0 {
            return self;
        }
        for step in self.segments.drain(..relative) {
            if step == "super" {
                around.pop();
            }
        }
        around.insert(0, "crate".to_owned());
        around.append(&mut self.segments);
        self.segments = around;
        self
    }
}

/// `text` with comments and the insides of literals as blanks; lines stay where they are.
pub fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let blank = comment(rest).or_else(|| literal(rest)).or_else(|| character(rest));
        let length = blank.unwrap_or_else(|| word(rest).max(first.len_utf8()));
        let (piece, after) = rest.split_at(length);
        match blank {
            Some(_) => out.extend(piece.chars().map(|character| if character == '\n' { '\n' } else { ' ' })),
            None => out.push_str(piece),
        }
        rest = after;
    }
    out
}

/// `code` with everything under a `#[cfg(test)]` blanked.
pub fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        let (before, marked) = rest.split_at(start);
        out.push_str(before);
        let (item, after) = marked.split_at(item_length(marked));
        out.extend(item.chars().filter(|&character| character == '\n'));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The length of the item at the start of `code`: to its `;`, or to the brace that closes its first one.
fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (index, character) in code.char_indices() {
        match character {
            ';' if depth == 0 => return index + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return index + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// The lines of `code` on which `wanted` stands as a word of its own.
pub fn lines_with_word(code: &str, wanted: &str) -> Vec<usize> {
    tokens(code).into_iter().filter(|token| token.text == wanted).map(|token| token.line).collect()
}

/// Every path that `code` names: those of `use` in full, elsewhere those of two segments and more.
pub fn paths(code: &str) -> Vec<NamedPath> {
    let tokens = tokens(code);
    let mut tokens = tokens.as_slice();
    let mut found = Vec::new();
    while let [token, rest @ ..] = tokens {
        tokens = rest;
        if token.text == "use" {
            use_tree(&mut tokens, &[], &mut found);
        } else if token.is_name() {
            let mut segments = vec![token.text.to_owned()];
            while let [separator, next, rest @ ..] = tokens
                && separator.text == "::"
                && next.is_name()
            {
                segments.push(next.text.to_owned());
                tokens = rest;
            }
            if segments.len() > 1 {
                found.push(NamedPath { line: token.line, segments });
            }
        }
    }
    found
}

/// Reads one tree of a `use` after `prefix`: `a::b`, `a::{b, c::d}`, `a::*`, `a as b`.
fn use_tree(tokens: &mut &[Token<'_>], prefix: &[String], found: &mut Vec<NamedPath>) {
    let mut segments = prefix.to_vec();
    let mut line = 0;
    while let [token, rest @ ..] = *tokens {
        match token.text {
            "::" => {}
            "{" => {
                *tokens = rest;
                while tokens.first().is_some_and(|token| token.text != "}") {
                    let before = tokens.len();
                    use_tree(tokens, &segments, found);
                    if tokens.first().is_some_and(|token| token.text == ",") || tokens.len() == before {
                        *tokens = tokens.get(1..).unwrap_or_default();
                    }
                }
                *tokens = tokens.get(1..).unwrap_or_default();
                return;
            }
            "as" => {
                *tokens = rest.get(1..).unwrap_or_default();
                break;
            }
            _ if token.is_name() => {
                // `a::{self}` is `a`.
                if token.text != "self" || segments.is_empty() {
                    segments.push(token.text.to_owned());
                }
                line = token.line;
            }
            "*" => line = token.line,
            _ => break,
        }
        *tokens = rest;
    }
    if line > 0 {
        found.push(NamedPath { line, segments });
    }
}

#[derive(Clone, Copy, Debug)]
struct Token<'code> {
    line: usize,
    /// A word, `::`, or one character.
    text: &'code str,
}

impl Token<'_> {
    fn is_name(&self) -> bool {
        self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (index, mut rest) in code.lines().enumerate() {
        while let Some(first) = rest.chars().next() {
            let length = match word(rest) {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                length => length,
            };
            let (text, after) = rest.split_at(length);
            if !first.is_whitespace() {
                found.push(Token { line: index + 1, text });
            }
            rest = after;
        }
    }
    found
}

fn word(text: &str) -> usize {
    text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len())
}

/// The length of a comment at the start of `text`.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    text.strip_prefix("/*")?;
    let mut depth = 0_usize;
    for (index, character) in text.char_indices() {
        let here = text.get(index..).unwrap_or_default();
        if here.starts_with("/*") {
            depth += 1;
        } else if character == '/' && index > 2 && text.get(..index).is_some_and(|before| before.ends_with('*')) {
            depth -= 1;
            if depth == 0 {
                return Some(index + 1);
            }
        }
    }
    Some(text.len())
}

/// The length of a string literal at the start of `text`: "…", r"…", r#"…"#, with `b` or `c` before it.
fn literal(text: &str) -> Option<usize> {
    let body = text.strip_prefix(['b', 'c']).unwrap_or(text);
    if let Some(raw) = body.strip_prefix('r') {
        let quoted = raw.trim_start_matches('#');
        let fence = raw.len() - quoted.len();
        if quoted.starts_with('"') {
            let end = format!("\"{}", "#".repeat(fence));
            let opening = text.len() - quoted.len() + 1;
            let inside = text.get(opening..)?;
            return Some(inside.find(&end).map_or(text.len(), |index| opening + index + end.len()));
        }
    }
    let opening = text.len() - body.strip_prefix('"')?.len();
    let mut escaped = false;
    for (index, character) in text.char_indices().filter(|(index, _)| *index >= opening) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(index + 1),
            _ => {}
        }
    }
    Some(text.len())
}

/// The length of a character literal at the start of `text`; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let mut inside = text.strip_prefix('\'')?.char_indices();
    let (_, first) = inside.next()?;
    if first == '\\' {
        inside.next()?;
    }
    let close = inside.find(|(_, character)| !character.is_alphanumeric() && !matches!(character, '{' | '}'))?;
    let short = first == '\\' || close.0 == first.len_utf8();
    (close.1 == '\'' && short).then_some(close.0 + 2)
}

#[cfg(test)]
mod tests {
    use super::{code, lines_with_word, paths, without_tests};

    fn named(text: &str) -> Vec<String> {
        paths(&without_tests(&code(text))).into_iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn use_trees_are_opened_up() {
        assert_eq!(
            named("use crate::{app::{self, deliveries}, outbound as out, inbound::*};"),
            ["crate::app", "crate::app::deliveries", "crate::outbound", "crate::inbound"]
        );
        assert_eq!(named("use {store::Outbox, axum};"), ["store::Outbox", "axum"]);
        assert_eq!(named("pub use ::store::outbox::{Lease,};"), ["store::outbox::Lease"]);
    }

    #[test]
    fn paths_in_expressions_count_and_variables_do_not() {
        assert_eq!(named("let store = app.store; let x = store::outbox::lease(&store);"), ["store::outbox::lease"]);
        assert_eq!(named("fn f<'store>(x: &'store axum::Router) {}"), ["axum::Router"]);
    }

    #[test]
    fn comments_and_literals_name_nothing() {
        let text = r##"
            // use store::A; /* use store::B;
            /* outer /* use store::C; */ use store::D; */
            let a = "use store::E; \" store::F"; let b = r#"store::G " store::H"#; let c = b"store::I";
            let d = '"'; let e = '\''; let f = '\u{1F600}'; let g: &'static str = "store::J";
            use kept::K;
        "##;
        assert_eq!(named(text), ["kept::K"]);
    }

    #[test]
    fn tests_inside_a_file_are_left_out_and_lines_stay() {
        let text =
            "#[cfg(test)]\nmod tests {\n use store::A;\n fn f() { {} }\n}\nuse kept::K;\n#[cfg(test)]\nuse store::B;\n";
        assert_eq!(named(text), ["kept::K"]);
        assert_eq!(paths(&without_tests(&code(text))).first().unwrap().line, 6);
    }

    #[test]
    fn relative_paths_become_absolute() {
        let absolute = |text, module: &[&str]| {
            paths(text).into_iter().map(|path| path.absolute(module).segments.join("::")).collect::<Vec<_>>()
        };
        assert_eq!(absolute("use super::super::sns::A;", &["inbound", "api", "errors"]), ["crate::inbound::sns::A"]);
        assert_eq!(absolute("use self::errors::B;", &["inbound", "api"]), ["crate::inbound::api::errors::B"]);
        assert_eq!(absolute("use domain::C;", &["inbound"]), ["domain::C"]);
    }

    #[test]
    fn a_word_is_found_whole() {
        assert_eq!(lines_with_word("fn a() {}\nasync fn b() {}\nlet async_c = 1;", "async"), [2]);
    }

    #[test]
    fn a_path_is_within_its_prefix_by_segments() {
        let path = paths("wire::operations::Create").remove(0);
        assert!(path.is_within("wire::operations") && path.is_within("wire"));
        assert!(!path.is_within("wire::oper") && !path.is_within("wire::operations::Create::x"));
    }
}
