//! A whole run: the processes around Bellhop are started, each subject is measured in turn, its tables come out.

mod accept_to_chat;
mod api_calls;
mod backlog;
mod commands;
mod idle;
mod pages;
mod slack_throughput;
mod sns_throughput;
mod start;
mod sustained;
mod turns;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::ValueEnum as _;
use uuid::Uuid;

use crate::bellhop::Installation;
use crate::load::{self, Requests, Run};
use crate::moto::Moto;
use crate::postgres::Postgres;
use crate::process::Process;
use crate::report::{self, Report};
use crate::sns::{Notification, Signer};
use crate::{
    DEFAULT_BACKLOG, DEFAULT_CONFIGURATIONS, DEFAULT_IDLE_SECONDS, DEFAULT_SUSTAINED_SECONDS, Options, Subject,
    certificate_host, clock, machine,
};

/// Everything that a measurement works with.
struct Bench {
    installation: Installation,
    signer: Signer,
    slack: Process,
    bare: Process,
    /// Data directories go here.
    directory: PathBuf,
    seconds: Duration,
    rounds: u64,
    configurations: usize,
    /// The program; without one, nothing is compared with it.
    moto_server: Option<PathBuf>,
    alertmanager: Option<PathBuf>,
    postgres: Option<Postgres>,
    backlog: usize,
    sustained: Duration,
    idle: Duration,
}

/// What a server keeps everything in.
struct Store<'a> {
    name: &'static str,
    postgres: Option<&'a Postgres>,
}

impl Store<'_> {
    /// The URL of an empty database; none for SQLite, which makes its own.
    fn database(&self, subject: &str) -> anyhow::Result<Option<String>> {
        self.postgres.map(|postgres| postgres.database(&format!("bench_{subject}"))).transpose()
    }
}

/// Measures what the options ask for and prints the table.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let executable = std::env::current_exe()?;
    let beside = executable.parent().context("this binary is in no directory")?;
    let binary = options.bellhop.clone().unwrap_or_else(|| beside.join("bellhop"));
    ensure!(binary.is_file(), "there is no server at `{}`; run `cargo build --release` first", binary.display());
    let parent = options.directory.clone().unwrap_or_else(|| beside.to_path_buf());
    let directory = parent.join(format!("bench-{}", Uuid::new_v4().simple()));
    fs::create_dir_all(&directory).with_context(|| format!("cannot make `{}`", directory.display()))?;
    let directory = directory.canonicalize()?;

    // Before anything of ours runs, so that the load average is other people's.
    let machine = machine::describe(&directory)?;
    let mut report = Report::default();
    let measured = measure(options, &executable, binary, &directory, &mut report).await;
    let command = command(options);
    let table = report.markdown(&command, &machine);
    println!("{table}");
    measured.with_context(|| format!("data directories and logs are left in `{}`", directory.display()))?;
    fs::remove_dir_all(&directory)?;
    if let Some(page) = &options.write {
        report::write(page, &table)?;
    }
    Ok(())
}

async fn measure(
    options: &Options,
    executable: &Path,
    binary: PathBuf,
    directory: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let signer = Signer::generate()?;
    let certificate_host = certificate_host::start(signer.certificate_path(), signer.certificate_pem().to_owned())?;
    let role = |name, role| Process::start(name, Command::new(executable).arg(role), &directory.join("roles.log"));
    let slack = role("fake-slack", "fake-slack")?;
    let bench = Bench {
        installation: Installation { binary, certificate_host, slack: slack.address },
        signer,
        bare: role("bare-handler", "bare-handler")?,
        slack,
        directory: directory.to_path_buf(),
        seconds: Duration::from_secs(options.seconds),
        rounds: options.rounds,
        configurations: options.configurations,
        moto_server: options.moto_server.clone(),
        alertmanager: options.alertmanager.clone(),
        postgres: options
            .postgres
            .clone()
            .zip(options.postgres_programs.clone())
            .map(|(url, programs)| Postgres { url, programs }),
        backlog: options.backlog,
        sustained: Duration::from_secs(options.sustained_seconds),
        idle: Duration::from_secs(options.idle_seconds),
    };
    match &bench.postgres {
        Some(postgres) => report.note(format!("{}, on the same machine", postgres.describe()?)),
        None => report.note("PostgreSQL was not measured: no --postgres said where it is"),
    }
    let wanted = |subject| options.only.is_none_or(|only| only == subject);
    if wanted(Subject::Start) {
        start::measure(&bench, report).await.context("time to ready and idle memory")?;
    }
    if wanted(Subject::Sns) {
        sns_throughput::measure(&bench, report).await.context("SNS throughput")?;
    }
    if wanted(Subject::Slack) {
        slack_throughput::measure(&bench, report).await.context("events of Slack")?;
    }
    if wanted(Subject::Chat) {
        accept_to_chat::measure(&bench, report).await.context("accept to chat")?;
    }
    if wanted(Subject::Commands) {
        commands::measure(&bench, executable, report).await.context("commands of AWS in chat")?;
    }
    if wanted(Subject::Idle) {
        idle::measure(&bench, report).await.context("processor time at idle")?;
    }
    if wanted(Subject::Backlog) {
        backlog::measure(&bench, report).await.context("memory at a backlog")?;
    }
    if wanted(Subject::Api) {
        api_calls::measure(&bench, report).await.context("API calls")?;
    }
    if wanted(Subject::Pages) {
        pages::measure(&bench, report).await.context("cost of a page")?;
    }
    bench.slack.stop()?;
    bench.bare.stop()
}

/// The command that repeats this run.
fn command(options: &Options) -> String {
    let mut command = format!("cargo xtask bench --seconds {} --rounds {}", options.seconds, options.rounds);
    for (name, chosen, default) in [
        ("configurations", options.configurations, DEFAULT_CONFIGURATIONS),
        ("backlog", options.backlog, DEFAULT_BACKLOG),
    ] {
        if chosen != default {
            let _ = write!(command, " --{name} {chosen}");
        }
    }
    for (name, chosen, default) in [
        ("sustained-seconds", options.sustained_seconds, DEFAULT_SUSTAINED_SECONDS),
        ("idle-seconds", options.idle_seconds, DEFAULT_IDLE_SECONDS),
    ] {
        if chosen != default {
            let _ = write!(command, " --{name} {chosen}");
        }
    }
    if let Some(only) = options.only.and_then(|only| only.to_possible_value()) {
        let _ = write!(command, " --only {}", only.get_name());
    }
    if let Some(page) = &options.write {
        let _ = write!(command, " --write {}", page.display());
    }
    command
}

impl Bench {
    /// SQLite, and PostgreSQL if we were told where it is.
    fn stores(&self) -> Vec<Store<'_>> {
        let postgres = self.postgres.as_ref().map(|postgres| Store { name: "PostgreSQL", postgres: Some(postgres) });
        [Store { name: "SQLite", postgres: None }].into_iter().chain(postgres).collect()
    }

    /// A signed alarm for a topic, as the bytes of its request.
    fn alarm(&self, topic_arn: &str, mark: &str, host: &str) -> anyhow::Result<Vec<u8>> {
        let notification = Notification::alarm(topic_arn, mark, clock::utc())?;
        notification.request(&self.signer, &self.installation.certificate_host.to_string(), host)
    }

    /// Starts `moto_server` with so many SNS topics, if we were told where it is.
    async fn start_moto(&self, topics: usize) -> anyhow::Result<Option<Moto>> {
        let Some(program) = &self.moto_server else { return Ok(None) };
        Moto::start(program, topics, &self.directory.join("moto.log")).await.map(Some).context("moto_server")
    }

    /// A run against the bare handler, by bytes that Bellhop understands.
    async fn run_bare(&self, connections: usize, requests: &Arc<Vec<Vec<u8>>>) -> anyhow::Result<Run> {
        let run =
            load::run(self.bare.address, connections, self.seconds, &Requests::Repeated(Arc::clone(requests))).await?;
        ensure!(run.refused.is_empty(), "the bare handler refused{}", run.refusals());
        Ok(run)
    }
}
