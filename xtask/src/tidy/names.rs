//! File and folder names that say nothing about what is inside.

use crate::tidy::Violation;
use crate::tidy::tree::Tree;

const EMPTY_WORDS: [&str; 7] = ["util", "utils", "helper", "helpers", "common", "manager", "misc"];

pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, _) in tree.files() {
        for part in path.split('/') {
            let stem = part.split_once('.').map_or(part, |(stem, _)| stem);
            if EMPTY_WORDS.contains(&stem) {
                found.push(Violation::new(path, 0, format!("`{stem}` says nothing"), "name it after what it holds"));
            }
        }
        if path.ends_with("/mod.rs") {
            found.push(Violation::new(path, 0, "`mod.rs` looks like every other", "put `foo.rs` beside `foo/`"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    fn faults(path: &str) -> usize {
        check(&Tree::of(&[(path, "")])).len()
    }

    #[test]
    fn empty_words_are_found_as_files_and_as_folders() {
        assert_eq!(faults("crates/server/src/utils.rs"), 1);
        assert_eq!(faults("tests/conformance/helpers.py"), 1);
        assert_eq!(faults("crates/common/src/lib.rs"), 1);
        assert_eq!(faults("crates/server/src/inbound/mod.rs"), 1);
    }

    #[test]
    fn words_of_aws_that_contain_them_pass() {
        assert_eq!(faults("crates/domain/src/notification/source/systems_manager.rs"), 0);
        assert_eq!(faults("crates/server/src/inbound.rs"), 0);
    }
}
