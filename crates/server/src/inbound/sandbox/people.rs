//! The people of the sandbox's workspace, and the methods that answer for them: `users.*`, `conversations.members`, `.open`.
//!
//! They are always the same, so that a test can name them: whoever sits at the page picks who to be. It never decides what
//! anybody may do.

use serde_json::{Value, json};

use super::Sandbox;
use super::arguments::Arguments;
use super::slack_api::{SlackError, existing_channel};

/// The bot's user, who is mentioned, and the bot, who speaks.
pub const BOT_USER_ID: &str = "U0BELLHOP";
pub const BOT_ID: &str = "B0BELLHOP";

/// Somebody who can type and press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    pub id: &'static str,
    /// As they are mentioned: `@anna`.
    pub name: &'static str,
    pub real_name: &'static str,
    /// Their object id in Microsoft Entra.
    pub aad_object_id: &'static str,
}

pub const PEOPLE: [Person; 3] = [
    Person { id: "U0ANNA", name: "anna", real_name: "Anna", aad_object_id: "aaaaaaaa-0000-4000-8000-000000000001" },
    Person { id: "U0BEN", name: "ben", real_name: "Ben", aad_object_id: "bbbbbbbb-0000-4000-8000-000000000002" },
    Person {
        id: "U0CHIARA",
        name: "chiara",
        real_name: "Chiara",
        aad_object_id: "cccccccc-0000-4000-8000-000000000003",
    },
];

pub fn find(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.id == id)
}

impl Person {
    /// Their conversation with the app: `D0ANNA`.
    pub fn direct_channel(&self) -> String {
        format!("D{}", self.id.trim_start_matches('U'))
    }

    /// `{"id", "name", "real_name", "direct_channel"}`, for the page.
    pub fn shown(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "real_name": self.real_name, "direct_channel": self.direct_channel(),
            "aad_object_id": self.aad_object_id,
        })
    }
}

/// Who alone is in a direct conversation, besides the app.
pub fn of_direct_channel(channel: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.direct_channel() == channel)
}

impl Sandbox {
    pub(super) fn users_info(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let id = arguments.required("user")?;
        let user = match find(&id) {
            Some(person) => self.user(person),
            None if id == BOT_USER_ID => self.bot_user(),
            None => return Err(SlackError::new("user_not_found")),
        };
        Ok(json!({ "ok": true, "user": user }))
    }

    pub(super) fn users_list(&self) -> Value {
        let members: Vec<Value> = PEOPLE.iter().map(|person| self.user(person)).chain([self.bot_user()]).collect();
        json!({ "ok": true, "members": members, "response_metadata": { "next_cursor": "" } })
    }

    /// Everybody is in every channel; a direct conversation has two.
    pub(super) fn conversations_members(arguments: &Arguments) -> Result<Value, SlackError> {
        let channel = existing_channel(arguments)?;
        let inside = |person: &&Person| !channel.starts_with('D') || person.direct_channel() == channel;
        let members: Vec<&str> = PEOPLE.iter().filter(inside).map(|person| person.id).chain([BOT_USER_ID]).collect();
        Ok(json!({ "ok": true, "members": members, "response_metadata": { "next_cursor": "" } }))
    }

    pub(super) fn conversations_open(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let person = find(&arguments.required("users")?).ok_or_else(|| SlackError::new("user_not_found"))?;
        let channel = person.direct_channel();
        let mut channels = self.channels();
        if channels.touch(&channel) {
            self.announce_channel(channels.summary(&channel));
        }
        Ok(json!({ "ok": true, "no_op": false, "already_open": false, "channel": { "id": channel } }))
    }

    /// <https://docs.slack.dev/reference/objects/user-object>
    fn user(&self, person: &Person) -> Value {
        json!({
            "id": person.id, "team_id": self.workspace.team_id, "name": person.name, "deleted": false,
            "real_name": person.real_name, "tz": "Etc/UTC", "tz_label": "Coordinated Universal Time", "tz_offset": 0,
            "profile": {
                "real_name": person.real_name, "real_name_normalized": person.real_name, "display_name": person.name,
                "display_name_normalized": person.name, "team": self.workspace.team_id,
            },
            "is_admin": false, "is_owner": false, "is_primary_owner": false, "is_restricted": false,
            "is_ultra_restricted": false, "is_bot": false, "is_app_user": false, "updated": 0,
        })
    }

    fn bot_user(&self) -> Value {
        json!({
            "id": BOT_USER_ID, "team_id": self.workspace.team_id, "name": "bellhop", "deleted": false,
            "real_name": "Bellhop", "profile": {
                "real_name": "Bellhop", "display_name": "aws", "api_app_id": self.workspace.app.app_id, "bot_id": BOT_ID,
                "team": self.workspace.team_id,
            },
            "is_bot": true, "is_app_user": false, "updated": 0,
        })
    }
}
