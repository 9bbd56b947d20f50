//! Commands of AWS in chat: from Slack's event to AWS (`wire`), as a whole beside the AWS CLI (`beside_cli`), the memory of a server
//! that has read every service (`memory`), and how fast a core reads commands (`reading`). Called by `measure`.
//!
//! Every command goes in as Slack posts it, signed, and what comes of it is read from the fake Slack, in the thread of the message.

mod beside_cli;
mod memory;
mod reading;
mod wire;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::Bench;
use crate::bellhop::{Bellhop, Otherwise, team_id};
use crate::clock;
use crate::http::{self, Connection};
use crate::report::{Report, milliseconds};
use crate::slack_events;
use crate::statistics::percentile;

const LIST_FUNCTIONS: &str = "lambda list-functions --region us-east-1";
/// The channel of the first configuration.
const CHANNEL_ID: &str = "C0BENCH000000";
/// An answer that has not come by then does not come.
const ANSWERED_WITHIN: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(super) async fn measure(bench: &Bench, executable: &Path, report: &mut Report) -> anyhow::Result<()> {
    // One for all servers: they share the fake Slack, in which no two messages are the same.
    let mut mentions = Mentions { next: 1 };
    wire::measure(bench, &mut mentions, report).await.context("to the wire")?;
    beside_cli::measure(bench, &mut mentions, report).await.context("beside the AWS CLI")?;
    memory::measure(bench, &mut mentions, report).await.context("memory of all services")?;
    reading::measure(executable, report).context("reading commands")
}

/// Numbers of messages that nobody has said yet.
struct Mentions {
    next: usize,
}

/// A server with one channel, and a person there.
struct Channel {
    bellhop: Bellhop,
    host: String,
    connection: Connection,
}

/// A message to the bot.
struct Said {
    thread_ts: String,
    at: Instant,
    unix_nanos: i64,
}

/// What came in the thread of a message first, and how much.
struct Answered {
    unix_nanos: i64,
    message: Value,
    count: u32,
}

impl Channel {
    async fn start(bench: &Bench, name: &str, store_url: Option<&str>, aws: SocketAddr) -> anyhow::Result<Self> {
        let otherwise = Otherwise { store_url, aws: Some(aws), ..Otherwise::default() };
        let bellhop = bench.installation.start_otherwise(&bench.directory.join(name), &otherwise)?;
        bellhop.create_configuration(0).await?;
        let (host, connection) = (bellhop.address().to_string(), Connection::open(bellhop.address()).await?);
        Ok(Self { bellhop, host, connection })
    }

    /// Posts the event, and returns once it is answered 200.
    async fn say(&mut self, mentions: &mut Mentions, text: &str) -> anyhow::Result<Said> {
        let number = mentions.next;
        mentions.next += 1;
        let request = slack_events::mention(&self.host, &team_id(0), CHANNEL_ID, number, text);
        let (at, unix_nanos) = (Instant::now(), clock::unix_nanos());
        let answer = self.connection.exchange(&request).await?;
        ensure!(
            answer.status == 200,
            "an event was answered {}; the server's log ends:\n{}",
            answer.status,
            self.bellhop.log_tail()
        );
        Ok(Said { thread_ts: slack_events::ts(number), at, unix_nanos })
    }

    /// The answers to all of these, by their threads, each with `word` in it: nothing that failed is measured.
    async fn answers(
        &self,
        bench: &Bench,
        said: &[Said],
        word: impl Fn(usize) -> &'static str,
    ) -> anyhow::Result<HashMap<String, Answered>> {
        let (begun, first) = (Instant::now(), said.first().context("nothing was said")?);
        loop {
            let listed = http::get(bench.slack.address, &format!("/replies/{}", first.thread_ts)).await?;
            let answered = read_replies(&listed.body)?;
            let missing = said.iter().filter(|said| !answered.contains_key(&said.thread_ts)).count();
            if missing == 0 {
                for (number, said) in said.iter().enumerate() {
                    let Some(Answered { message, count, .. }) = answered.get(&said.thread_ts) else { continue };
                    let (word, text) = (word(number), message.to_string());
                    ensure!(
                        *count == 1 && text.contains(word),
                        "{count} answers, without `{word}` in the first: {text}"
                    );
                }
                return Ok(answered);
            }
            ensure!(
                begun.elapsed() < ANSWERED_WITHIN,
                "{missing} of {} commands were not answered; the server's log ends:\n{}",
                said.len(),
                self.bellhop.log_tail()
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn read_replies(json: &[u8]) -> anyhow::Result<HashMap<String, Answered>> {
    let listed: Vec<Value> = serde_json::from_slice(json).context("the fake Slack's replies are not a list")?;
    let mut answered: HashMap<String, Answered> = HashMap::new();
    for mut reply in listed {
        let thread_ts =
            reply.get("thread_ts").and_then(Value::as_str).context("a reply without its thread")?.to_owned();
        let unix_nanos = reply.get("unix_nanos").and_then(Value::as_i64).context("a reply without its time")?;
        let message = reply.get_mut("message").map(Value::take).unwrap_or_default();
        // They are in order of arrival.
        answered.entry(thread_ts).or_insert(Answered { unix_nanos, message, count: 0 }).count += 1;
    }
    Ok(answered)
}

/// From the events' first bytes to the answers' arrival, in milliseconds.
fn times_to_answer(said: &[Said], answered: &HashMap<String, Answered>) -> Vec<f64> {
    let nanos = said.iter().filter_map(|said| Some(answered.get(&said.thread_ts)?.unix_nanos - said.unix_nanos));
    #[expect(clippy::cast_precision_loss, reason = "a difference of two times in one run is far below 2^52 ns")]
    nanos.map(|nanos| nanos as f64 / 1e6).collect()
}

/// `p50 1.2 ms, p99 3.4 ms`
fn percentiles(times: &[f64]) -> String {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let [p50, p99] = [50, 99].map(|percent| milliseconds(percentile(&times, percent).unwrap_or(f64::NAN)));
    format!("p50 {p50}, p99 {p99}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_answers_counts() {
        let json = br#"[{"thread_ts":"1.1","unix_nanos":5000000,"message":{"text":"a"}},
            {"thread_ts":"1.2","unix_nanos":7000000,"message":{}},{"thread_ts":"1.1","unix_nanos":9000000,"message":{}}]"#;
        let answered = read_replies(json).expect("a list");
        let first = answered.get("1.1").expect("answered");
        assert_eq!((first.unix_nanos, first.count, first.message["text"].as_str()), (5_000_000, 2, Some("a")));
        let said = ["1.1", "1.2", "1.3"].map(|thread_ts| Said {
            thread_ts: thread_ts.to_owned(),
            at: Instant::now(),
            unix_nanos: 4_000_000,
        });
        assert_eq!(percentiles(&times_to_answer(&said, &answered)), "p50 1.0 ms, p99 3.0 ms");
        assert!(read_replies(br#"{"ok":true}"#).is_err());
    }
}
