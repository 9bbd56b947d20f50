//! Requests that are made before a clock starts: how many a run needs, made on all cores. Used by every measurement that
//! may send a request only once. Never sends one.

use std::thread::{available_parallelism, scope};
use std::time::Duration;

use anyhow::{Context as _, anyhow};

/// Enough for a first guess at the rate, which decides how many are made for a run.
pub const CALIBRATION: usize = 1500;
/// Made for a run, over what the fastest run so far would need.
const HEADROOM: f64 = 1.6;
/// Up to 3 kB each; past this the generator would take the memory from the server's page cache.
const MAX_PREPARED: usize = 200_000;

/// How many requests a run of `seconds` at `rate` a second should be given.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, and the cap follows"
)]
pub fn needed(rate: f64, seconds: Duration) -> usize {
    ((rate * seconds.as_secs_f64() * HEADROOM) as usize).clamp(CALIBRATION, MAX_PREPARED)
}

/// Makes `count` requests on all cores; `make` is given each one's number.
pub fn prepare_all<F>(count: usize, make: F) -> anyhow::Result<Vec<Vec<u8>>>
where
    F: Fn(usize) -> anyhow::Result<Vec<u8>> + Sync,
{
    let threads = available_parallelism()?.get();
    scope(|scope| {
        let shares: Vec<_> = (0..threads)
            .map(|thread| {
                let make = &make;
                scope.spawn(move || (thread..count).step_by(threads).map(make).collect::<anyhow::Result<Vec<_>>>())
            })
            .collect();
        let mut requests = Vec::with_capacity(count);
        for share in shares {
            let share = share.join().map_err(|_| anyhow!("a signing thread panicked"))?;
            requests.extend(share.context("cannot prepare the requests")?);
        }
        Ok(requests)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_is_made_but_never_without_end() {
        assert_eq!(needed(1000.0, Duration::from_secs(5)), 8000);
        assert_eq!(needed(1.0, Duration::from_secs(5)), CALIBRATION);
        assert_eq!(needed(1e9, Duration::from_secs(5)), MAX_PREPARED);
    }

    #[test]
    fn every_prepared_request_is_made_once() {
        let mut made = prepare_all(1001, |number| Ok(number.to_be_bytes().to_vec())).expect("requests");
        made.sort();
        let expected: Vec<Vec<u8>> = (0_usize..1001).map(|number| number.to_be_bytes().to_vec()).collect();
        assert_eq!(made, expected);
        assert!(prepare_all(10, |number| if number == 7 { Err(anyhow!("seven")) } else { Ok(Vec::new()) }).is_err());
    }
}
