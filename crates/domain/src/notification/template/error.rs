//! What is wrong with a template, and where: line, column and the line itself.

use std::fmt;

use minijinja::ErrorKind;

/// A template that cannot be read, or one that failed on a message. Says where, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct TemplateError {
    /// The template's name; of one in the settings with the part, as in `templates[0].body`.
    pub name: String,
    /// From 1, with the column in characters from 1 if that is known too.
    pub line: Option<(usize, Option<usize>)>,
    /// The line of the template.
    pub source_line: Option<String>,
    /// A sentence without a subject.
    pub problem: String,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.line {
            Some((line, Some(column))) => write!(f, ":{line}:{column}: {}", self.problem),
            Some((line, None)) => write!(f, ":{line}: {}", self.problem),
            None => write!(f, ": {}", self.problem),
        }
    }
}

impl TemplateError {
    /// Of the template as a whole.
    pub(super) fn whole(name: &str, problem: String) -> Self {
        Self { name: name.to_owned(), line: None, source_line: None, problem }
    }

    pub(super) fn of(error: &minijinja::Error, name: &str, text: &str) -> Self {
        let line = error.line();
        let source_line = line.and_then(|line| text.lines().nth(line - 1)).map(str::to_owned);
        let column = error.range().and_then(|range| {
            let before = text.get(..range.start)?;
            let on_this_line = before.rsplit('\n').next()?;
            (Some(before.matches('\n').count() + 1) == line).then(|| on_this_line.chars().count() + 1)
        });
        Self { name: name.to_owned(), line: line.map(|line| (line, column)), source_line, problem: problem(error) }
    }

    /// The same error of a part of a template.
    pub(super) fn within(self, template: &str) -> Self {
        Self { name: format!("{template}.{}", self.name), ..self }
    }
}

/// The innermost cause says what is wrong; those around it say where they called.
fn problem(error: &minijinja::Error) -> String {
    let mut error = error;
    while let Some(inner) = std::error::Error::source(error).and_then(<dyn std::error::Error>::downcast_ref) {
        error = inner;
    }
    let kind = match error.kind() {
        ErrorKind::OutOfFuel => return "does more than a template may: it was stopped".to_owned(),
        ErrorKind::UndefinedError => {
            "uses a value that this message does not have: give it a `default`, or ask with `if`"
        }
        ErrorKind::SyntaxError => "is no template",
        ErrorKind::TemplateNotFound => "names another template: each stands alone",
        _ => return error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
    };
    match error.detail() {
        Some(detail) => format!("{kind} ({detail})"),
        None => kind.to_owned(),
    }
}
