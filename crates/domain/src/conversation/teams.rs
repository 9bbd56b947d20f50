//! Activities of Microsoft Teams: which one it is, so that it is heard once, and what it says.
//!
//! The front door (`/teams/messages`) reads an [`Envelope`] and the activity is kept as it came; the worker that answers reads the
//! [`ChatEvent`].
//!
//! Sources: <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object>,
//! <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events>,
//! <https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model>.

mod news;
mod press;
mod text;

use aws_lc_rs::digest;
use serde_json::Value;
use wire::ids::{TeamsChannelId, Uuid};

use super::{ChatEvent, Happening, Person, Scene, TeamsScene};

/// The invoke of a button that is an `Action.Execute`.
pub const CARD_ACTION: &str = "adaptiveCard/action";
/// Longer names are nobody's.
const ID_BYTES_MAX: usize = 512;

/// What the front door needs to know of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub tenant_id: Uuid,
    pub conversation_id: String,
    /// The Bot Framework's own name for it: the same each time that it is said.
    pub id: String,
    /// Of an invoke, which waits for an answer of its own: what is asked.
    pub invoke: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the body is not the JSON of an activity")]
    NotJson,
    #[error("the activity names no `{0}`")]
    Lacks(&'static str),
    #[error("the activity names two tenants")]
    TwoTenants,
}

impl Envelope {
    pub fn of(body: &str) -> Result<Self, Malformed> {
        let json: Value = serde_json::from_str(body).map_err(|_| Malformed::NotJson)?;
        text_at(&json, "/type").ok_or(Malformed::Lacks("type"))?;
        let is_invoke = text_at(&json, "/type") == Some("invoke");
        Ok(Self {
            tenant_id: tenant_id(&json)?,
            conversation_id: name_at(&json, "/conversation/id").ok_or(Malformed::Lacks("conversation"))?,
            // Said again, an activity without a name has the same body.
            id: name_at(&json, "/id").unwrap_or_else(|| digest_of(body)),
            invoke: is_invoke.then(|| owned_at(&json, "/name").unwrap_or_default()),
        })
    }

    /// The name that an event is kept under: heard once, whatever is repeated.
    pub fn key(&self) -> String {
        format!("teams/{}/{}", self.conversation_id, self.id)
    }
}

/// What a stored activity says. What is of no use to Bellhop is `Happening::Nothing`.
///
/// Of which team it is, an activity may say by Teams' own name for it alone, which is [`team_thread_id`]'s.
pub fn read(body: &str) -> Result<ChatEvent, Malformed> {
    let json: Value = serde_json::from_str(body).map_err(|_| Malformed::NotJson)?;
    let conversation_id = name_at(&json, "/conversation/id").ok_or(Malformed::Lacks("conversation"))?;
    let is_of_a_channel = text_at(&json, "/conversation/conversationType") == Some("channel");
    let conversation = conversation_id.split(';').next().filter(|_| is_of_a_channel);
    let channel_id =
        text_at(&json, "/channelData/channel/id").or_else(|| text_at(&json, "/channelData/teamsChannelId"));
    let scene = TeamsScene {
        tenant_id: tenant_id(&json)?,
        team_id: text_at(&json, "/channelData/team/aadGroupId").and_then(|id| id.to_lowercase().parse().ok()),
        channel_id: channel_id.or(conversation).and_then(encoded),
        activity_id: name_at(&json, "/id"),
        reply_to_id: name_at(&json, "/replyToId"),
        service_url: owned_at(&json, "/serviceUrl").ok_or(Malformed::Lacks("serviceUrl"))?,
        conversation_id,
    };
    // Whoever renames a team adds nothing to it.
    let is_renamed = matches!(text_at(&json, "/channelData/eventType"), Some("teamRenamed" | "teamRestored"));
    let person = person(&json).filter(|_| !is_renamed);
    // Who has no name in the tenant's directory has no role in AWS either: there is nothing that Bellhop does for them.
    let of_somebody = |what: Happening| if person.is_some() { what } else { Happening::Nothing };
    let what = match text_at(&json, "/type").unwrap_or_default() {
        "message" => of_somebody(press::of_message(&json).unwrap_or_else(|| said(&json))),
        "invoke" => of_somebody(press::of_invoke(&json).unwrap_or(Happening::Nothing)),
        "conversationUpdate" => news::of_conversation(&json),
        "installationUpdate" => news::of_installation(&json),
        _ => Happening::Nothing,
    };
    Ok(ChatEvent { scene: Scene::Teams(scene), person, what })
}

/// Teams' own name of the team, `19:…@thread.tacv2`: that of its first channel.
pub fn team_thread_id(body: &str) -> Option<String> {
    name_at(&serde_json::from_str(body).ok()?, "/channelData/team/id")
}

/// `19:…@thread.tacv2` as configurations have it: percent-encoded, as its link is.
pub fn encoded(channel_id: &str) -> Option<TeamsChannelId> {
    channel_id.replace(':', "%3A").replace('@', "%40").parse().ok()
}

/// In a channel or a group Bellhop is meant if it is mentioned: with a permission it hears all that is said there.
fn said(json: &Value) -> Happening {
    let is_personal = text_at(json, "/conversation/conversationType") == Some("personal");
    if is_personal || text::mentions_us(json) {
        Happening::Said { text: text::typed(json) }
    } else {
        Happening::Nothing
    }
}

fn person(json: &Value) -> Option<Person> {
    let user_id: Uuid = text_at(json, "/from/aadObjectId")?.to_lowercase().parse().ok()?;
    Some(Person {
        user_id: user_id.as_str().to_owned(),
        account: name_at(json, "/from/id"),
        name: owned_at(json, "/from/name"),
    })
}

fn tenant_id(json: &Value) -> Result<Uuid, Malformed> {
    let at = |path| text_at(json, path).and_then(|id| id.to_lowercase().parse::<Uuid>().ok());
    match (at("/channelData/tenant/id"), at("/conversation/tenantId")) {
        (Some(one), Some(other)) if one != other => Err(Malformed::TwoTenants),
        (Some(tenant_id), _) | (None, Some(tenant_id)) => Ok(tenant_id),
        (None, None) => Err(Malformed::Lacks("tenant")),
    }
}

fn digest_of(body: &str) -> String {
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text_at<'a>(json: &'a Value, path: &str) -> Option<&'a str> {
    json.pointer(path)?.as_str().filter(|text| !text.is_empty())
}

fn owned_at(json: &Value, path: &str) -> Option<String> {
    text_at(json, path).map(str::to_owned)
}

/// A name that a path and a row can hold.
fn name_at(json: &Value, path: &str) -> Option<String> {
    let is_name = |id: &&str| id.len() <= ID_BYTES_MAX && id.bytes().all(|byte| byte.is_ascii_graphic());
    text_at(json, path).filter(is_name).map(str::to_owned)
}

#[cfg(test)]
mod tests;
