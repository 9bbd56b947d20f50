//! Configurations that were read lately, kept in memory: a delivery needs its configuration each time, and clients read one
//! by its ARN again and again. Exact, because the one server that holds the data directory's lock makes every change.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;

use super::ListedConfiguration;

/// A few kilobytes each, most of it topics.
const KEPT_MAX: u64 = 10_000;
/// What nobody asks for any more makes room.
const IDLE: Duration = Duration::from_mins(10);

/// A cut through time: every change ends one, and what was read in an earlier one is not answered any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(u64);

pub(crate) struct KeptConfigurations {
    generation: AtomicU64,
    /// `None`: another process may change what is stored, so nothing is kept.
    by_arn: Option<Cache<String, (Generation, Arc<ListedConfiguration>)>>,
}

/// Ends the generation when the change is over, however it ended.
pub(crate) struct Change<'a>(&'a KeptConfigurations);

impl KeptConfigurations {
    pub(crate) fn new(exclusive: bool) -> Self {
        let cache = || Cache::builder().max_capacity(KEPT_MAX).time_to_idle(IDLE).build();
        Self { generation: AtomicU64::new(0), by_arn: exclusive.then(cache) }
    }

    /// To be asked before a row is read: the row goes into this one.
    pub(super) fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::SeqCst))
    }

    pub(super) fn get(&self, arn: &str) -> Option<Arc<ListedConfiguration>> {
        let (read_in, listed) = self.by_arn.as_ref()?.get(arn)?;
        (read_in == self.generation()).then_some(listed)
    }

    pub(super) fn put(&self, read_in: Generation, listed: &ListedConfiguration) {
        if let Some(cache) = &self.by_arn {
            cache.insert(listed.configuration.arn.as_str().to_owned(), (read_in, Arc::new(listed.clone())));
        }
    }

    /// To be held over every change of a configuration, its workspace or its team, past the commit.
    pub(crate) fn change(&self) -> Change<'_> {
        Change(self)
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.generation.fetch_add(1, Ordering::SeqCst);
    }
}
