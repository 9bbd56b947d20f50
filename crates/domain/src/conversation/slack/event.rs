//! What the Events API tells: mentions, direct messages, what becomes of channels and of the app itself.

use serde_json::Value;

use super::{Malformed, PayloadKind, owned_at, team_id, text, text_at};
use crate::conversation::{ChannelNews, ChatEvent, Happening, InstallationNews, Person, Scene, SlackScene};

pub(super) fn read(json: &Value) -> Result<ChatEvent, Malformed> {
    let event = json.get("event").ok_or(Malformed::Lacks("event"))?;
    let scene = SlackScene {
        app_id: owned_at(json, "/api_app_id").ok_or(Malformed::Lacks("api_app_id"))?,
        team_id: team_id(PayloadKind::Event, json)?,
        enterprise_id: owned_at(json, "/enterprise_id").or_else(|| owned_at(json, "/authorizations/0/enterprise_id")),
        channel_id: owned_at(event, "/channel").or_else(|| owned_at(event, "/channel/id")),
        // A mention in a thread is answered there; any other opens one.
        thread_ts: owned_at(event, "/thread_ts").or_else(|| owned_at(event, "/ts")),
        is_in_thread: event.get("thread_ts").is_some(),
        message_ts: None,
        response_url: None,
        trigger_id: None,
    };
    let person = owned_at(event, "/user").map(|user_id| Person { user_id, account: None, name: None });
    let what = happening(event, text_at(json, "/authorizations/0/user_id"));
    Ok(ChatEvent { scene: Scene::Slack(scene), person, what })
}

fn happening(event: &Value, bot_user_id: Option<&str>) -> Happening {
    let said =
        || Happening::Said { text: text::without_mention(text_at(event, "/text").unwrap_or_default(), bot_user_id) };
    // What apps say, ours among them, is no person's. An edited or deleted message is not said again: of an edited mention Slack tells
    // as of a new one, but for `edited` (<https://github.com/slackapi/bolt-js/issues/960>).
    let is_of_another_kind = ["bot_id", "subtype", "edited"].iter().any(|member| event.get(*member).is_some());
    let is_persons = !is_of_another_kind && event.get("user").is_some();
    let of_the_bot = || text_at(event, "/user").is_some_and(|user| Some(user) == bot_user_id);
    match text_at(event, "/type").unwrap_or_default() {
        "app_mention" if is_persons => said(),
        "message" if is_persons && text_at(event, "/channel_type") == Some("im") => said(),
        "channel_rename" | "group_rename" => match owned_at(event, "/channel/name") {
            Some(name) => Happening::Channel(ChannelNews::Renamed { name }),
            None => Happening::Nothing,
        },
        "channel_archive" | "group_archive" => Happening::Channel(ChannelNews::Archived),
        "channel_unarchive" | "group_unarchive" => Happening::Channel(ChannelNews::Unarchived),
        "channel_deleted" | "group_deleted" => Happening::Channel(ChannelNews::Deleted),
        "member_joined_channel" if of_the_bot() => Happening::Channel(ChannelNews::Joined),
        "channel_left" | "group_left" => Happening::Channel(ChannelNews::Left),
        "member_left_channel" if of_the_bot() => Happening::Channel(ChannelNews::Left),
        "app_uninstalled" => Happening::Installation(InstallationNews::Removed),
        "tokens_revoked" if event.pointer("/tokens/bot/0").is_some() => {
            Happening::Installation(InstallationNews::TokensRevoked)
        }
        "team_access_granted" => Happening::Installation(InstallationNews::AccessGranted { team_ids: team_ids(event) }),
        "team_access_revoked" => Happening::Installation(InstallationNews::AccessRevoked { team_ids: team_ids(event) }),
        _ => Happening::Nothing,
    }
}

fn team_ids(event: &Value) -> Vec<wire::ids::SlackTeamId> {
    let ids = event.get("team_ids").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    ids.iter().filter_map(|id| id.as_str()?.parse().ok()).collect()
}
