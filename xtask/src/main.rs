//! How Bellhop is built and checked: `cargo xtask test` and its single steps. Called by people and by `.ci/run`; never part of
//! what is shipped.

mod ask;
mod bench;
mod docs;
mod models;
mod node;
mod postgres;
mod protocols;
mod python;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::test::Step;
use crate::workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test [--only STEP,STEP]   sets up what the tests need and runs them all; `ci` is the same
                            steps, in order: tools, fmt, clippy, tidy, rust, build, docs, conformance
  tools | fmt | clippy | tidy | rust | build
                            one step
  conformance [PYTEST ARGS] builds, then pytest from outside on it: three files at a time, or in one
                            process what ARGS pick, like `cargo xtask conformance -k twin -x`
  conformance protocols [--vectors DIR]
                            botocore's own cases of AWS's protocols through `awscall`; without a
                            folder, of the pinned source distribution
  docs [--pictures]         builds, then the pages of docs/reference/ that are made of what
                            it says; the step of that name only compares. Pictures need
                            Chromium and pngquant
  models                    packs AWS's service models, of the botocore that the tests pin, into
                            crates/awscall/assets/models.pack
  ask endpoints|queries|pages|outputs
                            lines of JSON in, lines of JSON out: what the conformance tests compare with botocore
  postgres                  runs an empty PostgreSQL until Enter and prints how `cargo test` finds it
  bench [ARGS]              builds release and runs the load generator with ARGS
  bench cards [--write PAGE]
                            messages of each source that one core turns into Slack's JSON in a second
  bench loss [ARGS]         the loss table, whole: 60 notifications to a chat in each of its moods
  bench oracle [ARGS]       kills, freezes and cuts off for as long as one likes, and asks what arrived
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        bail!("name a command\n\n{USAGE}");
    };
    if matches!(command.as_str(), "help" | "--help" | "-h") {
        print!("{USAGE}");
        return Ok(());
    }
    let workspace = Workspace::find()?;
    match command.as_str() {
        "test" | "ci" => test::run(&workspace, &test::parse(rest)?, &[]),
        "conformance" if rest.first().is_some_and(|word| word == "protocols") => {
            protocols::command(&workspace, rest.get(1..).unwrap_or_default())
        }
        "conformance" => test::run(&workspace, &Step::FOR_CONFORMANCE, rest),
        "ask" => ask::run(rest),
        "bench" => bench::run(&workspace, rest),
        "models" if rest.is_empty() => models::write(&workspace),
        "postgres" if rest.is_empty() => postgres::Postgres::start(&workspace)?.serve(),
        "docs" if rest.is_empty() || rest == ["--pictures"] => {
            if docs::named_binary().is_none() {
                test::run(&workspace, &[Step::Build], &[])?;
            }
            docs::write(&workspace, !rest.is_empty())
        }
        name => match (Step::named(name), rest) {
            (Some(step), []) => test::run(&workspace, &[step], &[]),
            (Some(_), _) => bail!("`{name}` takes no arguments"),
            (None, _) => bail!("`{name}` is not a command\n\n{USAGE}"),
        },
    }
}
