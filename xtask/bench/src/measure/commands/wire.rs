//! From Slack's event to AWS: how long until `ListFunctions` has arrived there, with the role's credentials in memory and without;
//! and until the answer is in the channel. AWS is the generator's own, so both ends are read from one clock.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{ANSWERED_WITHIN, Channel, LIST_FUNCTIONS, Mentions, Said, percentiles, times_to_answer};
use crate::fake_aws::{FUNCTION, FakeAws};
use crate::measure::{Bench, Store};
use crate::report::{Report, Row, milliseconds};
use crate::statistics::median;

/// Servers that are started to see a first command each; the last goes on.
const STARTS: usize = 5;
const COMMANDS: usize = 400;
/// Twenty a second: the next is said long after the last was answered.
const EVERY: Duration = Duration::from_millis(50);

pub(super) async fn measure(bench: &Bench, mentions: &mut Mentions, report: &mut Report) -> anyhow::Result<()> {
    for store in bench.stores() {
        measure_on(bench, &store, mentions, report).await?;
    }
    Ok(())
}

async fn measure_on(
    bench: &Bench,
    store: &Store<'_>,
    mentions: &mut Mentions,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut aws = FakeAws::start().await?;
    let mut firsts = Vec::with_capacity(STARTS);
    let mut last = None;
    for start in 0..STARTS {
        if let Some(Channel { bellhop, .. }) = last.take() {
            bellhop.stop()?;
        }
        let store_url = store.database(&format!("commands_{start}"))?;
        let name = format!("commands-{}-{start}", store.name);
        let mut channel = Channel::start(bench, &name, store_url.as_deref(), aws.address).await?;
        let (said, took) = to_the_wire(&mut channel, &mut aws, mentions).await?;
        channel.answers(bench, &[said], |_| FUNCTION).await?;
        firsts.push(took);
        last = Some(channel);
    }
    report.row(Row {
        what: format!(
            "Command, from Slack's event to AWS, {}, the first after a start (the role is assumed), median of {STARTS}",
            store.name
        ),
        result: milliseconds(median(&firsts)),
        ..Row::default()
    });
    let mut channel = last.context("no server was started")?;
    let (mut times, mut said) = (Vec::with_capacity(COMMANDS), Vec::with_capacity(COMMANDS));
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..COMMANDS {
        ticks.tick().await;
        let (one, took) = to_the_wire(&mut channel, &mut aws, mentions).await?;
        times.push(took);
        said.push(one);
    }
    let answered = channel.answers(bench, &said, |_| FUNCTION).await?;
    ensure!(aws.listed.try_recv().is_err(), "AWS was asked more often than there were commands");
    channel.bellhop.stop()?;
    for (end, aim, times) in
        [("to AWS", "p50, p99 < 5 ms", &times), ("to its answer in Slack", "", &times_to_answer(&said, &answered))]
    {
        report.row(Row {
            what: format!("Command, from Slack's event {end}, {}, {COMMANDS} in turn, 20 a second", store.name),
            result: percentiles(times),
            aim,
            ..Row::default()
        });
    }
    Ok(())
}

/// Milliseconds from the event's first byte to the moment at which AWS had the whole request.
async fn to_the_wire(channel: &mut Channel, aws: &mut FakeAws, mentions: &mut Mentions) -> anyhow::Result<(Said, f64)> {
    let said = channel.say(mentions, LIST_FUNCTIONS).await?;
    let arrived = timeout(ANSWERED_WITHIN, aws.listed.recv()).await.ok().flatten();
    let arrived = arrived
        .with_context(|| format!("AWS was not asked; the server's log ends:\n{}", channel.bellhop.log_tail()))?;
    let took = arrived.duration_since(said.at).as_secs_f64() * 1e3;
    Ok((said, took))
}
