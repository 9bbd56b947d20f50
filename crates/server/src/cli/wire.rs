//! `bellhop wire dump`: what this build says on the wire, as data. The conformance tests compare it with AWS's own model, and
//! `cargo xtask docs` makes docs/reference/compatibility.md of it. Reads no settings and no data.

use clap::Subcommand;
use wire::operations::Operation;

use super::say;

#[derive(Debug, Subcommand)]
pub enum Wire {
    /// Print every operation with its path, status, members, limits and errors as JSON.
    Dump,
}

impl Wire {
    pub fn run(self) -> anyhow::Result<()> {
        let Self::Dump = self;
        say(&serde_json::to_string_pretty(&Operation::describe_all())?);
        Ok(())
    }
}
