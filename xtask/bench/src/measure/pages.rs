//! Whether a page costs more, and the server needs more memory, when an account has a thousand times as many
//! configurations: one server with a page of them and one with the full table, measured by turns.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::Bench;
use crate::bellhop::Bellhop;
use crate::bellhop::configurations::{FILLED_AT_ONCE, PAGE, read_page};
use crate::load::{self, Requests, Run};
use crate::report::{self, Growth, Report, megabytes, milliseconds};
use crate::statistics::median;

/// Between two readings of the memory.
const DESCRIBES: usize = 10_000;
const DESCRIBE_CONNECTIONS: usize = 16;
/// Pages at each end of a walk, whose times are compared.
const WALKED: usize = 100;
/// SigV4 allows 15 minutes.
const DESCRIBES_WITHIN: Duration = Duration::from_mins(14);

/// A server and the pages of it that are measured.
struct Subject {
    bellhop: Bellhop,
    /// Without one it is the first page.
    tokens: Vec<Option<String>>,
    memory: Memory,
}

/// Resident memory in bytes.
#[derive(Default)]
struct Memory {
    empty: u64,
    filled: u64,
    described: u64,
}

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let total = bench.configurations;
    let heads = [PAGE, total].map(|count| format!("{} configurations", report::count(count)));
    report.growth_heads(heads);
    let (few, _, _) = Subject::start(bench, "pages-few", PAGE).await?;
    let (many, filling, first_reads) = Subject::start(bench, "pages-many", total).await?;

    let mut costs = Vec::new();
    for _ in 0..bench.rounds {
        costs.push([few.page_costs(bench).await?, many.page_costs(bench).await?]);
    }
    for (position, what) in ["first", "in the middle", "last"].iter().enumerate() {
        report.growth(growth_of_page(format!("Page of {PAGE}, {what}, 1 connection"), position, &costs)?);
    }
    let describes = report::count(DESCRIBES);
    for (what, of) in [
        ("empty".to_owned(), (|memory| memory.empty) as fn(&Memory) -> u64),
        ("filled".to_owned(), |memory| memory.filled),
        (format!("after {describes} more describes of {PAGE}"), |memory| memory.described),
    ] {
        report.growth(growth_of_memory(format!("Resident memory, {what}"), of(&few.memory), of(&many.memory)));
    }
    let seconds = |took: Option<&Duration>| took.map_or(f64::NAN, Duration::as_secs_f64);
    report.note(format!(
        "The {} configurations were made through the API over 16 connections in {:.0} s, signing apart, the first {} in \
         {:.1} s and the last in {:.1} s; a walk through all pages then found each once. Its pages came from the store: of \
         the first {} the median took {}, of the last {}",
        report::count(total),
        filling.iter().sum::<Duration>().as_secs_f64(),
        report::count(FILLED_AT_ONCE.min(total)),
        seconds(filling.first()),
        seconds(filling.last()),
        WALKED.min(first_reads.len()),
        median_of(first_reads.iter().take(WALKED)),
        median_of(first_reads.iter().rev().take(WALKED)),
    ));
    few.bellhop.stop()?;
    many.bellhop.stop()
}

impl Subject {
    /// Starts a server, fills it, walks through its pages, describes them over and over. Also answers how long the
    /// filling took, and each page of the walk.
    async fn start(
        bench: &Bench,
        name: &str,
        configurations: usize,
    ) -> anyhow::Result<(Self, Vec<Duration>, Vec<Duration>)> {
        eprintln!("  Filling with {}", report::count(configurations));
        let bellhop = bench.installation.start(&bench.directory.join(name))?;
        let mut memory = Memory { empty: bellhop.resident_bytes()?, ..Memory::default() };
        let filling = bellhop.fill(0, configurations).await?;
        memory.filled = bellhop.resident_bytes()?;

        let walk = bellhop.walk().await?;
        ensure!(
            walk.configurations == configurations,
            "{configurations} configurations were made and the pages hold {}",
            walk.configurations
        );
        let mut tokens = vec![None];
        if let Some(last) = walk.tokens.last() {
            tokens.push(walk.tokens.get(walk.tokens.len() / 2).cloned());
            tokens.push(Some(last.clone()));
        }
        let mut subject = Self { bellhop, tokens, memory };
        subject.describe_all_over().await?;
        subject.memory.described = subject.bellhop.resident_bytes()?;
        Ok((subject, filling, walk.times))
    }

    async fn describe_all_over(&self) -> anyhow::Result<()> {
        let pages = self.requests()?;
        let requests = pages.into_iter().cycle().take(DESCRIBES).collect();
        let requests = Requests::Once(Arc::new(requests));
        let run = load::run(self.bellhop.address(), DESCRIBE_CONNECTIONS, DESCRIBES_WITHIN, &requests).await?;
        ensure!(run.latencies.len() == DESCRIBES, "of {DESCRIBES} describes {} succeeded{}", run.ok(), run.refusals());
        Ok(())
    }

    fn requests(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        self.tokens.iter().map(|token| self.bellhop.page_request(token.as_deref())).collect()
    }

    /// A run for each of the pages, one after the other.
    async fn page_costs(&self, bench: &Bench) -> anyhow::Result<Vec<Run>> {
        let mut runs = Vec::new();
        for request in self.requests()? {
            let page = read_page(&self.bellhop.expect_ok(&request).await?)?;
            ensure!(page.arns.len() == PAGE, "a page has {} configurations instead of {PAGE}", page.arns.len());
            let requests = Requests::Repeated(Arc::new(vec![request]));
            let run = load::run(self.bellhop.address(), 1, bench.seconds, &requests).await?;
            ensure!(run.ok() > 0 && run.refused.is_empty(), "not all pages were answered 200{}", run.refusals());
            runs.push(run);
        }
        Ok(runs)
    }
}

/// The line of a page, from the rounds of both servers. Of few configurations there is the first page only, which is
/// what every page of many is compared with.
fn growth_of_page(what: String, position: usize, rounds: &[[Vec<Run>; 2]]) -> anyhow::Result<Growth> {
    let sides: Option<Vec<[&Run; 2]>> =
        rounds.iter().map(|[few, many]| Some([few.first()?, many.get(position)?])).collect();
    let sides = sides.with_context(|| format!("no run for `{what}`"))?;
    let over = |of: &dyn Fn(&[&Run; 2]) -> f64| median(&sides.iter().map(of).collect::<Vec<_>>());
    let text = |side: fn(&[&Run; 2]) -> f64, tail: fn(&[&Run; 2]) -> f64| {
        format!("p50 {}, p99 {}", milliseconds(over(&side)), milliseconds(over(&tail)))
    };
    let ratio = over(&|[few, many]| many.milliseconds(50) / few.milliseconds(50));
    Ok(Growth {
        what,
        few: if position == 0 {
            text(|[few, _]| few.milliseconds(50), |[few, _]| few.milliseconds(99))
        } else {
            "(the first)".to_owned()
        },
        many: text(|[_, many]| many.milliseconds(50), |[_, many]| many.milliseconds(99)),
        ratio: format!("{ratio:.2} of p50"),
    })
}

fn median_of<'a>(times: impl Iterator<Item = &'a Duration>) -> String {
    milliseconds(median(&times.map(|time| time.as_secs_f64() * 1000.0).collect::<Vec<_>>()))
}

#[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 bytes")]
fn growth_of_memory(what: String, few: u64, many: u64) -> Growth {
    Growth { what, few: megabytes(few), many: megabytes(many), ratio: format!("{:.2}", many as f64 / few as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(milliseconds: u64) -> Run {
        Run { latencies: vec![Duration::from_millis(milliseconds); 3], ..Run::default() }
    }

    #[test]
    fn every_page_of_many_is_compared_with_the_first_of_few() {
        let rounds = [[vec![run(2)], vec![run(2), run(3), run(4)]], [vec![run(4)], vec![run(4), run(6), run(8)]]];
        let growths: Vec<_> =
            (0..3).map(|position| growth_of_page("Page".to_owned(), position, &rounds).expect("a line")).collect();
        assert_eq!(growths[0].few, "p50 3.0 ms, p99 3.0 ms");
        assert_eq!(growths[2].few, "(the first)");
        assert_eq!([&growths[0].many, &growths[2].many], ["p50 3.0 ms, p99 3.0 ms", "p50 6.0 ms, p99 6.0 ms"]);
        let ratios: Vec<_> = growths.iter().map(|growth| growth.ratio.as_str()).collect();
        assert_eq!(ratios, ["1.00 of p50", "1.50 of p50", "2.00 of p50"]);
        assert!(growth_of_page("Page".to_owned(), 3, &rounds).is_err());
    }

    #[test]
    fn memory_is_compared_many_to_few() {
        let growth = growth_of_memory("Memory".to_owned(), 20_000_000, 30_000_000);
        assert_eq!([growth.few, growth.many, growth.ratio], ["20.0 MB", "30.0 MB", "1.50"]);
    }
}
