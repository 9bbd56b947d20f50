//! The page on sources: what `bellhop sources` says, the golden messages of each, and what was counted over a larger corpus.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::workspace::Workspace;

const GOLDEN: &str = "crates/domain/tests/golden";
const FIXTURES: &str = "crates/domain/tests/fixtures/notification";
/// Beside the page, as the page names them.
const PICTURES: &str = "docs/images/sources";

const INTRODUCTION: &str = "\
# Sources of notifications

<!-- Made by `cargo xtask docs` of `bellhop sources`, the golden messages of the tests and tests/conformance/corpus.json. -->

Whose messages have a card of their own. The name in front is what `[[rules]]` and `[[templates]]` call it, what metrics are labelled
with, and the file that reads it: `crates/domain/src/notification/source/NAME.rs`. Nothing is dropped for being unknown: any other event
gets a card of its telling fields, any other text or JSON is shown as it is.

";

/// As `bellhop sources --format json` says it.
#[derive(Deserialize)]
pub struct Source {
    pub name: String,
    service: String,
    event_sources: Vec<String>,
    detail_types: Vec<String>,
    json: bool,
    text: bool,
}

/// What the checks of a corpus counted that is not in the repository.
#[derive(Deserialize)]
pub struct Corpus {
    what: String,
    source: String,
    events: u64,
    told: u64,
}

/// One golden message.
struct Golden {
    case: String,
    severity: String,
    push_line: String,
}

pub fn page(workspace: &Workspace, sources: &[Source], corpus: &[Corpus]) -> Result<String> {
    let mut page = INTRODUCTION.to_owned();
    let own = sources.iter().filter(|source| !source.event_sources.is_empty() || !source.detail_types.is_empty());
    let _ = writeln!(page, "{} sources, of which {} read events of EventBridge.\n", sources.len(), own.count());
    if !corpus.is_empty() {
        page.push_str(
            "Cards that say what, how it is and where; messages that are taken:\n\n| Counted over | From | Number | Good |\n|---|---|---:|---:|\n",
        );
        for Corpus { what, source, events, told } in corpus {
            let _ = writeln!(page, "| {what} | {source} | {events} | {told} |");
        }
        page.push('\n');
    }
    page.push_str("| Source | Service | Comes as |\n|---|---|---|\n");
    for source in sources {
        let Source { name, service, .. } = source;
        let _ = writeln!(page, "| [{name}](#{name}) | {service} | {} |", comes_as(source));
    }
    for source in sources {
        section(&mut page, workspace, source)?;
    }
    Ok(page)
}

fn comes_as(source: &Source) -> String {
    let events = source.event_sources.iter().chain(&source.detail_types).map(|it| format!("`{it}`"));
    let others = [(source.json, "JSON"), (source.text, "text")];
    let others = others.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned());
    events.chain(others).collect::<Vec<_>>().join(", ")
}

fn section(page: &mut String, workspace: &Workspace, source: &Source) -> Result<()> {
    let Source { name, service, .. } = source;
    let golden = golden(&workspace.root.join(GOLDEN).join(name))?;
    if golden.is_empty() {
        bail!("`{name}` has no golden message: add a fixture to {FIXTURES}/{name}");
    }
    let _ = writeln!(page, "\n## {name}\n\n{service}.\n");
    let picture = format!("{PICTURES}/{name}.png");
    if workspace.root.join(&picture).exists() {
        let _ =
            writeln!(page, "![{service}, on Slack, Microsoft Teams and Amazon Chime](../images/sources/{name}.png)\n");
    }
    for Golden { case, push_line, .. } in &golden {
        let _ = writeln!(page, "- {}: {}", case.replace('_', " "), push_line.replace('|', "\\|").replace('<', "\\<"));
    }
    Ok(())
}

/// The fixture that a picture is made of: the worst of a source's.
pub fn pictured(workspace: &Workspace, source: &str) -> Result<PathBuf> {
    const URGENCY: [&str; 4] = ["Critical", "Warning", "Good", "Neutral"];
    let golden = golden(&workspace.root.join(GOLDEN).join(source))?;
    let urgency = |golden: &&Golden| URGENCY.iter().position(|severity| *severity == golden.severity);
    let worst = golden.iter().min_by_key(urgency).with_context(|| format!("`{source}` has no golden message"))?;
    let folder = workspace.root.join(FIXTURES).join(source);
    let of_case = |path: &PathBuf| path.file_stem().is_some_and(|stem| stem.to_string_lossy() == worst.case);
    paths(&folder)?
        .into_iter()
        .find(of_case)
        .with_context(|| format!("no fixture of `{}` in {}", worst.case, folder.display()))
}

fn golden(folder: &Path) -> Result<Vec<Golden>> {
    paths(folder)?.iter().map(|path| read(path)).collect()
}

/// insta's file: a heading between two lines of dashes, then the JSON.
fn read(path: &Path) -> Result<Golden> {
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let json = text.splitn(3, "---\n").nth(2).unwrap_or_default();
    let golden: Value =
        serde_json::from_str(json).with_context(|| format!("`{}` is no golden message", path.display()))?;
    let said = |at: &str| golden.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Golden {
        case: path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        severity: said("/severity"),
        push_line: said("/slack/text"),
    })
}

/// In the alphabet's order; none of a folder that is not there.
fn paths(folder: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}
