//! `bellhop deliveries replay`: sends again what a time brought, a page of messages at a time.

use std::io::Write as _;

use anyhow::bail;
use clap::Args;
use store::Store;

use crate::cli::moment::{Moment, moment};
use crate::cli::{DataArguments, say};
use crate::clock::{Clock as _, SystemClock, iso8601};

/// Messages of one transaction: a server that runs beside it writes in between.
const PAGE: i64 = 100;
/// After how many pages it says how far it is.
const TOLD_EVERY: usize = 100;

#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    data: DataArguments,
    /// Messages that were received from then on: `90s`, `15m`, `2h` or `7d` ago, or a time like `2026-11-23T00:00:00Z`.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Moment,
    /// And before then; now unless it is said.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Moment>,
    /// Only messages of this topic.
    #[arg(long, value_name = "ARN")]
    topic: Option<String>,
    /// Also what arrived: it comes a second time.
    #[arg(long)]
    delivered_too: bool,
    /// Only says how many there would be.
    #[arg(long)]
    dry_run: bool,
}

impl Replay {
    pub async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let now_ms = SystemClock.now_ms();
        let (from_ms, to_ms) = (self.since.ms(now_ms), self.until.map_or(now_ms, |until| until.ms(now_ms)));
        if from_ms >= to_ms {
            let (from, to) = (iso8601(from_ms), iso8601(to_ms));
            bail!("nothing lies between `{from}` and `{to}`: say an earlier --since or a later --until");
        }
        let deliveries = self.pages(&store, from_ms, to_ms, now_ms).await?;
        let (from, to) = (iso8601(from_ms), iso8601(to_ms));
        say(&if self.dry_run {
            format!("{deliveries} deliveries of {from} to {to} would go out; nothing was changed")
        } else {
            format!("{deliveries} deliveries of {from} to {to} are pending")
        });
        Ok(())
    }

    /// Answers how many deliveries they were.
    async fn pages(&self, store: &Store, from_ms: i64, to_ms: i64, now_ms: i64) -> anyhow::Result<usize> {
        let mut replay = store::outbox::Replay {
            from_ms,
            to_ms,
            topic_arn: self.topic.clone(),
            delivered_too: self.delivered_too,
            after: None,
            limit: PAGE,
            dry_run: self.dry_run,
            now_ms,
        };
        let mut deliveries = 0_usize;
        for page in 1_usize.. {
            let (made, next) = store.replay(&replay).await?;
            deliveries = deliveries.saturating_add(made);
            let Some(next) = next else { return Ok(deliveries) };
            if page.is_multiple_of(TOLD_EVERY) {
                // On the way, where it is in nobody's pipe.
                let _ = writeln!(std::io::stderr(), "up to {}: {deliveries} deliveries", iso8601(next.0));
            }
            replay.after = Some(next);
        }
        Ok(deliveries)
    }
}
