//! What is forgotten or given up with time: once an interval, by one node for all.

use domain::delivery::THREAD_WINDOW_MAX_MS;
use store::StoreError;

use super::App;

/// Rows that one transaction forgets: requests come to the writer in between.
const BATCH: i64 = 500;
/// Longer than any platform repeats what it said.
const CHAT_EVENTS_DAYS: u32 = 7;
/// Channels that no policy has asked about for so long.
const SLACK_CHANNELS_DAYS: u32 = 30;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl App {
    /// One pass. `until_ms` is when the next is due.
    pub async fn keep_house(&self, until_ms: i64) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        // Before the next pass, so that every pass finds a turn to take.
        let turn_ends_ms = until_ms.saturating_sub(until_ms.saturating_sub(now_ms) / 2);
        if !self.store.take_turn("housekeeping", turn_ends_ms, now_ms).await? {
            return Ok(());
        }
        let days_ago = |days: u32| now_ms.saturating_sub(i64::from(days).saturating_mul(DAY_MS));
        if self.audit_retention_days > 0 {
            while self.store.prune_audit_records(days_ago(self.audit_retention_days), BATCH).await? > 0 {}
        }
        if self.ledger_retention_days > 0 {
            while self.store.prune_notifications(days_ago(self.ledger_retention_days), BATCH).await? > 0 {}
            self.store.prune_silences(days_ago(self.ledger_retention_days)).await?;
        }
        let threads_before_ms = now_ms.saturating_sub(THREAD_WINDOW_MAX_MS);
        while self.store.prune_threads(threads_before_ms, BATCH).await? > 0 {}
        if self.ledger_retention_days > 0 {
            self.store.prune_pictures(days_ago(self.ledger_retention_days)).await?;
        }
        while self.store.prune_chat_events(days_ago(CHAT_EVENTS_DAYS), BATCH).await? > 0 {}
        while self.store.prune_chat_commands(days_ago(CHAT_EVENTS_DAYS), BATCH).await? > 0 {}
        self.store.prune_chosen_accounts(now_ms).await?;
        self.store.prune_spent_tickets(now_ms).await?;
        self.store.prune_oauth_states(now_ms).await?;
        self.store.prune_recent_similar(now_ms.saturating_sub(self.accept_rules.similar_within_ms.max(DAY_MS))).await?;
        let (reason, hours) = ("gave up waiting for its credentials; last: ", self.backoff.give_up_after_ms);
        while self.store.bury_held(now_ms.saturating_sub(hours), reason, now_ms).await? > 0 {}
        self.store.prune_slack_channels(days_ago(SLACK_CHANNELS_DAYS)).await?;
        self.store.prune_turns(days_ago(1)).await?;
        // Their pages still say for a day what came of them.
        self.store.prune_links(days_ago(1)).await?;
        self.paces.forget_idle(now_ms);
        Ok(())
    }
}
