//! `cargo xtask bench`: both release binaries, then the load generator, beside the `moto_server` of the conformance tests' Python.
//! What it measures is in `xtask/bench`.

use anyhow::Result;

use crate::python;
use crate::workspace::{self, Workspace};

pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let python = python::prepare(workspace)?;
    let moto_server = python.with_file_name("moto_server");
    workspace::run(&mut workspace.cargo("build --release --package server --package bench"))?;
    let mut bench = workspace.command(workspace.release_binary("bench"));
    // An option may be given once: whoever names another moto is heard.
    if !arguments.iter().any(|argument| argument.starts_with("--moto-server")) {
        bench.arg("--moto-server").arg(moto_server);
    }
    workspace::run(bench.args(arguments))
}
