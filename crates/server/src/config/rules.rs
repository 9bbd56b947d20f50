//! `[[rules]]`: what is done about messages, by what they are about. Each is a table that `domain::rules` reads, so that an
//! error names the rule and its key.

use domain::rules::Rules;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Settings, SettingsError};

/// One rule as the file declares it.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct RuleSettings(pub Map<String, Value>);

impl Settings {
    /// The rules, ready to be asked.
    pub fn rules(&self) -> Result<Rules, SettingsError> {
        let tables: Vec<Map<String, Value>> = self.rules.iter().map(|rule| rule.0.clone()).collect();
        Rules::parse(&tables).map_err(|bad| SettingsError::Value { key: "rules", problem: format!("has a bad {bad}") })
    }
}
