//! `bellhop templates`: are the templates of the settings ones that work, which source does each restyle, and how to begin one.

mod check;
mod example;
mod list;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::notification::template::TemplateError;

#[derive(Debug, Subcommand)]
pub enum Templates {
    /// Read every template, and try it on messages; says file, line and column of what is wrong.
    Check(check::Check),
    /// List the templates in the order in which they are asked, and what each is for.
    List(ConfigArguments),
    /// Write a template that says what the card of a message says: a start.
    Example(example::Example),
}

/// Whose templates.
#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// Settings file.
    #[arg(long, default_value = "bellhop.toml")]
    config: PathBuf,
}

impl Templates {
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check(check) => check.run(),
            Self::List(config) => list::run(&config),
            Self::Example(example) => example.run(),
        }
    }
}

/// What is wrong, with the line of the template and a mark below the place.
pub fn located(error: &TemplateError) -> anyhow::Error {
    anyhow::Error::msg(shown(error))
}

fn shown(error: &TemplateError) -> String {
    let said = error.to_string();
    let (Some((line, column)), Some(source)) = (error.line, &error.source_line) else { return said };
    let number = line.to_string();
    let source = source.replace('\t', " ");
    let mark = column.map_or_else(String::new, |column| {
        format!("\n{:width$} | {}^", "", " ".repeat(column.saturating_sub(1)), width = number.len() + 2)
    });
    format!("{said}\n  {number} | {source}{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_the_place() {
        let error = TemplateError {
            name: "t.j2".to_owned(),
            line: Some((12, Some(4))),
            source_line: Some("\t{{ x }}".to_owned()),
            problem: "is wrong".to_owned(),
        };
        assert_eq!(shown(&error), "t.j2:12:4: is wrong\n  12 |  {{ x }}\n     |    ^");
    }
}
