//! `cargo xtask tidy`: the rules of the house that neither Cargo.toml nor a lint can say. Each check is a function from the files
//! of the checkout to what violates it, so that its tests feed it bad samples; only [`run`] reads the disk and asks cargo.

mod architecture;
mod banned;
mod budgets;
mod crates;
mod imports;
mod migrations;
mod names;
mod rust;
mod tree;
mod words;

use std::fmt;

use anyhow::{Result, bail};

use crate::tidy::tree::Tree;
use crate::workspace::Workspace;

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: String,
    /// From 1; 0 is the file as a whole.
    line: usize,
    what: String,
    /// What to do instead, in the imperative.
    remedy: String,
}

impl Violation {
    fn new(path: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, what, remedy } = self;
        match line {
            0 => write!(formatter, "{path}: {what}; {remedy}"),
            _ => write!(formatter, "{path}:{line}: {what}; {remedy}"),
        }
    }
}

const CHECKS: [fn(&Tree) -> Vec<Violation>; 7] =
    [architecture::check, budgets::check, crates::check, imports::check, migrations::check, names::check, words::check];

pub fn run(workspace: &Workspace) -> Result<()> {
    let tree = Tree::read(&workspace.root)?;
    let mut violations: Vec<_> = CHECKS.iter().flat_map(|check| check(&tree)).collect();
    violations.extend(banned::check(&banned::built(workspace)?));
    violations.sort();
    violations.dedup();
    for violation in &violations {
        eprintln!("{violation}");
    }
    match violations.len() {
        0 => Ok(()),
        1 => bail!("1 rule of the house is broken"),
        count => bail!("{count} rules of the house are broken"),
    }
}

#[cfg(test)]
mod tests {
    use super::Violation;

    #[test]
    fn a_violation_reads_as_place_fault_and_remedy() {
        assert_eq!(Violation::new("a.rs", 3, "it is wrong", "mend it").to_string(), "a.rs:3: it is wrong; mend it");
        assert_eq!(Violation::new("a.rs", 0, "it is wrong", "mend it").to_string(), "a.rs: it is wrong; mend it");
    }
}
