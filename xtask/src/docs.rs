//! `cargo xtask docs`: the pages that are made and not written. docs/reference/compatibility.md is what the release build's
//! `bellhop wire dump` says, with the reference's facts and what was written down about each operation beside it.
//!
//! Called to write the page, and by the `docs` step to see that the one in the repository is what this build says.

mod compatibility;
mod wire;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

use crate::workspace::{self, Workspace, environment};

const PAGE: &str = "docs/reference/compatibility.md";
const NOTES: &str = "tests/conformance/compatibility_notes.json";
const REFERENCE: &str = "tests/conformance/reference.json";

/// The release build, unless `BELLHOP_BINARY` names another.
pub fn named_binary() -> Option<PathBuf> {
    environment("BELLHOP_BINARY")
}

pub fn write(workspace: &Workspace) -> Result<()> {
    let path = workspace.root.join(PAGE);
    std::fs::write(&path, page(workspace)?).with_context(|| format!("`{}` cannot be written", path.display()))?;
    eprintln!("    wrote {PAGE}");
    Ok(())
}

pub fn check(workspace: &Workspace) -> Result<()> {
    let committed = std::fs::read_to_string(workspace.root.join(PAGE)).unwrap_or_default();
    let made = page(workspace)?;
    if let Some(line) = first_difference(&committed, &made) {
        bail!("{PAGE}:{line} is not what this build says: `cargo xtask docs` writes it, read and commit it");
    }
    Ok(())
}

fn page(workspace: &Workspace) -> Result<String> {
    let binary = named_binary().unwrap_or_else(|| workspace.release_binary("bellhop"));
    let dump = workspace::output(workspace.command(binary).args(["wire", "dump"]))?;
    let operations = serde_json::from_str(&dump).context("`bellhop wire dump` is not what it was")?;
    let notes = read(&workspace.root.join(NOTES))?;
    let reference = read(&workspace.root.join(REFERENCE))?;
    compatibility::page(operations, &notes, &reference)
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
