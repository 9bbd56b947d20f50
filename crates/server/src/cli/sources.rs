//! `bellhop sources`: the sources of notifications that have a reader of their own. `cargo xtask docs` makes
//! docs/reference/sources.md of it. Reads no settings and no data.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use domain::notification::{SourceDescription, sources};
use serde_json::{Value, json};

use super::say;

#[derive(Debug, Args)]
pub struct Sources {
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Sources {
    pub fn run(self) -> anyhow::Result<()> {
        match self.format {
            Format::Text => say(text().trim_end()),
            Format::Json => say(&serde_json::to_string_pretty(&sources().map(|it| described(&it)).collect::<Value>())?),
        }
        Ok(())
    }
}

fn described(it: &SourceDescription) -> Value {
    json!({
        "name": it.source.name(),
        "service": it.service,
        "event_sources": it.event_sources,
        "detail_types": it.detail_types,
        "json": it.json,
        "text": it.text,
    })
}

fn text() -> String {
    let mut text = String::new();
    for it in sources() {
        let comes_as: Vec<&str> = [it.event_sources, it.detail_types]
            .concat()
            .into_iter()
            .chain(it.json.then_some("JSON"))
            .chain(it.text.then_some("text"))
            .collect();
        let _ = writeln!(text, "{:<24}  {:<44}  {}", it.source.name(), it.service, comes_as.join(", "));
    }
    text
}
