//! The memory of a server whose chat is away while notifications keep coming: a thousand channels, each with its share of the
//! backlog, every attempt refused. With digests, which fold what waits, and without.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::Bench;
use crate::bellhop::{Bellhop, Otherwise};
use crate::http::Connection;
use crate::load::{self, Requests};
use crate::prepared::prepare_all;
use crate::process::free_port;
use crate::report::{self, Report, Row, megabytes};
use crate::sns::mark;

const CHANNELS: usize = 1000;
/// Channels that listen to one topic: each message waits in all of them.
const CHANNELS_OF_A_TOPIC: usize = 10;
/// Signed at a time, so that the generator stays small.
const AT_ONCE: usize = 10_000;
const CONNECTIONS: usize = 16;
/// For one lot; a server that is slower than this is not worth waiting for.
const WITHIN: Duration = Duration::from_mins(10);
/// The lanes are tried again and again meanwhile.
const LOOKED_AT_AFTER: Duration = Duration::from_secs(20);

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    for (name, how, delivery) in
        [("digest", "digests of more than 100", ""), ("whole", "no digests", "digest_after = 0")]
    {
        // Nothing listens there: connections are refused at once.
        let slack = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let otherwise = Otherwise { slack: Some(slack), delivery, ..Otherwise::default() };
        let bellhop =
            bench.installation.start_otherwise(&bench.directory.join(format!("backlog-{name}")), &otherwise)?;
        let messages = messages(bench.backlog);
        let what = format!(
            "Resident memory, {} deliveries waiting for a chat that is away ({} messages to {CHANNELS_OF_A_TOPIC} channels each), {how}",
            report::count(messages * CHANNELS_OF_A_TOPIC),
            report::count(messages)
        );
        eprintln!("  {what}");
        let topics = configure(&bellhop).await?;
        let empty = bellhop.resident_bytes()?;
        let took = fill(bench, &bellhop, &topics, messages).await?;
        let accepted = bellhop.accepted().await?;
        ensure!(
            accepted == messages as u64,
            "{messages} messages were answered 200 and {accepted} are counted as accepted"
        );
        let full = bellhop.resident_bytes()?;
        tokio::time::sleep(LOOKED_AT_AFTER).await;
        report.row(Row {
            what: what.clone(),
            result: format!(
                "{}, {} {} s later, {} at most; {} before",
                megabytes(full),
                megabytes(bellhop.resident_bytes()?),
                LOOKED_AT_AFTER.as_secs(),
                megabytes(bellhop.peak_bytes()?),
                megabytes(empty)
            ),
            aim: "< 200 MB",
            ..Row::default()
        });
        report.note(format!(
            "{what}: accepted in {:.0} s over {CONNECTIONS} connections, signing apart",
            took.as_secs_f64()
        ));
        bellhop.stop()?;
    }
    Ok(())
}

/// How many messages make so many deliveries.
fn messages(backlog: usize) -> usize {
    backlog.div_ceil(CHANNELS_OF_A_TOPIC)
}

/// A thousand channels on a hundred topics.
async fn configure(bellhop: &Bellhop) -> anyhow::Result<Vec<String>> {
    let mut topics = Vec::new();
    let mut connection = Connection::open(bellhop.address()).await?;
    for number in 0..CHANNELS {
        if number % CHANNELS_OF_A_TOPIC == 0 {
            topics.push(format!("arn:aws:sns:us-east-1:{}:backlog-{number:06}", crate::api::ACCOUNT_ID));
        }
        let topic = topics.last().context("no topic")?;
        let answer = connection.exchange(&bellhop.create_request(number, topic)?).await?;
        ensure!(answer.status == 201, "creating a configuration answered {}", answer.status);
    }
    Ok(topics)
}

/// Answers how long the server took, signing apart.
async fn fill(bench: &Bench, bellhop: &Bellhop, topics: &[String], messages: usize) -> anyhow::Result<Duration> {
    let host = bellhop.address().to_string();
    let mut took = Duration::ZERO;
    for first in (0..messages).step_by(AT_ONCE) {
        let count = AT_ONCE.min(messages - first);
        let requests = prepare_all(count, |number| {
            let topic = topics.get((first + number) % topics.len()).context("no topics")?;
            bench.alarm(topic, &mark(u32::try_from(first + number)?), &host)
        })?;
        let run = load::run(bellhop.address(), CONNECTIONS, WITHIN, &Requests::Once(Arc::new(requests))).await?;
        ensure!(
            run.latencies.len() == count,
            "of {count} notifications {} were answered 200{}; the server's log ends:\n{}",
            run.ok(),
            run.refusals(),
            bellhop.log_tail()
        );
        took += run.elapsed;
        eprintln!("    {} of {}, {}", first + count, messages, report::per_second(run.rate()));
    }
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_waits_in_all_channels_of_its_topic() {
        assert_eq!([1000, 1_000_000].map(messages), [100, 100_000]);
        assert_eq!(CHANNELS % CHANNELS_OF_A_TOPIC, 0);
    }
}
