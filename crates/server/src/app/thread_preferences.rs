//! What a configuration prefers of threads: the settings' word for it, else what `bellhop preferences` kept, else the settings'
//! default.

use std::collections::BTreeMap;

use domain::delivery::ThreadPreferences;
use store::ConfigurationPreferences;

use crate::config::{ConfigurationThreadSettings, ThreadSettings};

/// The settings, as they are asked for.
#[derive(Debug)]
pub struct ThreadRules {
    default: ThreadPreferences,
    declared: BTreeMap<String, ConfigurationThreadSettings>,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaidBy {
    /// The settings, for this configuration.
    Settings,
    /// `bellhop preferences set`.
    Hand,
    /// Nobody: it is the settings' default.
    Default,
}

/// Each preference in force, and who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InForce {
    pub preferences: ThreadPreferences,
    pub updates_by: SaidBy,
    pub window_by: SaidBy,
}

impl ThreadRules {
    pub fn new(settings: &ThreadSettings) -> Self {
        Self { default: settings.preferences(), declared: settings.configurations.clone() }
    }

    /// What holds for a configuration of which this much was kept.
    pub fn of(&self, configuration_arn: &str, kept: ConfigurationPreferences) -> InForce {
        let declared = self.declared.get(configuration_arn);
        let (updates, updates_by) =
            first(declared.and_then(|declared| declared.updates), kept.thread_updates, self.default.updates);
        let (window_ms, window_by) = first(
            declared.and_then(ConfigurationThreadSettings::window_ms),
            kept.thread_window_ms,
            self.default.window_ms,
        );
        InForce { preferences: ThreadPreferences { updates, window_ms }, updates_by, window_by }
    }
}

fn first<T>(declared: Option<T>, kept: Option<T>, default: T) -> (T, SaidBy) {
    match (declared, kept) {
        (Some(declared), _) => (declared, SaidBy::Settings),
        (None, Some(kept)) => (kept, SaidBy::Hand),
        (None, None) => (default, SaidBy::Default),
    }
}

#[cfg(test)]
mod tests {
    use domain::delivery::ThreadUpdates::{Both, ThreadOnly};

    use super::*;

    #[test]
    fn the_settings_win_over_a_hand_and_a_hand_over_the_default() {
        let declared = ConfigurationThreadSettings { updates: Some(Both), window_hours: None };
        let settings = ThreadSettings {
            configurations: BTreeMap::from([("declared".to_owned(), declared)]),
            ..ThreadSettings::default()
        };
        let rules = ThreadRules::new(&settings);
        let kept = ConfigurationPreferences { thread_updates: Some(ThreadOnly), thread_window_ms: Some(7) };
        let InForce { preferences, updates_by, window_by } = rules.of("declared", kept);
        assert_eq!((preferences.updates, updates_by), (Both, SaidBy::Settings));
        assert_eq!((preferences.window_ms, window_by), (7, SaidBy::Hand));
        assert_eq!(rules.of("other", kept).updates_by, SaidBy::Hand);
        let unsaid = rules.of("other", ConfigurationPreferences::default());
        assert_eq!((unsaid.preferences, unsaid.window_by), (settings.preferences(), SaidBy::Default));
    }
}
