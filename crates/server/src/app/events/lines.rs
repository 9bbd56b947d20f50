//! Lines that wait for CloudWatch Logs: so many, of so many bytes, and no more.

use std::collections::{BTreeMap, VecDeque};

use crate::outbound::cloudwatch_logs::LogLine;

const LINES_MAX: usize = 20_000;
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// A line and whose log it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) account_id: String,
    pub(super) configuration_name: String,
    pub(super) written: LogLine,
}

/// Lines of one log, taken out to be sent. Until they are [settled](Lines::settle) or put back their room is not free.
pub(super) type OfOneLog = ((String, String), Vec<LogLine>);

#[derive(Debug, Default)]
pub(super) struct Lines {
    waiting: VecDeque<Line>,
    /// Of all that are not settled, waiting or under way.
    count: usize,
    bytes: usize,
}

impl Lines {
    /// `false`: there is no room. What waits already is older, and nearer to the cause of whatever is wrong.
    pub(super) fn push(&mut self, line: Line) -> bool {
        let bytes = line.written.text.len();
        if self.count >= LINES_MAX || self.bytes.saturating_add(bytes) > BYTES_MAX {
            return false;
        }
        self.count += 1;
        self.bytes += bytes;
        self.waiting.push_back(line);
        true
    }

    /// Takes all, by configuration name and account.
    pub(super) fn take(&mut self) -> Vec<OfOneLog> {
        let mut logs: BTreeMap<(String, String), Vec<LogLine>> = BTreeMap::new();
        for Line { account_id, configuration_name, written } in self.waiting.drain(..) {
            logs.entry((configuration_name, account_id)).or_default().push(written);
        }
        logs.into_iter().collect()
    }

    /// These are sent, or will never be.
    pub(super) fn settle(&mut self, lines: &[LogLine]) {
        self.count = self.count.saturating_sub(lines.len());
        let bytes = lines.iter().map(|line| line.text.len()).fold(0, usize::saturating_add);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// These are to be sent later, before what came meanwhile.
    pub(super) fn put_back(&mut self, (configuration_name, account_id): &(String, String), lines: Vec<LogLine>) {
        for written in lines.into_iter().rev() {
            let (account_id, configuration_name) = (account_id.clone(), configuration_name.clone());
            self.waiting.push_front(Line { account_id, configuration_name, written });
        }
    }

    /// Forgets everything; answers how many lines that were.
    pub(super) fn clear(&mut self) -> u64 {
        let lines = std::mem::take(self).count;
        u64::try_from(lines).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, at_ms: i64, bytes: usize) -> Line {
        let written = LogLine { at_ms, text: "x".repeat(bytes) };
        Line { account_id: "123456789012".to_owned(), configuration_name: name.to_owned(), written }
    }

    #[test]
    fn what_is_put_back_comes_first_and_in_order() {
        let mut lines = Lines::default();
        for at_ms in 1..=3 {
            assert!(lines.push(line("ops", at_ms, 1)));
        }
        assert!(lines.push(line("builds", 1, 1)));
        let mut taken = lines.take();
        assert_eq!(taken.len(), 2);
        let (log, of_ops) = taken.pop().unwrap();
        assert!(lines.push(line("ops", 4, 1)));
        lines.put_back(&log, of_ops);
        let times: Vec<_> = lines.take()[0].1.iter().map(|line| line.at_ms).collect();
        assert_eq!(times, [1, 2, 3, 4]);
    }

    #[test]
    fn what_is_under_way_still_fills_its_room() {
        let mut lines = Lines::default();
        assert!(lines.push(line("ops", 1, BYTES_MAX)));
        assert!(!lines.push(line("ops", 2, 1)));
        let (_, taken) = lines.take().pop().unwrap();
        assert!(!lines.push(line("ops", 2, 1)));
        lines.settle(&taken);
        assert!(lines.push(line("ops", 2, 1)));
        assert_eq!(lines.clear(), 1);
    }

    #[test]
    fn so_many_lines_wait_and_no_more() {
        let mut lines = Lines::default();
        assert!((0..LINES_MAX).all(|_| lines.push(line("ops", 1, 0))));
        assert!(!lines.push(line("ops", 1, 0)));
    }
}
