//! The whole of `list-functions`, from the words in Slack to the answer in Slack, beside a process of the AWS CLI that prints the
//! same: both ask the same `moto_server`, in turn. The CLI is what a bot that starts `aws` for each command pays before all else.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::time::{MissedTickBehavior, interval};

use super::{Channel, LIST_FUNCTIONS, Mentions, percentiles, times_to_answer};
use crate::api::ACCOUNT_ID;
use crate::bellhop::environment_of_aws;
use crate::fake_aws::FUNCTION;
use crate::measure::Bench;
use crate::report::{Report, Row};
use crate::statistics::median;

const ROUNDS: usize = 10;
/// Of Bellhop, in each round; of the CLI there is one.
const COMMANDS: usize = 10;
const EVERY: Duration = Duration::from_millis(100);
/// An archive of nothing. Source: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, 4.3.16.
const EMPTY_ARCHIVE: [u8; 22] = *b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

pub(super) async fn measure(bench: &Bench, mentions: &mut Mentions, report: &mut Report) -> anyhow::Result<()> {
    let Some(moto) = bench.start_moto(0).await? else {
        report.note("The AWS CLI was not measured: no --moto-server said where an AWS for both is");
        return Ok(());
    };
    let cli = Cli::beside(bench.moto_server.as_deref(), moto.address())?;
    cli.make_function(&bench.directory)?;
    let mut channel = Channel::start(bench, "commands-cli", None, moto.address()).await?;
    // Neither's first is measured: here the role is assumed, and Python writes or finds what it has compiled.
    let first = channel.say(mentions, LIST_FUNCTIONS).await?;
    channel.answers(bench, &[first], |_| FUNCTION).await?;
    cli.list_functions()?;

    let (mut of_cli, mut of_bellhop) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_cli.push(cli.list_functions()?);
        let mut said = Vec::with_capacity(COMMANDS);
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for _ in 0..COMMANDS {
            ticks.tick().await;
            said.push(channel.say(mentions, LIST_FUNCTIONS).await?);
        }
        let answered = channel.answers(bench, &said, |_| FUNCTION).await?;
        of_bellhop.extend(times_to_answer(&said, &answered));
    }
    channel.bellhop.stop()?;
    report.row(Row {
        what: format!(
            "`{LIST_FUNCTIONS}` whole, from Slack's event to its answer in Slack, on one moto_server, {} in turn",
            of_bellhop.len()
        ),
        result: percentiles(&of_bellhop),
        aim: "≥ 50 × AWS CLI",
        other: format!("AWS CLI, {ROUNDS} processes: {}", percentiles(&of_cli)),
        other_ratio: format!("{:.1} of medians", median(&of_cli) / median(&of_bellhop)),
        ..Row::default()
    });
    report.note(format!("The AWS CLI is {}, from its start to its end", cli.version()?));
    moto.stop()
}

/// The AWS CLI of the environment that `moto_server` is of.
struct Cli {
    program: PathBuf,
    aws: SocketAddr,
}

impl Cli {
    fn beside(moto_server: Option<&Path>, aws: SocketAddr) -> anyhow::Result<Self> {
        let program = moto_server.context("no moto_server")?.with_file_name("aws");
        ensure!(program.is_file(), "there is no AWS CLI at `{}`, beside moto_server", program.display());
        Ok(Self { program, aws })
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(&self.program);
        command.args(arguments).env_clear().envs(environment_of_aws(self.aws));
        let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
        ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The one that both list.
    fn make_function(&self, directory: &Path) -> anyhow::Result<()> {
        let archive = directory.join("empty.zip");
        fs::write(&archive, EMPTY_ARCHIVE)?;
        let archive = format!("fileb://{}", archive.display());
        let role = ["iam", "create-role", "--role-name", "bench", "--assume-role-policy-document", "{}"];
        self.run(&[role.as_slice(), &["--region", "us-east-1"]].concat())?;
        let arn = format!("arn:aws:iam::{ACCOUNT_ID}:role/bench");
        let function = ["lambda", "create-function", "--function-name", FUNCTION, "--runtime", "python3.12"];
        let rest = ["--role", &arn, "--handler", "a.b", "--zip-file", &archive, "--region", "us-east-1"];
        self.run(&[function.as_slice(), rest.as_slice()].concat())?;
        Ok(())
    }

    /// Milliseconds from the start of the process to its end.
    fn list_functions(&self) -> anyhow::Result<f64> {
        let arguments: Vec<&str> = LIST_FUNCTIONS.split(' ').collect();
        let begun = Instant::now();
        let printed = self.run(&arguments)?;
        let took = begun.elapsed().as_secs_f64() * 1e3;
        ensure!(printed.contains(FUNCTION), "the AWS CLI lists no `{FUNCTION}`: {printed}");
        Ok(took)
    }

    fn version(&self) -> anyhow::Result<String> {
        let printed = self.run(&["--version"])?;
        Ok(printed.split(' ').take(2).collect::<Vec<_>>().join(" ").trim().to_owned())
    }
}
