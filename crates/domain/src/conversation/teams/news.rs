//! What becomes of channels, of teams, and of the app in them.

use serde_json::Value;

use super::{name_at, owned_at, text_at};
use crate::conversation::{ChannelNews, Happening, InstallationNews};

/// An event of Teams' own has a name; who came and went has lists.
pub(super) fn of_conversation(json: &Value) -> Happening {
    match text_at(json, "/channelData/eventType") {
        Some("channelRenamed") => match owned_at(json, "/channelData/channel/name") {
            Some(name) => Happening::Channel(ChannelNews::Renamed { name }),
            None => Happening::Nothing,
        },
        Some("channelDeleted") => Happening::Channel(ChannelNews::Deleted),
        Some("channelRestored") => Happening::Channel(ChannelNews::Unarchived),
        // Only who is in a team is told of it: with its new name it is as if the app were added once more.
        Some("teamRenamed" | "teamRestored") => added(json),
        Some("teamDeleted" | "teamHardDeleted") => Happening::Installation(InstallationNews::Removed),
        _ if has_us(json, "membersAdded") => added(json),
        _ if has_us(json, "membersRemoved") && is_of_a_team(json) => Happening::Installation(InstallationNews::Removed),
        _ => Happening::Nothing,
    }
}

/// An upgrade takes the old version away (`remove-upgrade`) and adds the new one (`add-upgrade`): the app stays.
pub(super) fn of_installation(json: &Value) -> Happening {
    match text_at(json, "/action") {
        Some("add" | "add-upgrade") => added(json),
        Some("remove") if is_of_a_team(json) => Happening::Installation(InstallationNews::Removed),
        _ => Happening::Nothing,
    }
}

/// To a team. What is added to a person's own apps says itself when they write to it.
fn added(json: &Value) -> Happening {
    if !is_of_a_team(json) {
        return Happening::Nothing;
    }
    Happening::Installation(InstallationNews::Added {
        team_name: owned_at(json, "/channelData/team/name"),
        general_channel_id: name_at(json, "/channelData/team/id"),
    })
}

fn is_of_a_team(json: &Value) -> bool {
    json.pointer("/channelData/team").is_some_and(Value::is_object)
}

fn has_us(json: &Value, list: &str) -> bool {
    let members = json.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let us = text_at(json, "/recipient/id");
    us.is_some() && members.iter().any(|member| text_at(member, "/id") == us)
}
