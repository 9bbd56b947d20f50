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
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::channels::is_channel_id;
use super::misbehave::Misbehaviour;
use super::slack_api::METHODS;
use super::{Sandbox, answer, refusal};

/// Faults armed at one time.
const ARMED_MAX: usize = 50;
/// Answers that one fault may spoil.
const COUNT_MAX: u32 = 100_000;
const HANG_MAX_SECONDS: u64 = 300;
const RETRY_AFTER_MAX_SECONDS: u64 = 3_600;
const PER_SECOND_MAX: f64 = 1_000.0;
const BURST_MAX: u32 = 1_000;
const ERROR_CODE_MAX_CHARS: usize = 64;
/// Channels whose pace is remembered; one that has long been within its limit is forgotten first.
const PACED_CHANNELS_MAX: usize = 200;

/// What is asked for, as sent and as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
enum Kind {
    RateLimited {
        #[serde(default = "one")]
        retry_after_seconds: u64,
    },
    ServerError {
        #[serde(default = "internal_server_error")]
        status: u16,
    },
    Hang {
        #[serde(default = "half_a_minute")]
        seconds: u64,
    },
    Reset {},
    SlackError {
        error: String,
    },
    /// Slack's own limit, per channel and until cleared: `burst` at once, then `per_second`.
    Pace {
        per_second: f64,
        burst: u32,
    },
}

fn one() -> u64 {
    1
}

fn internal_server_error() -> u16 {
    500
}

fn half_a_minute() -> u64 {
    30
}

/// Which requests a fault spoils.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Aim {
    #[serde(default = "post_message")]
    method: String,
    /// Null: any.
    #[serde(default)]
    channel: Option<String>,
    /// So many of a hundred requests, evenly spread: the same requests each time.
    #[serde(default = "all")]
    percent: u32,
    /// Whether the post is taken all the same, and only its answer is lost.
    #[serde(default)]
    kept: bool,
}

fn post_message() -> String {
    "chat.postMessage".to_owned()
}

fn all() -> u32 {
    100
}

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
            fault.aim.method == method
                && fault
                    .aim
                    .channel
                    .as_deref()
                    .is_none_or(|wanted| Some(wanted) == channel)
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
            let mut counts: BTreeMap<&str, u64> = ["requests", "200", "not_ok", "429", "500", "hang", "reset"]
                .map(|label| (label, 0))
                .into();
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
            return Err(format!(
                "{ARMED_MAX} faults are armed already: clear them with DELETE /sandbox/faults"
            ));
        }
        self.armed.push(fault);
        Ok(())
    }
}

impl Armed {
    /// What this fault does to a request that it applies to, if anything.
    fn spoil(&mut self, channel: &str, now_us: u64) -> Option<Verdict> {
        let kind = match &self.kind {
            Kind::Pace { per_second, burst } => {
                let (interval_us, burst) = (interval_us(*per_second), u64::from(*burst));
                Misbehaviour::RateLimited {
                    retry_after_seconds: self.pace(channel, now_us, interval_us, burst)?,
                }
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
        Some(Verdict {
            kind,
            kept: self.aim.kept,
        })
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
            let longest_idle = self
                .whole_again_us
                .iter()
                .min_by_key(|(_, at)| **at)
                .map(|(id, _)| id.clone());
            longest_idle.and_then(|id| self.whole_again_us.remove(&id));
        }
        self.whole_again_us
            .insert(channel.to_owned(), whole_again + interval_us);
        None
    }
}

impl Kind {
    fn misbehaviour(&self) -> Option<Misbehaviour> {
        match self {
            Self::RateLimited { retry_after_seconds } => Some(Misbehaviour::RateLimited {
                retry_after_seconds: *retry_after_seconds,
            }),
            Self::ServerError { status } => Some(Misbehaviour::ServerError { status: *status }),
            Self::Hang { seconds } => Some(Misbehaviour::Hang { seconds: *seconds }),
            Self::Reset {} => Some(Misbehaviour::Reset),
            Self::SlackError { error } => Some(Misbehaviour::SlackError { error: error.clone() }),
            Self::Pace { .. } => None,
        }
    }

    fn judge(&self) -> Result<(), String> {
        let within = |name: &str, is_within: bool, limits: String| {
            if is_within {
                Ok(())
            } else {
                Err(format!("`{name}` is out of bounds: give {limits}"))
            }
        };
        match self {
            Self::RateLimited {
                retry_after_seconds: seconds,
            } => {
                let is_within = (1..=RETRY_AFTER_MAX_SECONDS).contains(seconds);
                within(
                    "retry_after_seconds",
                    is_within,
                    format!("1 to {RETRY_AFTER_MAX_SECONDS}"),
                )
            }
            Self::ServerError { status } => within("status", (500..=599).contains(status), "500 to 599".to_owned()),
            Self::Hang { seconds } => within(
                "seconds",
                (1..=HANG_MAX_SECONDS).contains(seconds),
                format!("1 to {HANG_MAX_SECONDS}"),
            ),
            Self::Reset {} => Ok(()),
            Self::SlackError { error } => {
                let is_code = !error.is_empty()
                    && error.len() <= ERROR_CODE_MAX_CHARS
                    && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
                within(
                    "error",
                    is_code,
                    "one of Slack's codes, such as `channel_not_found`".to_owned(),
                )
            }
            Self::Pace { per_second, burst } => {
                let is_rate = *per_second >= 0.001 && *per_second <= PER_SECOND_MAX;
                within("per_second", is_rate, format!("0.001 to {PER_SECOND_MAX}"))?;
                within("burst", (1..=BURST_MAX).contains(burst), format!("1 to {BURST_MAX}"))
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "judged: at least 0.001 and at most 1,000 a second, so 1,000 to 1,000,000,000 microseconds"
)]
fn interval_us(per_second: f64) -> u64 {
    (1_000_000.0 / per_second) as u64
}

/// The fault that a `POST` asks for, or the sentence that says what to send instead.
fn read(body: &[u8]) -> Result<Armed, String> {
    let mut fields: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| format!("the body is no JSON object ({error}): send one such as {{\"fault\":\"reset\"}}"))?;
    let count = match fields.remove("count") {
        None => 1,
        Some(count) => count
            .as_u64()
            .and_then(|count| u32::try_from(count).ok())
            .filter(|count| (1..=COUNT_MAX).contains(count))
            .ok_or_else(|| format!("`count` is out of bounds: give 1 to {COUNT_MAX}"))?,
    };
    let aim: Map<String, Value> = ["method", "channel", "percent", "kept"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fields.remove(name)?)))
        .collect();
    let aim: Aim = serde_json::from_value(Value::Object(aim)).map_err(|error| error.to_string())?;
    let kind: Kind = serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())?;
    kind.judge()?;
    if !METHODS.contains(&aim.method.as_str()) {
        return Err(format!(
            "the sandbox has no method `{}`: use one of {}",
            aim.method,
            METHODS.join(", ")
        ));
    }
    if let Some(channel) = aim.channel.as_ref().filter(|channel| !is_channel_id(channel)) {
        return Err(format!("`{channel}` is no channel id: give one such as C0ALERTS"));
    }
    if !(1..=100).contains(&aim.percent) {
        return Err("`percent` is out of bounds: give 1 to 100".to_owned());
    }
    if aim.kept && !matches!(kind, Kind::ServerError { .. } | Kind::Hang { .. } | Kind::Reset {}) {
        return Err("`kept` goes with `server_error`, `hang` and `reset` only: leave it out".to_owned());
    }
    let remaining = (!matches!(kind, Kind::Pace { .. })).then_some(count);
    Ok(Armed {
        kind,
        aim,
        remaining,
        spoilt: 0,
        due: 0,
        whole_again_us: BTreeMap::new(),
    })
}

pub async fn show(State(sandbox): State<Arc<Sandbox>>) -> Response {
    answer(StatusCode::OK, &sandbox.faults().shown())
}

pub async fn arm(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let mut faults = sandbox.faults();
    match read(&body).and_then(|fault| faults.arm(fault)) {
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
        faults.arm(read(body.to_string().as_bytes()).unwrap()).unwrap();
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
        assert_eq!(
            waits(&mut faults, "C0B", start),
            None,
            "another channel has its own allowance"
        );
        assert_eq!(waits(&mut faults, "C0A", start + 999_999), Some(1));
        assert_eq!(waits(&mut faults, "C0A", start + 1_000_000), None);
        assert_eq!(
            waits(&mut faults, "C0A", start + 1_000_000),
            Some(1),
            "a refused request earned nothing"
        );
        assert_eq!(
            faults.decide("chat.update", Some("C0A"), start),
            None,
            "other methods are not paced"
        );
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
        let spoilt = (0..40)
            .filter(|_| faults.decide("chat.postMessage", None, 0).is_some())
            .count();
        assert_eq!(spoilt, 6);
        assert!(faults.armed.is_empty());
        let mut faults = armed(&json!({"fault": "reset", "percent": 30, "count": 100}));
        let spoilt = (0..100)
            .filter(|_| faults.decide("chat.postMessage", None, 0).is_some())
            .count();
        assert_eq!(spoilt, 30);
    }

    #[test]
    fn faults_are_bounded() {
        let mut faults = Faults::default();
        let fault = || read(br#"{"fault":"reset"}"#).unwrap();
        for _ in 0..ARMED_MAX {
            faults.arm(fault()).unwrap();
        }
        assert!(faults.arm(fault()).unwrap_err().contains("DELETE /sandbox/faults"));
    }
}
