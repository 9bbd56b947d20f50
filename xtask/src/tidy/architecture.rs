//! ARCHITECTURE.md names files in backticks; each must be there, or the map is of another country.

use crate::tidy::Violation;
use crate::tidy::tree::Tree;

const MAP: &str = "ARCHITECTURE.md";
const ROOTS: [&str; 6] = ["crates/", "xtask/", "tests/", "docs/", "deploy/", "."];
const EXTENSIONS: [&str; 5] = [".rs", ".py", ".md", ".toml", ".sql"];

pub fn check(tree: &Tree) -> Vec<Violation> {
    let Some(text) = tree.text(MAP) else {
        return vec![Violation::new(MAP, 0, "it is missing", "write the map of the code")];
    };
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        // Between the backticks are the odd pieces.
        for path in line.split('`').skip(1).step_by(2).filter(|quoted| names_a_file(quoted)) {
            if !is_there(tree, path) {
                let remedy = "name the file that took its place";
                found.push(Violation::new(MAP, index + 1, format!("`{path}` is not there"), remedy));
            }
        }
    }
    found
}

/// Patterns, commands and routes are none.
fn names_a_file(quoted: &str) -> bool {
    let plain = quoted.chars().all(|character| character.is_ascii_alphanumeric() || "._-/".contains(character));
    let rooted = ROOTS.iter().any(|root| quoted.starts_with(root)) && quoted.contains('/');
    let extended = EXTENSIONS.iter().any(|extension| quoted.len() > extension.len() && quoted.ends_with(extension));
    plain && !quoted.contains("..") && (rooted || extended)
}

/// From the root, or as the end of a path: `inbound/sns.rs` is enough where the crate is clear.
fn is_there(tree: &Tree, path: &str) -> bool {
    let ending = format!("/{path}");
    tree.has(path) || tree.files().any(|(file, _)| file.ends_with(&ending))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    fn faults(map: &str) -> Vec<String> {
        let tree = Tree::of(&[("ARCHITECTURE.md", map), ("crates/server/src/inbound/sns.rs", ""), (".ci/run", "")]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_that_is_gone_is_found() {
        assert_eq!(
            faults("# Map\nSee `crates/server/src/inbound/slack.rs`."),
            ["ARCHITECTURE.md:2: `crates/server/src/inbound/slack.rs` is not there; name the file that took its place"]
        );
        assert_eq!(faults("`inbound/slack.rs` and `slack.rs` and `docs/`").len(), 3);
    }

    #[test]
    fn files_folders_and_endings_that_are_there_pass() {
        assert!(faults("`crates/server/` `inbound/sns.rs` `sns.rs` `.ci/run`").is_empty());
    }

    #[test]
    fn commands_patterns_and_routes_are_no_files() {
        assert!(
            faults("`cargo xtask test` `app/<noun>.rs` `inbound/*.rs` `POST /sns` `/sandbox/messages` `crates`")
                .is_empty()
        );
    }

    #[test]
    fn no_map_is_a_fault() {
        assert_eq!(check(&Tree::of(&[("README.md", "")])).len(), 1);
    }
}
