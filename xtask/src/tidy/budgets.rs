//! How long a file may be and how it opens.

use crate::tidy::Violation;
use crate::tidy::tree::Tree;

/// The aim is 400; past this a reader loses the thread.
const LINES: usize = 500;

/// Longer on purpose. An entry whose file is gone or short again is a violation itself.
const EXEMPT: [(&str, &str); 0] = [];

pub fn check(tree: &Tree) -> Vec<Violation> {
    check_but(tree, &EXEMPT)
}

fn check_but(tree: &Tree, exempt: &[(&str, &str)]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, text) in tree.rust("") {
        let count = text.lines().count();
        if count > LINES && !exempt.iter().any(|(exempted, _)| *exempted == path) {
            found.push(Violation::new(path, 0, format!("{count} lines, over {LINES}"), "split it by step"));
        }
        let source = path.contains("/src/") && (path.starts_with("crates/") || path.starts_with("xtask/"));
        if source && !text.starts_with("//!") {
            let remedy = "open with `//!`: what it is, who calls it, what it never does";
            found.push(Violation::new(path, 1, "the file does not say what it is", remedy));
        }
    }
    for (path, reason) in exempt {
        if tree.text(path).is_none_or(|text| text.lines().count() <= LINES) {
            let what = format!("exempt from {LINES} lines ({reason}) without need");
            found.push(Violation::new(path, 0, what, "remove it from the list in xtask/src/tidy/budgets.rs"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{LINES, check, check_but};
    use crate::tidy::tree::Tree;

    #[test]
    fn a_long_file_is_found_and_one_line_less_is_not() {
        let path = "crates/wire/src/ids.rs";
        let long = format!("//!{}", "\n//!".repeat(LINES));
        let said: Vec<_> = check(&Tree::of(&[(path, &long)])).iter().map(ToString::to_string).collect();
        assert_eq!(said, ["crates/wire/src/ids.rs: 501 lines, over 500; split it by step"]);
        let fits = format!("//!{}", "\n//!".repeat(LINES - 1));
        assert!(check(&Tree::of(&[(path, &fits)])).is_empty());
        assert!(check_but(&Tree::of(&[(path, &long)]), &[(path, "a table")]).is_empty());
    }

    #[test]
    fn an_exemption_that_is_not_needed_is_found() {
        assert_eq!(check_but(&Tree::of(&[("a.rs", "//! x")]), &[("a.rs", "a table"), ("b.rs", "a table")]).len(), 2);
    }

    #[test]
    fn a_source_that_does_not_introduce_itself_is_found() {
        assert_eq!(check(&Tree::of(&[("crates/wire/src/lib.rs", "pub mod ids;\n")])).len(), 1);
        assert!(check(&Tree::of(&[("crates/server/tests/it/main.rs", "mod kit;\n")])).is_empty());
    }
}
