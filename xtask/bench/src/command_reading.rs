//! How fast one core reads commands: words, endpoint, request, all of Bellhop's own `awscall`. A process of its own, because a
//! service's model is read once in a process; it prints one line of JSON, which `measure::commands` reads. It calls nobody.

use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use awscall::call::{Call, Input};
use awscall::catalog::catalog;
use awscall::command_line::{self, Parsed};
use awscall::endpoint::{Place, endpoint};
use awscall::model::Service;
use awscall::{protocol, read_only};
use serde_json::{Value, json};

use crate::process::own_resident_bytes;
use crate::statistics::median;

/// Of the file that the server carries in itself.
const PACK_BYTES: usize = include_bytes!("../../../crates/awscall/assets/models.pack").len();
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(150);
/// Between two looks at the clock.
const BATCH: u32 = 16;

/// What people type, one or two of each protocol; the services with the longest endpoint rules are among them.
const COMMANDS: [&str; 6] = [
    "lambda list-functions --region us-east-1",
    "ec2 describe-instances --filters Name=instance-state-name,Values=running --region eu-central-1",
    "s3api list-objects-v2 --bucket logs --prefix 2026/11 --max-keys 20 --region eu-central-1",
    r#"dynamodb get-item --table-name orders --key {"id":{"S":"1"}} --region eu-central-1"#,
    "sns list-subscriptions-by-topic --topic-arn arn:aws:sns:eu-central-1:123456789012:alarms --region eu-central-1",
    "logs filter-log-events --log-group-name /app --filter-pattern ERROR --limit 20 --region eu-central-1",
];

/// Prints what it took.
pub fn print() -> anyhow::Result<()> {
    let before = own_resident_bytes()?;
    let directory = timed(|| Some(catalog().directory().services.len()))?;
    let mut loads = Vec::new();
    for name in ["lambda", "ec2"] {
        loads.push(json!({ "name": name, "ms": timed(|| read(name))? }));
    }
    let services = &catalog().directory().services;
    let all = timed(|| services.iter().map(|entry| read(entry.name)).collect::<Option<Vec<_>>>())?;
    let resident = own_resident_bytes()?;
    let rates = COMMANDS.into_iter().map(|line| Ok(json!({ "line": line, "per_second": rate(line)? })));
    let printed = json!({
        "pack_bytes": PACK_BYTES,
        "services": services.len(),
        "operations": services.iter().map(|entry| entry.commands.len()).sum::<usize>(),
        "directory_ms": directory,
        "loads": loads,
        "all_ms": all,
        "resident_before": before,
        "resident_after": resident,
        "rates": rates.collect::<anyhow::Result<Vec<Value>>>()?,
    });
    writeln!(std::io::stdout(), "{printed}")?;
    Ok(())
}

/// The model, and the rules of its endpoints: all that is read of a service at the first command to it.
fn read(name: &str) -> Option<&'static Service> {
    let service = catalog().service(name)?;
    let call = Call { service, operation: service.operations.first()?, input: Input::new() };
    // That this operation lacks what its endpoint depends on is known after the rules were read.
    let _ = black_box(endpoint(&call, &Place { region: "us-east-1".to_owned(), ..Place::default() }));
    Some(service)
}

/// Milliseconds; what is not there took no time that means anything.
fn timed<T>(load: impl FnOnce() -> Option<T>) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let loaded = load();
    let took = begun.elapsed().as_secs_f64() * 1e3;
    black_box(loaded).map(|_| took).context("the pack has no such service")
}

/// A second of one core, the model read already: the median of the rounds.
fn rate(line: &str) -> anyhow::Result<f64> {
    plan(line)?;
    let mut rates = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let (begun, mut done) = (Instant::now(), 0_u32);
        while begun.elapsed() < ROUND {
            for _ in 0..BATCH {
                plan(black_box(line))?;
            }
            done += BATCH;
        }
        rates.push(f64::from(done) / begun.elapsed().as_secs_f64());
    }
    Ok(median(&rates))
}

/// From words to a request that only lacks its signature.
fn plan(line: &str) -> anyhow::Result<()> {
    let parsed = match command_line::parse(line) {
        Parsed::Run(parsed) => parsed,
        other => bail!("`{line}` is no command that runs: {other:?}"),
    };
    let call = &parsed.call;
    let place = Place { region: parsed.region.clone().unwrap_or_default(), ..Place::default() };
    let at = endpoint(call, &place)?;
    let request = protocol::request(call, &mut || "00000000-0000-4000-8000-000000000000".to_owned())?;
    let address = at.address(&request)?;
    black_box((address, request, read_only::is_read_only(call.service, call.operation)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_can_be_planned() {
        for line in COMMANDS {
            plan(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
        assert!(plan("lambda list-functoins").is_err());
    }

    #[test]
    fn what_is_missing_is_no_time() {
        assert!(timed(|| None::<()>).is_err());
    }
}
