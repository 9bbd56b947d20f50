//! Where the checkout is and how a program is run in it. Every step runs through [`Workspace::command`], so that what failed can be
//! repeated by hand from the sentence it prints.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The checkout that `cargo xtask` was called in.
pub struct Workspace {
    pub root: PathBuf,
}

impl Workspace {
    /// Walks up from the current folder to the manifest that says `[workspace]`: the path compiled into this program may be another
    /// checkout's.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir().context("the current folder cannot be read")?;
        for folder in here.ancestors() {
            let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
            if manifest.lines().any(|line| line.trim() == "[workspace]") {
                return Ok(Self { root: folder.to_owned() });
            }
        }
        bail!("no `Cargo.toml` with a `[workspace]` above `{}`; run it inside the checkout", here.display())
    }

    /// The folder that cargo builds into.
    pub fn target(&self) -> PathBuf {
        match environment("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }

    /// One of our binaries as the step `build` leaves it: what the tests run, with its checks of overflows on.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.built("debug", name)
    }

    /// As `cargo build --release` leaves it: what is measured, and what runs for real.
    pub fn release_binary(&self, name: &str) -> PathBuf {
        self.built("release", name)
    }

    fn built(&self, profile: &str, name: &str) -> PathBuf {
        self.target().join(profile).join(name).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// A command that runs at the root of the checkout.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root);
        command
    }

    /// `cargo` with the words of `arguments`.
    pub fn cargo(&self, arguments: &str) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments.split_whitespace());
        command
    }
}

/// Runs to the end with our own stdin, stdout and stderr.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("`{}` cannot be started", said(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", said(command));
    }
    Ok(())
}

/// Runs to the end and returns what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let done = command.output().with_context(|| format!("`{}` cannot be started", said(command)))?;
    if !done.status.success() {
        bail!("`{}` ended with {}: {}", said(command), done.status, String::from_utf8_lossy(&done.stderr).trim());
    }
    String::from_utf8(done.stdout).with_context(|| format!("`{}` printed no text", said(command)))
}

/// The command as one would type it.
fn said(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// A variable of the environment; an empty one counts as absent.
#[expect(
    clippy::disallowed_methods,
    reason = "the rule is about the server; a build reads the shell it was called from"
)]
pub fn environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
