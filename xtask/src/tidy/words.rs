//! Words that must not be in the repository: unfinished work, tests that do not run, paths of one machine.

use crate::tidy::Violation;
use crate::tidy::rust;
use crate::tidy::tree::{Tree, is_rust};

// Put together, so that this file does not find itself.
const UNFINISHED: [&str; 2] = [concat!("FIX", "ME"), concat!("TO", "DO")];
const OF_ONE_MACHINE: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| *path != "Cargo.lock") {
        for (index, line) in text.lines().enumerate() {
            let mut add = |what: String, remedy| found.push(Violation::new(path, index + 1, what, remedy));
            for word in UNFINISHED {
                if has_word(line, word) {
                    add(format!("{word} in the repository"), "finish it, or file an issue and say what is true today");
                }
            }
            for folder in OF_ONE_MACHINE {
                if has_folder(line, folder) {
                    add(format!("`{folder}` is a path of one machine"), "say it from the root of the checkout");
                }
            }
        }
        if is_rust(path) {
            found.extend(unfinished_code(path, text));
        }
    }
    found
}

fn unfinished_code(path: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    for (index, line) in rust::code(text).lines().enumerate() {
        let line: String = line.split_whitespace().collect();
        for name in ["todo!", "unimplemented!"] {
            if has_word(&line, name) {
                found.push(Violation::new(path, index + 1, format!("`{name}` compiles and does not work"), "write it"));
            }
        }
        if line.contains("#[ignore]") || line.contains("#[ignore=") {
            let remedy = "make it run, or delete it";
            found.push(Violation::new(path, index + 1, "a test that never runs proves nothing", remedy));
        }
    }
    found
}

/// `word` in `line` with no letter, digit or underscore on either side.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line.get(..start).unwrap_or_default();
        let after = line.get(start + word.len()..).unwrap_or_default();
        !before.ends_with(joins) && !after.starts_with(joins)
    })
}

/// `folder` at the start of a path: `https://host/work/` and `docs/root/` are none.
fn has_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(start, _)| {
        let before = line.get(..start).unwrap_or_default();
        !before.ends_with(|character: char| {
            character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/' | '}')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{OF_ONE_MACHINE, UNFINISHED, check};
    use crate::tidy::tree::Tree;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn unfinished_work_is_found_in_code_and_in_comments() {
        assert_eq!(lines("a.rs", "fn f() {\n    todo!()\n}\nfn g() { unimplemented!(\"x\") }\n"), [2, 4]);
        assert_eq!(lines("a.py", &format!("x = 1  # {} later", UNFINISHED[0])), [1]);
        assert!(lines("a.rs", "//! No todo!() here.\nlet x = \"todo!\";\nmytodo!();").is_empty());
    }

    #[test]
    fn a_test_that_does_not_run_is_found() {
        assert_eq!(lines("a.rs", "#[test]\n#[ignore]\nfn f() {}\n#[ignore = \"slow\"]\nfn g() {}"), [2, 4]);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        for folder in OF_ONE_MACHINE {
            assert_eq!(lines("docs/a.md", &format!("see\n`{folder}x`")), [2]);
            assert!(lines("docs/a.md", &format!("see https://example.com{folder}x and docs{folder}x")).is_empty());
        }
    }
}
