//! Credentials that a platform refuses: what goes out with them waits until they work again, and operators are told.
//!
//! The store keeps which are paused; each node keeps a copy, so that a delivery need not ask.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::watch::Finding;
use store::StoreError;
use store::outbox::Pause;
use wire::ids::{AccountId, SlackTeamId};

use super::App;
use super::teams_installations::TEAMS_TEAM_SCOPE;

/// How often refused credentials are tried again.
const PROBE_EVERY_MS: i64 = 60_000;
/// How long after its end a pause is looked after: longer than any node's copy is old.
const ENDED_STAYS_MS: i64 = 60_000;
const PAGE: i64 = 100;
/// Counted no further for a message to operators.
const COUNT_TO: i64 = 10_000;

/// This node's copy: reasons by scope.
#[derive(Debug, Default)]
pub struct Pauses(Mutex<BTreeMap<String, String>>);

impl Pauses {
    fn held(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reason(&self, scope: &str) -> Option<String> {
        self.held().get(scope).cloned()
    }

    pub(super) fn count(&self) -> usize {
        self.held().len()
    }
}

impl App {
    /// A platform refused credentials. Operators are told once.
    pub(super) async fn begin_pause(&self, scope: &str, reason: &str) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let probe_at_ms = now_ms.saturating_add(PROBE_EVERY_MS);
        let pause = Pause { scope: scope.to_owned(), reason: reason.to_owned(), since_ms: now_ms, probe_at_ms };
        self.pauses.held().insert(scope.to_owned(), reason.to_owned());
        if self.store.begin_pause(&pause).await? {
            tracing::error!(scope, reason, "the credentials are refused; what goes out with them waits");
            let waiting = u64::try_from(self.store.held_count(scope, COUNT_TO).await?).unwrap_or(0).max(1);
            let reason = reason.to_owned();
            self.tell_operators(Finding::WorkspacePaused { scope: spoken(scope), reason, waiting }).await;
        }
        Ok(())
    }

    /// Takes over what other nodes found, and tries what is due.
    pub async fn look_after_pauses(&self) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        for pause in self.store.due_pauses(now_ms, PAGE).await? {
            // One node tries; the others find its result.
            let until_ms = now_ms.saturating_add(PROBE_EVERY_MS / 2);
            if self.store.take_turn(&format!("probe {}", pause.scope), until_ms, now_ms).await? {
                self.probe(&pause).await?;
            }
        }
        self.store.forget_ended_pauses(now_ms.saturating_sub(ENDED_STAYS_MS), now_ms).await?;
        self.refresh_pauses().await
    }

    async fn refresh_pauses(&self) -> Result<(), StoreError> {
        let mut all = BTreeMap::new();
        let mut after = String::new();
        loop {
            let page = self.store.pauses(&after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.scope);
            all.extend(page.into_iter().map(|pause| (pause.scope, pause.reason)));
        }
        *self.pauses.held() = all;
        Ok(())
    }

    async fn probe(&self, pause: &Pause) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        match self.credentials_work(&pause.scope).await? {
            Ok(()) => self.resume(pause).await?,
            Err(reason) => {
                let probe_at_ms = now_ms.saturating_add(PROBE_EVERY_MS);
                self.store.begin_pause(&Pause { reason, probe_at_ms, ..pause.clone() }).await?;
            }
        }
        Ok(())
    }

    async fn resume(&self, pause: &Pause) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        self.pauses.held().remove(&pause.scope);
        self.store.end_pause(&pause.scope, now_ms).await?;
        tracing::info!(scope = pause.scope, "the credentials work again");
        let paused_for_ms = now_ms.saturating_sub(pause.since_ms);
        self.tell_operators(Finding::WorkspaceResumed { scope: spoken(&pause.scope), paused_for_ms }).await;
        Ok(())
    }

    /// Somebody gave new credentials in the place of those that were refused.
    pub(super) async fn end_pause_of_new_credentials(&self, scope: &str) -> Result<(), StoreError> {
        match self.store.pause(scope).await? {
            Some(pause) => self.resume(&pause).await,
            None => Ok(()),
        }
    }

    /// What was paused may work again: it is tried now, and not in a minute.
    pub(super) async fn probe_soon(&self, scope: &str) -> Result<(), StoreError> {
        if let Some(pause) = self.store.pause(scope).await? {
            let probe_at_ms = self.clock.now_ms();
            self.store.begin_pause(&Pause { probe_at_ms, ..pause }).await?;
        }
        Ok(())
    }

    /// Asks the platform with the credentials as they are now. An `Err` says what is wrong with them.
    async fn credentials_work(&self, scope: &str) -> Result<Result<(), String>, StoreError> {
        if let Some(app_id) = scope.strip_prefix("teams/") {
            // Another bot is set now: what waited for the old one goes out by it.
            let is_another = self.teams.bot_app_id().is_some_and(|set| set != app_id);
            return Ok(if is_another { Ok(()) } else { self.teams.bot_works().await });
        }
        if let Some(team_id) = scope.strip_prefix(TEAMS_TEAM_SCOPE) {
            return self.teams_team_works(team_id).await;
        }
        let mut parts = scope.split('/').skip(1);
        let (account_id, team_id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (Ok(account_id), Ok(team_id)) = (account_id.parse::<AccountId>(), team_id.parse::<SlackTeamId>()) else {
            return Ok(Err("it is not known any more".to_owned()));
        };
        match self.store.slack_workspace(&account_id, &team_id).await? {
            Some(workspace) => self.slack_workspace_works(&workspace).await,
            None => Ok(Err("the workspace is not authorised; authorise it".to_owned())),
        }
    }
}

/// `slack/ACCOUNT/TEAM` or `teams/APP`, as people say it.
pub fn spoken(scope: &str) -> String {
    match scope.split('/').collect::<Vec<_>>().as_slice() {
        ["slack", account_id, team_id] => format!("Slack workspace {team_id} of account {account_id}"),
        ["teams-team", team_id] => format!("the app in the Microsoft Teams team {team_id}"),
        ["teams", app_id] => format!("Microsoft Teams bot {app_id}"),
        _ => scope.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn a_scope_is_said_as_people_know_it() {
        for (scope, said) in [
            ("slack/123456789012/T1", "Slack workspace T1 of account 123456789012"),
            ("teams/11111111-2222", "Microsoft Teams bot 11111111-2222"),
            ("teams-team/aaaaaaaa-2222", "the app in the Microsoft Teams team aaaaaaaa-2222"),
            ("else", "else"),
        ] {
            assert_eq!(spoken(scope), said);
        }
    }
}
