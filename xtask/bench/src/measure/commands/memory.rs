//! The memory of a server that has read the model of every service: somebody asks for the help of one operation of each.

use anyhow::ensure;
use awscall::catalog::catalog;

use super::{Channel, Mentions};
use crate::fake_aws::FakeAws;
use crate::measure::Bench;
use crate::report::{Report, Row, megabytes};

/// Asked before their answers are waited for.
const AT_ONCE: usize = 20;

pub(super) async fn measure(bench: &Bench, mentions: &mut Mentions, report: &mut Report) -> anyhow::Result<()> {
    let aws = FakeAws::start().await?;
    let mut channel = Channel::start(bench, "commands-memory", None, aws.address).await?;
    let before = channel.bellhop.resident_bytes()?;
    let services = &catalog().directory().services;
    for some in services.chunks(AT_ONCE) {
        let mut said = Vec::with_capacity(AT_ONCE);
        for entry in some {
            let command = entry.commands.first().copied().unwrap_or_default();
            said.push(channel.say(mentions, &format!("{} {command} --help", entry.name)).await?);
        }
        channel.answers(bench, &said, |number| some.get(number).map_or("", |entry| entry.name).to_owned()).await?;
    }
    let (now, most) = (channel.bellhop.resident_bytes()?, channel.bellhop.peak_bytes()?);
    ensure!(now > before, "reading {} services took no memory", services.len());
    report.row(Row {
        what: format!("Resident memory after the help of an operation of each of {} services", services.len()),
        result: format!("{}, {} at most; {} before", megabytes(now), megabytes(most), megabytes(before)),
        aim: "< 150 MB",
        ..Row::default()
    });
    channel.bellhop.stop()
}
