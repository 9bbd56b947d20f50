//! How long a notification takes to the chat when nothing is in its way: one at a time, each to a channel of its own,
//! from the answer to SNS (and from the request's first byte) to its arrival at the fake Slack, which is recognised by
//! the mark in the alarm's name.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::time::MissedTickBehavior;

use super::Bench;
use super::sustained;
use crate::clock;
use crate::http::{self, Connection};
use crate::report::{Report, Row, milliseconds};
use crate::sns::mark;
use crate::statistics::percentile;

const CHANNELS: u32 = 200;
/// Twenty a second: the next is sent long after the last should have arrived.
const EVERY: Duration = Duration::from_millis(50);
/// A message that has not arrived by then is counted as lost.
const ARRIVED_WITHIN: Duration = Duration::from_secs(30);

/// When one notification was sent and answered.
pub(super) struct Sent {
    pub mark: String,
    pub first_byte_unix_nanos: i64,
    pub answered_unix_nanos: i64,
}

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let bellhop = bench.installation.start(&bench.directory.join("chat"))?;
    let host = bellhop.address().to_string();
    let mut requests = Vec::new();
    for number in 0..CHANNELS {
        let configuration = bellhop.create_configuration(number as usize).await?;
        // Other marks than those of the throughput runs, whose deliveries may still have been in flight.
        let mark = mark(1_000_000_000 + number);
        requests.push((bench.alarm(&configuration.topic_arn, &mark, &host)?, mark));
    }
    let sent = send(&mut Connection::open(bellhop.address()).await?, requests).await?;
    let arrived = wait_for_arrivals(bench, &sent, ARRIVED_WITHIN).await?;
    let log = bellhop.log_tail();
    bellhop.stop()?;
    ensure!(!arrived.is_empty(), "not one of {CHANNELS} messages arrived; the server's log ends:\n{log}");
    for (from, aim, since) in [
        ("Accept to chat, from the 200", "p50 < 10 ms", (|sent| sent.answered_unix_nanos) as fn(&Sent) -> i64),
        ("Accept to chat, from the request's first byte", "", |sent| sent.first_byte_unix_nanos),
    ] {
        let (times, result) = times_to_chat(&sent, &arrived, since);
        report.row(Row {
            what: format!("{from}, {times} messages to as many channels, 20 a second"),
            result,
            aim,
            ..Row::default()
        });
    }
    let lost = sent.len() - arrived.len();
    let twice = arrived.values().filter(|arrival| arrival.count > 1).count();
    if lost > 0 || twice > 0 {
        report.note(format!("Accept to chat: of {CHANNELS} messages {lost} did not arrive and {twice} arrived twice"));
    }
    ensure!(lost == 0, "{lost} of {CHANNELS} messages did not arrive within {} s", ARRIVED_WITHIN.as_secs());
    sustained::measure(bench, report).await
}

/// How many arrived, and how long they took.
pub(super) fn times_to_chat(
    sent: &[Sent],
    arrived: &HashMap<String, Arrival>,
    since: fn(&Sent) -> i64,
) -> (usize, String) {
    let mut times: Vec<i64> =
        sent.iter().filter_map(|sent| Some(arrived.get(&sent.mark)?.first_unix_nanos - since(sent))).collect();
    times.sort_unstable();
    let at = |percent| percentile(&times, percent).map_or(f64::NAN, nanos_as_milliseconds);
    (times.len(), format!("p50 {}, p99 {}", milliseconds(at(50)), milliseconds(at(99))))
}

async fn send(connection: &mut Connection, requests: Vec<(Vec<u8>, String)>) -> anyhow::Result<Vec<Sent>> {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = Vec::with_capacity(requests.len());
    for (request, mark) in requests {
        ticks.tick().await;
        let first_byte_unix_nanos = clock::unix_nanos();
        let answer = connection.exchange(&request).await?;
        let answered_unix_nanos = clock::unix_nanos();
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(answer.status == 200, "a notification was answered {}: {text}", answer.status);
        sent.push(Sent { mark, first_byte_unix_nanos, answered_unix_nanos });
    }
    Ok(sent)
}

/// What arrived of one message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub first_unix_nanos: i64,
    pub count: u32,
}

/// Waits until all have arrived or it has been too long.
pub(super) async fn wait_for_arrivals(
    bench: &Bench,
    sent: &[Sent],
    within: Duration,
) -> anyhow::Result<HashMap<String, Arrival>> {
    let begun = Instant::now();
    let marks: HashSet<&str> = sent.iter().map(|sent| sent.mark.as_str()).collect();
    loop {
        let answer = http::get(bench.slack.address, "/arrivals").await?;
        let mut arrived = read_arrivals(&answer.body)?;
        arrived.retain(|mark, _| marks.contains(mark.as_str()));
        if arrived.len() == sent.len() || begun.elapsed() > within {
            return Ok(arrived);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn read_arrivals(json: &[u8]) -> anyhow::Result<HashMap<String, Arrival>> {
    let listed: Vec<Value> = serde_json::from_slice(json).context("the fake Slack's arrivals are not a list")?;
    let mut arrived: HashMap<String, Arrival> = HashMap::new();
    for post in listed {
        let mark = post.get("mark").and_then(Value::as_str).context("an arrival without its mark")?;
        let at = post.get("unix_nanos").and_then(Value::as_i64).context("an arrival without its time")?;
        let arrival = arrived.entry(mark.to_owned()).or_insert(Arrival { first_unix_nanos: at, count: 0 });
        arrival.first_unix_nanos = arrival.first_unix_nanos.min(at);
        arrival.count += 1;
    }
    Ok(arrived)
}

#[expect(clippy::cast_precision_loss, reason = "a difference of two times in one run is far below 2^52 ns")]
fn nanos_as_milliseconds(nanos: i64) -> f64 {
    nanos as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_chat_ends_with_the_first_arrival_and_what_is_lost_has_none() {
        let sent: Vec<Sent> = [("a", 1_000_000), ("b", 2_000_000), ("lost", 3_000_000)]
            .map(|(mark, at)| Sent {
                mark: mark.to_owned(),
                first_byte_unix_nanos: at - 500_000,
                answered_unix_nanos: at,
            })
            .into();
        let arrival = |first_unix_nanos| Arrival { first_unix_nanos, count: 1 };
        let arrived = HashMap::from([("a".to_owned(), arrival(3_000_000)), ("b".to_owned(), arrival(9_000_000))]);
        let result = times_to_chat(&sent, &arrived, |sent| sent.answered_unix_nanos);
        assert_eq!(result, (2, "p50 2.0 ms, p99 7.0 ms".to_owned()));
        assert_eq!(times_to_chat(&sent, &arrived, |sent| sent.first_byte_unix_nanos).1, "p50 2.5 ms, p99 7.5 ms");
    }

    #[test]
    fn the_first_of_several_arrivals_counts() {
        let json = br#"[{"mark":"a","unix_nanos":50},{"mark":"b","unix_nanos":7},{"mark":"a","unix_nanos":40}]"#;
        let arrived = read_arrivals(json).expect("a list");
        assert_eq!(arrived.get("a"), Some(&Arrival { first_unix_nanos: 40, count: 2 }));
        assert_eq!(arrived.get("b"), Some(&Arrival { first_unix_nanos: 7, count: 1 }));
        assert!(read_arrivals(br#"{"ok":true}"#).is_err());
    }
}
