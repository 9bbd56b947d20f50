//! `bellhop deliveries`: every message answered for, and a second life for what died.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use domain::sns_message::SnsMessage;
use store::outbox::{Delivery, DeliveryFilter, DeliveryState};

use super::{DataArguments, say};
use crate::clock::{Clock as _, SystemClock, iso8601};

/// `retry --all-dead` in one call; call it again for more.
const REVIVED_AT_ONCE_MAX: i64 = 10_000;

#[derive(Debug, Subcommand)]
pub enum Deliveries {
    /// List deliveries, the newest first.
    List(List),
    /// Show one delivery, with the message as it arrived.
    Show(One),
    /// Revive a dead delivery: it is tried again as if it had just arrived.
    Retry(Retry),
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    data: DataArguments,
    /// Only those in this state.
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only those older than this delivery, to go on from the last line of the page before.
    #[arg(long, value_name = "ID")]
    before: Option<i64>,
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    max_items: u16,
}

#[derive(Debug, Args)]
pub struct One {
    #[command(flatten)]
    data: DataArguments,
    /// The delivery, as `list` names it.
    id: i64,
}

#[derive(Debug, Args)]
pub struct Retry {
    #[command(flatten)]
    data: DataArguments,
    /// The dead delivery, as `list` names it.
    #[arg(required_unless_present = "all_dead", conflicts_with = "all_dead")]
    id: Option<i64>,
    /// All dead deliveries, the oldest first.
    #[arg(long)]
    all_dead: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    Pending,
    Delivered,
    Dead,
}

impl From<State> for DeliveryState {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Delivered => Self::Delivered,
            State::Dead => Self::Dead,
        }
    }
}

impl Deliveries {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
            Self::Retry(retry) => retry.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let filter = self.state.map_or(DeliveryFilter::All, |state| DeliveryFilter::InState(state.into()));
        let page = store.deliveries(filter, self.before, i64::from(self.max_items)).await?;
        if page.is_empty() {
            say("no deliveries");
        }
        for delivery in page {
            say(&line(&delivery));
        }
        Ok(())
    }
}

impl One {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let detail = store.delivery(self.id).await?.with_context(|| format!("there is no delivery `{}`", self.id))?;
        let d = &detail.delivery;
        let mut lines = vec![
            format!("delivery       {}", d.id),
            format!("state          {}", state(d)),
            format!("configuration  {}", d.configuration_arn),
            format!("destination    {}", d.destination),
            format!("topic          {}", d.topic_arn),
            format!("message id     {}", d.message_id),
            format!("received       {}", iso8601(d.received_at_ms)),
            format!("attempts       {}, last change {}", d.attempts, iso8601(d.updated_at_ms)),
        ];
        lines.extend(d.posted.as_ref().map(|posted| format!("posted as      {posted}")));
        lines.extend(d.reason.as_ref().map(|reason| format!("reason         {reason}")));
        let message = SnsMessage::parse(detail.body.as_bytes()).map(|message| message.message);
        lines.push(format!("\n{}", message.unwrap_or(detail.body)));
        say(&lines.join("\n"));
        Ok(())
    }
}

impl Retry {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let now_ms = SystemClock.now_ms();
        if let Some(id) = self.id {
            if store.revive(id, now_ms).await? {
                say(&format!("delivery {id} is pending again"));
                return Ok(());
            }
            let detail = store.delivery(id).await?.with_context(|| format!("there is no delivery `{id}`"))?;
            bail!("delivery `{id}` is {}: only a dead one can be revived", detail.delivery.state.as_str());
        }
        let revived = store.revive_all(REVIVED_AT_ONCE_MAX, now_ms).await?;
        say(&format!("{revived} deliveries are pending again"));
        Ok(())
    }
}

fn line(delivery: &Delivery) -> String {
    // With its platform: one name may stand on each.
    let name = delivery.configuration_arn.rsplit_once("chat-configuration/").map_or("", |(_, name)| name);
    let reason = delivery.reason.as_deref().map(|reason| format!("  {reason}")).unwrap_or_default();
    let attempts = if delivery.attempts == 1 { "attempt" } else { "attempts" };
    let (id, received, state) = (delivery.id, iso8601(delivery.received_at_ms), state(delivery));
    format!("{id:>6}  {received}  {state:<9}  {:>2} {attempts:<8}  {name}{reason}", delivery.attempts)
}

fn state(delivery: &Delivery) -> String {
    match delivery.due_at_ms {
        Some(due_at_ms) => format!("pending, its channel goes on at {}", iso8601(due_at_ms)),
        None => delivery.state.as_str().to_owned(),
    }
}
