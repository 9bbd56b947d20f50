//! The Python of the conformance tests: finds an interpreter that really runs, and keeps a virtual environment with exactly what
//! `tests/conformance/requirements.txt` pins. Called by the `conformance` step; never touches the interpreter's own packages.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::{self, Workspace, environment};

/// `LocalStack` needs 3.12; it is the SNS of the tests that really signs.
const OLDEST_MINOR: u32 = 12;
const ON_PATH: [&str; 4] = ["python3.13", "python3.12", "python3", "python"];

/// Prints the version, the real executable, and what Debian splits off into other packages, if it is missing.
const PROBE: &str = "\
import importlib.util as find, os, sys
print('%d.%d.%d' % sys.version_info[:3])
print(os.path.realpath(sys.executable))
print(' '.join(name for name in ('venv', 'ensurepip', 'ssl', 'sqlite3') if not find.find_spec(name)))
";

/// What a candidate said when it was run.
#[derive(Debug, PartialEq, Eq)]
enum Probe {
    Works(Interpreter),
    /// Why not, as a clause: "`python3` is 3.11.2".
    Refused(String),
}

#[derive(Debug, PartialEq, Eq)]
struct Interpreter {
    version: String,
    executable: PathBuf,
}

/// The Python inside the virtual environment, made first if it is absent, half-made or of other requirements.
pub fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    let interpreter = find()?;
    let requirements = workspace.root.join("tests/conformance/requirements.txt");
    let pins = std::fs::read_to_string(&requirements)
        .with_context(|| format!("`{}` cannot be read", requirements.display()))?;
    // The whole of what the environment depends on: no hash could be more exact.
    let wanted = format!("{} {}\n{pins}", interpreter.version, interpreter.executable.display());

    let folder = workspace.target().join("conformance-venv");
    let stamp = folder.join("made-of.txt");
    let python = folder.join("bin/python");
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == wanted) {
        return Ok(python);
    }

    eprintln!("    Python {}: making {}", interpreter.version, folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("`{}` cannot be removed", folder.display()))?;
    }
    workspace::run(workspace.command(&interpreter.executable).args(["-m", "venv"]).arg(&folder))?;
    let mut pip = workspace.command(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"])
        .arg(&requirements)
        // Binds the build tools of the few source packages too, which --no-deps alone does not.
        .env("PIP_CONSTRAINT", &requirements);
    workspace::run(&mut pip).context("the pinned Python packages cannot be installed; they come from PyPI")?;
    // Last: an environment without its stamp was interrupted and is made again.
    std::fs::write(&stamp, wanted).with_context(|| format!("`{}` cannot be written", stamp.display()))?;
    Ok(python)
}

/// The first candidate that works when run. Being there proves nothing: pyenv leaves a `python3.12` on PATH that only says which
/// versions it would need.
fn find() -> Result<Interpreter> {
    let mut refusals = Vec::new();
    for candidate in ON_PATH.iter().map(PathBuf::from).chain(under_pyenv()) {
        match probe(&candidate) {
            Some(Probe::Works(interpreter)) => return Ok(interpreter),
            Some(Probe::Refused(why)) => refusals.push(why),
            None => {}
        }
    }
    bail!(advice(&refusals))
}

/// Pyenv's interpreters that are new enough by name, the newest first.
fn under_pyenv() -> Vec<PathBuf> {
    let root = environment("PYENV_ROOT").or_else(|| environment("HOME").map(|home| home.join(".pyenv")));
    let Some(versions) = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok()) else {
        return Vec::new();
    };
    let mut found: Vec<_> = versions
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let (minor, patch) = release(folder.file_name()?.to_str()?)?;
            Some((minor, patch, folder.join("bin/python3")))
        })
        .filter(|(minor, ..)| *minor >= OLDEST_MINOR)
        .collect();
    found.sort();
    found.into_iter().rev().map(|(.., python)| python).collect()
}

/// "3.12.1" -> (12, 1).
fn release(version: &str) -> Option<(u32, u32)> {
    let (minor, patch) = version.strip_prefix("3.")?.split_once('.')?;
    Some((minor.parse().ok()?, patch.parse().ok()?))
}

/// Nothing if there is no such program.
fn probe(candidate: &Path) -> Option<Probe> {
    let output = Command::new(candidate).args(["-c", PROBE]).stdin(Stdio::null()).output().ok()?;
    let said =
        if output.status.success() { String::from_utf8_lossy(&output.stdout).into_owned() } else { String::new() };
    Some(judge(&candidate.display().to_string(), &said))
}

fn judge(candidate: &str, said: &str) -> Probe {
    let mut lines = said.lines();
    let (Some(version), Some(executable)) = (lines.next(), lines.next()) else {
        return Probe::Refused(format!("`{candidate}` does not run"));
    };
    let Some((minor, _)) = release(version) else {
        return Probe::Refused(format!("`{candidate}` is {version}"));
    };
    if minor < OLDEST_MINOR {
        return Probe::Refused(format!("`{candidate}` is {version}"));
    }
    match lines.next().unwrap_or_default() {
        "" => Probe::Works(Interpreter { version: version.to_owned(), executable: executable.into() }),
        missing => Probe::Refused(format!(
            "`{candidate}` is {version} but lacks {missing} (on Debian: `apt install python3.{minor}-venv`)"
        )),
    }
}

fn advice(refusals: &[String]) -> String {
    let found = if refusals.is_empty() { "there is none".to_owned() } else { refusals.join(", ") };
    format!(
        "the conformance tests need Python 3.{OLDEST_MINOR} or newer, on PATH or under pyenv; {found}; \
         get one with `apt install python3 python3-venv` (Debian 13, Ubuntu 24.04 or newer) or `pyenv install 3.13`"
    )
}

#[cfg(test)]
mod tests {
    use super::{Interpreter, Probe, advice, judge, release};

    #[test]
    fn a_new_interpreter_with_its_modules_works() {
        let works = Interpreter { version: "3.12.1".to_owned(), executable: "/usr/bin/python3.12".into() };
        assert_eq!(judge("python3", "3.12.1\n/usr/bin/python3.12\n\n"), Probe::Works(works));
    }

    #[test]
    fn an_old_one_a_broken_one_and_a_split_one_are_refused_with_the_reason() {
        let why = |said| match judge("python3", said) {
            Probe::Refused(why) => why,
            Probe::Works(works) => unreachable!("{works:?}"),
        };
        assert_eq!(why("3.11.7\n/usr/bin/python3.11\n\n"), "`python3` is 3.11.7");
        assert_eq!(why("2.7.18\n/usr/bin/python2\n\n"), "`python3` is 2.7.18");
        assert_eq!(why(""), "`python3` does not run");
        assert_eq!(
            why("3.12.3\n/usr/bin/python3.12\nensurepip\n"),
            "`python3` is 3.12.3 but lacks ensurepip (on Debian: `apt install python3.12-venv`)"
        );
    }

    #[test]
    fn versions_order_by_number_and_not_by_letter() {
        assert!(release("3.13.0") > release("3.9.18"));
        assert_eq!(release("3.13-dev"), None);
        assert_eq!(release("2.7.18"), None);
    }

    #[test]
    fn the_advice_says_what_was_found_and_how_to_get_what_is_missing() {
        let found = ["`python3.12` does not run".to_owned(), "`python3` is 3.11.7".to_owned()];
        let said = advice(&found);
        assert!(
            said.contains("or newer, on PATH or under pyenv; `python3.12` does not run, `python3` is 3.11.7; get one")
        );
        assert!(said.contains("`pyenv install 3.13`"));
        assert!(advice(&[]).contains("there is none"));
    }
}
