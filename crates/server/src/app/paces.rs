//! How fast messages may go out. A lane's pace is kept with the lane, for all nodes; what lanes share (a workspace, a method)
//! is kept here, by each node for itself: a platform that sees more of it says so, and how long to wait.

use std::collections::{HashMap, HashSet};
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
    /// All that the bot sends to one tenant of Microsoft Teams.
    TeamsTenant(String),
    /// The pictures of alarms in one channel of Teams, by its lane. A bot's messages and updates have one limit: pictures may
    /// take a small part of it.
    TeamsPictures(String),
}

/// At most a quarter of what Teams allows in a channel for long: 1800 an hour.
/// Source: <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit>.
const TEAMS_PICTURES: Pace = Pace { interval_ms: 8_000, burst: 2 };

/// The settings' paces, and the state of what is shared.
#[derive(Debug)]
pub struct Paces {
    pub slack: Pace,
    pub slack_workspace: Pace,
    pub slack_update: Pace,
    pub teams_webhook: Pace,
    pub teams_bot: Pace,
    pub teams_tenant: Pace,
    pub chime: Pace,
    /// The lanes of Teams that go out by a webhook; the others go by the bot, whose limit is another.
    teams_webhook_lanes: HashSet<String>,
    shared: Mutex<HashMap<Share, Shared>>,
}

/// What is known of a limit that lanes share.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    /// The pace's state.
    arrival_ms: i64,
    /// When the last of the lanes that wait for it comes back: the next one comes after it. Else all would come at the same
    /// moment, and all but one go away again.
    last_slot_ms: i64,
}

impl Paces {
    pub fn new(paces: [Pace; 7], teams_webhook_lanes: HashSet<String>) -> Self {
        let [slack, slack_workspace, slack_update, teams_webhook, teams_bot, teams_tenant, chime] = paces;
        let shared = Mutex::default();
        Self {
            slack,
            slack_workspace,
            slack_update,
            teams_webhook,
            teams_bot,
            teams_tenant,
            chime,
            teams_webhook_lanes,
            shared,
        }
    }

    /// A destination begins with its platform.
    pub fn of_lane(&self, destination: &str) -> Pace {
        match destination.split('/').next() {
            Some("teams") if self.teams_webhook_lanes.contains(destination) => self.teams_webhook,
            Some("teams") => self.teams_bot,
            Some("chime") => self.chime,
            _ => self.slack,
        }
    }

    /// Takes one request's share, or answers when to come again.
    pub fn take(&self, share: &Share, now_ms: i64) -> Result<(), i64> {
        let pace = match share {
            Share::None => return Ok(()),
            Share::SlackWorkspace(_) => self.slack_workspace,
            Share::SlackUpdates(_) => self.slack_update,
            Share::TeamsTenant(_) => self.teams_tenant,
            Share::TeamsPictures(_) => TEAMS_PICTURES,
        };
        let mut all = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = all.entry(share.clone()).or_default();
        let ready_at_ms = pace.ready_at_ms(shared.arrival_ms);
        if ready_at_ms > now_ms {
            shared.last_slot_ms = ready_at_ms.max(shared.last_slot_ms.saturating_add(pace.interval_ms));
            return Err(shared.last_slot_ms);
        }
        shared.arrival_ms = pace.spend(shared.arrival_ms, now_ms);
        Ok(())
    }

    /// Forgets what has been quiet for long enough to be as good as new.
    pub fn forget_idle(&self, now_ms: i64) {
        let mut all = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, shared| shared.arrival_ms.max(shared.last_slot_ms) > now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_has_one_pace_and_others_have_their_own() {
        let slow = Pace { interval_ms: 1000, burst: 2 };
        let paces = Paces::new([slow; 7], HashSet::new());
        let one = Share::SlackWorkspace("T1".to_owned());
        assert_eq!([paces.take(&one, 0), paces.take(&one, 0), paces.take(&one, 0)], [Ok(()), Ok(()), Err(1000)]);
        assert_eq!(paces.take(&Share::SlackWorkspace("T2".to_owned()), 0), Ok(()));
        assert_eq!(paces.take(&Share::SlackUpdates("T1".to_owned()), 0), Ok(()));
        assert_eq!(paces.take(&Share::None, 0), Ok(()));
        assert_eq!(paces.take(&one, 1000), Ok(()));
        paces.forget_idle(10_000);
        assert!(paces.shared.lock().unwrap().is_empty());
    }

    #[test]
    fn those_who_wait_come_back_one_after_the_other() {
        let paces = Paces::new([Pace { interval_ms: 200, burst: 1 }; 7], HashSet::new());
        let share = Share::SlackWorkspace("T1".to_owned());
        let slots: Vec<_> = (0..5).map(|_| paces.take(&share, 0)).collect();
        assert_eq!(slots, [Ok(()), Err(200), Err(400), Err(600), Err(800)]);
        for slot in [200, 400, 600, 800] {
            assert_eq!(paces.take(&share, slot), Ok(()));
        }
    }
}
