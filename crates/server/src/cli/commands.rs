//! `bellhop commands`: what people had run in AWS from chat, and what became of it. What is sensitive in a command is masked, as in
//! the audit trail; what AWS answered is gone with the answer.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use store::ChatCommand;

use super::DataArguments;
use super::identities::PageArguments;
use crate::app::chat_commands::asked_of;
use crate::clock::iso8601;

#[derive(Debug, Subcommand)]
pub enum Commands {
    /// List what was asked within a week, the newest first: what waits for its person, what runs, what was answered or could not be.
    List(List),
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    page: PageArguments,
}

impl Commands {
    pub async fn run(self) -> anyhow::Result<()> {
        let Self::List(List { data, page }) = self;
        let store = data.open().await?;
        let after = match &page.after {
            Some(id) => {
                let found = store.chat_command(id).await?;
                let found = found.with_context(|| format!("there is no command `{id}`: give the last line's id"))?;
                Some((found.created_at_ms, id.as_str()))
            }
            None => None,
        };
        let found = store.chat_commands(after, page.limit()).await?;
        let rows: Vec<_> = found.iter().map(row).collect();
        page.print("ChatCommands", &["ID", "ASKED", "STATE", "BY", "CHANNEL", "REASON", "COMMAND"], &rows);
        Ok(())
    }
}

fn row(command: &ChatCommand) -> (Vec<String>, serde_json::Value) {
    let ChatCommand { id, destination, state, reason, created_at_ms, started_at_ms, ended_at_ms, .. } = command;
    // Of one that was cancelled nothing more is kept.
    let (by, line) = asked_of(command).unwrap_or_default();
    let asked = iso8601(*created_at_ms);
    let json = json!({
        "Id": id, "AskedAt": asked, "State": state.as_str(), "By": by, "Channel": destination, "Command": line,
        "StartedAt": started_at_ms.map(iso8601), "EndedAt": ended_at_ms.map(iso8601), "Reason": reason,
    });
    let reason = reason.clone().unwrap_or_default();
    let cells = vec![id.clone(), asked, state.as_str().to_owned(), by, destination.clone(), reason, line];
    (cells, json)
}
