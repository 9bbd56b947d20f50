//! A fault as `POST /sandbox/faults` asks for it: what may be said, and within which limits. Called by `faults.rs`.
//!
//! A body is read whole or refused with a sentence that says what to send instead. Nothing here arms or counts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::channels::is_channel_id;
use super::misbehave::Misbehaviour;
use super::slack_api::METHODS;

/// Answers that one fault may spoil.
const COUNT_MAX: u32 = 100_000;
const HANG_MAX_SECONDS: u64 = 300;
const RETRY_AFTER_MAX_SECONDS: u64 = 3_600;
const PER_SECOND_MAX: f64 = 1_000.0;
const BURST_MAX: u32 = 1_000;
const ERROR_CODE_MAX_CHARS: usize = 64;

/// What is asked for, as sent and as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
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
pub struct Aim {
    #[serde(default = "post_message")]
    pub method: String,
    /// Null: any.
    #[serde(default)]
    pub channel: Option<String>,
    /// So many of a hundred requests, evenly spread: the same requests each time.
    #[serde(default = "all")]
    pub percent: u32,
    /// Whether the post is taken all the same, and only its answer is lost.
    #[serde(default)]
    pub kept: bool,
}

fn post_message() -> String {
    "chat.postMessage".to_owned()
}

fn all() -> u32 {
    100
}

impl Kind {
    /// `None` for a pace, which has a state: `faults.rs` keeps it.
    pub fn misbehaviour(&self) -> Option<Misbehaviour> {
        match self {
            Self::RateLimited { retry_after_seconds } => {
                Some(Misbehaviour::RateLimited { retry_after_seconds: *retry_after_seconds })
            }
            Self::ServerError { status } => Some(Misbehaviour::ServerError { status: *status }),
            Self::Hang { seconds } => Some(Misbehaviour::Hang { seconds: *seconds }),
            Self::Reset {} => Some(Misbehaviour::Reset),
            Self::SlackError { error } => Some(Misbehaviour::SlackError { error: error.clone() }),
            Self::Pace { .. } => None,
        }
    }

    fn judge(&self) -> Result<(), String> {
        let within = |name: &str, is_within: bool, limits: String| {
            if is_within { Ok(()) } else { Err(format!("`{name}` is out of bounds: give {limits}")) }
        };
        match self {
            Self::RateLimited { retry_after_seconds: seconds } => {
                let is_within = (1..=RETRY_AFTER_MAX_SECONDS).contains(seconds);
                within("retry_after_seconds", is_within, format!("1 to {RETRY_AFTER_MAX_SECONDS}"))
            }
            Self::ServerError { status } => within("status", (500..=599).contains(status), "500 to 599".to_owned()),
            Self::Hang { seconds } => {
                within("seconds", (1..=HANG_MAX_SECONDS).contains(seconds), format!("1 to {HANG_MAX_SECONDS}"))
            }
            Self::Reset {} => Ok(()),
            Self::SlackError { error } => {
                let is_code = !error.is_empty()
                    && error.len() <= ERROR_CODE_MAX_CHARS
                    && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
                within("error", is_code, "one of Slack's codes, such as `channel_not_found`".to_owned())
            }
            Self::Pace { per_second, burst } => {
                let is_rate = *per_second >= 0.001 && *per_second <= PER_SECOND_MAX;
                within("per_second", is_rate, format!("0.001 to {PER_SECOND_MAX}"))?;
                within("burst", (1..=BURST_MAX).contains(burst), format!("1 to {BURST_MAX}"))
            }
        }
    }
}

/// Between two posts of a pace.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "judged: at least 0.001 and at most 1,000 a second, so 1,000 to 1,000,000,000 microseconds"
)]
pub fn interval_us(per_second: f64) -> u64 {
    (1_000_000.0 / per_second) as u64
}

/// The fault that a body asks for, what it aims at and how often, or the sentence that says what to send instead.
pub fn read(body: &[u8]) -> Result<(Kind, Aim, u32), String> {
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
        return Err(format!("the sandbox has no method `{}`: use one of {}", aim.method, METHODS.join(", ")));
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
    Ok((kind, aim, count))
}
