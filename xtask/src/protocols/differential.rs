//! Every operation of the pack, asked as the pinned botocore asks it, with what its model requires and with all that it has; and its
//! answer read as botocore reads it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use awscall::call::{Call, Input};
use awscall::catalog::catalog;
use serde_json::Value;

use super::{input, output};
use crate::python;
use crate::workspace::Workspace;

/// Writes the cases; says itself how.
const CASES: &str = include_str!("cases.py");

/// How many are equal, and what differs.
pub fn check(workspace: &Workspace) -> Result<(usize, Vec<String>)> {
    let mut python = workspace.command(python::prepare(workspace)?);
    let mut running = python.args(["-c", CASES]).stdout(Stdio::piped()).spawn().context("Python does not start")?;
    let lines = BufReader::new(running.stdout.take().context("Python says nothing")?).lines();
    let (mut passed, mut failures, mut seen) = (0, Vec::new(), BTreeSet::new());
    for line in lines {
        let case: Value = serde_json::from_str(&line?)?;
        let text = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
        let (service, operation) = (text("service"), text("operation"));
        let name = format!("{service} {operation}");
        match Call::of(service, operation, Input::new()) {
            None => failures.push(format!("{name}\n  is not in the pack")),
            Some(call) => match check_one(call, &case) {
                Ok(()) => passed += 1,
                Err(difference) => failures.push(format!("{name}\n{difference}")),
            },
        }
        seen.insert(name);
    }
    ensure!(running.wait()?.success(), "botocore did not write all of its cases");
    for entry in &catalog().directory().services {
        let operations = catalog().service(entry.name).into_iter().flat_map(|service| &service.operations);
        let missing = operations.map(|operation| format!("{} {}", entry.name, operation.name));
        failures
            .extend(missing.filter(|name| !seen.contains(name)).map(|name| format!("{name}\n  is not in botocore")));
    }
    Ok((passed, failures))
}

fn check_one(call: Call, case: &Value) -> Result<(), String> {
    if case.get("response").is_some() { output::check(&call, case) } else { input::check(call, case, None) }
}
