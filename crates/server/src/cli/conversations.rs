//! `bellhop conversations`: what people said and pressed in chat, and what came of it. Never what they said: that is gone with
//! the answer.

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use store::ListedChatEvent;

use super::DataArguments;
use super::identities::PageArguments;
use crate::clock::iso8601;

#[derive(Debug, Subcommand)]
pub enum Conversations {
    /// List what was heard within a week, the newest first: what waits, what was answered, what could not be, and why.
    List(List),
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    data: DataArguments,
    /// Only what stands so.
    #[arg(long, value_enum)]
    state: Option<State>,
    #[command(flatten)]
    page: PageArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    Pending,
    Answered,
    Failed,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Answered => "answered",
            Self::Failed => "failed",
        }
    }
}

impl Conversations {
    pub async fn run(self) -> anyhow::Result<()> {
        let Self::List(List { data, state, page }) = self;
        let id = |text: &String| text.parse().with_context(|| format!("`{text}` is no id: give the last line's"));
        let before: Option<i64> = page.after.as_ref().map(id).transpose()?;
        let store = data.open().await?;
        let found = store.chat_events(state.map(State::as_str), before, page.limit()).await?;
        let rows: Vec<_> = found.into_iter().map(row).collect();
        let heading = ["ID", "HEARD", "BY", "STATE", "FAILED", "EVENT", "REASON"];
        page.print("ChatEvents", &heading, &rows);
        Ok(())
    }
}

fn row(event: ListedChatEvent) -> (Vec<String>, serde_json::Value) {
    let ListedChatEvent { id, key, kind, state, attempts, reason, received_at_ms } = event;
    let heard = iso8601(received_at_ms);
    let json = json!({
        "Id": id, "HeardAt": heard, "Kind": kind.as_str(), "State": state, "FailedAttempts": attempts, "Key": key,
        "Reason": reason,
    });
    let cells = vec![
        id.to_string(),
        heard,
        kind.as_str().to_owned(),
        state,
        attempts.to_string(),
        key,
        reason.unwrap_or_default(),
    ];
    (cells, json)
}
