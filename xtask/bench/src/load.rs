//! Load: some connections, each sending its next prepared request as soon as the last is answered, for some seconds.
//! Closed loop: a slower server is sent less, so a latency here is that of a server at its full rate. Or at a steady rate.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;

use crate::http::Connection;
use crate::statistics::percentile;

/// How much longer than asked a run may take before it is given up.
const GRACE: Duration = Duration::from_secs(30);

/// What a run sends.
#[derive(Clone)]
pub enum Requests {
    /// Each once; when they run out, so does the run.
    Once(Arc<Vec<Vec<u8>>>),
    /// Over and over.
    Repeated(Arc<Vec<Vec<u8>>>),
}

/// What a run found.
#[derive(Default)]
pub struct Run {
    /// From the first request's first byte to the last answer.
    pub elapsed: Duration,
    /// Of the requests that were answered 200 (or another success, as 201 for what was created), sorted.
    pub latencies: Vec<Duration>,
    /// Answers of other statuses, by status.
    pub refused: BTreeMap<u16, u64>,
    /// The requests ran out before the time did.
    pub ran_out: bool,
}

impl Run {
    /// Successes per second.
    pub fn rate(&self) -> f64 {
        count_as_f64(self.latencies.len()) / self.elapsed.as_secs_f64()
    }

    pub fn milliseconds(&self, percent: u8) -> f64 {
        percentile(&self.latencies, percent).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }

    pub fn ok(&self) -> u64 {
        self.latencies.len() as u64
    }

    /// `, 503 × 12` for each status that is no success; empty if there was none.
    pub fn refusals(&self) -> String {
        self.refused.iter().fold(String::new(), |mut text, (status, count)| {
            let _ = write!(text, ", {status} × {count}");
            text
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "no run makes 2^52 requests")]
fn count_as_f64(count: usize) -> f64 {
    count as f64
}

/// One run. Connects before the clock starts; at the end every request that was begun is answered, so that what was
/// counted here can be compared with what the server counted.
pub async fn run(
    address: SocketAddr,
    connections: usize,
    duration: Duration,
    requests: &Requests,
) -> anyhow::Result<Run> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for connection in open {
        clients.spawn(client(connection, requests.clone(), Arc::clone(&next), started + duration));
    }
    let mut total = Run::default();
    let all = async {
        while let Some(share) = clients.join_next().await {
            let share = share.context("a client panicked")?.with_context(|| format!("under load from `{address}`"))?;
            total.latencies.extend(share.latencies);
            total.ran_out |= share.ran_out;
            for (status, count) in share.refused {
                *total.refused.entry(status).or_default() += count;
            }
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(duration + GRACE, all).await.context("the server stopped answering under load")??;
    total.elapsed = started.elapsed();
    total.latencies.sort_unstable();
    Ok(total)
}

async fn client(
    mut connection: Connection,
    requests: Requests,
    next: Arc<AtomicUsize>,
    until: Instant,
) -> anyhow::Result<Run> {
    let (requests, once) = match requests {
        Requests::Once(requests) => (requests, true),
        Requests::Repeated(requests) => (requests, false),
    };
    let mut run = Run::default();
    let mut begun = Instant::now();
    while begun < until {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let index = if once { number } else { number % requests.len().max(1) };
        let Some(request) = requests.get(index) else {
            run.ran_out = true;
            break;
        };
        let status = connection.send(request).await?;
        let answered = Instant::now();
        if (200..300).contains(&status) {
            run.latencies.push(answered - begun);
        } else {
            *run.refused.entry(status).or_default() += 1;
        }
        begun = answered;
    }
    Ok(run)
}

/// One run at a steady rate, each request once: an open loop. A latency is from the time at which a request was due, so that a
/// server that falls behind is charged for those that waited.
pub async fn run_at_rate(
    address: SocketAddr,
    connections: usize,
    per_second: u32,
    requests: &Arc<Vec<Vec<u8>>>,
) -> anyhow::Result<Run> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for mut connection in open {
        let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
        clients.spawn(async move {
            let mut run = Run::default();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(number) else { return anyhow::Ok(run) };
                let due = started + Duration::from_nanos(1_000_000_000 * number as u64 / u64::from(per_second));
                tokio::time::sleep_until(due.into()).await;
                match connection.send(request).await? {
                    200..300 => run.latencies.push(due.elapsed()),
                    status => *run.refused.entry(status).or_default() += 1,
                }
            }
        });
    }
    let mut total = Run::default();
    while let Some(share) = clients.join_next().await {
        let share = share.context("a client panicked")?.with_context(|| format!("under load from `{address}`"))?;
        total.latencies.extend(share.latencies);
        for (status, count) in share.refused {
            *total.refused.entry(status).or_default() += count;
        }
    }
    total.elapsed = started.elapsed();
    total.latencies.sort_unstable();
    Ok(total)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Bytes;
    use axum::http::StatusCode;
    use tokio::net::TcpListener;

    use super::*;
    use crate::http::prepare;

    /// Refuses bodies of three bytes, creates what has four.
    async fn server() -> (SocketAddr, JoinSet<std::io::Result<()>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(|body: Bytes| async move {
            match body.len() {
                3 => StatusCode::SERVICE_UNAVAILABLE,
                4 => StatusCode::CREATED,
                _ => StatusCode::OK,
            }
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await });
        (address, tasks)
    }

    fn requests(bodies: &[&str]) -> Arc<Vec<Vec<u8>>> {
        Arc::new(bodies.iter().map(|body| prepare("POST", "/", &[("host", "h")], body.as_bytes())).collect())
    }

    #[tokio::test]
    async fn each_request_is_sent_once_and_the_run_says_that_they_ran_out() {
        let (address, _server) = server().await;
        let once = Requests::Once(requests(&["ok", "bad", "new!", "bad", "ok"]));
        let run = run(address, 2, Duration::from_secs(20), &once).await.expect("a run");
        assert_eq!((run.ok(), run.refused.get(&503), run.ran_out), (3, Some(&2), true));
        assert_eq!(run.refusals(), ", 503 × 2");
        assert!(run.elapsed < Duration::from_secs(10), "{:?}", run.elapsed);
    }

    #[tokio::test]
    async fn a_repeated_run_lasts_its_time() {
        let (address, _server) = server().await;
        let repeated = Requests::Repeated(requests(&["ok"]));
        let run = run(address, 4, Duration::from_millis(200), &repeated).await.expect("a run");
        assert!(run.ok() > 4 && !run.ran_out, "{} answers", run.ok());
        assert!(run.elapsed >= Duration::from_millis(200), "{:?}", run.elapsed);
        assert!(run.latencies.is_sorted());
        let rate = f64::from(u32::try_from(run.ok()).expect("few")) / run.elapsed.as_secs_f64();
        assert!((run.rate() - rate).abs() < 1e-9);
    }

    #[tokio::test]
    async fn a_steady_run_keeps_its_rate_and_sends_each_once() {
        let (address, _server) = server().await;
        let run = run_at_rate(address, 2, 100, &requests(&["ok", "bad", "ok", "ok", "ok"])).await.expect("a run");
        assert_eq!((run.ok(), run.refused.get(&503)), (4, Some(&1)));
        assert!((40..5000).contains(&run.elapsed.as_millis()), "{:?}", run.elapsed);
    }
}
