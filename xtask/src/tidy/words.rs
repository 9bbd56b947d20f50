//! Words that must not be in the repository: unfinished work, tests that do not run, paths of one machine.

use crate::tidy::Violation;
use crate::tidy::rust;
use crate::tidy::tree::{Tree, is_rust};

// Put together, so that this file does not find itself.
const UNFINISHED: [&str; 2] = [concat!("FIX", "ME"), concat!("TO", "DO")];
const UNFINISHED_MACROS: [&str; 2] = [concat!("to", "do!"), concat!("unim", "plemented!")];
const NOT_RUN: &str = concat!("#[ig", "nore");
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
        for name in UNFINISHED_MACROS {
            if has_word(&line, name) {
                found.push(Violation::new(path, index + 1, format!("`{name}` compiles and does not work"), "write it"));
            }
        }
        // The attribute itself, not a longer name that begins with it.
        if line.match_indices(NOT_RUN).any(|(at, _)| line[at + NOT_RUN.len()..].starts_with([']', '='])) {
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

/// `folder` at the start of a path, and not within one or within a URL.
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
    use super::{NOT_RUN, OF_ONE_MACHINE, UNFINISHED, UNFINISHED_MACROS, check};
    use crate::tidy::tree::Tree;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn unfinished_work_is_found_in_code_and_in_comments() {
        let [later, never] = UNFINISHED_MACROS;
        assert_eq!(lines("a.rs", &format!("fn f() {{\n    {later}()\n}}\nfn g() {{ {never}(\"x\") }}\n")), [2, 4]);
        assert_eq!(lines("a.py", &format!("x = 1  # {} later", UNFINISHED[0])), [1]);
        let harmless = format!("//! No {later}() here.\nlet x = \"{later}\";\nmy{later}();");
        assert!(lines("a.rs", &harmless).is_empty());
    }

    #[test]
    fn a_test_that_does_not_run_is_found() {
        let text =
            format!("#[test]\n{NOT_RUN}]\nfn f() {{}}\n{NOT_RUN} = \"slow\"]\nfn g() {{}}\n{NOT_RUN}d]\nfn h() {{}}");
        assert_eq!(lines("a.rs", &text), [2, 4]);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        for folder in OF_ONE_MACHINE {
            assert_eq!(lines("docs/a.md", &format!("see\n`{folder}x`")), [2]);
            assert!(lines("docs/a.md", &format!("see https://example.com{folder}x and docs{folder}x")).is_empty());
        }
    }
}
