//! How many signed events of Slack a server verifies and commits, beside the bare handler; and how long Slack waits for its
//! 200 when a thousand a second come, whatever the server does. Each event has its own id and signature. Afterwards the
//! server is asked what it counted: what was answered 200 was heard.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use super::turns::{Turn, Turns, connections_in_words};
use super::{Bench, Store};
use crate::bellhop::{Bellhop, Otherwise, team_id};
use crate::load::{self, Requests};
use crate::prepared::{CALIBRATION, needed, prepare_all};
use crate::report::{self, Report, Row};
use crate::slack_events;

const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// Slack's events of a busy installation, and their connections.
const STEADY: (u32, usize) = (1000, 32);
/// Of Slack's three seconds.
const STEADY_AIM: &str = "p99 < 50 ms";

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    for store in bench.stores() {
        measure_on(bench, &store, report).await?;
    }
    report.note(
        "the events of Slack are of people who join a channel: each is verified, committed once and read by the worker, and \
         none is answered in chat",
    );
    Ok(())
}

async fn measure_on(bench: &Bench, store: &Store<'_>, report: &mut Report) -> anyhow::Result<()> {
    let store_url = store.database("slack")?;
    let otherwise = Otherwise { store_url: store_url.as_deref(), ..Otherwise::default() };
    let directory = bench.directory.join(format!("slack-{}", store.name));
    let bellhop = bench.installation.start_otherwise(&directory, &otherwise)?;
    let mut events = Events { host: bellhop.address().to_string(), next: 0, answered: 0 };
    for request in &*events.sign(1)? {
        bellhop.expect_ok(request).await?;
        events.answered += 1;
    }
    for connections in CONNECTIONS {
        closed_loop(bench, &bellhop, store, connections, &mut events, report).await?;
    }
    steady(bench, &bellhop, store, &mut events, report).await?;
    let heard = bellhop.heard().await?;
    ensure!(
        heard == events.answered,
        "the server answered 200 to {} events and counts {heard} as heard; its log ends:\n{}",
        events.answered,
        bellhop.log_tail()
    );
    bellhop.stop()
}

/// Events that were not sent before.
struct Events {
    host: String,
    next: usize,
    answered: u64,
}

impl Events {
    fn sign(&mut self, count: usize) -> anyhow::Result<Arc<Vec<Vec<u8>>>> {
        let (first, host) = (self.next, self.host.as_str());
        self.next += count;
        let team_id = team_id(0);
        Ok(Arc::new(prepare_all(count, |number| Ok(slack_events::request(host, &team_id, first + number)))?))
    }
}

async fn closed_loop(
    bench: &Bench,
    bellhop: &Bellhop,
    store: &Store<'_>,
    connections: usize,
    events: &mut Events,
    report: &mut Report,
) -> anyhow::Result<()> {
    let what = format!("Slack events verified and committed, {}, {}", store.name, connections_in_words(connections));
    eprintln!("  {what}");
    let requests = Requests::Once(events.sign(CALIBRATION)?);
    let first = load::run(bellhop.address(), connections, Duration::from_secs(1), &requests).await?;
    ensure!(first.ok() > 0, "no event was answered 200{}", first.refusals());
    events.answered += first.ok();
    let (mut rate, mut turns) = (first.rate(), Turns::default());
    for _ in 0..bench.rounds {
        let requests = events.sign(needed(rate, bench.seconds))?;
        let bare = bench.run_bare(connections, &requests).await?;
        let run = load::run(bellhop.address(), connections, bench.seconds, &Requests::Once(requests)).await?;
        rate = rate.max(run.rate());
        events.answered += run.ok();
        turns.push(Turn { bare, other: None, bellhop: run });
    }
    report.row(turns.row(what.clone(), ""));
    turns.remarks(&what, report);
    Ok(())
}

/// An open loop, so that a server that falls behind shows.
async fn steady(
    bench: &Bench,
    bellhop: &Bellhop,
    store: &Store<'_>,
    events: &mut Events,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (per_second, connections) = STEADY;
    let what = format!(
        "Slack events to their 200, {}, {} a second for {} s",
        store.name,
        report::count(per_second as usize),
        bench.sustained.as_secs()
    );
    eprintln!("  {what}");
    let requests = events.sign(usize::try_from(bench.sustained.as_secs())? * per_second as usize)?;
    let bare = load::run_at_rate(bench.bare.address, connections, per_second, &requests).await?;
    let run = load::run_at_rate(bellhop.address(), connections, per_second, &requests).await?;
    events.answered += run.ok();
    let [result, bare] = [&run, &bare].map(|run| {
        format!(
            "p50 {}, p99 {}",
            report::milliseconds(run.milliseconds(50)),
            report::milliseconds(run.milliseconds(99))
        )
    });
    if !run.refused.is_empty() {
        report.note(format!("{what}: not all were answered 200{}", run.refusals()));
    }
    report.row(Row { what, result, aim: STEADY_AIM, bare, ..Row::default() });
    Ok(())
}
