//! Where the log goes and how it looks.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use crate::traces::Exporter;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// `text` on a terminal, `json` elsewhere.
    Auto,
    Text,
    Json,
}

/// Ours at INFO, libraries at WARN, unless `RUST_LOG` says otherwise.
const DEFAULT_FILTER: &str = "warn,server=info,store=info";

/// Logs go to standard error: standard output is for what was asked for. Spans go to the exporter, if there is one.
pub fn install(format: LogFormat, exporter: Option<&Exporter>) {
    let directives = crate::config::log_filter().unwrap_or_else(|| DEFAULT_FILTER.to_owned());
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let terminal = std::io::stderr().is_terminal();
    let json = format == LogFormat::Json || (format == LogFormat::Auto && !terminal);
    let Some(exporter) = exporter else {
        // One filter for all: what it does not let through costs nothing, spans for traces among it.
        tracing_subscriber::registry().with(filter).with(log(json, terminal)).init();
        return;
    };
    let spans = Targets::new().with_target(crate::traces::TARGET, LevelFilter::INFO);
    let log = log(json, terminal).with_filter(filter);
    tracing_subscriber::registry().with(log).with(exporter.layer().with_filter(spans)).init();
}

fn log<S>(json: bool, terminal: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if json {
        log.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    } else {
        log.with_ansi(terminal).with_target(false).boxed()
    }
}
