//! Bellhop and what it is compared with, under the same load by turns, so that a drift of the machine meets all of them.
//! Used by the measurements of throughput; the table shows medians over the rounds.

use crate::load::Run;
use crate::report::{self, Report, Row};
use crate::statistics::median;

/// One round.
pub struct Turn {
    pub bare: Run,
    /// Another program, by its name.
    pub other: Option<(&'static str, Run)>,
    pub bellhop: Run,
}

/// The rounds of one row.
#[derive(Default)]
pub struct Turns {
    turns: Vec<Turn>,
}

impl Turns {
    pub fn push(&mut self, turn: Turn) {
        let other = turn.other.as_ref().map(|(name, run)| format!(", {name} {}", report::per_second(run.rate())));
        let [bellhop, bare] = [&turn.bellhop, &turn.bare].map(|run| report::per_second(run.rate()));
        eprintln!("    {bellhop}; bare {bare}{}", other.unwrap_or_default());
        self.turns.push(turn);
    }

    /// The row of these rounds: medians over them; a ratio is the median of each round's own.
    pub fn row(&self, what: String, aim: &'static str) -> Row {
        let other = self.turns.iter().find_map(|turn| turn.other.as_ref().map(|(name, _)| *name));
        Row {
            what,
            result: self.text(|turn| Some(&turn.bellhop)),
            aim,
            bare: self.text(|turn| Some(&turn.bare)),
            ratio: format!("{:.2}", self.ratio(|turn| Some(&turn.bare))),
            other: other.map(|name| format!("{name}: {}", self.text(of_other))).unwrap_or_default(),
            other_ratio: other.map(|_| format!("{:.1}", self.ratio(of_other))).unwrap_or_default(),
        }
    }

    /// What the row cannot say: requests that were refused or that ran out.
    pub fn remarks(&self, what: &str, report: &mut Report) {
        for (round, Turn { bellhop, .. }) in self.turns.iter().enumerate() {
            if !bellhop.refused.is_empty() {
                report.note(format!("{what}, round {}: not all were answered 200{}", round + 1, bellhop.refusals()));
            }
            if bellhop.ran_out {
                report.note(format!(
                    "{what}, round {}: the prepared requests ran out after {:.1} s",
                    round + 1,
                    bellhop.elapsed.as_secs_f64()
                ));
            }
        }
    }

    fn text(&self, side: fn(&Turn) -> Option<&Run>) -> String {
        let of = |value: &dyn Fn(&Run) -> f64| self.median(|turn| side(turn).map(value));
        format!(
            "{}, p50 {}, p99 {}",
            report::per_second(of(&Run::rate)),
            report::milliseconds(of(&|run| run.milliseconds(50))),
            report::milliseconds(of(&|run| run.milliseconds(99))),
        )
    }

    /// Bellhop's rate to the other side's.
    fn ratio(&self, other: fn(&Turn) -> Option<&Run>) -> f64 {
        self.median(|turn| Some(turn.bellhop.rate() / other(turn)?.rate()))
    }

    fn median(&self, of: impl Fn(&Turn) -> Option<f64>) -> f64 {
        median(&self.turns.iter().filter_map(of).collect::<Vec<_>>())
    }
}

fn of_other(turn: &Turn) -> Option<&Run> {
    turn.other.as_ref().map(|(_, run)| run)
}

/// `1 connection`, `16 connections`.
pub fn connections_in_words(connections: usize) -> String {
    format!("{connections} connection{}", if connections == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// So many answers in a second.
    fn run(answers: usize) -> Run {
        Run { elapsed: Duration::from_secs(1), latencies: vec![Duration::from_millis(2); answers], ..Run::default() }
    }

    fn turns(rounds: &[(usize, Option<usize>, usize)]) -> Turns {
        let turn = |&(bare, moto, bellhop): &(usize, Option<usize>, usize)| Turn {
            bare: run(bare),
            other: moto.map(|answers| ("moto_server", run(answers))),
            bellhop: run(bellhop),
        };
        Turns { turns: rounds.iter().map(turn).collect() }
    }

    #[test]
    fn a_ratio_is_the_median_of_each_rounds_own() {
        // The machine was half as fast in the third round: the ratios do not see it.
        let row = turns(&[(1000, Some(10), 300), (1000, Some(20), 500), (500, Some(5), 150)]).row("x".to_owned(), "");
        assert_eq!(row.result, "300/s, p50 2.0 ms, p99 2.0 ms");
        assert_eq!((row.bare.as_str(), row.ratio.as_str()), ("1,000/s, p50 2.0 ms, p99 2.0 ms", "0.30"));
        assert_eq!(
            (row.other.as_str(), row.other_ratio.as_str()),
            ("moto_server: 10/s, p50 2.0 ms, p99 2.0 ms", "30.0")
        );
    }

    #[test]
    fn without_another_program_its_cells_are_empty() {
        let row = turns(&[(1000, None, 300)]).row("x".to_owned(), "");
        assert_eq!((row.other.as_str(), row.other_ratio.as_str()), ("", ""));
    }

    #[test]
    fn refusals_and_requests_that_ran_out_are_said() {
        let mut turns = turns(&[(1000, None, 300), (1000, None, 300)]);
        turns.turns[1].bellhop.refused.insert(400, 7);
        turns.turns[1].bellhop.ran_out = true;
        let mut report = Report::default();
        turns.remarks("Create", &mut report);
        let text = report.markdown("", &[]);
        assert!(text.contains("Create, round 2: not all were answered 200, 400 × 7\n"), "{text}");
        assert!(text.contains("Create, round 2: the prepared requests ran out after 1.0 s\n"), "{text}");
        assert!(!text.contains("round 1"), "{text}");
    }
}
