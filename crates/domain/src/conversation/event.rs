//! One thing that somebody said or did in chat: where, who, what.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use wire::ids::{SlackTeamId, TeamsChannelId, Uuid};

#[derive(Debug, Clone, PartialEq)]
pub struct ChatEvent {
    pub scene: Scene,
    /// Nobody, where the platform itself speaks: an app was uninstalled.
    pub person: Option<Person>,
    pub what: Happening,
}

impl ChatEvent {
    /// The same as if it had been said below the message that was pressed: what is answered stands in its thread, and not in its
    /// place.
    #[must_use]
    pub fn said_below(&self) -> Self {
        let mut event = self.clone();
        event.what = Happening::Said { text: String::new() };
        if let Scene::Slack(scene) = &mut event.scene {
            scene.message_ts = None;
            // It would answer beside the thread.
            scene.response_url = None;
        }
        event
    }
}

/// Where it happened, and how to answer there. It can be kept, sealed: some of it is an address that anybody may answer by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Scene {
    Slack(SlackScene),
    Teams(TeamsScene),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlackScene {
    /// The app that heard it.
    pub app_id: String,
    pub team_id: SlackTeamId,
    pub enterprise_id: Option<String>,
    /// `C…`, `G…`, or `D…` of a direct message.
    pub channel_id: Option<String>,
    /// The thread that an answer belongs into: the first message's `ts`.
    pub thread_ts: Option<String>,
    /// Whether that thread has replies: in no other does Slack show a message to one person alone.
    /// Source: <https://docs.slack.dev/reference/methods/chat.postEphemeral>, `thread_ts`.
    #[serde(default)]
    pub is_in_thread: bool,
    /// The message that was pressed.
    pub message_ts: Option<String>,
    /// Where an answer may be posted for half an hour, five times.
    pub response_url: Option<ResponseUrl>,
    /// With it a view may be opened, within three seconds.
    pub trigger_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TeamsScene {
    pub tenant_id: Uuid,
    /// Of the group in Microsoft Entra, as configurations name it; `None` outside of a team, or where the activity does not say.
    pub team_id: Option<Uuid>,
    pub channel_id: Option<TeamsChannelId>,
    /// `19:…@thread.tacv2;messageid=…` of a thread, `a:…` of a person.
    pub conversation_id: String,
    pub activity_id: Option<String>,
    /// The message that was pressed.
    pub reply_to_id: Option<String>,
    /// Where the connector answers for it; proven by the token.
    pub service_url: String,
}

impl TeamsScene {
    /// Whether others read what is said there: a channel, a group. Teams' names of both begin like this.
    pub fn is_shared(&self) -> bool {
        self.conversation_id.starts_with("19:")
    }
}

/// Whoever said or pressed it, as the platform names them. Names are theirs to choose: for people to read, never to decide by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// `U…` of Slack; of Teams the object id in Microsoft Entra.
    pub user_id: String,
    /// Teams' own name for them in conversations, `29:…`.
    pub account: Option<String>,
    pub name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// To Bellhop: a mention without the mention, a direct message, what followed a slash command.
    Said {
        text: String,
    },
    /// A button of a message of ours.
    Pressed {
        ticket: String,
        values: Values,
    },
    /// A form of ours.
    Submitted {
        ticket: String,
        values: Values,
    },
    /// A shortcut of the app.
    Shortcut {
        callback_id: String,
    },
    Channel(ChannelNews),
    Installation(InstallationNews),
    /// Known, and nothing to Bellhop: its own messages, a press of a link.
    Nothing,
}

/// What was typed and chosen, by the names of fields.
pub type Values = BTreeMap<String, String>;

/// What became of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelNews {
    Renamed {
        name: String,
    },
    Archived,
    Unarchived,
    Deleted,
    /// The app is in it from now on.
    Joined,
    Left,
}

/// What became of the app in a workspace or team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallationNews {
    /// Of a team of Teams: its name, and the channel that every team has.
    Added {
        team_name: Option<String>,
        general_channel_id: Option<String>,
    },
    Removed,
    /// Slack's tokens of the app's bot are none any more.
    TokensRevoked,
    /// An enterprise grid: the app may be used in these workspaces.
    AccessGranted {
        team_ids: Vec<SlackTeamId>,
    },
    AccessRevoked {
        team_ids: Vec<SlackTeamId>,
    },
}

/// Whoever has it may post: it is not printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseUrl(String);

impl ResponseUrl {
    /// Of https, or of this machine: a sandbox, a fake. Whether its host is Slack's, the server decides.
    pub fn parse(text: &str) -> Option<Self> {
        let url = url::Url::parse(text).ok()?;
        matches!(url.scheme(), "https" | "http").then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseUrl(…)")
    }
}
