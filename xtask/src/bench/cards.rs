//! `cargo xtask bench cards`: how many messages of each source one core turns into Slack's JSON in a second, as a table.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

use crate::workspace::{self, Workspace};

const HEADING: &str = "\
# How fast messages are made

<!-- Written by `cargo xtask bench cards --write docs/reference/cards.md`, do not edit. -->

From SNS's envelope to the bytes that go to Slack, on one core: envelope parsed, source found, card read, message rendered and written
as JSON. Signature, store and network are not in it; they are in [performance.md](performance.md). The messages are the fixtures of
`crates/domain/tests/fixtures/notification/`. The best of nine rounds of 120 ms each; others only add what else the machine does.

";
const AIM: &str = "The aim is 50,000 a second for an alarm, which is `cloudwatch_alarm/metric`; its source's other messages are in the mean.";

pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let page = match arguments {
        [] => None,
        [flag, page] if flag == "--write" => Some(workspace.root.join(page)),
        _ => bail!("`bench cards` takes nothing or `--write PAGE`"),
    };
    let bench = ["bench", "--quiet", "--package", "domain", "--bench", "cards"];
    let printed = workspace::output(workspace.command("cargo").args(bench))?;
    let table = table(&printed)?;
    print!("{table}");
    if let Some(page) = page {
        let text = format!("{HEADING}{table}\n{AIM} Measured on {}.\n", machine());
        std::fs::write(&page, text).with_context(|| format!("`{}` cannot be written", page.display()))?;
    }
    Ok(())
}

/// Of the lines that the benchmark prints: `NAME TAB MESSAGES_A_SECOND TAB BYTES`.
fn table(printed: &str) -> Result<String> {
    let mut table =
        "| Source | Messages a second | Microseconds each | Bytes of an envelope |\n|---|---:|---:|---:|\n".to_owned();
    for line in printed.lines() {
        let [name, rate, bytes] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let rate: u64 = rate.parse().with_context(|| format!("`{line}` is no line of the benchmark"))?;
        let micros = 10_000_000 / rate.max(1);
        let _ = writeln!(table, "| {name} | {rate} | {}.{} | {bytes} |", micros / 10, micros % 10);
    }
    if table.lines().count() < 3 {
        bail!("the benchmark printed no source");
    }
    Ok(table)
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| "an unnamed processor".to_owned(), |(_, name)| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_line_a_source() {
        let table = table("guardduty\t50000\t2226\nnoise\n").unwrap();
        assert!(table.ends_with("| guardduty | 50000 | 20.0 | 2226 |\n"), "{table}");
        assert!(super::table("noise").is_err());
        assert!(super::table("a\tb\tc").is_err());
    }
}
