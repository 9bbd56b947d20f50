//! The memory of a server that has read every service: somebody asks for the help of one operation of each, which reads its model,
//! and then runs one of each that has one to run without a question, which reads the rules of its endpoints too.

use anyhow::ensure;
use awscall::catalog::{Entry, catalog};
use awscall::command_line::{self, Parsed};
use awscall::read_only;

use super::{Channel, Mentions};
use crate::fake_aws::FakeAws;
use crate::measure::Bench;
use crate::report::{Report, Row, megabytes};

/// Asked before their answers are waited for: fewer than a channel may run at a time.
const AT_ONCE: usize = 4;

/// What is said, and what the answer has in it.
struct Line {
    text: String,
    word: &'static str,
}

pub(super) async fn measure(bench: &Bench, mentions: &mut Mentions, report: &mut Report) -> anyhow::Result<()> {
    let aws = FakeAws::start().await?;
    let mut channel = Channel::start(bench, "commands-memory", None, aws.address).await?;
    let before = channel.bellhop.resident_bytes()?;
    let services = &catalog().directory().services;
    let help: Vec<Line> = services.iter().map(help_of_one).collect();
    // An AWS that answers them all alike is understood by few of them: what each is told is not looked at.
    let runs: Vec<Line> = services.iter().filter_map(free_command).map(|text| Line { text, word: "" }).collect();
    for (lines, what) in [
        (help, "the help of an operation of each of"),
        (runs, "the same and a command that needs no parameters of each of the"),
    ] {
        say_all(bench, &mut channel, mentions, &lines).await?;
        let (now, most) = (channel.bellhop.resident_bytes()?, channel.bellhop.peak_bytes()?);
        ensure!(now > before, "reading {} services took no memory", lines.len());
        report.row(Row {
            what: format!("Resident memory after {what} {} services", lines.len()),
            result: format!("{}, {} at most; {} before", megabytes(now), megabytes(most), megabytes(before)),
            aim: "< 150 MB",
            ..Row::default()
        });
    }
    channel.bellhop.stop()
}

async fn say_all(bench: &Bench, channel: &mut Channel, mentions: &mut Mentions, lines: &[Line]) -> anyhow::Result<()> {
    for some in lines.chunks(AT_ONCE) {
        let mut said = Vec::with_capacity(AT_ONCE);
        for line in some {
            said.push(channel.say(mentions, &line.text).await?);
        }
        channel.answers(bench, &said, |number| some.get(number).map_or("", |line| line.word)).await?;
    }
    Ok(())
}

fn help_of_one(entry: &Entry) -> Line {
    let command = entry.commands.first().copied().unwrap_or_default();
    Line { text: format!("{} {command} --help", entry.name), word: entry.name }
}

/// One that only reads and asks for nothing, so that it runs at once.
fn free_command(entry: &Entry) -> Option<String> {
    let service = catalog().service(entry.name)?;
    let free = service.operations.iter().filter(|operation| read_only::is_read_only(service, operation));
    free.map(|operation| format!("{} {} --region us-east-1", entry.name, operation.command))
        .find(|line| matches!(command_line::parse(line), Parsed::Run(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_asks_for_nothing_is_found_where_there_is_one() {
        let services = &catalog().directory().services;
        let of = |name: &str| services.iter().find(|entry| entry.name == name).and_then(free_command);
        assert_eq!(of("lambda").as_deref(), Some("lambda get-account-settings --region us-east-1"));
        assert_eq!(of("rds-data"), None);
    }
}
