//! Throttling: a token bucket for each account and operation. The API asks before it runs anything; a bucket exists only
//! for accounts whose callers have proven who they are, and is forgotten when it is full again.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use wire::ids::AccountId;
use wire::operations::Operation;

use super::{App, Caller};
use crate::clock::SharedClock;
use crate::config::{RateSettings, ThrottleSettings};

type Key = (AccountId, Operation);
type Buckets = RateLimiter<Key, DashMapStateStore<Key>, SteadyClock, NoOpMiddleware<Duration>>;

/// All buckets of this process. Several nodes each have their own.
pub struct Throttle {
    buckets: Option<Buckets>,
    /// Operations with a rate of their own; `None` is no limit.
    of_operation: BTreeMap<Operation, Option<Buckets>>,
}

impl Throttle {
    pub fn new(settings: &ThrottleSettings, clock: &SharedClock) -> Self {
        let of_operation = settings.operations.iter();
        Self {
            buckets: buckets(settings.rate(), clock),
            of_operation: of_operation.map(|(operation, rate)| (*operation, buckets(*rate, clock))).collect(),
        }
    }

    /// Takes a token, if there is one.
    fn admits(&self, account_id: &AccountId, operation: Operation) -> bool {
        let buckets = self.of_operation.get(&operation).unwrap_or(&self.buckets);
        buckets.as_ref().is_none_or(|buckets| buckets.check_key(&(account_id.clone(), operation)).is_ok())
    }

    fn forget_full(&self) {
        for buckets in self.of_operation.values().chain([&self.buckets]).flatten() {
            buckets.retain_recent();
            buckets.shrink_to_fit();
        }
    }
}

impl App {
    /// `false`: this account has called this operation too often. It is for the front door to say so.
    pub fn admits_call(&self, caller: &Caller, operation: Operation) -> bool {
        let admitted = self.throttle.admits(&caller.account_id, operation);
        if !admitted {
            self.metrics.api_request_throttled(operation.name());
        }
        admitted
    }

    /// A full bucket is like none: memory is for accounts that are calling now.
    pub fn forget_full_buckets(&self) {
        self.throttle.forget_full();
    }
}

/// `None`: the settings say that there is no limit. They were checked: what is not 0 makes a quota.
fn buckets(rate: RateSettings, clock: &SharedClock) -> Option<Buckets> {
    if rate.requests_per_second == 0.0 {
        return None;
    }
    let quota = Quota::with_period(Duration::from_secs_f64(rate.requests_per_second.recip()))?;
    let burst = NonZeroU32::new(rate.burst)?;
    Some(RateLimiter::dashmap_with_clock(quota.allow_burst(burst), SteadyClock::of(clock.clone())))
}

/// Our clock for governor, made to run forward only: if the machine's clock is set back by an hour, buckets that were
/// filled "in the future" would otherwise refuse everybody for an hour.
struct SteadyClock {
    clock: SharedClock,
    state: Mutex<Steady>,
}

struct Steady {
    /// What the clock said last.
    seen_ms: i64,
    /// The sum of its steps forward.
    elapsed_ms: u64,
}

impl SteadyClock {
    fn of(clock: SharedClock) -> Self {
        let state = Mutex::new(Steady { seen_ms: clock.now_ms(), elapsed_ms: 0 });
        Self { clock, state }
    }
}

impl governor::clock::Clock for SteadyClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let now_ms = self.clock.now_ms();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let step = u64::try_from(now_ms.saturating_sub(state.seen_ms)).unwrap_or(0);
        state.elapsed_ms = state.elapsed_ms.saturating_add(step);
        state.seen_ms = now_ms;
        Duration::from_millis(state.elapsed_ms)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Watch(AtomicI64);

    impl crate::clock::Clock for Watch {
        fn now_ms(&self) -> i64 {
            self.0.load(Ordering::Relaxed)
        }

        fn sleep_until_ms(&self, _: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            unreachable!("nobody waits for a token")
        }
    }

    fn throttle(requests_per_second: f64, burst: u32) -> (Arc<Watch>, Throttle) {
        let watch = Arc::new(Watch(AtomicI64::new(1_800_000_000_000)));
        let clock: SharedClock = watch.clone();
        let settings = ThrottleSettings { requests_per_second, burst, operations: BTreeMap::new() };
        (watch, Throttle::new(&settings, &clock))
    }

    fn admitted(throttle: &Throttle, tries: usize) -> usize {
        let account_id = "123456789012".parse().unwrap();
        (0..tries).filter(|_| throttle.admits(&account_id, Operation::TagResource)).count()
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let (watch, throttle) = throttle(10.0, 5);
        assert_eq!(admitted(&throttle, 9), 5);
        watch.0.fetch_sub(3_600_000, Ordering::Relaxed);
        assert_eq!(admitted(&throttle, 9), 0);
        watch.0.fetch_add(200, Ordering::Relaxed);
        assert_eq!(admitted(&throttle, 9), 2);
    }

    #[test]
    fn only_full_buckets_are_forgotten() {
        let (watch, throttle) = throttle(10.0, 5);
        let known = || throttle.buckets.as_ref().unwrap().len();
        assert_eq!(admitted(&throttle, 9), 5);
        throttle.forget_full();
        assert_eq!((known(), admitted(&throttle, 9)), (1, 0));
        watch.0.fetch_add(60_000, Ordering::Relaxed);
        throttle.forget_full();
        assert_eq!((known(), admitted(&throttle, 9)), (0, 5));
    }

    #[test]
    fn a_rate_of_0_is_no_limit() {
        assert_eq!(admitted(&throttle(0.0, 1).1, 10_000), 10_000);
    }
}
