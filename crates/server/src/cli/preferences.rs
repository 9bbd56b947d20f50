//! `bellhop preferences`: where a configuration's thread replies show and how long its threads last. AWS has this in chat alone
//! and forgets it with the configuration; here it stays by ARN until somebody resets it.

use anyhow::bail;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use domain::delivery::{THREAD_WINDOW_MAX_MS, ThreadUpdates};
use serde_json::{Value, json};
use store::{ConfigurationPreferences, Store};
use wire::ids::{ChatConfigurationArn, Platform};

use super::identities::PageArguments;
use super::moment::{Moment, moment};
use super::{DataArguments, say};
use crate::app::{InForce, SaidBy, ThreadRules};
use crate::config::{Overrides, Settings};

#[derive(Debug, Subcommand)]
pub enum Preferences {
    /// Show what holds for a configuration and who said it, or all configurations for which something was set here.
    Get(Get),
    /// Prefer something for a configuration, whether it exists yet or not.
    Set(Set),
    /// Forget what was set for a configuration, or for all: the settings hold again.
    Reset(Reset),
}

#[derive(Debug, Args)]
pub struct Get {
    #[command(flatten)]
    data: DataArguments,
    /// Its ARN.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    configuration: Option<ChatConfigurationArn>,
    /// Of all configurations for which something was set here.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    page: PageArguments,
}

#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    data: DataArguments,
    /// Its ARN.
    configuration: ChatConfigurationArn,
    /// Where replies show: in the thread alone (and in the channel what became critical), or in both.
    #[arg(long, value_parser = updates(), required_unless_present = "thread_window")]
    thread_updates: Option<ThreadUpdates>,
    /// How long a matter may be quiet before its next message opens a new thread, like `24h` or `7d`, up to `30d`; `0`: only
    /// custom notifications with a threadId are threaded.
    #[arg(long, value_parser = window)]
    thread_window: Option<i64>,
}

#[derive(Debug, Args)]
pub struct Reset {
    #[command(flatten)]
    data: DataArguments,
    /// Its ARN.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    configuration: Option<ChatConfigurationArn>,
    /// All configurations.
    #[arg(long)]
    all: bool,
}

/// The choices by their names, which `--help` lists.
fn updates() -> impl TypedValueParser<Value = ThreadUpdates> {
    let names = ThreadUpdates::ALL.map(ThreadUpdates::as_str);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<ThreadUpdates>())
}

fn window(text: &str) -> Result<i64, String> {
    let ms = match (text, moment(text)) {
        ("0", _) => Some(0),
        (_, Ok(Moment::Ago { ms })) => Some(ms),
        _ => None,
    };
    ms.filter(|ms| (0..=THREAD_WINDOW_MAX_MS).contains(ms))
        .ok_or_else(|| format!("`{text}` is no window: say one like `24h` or `7d`, up to `30d`, or `0` for none"))
}

impl Preferences {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Get(get) => get.run().await,
            Self::Set(set) => set.run().await,
            Self::Reset(reset) => reset.run().await,
        }
    }
}

impl Get {
    async fn run(self) -> anyhow::Result<()> {
        let (rules, store) = (rules(&self.data)?, self.data.open().await?);
        let found = match &self.configuration {
            Some(arn) => vec![(arn.as_str().to_owned(), store.configuration_preferences(arn.as_str()).await?)],
            None => store.all_configuration_preferences(self.page.after.as_deref(), self.page.limit()).await?,
        };
        let rows: Vec<_> = found.iter().map(|(arn, kept)| row(arn, rules.of(arn, *kept))).collect();
        let heading = ["THREAD UPDATES", "SET BY", "THREAD WINDOW", "SET BY", "CONFIGURATION"];
        self.page.print("Preferences", &heading, &rows);
        Ok(())
    }
}

impl Set {
    async fn run(self) -> anyhow::Result<()> {
        let (rules, store) = (rules(&self.data)?, self.data.open().await?);
        let arn = self.configuration.as_str();
        let change =
            ConfigurationPreferences { thread_updates: self.thread_updates, thread_window_ms: self.thread_window };
        let kept = store.put_configuration_preferences(arn, change).await?;
        let InForce { preferences, updates_by, window_by } = rules.of(arn, kept);
        let mut lines = vec![format!(
            "`{arn}` has thread updates `{}` and a thread window of {}; its next message goes by it",
            preferences.updates.as_str(),
            window_text(preferences.window_ms)
        )];
        let overruled = [(self.thread_updates.is_some(), updates_by), (self.thread_window.is_some(), window_by)];
        if overruled.contains(&(true, SaidBy::Settings)) {
            lines.push(
                "what was set is kept, but `threads.configurations` of the settings names this configuration and wins: take it \
                 out there and restart the server"
                    .to_owned(),
            );
        }
        lines.extend(remarks(&store, &self.configuration).await?);
        say(&lines.join("\n"));
        Ok(())
    }
}

impl Reset {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data.open().await?;
        if let Some(arn) = &self.configuration {
            if !store.reset_configuration_preferences(arn.as_str()).await? {
                bail!("nothing is set for `{arn}`: `bellhop preferences get --all` shows for what something is");
            }
            say(&format!("`{arn}` goes by the settings again"));
            return Ok(());
        }
        let reset = store.reset_all_configuration_preferences().await?;
        say(&format!("{reset} configurations go by the settings again"));
        Ok(())
    }
}

/// Without a settings file, `bellhop dev`'s: its defaults and the environment.
fn rules(data: &DataArguments) -> anyhow::Result<ThreadRules> {
    let settings = match &data.config {
        Some(config) => Settings::of_file(config)?,
        None => Settings::of_dev(&Overrides::default())?,
    };
    Ok(ThreadRules::new(&settings.threads))
}

/// Why it may not show.
async fn remarks(store: &Store, arn: &ChatConfigurationArn) -> anyhow::Result<Vec<String>> {
    let mut remarks = Vec::new();
    match arn.platform() {
        Some(Platform::ChimeWebhook) => remarks.push("Amazon Chime has no threads: nothing changes there".to_owned()),
        Some(Platform::MicrosoftTeamsChannel) => {
            remarks.push("Microsoft Teams threads through a bot only: nothing changes for a webhook".to_owned());
        }
        _ => {}
    }
    let exists = match arn.account_id() {
        Some(account_id) => store.chat_configuration(&account_id, arn).await?.is_some(),
        None => false,
    };
    if !exists {
        remarks.push("there is no such configuration now: it holds when there is one".to_owned());
    }
    Ok(remarks)
}

fn row(arn: &str, in_force: InForce) -> (Vec<String>, Value) {
    let InForce { preferences, updates_by, window_by } = in_force;
    let (updates, window) = (preferences.updates.as_str(), window_text(preferences.window_ms));
    let json = json!({
        "ChatConfigurationArn": arn,
        "ThreadUpdates": { "Value": updates, "SetBy": said_by(updates_by) },
        "ThreadWindow": { "Value": window, "Seconds": preferences.window_ms / 1000, "SetBy": said_by(window_by) },
    });
    let cells = [updates, said_by(updates_by), &window, said_by(window_by), arn];
    (cells.map(str::to_owned).to_vec(), json)
}

fn said_by(said_by: SaidBy) -> &'static str {
    match said_by {
        SaidBy::Settings => "settings",
        SaidBy::Hand => "by hand",
        SaidBy::Default => "default",
    }
}

/// As it can be typed: `24h`, `7d`.
fn window_text(window_ms: i64) -> String {
    const SECOND_MS: i64 = 1000;
    const MINUTE_MS: i64 = 60 * SECOND_MS;
    const HOUR_MS: i64 = 60 * MINUTE_MS;
    const DAY_MS: i64 = 24 * HOUR_MS;
    let whole = |unit_ms: i64| window_ms % unit_ms == 0;
    match window_ms {
        0 => "0".to_owned(),
        _ if window_ms > DAY_MS && whole(DAY_MS) => format!("{}d", window_ms / DAY_MS),
        _ if whole(HOUR_MS) => format!("{}h", window_ms / HOUR_MS),
        _ if whole(MINUTE_MS) => format!("{}m", window_ms / MINUTE_MS),
        _ => format!("{}s", window_ms / SECOND_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_length_of_up_to_thirty_days() {
        for (text, ms) in [("0", 0), ("90s", 90_000), ("24h", 86_400_000), ("30d", THREAD_WINDOW_MAX_MS)] {
            assert_eq!(window(text), Ok(ms), "{text}");
            assert_eq!(window_text(ms), text);
        }
        for text in ["", "1", "31d", "-1h", "2026-11-22T18:20:16Z", "1w"] {
            let error = window(text).unwrap_err();
            assert!(error.contains("say one like `24h`"), "{text}: {error}");
        }
    }
}
