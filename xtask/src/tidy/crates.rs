//! Which crate may depend on what. An import that Cargo.toml does not allow cannot compile, so the tables of Cargo.toml are
//! all that is read here.

use crate::tidy::Violation;
use crate::tidy::tree::Tree;

/// Our own crates that each may know; `server`, `xtask` and `bench` may know any.
const KNOWS: [(&str, &[&str]); 5] = [
    ("wire", &[]),
    ("iam", &[]),
    ("awscall", &[]),
    ("domain", &["wire", "iam", "awscall"]),
    ("store", &["domain", "wire"]),
];
const OURS: [&str; 6] = ["wire", "iam", "awscall", "domain", "store", "server"];

/// Crates without a clock, a network, a disk or a scheduler.
pub const PURE: [&str; 4] = ["wire", "iam", "awscall", "domain"];
const IMPURE: [&str; 6] = ["tokio", "tokio-util", "tokio-stream", "futures", "async-trait", "tracing-subscriber"];
const NETWORK: [&str; 6] = ["axum", "axum-server", "reqwest", "hyper", "hyper-util", "aws-config"];
const DATABASE: [&str; 3] = ["sqlx", "rusqlite", "libsqlite3-sys"];

pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, manifest) in tree.files() {
        let Some(name) = path.strip_prefix("crates/").and_then(|rest| rest.strip_suffix("/Cargo.toml")) else {
            continue;
        };
        for (line, dependency) in dependencies(manifest) {
            if let Some((why, remedy)) = refusal(name, dependency) {
                found.push(Violation::new(path, line, format!("`{name}` depends on `{dependency}`, {why}"), remedy));
            }
        }
    }
    found
}

fn refusal(name: &str, dependency: &str) -> Option<(&'static str, &'static str)> {
    if let Some((_, known)) = KNOWS.iter().find(|(crate_name, _)| *crate_name == name)
        && OURS.contains(&dependency)
        && !known.contains(&dependency)
    {
        return Some(("which it must not know", "pass what it needs as a value of its own types"));
    }
    if PURE.contains(&name) && IMPURE.contains(&dependency) {
        return Some(("but it is pure", "keep waiting and tasks in `server`"));
    }
    if name != "server" && NETWORK.contains(&dependency) {
        return Some(("but only `server` has a network", "do the request in `server/src/outbound`"));
    }
    if name != "store" && DATABASE.contains(&dependency) {
        return Some(("but only `store` has SQL", "add a function to `store`"));
    }
    None
}

/// The names in every table of dependencies (plain, dev, build, of a target), with their lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            inside = table.ends_with("dependencies");
            // [dependencies.tokio]
            if let Some((outer, name)) = table.rsplit_once('.')
                && outer.ends_with("dependencies")
            {
                found.push((index + 1, name));
            }
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            let end = line.find(['.', '=', ' ']).unwrap_or(line.len());
            found.push((index + 1, line.get(..end).unwrap_or_default()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    fn faults(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).iter().map(ToString::to_string).collect()
    }

    fn places(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn siblings_do_not_know_each_other() {
        assert_eq!(
            faults("crates/wire/Cargo.toml", "[dependencies]\niam.workspace = true\n"),
            ["crates/wire/Cargo.toml:2: `wire` depends on `iam`, which it must not know; \
              pass what it needs as a value of its own types"]
        );
        assert_eq!(places("crates/store/Cargo.toml", "[dependencies]\nserver = { path = \"x\" }\n"), [2]);
        assert_eq!(
            places("crates/domain/Cargo.toml", "[dependencies]\nstore.workspace = true\nwire.workspace = true\n"),
            [2]
        );
    }

    #[test]
    fn a_pure_crate_has_no_scheduler_not_even_for_its_tests() {
        assert_eq!(places("crates/iam/Cargo.toml", "[dev-dependencies]\nserde = \"1\"\ntokio = \"1\"\n"), [3]);
        assert_eq!(places("crates/iam/Cargo.toml", "[dependencies.tokio]\nversion = \"1\"\n"), [1]);
    }

    #[test]
    fn sql_and_the_network_live_in_one_crate_each() {
        assert_eq!(places("crates/server/Cargo.toml", "[dependencies]\naxum = \"1\"\nsqlx = \"1\"\n"), [3]);
        assert_eq!(places("crates/store/Cargo.toml", "[dependencies]\nreqwest = \"1\"\nsqlx = \"1\"\n"), [2]);
    }

    #[test]
    fn features_are_no_dependencies() {
        assert!(faults("crates/wire/Cargo.toml", "[features]\ntokio = []\n").is_empty());
    }
}
