//! Where the log goes and how it looks.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// `text` on a terminal, `json` elsewhere.
    Auto,
    Text,
    Json,
}

/// Ours at INFO, libraries at WARN, unless `RUST_LOG` says otherwise.
const DEFAULT_FILTER: &str = "warn,server=info,store=info";

/// Logs go to standard error: standard output is for what was asked for.
pub fn install(format: LogFormat) {
    let directives = crate::config::log_filter().unwrap_or_else(|| DEFAULT_FILTER.to_owned());
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if format == LogFormat::Json || (format == LogFormat::Auto && !terminal) {
        builder.json().flatten_event(true).with_current_span(false).with_span_list(false).init();
    } else {
        builder.with_ansi(terminal).with_target(false).init();
    }
}
