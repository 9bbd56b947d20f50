//! Configurations that were read lately, kept in memory: a delivery needs its configuration each time, and clients read one
//! by its ARN, or the first page of all, again and again. Exact, because the one server that holds the data directory's lock
//! makes every change.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::custom_action::CustomAction;
use moka::sync::Cache;
use wire::ids::AccountId;

use super::ListedConfiguration;

/// A few kilobytes each, most of it topics: as many by ARN, and as many in pages.
const KEPT_MAX: u64 = 10_000;
/// What nobody asks for any more makes room.
const IDLE: Duration = Duration::from_mins(10);
/// As identities, which stand as long.
const ACTIONS_LAST: Duration = Duration::from_secs(5);

/// A cut through time: every change ends one, and what was read in an earlier one is not answered any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(u64);

pub(crate) struct KeptConfigurations {
    generation: AtomicU64,
    /// `None`: another process may change what is stored, so nothing is kept.
    read: Option<Read>,
    /// What shows in a configuration. Where another process may change it, kept for a moment: each delivery asks, and hardly any
    /// configuration has actions.
    actions: Cache<String, (Generation, Arc<[CustomAction]>)>,
}

struct Read {
    by_arn: Cache<String, (Generation, Arc<ListedConfiguration>)>,
    pages: Cache<PageKey, (Generation, Arc<[ListedConfiguration]>)>,
}

/// What a page was asked for by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PageKey {
    pub(super) account_id: AccountId,
    /// What its ARNs begin with, or a team.
    pub(super) of: String,
    pub(super) after: Option<String>,
    pub(super) limit: i64,
}

/// Ends the generation when the change is over, however it ended.
pub(crate) struct Change<'a>(&'a KeptConfigurations);

impl KeptConfigurations {
    pub(crate) fn new(exclusive: bool) -> Self {
        let read = || Read {
            by_arn: Cache::builder().max_capacity(KEPT_MAX).time_to_idle(IDLE).build(),
            pages: Cache::builder()
                .max_capacity(KEPT_MAX)
                // An empty page is something too.
                .weigher(|_, (_, page): &(_, Arc<[_]>)| u32::try_from(page.len()).unwrap_or(u32::MAX).max(1))
                .time_to_idle(IDLE)
                .build(),
        };
        let actions = Cache::builder()
            .max_capacity(KEPT_MAX)
            .weigher(|_, (_, actions): &(_, Arc<[_]>)| u32::try_from(actions.len()).unwrap_or(u32::MAX).max(1));
        let actions = if exclusive { actions.time_to_idle(IDLE) } else { actions.time_to_live(ACTIONS_LAST) };
        Self { generation: AtomicU64::new(0), read: exclusive.then(read), actions: actions.build() }
    }

    /// To be asked before a row is read: the row goes into this one.
    pub(crate) fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::SeqCst))
    }

    pub(super) fn get(&self, arn: &str) -> Option<Arc<ListedConfiguration>> {
        let (read_in, listed) = self.read.as_ref()?.by_arn.get(arn)?;
        (read_in == self.generation()).then_some(listed)
    }

    pub(super) fn put(&self, read_in: Generation, listed: &ListedConfiguration) {
        if let Some(read) = &self.read {
            read.by_arn.insert(listed.configuration.arn.as_str().to_owned(), (read_in, Arc::new(listed.clone())));
        }
    }

    pub(super) fn page(&self, key: &PageKey) -> Option<Arc<[ListedConfiguration]>> {
        let (read_in, page) = self.read.as_ref()?.pages.get(key)?;
        (read_in == self.generation()).then_some(page)
    }

    pub(super) fn put_page(&self, read_in: Generation, key: PageKey, page: &[ListedConfiguration]) {
        if let Some(read) = &self.read {
            read.pages.insert(key, (read_in, Arc::from(page)));
        }
    }

    pub(crate) fn actions(&self, configuration_arn: &str) -> Option<Arc<[CustomAction]>> {
        let (read_in, actions) = self.actions.get(configuration_arn)?;
        (read_in == self.generation()).then_some(actions)
    }

    pub(crate) fn put_actions(&self, read_in: Generation, configuration_arn: &str, actions: &Arc<[CustomAction]>) {
        self.actions.insert(configuration_arn.to_owned(), (read_in, Arc::clone(actions)));
    }

    /// To be held over every change of a configuration, what shows in it, its workspace or its team, past the commit.
    pub(crate) fn change(&self) -> Change<'_> {
        Change(self)
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.generation.fetch_add(1, Ordering::SeqCst);
    }
}
