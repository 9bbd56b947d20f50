//! `cargo xtask docs`: the pages that are made and not written. docs/reference/compatibility.md is what
//! `bellhop wire dump` says, with the reference's facts and what was written down about each operation beside it;
//! docs/reference/sources.md is what `bellhop sources` says, with the golden messages of each.
//!
//! Called to write the pages, and by the `docs` step to see that those in the repository are what this build says. The pictures of
//! sources.md are made by `cargo xtask docs --pictures` alone: a browser is not asked of whoever runs the tests.

mod compatibility;
mod pictures;
mod sources;
mod wire;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

use self::sources::Source;
use crate::workspace::{self, Workspace, environment};

const NOTES: &str = "tests/conformance/compatibility_notes.json";
const REFERENCE: &str = "tests/conformance/reference.json";
const CORPUS: &str = "tests/conformance/corpus.json";

/// A page, and how it is made.
type Page = (&'static str, fn(&Workspace) -> Result<String>);
const PAGES: [Page; 2] = [("docs/reference/compatibility.md", compatibility), ("docs/reference/sources.md", sources)];

/// The step `build`'s, unless `BELLHOP_BINARY` names another.
pub fn named_binary() -> Option<PathBuf> {
    environment("BELLHOP_BINARY")
}

pub fn write(workspace: &Workspace, with_pictures: bool) -> Result<()> {
    if with_pictures {
        pictures::write(workspace, &listed_sources(workspace)?)?;
    }
    for (page, make) in PAGES {
        let path = workspace.root.join(page);
        std::fs::write(&path, make(workspace)?).with_context(|| format!("`{}` cannot be written", path.display()))?;
        eprintln!("    wrote {page}");
    }
    Ok(())
}

pub fn check(workspace: &Workspace) -> Result<()> {
    for (page, make) in PAGES {
        let committed = std::fs::read_to_string(workspace.root.join(page)).unwrap_or_default();
        if let Some(line) = first_difference(&committed, &make(workspace)?) {
            bail!("{page}:{line} is not what this build says: `cargo xtask docs` writes it, read and commit it");
        }
    }
    Ok(())
}

fn binary(workspace: &Workspace) -> PathBuf {
    named_binary().unwrap_or_else(|| workspace.binary("bellhop"))
}

fn compatibility(workspace: &Workspace) -> Result<String> {
    let dump = workspace::output(workspace.command(binary(workspace)).args(["wire", "dump"]))?;
    let operations = serde_json::from_str(&dump).context("`bellhop wire dump` is not what it was")?;
    let notes = read(&workspace.root.join(NOTES))?;
    let reference = read(&workspace.root.join(REFERENCE))?;
    compatibility::page(operations, &notes, &reference)
}

fn sources(workspace: &Workspace) -> Result<String> {
    let corpus: Vec<sources::Corpus> = read(&workspace.root.join(CORPUS))?;
    sources::page(workspace, &listed_sources(workspace)?, &corpus)
}

fn listed_sources(workspace: &Workspace) -> Result<Vec<Source>> {
    let listed = workspace::output(workspace.command(binary(workspace)).args(["sources", "--format", "json"]))?;
    serde_json::from_str(&listed).context("`bellhop sources` is not what it was")
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is not of the form that the page needs", path.display()))
}

/// The line, from 1, at which two texts part.
fn first_difference(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one.lines().zip(other.lines()).take_while(|(one, other)| one == other).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn a_difference_is_found_where_it_begins() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("a\nb", "a\nb\n"), Some(3));
        assert_eq!(first_difference("", "a\n"), Some(1));
    }
}
