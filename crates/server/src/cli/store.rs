//! `bellhop store`: bring the schema up to date, look whether all is in order, move to another engine.

mod copy;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use store::{Checked, Role, SealedColumn, Store};

use super::{DataArguments, say};
use crate::clock::{Clock as _, SystemClock};

/// Deliveries of a state are counted no further.
const COUNT_TO: i64 = 100_000;
/// Lanes that are named.
const LANES_SHOWN: usize = 20;

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Bring the schema up to date, as a server does when it starts; make it if there is none.
    Migrate(Migrate),
    /// Look whether the store is in order; exit status 1 if not. A server may be running.
    Check(Check),
    /// Copy everything into an empty store of another engine, or of the same. Nobody may serve from either meanwhile.
    Copy(copy::Copy),
}

#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    data: DataArguments,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    data: DataArguments,
    /// Wake channels that have something to send and would sleep for ever.
    #[arg(long)]
    repair: bool,
}

impl StoreCommand {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Migrate(migrate) => migrate.run().await,
            Self::Check(check) => check.run().await,
            Self::Copy(copy) => copy.run().await,
        }
    }
}

impl Migrate {
    async fn run(self) -> anyhow::Result<()> {
        let store = Store::open(&self.data.settings()?.opened_as(Role::Server)).await?;
        let schema = store.schema();
        store.close().await;
        say(&match schema.found {
            0 => format!("the store is new: schema {}", schema.now),
            found if found == schema.now => format!("schema {found} is up to date"),
            found => format!("schema {found} is now {}", schema.now),
        });
        Ok(())
    }
}

impl Check {
    async fn run(self) -> anyhow::Result<()> {
        // Opening it looks at the schema and the key.
        let store = self.data.open().await.context("the store is not in order")?;
        let checked = store.check(COUNT_TO).await?;
        say(&report(&checked, store.schema().now));
        let mut problems = problems(&checked);
        if self.repair && !checked.sleeping_lanes.is_empty() {
            let woken = store.wake_lanes(&checked.sleeping_lanes, SystemClock.now_ms()).await?;
            say(&format!("{woken} channels are awake again"));
            problems.retain(|problem| *problem != Problem::Asleep);
        }
        if problems.is_empty() {
            say("in order");
            return Ok(());
        }
        let remedies = problems.into_iter().map(Problem::remedy).collect::<Vec<_>>().join("; ");
        bail!("the store is not in order: {remedies}")
    }
}

/// What can be wrong with a store that opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Damaged,
    Unreadable,
    Asleep,
}

impl Problem {
    fn remedy(self) -> &'static str {
        match self {
            Self::Damaged => "the database file is damaged: stop the server and restore a backup",
            Self::Unreadable => "some secrets cannot be opened: set them again",
            Self::Asleep => "some channels would sleep for ever: wake them with --repair",
        }
    }
}

fn problems(checked: &Checked) -> Vec<Problem> {
    let found = [
        (!checked.damages.is_empty(), Problem::Damaged),
        (checked.sealed.iter().any(|column| column.unreadable > 0), Problem::Unreadable),
        (!checked.sleeping_lanes.is_empty(), Problem::Asleep),
    ];
    found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, problem)| problem).collect()
}

fn report(checked: &Checked, schema: i64) -> String {
    let mut lines = vec![format!("engine     {}", checked.engine), format!("schema     {schema}")];
    if checked.engine == "SQLite" {
        lines.push(format!("pages      {}", if checked.damages.is_empty() { "ok" } else { "DAMAGED" }));
        lines.extend(checked.damages.iter().map(|damage| format!("  {damage}")));
    }
    let (values, unreadable) = checked
        .sealed
        .iter()
        .fold((0, 0), |(values, unreadable), column| (values + column.values, unreadable + column.unreadable));
    lines.push(format!("secrets    {values}, of which the encryption key opens {}", values.saturating_sub(unreadable)));
    lines.extend(checked.sealed.iter().filter(|column| column.unreadable > 0).map(unreadable_line));
    let counted = checked.states.iter().filter(|counted| counted.count > 0).map(|counted| {
        let more = if counted.count == COUNT_TO { " or more" } else { "" };
        format!("{}{more} {}", counted.count, counted.state.as_str())
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    lines.push(format!("deliveries {}", if counted.is_empty() { "none" } else { counted.as_str() }));
    let asleep = &checked.sleeping_lanes;
    if !asleep.is_empty() {
        lines.push(format!("ASLEEP     {} channels have something to send and are not due", asleep.len()));
        lines.extend(asleep.iter().take(LANES_SHOWN).map(|lane| format!("  {lane}")));
    }
    lines.join("\n")
}

fn unreadable_line(column: &SealedColumn) -> String {
    let rows = column.unreadable_rows.join(", ");
    format!("  UNREADABLE: {} of {}.{}: {rows}", column.unreadable, column.table, column.column)
}
