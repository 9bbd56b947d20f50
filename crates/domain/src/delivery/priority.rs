//! Which of a lane's waiting messages goes first.
//!
//! The store orders by the number, `notification::triage` gives it. Within one priority the order of arrival stands.

/// How urgent a delivery is, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// The answer to a command that somebody in the channel waits for.
    Reply = 0,
    /// Worth waking up for, or the end of something that was.
    Alarm = 1,
    /// Everything else.
    Notification = 2,
}

impl Priority {
    /// The number that the store keeps; smaller goes first.
    pub fn as_i64(self) -> i64 {
        self as i64
    }

    /// The priority of a stored number; nothing for a number that no version has written.
    pub fn from_i64(number: i64) -> Option<Self> {
        [Self::Reply, Self::Alarm, Self::Notification].into_iter().find(|priority| priority.as_i64() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_that_stores_hold() {
        let all = [Priority::Reply, Priority::Alarm, Priority::Notification];
        assert_eq!(all.map(Priority::as_i64), [0, 1, 2]);
        assert_eq!([0, 1, 2].map(Priority::from_i64), all.map(Some));
        assert_eq!([-1, 3, i64::MAX].map(Priority::from_i64), [None; 3]);
        assert!(all.is_sorted());
    }
}
