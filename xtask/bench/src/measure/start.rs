//! Time to ready, on a fresh data directory and on an existing one, and the memory of a server that does nothing.

use std::path::Path;
use std::time::Duration;

use super::Bench;
use crate::report::{Report, Row, megabytes, milliseconds};
use crate::statistics::median;

const STARTS: u32 = 7;
/// What a start needs for a moment has been given back by then.
const IDLE_AFTER: Duration = Duration::from_secs(2);

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let fresh: Vec<_> = (0..STARTS).map(|number| bench.directory.join(format!("start-{number}"))).collect();
    // Made by the first of the fresh starts, so the second series finds every one of its starts an existing store.
    let existing = vec![bench.directory.join("start-0"); fresh.len()];
    for (kind, directories) in [("fresh data directory", fresh), ("existing data directory", existing)] {
        let mut times = Vec::new();
        let mut memory = 0;
        for (number, directory) in directories.iter().enumerate() {
            let last = number + 1 == directories.len();
            let (time, resident) = start(bench, directory, last).await?;
            times.push(time.as_secs_f64() * 1e3);
            memory = resident;
        }
        report.row(Row {
            what: format!("Time to ready, {kind}, median of {STARTS}"),
            result: milliseconds(median(&times)),
            aim: "< 150 ms",
            ..Row::default()
        });
        report.row(Row {
            what: format!("Idle resident memory, {kind}, {} s after ready", IDLE_AFTER.as_secs()),
            result: megabytes(memory),
            aim: "< 30 MB",
            ..Row::default()
        });
    }
    Ok(())
}

/// One start and its clean end; the memory is of interest only if it was left `idle` first.
async fn start(bench: &Bench, data_dir: &Path, idle: bool) -> anyhow::Result<(Duration, u64)> {
    let bellhop = bench.installation.start(data_dir)?;
    if idle {
        tokio::time::sleep(IDLE_AFTER).await;
    }
    let outcome = (bellhop.time_to_ready(), bellhop.resident_bytes()?);
    bellhop.stop()?;
    Ok(outcome)
}
