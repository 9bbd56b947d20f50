//! Who may name whom inside the crates, where Cargo.toml says nothing: the corridors of `server`, the purity of the crates below it,
//! and where the request structs of the API stop.

use crate::tidy::Violation;
use crate::tidy::crates::PURE;
use crate::tidy::rust::{self, NamedPath};
use crate::tidy::tree::Tree;

const SERVER: &str = "crates/server/src/";

/// In `area` of the server (`inbound` is inbound.rs and inbound/), no path within one of `never`.
struct Corridor {
    area: &'static str,
    never: &'static [&'static str],
    remedy: &'static str,
}

const CORRIDORS: [Corridor; 4] = [
    Corridor {
        area: "inbound",
        never: &["store", "crate::outbound", "crate::worker"],
        remedy: "a front door calls `app`, and `app` decides; add the function there",
    },
    Corridor {
        area: "app",
        never: &["axum", "crate::inbound", "crate::worker"],
        remedy: "`app` serves every front door; take a value of `domain` or of its own and return an `AppError`",
    },
    Corridor {
        area: "outbound",
        never: &["crate::app", "crate::inbound", "crate::worker", "store", "axum"],
        remedy: "a client of someone else's service takes what it needs as arguments",
    },
    Corridor {
        area: "worker",
        never: &["crate::inbound", "axum"],
        remedy: "a job has no front door; share the step through `app`",
    },
];

/// In `inbound`, what every front door reads requests with; no front door itself.
const OF_EVERY_FRONT_DOOR: [&str; 1] = ["body"];

/// What a pure crate must not reach for; time, environment and files are passed in as values.
const IMPURE: [&str; 8] = [
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime::now",
    "OffsetDateTime::now_utc",
];

pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let tests = only_for_tests(tree);
    for (path, text) in tree.rust("crates/") {
        let Some((name, inside)) = path.strip_prefix("crates/").and_then(|rest| rest.split_once("/src/")) else {
            continue;
        };
        // Tests beside the code speak to it as they like.
        let is_test =
            |module: &String| path.strip_prefix(module.as_str()).is_some_and(|rest| rest.starts_with(['.', '/']));
        if tests.iter().any(is_test) {
            continue;
        }
        let code = rust::without_tests(&rust::code(text));
        let module = module(inside);
        let paths: Vec<_> = rust::paths(&code).into_iter().map(|path| path.absolute(&module)).collect();
        let mut broken: Vec<(usize, String, &str)> = Vec::new();
        for named in &paths {
            broken.extend(named_wrongly(name, &module, named, tree));
        }
        if PURE.contains(&name) {
            let lines = rust::lines_with_word(&code, "async");
            broken.extend(
                lines.into_iter().map(|line| (line, "`async`".to_owned(), "a pure crate computes; wait in `server`")),
            );
        }
        for (line, what, remedy) in broken {
            found.push(Violation::new(
                path,
                line,
                format!("{what} does not belong in `{}`", area(name, &module)),
                remedy,
            ));
        }
    }
    found
}

/// Modules that exist for tests alone, as their paths without the ending: those that stand under `#[cfg(test)]` where they are named.
fn only_for_tests(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in tree.rust("crates/") {
        let folder = match path.rsplit_once('/') {
            Some((folder, "lib.rs" | "main.rs")) => folder,
            _ => path.trim_end_matches(".rs"),
        };
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            if let ["#[cfg(test)]", named] = pair
                && let Some(name) = named.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'))
            {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found
}

/// What is wrong with naming this path there: the line, the path, what to do instead.
fn named_wrongly(
    crate_name: &str,
    module: &[&str],
    named: &NamedPath,
    tree: &Tree,
) -> Option<(usize, String, &'static str)> {
    let fault = |remedy| Some((named.line, format!("`{}`", named.segments.join("::")), remedy));
    let at_the_api = crate_name == "server" && matches!(module, ["inbound", "api", ..]);
    // What an operation is called is no request: `app` authorises by it.
    let only_its_name = crate_name == "server" && named.is_within("wire::operations::Operation");
    if named.is_within("wire::operations") && !at_the_api && !only_its_name {
        return fault(
            "requests and responses of the API stop at `server/src/inbound/api`; identifiers of `wire::ids` travel",
        );
    }
    if named.is_within("tokio::net") && crate_name != "server" {
        return fault("only `server` has a network");
    }
    if PURE.contains(&crate_name) && IMPURE.iter().any(|impure| within_or_ends(named, impure)) {
        return fault("a pure crate gets it as a value from `server`");
    }
    if crate_name != "server" {
        return None;
    }
    let corridor = CORRIDORS.iter().find(|corridor| module.first() == Some(&corridor.area));
    if let Some(corridor) = corridor
        && corridor.never.iter().any(|never| named.is_within(never))
    {
        return fault(corridor.remedy);
    }
    if let ["inbound", own, ..] = module
        && let [root, inbound, other, ..] = named.segments.as_slice()
        && (root == "crate" && inbound == "inbound" && other != own)
        && !OF_EVERY_FRONT_DOOR.contains(&other.as_str())
        && tree.has(&format!("{SERVER}inbound/{other}.rs"))
    {
        return fault("front doors do not know each other; share the step through `app`");
    }
    None
}

/// `std::fs` from the front, `Instant::now` from the back: a type may be imported under any path.
fn within_or_ends(named: &NamedPath, wanted: &str) -> bool {
    named.is_within(wanted) || named.segments.join("::").ends_with(&format!("::{wanted}"))
}

/// "inbound/api/errors.rs" -> [inbound, api, errors]; the root of a crate is [].
fn module(inside: &str) -> Vec<&str> {
    match inside.trim_end_matches(".rs") {
        "lib" | "main" => Vec::new(),
        path => path.split('/').collect(),
    }
}

fn area(crate_name: &str, module: &[&str]) -> String {
    match module.first() {
        Some(area) if crate_name == "server" => format!("server/src/{area}"),
        _ => crate_name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SERVER, check};
    use crate::tidy::tree::Tree;

    /// The lines at fault in a file of the server, beside front doors `sns` and `api`.
    fn server(file: &str, text: &str) -> Vec<usize> {
        let path = format!("{SERVER}{file}");
        let tree = Tree::of(&[
            (&format!("{SERVER}inbound/sns.rs"), ""),
            (&format!("{SERVER}inbound/api.rs"), ""),
            (&format!("{SERVER}inbound/api/errors.rs"), ""),
            (&path, text),
        ]);
        check(&tree).iter().map(|violation| violation.line).collect()
    }

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn a_front_door_never_names_the_store() {
        assert_eq!(server("inbound/sns.rs", "use crate::app;\nuse store::Outbox;\n"), [2]);
        assert_eq!(server("inbound.rs", "fn f() { store::outbox::enqueue(); }"), [1]);
        assert!(server("inbound/sns.rs", "let store = state.store;").is_empty());
        assert!(server("app/notifications.rs", "use store::Outbox;").is_empty());
    }

    #[test]
    fn front_doors_do_not_know_each_other_but_their_own_folder() {
        assert_eq!(server("inbound/sns.rs", "use crate::inbound::api::errors::Error;"), [1]);
        assert_eq!(server("inbound/api/errors.rs", "use super::super::sns;"), [1]);
        assert_eq!(server("inbound/api.rs", "use crate::{app, inbound::{sns}};"), [1]);
        assert!(server("inbound/api/errors.rs", "use crate::inbound::api::Request;\nuse super::Response;").is_empty());
        assert!(server("inbound.rs", "use crate::inbound::{api, sns};").is_empty());
        assert!(server("inbound/sns.rs", "use crate::inbound::body;").is_empty());
    }

    #[test]
    fn the_corridor_has_one_direction() {
        assert_eq!(server("app/configurations.rs", "use axum::http::StatusCode;"), [1]);
        assert_eq!(server("app.rs", "use crate::inbound::api;"), [1]);
        assert_eq!(server("outbound/slack.rs", "use domain::x;\nuse crate::app::AppError;"), [2]);
        assert_eq!(server("worker/deliver_notification.rs", "use crate::inbound::sns;"), [1]);
        assert!(server("worker.rs", "use crate::{app, outbound};\nuse store::Lease;").is_empty());
    }

    #[test]
    fn a_module_of_tests_alone_speaks_as_it_likes() {
        let broken = |named: &str| {
            let reads = "use std::fs;\nasync fn f() {}\n";
            let (parent, module) = ("crates/domain/src/card.rs", "crates/domain/src/card/golden.rs");
            let below = "crates/domain/src/card/golden/fixtures.rs";
            check(&Tree::of(&[(parent, named), (module, reads), (below, reads)])).len()
        };
        assert_eq!(broken("#[cfg(test)]\nmod golden;\n"), 0);
        assert_eq!(broken("mod golden;\n"), 4);
        assert_eq!(broken("#[cfg(test)]\nmod golden_too;\nmod golden;\n"), 4);
    }

    #[test]
    fn request_structs_stop_at_the_api() {
        assert_eq!(
            lines("crates/domain/src/card.rs", "use wire::ids::Arn;\nuse wire::{ids, operations::Create};"),
            [2]
        );
        assert_eq!(server("app/configurations.rs", "fn f(input: wire::operations::Create) {}"), [1]);
        assert!(server("inbound/api/errors.rs", "use wire::operations::Create;").is_empty());
        assert!(server("app/caller.rs", "use wire::operations::Operation;").is_empty());
    }

    #[test]
    fn a_pure_crate_has_no_clock_no_environment_no_file_and_nothing_async() {
        let text = "use std::time::{Duration, SystemTime};\nlet now = SystemTime::now();\nlet home = std::env::var(\"HOME\");\n\
                    use std::{fmt, fs};\nasync fn f() {}\nlet epoch = SystemTime::UNIX_EPOCH;\n";
        assert_eq!(lines("crates/iam/src/sigv4.rs", text), [2, 3, 4, 5]);
        assert!(lines("crates/iam/tests/vectors.rs", text).is_empty());
        assert!(lines("crates/store/src/lib.rs", text).is_empty());
    }

    #[test]
    fn sockets_are_the_servers() {
        assert_eq!(lines("crates/store/src/lib.rs", "use tokio::net::TcpStream;"), [1]);
        assert!(server("main.rs", "use tokio::net::TcpListener;").is_empty());
    }

    #[test]
    fn the_sentence_names_the_path_the_place_and_the_way_out() {
        let tree = Tree::of(&[("crates/server/src/app.rs", "use axum::Json;")]);
        let said: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            ["crates/server/src/app.rs:1: `axum::Json` does not belong in `server/src/app`; \
              `app` serves every front door; take a value of `domain` or of its own and return an `AppError`"]
        );
    }
}
