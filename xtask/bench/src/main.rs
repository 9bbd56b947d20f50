//! `bench`: measures the release build of Bellhop and prints its tables. Run by `cargo xtask bench`.
//!
//! This process is the load generator. Bellhop, the bare axum handler and `moto_server` it is compared with, and the fake
//! Slack each run as processes of their own (the handler and the fake Slack are sub-commands of this binary). It links nothing of Bellhop's server: it
//! speaks to it only over HTTP, so it cannot agree with it by accident. (`command_reading` alone times `awscall` itself.) It never judges: an aim that is missed
//! is printed beside the result. It fails only when a result would be untrue, such as a notification that was answered
//! 200 and is not in the store.

mod alertmanager;
mod api;
mod bare_handler;
mod bellhop;
mod certificate_host;
mod clock;
mod command_reading;
mod fake_aws;
mod fake_slack;
mod http;
mod load;
mod machine;
mod measure;
mod moto;
mod postgres;
mod prepared;
mod process;
mod report;
mod slack_events;
mod sns;
mod statistics;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measures the release build of Bellhop.
#[derive(Parser)]
struct Command {
    #[command(subcommand)]
    role: Option<Role>,
    #[command(flatten)]
    options: Options,
}

/// The processes that a run starts from this same binary.
#[derive(Subcommand)]
enum Role {
    /// Serve the handler that Bellhop is compared with: read the body, answer 200.
    BareHandler,
    /// Serve a Slack that accepts every message and remembers when it arrived.
    FakeSlack,
    /// Read commands of AWS as fast as one core can, and print how fast that was.
    ReadCommands,
}

/// What a run can be told.
#[derive(Args)]
struct Options {
    /// How long each throughput run lasts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    /// How often each pair of throughput runs (bare handler, Bellhop) is repeated; the table shows medians.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=20))]
    rounds: u64,
    /// Put the table into this Markdown page, between its two markers, instead of only printing it.
    #[arg(long, conflicts_with = "only")]
    write: Option<PathBuf>,
    /// How many configurations the full table has.
    #[arg(long, default_value_t = DEFAULT_CONFIGURATIONS, value_parser = configurations)]
    configurations: usize,
    /// The `moto_server` to compare with; `cargo xtask bench` names the one of the pinned Python environment.
    #[arg(long)]
    moto_server: Option<PathBuf>,
    /// The Alertmanager to compare with; `cargo xtask bench` names Debian's.
    #[arg(long)]
    alertmanager: Option<PathBuf>,
    /// The PostgreSQL to measure on beside SQLite, as `postgres://USER@HOST:PORT/DATABASE`; databases are made in it.
    #[arg(long, requires = "postgres_programs")]
    postgres: Option<String>,
    /// The folder of its `psql`.
    #[arg(long)]
    postgres_programs: Option<PathBuf>,
    /// How many deliveries wait when the memory of a backlog is measured.
    #[arg(long, default_value_t = DEFAULT_BACKLOG, value_parser = backlog)]
    backlog: usize,
    /// How long each sustained rate to the chat lasts.
    #[arg(long, default_value_t = DEFAULT_SUSTAINED_SECONDS, value_parser = clap::value_parser!(u64).range(1..=120))]
    sustained_seconds: u64,
    /// How long processor time at idle is counted.
    #[arg(long, default_value_t = DEFAULT_IDLE_SECONDS, value_parser = clap::value_parser!(u64).range(1..=600))]
    idle_seconds: u64,
    /// Measure one subject only.
    #[arg(long, value_enum)]
    only: Option<Subject>,
    /// The server to measure; the default is the `bellhop` beside this binary.
    #[arg(long)]
    bellhop: Option<PathBuf>,
    /// Where the data directories of the runs are made; the default is the build directory, because the usual
    /// temporary directory may be memory, on which a commit costs nothing.
    #[arg(long)]
    directory: Option<PathBuf>,
}

const DEFAULT_CONFIGURATIONS: usize = 100_000;
const MAX_CONFIGURATIONS: usize = 1_000_000;
const DEFAULT_BACKLOG: usize = 1_000_000;
const MAX_BACKLOG: usize = 10_000_000;
const DEFAULT_SUSTAINED_SECONDS: u64 = 20;
const DEFAULT_IDLE_SECONDS: u64 = 60;

/// A page has a hundred, and with several full pages there is one in the middle.
fn configurations(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| number % 100 == 0 && (300..=MAX_CONFIGURATIONS).contains(number));
    number.ok_or_else(|| format!("`{text}` is not a multiple of 100 from 300 to {MAX_CONFIGURATIONS}"))
}

/// A thousand channels get as many each.
fn backlog(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| number % 1000 == 0 && (1000..=MAX_BACKLOG).contains(number));
    number.ok_or_else(|| format!("`{text}` is not a multiple of 1000 from 1000 to {MAX_BACKLOG}"))
}

/// The subjects, in the order of the table.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Time to ready and idle memory.
    Start,
    /// SNS notifications verified and committed per second.
    Sns,
    /// Signed events of Slack verified and committed per second, and how long Slack waits.
    Slack,
    /// From the answer to SNS to the message in the chat.
    Chat,
    /// Commands of AWS in chat: to the wire, as a whole beside the AWS CLI, memory of all services, reading.
    Commands,
    /// Processor time of a server that does nothing.
    Idle,
    /// Memory of a server whose chat is away, with a long backlog.
    Backlog,
    /// Signed calls of the API per second: describe one, create, describe a hundred.
    Api,
    /// The cost of a page and the memory, with few configurations and with many.
    Pages,
}

fn main() -> anyhow::Result<()> {
    let command = Command::parse();
    match command.role {
        Some(Role::BareHandler) => {
            tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(bare_handler::serve())
        }
        Some(Role::FakeSlack) => {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(fake_slack::serve())
        }
        Some(Role::ReadCommands) => command_reading::print(),
        // One thread: the generator shares the machine with what it measures.
        None => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(measure::run(&command.options))
            .context("the benchmark did not finish"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Command::command().debug_assert();
    }

    #[test]
    fn a_backlog_is_of_full_channels() {
        assert_eq!((backlog("1000"), backlog("1000000")), (Ok(1000), Ok(DEFAULT_BACKLOG)));
        for wrong in ["0", "500", "1001", "10001000", "many"] {
            assert!(backlog(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_full_table_has_full_pages_only() {
        assert_eq!(configurations("300"), Ok(300));
        assert_eq!(configurations("1000000"), Ok(MAX_CONFIGURATIONS));
        for wrong in ["0", "200", "1050", "1000100", "many", "-300"] {
            assert!(configurations(wrong).is_err(), "{wrong}");
        }
    }
}
