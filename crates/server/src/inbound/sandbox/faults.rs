//! `/sandbox/faults`: told to misbehave, the sandbox does, so that users and tests see what Bellhop makes of it.
//!
//! `POST` arms a fault, `GET` shows what is armed and counts what was answered, `DELETE` forgets both. `slack_api.rs` asks
//! [`Faults::decide`] before each answer. Nothing here touches a connection: `misbehave.rs` does.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::fault_request::{self, Aim, Kind};
use super::misbehave::Misbehaviour;
use super::slack_api::METHODS;
use super::{Sandbox, answer, refusal};

/// Faults armed at one time.
const ARMED_MAX: usize = 50;
/// Channels whose pace is remembered; one that has long been within its limit is forgotten first.
const PACED_CHANNELS_MAX: usize = 200;

#[derive(Debug, Serialize)]
struct Armed {
    #[serde(flatten)]
    kind: Kind,
    #[serde(flatten)]
    aim: Aim,
    /// Answers still to be spoilt; null for a pace, which lasts until it is cleared.
    remaining: Option<u32>,
    spoilt: u64,
    /// Hundredths of a request that are due to be spoilt.
    #[serde(skip)]
    due: u32,
    /// For a pace: when each channel's allowance will be whole again, in microseconds since 1970.
    #[serde(skip)]
    whole_again_us: BTreeMap<String, u64>,
}

/// What [`Faults::decide`] wants done to a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub kind: Misbehaviour,
    pub kept: bool,
}

#[derive(Default)]
pub struct Faults {
    /// In the order of their arming, which is the order in which they take effect.
    armed: Vec<Armed>,
    answered: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

impl Faults {
    /// The first fault that applies to this request, used up by one.
    pub fn decide(&mut self, method: &str, channel: Option<&str>, now_us: u64) -> Option<Verdict> {
        let mut applicable = self.armed.iter_mut().filter(|fault| {
            fault.aim.method == method && fault.aim.channel.as_deref().is_none_or(|wanted| Some(wanted) == channel)
        });
        let verdict = applicable.find_map(|fault| fault.spoil(channel.unwrap_or_default(), now_us));
        self.armed.retain(|fault| fault.remaining != Some(0));
        verdict
    }

    /// Counts one request of the method, under each of the labels.
    pub fn count(&mut self, method: &'static str, labels: &[&str]) {
        let counts = self.answered.entry(method).or_default();
        for label in ["requests"].iter().chain(labels) {
            *counts.entry((*label).to_owned()).or_default() += 1;
        }
    }

    /// `{"armed": […], "answered": {"chat.postMessage": {"requests", "200", "not_ok", "429", "500", "hang", "reset"}, …}}`.
    /// `not_ok` are those of the 200s that said `"ok": false`; any other status is counted under its number.
    fn shown(&self) -> Value {
        let mut answered = Map::new();
        for method in METHODS {
            let mut counts: BTreeMap<&str, u64> =
                ["requests", "200", "not_ok", "429", "500", "hang", "reset"].map(|label| (label, 0)).into();
            if let Some(counted) = self.answered.get(method) {
                counts.extend(counted.iter().map(|(label, count)| (label.as_str(), *count)));
            }
            answered.insert(method.to_owned(), json!(counts));
        }
        json!({ "armed": self.armed, "answered": answered })
    }

    fn arm(&mut self, fault: Armed) -> Result<(), String> {
        if matches!(fault.kind, Kind::Pace { .. }) {
            // Two paces for the same channels would only be the slower one.
            self.armed.retain(|old| {
                !(matches!(old.kind, Kind::Pace { .. })
                    && old.aim.channel == fault.aim.channel
                    && old.aim.method == fault.aim.method)
            });
        }
        if self.armed.len() >= ARMED_MAX {
            return Err(format!("{ARMED_MAX} faults are armed already: clear them with DELETE /sandbox/faults"));
        }
        self.armed.push(fault);
        Ok(())
    }
}

impl Armed {
    fn new((kind, aim, count): (Kind, Aim, u32)) -> Self {
        let remaining = (!matches!(kind, Kind::Pace { .. })).then_some(count);
        Self { kind, aim, remaining, spoilt: 0, due: 0, whole_again_us: BTreeMap::new() }
    }

    /// What this fault does to a request that it applies to, if anything.
    fn spoil(&mut self, channel: &str, now_us: u64) -> Option<Verdict> {
        let kind = match &self.kind {
            Kind::Pace { per_second, burst } => {
                let (interval_us, burst) = (fault_request::interval_us(*per_second), u64::from(*burst));
                Misbehaviour::RateLimited { retry_after_seconds: self.pace(channel, now_us, interval_us, burst)? }
            }
            kind => {
                self.due += self.aim.percent;
                if self.due < 100 {
                    return None;
                }
                self.due -= 100;
                kind.misbehaviour()?
            }
        };
        self.remaining = self.remaining.map(|remaining| remaining.saturating_sub(1));
        self.spoilt += 1;
        Some(Verdict { kind, kept: self.aim.kept })
    }

    /// Whole seconds to wait, or `None` if the request is within the channel's allowance and now counted in it.
    fn pace(&mut self, channel: &str, now_us: u64, interval_us: u64, burst: u64) -> Option<u64> {
        let whole_again = self.whole_again_us.get(channel).copied().unwrap_or(0).max(now_us);
        let allowance_us = interval_us * (burst - 1);
        let wait_us = whole_again.saturating_sub(now_us).saturating_sub(allowance_us);
        if wait_us > 0 {
            return Some(wait_us.div_ceil(1_000_000).max(1));
        }
        if self.whole_again_us.len() >= PACED_CHANNELS_MAX {
            let longest_idle = self.whole_again_us.iter().min_by_key(|(_, at)| **at).map(|(id, _)| id.clone());
            longest_idle.and_then(|id| self.whole_again_us.remove(&id));
        }
        self.whole_again_us.insert(channel.to_owned(), whole_again + interval_us);
        None
    }
}

pub async fn show(State(sandbox): State<Arc<Sandbox>>) -> Response {
    answer(StatusCode::OK, &sandbox.faults().shown())
}

pub async fn arm(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let mut faults = sandbox.faults();
    match fault_request::read(&body).and_then(|fault| faults.arm(Armed::new(fault))) {
        Ok(()) => answer(StatusCode::OK, &faults.shown()),
        Err(sentence) => refusal(StatusCode::BAD_REQUEST, &sentence),
    }
}

pub async fn clear(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let mut faults = sandbox.faults();
    *faults = Faults::default();
    answer(StatusCode::OK, &faults.shown())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn armed(body: &Value) -> Faults {
        let mut faults = Faults::default();
        faults.arm(Armed::new(fault_request::read(body.to_string().as_bytes()).unwrap())).unwrap();
        faults
    }

    fn waits(faults: &mut Faults, channel: &str, now_us: u64) -> Option<u64> {
        match faults.decide("chat.postMessage", Some(channel), now_us)?.kind {
            Misbehaviour::RateLimited { retry_after_seconds } => Some(retry_after_seconds),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pace_allows_a_burst_and_then_one_a_second_per_channel() {
        let mut faults = armed(&json!({"fault": "pace", "per_second": 1, "burst": 5}));
        let start = 1_700_000_000_000_000;
        for _ in 0..5 {
            assert_eq!(waits(&mut faults, "C0A", start), None);
        }
        assert_eq!(waits(&mut faults, "C0A", start), Some(1));
        assert_eq!(waits(&mut faults, "C0B", start), None, "another channel has its own allowance");
        assert_eq!(waits(&mut faults, "C0A", start + 999_999), Some(1));
        assert_eq!(waits(&mut faults, "C0A", start + 1_000_000), None);
        assert_eq!(waits(&mut faults, "C0A", start + 1_000_000), Some(1), "a refused request earned nothing");
        assert_eq!(faults.decide("chat.update", Some("C0A"), start), None, "other methods are not paced");
    }

    #[test]
    fn a_slow_pace_says_how_long_to_wait() {
        let mut faults = armed(&json!({"fault": "pace", "per_second": 0.1, "burst": 1}));
        assert_eq!(waits(&mut faults, "C0A", 5_000_000), None);
        assert_eq!(waits(&mut faults, "C0A", 5_500_000), Some(10));
        assert_eq!(waits(&mut faults, "C0A", 14_999_999), Some(1));
        assert_eq!(waits(&mut faults, "C0A", 15_000_000), None);
    }

    #[test]
    fn percent_spreads_evenly_and_count_ends_it() {
        let mut faults = armed(&json!({"fault": "reset", "percent": 30, "count": 6}));
        let spoilt = (0..40).filter(|_| faults.decide("chat.postMessage", None, 0).is_some()).count();
        assert_eq!(spoilt, 6);
        assert!(faults.armed.is_empty());
        let mut faults = armed(&json!({"fault": "reset", "percent": 30, "count": 100}));
        let spoilt = (0..100).filter(|_| faults.decide("chat.postMessage", None, 0).is_some()).count();
        assert_eq!(spoilt, 30);
    }

    #[test]
    fn faults_are_bounded() {
        let mut faults = Faults::default();
        let fault = || Armed::new(fault_request::read(br#"{"fault":"reset"}"#).unwrap());
        for _ in 0..ARMED_MAX {
            faults.arm(fault()).unwrap();
        }
        assert!(faults.arm(fault()).unwrap_err().contains("DELETE /sandbox/faults"));
    }
}
