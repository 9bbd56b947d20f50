//! Microsoft Teams: channels' webhooks, and the Bot Framework for a bot. What an answer means is `domain::delivery`'s to say.
//!
//! The worker that delivers calls it. `teams/webhook` is a webhook, `teams/connector` the bot's messages, `teams/graph` the names
//! of teams, `teams/token` what the bot signs both with. It never decides which of the two a channel has.

mod connector;
mod graph;
pub mod keys;
mod token;
mod webhook;

use std::time::Duration;

use domain::chat_configuration::TeamsChannel;
use domain::conversation::TeamsScene;
use domain::delivery::{DeliveryOutcome, TeamsActivity};
use domain::notification::render::teams::TeamsMessage;
use secrecy::SecretString;
use url::Url;
use wire::ids::{TeamName, Uuid};

use self::connector::Connector;
pub use self::connector::TeamDetails;
use self::graph::Graph;
use self::webhook::Webhooks;
use crate::clock::SharedClock;

const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What a bot needs to be one.
#[derive(Clone)]
pub struct TeamsBot {
    /// The id of its app registration.
    pub app_id: String,
    pub app_password: SecretString,
    /// The tenant of a single-tenant app.
    pub tenant_id: Option<String>,
    /// Ends with `/`.
    pub service_url: Url,
    /// Ends with `/`.
    pub login_url: Url,
    /// Ends with `/`; `None`: nobody is asked for names.
    pub graph_url: Option<Url>,
}

pub struct TeamsClient {
    webhooks: Webhooks,
    bot: Option<Connector>,
    graph: Option<Graph>,
}

impl TeamsClient {
    pub fn new(timeout: Duration, clock: SharedClock, bot: Option<TeamsBot>) -> reqwest::Result<Self> {
        let webhooks = Webhooks::new(timeout, clock.clone())?;
        let connector = bot.as_ref().map(|bot| Connector::new(timeout, clock.clone(), bot)).transpose()?;
        let graph = bot.and_then(|bot| bot.graph_url.clone().map(|graph_url| (bot, graph_url)));
        let graph = graph.map(|(bot, graph_url)| Graph::new(timeout, clock, bot, graph_url)).transpose()?;
        Ok(Self { webhooks, bot: connector, graph })
    }

    pub async fn post_to_webhook(&self, webhook: &SecretString, message: &TeamsMessage) -> DeliveryOutcome {
        self.webhooks.post(webhook, message).await
    }

    /// The bot's app, if there is a bot.
    pub fn bot_app_id(&self) -> Option<&str> {
        self.bot.as_ref().map(Connector::app_id)
    }

    /// Begins a thread in a channel. `posted` is a [`TeamsActivity`]. `proven` is the service URL that a token proved for the
    /// team, here and below; without one it is that of the settings.
    pub async fn post(&self, proven: Option<&str>, channel: &TeamsChannel, message: &TeamsMessage) -> DeliveryOutcome {
        match &self.bot {
            Some(bot) => bot.post(proven, channel, message).await,
            None => no_bot(),
        }
    }

    /// Replies in the thread of a message. `posted` is the reply's own [`TeamsActivity`].
    pub async fn reply(&self, proven: Option<&str>, parent: &TeamsActivity, message: &TeamsMessage) -> DeliveryOutcome {
        match &self.bot {
            Some(bot) => bot.reply(proven, parent, message).await,
            None => no_bot(),
        }
    }

    /// Puts another message in the place of one.
    pub async fn update(
        &self,
        proven: Option<&str>,
        activity: &TeamsActivity,
        message: &TeamsMessage,
    ) -> DeliveryOutcome {
        match &self.bot {
            Some(bot) => bot.update(proven, activity, message).await,
            None => no_bot(),
        }
    }

    /// Answers in the conversation of a scene: in its thread, or to the person it is with. `posted` is a [`TeamsActivity`].
    pub async fn say(&self, scene: &TeamsScene, message: &TeamsMessage) -> DeliveryOutcome {
        match &self.bot {
            Some(bot) => bot.say(scene, message).await,
            None => no_bot(),
        }
    }

    /// Answers in the place of a message of a scene's conversation.
    pub async fn replace(&self, scene: &TeamsScene, activity_id: &str, message: &TeamsMessage) -> DeliveryOutcome {
        match &self.bot {
            Some(bot) => bot.replace(scene, activity_id, message).await,
            None => no_bot(),
        }
    }

    /// Answers one person of a scene, whom Teams calls `account`, where nobody else reads: Teams shows nothing in a channel
    /// to one alone.
    pub async fn say_to_person(&self, scene: &TeamsScene, account: &str, message: &TeamsMessage) -> DeliveryOutcome {
        match &self.bot {
            Some(bot) => bot.say_to_person(scene, account, message).await,
            None => no_bot(),
        }
    }

    /// What the connector says of a team by Teams' own name for it; `None`: nothing, or it cannot be asked now.
    pub async fn team_details(&self, service_url: &str, thread_id: &str) -> Option<TeamDetails> {
        self.bot.as_ref()?.team_details(service_url, thread_id).await
    }

    /// What a team is called in its tenant; `None`: Microsoft Graph does not say, or is not asked.
    pub async fn team_name(&self, tenant_id: &Uuid, team_id: &Uuid) -> Option<TeamName> {
        self.graph.as_ref()?.team_name(tenant_id, team_id).await
    }

    /// Which of these groups a person is in, as Microsoft Graph names them; an `Err` says why it does not.
    pub async fn groups_of(&self, tenant_id: &Uuid, user_id: &Uuid, groups: &[&Uuid]) -> Result<Vec<String>, String> {
        let graph = self.graph.as_ref().ok_or("`microsoft_teams.bot` is not set, or without a `graph_url`")?;
        graph.groups_of(tenant_id, user_id, groups).await
    }

    /// Whether Microsoft takes the bot's credentials as they are now. An `Err` says what it answered; a Microsoft that cannot
    /// be reached says nothing of them.
    pub async fn bot_works(&self) -> Result<(), String> {
        match &self.bot {
            Some(bot) => bot.works().await,
            None => Err("`microsoft_teams.bot` is not set any more".to_owned()),
        }
    }
}

fn no_bot() -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: "`microsoft_teams.bot` is not set any more; set it and retry".to_owned() }
}
