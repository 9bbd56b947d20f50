//! Exchanges that broke before an answer was whole: which of them may have posted the message all the same.
//!
//! `outbound` tells which it was. All are tried again: a doubled message beats a lost one, and each reason says whether that
//! may happen. Where the platform lets a message be named beforehand (Slack's `client_msg_id`), the retry carries the name.

use super::DeliveryOutcome;

/// How an exchange broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Broken {
    /// The request was sent; its deadline passed without a whole answer.
    Timeout,
    /// No connection: name not found, refused, unreachable, or the deadline passed before there was one.
    Connect,
    /// A connection, but no TLS: a certificate that is not believed, a proxy in between.
    Tls,
    /// The connection was closed or reset after the request began and before the answer's head.
    Reset,
    /// The answer's body ended early.
    CutOff,
    /// The answer was longer than we read.
    TooLarge,
}

/// One line of the table: what happened, and whether the message may have been posted.
struct Line {
    broken: Broken,
    name: &'static str,
    meaning: &'static str,
    may_have_posted: bool,
}

const TABLE: [Line; 6] = [
    Line { broken: Broken::Timeout, name: "timeout", meaning: "no answer in time", may_have_posted: true },
    Line { broken: Broken::Connect, name: "connect", meaning: "no connection", may_have_posted: false },
    Line {
        broken: Broken::Tls,
        name: "TLS",
        meaning: "no TLS connection; look at certificates and proxies",
        may_have_posted: false,
    },
    Line {
        broken: Broken::Reset,
        name: "reset",
        meaning: "the connection broke before an answer",
        may_have_posted: true,
    },
    Line { broken: Broken::CutOff, name: "cut off", meaning: "the answer was cut off", may_have_posted: true },
    Line {
        broken: Broken::TooLarge,
        name: "too large",
        meaning: "the answer was larger than an answer can be",
        may_have_posted: true,
    },
];

const fn consequence(may_have_posted: bool) -> &'static str {
    if may_have_posted { "it may have been posted" } else { "it was not posted" }
}

impl Broken {
    fn line(self) -> Option<&'static Line> {
        TABLE.iter().find(|line| line.broken == self)
    }

    /// A short name for logs and metrics.
    pub fn name(self) -> &'static str {
        self.line().map_or("broken", |line| line.name)
    }

    /// The verdict on the attempt. `platform_name` is what people call it: `Slack`.
    pub fn outcome(self, platform_name: &str) -> DeliveryOutcome {
        let meaning = self.line().map_or("the exchange broke", |line| line.meaning);
        let reason = format!("{platform_name}: {meaning}; {}", consequence(self.may_have_posted()));
        DeliveryOutcome::Retry { after_ms: None, reason }
    }

    /// Whether the message may be in the channel in spite of the failure.
    pub fn may_have_posted(self) -> bool {
        self.line().is_none_or(|line| line.may_have_posted)
    }
}

/// The table for readers: name, meaning, consequence.
#[cfg(test)]
pub(super) fn documented() -> impl Iterator<Item = [&'static str; 3]> {
    TABLE.iter().map(|line| [line.name, line.meaning, consequence(line.may_have_posted)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_break_is_tried_again_and_says_whether_it_may_have_been_posted() {
        use Broken::{Connect, CutOff, Reset, Timeout, Tls, TooLarge};
        for (broken, posted) in
            [(Timeout, true), (Connect, false), (Tls, false), (Reset, true), (CutOff, true), (TooLarge, true)]
        {
            assert_eq!(TABLE.iter().filter(|line| line.broken == broken).count(), 1, "{broken:?}");
            let DeliveryOutcome::Retry { after_ms: None, reason } = broken.outcome("Chime") else {
                panic!("{broken:?}");
            };
            assert!(reason.starts_with("Chime: "), "{reason}");
            assert_eq!(reason.ends_with("; it may have been posted"), posted, "{reason}");
            assert_eq!(reason.ends_with("; it was not posted"), !posted, "{reason}");
            assert_eq!(broken.may_have_posted(), posted);
        }
    }
}
