//! `bellhop deliveries list|show --refused`: what was not taken, and from whom. None of it is vouched for.

use anyhow::Context as _;
use store::{RefusedMessage, Store};

use crate::cli::moment::told;
use crate::cli::say;
use crate::clock::{Clock as _, SystemClock, iso8601};

pub(super) async fn list(store: &Store, before: Option<i64>, limit: i64) -> anyhow::Result<()> {
    let page = store.refused_messages(before, limit).await?;
    if page.is_empty() {
        say("nothing was refused");
    }
    for refused in &page {
        say(&line(refused));
    }
    Ok(())
}

pub(super) async fn show(store: &Store, id: i64) -> anyhow::Result<()> {
    let found = store.refused_messages(id.checked_add(1), 1).await?.into_iter().find(|found| found.id == id);
    let found = found.with_context(|| {
        format!("there is no refused message `{id}`: `bellhop deliveries list --refused` shows the last of them")
    })?;
    let says = |said: &Option<String>| said.clone().unwrap_or_else(|| "it does not say".to_owned());
    let lines = [
        format!("refused     {}", found.id),
        format!("outcome     {}", found.outcome),
        format!("reason      {}", found.reason),
        format!("received    {}", told(found.received_at_ms, SystemClock.now_ms())),
        format!("from        {}", found.source),
        format!("topic       {}", says(&found.topic_arn)),
        format!("message id  {}", says(&found.message_id)),
        format!("\n{}", found.body),
    ];
    say(&lines.join("\n"));
    Ok(())
}

fn line(refused: &RefusedMessage) -> String {
    let (id, received, outcome) = (refused.id, iso8601(refused.received_at_ms), &refused.outcome);
    let topic = refused.topic_arn.as_deref().unwrap_or_default();
    format!("{id:>6}  {received}  {outcome:<13}  {}  {topic}  {}", refused.source, refused.reason)
}
