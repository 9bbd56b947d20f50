//! `cargo xtask bench`: both release binaries, then the load generator. What it measures is in `xtask/bench`.

use anyhow::Result;

use crate::workspace::{self, Workspace};

pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    workspace::run(&mut workspace.cargo("build --release --package server --package bench"))?;
    workspace::run(workspace.command(workspace.release_binary("bench")).args(arguments))
}
