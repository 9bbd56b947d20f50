//! `bellhop silences`: keep what is known out of chat for a while, beside a server that runs. The words are amtool's where they
//! fit.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use store::{NewSilence, SILENCES_MAX, StoredSilence};
use wire::ids::AccountId;

use super::identities::{Output, account_id, json_text};
use super::moment::{Moment, moment, told};
use super::{DataArguments, say};
use crate::app::{SILENCES_EVERY_MS, new_silence};
use crate::clock::{Clock as _, SystemClock, iso8601};

#[derive(Debug, Subcommand)]
pub enum Silences {
    /// Silence what is like all conditions until a time.
    Create(Create),
    /// List the silences in force, or all that are remembered, the newest first.
    List(List),
    /// End a silence now.
    Expire(Expire),
}

#[derive(Debug, Args)]
pub struct Create {
    #[command(flatten)]
    data: DataArguments,
    /// A condition, as in a rule's `match`: `severity=warning`, `subject=orders-*`, `detail.severity=>=7`. With commas, or once
    /// more: all of them must hold. One attribute twice: any of its values.
    #[arg(long = "match", value_name = "ATTRIBUTE=PATTERN", required = true, value_delimiter = ',')]
    conditions: Vec<String>,
    /// When it ends: `2026-11-24T06:00:00Z`.
    #[arg(long, value_name = "TIME", required_unless_present = "duration", conflicts_with = "duration")]
    until: Option<String>,
    /// How long it lasts: `90m`, `2h`, `1d`.
    #[arg(long = "for", value_name = "DURATION")]
    duration: Option<String>,
    /// Who wants it.
    #[arg(long)]
    author: String,
    /// Why.
    #[arg(long)]
    comment: String,
    /// Only for configurations of this account.
    #[arg(long, value_parser = account_id)]
    account_id: Option<AccountId>,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    data: DataArguments,
    /// Also those that have ended.
    #[arg(long)]
    expired: bool,
    /// Only those older than this one, to go on from the last line of the page before.
    #[arg(long, value_name = "ID")]
    before: Option<i64>,
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    max_items: u16,
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct Expire {
    #[command(flatten)]
    data: DataArguments,
    /// The silence, as `list` names it.
    id: i64,
}

impl Silences {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run().await,
            Self::List(list) => list.run().await,
            Self::Expire(expire) => expire.run().await,
        }
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<()> {
        let now_ms = SystemClock.now_ms();
        let ends_at_ms = self.ends_at_ms(now_ms)?;
        let conditions = conditions(&self.conditions)?;
        let (author, comment, times) = (&self.author, &self.comment, (now_ms, ends_at_ms));
        let silence = new_silence(self.account_id, &conditions, author, comment, times).map_err(anyhow::Error::msg)?;
        let store = self.data.open().await?;
        let Some(id) = store.create_silence(&silence).await? else {
            bail!(
                "there are {SILENCES_MAX} silences in force, which is the most: end some with `bellhop silences expire`"
            );
        };
        say(&format!(
            "silence {id} lasts until {}; running servers know of it within {} s",
            told(ends_at_ms, now_ms),
            SILENCES_EVERY_MS / 1000
        ));
        Ok(())
    }

    fn ends_at_ms(&self, now_ms: i64) -> anyhow::Result<i64> {
        if let Some(duration) = &self.duration {
            return match moment(duration) {
                Ok(Moment::Ago { ms }) => Ok(now_ms.saturating_add(ms)),
                _ => bail!("`{duration}` is no duration: say one like `90m`, `2h` or `1d`"),
            };
        }
        let until = self.until.as_deref().unwrap_or_default();
        match moment(until) {
            Ok(Moment::At { ms }) => Ok(ms),
            _ => bail!("`{until}` is no time: say one like `2026-11-24T06:00:00Z`"),
        }
    }
}

/// `a=b`, `a=c`, `d=e` is what `{ a = ["b", "c"], d = "e" }` is in a rule.
fn conditions(pairs: &[String]) -> anyhow::Result<Value> {
    let mut table: Map<String, Value> = Map::new();
    for pair in pairs {
        let (attribute, pattern) = pair
            .split_once('=')
            .with_context(|| format!("`{pair}` is no condition: say ATTRIBUTE=PATTERN, like `severity=warning`"))?;
        let patterns = table.entry(attribute.trim()).or_insert_with(|| json!([]));
        // This attribute takes no list.
        if attribute.trim() == "severity_at_least" {
            *patterns = json!(pattern);
        } else if let Some(patterns) = patterns.as_array_mut() {
            patterns.push(json!(pattern));
        }
    }
    Ok(Value::Object(table))
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        let (now_ms, limit) = (SystemClock.now_ms(), i64::from(self.max_items));
        let mut page = if self.expired {
            store.silences(self.before, limit).await?
        } else {
            store.silences_in_force(now_ms).await?
        };
        if !self.expired {
            page.sort_by_key(|stored| std::cmp::Reverse(stored.id));
            page.retain(|stored| self.before.is_none_or(|before| stored.id < before));
            page.truncate(usize::from(self.max_items));
        }
        if self.output == Output::Json {
            let silences: Vec<Value> = page.iter().map(|stored| json_of(stored, now_ms)).collect();
            say(&json_text(&json!({ "Silences": silences })));
            return Ok(());
        }
        if page.is_empty() {
            say("no silences");
        }
        for StoredSilence { id, silence } in page {
            let state = if silence.ends_at_ms > now_ms { "until" } else { "ended" };
            let account = silence.account_id.as_ref().map(|id| format!(" of {}", id.as_str())).unwrap_or_default();
            let (ends, NewSilence { conditions, author, comment, .. }) = (told(silence.ends_at_ms, now_ms), silence);
            say(&format!("{id:>6}  {state} {ends}  {conditions}{account}  {author}: {comment}"));
        }
        Ok(())
    }
}

fn json_of(StoredSilence { id, silence }: &StoredSilence, now_ms: i64) -> Value {
    json!({
        "Id": id,
        "AccountId": silence.account_id.as_ref().map(AccountId::as_str),
        "Match": serde_json::from_str::<Value>(&silence.conditions).unwrap_or_default(),
        "Author": silence.author,
        "Comment": silence.comment,
        "CreateDate": iso8601(silence.created_at_ms),
        "EndDate": iso8601(silence.ends_at_ms),
        "Expired": silence.ends_at_ms <= now_ms,
    })
}

impl Expire {
    async fn run(self) -> anyhow::Result<()> {
        let (store, id) = (self.data.open().await?, self.id);
        if !store.expire_silence(id, SystemClock.now_ms()).await? {
            bail!("there is no silence `{id}` in force: `bellhop silences list` shows those that are");
        }
        say(&format!("silence {id} is over; running servers know of it within {} s", SILENCES_EVERY_MS / 1000));
        Ok(())
    }
}
