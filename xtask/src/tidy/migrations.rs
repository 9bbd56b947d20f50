//! Both engines of the store have the same migrations, by name. With one engine there is nothing to compare.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::Violation;
use crate::tidy::tree::Tree;

const FOLDER: &str = "crates/store/migrations/";

pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut engines: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (path, _) in tree.files() {
        if let Some((engine, migration)) = path.strip_prefix(FOLDER).and_then(|rest| rest.split_once('/')) {
            engines.entry(engine).or_default().insert(migration);
        }
    }
    let all: BTreeSet<&str> = engines.values().flatten().copied().collect();
    let mut found = Vec::new();
    for (engine, migrations) in &engines {
        for missing in all.difference(migrations) {
            let path = format!("{FOLDER}{engine}/{missing}");
            found.push(Violation::new(&path, 0, "another engine has this migration", "write it for this engine too"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    #[test]
    fn a_migration_of_one_engine_only_is_found() {
        let tree = Tree::of(&[
            ("crates/store/migrations/sqlite/0001_start.sql", ""),
            ("crates/store/migrations/sqlite/0002_tags.sql", ""),
            ("crates/store/migrations/postgres/0001_start.sql", ""),
        ]);
        let paths: Vec<_> = check(&tree).into_iter().map(|violation| violation.path).collect();
        assert_eq!(paths, ["crates/store/migrations/postgres/0002_tags.sql"]);
    }

    #[test]
    fn one_engine_alone_passes() {
        assert!(check(&Tree::of(&[("crates/store/migrations/sqlite/0001_start.sql", "")])).is_empty());
    }
}
