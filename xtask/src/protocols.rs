//! `cargo xtask conformance protocols`: botocore's own cases of every protocol, inputs and outputs, through `awscall`.
//!
//! The cases come out of the source distribution of the botocore that the tests pin, by its hash. What is known to differ is in
//! `exceptions.rs`, with its reason; one that passes after all is a failure too. Then what botocore itself writes for every operation
//! of the pack, and the answers of AWS that it recorded.

mod compare;
mod differential;
mod exceptions;
mod input;
mod output;
mod recorded;
mod values;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use awscall::call::{Call, Input};
use awscall::model::Service;
use serde_json::{Value, json};

use crate::models::{self, read};
use crate::python;
use crate::workspace::{self, Workspace};

/// With the hash that `PyPI` says.
const SDIST: &str =
    "botocore==1.42.54 --hash=sha256:ab203d4e57d22913c8386a695d048e003b7508a8a4a7a46c9ddf4ebd67a20b69\n";
const VECTORS: &str = "tests/unit/protocols";
/// Beside them.
const RECORDED: &str = "response_parsing";
/// Takes the cases alone out of what pip brought.
const UNPACK: &str = "\
import sys, tarfile
with tarfile.open(sys.argv[1]) as sdist:
    wanted = [member for member in sdist if '/tests/unit/protocols/' in member.name or '/tests/unit/response_parsing/xml/' in member.name]
    sdist.extractall(sys.argv[2], members=wanted, filter='data')
";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Input,
    Output,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

/// With the arguments after `conformance protocols`.
pub fn command(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    match arguments {
        [] => run(workspace, &fetched(workspace)?),
        [flag, folder] if flag == "--vectors" => run(workspace, Path::new(folder)),
        _ => bail!(
            "`conformance protocols` takes nothing or `--vectors DIR`, the `protocols` folder of botocore's tests"
        ),
    }
}

/// The folder with the pinned cases, brought first if it is not there.
pub fn fetched(workspace: &Workspace) -> Result<PathBuf> {
    let version = SDIST.split_once(' ').map_or(SDIST, |(version, _)| version);
    let pins = std::fs::read_to_string(workspace.root.join("tests/conformance/requirements.txt"))?;
    ensure!(
        pins.lines().any(|pin| pin == version),
        "the tests pin another botocore than `{version}`: name its source distribution and hash in xtask/src/protocols.rs"
    );
    let folder = workspace.target().join("protocol-vectors");
    let vectors = folder.join(version.replace("==", "-")).join(VECTORS);
    if vectors.exists() {
        return Ok(vectors);
    }
    let python = python::prepare(workspace)?;
    std::fs::create_dir_all(&folder)?;
    let requirements = folder.join("requirements.txt");
    std::fs::write(&requirements, SDIST)?;
    let mut pip = workspace.command(&python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:"]);
    pip.arg("--require-hashes").arg("--dest").arg(&folder).arg("--requirement").arg(&requirements);
    workspace::run(&mut pip).context("botocore's source distribution cannot be fetched; it comes from PyPI")?;
    let name = version.replace("==", "-");
    let (sdist, unpacked) = (folder.join(format!("{name}.tar.gz")), folder.join("unpacked"));
    workspace::run(workspace.command(&python).args(["-c", UNPACK]).arg(&sdist).arg(&unpacked))?;
    std::fs::remove_file(&sdist).with_context(|| format!("`{}` cannot be removed", sdist.display()))?;
    // Last: a folder under its own name is whole.
    std::fs::rename(unpacked.join(&name), folder.join(&name)).with_context(|| format!("`{name}` cannot be moved"))?;
    ensure!(vectors.exists(), "`{version}` has no `{VECTORS}`");
    Ok(vectors)
}

/// Prints a line a file, and every failure with what differs.
pub fn run(workspace: &Workspace, vectors: &Path) -> Result<()> {
    let mut failures = Vec::new();
    let mut unused: BTreeSet<_> = exceptions::ALL.iter().map(exceptions::Exception::place).collect();
    let mut total = 0;
    for direction in [Direction::Input, Direction::Output] {
        for file in files(&vectors.join(direction.name()), "json")? {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let mut tally = Tally { direction, file: &name, passed: 0, excepted: 0, failures: Vec::new() };
            for suite in models::json_of(&file)?.as_array().context("a file of cases is a list")? {
                tally.suite(suite, &mut unused).with_context(|| format!("`{}`", file.display()))?;
            }
            println!(
                "{}/{name}: {} passed, {} excepted, {} failed",
                direction.name(),
                tally.passed,
                tally.excepted,
                tally.failures.len()
            );
            total += tally.passed;
            failures.extend(tally.failures);
        }
    }
    let (recorded, differences) = recorded::check(&vectors.with_file_name(RECORDED))?;
    println!("recorded answers: {recorded} passed, {} failed", differences.len());
    total += recorded;
    failures.extend(differences);
    let (asked, differences) = differential::check(workspace)?;
    println!("what botocore writes and reads: {asked} equal, {} not", differences.len());
    total += asked;
    failures.extend(differences);
    failures.extend(unused.iter().map(|place| format!("{place}: is an exception, but there is no such case")));
    for failure in &failures {
        println!("\n{failure}");
    }
    ensure!(failures.is_empty(), "{} of botocore's protocol cases fail", failures.len());
    ensure!(total > 0, "`{}` has no cases", vectors.display());
    println!("{total} of botocore's protocol cases pass; these are excepted:");
    for exception in exceptions::ALL {
        println!("  {}: {}", exception.place(), exception.reason);
    }
    Ok(())
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("`{}` cannot be read", folder.display()))?;
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == ending));
    files.sort();
    Ok(files)
}

/// Of one file.
struct Tally<'a> {
    direction: Direction,
    file: &'a str,
    passed: usize,
    excepted: usize,
    failures: Vec<String>,
}

impl Tally<'_> {
    fn suite(&mut self, suite: &Value, unused: &mut BTreeSet<String>) -> Result<()> {
        for case in case_list(suite) {
            let id = case.get("id").and_then(Value::as_str).context("a case without an id")?;
            let place = format!("{}/{}: {id}", self.direction.name(), self.file);
            let outcome = self.case(suite, case).with_context(|| place.clone())?;
            let excepted = unused.remove(&place);
            match (outcome, excepted) {
                (Ok(()), false) => self.passed += 1,
                (Ok(()), true) => self.failures.push(format!("{place}: passes; take it off the exceptions")),
                (Err(_), true) => self.excepted += 1,
                (Err(difference), false) => self.failures.push(format!("{place}\n{difference}")),
            }
        }
        Ok(())
    }

    /// The inner error is what differs.
    fn case(&self, suite: &Value, case: &Value) -> Result<Result<(), String>> {
        let call = call(suite, case)?;
        Ok(match self.direction {
            Direction::Input => input::check(call, case, suite.get("clientEndpoint").and_then(Value::as_str)),
            Direction::Output => output::check(&call, case),
        })
    }
}

fn case_list(suite: &Value) -> &[Value] {
    suite.get("cases").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The suite as a service with the case's operation, by the protocol that the suite is about.
fn call(suite: &Value, case: &Value) -> Result<Call> {
    let given = case.get("given").context("a case without an operation")?;
    let name = given.get("name").and_then(Value::as_str).unwrap_or("OperationName");
    let mut metadata = suite.get("metadata").cloned().unwrap_or_default();
    let protocol = metadata.get("protocol").cloned().unwrap_or_default();
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.insert("protocols".to_owned(), json!([protocol]));
    }
    let model = json!({ "metadata": metadata, "shapes": suite.get("shapes"), "operations": { name: given } });
    let service: &'static Service = Box::leak(Box::new(read::service("vectors", &model, &Value::Null, &Value::Null)?));
    let operation = service.operation(name).context("the operation is gone")?;
    Ok(Call { service, operation, input: Input::new() })
}
