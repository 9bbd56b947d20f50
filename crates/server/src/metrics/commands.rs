//! Commands of AWS from chat, by what became of them, and how long they took.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Up to the longest that `commands.timeout_seconds` allows.
const SECONDS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 900.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommandLabels {
    outcome: &'static str,
}

pub(super) struct CommandCounters {
    commands: Family<CommandLabels, Counter>,
    seconds: Histogram,
}

impl CommandCounters {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let counters = Self { commands: Family::default(), seconds: Histogram::new(SECONDS) };
        let what = "Commands of AWS from chat by what became of them";
        registry.register("commands", what, counters.commands.clone());
        let took = "Time that commands of AWS from chat took, from their start to their end";
        registry.register("command_seconds", took, counters.seconds.clone());
        counters
    }

    pub(super) fn command(&self, outcome: &'static str) {
        self.commands.get_or_create(&CommandLabels { outcome }).inc();
    }

    pub(super) fn took(&self, seconds: f64) {
        self.seconds.observe(seconds);
    }
}
