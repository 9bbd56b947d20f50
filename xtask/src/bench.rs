//! `cargo xtask bench`: the release binaries, then the load generator beside the programs it compares with, or one of the proofs
//! that are Python: the loss table, the oracle, the corpus. What is measured is in `xtask/bench` and `tests/conformance`.

mod cards;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::node;
use crate::postgres::{self, Postgres};
use crate::python;
use crate::workspace::{self, Workspace, environment};

/// The proofs, as `bench NAME` or `bench --only NAME`: each a module of the conformance tests.
const PROOFS: [(&str, &str); 3] = [("loss", "loss_table"), ("oracle", "oracle"), ("corpus", "corpus")];
/// Debian's name for Prometheus Alertmanager: package and program.
const ALERTMANAGER: &str = "prometheus-alertmanager";

pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    if let [first, rest @ ..] = arguments
        && first == "cards"
    {
        return cards::run(workspace, rest);
    }
    if let Some((module, rest)) = proof(arguments)? {
        return run_proof(workspace, module, &rest);
    }
    let python = python::prepare(workspace)?;
    let moto_server = python.with_file_name("moto_server");
    workspace::run(&mut workspace.cargo("build --release --package server --package bench"))?;
    let mut bench = workspace.command(workspace.release_binary("bench"));
    // An option may be given once: whoever names another is heard.
    let named = |option: &str| arguments.iter().any(|argument| argument.starts_with(option));
    if !named("--moto-server") {
        bench.arg("--moto-server").arg(moto_server);
    }
    if let (false, Some(alertmanager)) = (named("--alertmanager"), alertmanager(workspace)) {
        bench.arg("--alertmanager").arg(alertmanager);
    }
    let postgres = if named("--postgres") { None } else { Some(Postgres::start_durable(workspace)?) };
    if let Some(Postgres { url, programs, .. }) = &postgres {
        bench.args(["--postgres", url, "--postgres-programs"]).arg(programs);
    }
    workspace::run(bench.args(arguments))
}

/// The module of the proof that is asked for, and the arguments that are its own.
fn proof(arguments: &[String]) -> Result<Option<(&'static str, Vec<String>)>> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (name, rest) = match words.as_slice() {
        ["--only", name, rest @ ..] => (*name, rest),
        [first, rest @ ..] => (first.trim_start_matches("--only="), rest),
        [] => return Ok(None),
    };
    if let Some((_, module)) = PROOFS.iter().find(|(proof, _)| *proof == name) {
        return Ok(Some((module, rest.iter().map(|word| (*word).to_owned()).collect())));
    }
    for (proof, _) in PROOFS {
        if rest.iter().any(|word| word.trim_start_matches("--only=") == proof) {
            bail!("say `cargo xtask bench {proof}` first and its own arguments after");
        }
    }
    Ok(None)
}

fn run_proof(workspace: &Workspace, module: &str, arguments: &[String]) -> Result<()> {
    let python = python::prepare(workspace)?;
    let (programs, node_modules) = (postgres::prepare(workspace)?, node::prepare(workspace)?);
    workspace::run(&mut workspace.cargo("build --release --package server"))?;
    let mut proof = workspace.command(python);
    proof
        .args(["-m", module])
        .args(arguments)
        .env("PYTHONPATH", workspace.root.join("tests/conformance"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env(postgres::PROGRAMS_VARIABLE, programs)
        .env("BELLHOP_NODE_MODULES", node_modules)
        .env("BELLHOP_BINARY", workspace.release_binary("bellhop"));
    workspace::run(&mut proof)
}

/// Debian's Alertmanager, installed if this is Debian's root; without it nothing is compared with it, and the page says so.
fn alertmanager(workspace: &Workspace) -> Option<PathBuf> {
    let find = || {
        let path = environment("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(ALERTMANAGER)).find(|program| program.exists())
    };
    find().or_else(|| {
        if !Path::new("/usr/bin/apt-get").exists() {
            return None;
        }
        let mut apt = workspace.command("apt-get");
        apt.args(["install", "--yes", "--no-install-recommends", ALERTMANAGER])
            .env("DEBIAN_FRONTEND", "noninteractive");
        // Whoever may not install goes without.
        workspace::run(&mut apt).ok()?;
        find()
    })
}

#[cfg(test)]
mod tests {
    use super::proof;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_proof_is_named_first_and_gets_the_rest() {
        for line in ["oracle --seconds 60", "--only oracle --seconds 60", "--only=oracle --seconds 60"] {
            assert_eq!(proof(&words(line)).unwrap(), Some(("oracle", words("--seconds 60"))), "{line}");
        }
        assert_eq!(proof(&words("loss")).unwrap(), Some(("loss_table", Vec::new())));
        assert!(proof(&words("--seconds 60 --only oracle")).is_err());
        assert!(proof(&words("--rounds 2 loss")).is_err());
    }

    #[test]
    fn all_else_is_the_load_generators() {
        for line in ["", "--only sns", "--seconds 3 --only chat", "--write docs/reference/performance.md"] {
            assert_eq!(proof(&words(line)).unwrap(), None, "{line}");
        }
    }
}
