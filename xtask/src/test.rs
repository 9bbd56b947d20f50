//! `cargo xtask test`: the steps, their order, their time. The first that fails ends the run; each can be run alone under its name.

use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::postgres::{self, Postgres};
use crate::workspace::{self, Workspace};
use crate::{docs, node, protocols, python, tidy};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Tools,
    Fmt,
    Clippy,
    Tidy,
    Rust,
    Build,
    Docs,
    Conformance,
}

impl Step {
    /// In the order they run. What the tests need is set up first: a missing Python, Node or PostgreSQL is said at once and not after ten minutes of
    /// building. Then what is cheap and often wrong.
    const ALL: [Self; 8] =
        [Self::Tools, Self::Fmt, Self::Clippy, Self::Tidy, Self::Rust, Self::Build, Self::Docs, Self::Conformance];

    /// What the conformance tests run on is made by the same command: a binary of yesterday would answer for today's source.
    pub const FOR_CONFORMANCE: [Self; 3] = [Self::Tools, Self::Build, Self::Conformance];

    fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Tidy => "tidy",
            Self::Rust => "rust",
            Self::Build => "build",
            Self::Docs => "docs",
            Self::Conformance => "conformance",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    fn run(self, workspace: &Workspace, pytest_arguments: &[String]) -> Result<()> {
        match self {
            Self::Tools => {
                python::prepare(workspace)?;
                node::prepare(workspace)?;
                node::prepare_bot_framework(workspace)?;
                protocols::fetched(workspace)?;
                postgres::prepare(workspace).map(drop)
            }
            Self::Fmt => workspace::run(&mut workspace.cargo("fmt --all --check")),
            Self::Clippy => {
                workspace::run(&mut workspace.cargo("clippy --quiet --workspace --all-targets -- --deny warnings"))
            }
            Self::Tidy => tidy::run(workspace),
            Self::Rust => {
                let postgres = Postgres::start(workspace)?;
                workspace::run(postgres.name_to(&mut workspace.cargo("test --quiet --workspace")))
            }
            // With the tests, as they were built: alone, a third of all crates would be built once more with fewer features.
            Self::Build => workspace::run(&mut workspace.cargo("test --quiet --workspace --no-run")),
            Self::Docs => docs::check(workspace),
            Self::Conformance => conformance(workspace, pytest_arguments),
        }
    }
}

/// The steps that the arguments of `test` pick: all of them, or those after `--only`, in the fixed order.
pub fn parse(arguments: &[String]) -> Result<Vec<Step>> {
    let list = match arguments {
        [] => return Ok(Step::ALL.to_vec()),
        [flag, list] if flag == "--only" => list.as_str(),
        [flag] if flag.starts_with("--only=") => flag.trim_start_matches("--only="),
        _ => {
            bail!("`test` takes nothing or `--only STEP,STEP`; pytest's own arguments go to `cargo xtask conformance`")
        }
    };
    let mut picked = Vec::new();
    for name in list.split(',') {
        let names = Step::ALL.map(Step::name).join(", ");
        picked.push(Step::named(name).with_context(|| format!("`{name}` is not a step; the steps are {names}"))?);
    }
    if picked.contains(&Step::Conformance) {
        picked.extend(Step::FOR_CONFORMANCE);
    }
    if picked.contains(&Step::Docs) {
        picked.push(Step::Build);
    }
    Ok(Step::ALL.into_iter().filter(|step| picked.contains(step)).collect())
}

pub fn run(workspace: &Workspace, steps: &[Step], pytest_arguments: &[String]) -> Result<()> {
    let start = Instant::now();
    let times: Result<Vec<_>> = steps.iter().map(|step| run_one(workspace, *step, steps, pytest_arguments)).collect();
    eprintln!("passed in {:.1} s: {}", start.elapsed().as_secs_f64(), times?.join(", "));
    Ok(())
}

/// Answers how long it took.
fn run_one(workspace: &Workspace, step: Step, all: &[Step], pytest_arguments: &[String]) -> Result<String> {
    let name = step.name();
    let index = all.iter().position(|of_all| *of_all == step).unwrap_or_default();
    eprintln!("==> {name} ({} of {})", index + 1, all.len());
    let begun = Instant::now();
    let outcome = step.run(workspace, pytest_arguments);
    let seconds = begun.elapsed().as_secs_f64();
    outcome.with_context(|| match all {
        [_] => format!("{name} failed after {seconds:.1} s"),
        _ => format!("{name} failed after {seconds:.1} s; `cargo xtask {name}` runs it alone"),
    })?;
    eprintln!("    {name} passed in {seconds:.1} s");
    Ok(format!("{name} {seconds:.1} s"))
}

fn conformance(workspace: &Workspace, pytest_arguments: &[String]) -> Result<()> {
    // Arguments pick tests of pytest; without any, everything that others wrote runs.
    if pytest_arguments.is_empty() {
        protocols::run(workspace, &protocols::fetched(workspace)?)?;
    }
    let python = python::prepare(workspace)?;
    let node_modules = node::prepare(workspace)?;
    let bot_framework = node::prepare_bot_framework(workspace)?;
    let postgres = Postgres::start(workspace)?;
    let mut pytest = workspace.command(python);
    postgres
        .name_to(&mut pytest)
        .args(["-m", "pytest", "--config-file", "tests/conformance/pytest.ini"])
        .env("BELLHOP_BINARY", workspace.binary("bellhop"))
        .env("BELLHOP_XTASK", std::env::current_exe()?)
        .env("BELLHOP_NODE_MODULES", node_modules)
        .env("BELLHOP_BOT_FRAMEWORK_MODULES", bot_framework)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    // A path among the arguments picks tests; without one, pytest is told where they are.
    if !pytest_arguments.iter().any(|argument| argument.starts_with("tests/")) {
        pytest.arg("tests/conformance");
    }
    // Most of a test is waiting for others. Whatever a file starts, all its tests share.
    if pytest_arguments.is_empty() {
        pytest.args(["--numprocesses=3", "--dist=loadfile"]);
    }
    workspace::run(pytest.args(pytest_arguments))
}

#[cfg(test)]
mod tests {
    use super::{Step, parse};

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn without_flags_every_step_runs_in_order() {
        assert_eq!(parse(&[]).unwrap(), Step::ALL);
    }

    #[test]
    fn only_picks_steps_and_keeps_their_order() {
        assert_eq!(parse(&words("--only rust,clippy")).unwrap(), [Step::Clippy, Step::Rust]);
        assert_eq!(parse(&words("--only=fmt")).unwrap(), [Step::Fmt]);
    }

    #[test]
    fn conformance_never_runs_on_a_stale_binary() {
        assert_eq!(parse(&words("--only conformance")).unwrap(), Step::FOR_CONFORMANCE);
        assert_eq!(parse(&words("--only docs")).unwrap(), [Step::Build, Step::Docs]);
    }

    #[test]
    fn an_unknown_step_is_named_with_the_known_ones() {
        let said = parse(&words("--only lint")).unwrap_err().to_string();
        assert_eq!(
            said,
            "`lint` is not a step; the steps are tools, fmt, clippy, tidy, rust, build, docs, conformance"
        );
        assert!(parse(&words("--quick")).is_err());
    }
}
