//! How fast messages may go out. A lane's pace is kept with the lane, for all nodes; what lanes share (a workspace, a method)
//! is kept here, by each node for itself: a platform that sees more of it says so, and how long to wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::delivery::Pace;

/// A limit that several lanes share.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Share {
    None,
    /// `chat.postMessage` of one workspace.
    SlackWorkspace(String),
    /// `chat.update` of one workspace.
    SlackUpdates(String),
}

/// The settings' paces, and the state of what is shared.
#[derive(Debug)]
pub struct Paces {
    pub slack: Pace,
    pub slack_workspace: Pace,
    pub slack_update: Pace,
    pub teams: Pace,
    pub chime: Pace,
    arrivals: Mutex<HashMap<Share, i64>>,
}

impl Paces {
    pub fn new([slack, slack_workspace, slack_update, teams, chime]: [Pace; 5]) -> Self {
        Self { slack, slack_workspace, slack_update, teams, chime, arrivals: Mutex::default() }
    }

    /// A destination begins with its platform.
    pub fn of_lane(&self, destination: &str) -> Pace {
        match destination.split('/').next() {
            Some("teams") => self.teams,
            Some("chime") => self.chime,
            _ => self.slack,
        }
    }

    /// Takes one request's share, or answers when there is one to take.
    pub fn take(&self, share: &Share, now_ms: i64) -> Result<(), i64> {
        let pace = match share {
            Share::None => return Ok(()),
            Share::SlackWorkspace(_) => self.slack_workspace,
            Share::SlackUpdates(_) => self.slack_update,
        };
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let arrival_ms = arrivals.get(share).copied().unwrap_or(0);
        let ready_at_ms = pace.ready_at_ms(arrival_ms);
        if ready_at_ms > now_ms {
            return Err(ready_at_ms);
        }
        arrivals.insert(share.clone(), pace.spend(arrival_ms, now_ms));
        Ok(())
    }

    /// Forgets what has been quiet for long enough to be as good as new.
    pub fn forget_idle(&self, now_ms: i64) {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, arrival_ms| *arrival_ms > now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_has_one_pace_and_others_have_their_own() {
        let slow = Pace { interval_ms: 1000, burst: 2 };
        let paces = Paces::new([slow; 5]);
        let one = Share::SlackWorkspace("T1".to_owned());
        assert_eq!([paces.take(&one, 0), paces.take(&one, 0), paces.take(&one, 0)], [Ok(()), Ok(()), Err(1000)]);
        assert_eq!(paces.take(&Share::SlackWorkspace("T2".to_owned()), 0), Ok(()));
        assert_eq!(paces.take(&Share::SlackUpdates("T1".to_owned()), 0), Ok(()));
        assert_eq!(paces.take(&Share::None, 0), Ok(()));
        assert_eq!(paces.take(&one, 1000), Ok(()));
        paces.forget_idle(10_000);
        assert!(paces.arrivals.lock().unwrap().is_empty());
    }
}
