//! What the doctor found, as it is printed: a line each, what is missing with its remedy.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Note,
    Missing,
}

#[derive(Debug, Default)]
pub struct Report(Vec<(Verdict, String, String)>);

impl Report {
    pub fn good(&mut self, what: &str, said: &str) {
        self.add(Verdict::Good, what, said);
    }

    /// Neither good nor missing: somebody may have meant it.
    pub fn note(&mut self, what: &str, said: &str) {
        self.add(Verdict::Note, what, said);
    }

    pub fn missing(&mut self, what: &str, said: &str) {
        self.add(Verdict::Missing, what, said);
    }

    pub fn count_missing(&self) -> usize {
        self.0.iter().filter(|(verdict, ..)| *verdict == Verdict::Missing).count()
    }

    fn add(&mut self, verdict: Verdict, what: &str, said: &str) {
        self.0.push((verdict, what.to_owned(), said.to_owned()));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|(_, what, _)| what.chars().count()).max().unwrap_or_default();
        for (at, (verdict, what, said)) in self.0.iter().enumerate() {
            let verdict = match verdict {
                Verdict::Good => "good",
                Verdict::Note => "note",
                Verdict::Missing => "MISSING",
            };
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{verdict:<7}  {what:<width$}  {said}")?;
        }
        Ok(())
    }
}
