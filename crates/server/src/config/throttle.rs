//! `[throttle]`: how many requests of an operation an account may make.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use wire::operations::Operation;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThrottleSettings {
    /// Requests a second of one operation by one account once its burst is spent; 0 is no limit.
    pub requests_per_second: f64,
    /// Requests at once after a quiet time.
    pub burst: u32,
    /// Operations with a rate of their own.
    #[serde(deserialize_with = "operations")]
    pub operations: BTreeMap<Operation, RateSettings>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateSettings {
    pub requests_per_second: f64,
    pub burst: u32,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        // AWS publishes no rates of AWS Chatbot: assumed, and far above what a person or a deployment tool needs.
        Self { requests_per_second: 100.0, burst: 1000, operations: BTreeMap::new() }
    }
}

impl ThrottleSettings {
    /// The rate of every operation that has none of its own.
    pub fn rate(&self) -> RateSettings {
        RateSettings { requests_per_second: self.requests_per_second, burst: self.burst }
    }

    /// What a type alone cannot say.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let wrong = |rate: RateSettings| {
            let per_second = rate.requests_per_second;
            if per_second != 0.0 && !(0.001..=1_000_000.0).contains(&per_second) {
                return Some("must have `requests_per_second` between 0.001 and 1000000, or 0 for no limit");
            }
            (rate.burst == 0).then_some("must have a `burst` of at least 1")
        };
        std::iter::once(self.rate()).chain(self.operations.values().copied()).find_map(wrong)
    }
}

/// Whatever their case: the environment's reader makes all names lower case.
fn operations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Operation, RateSettings>, D::Error> {
    let operation = |(name, rate): (String, RateSettings)| {
        let found = Operation::every().find(|operation| operation.name().eq_ignore_ascii_case(&name));
        let unknown = || D::Error::custom(format!("`{name}` is not an operation, like `TagResource`"));
        Ok((found.ok_or_else(unknown)?, rate))
    };
    BTreeMap::<String, RateSettings>::deserialize(deserializer)?.into_iter().map(operation).collect()
}
