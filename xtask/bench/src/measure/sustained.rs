//! How long notifications take to the chat while they come at a steady rate to a thousand channels, whatever the server does: an
//! open loop, so that a server that falls behind shows. The fake Slack limits nothing and the paces are lifted: what is
//! measured is Bellhop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::task::JoinSet;

use super::accept_to_chat::{Sent, times_to_chat, wait_for_arrivals};
use super::{Bench, Store};
use crate::bellhop::{Bellhop, Otherwise};
use crate::clock;
use crate::http::Connection;
use crate::prepared::prepare_all;
use crate::report::{self, Report, Row, milliseconds};
use crate::sns::mark;

const CHANNELS: usize = 1000;
/// Messages a second, and the aim.
const RATES: [(u32, &str); 2] = [(100, ""), (1000, "p99 < 50 ms")];
const CONNECTIONS: usize = 32;
/// The workspaces' share is the most that can be set.
const DELIVERY: &str =
    "slack_messages_per_second = 1000.0\nslack_burst = 100\nslack_workspace_messages_per_second = 1000.0";
/// Marks that no other measurement uses; each run has a million of its own.
const FIRST_MARK: u32 = 2_000_000_000;
const MARKS_OF_A_RUN: u32 = 1_000_000;
/// A server that falls behind may catch up: that is a result too. A message that has not arrived by then is counted as lost.
const ARRIVED_WITHIN: Duration = Duration::from_mins(4);
const ARRIVED_NOT: &str = "did not arrive in time";

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let mut run = 0;
    for store in bench.stores() {
        let store_url = store.database("chat")?;
        let otherwise = Otherwise { store_url: store_url.as_deref(), delivery: DELIVERY, ..Otherwise::default() };
        let directory = bench.directory.join(format!("sustained-{}", store.name));
        let bellhop = bench.installation.start_otherwise(&directory, &otherwise)?;
        let mut topics = Vec::with_capacity(CHANNELS);
        for number in 0..CHANNELS {
            topics.push(bellhop.create_configuration(number).await?.topic_arn);
        }
        for (per_second, aim) in RATES {
            at_rate(
                bench,
                &bellhop,
                &store,
                &topics,
                Load { per_second, aim, first_mark: FIRST_MARK + run * MARKS_OF_A_RUN },
                report,
            )
            .await?;
            run += 1;
        }
        bellhop.stop()?;
    }
    Ok(())
}

/// One rate.
struct Load {
    per_second: u32,
    aim: &'static str,
    first_mark: u32,
}

async fn at_rate(
    bench: &Bench,
    bellhop: &Bellhop,
    store: &Store<'_>,
    topics: &[String],
    Load { per_second, aim, first_mark }: Load,
    report: &mut Report,
) -> anyhow::Result<()> {
    let what = format!(
        "Accept to chat, from the 200, {}, {} a second to {} channels for {} s",
        store.name,
        report::count(per_second as usize),
        report::count(CHANNELS),
        bench.sustained.as_secs()
    );
    eprintln!("  {what}");
    let host = bellhop.address().to_string();
    let count = u32::try_from(bench.sustained.as_secs())? * per_second;
    ensure!(count <= MARKS_OF_A_RUN, "a run has {MARKS_OF_A_RUN} marks, not {count}");
    let requests = prepare_all(count as usize, |number| {
        let topic = topics.get(number % topics.len()).context("no topics")?;
        bench.alarm(topic, &mark(first_mark + u32::try_from(number)?), &host)
    })?;
    // `prepare_all` gives them back in another order: each knows its own mark.
    let marked: Vec<(Vec<u8>, String)> = requests
        .into_iter()
        .map(|request| {
            let mark = crate::sns::find_mark(&request).context("a request without its mark")?;
            Ok((request, mark))
        })
        .collect::<anyhow::Result<_>>()?;
    let (sent, latest) = send_all(bellhop, marked, per_second).await?;
    let arrived = wait_for_arrivals(bench, &sent, ARRIVED_WITHIN).await?;
    let (times, result) = times_to_chat(&sent, &arrived, |sent| sent.answered_unix_nanos);
    report.row(Row { what: what.clone(), result, aim, ..Row::default() });
    let twice = arrived.values().filter(|arrival| arrival.count > 1).count();
    let lost = sent.len() - times;
    if lost > 0 || twice > 0 {
        report.note(format!("{what}: {lost} {ARRIVED_NOT} and {twice} arrived twice"));
    }
    let late = latest.as_secs_f64() * 1e3;
    if late > 50.0 {
        report.note(format!("{what}: requests went out up to {} after their time", milliseconds(late)));
    }
    ensure!(lost == 0, "{lost} of {count} messages {ARRIVED_NOT}; the server's log ends:\n{}", bellhop.log_tail());
    Ok(())
}

/// Sends each at its time. Answers also by how much the latest was late.
async fn send_all(
    bellhop: &Bellhop,
    requests: Vec<(Vec<u8>, String)>,
    rate: u32,
) -> anyhow::Result<(Vec<Sent>, Duration)> {
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let mut open = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        open.push(Connection::open(bellhop.address()).await?);
    }
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for connection in open {
        clients.spawn(client(connection, Arc::clone(&requests), Arc::clone(&next), started, rate));
    }
    let (mut sent, mut latest) = (Vec::with_capacity(requests.len()), Duration::ZERO);
    while let Some(share) = clients.join_next().await {
        let (share, late) = share.context("a client panicked")??;
        sent.extend(share);
        latest = latest.max(late);
    }
    Ok((sent, latest))
}

async fn client(
    mut connection: Connection,
    requests: Arc<Vec<(Vec<u8>, String)>>,
    next: Arc<AtomicUsize>,
    started: Instant,
    rate: u32,
) -> anyhow::Result<(Vec<Sent>, Duration)> {
    let (mut sent, mut latest) = (Vec::new(), Duration::ZERO);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some((request, mark)) = requests.get(number) else { return Ok((sent, latest)) };
        let at = started + due(number, rate);
        tokio::time::sleep_until(at.into()).await;
        latest = latest.max(at.elapsed());
        let first_byte_unix_nanos = clock::unix_nanos();
        let status = connection.send(request).await?;
        let answered_unix_nanos = clock::unix_nanos();
        ensure!(status == 200, "a notification was answered {status}");
        sent.push(Sent { mark: mark.clone(), first_byte_unix_nanos, answered_unix_nanos });
    }
}

/// When the message with this number goes out, after the first.
fn due(number: usize, rate: u32) -> Duration {
    Duration::from_nanos(1_000_000_000 * number as u64 / u64::from(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_spread_evenly() {
        assert_eq!([0, 1, 100].map(|number| due(number, 100)), [0, 10, 1000].map(Duration::from_millis));
        assert_eq!(due(20_000, 1000), Duration::from_secs(20));
    }
}
