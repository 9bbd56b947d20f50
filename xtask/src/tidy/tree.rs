//! The files of the checkout as tidy sees them: everything that git would not ignore, read once.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

/// Paths from the root with `/` between, each with its text; what is not UTF-8 has none.
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    pub fn read(root: &Path) -> Result<Self> {
        let ignored = std::fs::read_to_string(root.join(".gitignore")).context("`.gitignore` cannot be read")?;
        // The folders only ("target/"): a pattern of git's is more than tidy needs to understand.
        let mut skipped: Vec<&str> = ignored.lines().filter_map(|line| line.trim().strip_suffix('/')).collect();
        skipped.push(".git");

        let mut files = BTreeMap::new();
        let mut waiting = vec![root.to_owned()];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).with_context(|| format!("`{}` cannot be read", folder.display()))? {
                let entry = entry?;
                let name = entry.file_name();
                if skipped.iter().any(|skipped| *skipped == name) {
                    continue;
                }
                let path = entry.path();
                if entry.file_type()?.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let bytes = std::fs::read(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
                let parts: Vec<_> = path.strip_prefix(root)?.iter().map(|part| part.to_string_lossy()).collect();
                files.insert(parts.join("/"), String::from_utf8(bytes).unwrap_or_default());
            }
        }
        Ok(Self { files })
    }

    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust files whose path begins with `prefix`.
    pub fn rust(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| path.starts_with(prefix) && is_rust(path))
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a file or a folder of that path is there.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.files()
            .any(|(file, _)| file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

pub fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn a_folder_is_there_when_a_file_is_in_it() {
        let tree = Tree::of(&[("crates/wire/src/lib.rs", "")]);
        assert!(tree.has("crates/wire/") && tree.has("crates/wire/src/lib.rs"));
        assert!(!tree.has("crates/wi"));
    }
}
