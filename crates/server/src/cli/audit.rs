//! `bellhop audit`: who called the API, with what, and what came of it. Reads the store; a server may be running on it.

use std::io::Write as _;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use store::{AuditOrder, AuditPosition, AuditRecord, Store};
use wire::ids::AccountId;

use super::moment::{Moment, moment};
use super::{DataArguments, say};
use crate::app::chat_commands::EVENTS_OF_CHAT;
use crate::clock::{Clock as _, SystemClock, iso8601};

/// Records that are read at once, however many are wanted.
const PAGE: i64 = 500;

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// List records, the newest first.
    List(List),
    /// Write whole records to standard output as lines of JSON, the oldest first.
    Export(Export),
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    span: Span,
    /// Only calls of this operation.
    #[arg(long, value_name = "OPERATION", value_parser = operation)]
    event_name: Option<&'static str>,
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    max_items: u32,
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    span: Span,
}

/// Which records.
#[derive(Debug, Args)]
struct Span {
    /// Only those of this account.
    #[arg(long)]
    account: Option<AccountId>,
    /// Only those from then on: `90s`, `15m`, `1h` or `7d` ago, or a time like `2026-11-22T18:20:16Z`.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,
    /// Only those from before then.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    /// As CloudTrail's log files: `{"Records": […]}`.
    Json,
}

impl Audit {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run().await,
            Self::Export(export) => export.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let mut pages = self.span.pages(&store, AuditOrder::NewestFirst);
        let wanted = usize::try_from(self.max_items)?;
        let mut found = Vec::new();
        while found.len() < wanted
            && let Some(page) = pages.next().await?
        {
            let of_name = |record: &AuditRecord| self.event_name.is_none_or(|name| name == record.event_name);
            found.extend(page.into_iter().filter(of_name));
        }
        found.truncate(wanted);
        match self.output {
            Output::Json => say(&log_file(&found)?),
            Output::Table if found.is_empty() => say("no audit records"),
            Output::Table => found.iter().for_each(|record| say(&line(record))),
        }
        Ok(())
    }
}

impl Export {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let mut pages = self.span.pages(&store, AuditOrder::OldestFirst);
        while let Some(page) = pages.next().await? {
            let mut lines = String::new();
            for record in page {
                lines.push_str(&record.record);
                lines.push('\n');
            }
            // An export that is cut off must not look like one that is whole.
            std::io::stdout().lock().write_all(lines.as_bytes()).context("the export is not complete")?;
        }
        std::io::stdout().lock().flush().context("the export is not complete")
    }
}

impl Span {
    fn pages<'a>(&self, store: &'a Store, order: AuditOrder) -> Pages<'a> {
        let now_ms = SystemClock.now_ms();
        let ms = |moment: Moment| moment.ms(now_ms);
        let from = AuditPosition::before(self.since.map_or(i64::MIN, ms));
        let to = AuditPosition::before(self.until.map_or(i64::MAX, ms));
        Pages { store, account_id: self.account.clone(), order, from, to }
    }
}

/// A walk through the records, page by page.
struct Pages<'a> {
    store: &'a Store,
    account_id: Option<AccountId>,
    order: AuditOrder,
    from: AuditPosition,
    to: AuditPosition,
}

impl Pages<'_> {
    async fn next(&mut self) -> anyhow::Result<Option<Vec<AuditRecord>>> {
        let span = (self.from, self.to);
        let page = self.store.audit_records(self.account_id.as_ref(), span, self.order, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        match self.order {
            AuditOrder::OldestFirst => self.from = last.at,
            AuditOrder::NewestFirst => self.to = last.at,
        }
        Ok(Some(page))
    }
}

fn log_file(records: &[AuditRecord]) -> anyhow::Result<String> {
    let records: Vec<Value> = records.iter().map(parsed).collect::<Result<_, _>>()?;
    Ok(serde_json::to_string_pretty(&serde_json::json!({ "Records": records }))?)
}

fn parsed(record: &AuditRecord) -> anyhow::Result<Value> {
    serde_json::from_str(&record.record).with_context(|| format!("audit record `{}` is damaged", record.event_id))
}

fn line(record: &AuditRecord) -> String {
    let value = parsed(record).unwrap_or_default();
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
    format!(
        "{}  {:<42}  {:<32}  {:<15}  {}",
        iso8601(record.at.event_time_ms),
        record.event_name,
        text("/errorCode"),
        text("/sourceIPAddress"),
        text("/userIdentity/arn"),
    )
}

fn operation(name: &str) -> anyhow::Result<&'static str> {
    let of_api = wire::operations::Operation::every().map(wire::operations::Operation::name);
    let mut all = of_api.chain(EVENTS_OF_CHAT);
    all.find(|known| known.eq_ignore_ascii_case(name))
        .with_context(|| format!("`{name}` is no operation; say one like `TagResource`, or `RunCommand`"))
}
