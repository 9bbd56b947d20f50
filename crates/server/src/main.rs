//! The binary `bellhop`: parses the command line and leaves the rest to `cli`.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    server::cli::run(server::cli::Arguments::parse())
}
