//! `bellhop templates list`.

use anyhow::Result;
use domain::notification::template::TemplatePart;

use super::{ConfigArguments, located};
use crate::cli::say;
use crate::config::Settings;

/// One line a template; the first that fits a card is used.
pub fn run(arguments: &ConfigArguments) -> Result<()> {
    let settings = Settings::of_file(&arguments.config)?;
    let templates = settings.templates().map_err(|error| located(&error))?;
    let rows: Vec<[String; 4]> = templates
        .iter()
        .map(|(selector, template)| {
            let parts: Vec<&str> = template.parts().map(TemplatePart::name).collect();
            let kind = selector.kind.clone().unwrap_or_else(|| "*".to_owned());
            [selector.source.clone(), kind, template.name().to_owned(), parts.join(", ")]
        })
        .collect();
    if rows.is_empty() {
        say(&format!("`{}` has no templates", arguments.config.display()));
        return Ok(());
    }
    let heading = ["SOURCE", "TYPE", "TEMPLATE", "SAYS"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&heading]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (source, kind, name) = (width(0), width(1), width(2));
    for [a, b, c, d] in std::iter::once(&heading).chain(&rows) {
        say(&format!("{a:source$}  {b:kind$}  {c:name$}  {d}"));
    }
    Ok(())
}
