//! Events that wait to be counted by CloudWatch, added up by minute: memory grows with configurations, not with events.

use std::collections::BTreeMap;

use crate::metrics::EventKind;
use crate::outbound::cloudwatch::MetricCount;

const MINUTE_MS: i64 = 60_000;
/// Counts that are kept: two of a thousand configurations for an hour. Each has a name and four numbers.
const KEPT_MAX: usize = 120_000;
/// CloudWatch takes nothing older than two weeks; a day is left for the way there.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>.
const KEPT_MS: i64 = 13 * 24 * 60 * MINUTE_MS;

#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<(i64, String, EventKind), u64>);

impl Counts {
    /// `false`: there is no room for another configuration or minute.
    pub(super) fn add(&mut self, at_ms: i64, configuration_name: &str, what: EventKind, events: u64) -> bool {
        let minute_ms = at_ms.saturating_sub(at_ms.rem_euclid(MINUTE_MS));
        let full = self.0.len() >= KEPT_MAX;
        let key = (minute_ms, configuration_name.to_owned(), what);
        if full && !self.0.contains_key(&key) {
            return false;
        }
        let count = self.0.entry(key).or_default();
        *count = count.saturating_add(events);
        true
    }

    /// Takes up to `max` counts, the oldest first.
    pub(super) fn take(&mut self, max: usize) -> Vec<MetricCount> {
        let mut taken = Vec::with_capacity(max.min(self.0.len()));
        while taken.len() < max
            && let Some(((minute_ms, configuration_name, what), events)) = self.0.pop_first()
        {
            taken.push(MetricCount { metric_name: what.metric_name(), configuration_name, minute_ms, events });
        }
        taken
    }

    /// Takes back what was not sent; answers how many events found no room.
    pub(super) fn put_back(&mut self, counts: Vec<MetricCount>) -> u64 {
        let lost = |count: MetricCount| {
            let what = EventKind::ALL.into_iter().find(|what| what.metric_name() == count.metric_name);
            let kept =
                what.is_some_and(|what| self.add(count.minute_ms, &count.configuration_name, what, count.events));
            if kept { 0 } else { count.events }
        };
        counts.into_iter().map(lost).fold(0, u64::saturating_add)
    }

    /// Drops what CloudWatch would refuse for its age; answers how many events that were.
    pub(super) fn drop_old(&mut self, now_ms: i64) -> u64 {
        let from = (now_ms.saturating_sub(KEPT_MS), String::new(), EventKind::Processed);
        let young = self.0.split_off(&from);
        std::mem::replace(&mut self.0, young).into_values().fold(0, u64::saturating_add)
    }

    /// Forgets everything; answers how many events that were.
    pub(super) fn clear(&mut self) -> u64 {
        std::mem::take(&mut self.0).into_values().fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(minute_ms: i64, name: &str, what: EventKind, events: u64) -> MetricCount {
        MetricCount { metric_name: what.metric_name(), configuration_name: name.to_owned(), minute_ms, events }
    }

    #[test]
    fn events_of_a_minute_are_one_count() {
        let mut counts = Counts::default();
        for at_ms in [120_000, 179_999, 180_000] {
            assert!(counts.add(at_ms, "ops", EventKind::Delivered, 1));
        }
        let first = counts.take(1);
        assert_eq!(first, [count(120_000, "ops", EventKind::Delivered, 2)]);
        assert_eq!(counts.take(10), [count(180_000, "ops", EventKind::Delivered, 1)]);
    }

    #[test]
    fn what_comes_back_is_added_to_what_came_meanwhile() {
        let mut counts = Counts::default();
        counts.add(0, "ops", EventKind::Failed, 3);
        let taken = counts.take(10);
        counts.add(1, "ops", EventKind::Failed, 4);
        assert_eq!(counts.put_back(taken), 0);
        assert_eq!(counts.take(10), [count(0, "ops", EventKind::Failed, 7)]);
    }

    #[test]
    fn a_full_memory_takes_more_of_what_it_has_and_nothing_new() {
        let mut counts = Counts::default();
        for n in 0..KEPT_MAX {
            assert!(counts.add(0, &format!("c{n}"), EventKind::Processed, 1));
        }
        assert!(!counts.add(0, "new", EventKind::Processed, 1));
        assert!(counts.add(0, "c0", EventKind::Processed, 1));
        assert_eq!(counts.put_back(vec![count(0, "new", EventKind::Processed, 5)]), 5);
        assert_eq!(counts.clear(), u64::try_from(KEPT_MAX).unwrap() + 1);
    }

    #[test]
    fn what_cloudwatch_would_refuse_for_its_age_is_dropped() {
        let mut counts = Counts::default();
        counts.add(0, "ops", EventKind::Processed, 2);
        counts.add(MINUTE_MS, "ops", EventKind::Processed, 1);
        assert_eq!(counts.drop_old(KEPT_MS), 0);
        assert_eq!(counts.drop_old(KEPT_MS + 1), 2);
        assert_eq!(counts.take(10).len(), 1);
    }
}
