//! Tickets: what stands in a button or a form, and says what it is for, for whom, where and until when. Sealed, so that
//! nobody makes one or reads one; opened by the event that brings it back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::command::variables::VariableValues;
use domain::conversation::{ChatEvent, Happening, Scene, TeamsScene};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use store::StoreError;
use uuid::Uuid;
use wire::ids::{ChatConfigurationArn, TeamsChannelId};

use super::App;

const SEALED_FOR: &str = "ticket";
/// A button is good for a day: whoever comes back the next morning asks again.
const LASTS_MS: i64 = 24 * 60 * 60 * 1000;
/// Longer than any of ours.
const TICKET_BYTES_MAX: usize = 3000;

/// What pressing does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Shows the form of a configuration's preferences.
    ChangePreferences,
    /// Keeps what the form says.
    KeepPreferences,
    /// Begins to link the person to a role.
    SwitchRole,
    /// Goes on with a command that waits.
    Command(CommandPress),
    /// Remembers where a channel's commands run; `None`: asks which of all regions.
    DefaultRegion(Option<String>),
    /// Remembers whose account a person means.
    DefaultAccount,
    /// A button under a notification.
    Notification(NotificationPress),
    /// Values that an alias or an action still needs: asks for them, or takes them.
    Values(ValuesPress),
    /// Shows another page of a service's operations.
    HelpPage { service: String, page: usize },
}

/// A button under a notification. What it needs of the message is read from the stored one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationPress {
    pub notification: i64,
    pub step: NotificationStep,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotificationStep {
    /// Runs a custom action, by its ARN.
    Action(String),
    /// Shows all that can be run.
    More,
    /// Shows the logs of what the alarm is about.
    Logs { errors: bool },
    /// Answers the approval that a pipeline waits for: asks for a comment.
    Approval(Decision),
    /// The same, with the comment of the form, if it has one.
    ApprovalWith(Decision),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValuesPress {
    /// Of an alias, with the values that it has.
    Alias { name: String, values: VariableValues },
    /// Of an action; the notification has the others.
    Notification(NotificationPress),
}

/// A button under a command: good for what it stood under, and for nothing that it was changed to since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandPress {
    pub command: String,
    pub revision: i64,
    pub step: CommandStep,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandStep {
    Run,
    Cancel,
    /// Shows the form of its parameters.
    Parameters,
    /// Takes what the form says.
    Fill,
    /// In the account of the ticket's configuration.
    Account,
    /// In this region; `None`: the form says which.
    Region(Option<String>),
    /// Shows the form of all regions.
    Regions,
    /// Runs it from where its answer ended.
    NextPage,
    /// Somebody else says yes or no.
    Decide(Decision),
    /// The same, with the reason of the form.
    DecideWhy(Decision),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    Approve,
    Reject,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// By it a ticket that is good once is known to be spent.
    pub id: String,
    pub purpose: Purpose,
    /// What it is about; `None`: the channel at large.
    pub configuration_arn: Option<String>,
    /// Who alone may press it; `None`: anybody of the place.
    pub person: Option<String>,
    /// The workspace or tenant that it was given out in: elsewhere it is none.
    pub place: String,
    pub expires_at_ms: i64,
    /// Good once.
    pub once: bool,
    /// The channel that it was given out in, and the thread: a form that is sent says neither.
    pub channel_id: Option<String>,
    pub thread_ts: Option<String>,
    #[serde(default)]
    pub is_in_thread: bool,
    /// The same of Teams: what is for one person stands in their own conversation, and comes back from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<TeamsPlace>,
}

/// A thread of a channel of Teams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "as the scene names them")]
pub struct TeamsPlace {
    team_id: wire::ids::Uuid,
    channel_id: TeamsChannelId,
    conversation_id: String,
}

/// Why a press does nothing. The text is for whoever pressed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotTaken {
    #[error("This button is not one that I know. Ask me again for a new one.")]
    Unknown,
    #[error("This button has expired. Ask me again for a new one.")]
    Expired,
    #[error("This button is not yours: only the person who asked for it can press it. Ask me for your own.")]
    AnotherPersons,
    #[error("This button was pressed before, and works once. Ask me again for a new one.")]
    Spent,
    #[error("the store is unavailable")]
    Store(#[from] StoreError),
}

impl Ticket {
    /// For the person of the event alone.
    pub fn for_asker(event: &ChatEvent, purpose: Purpose, arn: Option<&ChatConfigurationArn>, now_ms: i64) -> Self {
        let (slack, teams) = match &event.scene {
            Scene::Slack(scene) => (Some(scene), None),
            Scene::Teams(scene) => (None, TeamsPlace::of(scene)),
        };
        Self {
            id: Uuid::new_v4().to_string(),
            purpose,
            configuration_arn: arn.map(|arn| arn.as_str().to_owned()),
            person: event.person.as_ref().map(|person| person.user_id.clone()),
            place: place(event),
            expires_at_ms: now_ms.saturating_add(LASTS_MS),
            once: false,
            channel_id: slack.and_then(|scene| scene.channel_id.clone()),
            thread_ts: slack.and_then(|scene| scene.thread_ts.clone()),
            is_in_thread: slack.is_some_and(|scene| scene.is_in_thread),
            teams,
        }
    }

    #[must_use]
    pub fn good_once(self) -> Self {
        Self { once: true, ..self }
    }
}

impl TeamsPlace {
    fn of(scene: &TeamsScene) -> Option<Self> {
        let (team_id, channel_id) = (scene.team_id.clone()?, scene.channel_id.clone()?);
        Some(Self { team_id, channel_id, conversation_id: scene.conversation_id.clone() })
    }
}

fn place(event: &ChatEvent) -> String {
    match &event.scene {
        Scene::Slack(scene) => format!("slack/{}", scene.team_id),
        Scene::Teams(scene) => format!("teams/{}", scene.tenant_id.as_str().to_lowercase()),
    }
}

impl App {
    /// As it stands in a button.
    pub(super) fn seal_ticket(&self, ticket: &Ticket) -> Result<String, StoreError> {
        let json = serde_json::to_string(ticket).unwrap_or_default();
        Ok(URL_SAFE_NO_PAD.encode(self.store.encryption_key().seal(SEALED_FOR, &json)?))
    }

    /// The ticket that an event brings back, if it is good for who brings it, here and now. One that is good once is spent by
    /// it; the same event, which may come again after a crash, finds it good again.
    pub(super) async fn take_ticket(&self, key: &str, event: &ChatEvent, sealed: &str) -> Result<Ticket, NotTaken> {
        let ticket = self.open_ticket(sealed).ok_or(NotTaken::Unknown)?;
        if ticket.place != place(event) {
            return Err(NotTaken::Unknown);
        }
        if ticket.expires_at_ms <= self.clock.now_ms() {
            return Err(NotTaken::Expired);
        }
        let presser = event.person.as_ref().map(|person| person.user_id.as_str());
        if ticket.person.is_some() && ticket.person.as_deref() != presser {
            return Err(NotTaken::AnotherPersons);
        }
        if ticket.once && !self.store.spend_ticket(&ticket.id, key, ticket.expires_at_ms).await? {
            return Err(NotTaken::Spent);
        }
        Ok(ticket)
    }

    /// A form of Slack that is sent says not where it was asked for, nor does what is pressed in a person's own conversation of
    /// Teams: its ticket does. Teams sends nothing of a field that is empty: such a form is a press like any other.
    pub(super) fn put_in_place(&self, event: &mut ChatEvent) {
        let (Happening::Submitted { ticket, .. } | Happening::Pressed { ticket, .. }) = &event.what else { return };
        let is_form = matches!(event.what, Happening::Submitted { .. });
        let Some(ticket) = self.open_ticket(ticket).filter(|ticket| ticket.place == place(event)) else { return };
        match &mut event.scene {
            Scene::Slack(scene) if is_form && scene.channel_id.is_none() => {
                scene.channel_id = ticket.channel_id;
                scene.thread_ts = ticket.thread_ts;
                scene.is_in_thread = ticket.is_in_thread;
            }
            Scene::Teams(scene) if scene.channel_id.is_none() && !scene.is_shared() => {
                let Some(TeamsPlace { team_id, channel_id, conversation_id }) = ticket.teams else { return };
                scene.team_id = Some(team_id);
                scene.channel_id = Some(channel_id);
                scene.conversation_id = conversation_id;
                scene.reply_to_id = None;
            }
            Scene::Slack(_) | Scene::Teams(_) => {}
        }
    }

    fn open_ticket(&self, sealed: &str) -> Option<Ticket> {
        let sealed = (sealed.len() <= TICKET_BYTES_MAX).then(|| URL_SAFE_NO_PAD.decode(sealed).ok())??;
        let opened = self.store.encryption_key().unseal(SEALED_FOR, &sealed)?;
        serde_json::from_str(opened.expose_secret()).ok()
    }
}
