//! SNS notifications verified and committed per second, on each store, beside Alertmanager taking alerts. Every one has its own message id and its own valid signature;
//! the topic goes to one channel, whose deliveries are paced, so that they hardly run. Afterwards the server is asked
//! what it counted, killed, started again and asked whether it still knows what it answered 200 to.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use super::turns::{Turn, Turns, connections_in_words};
use super::{Bench, Store};
use crate::alertmanager::{self, Alertmanager};
use crate::bellhop::configurations::Configuration;
use crate::bellhop::{Bellhop, Otherwise};
use crate::load::{self, Requests};
use crate::prepared::{CALIBRATION, needed, prepare_all};
use crate::report::{Report, Row, megabytes};
use crate::sns::mark;

const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// Of SQLite; PostgreSQL's rate is its disk's and its network's.
const AIM: &str = "≥ 10,000/s, ≥ 5 × Alertmanager";
/// How many answered notifications are sent again after the kill.
const SENT_AGAIN: usize = 300;

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let alertmanager = match &bench.alertmanager {
        Some(program) => Some(Alertmanager::start(program, &bench.directory.join("alertmanager")).await?),
        None => None,
    };
    for store in bench.stores() {
        measure_on(bench, &store, alertmanager.as_ref(), report).await?;
    }
    match alertmanager {
        Some(alertmanager) => {
            alertmanager.stop()?;
            report.note(
                "Alertmanager is Debian's prometheus-alertmanager, posted one alert a request to a receiver that does \
                 nothing; it verifies no signature and has nothing on the disk when it answers",
            );
        }
        None => report.note("Alertmanager was not measured: it is not installed (Debian: prometheus-alertmanager)"),
    }
    Ok(())
}

async fn measure_on(
    bench: &Bench,
    store: &Store<'_>,
    alertmanager: Option<&Alertmanager>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let data_dir = bench.directory.join(format!("sns-{}", store.name));
    let store_url = store.database("sns")?;
    let otherwise = Otherwise { store_url: store_url.as_deref(), ..Otherwise::default() };
    let bellhop = bench.installation.start_otherwise(&data_dir, &otherwise)?;
    let topic = bellhop.create_configuration(0).await?;
    let first = sign(bench, &bellhop, &topic, 1)?;
    for request in &*first {
        bellhop.expect_ok(request).await?;
    }
    let mut answered = Answered { count: first.len() as u64, all_ok: first };

    for connections in CONNECTIONS {
        let aim = if store_url.is_none() && connections > 1 { AIM } else { "" };
        let in_words = connections_in_words(connections);
        let what = format!("SNS notifications verified and committed, {}, {in_words}", store.name);
        eprintln!("  {what}");
        let mut rate = calibrate(bench, &bellhop, &topic, connections, &mut answered).await?;
        let mut turns = Turns::default();
        for _ in 0..bench.rounds {
            let requests = sign(bench, &bellhop, &topic, needed(rate, bench.seconds))?;
            let bare = bench.run_bare(connections, &requests).await?;
            let other = match alertmanager {
                Some(beside) => {
                    Some((alertmanager::NAME, beside.run(connections, bench.seconds, requests.len()).await?))
                }
                None => None,
            };
            let once = Requests::Once(Arc::clone(&requests));
            let run = load::run(bellhop.address(), connections, bench.seconds, &once).await?;
            rate = rate.max(run.rate());
            answered.add(&run, requests);
            turns.push(Turn { bare, other, bellhop: run });
        }
        report.row(turns.row(what.clone(), aim));
        turns.remarks(&what, report);
    }
    report.row(Row {
        what: format!("Resident memory right after these runs, {}", store.name),
        result: megabytes(bellhop.resident_bytes()?),
        ..Row::default()
    });
    let committed = bellhop.accepted().await?;
    ensure!(
        committed == answered.count,
        "the server answered 200 to {} notifications and counts {committed} as accepted",
        answered.count
    );
    bellhop.kill()?;
    still_known(bench, &data_dir, &otherwise, &topic, &answered.all_ok).await?;
    report.note(format!(
        "{}: of the notifications answered 200, all {committed} are counted as accepted; the server was then ended with \
         SIGKILL and started again, and knew each of {} of them that were sent again",
        store.name,
        answered.all_ok.len().min(SENT_AGAIN)
    ));
    Ok(())
}

/// What the server has answered 200 to.
struct Answered {
    count: u64,
    /// The latest requests of which every single one was answered 200.
    all_ok: Arc<Vec<Vec<u8>>>,
}

impl Answered {
    fn add(&mut self, run: &load::Run, requests: Arc<Vec<Vec<u8>>>) {
        self.count += run.ok();
        if run.refused.is_empty() {
            // Requests are taken in order, so the answered ones are the first.
            let mut requests = Arc::unwrap_or_clone(requests);
            requests.truncate(run.latencies.len());
            // The last of them are the likeliest to be lost by a kill.
            let skipped = requests.len().saturating_sub(SENT_AGAIN);
            self.all_ok = Arc::new(requests.split_off(skipped));
        }
    }
}

fn sign(bench: &Bench, bellhop: &Bellhop, topic: &Configuration, count: usize) -> anyhow::Result<Arc<Vec<Vec<u8>>>> {
    let host = bellhop.address().to_string();
    let requests = prepare_all(count, |number| {
        bench.alarm(&topic.topic_arn, &mark(u32::try_from(number).unwrap_or(u32::MAX)), &host)
    })?;
    Ok(Arc::new(requests))
}

/// The server's rate in a short run.
async fn calibrate(
    bench: &Bench,
    bellhop: &Bellhop,
    topic: &Configuration,
    connections: usize,
    answered: &mut Answered,
) -> anyhow::Result<f64> {
    let requests = sign(bench, bellhop, topic, CALIBRATION)?;
    let run = load::run(bellhop.address(), connections, Duration::from_secs(1), &Requests::Once(Arc::clone(&requests)))
        .await?;
    answered.add(&run, requests);
    ensure!(run.ok() > 0, "no notification was answered 200{}", run.refusals());
    Ok(run.rate())
}

/// Sends what was answered 200 again, to a new process on the same store, and one notification that is new: only the
/// new one may count as accepted.
async fn still_known(
    bench: &Bench,
    data_dir: &std::path::Path,
    otherwise: &Otherwise<'_>,
    topic: &Configuration,
    requests: &[Vec<u8>],
) -> anyhow::Result<()> {
    let bellhop = bench.installation.start_otherwise(data_dir, otherwise)?;
    for request in requests.iter().rev().take(SENT_AGAIN) {
        bellhop.expect_ok(request).await?;
    }
    for request in &*sign(bench, &bellhop, topic, 1)? {
        bellhop.expect_ok(request).await?;
    }
    let accepted = bellhop.accepted().await?;
    ensure!(
        accepted == 1,
        "after a kill the server accepted {accepted} messages as new; one was, so {} were answered 200 and lost",
        accepted.saturating_sub(1)
    );
    bellhop.stop()
}
