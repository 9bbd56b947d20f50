//! `bellhop deliveries`: every message answered for, and a second life for what did not arrive.

mod refused;
mod replay;
mod wording;

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use domain::sns_message::SnsMessage;
use store::Store;
use store::outbox::{Delivery, DeliveryDetail, DeliveryFilter, DeliveryState, Pause};

use self::wording::{line, state_of};
use super::moment::told;
use super::{DataArguments, say};
use crate::app::spoken;
use crate::clock::{Clock as _, SystemClock, iso8601};

/// `retry --all-dead` in one call; call it again for more.
const REVIVED_AT_ONCE_MAX: i64 = 10_000;
/// Pauses that are listed.
const PAUSES_MAX: i64 = 1000;
/// Held deliveries are counted no further.
const COUNT_TO: i64 = 10_000;

#[derive(Debug, Subcommand)]
pub enum Deliveries {
    /// List deliveries, or what was refused at the door, the newest first.
    List(List),
    /// Show one delivery: the message as it arrived, and what happened to it.
    Show(One),
    /// Bring deliveries back that will not go out by themselves: each is tried as if it had just arrived.
    Retry(Retry),
    /// Send again what a time brought, to whoever lists its topics today: what did not arrive, or all of it.
    Replay(replay::Replay),
    /// List the credentials that a platform refuses, and how much waits for each.
    Pauses(Pauses),
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    data: DataArguments,
    /// Only those in this state.
    #[arg(long, value_parser = state())]
    state: Option<DeliveryState>,
    /// Only those that this digest tells of.
    #[arg(long, value_name = "ID", conflicts_with = "state")]
    folded_into: Option<i64>,
    /// What was refused at the door instead: forged, malformed, too large, of a topic that nobody lists.
    #[arg(long, conflicts_with_all = ["state", "folded_into"])]
    refused: bool,
    /// Only those older than this one, to go on from the last line of the page before.
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
    /// What was refused instead, as `list --refused` names it.
    #[arg(long)]
    refused: bool,
}

#[derive(Debug, Args)]
pub struct Retry {
    #[command(flatten)]
    data: DataArguments,
    /// The delivery, as `list` names it: dead, held, folded, suppressed or throttled.
    #[arg(required_unless_present = "all_dead", conflicts_with = "all_dead")]
    id: Option<i64>,
    /// All dead deliveries, the oldest first.
    #[arg(long)]
    all_dead: bool,
}

#[derive(Debug, Args)]
pub struct Pauses {
    #[command(flatten)]
    data: DataArguments,
}

/// The states by their names, which `--help` lists.
fn state() -> impl TypedValueParser<Value = DeliveryState> {
    PossibleValuesParser::new(DeliveryState::ALL.map(DeliveryState::as_str)).try_map(|name| {
        DeliveryState::ALL.into_iter().find(|state| state.as_str() == name).ok_or("not a state of deliveries")
    })
}

impl Deliveries {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
            Self::Retry(retry) => retry.run().await,
            Self::Replay(replay) => replay.run().await,
            Self::Pauses(pauses) => pauses.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let limit = i64::from(self.max_items);
        if self.refused {
            return refused::list(&store, self.before, limit).await;
        }
        let filter = match (self.folded_into, self.state) {
            (Some(id), _) => DeliveryFilter::FoldedInto(id),
            (None, Some(state)) => DeliveryFilter::InState(state),
            (None, None) => DeliveryFilter::All,
        };
        let page = store.deliveries(filter, self.before, limit).await?;
        if page.is_empty() {
            say("no deliveries");
        }
        let pauses = pauses_of(&store, &page).await?;
        let now_ms = SystemClock.now_ms();
        for delivery in page {
            let pause = delivery.scope.as_ref().and_then(|scope| pauses.get(scope));
            say(&line(&delivery, pause, now_ms));
        }
        Ok(())
    }
}

/// Why the held ones of a page are held: as many questions as they have scopes.
async fn pauses_of(store: &Store, page: &[Delivery]) -> anyhow::Result<HashMap<String, Pause>> {
    let mut pauses = HashMap::new();
    for scope in page.iter().filter_map(|delivery| delivery.scope.as_ref()) {
        if !pauses.contains_key(scope)
            && let Some(pause) = store.pause(scope).await?
        {
            pauses.insert(scope.clone(), pause);
        }
    }
    Ok(pauses)
}

impl One {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        if self.refused {
            return refused::show(&store, self.id).await;
        }
        let detail = store.delivery(self.id).await?.with_context(|| format!("there is no delivery `{}`", self.id))?;
        let now_ms = SystemClock.now_ms();
        let pause = pauses_of(&store, std::slice::from_ref(&detail.delivery)).await?.into_values().next();
        let mut lines = facts(&detail, pause.as_ref(), now_ms);
        lines.extend(digest(&store, &detail.delivery).await?);
        if !detail.history.is_empty() {
            lines.push("history".to_owned());
            let entry = |entry: &store::outbox::HistoryEntry| {
                format!("  {}  {:<8}  {}", iso8601(entry.at_ms), entry.event, entry.detail).trim_end().to_owned()
            };
            lines.extend(detail.history.iter().map(entry));
        }
        let message = SnsMessage::parse(detail.body.as_bytes()).map(|message| message.message);
        lines.push(format!("\n{}", message.unwrap_or(detail.body)));
        say(&lines.join("\n"));
        Ok(())
    }
}

fn facts(detail: &DeliveryDetail, pause: Option<&Pause>, now_ms: i64) -> Vec<String> {
    let d = &detail.delivery;
    let mut lines = vec![
        format!("delivery       {}", d.id),
        format!("state          {}", state_of(d, pause, now_ms)),
        format!("configuration  {}", d.configuration_arn),
        format!("destination    {}", d.destination),
        format!("topic          {}", d.topic_arn),
        format!("message id     {}", d.message_id),
        format!("received       {}", told(d.received_at_ms, now_ms)),
        format!("attempts       {}, last change {}", d.attempts, told(d.updated_at_ms, now_ms)),
    ];
    lines.extend(d.posted.as_ref().map(|posted| format!("posted as      {posted}")));
    lines.extend(d.reason.as_ref().map(|reason| format!("reason         {reason}")));
    lines.extend(d.folded_into.map(|digest| format!("digest         {digest}: `bellhop deliveries show {digest}`")));
    lines
}

/// What a digest tells of beside its own message.
async fn digest(store: &Store, delivery: &Delivery) -> anyhow::Result<Vec<String>> {
    if delivery.folds == 0 {
        return Ok(Vec::new());
    }
    let mut lines = vec![format!("tells of       {} more: `list --folded-into {}`", delivery.folds, delivery.id)];
    for topic in store.folded_topics(delivery.id).await? {
        let (first, last) = (iso8601(topic.first_at_ms), iso8601(topic.last_at_ms));
        lines.push(format!("  {:>6}  {first} to {last}  {}", topic.count, topic.topic_arn));
    }
    Ok(lines)
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
            match detail.delivery.state {
                DeliveryState::Delivered => bail!(
                    "delivery `{id}` arrived already: `bellhop deliveries replay --delivered-too` sends a time's messages again"
                ),
                _ => bail!("delivery `{id}` waits already: {}", state_of(&detail.delivery, None, now_ms)),
            }
        }
        let revived = store.revive_all(REVIVED_AT_ONCE_MAX, now_ms).await?;
        say(&format!("{revived} deliveries are pending again"));
        Ok(())
    }
}

impl Pauses {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let pauses = store.pauses("", PAUSES_MAX).await?;
        if pauses.is_empty() {
            say("no credentials are refused");
        }
        let now_ms = SystemClock.now_ms();
        for pause in pauses {
            let held = store.held_count(&pause.scope, COUNT_TO).await?;
            let more = if held == COUNT_TO { " or more" } else { "" };
            let (since, again) = (told(pause.since_ms, now_ms), told(pause.probe_at_ms, now_ms));
            let scope = spoken(&pause.scope);
            say(&format!("{scope}: {}\n  since {since}, tried again {again}, {held}{more} held", pause.reason));
        }
        Ok(())
    }
}
