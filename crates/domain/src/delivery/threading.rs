//! Which messages of a matter are one thread, and which of its replies the channel sees too.
//!
//! The worker that delivers asks for each message that names a thread; the store keeps the [`ThreadState`]. Times are those at
//! which messages were published, not those at which they went out: a channel that was held up for a day threads as one that was
//! not. AWS documents that there is a window and a choice ("Custom notifications", Administrator Guide), but neither their
//! values nor their defaults: the numbers here are ours.

use std::str::FromStr;

use crate::notification::Severity;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// How long a matter may be quiet before its next message opens a new thread, unless somebody prefers another time.
pub const THREAD_WINDOW_DEFAULT_MS: i64 = 24 * HOUR_MS;
/// The longest window, and the age at which a thread takes no more than the end of its matter: nobody scrolls up so far.
pub const THREAD_WINDOW_MAX_MS: i64 = 30 * 24 * HOUR_MS;

/// Where the replies of a thread show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadUpdates {
    /// In the thread; in the channel too only what is worse than what the channel knows.
    ThreadOnly,
    /// In the thread and in the channel.
    Both,
}

/// No preference of threads' updates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no choice: say `thread-only` or `both`")]
pub struct UnknownThreadUpdates(String);

impl ThreadUpdates {
    pub const ALL: [Self; 2] = [Self::ThreadOnly, Self::Both];

    /// As it is typed, and kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ThreadOnly => "thread-only",
            Self::Both => "both",
        }
    }
}

impl FromStr for ThreadUpdates {
    type Err = UnknownThreadUpdates;

    /// Settings are in snake case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|updates| updates.as_str() == text.replace('_', "-"));
        found.ok_or_else(|| UnknownThreadUpdates(text.chars().take(40).collect()))
    }
}

/// What a configuration prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadPreferences {
    pub updates: ThreadUpdates,
    /// 0 to [`THREAD_WINDOW_MAX_MS`]; 0: only what its sender threads is threaded.
    pub window_ms: i64,
}

impl Default for ThreadPreferences {
    fn default() -> Self {
        Self { updates: ThreadUpdates::ThreadOnly, window_ms: THREAD_WINDOW_DEFAULT_MS }
    }
}

/// What a message says of its matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadEvent {
    pub severity: Severity,
    pub at_ms: i64,
    /// The matter is over with it.
    pub ended: bool,
}

/// What is remembered of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadState {
    /// Of the first message.
    pub first_at_ms: i64,
    /// When the matter began, or began again after its last end.
    pub began_at_ms: i64,
    /// Of the newest message.
    pub last_at_ms: i64,
    /// When the matter was over, if it is.
    pub ended_at_ms: Option<i64>,
    /// How bad it is by the newest message.
    pub severity: Severity,
}

impl ThreadPreferences {
    /// The window for a thread whose key the sender chose, or that a source of AWS implies; `None`: there is no thread.
    pub fn window_ms(&self, chosen_by_sender: bool) -> Option<i64> {
        match self.window_ms {
            0 => chosen_by_sender.then_some(THREAD_WINDOW_DEFAULT_MS),
            window_ms => Some(window_ms.min(THREAD_WINDOW_MAX_MS)),
        }
    }

    /// Whether the channel sees the reply too. An alarm that rings again must not hide in an old thread; one that is told too
    /// late rings no more.
    pub fn shows_in_channel(&self, state: &ThreadState, event: &ThreadEvent) -> bool {
        let becomes_critical = event.severity == Severity::Critical && state.severity < Severity::Critical;
        self.updates == ThreadUpdates::Both || state.rings_again(event) || (becomes_critical && !state.is_past(event))
    }
}

impl ThreadState {
    /// Of a thread that this message opens.
    pub fn opened_by(event: &ThreadEvent) -> Self {
        let at_ms = event.at_ms;
        let ended_at_ms = event.ended.then_some(at_ms);
        Self { first_at_ms: at_ms, began_at_ms: at_ms, last_at_ms: at_ms, ended_at_ms, severity: event.severity }
    }

    /// Whether a message belongs into this thread. The end of a matter always does: else its first message would say for ever
    /// that it is not over.
    pub fn takes(&self, event: &ThreadEvent, window_ms: i64) -> bool {
        let is_near = event.at_ms.saturating_sub(self.last_at_ms) <= window_ms;
        let is_young = event.at_ms.saturating_sub(self.first_at_ms) <= THREAD_WINDOW_MAX_MS;
        (is_near && is_young) || (event.ended && self.ended_at_ms.is_none())
    }

    /// Whether the message is older than what the thread tells: it came late, and changes nothing.
    pub fn is_past(&self, event: &ThreadEvent) -> bool {
        event.at_ms < self.last_at_ms
    }

    /// Whether an alarm that was over rings once more.
    pub fn rings_again(&self, event: &ThreadEvent) -> bool {
        event.severity == Severity::Critical && self.begins_again(event) && !self.is_past(event)
    }

    /// Whether what was over is not any more.
    fn begins_again(&self, event: &ThreadEvent) -> bool {
        self.ended_at_ms.is_some() && !event.ended
    }

    /// After a reply. The same reply twice is the same state.
    #[must_use]
    pub fn after(self, event: &ThreadEvent) -> Self {
        if self.is_past(event) {
            return self;
        }
        Self {
            first_at_ms: self.first_at_ms,
            began_at_ms: if self.begins_again(event) { event.at_ms } else { self.began_at_ms },
            last_at_ms: event.at_ms,
            // What is over is not over a second time.
            ended_at_ms: event.ended.then(|| self.ended_at_ms.unwrap_or(event.at_ms)),
            severity: event.severity,
        }
    }

    /// How long the matter took, if it is over.
    pub fn took_ms(&self) -> Option<i64> {
        Some(self.ended_at_ms?.saturating_sub(self.began_at_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60 * 1000;

    fn event(severity: Severity, at_ms: i64, ended: bool) -> ThreadEvent {
        ThreadEvent { severity, at_ms, ended }
    }

    fn alarm(at_ms: i64) -> ThreadEvent {
        event(Severity::Critical, at_ms, false)
    }

    fn ok(at_ms: i64) -> ThreadEvent {
        event(Severity::Good, at_ms, true)
    }

    #[test]
    fn a_matter_takes_from_its_beginning_to_its_end_and_again() {
        let first = ThreadState::opened_by(&alarm(0));
        assert_eq!(first.took_ms(), None);
        let over = first.after(&ok(12 * MINUTE_MS));
        assert_eq!(over.took_ms(), Some(12 * MINUTE_MS));
        assert_eq!(over.after(&ok(20 * MINUTE_MS)).took_ms(), Some(12 * MINUTE_MS), "it was over before");
        let again = over.after(&alarm(HOUR_MS));
        assert_eq!((again.began_at_ms, again.ended_at_ms, again.severity), (HOUR_MS, None, Severity::Critical));
        assert_eq!(again.after(&alarm(HOUR_MS)), again, "the same reply twice");
        let over = again.after(&ok(HOUR_MS + MINUTE_MS));
        assert_eq!((over.took_ms(), over.first_at_ms), (Some(MINUTE_MS), 0));
        // It began with its end: nothing was seen of what was before.
        assert_eq!(ThreadState::opened_by(&ok(7)).took_ms(), Some(0));
    }

    #[test]
    fn what_comes_late_changes_nothing() {
        let over = ThreadState::opened_by(&alarm(0)).after(&ok(10));
        assert_eq!(over.after(&alarm(9)), over);
        assert!(over.is_past(&alarm(9)) && !over.is_past(&alarm(10)));
        assert!(over.takes(&alarm(-THREAD_WINDOW_MAX_MS), 1));
    }

    #[test]
    fn a_window_ends_and_the_end_of_a_matter_always_joins() {
        let state = ThreadState::opened_by(&alarm(0));
        assert!(state.takes(&alarm(HOUR_MS), HOUR_MS));
        assert!(!state.takes(&alarm(HOUR_MS + 1), HOUR_MS));
        assert!(state.takes(&ok(100 * HOUR_MS), HOUR_MS), "else its first message stays red");
        assert!(!state.after(&ok(1)).takes(&ok(1 + HOUR_MS + 1), HOUR_MS), "it is over already");
        // A window that is never left still ends.
        let talks = (1..).map(|n| alarm(n * HOUR_MS)).take(720).fold(state, |state, event| state.after(&event));
        assert!(!talks.takes(&alarm(721 * HOUR_MS), THREAD_WINDOW_DEFAULT_MS));
    }

    #[test]
    fn a_window_of_nothing_leaves_what_senders_thread() {
        let of = |window_ms| ThreadPreferences { window_ms, ..ThreadPreferences::default() };
        assert_eq!((of(0).window_ms(false), of(0).window_ms(true)), (None, Some(THREAD_WINDOW_DEFAULT_MS)));
        assert_eq!(of(5).window_ms(true), Some(5));
        assert_eq!(of(i64::MAX).window_ms(false), Some(THREAD_WINDOW_MAX_MS));
    }

    #[test]
    fn the_channel_sees_what_becomes_worse() {
        let quiet = ThreadPreferences::default();
        let loud = ThreadPreferences { updates: ThreadUpdates::Both, ..quiet };
        for (before, after, shows) in [
            (Severity::Good, Severity::Critical, true),
            (Severity::Neutral, Severity::Critical, true),
            (Severity::Warning, Severity::Critical, true),
            (Severity::Critical, Severity::Critical, false),
            (Severity::Critical, Severity::Good, false),
            (Severity::Good, Severity::Warning, false),
        ] {
            let state = ThreadState::opened_by(&event(before, 0, false));
            assert_eq!(quiet.shows_in_channel(&state, &event(after, 1, false)), shows, "{before:?} {after:?}");
            assert!(loud.shows_in_channel(&state, &event(after, 1, false)));
        }
        let failed = ThreadState::opened_by(&event(Severity::Critical, 0, true));
        assert!(quiet.shows_in_channel(&failed, &alarm(1)), "it fails anew");
        assert!(!quiet.shows_in_channel(&failed, &event(Severity::Critical, 1, true)), "it failed, as was said");
        let over = ThreadState::opened_by(&ok(5));
        assert!(!quiet.shows_in_channel(&over, &alarm(4)), "it is over");
    }

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        for updates in ThreadUpdates::ALL {
            assert_eq!(updates.as_str().parse(), Ok(updates));
        }
        assert_eq!("thread_only".parse(), Ok(ThreadUpdates::ThreadOnly));
        let error = "none".parse::<ThreadUpdates>().unwrap_err().to_string();
        assert!(error.contains("`none`") && error.contains("thread-only"), "{error}");
    }
}
