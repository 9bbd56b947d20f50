//! How fast a core reads commands, and a process the models: `command_reading` as a process of its own, several times.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::report::{Report, Row, count, megabytes, milliseconds, per_second};
use crate::statistics::median;

/// What is read once in a process needs many processes for a median.
const PROCESSES: usize = 5;

pub(super) fn measure(executable: &Path, report: &mut Report) -> anyhow::Result<()> {
    let runs = (0..PROCESSES).map(|_| read_commands(executable)).collect::<anyhow::Result<Vec<Value>>>()?;
    let one = runs.first().context("no process ran")?;
    let of = |pointer: &str| -> anyhow::Result<f64> {
        let number = |run: &Value| run.pointer(pointer).and_then(Value::as_f64);
        let numbers = runs.iter().map(number).collect::<Option<Vec<_>>>();
        Ok(median(&numbers.with_context(|| format!("a process printed no `{pointer}`"))?))
    };
    let whole = |pointer: &str| one.pointer(pointer).and_then(Value::as_u64).with_context(|| format!("no `{pointer}`"));
    let listed = |name: &str| one.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let row = |what: String, result: String| Row { what, result, ..Row::default() };

    for (number, rate) in listed("rates").iter().enumerate() {
        let line = rate.get("line").and_then(Value::as_str).unwrap_or_default();
        let what = format!("Commands read and planned on one core: `{line}`");
        report.row(row(what, per_second(of(&format!("/rates/{number}/per_second"))?)));
    }
    let (services, operations) = (whole("/services")?, whole("/operations")?);
    let [services, operations] = [usize::try_from(services).map(count)?, usize::try_from(operations).map(count)?];
    let result = megabytes(whole("/pack_bytes")?);
    report.row(row(format!("Size of all models in the program, {services} services, {operations} operations"), result));
    let result = milliseconds(of("/directory_ms")?);
    report.row(row("Time to read the directory of all services, once in a process".to_owned(), result));
    for (number, load) in listed("loads").iter().enumerate() {
        let name = load.get("name").and_then(Value::as_str).unwrap_or_default();
        let result = milliseconds(of(&format!("/loads/{number}/ms"))?);
        report.row(row(
            format!("Time to read the model of `{name}` and the rules of its endpoints, once in a process"),
            result,
        ));
    }
    let grown = whole("/resident_after")?.saturating_sub(whole("/resident_before")?);
    let result = format!("{}, {} of memory", milliseconds(of("/all_ms")?), megabytes(grown));
    report.row(row(format!("Time to read the same of all {services} services"), result));
    Ok(())
}

fn read_commands(executable: &Path) -> anyhow::Result<Value> {
    let output = Command::new(executable).arg("read-commands").env_clear().output()?;
    ensure!(output.status.success(), "`read-commands` failed: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("`read-commands` printed no JSON")
}
