//! What Bellhop's app is in Slack: what it may do, what it is told, where it is reached.
//!
//! One list for all who need it: `bellhop slack manifest` prints it, OAuth asks for it, `bellhop slack doctor` compares
//! with it what a token has. Names are Slack's: <https://docs.slack.dev/reference/scopes>,
//! <https://docs.slack.dev/reference/events>. Nothing here knows a token.

/// Where Slack reaches the server, under its public URL.
pub const EVENTS_PATH: &str = "/slack/events";
pub const COMMANDS_PATH: &str = "/slack/commands";
pub const INTERACTIVITY_PATH: &str = "/slack/interactivity";
/// Where Slack sends back who authorises a workspace.
pub const OAUTH_PATH: &str = "/slack/oauth";

/// What people type where they need not mention the app.
pub const SLASH_COMMAND: &str = "/aws";

/// What stands in the menu of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcut {
    pub callback_id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
}

/// Each is answered with help, where it was asked for.
pub const SHORTCUTS: [Shortcut; 1] = [Shortcut {
    callback_id: "help",
    name: "What can I ask AWS?",
    description: "Say what AWS can be asked in this channel",
}];

/// What an app-level token may; Socket Mode asks for no more.
/// <https://docs.slack.dev/reference/scopes/connections.write>
pub const APP_TOKEN_SCOPE: &str = "connections:write";

/// Something that the app may do in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    pub name: &'static str,
    /// What stops working without it.
    pub why: &'static str,
}

/// Something of which Slack tells the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BotEvent {
    pub name: &'static str,
    /// Without which Slack does not tell it.
    pub scope: Option<&'static str>,
    pub why: &'static str,
}

/// In the order of their names, as Slack's `x-oauth-scopes` is compared with them. The seven that AWS Chatbot asks for, and
/// those of what AWS Chatbot lacks.
pub const BOT_SCOPES: [Scope; 11] = [
    Scope { name: "app_mentions:read", why: "hear those who mention it" },
    Scope { name: "channels:read", why: "name public channels, and see them renamed or archived" },
    Scope { name: "chat:write", why: "post and update messages" },
    Scope { name: "chat:write.public", why: "post in public channels that it was not invited to" },
    Scope { name: "commands", why: "answer the slash command and shortcuts" },
    Scope { name: "files:write", why: "show graphs of alarms, and the whole of a text that is too long" },
    Scope {
        name: "groups:read",
        why: "name private channels that it was invited to, and see them renamed or archived",
    },
    Scope { name: "im:history", why: "hear what people write to it directly" },
    Scope { name: "team:read", why: "name the workspace" },
    Scope { name: "usergroups:read", why: "give a role to all of a user group" },
    Scope { name: "users:read", why: "name the people who ask" },
];

const CHANNELS: Option<&str> = Some("channels:read");
const GROUPS: Option<&str> = Some("groups:read");
const RENAMED: &str = "lists show the channel's name of today";
const GONE: &str = "what cannot be delivered is held or explained, and not tried in vain";
const BACK: &str = "what was held goes out";
const JOINED: &str = "what was held for want of an invitation goes out";
const REVOKED: &str = "a workspace that took its permission back is disabled at once";

/// All that `conversation::slack` reads of the Events API, and nothing else.
pub const BOT_EVENTS: [BotEvent; 17] = [
    BotEvent { name: "app_mention", scope: Some("app_mentions:read"), why: "people ask by `@aws`" },
    BotEvent { name: "app_uninstalled", scope: None, why: REVOKED },
    BotEvent { name: "channel_archive", scope: CHANNELS, why: GONE },
    BotEvent { name: "channel_deleted", scope: CHANNELS, why: GONE },
    BotEvent { name: "channel_left", scope: CHANNELS, why: GONE },
    BotEvent { name: "channel_rename", scope: CHANNELS, why: RENAMED },
    BotEvent { name: "channel_unarchive", scope: CHANNELS, why: BACK },
    BotEvent { name: "group_archive", scope: GROUPS, why: GONE },
    BotEvent { name: "group_deleted", scope: GROUPS, why: GONE },
    BotEvent { name: "group_left", scope: GROUPS, why: GONE },
    BotEvent { name: "group_rename", scope: GROUPS, why: RENAMED },
    BotEvent { name: "group_unarchive", scope: GROUPS, why: BACK },
    BotEvent { name: "member_joined_channel", scope: CHANNELS, why: JOINED },
    BotEvent { name: "message.im", scope: Some("im:history"), why: "people ask directly" },
    BotEvent { name: "team_access_granted", scope: None, why: "an organisation adds a workspace" },
    BotEvent { name: "team_access_revoked", scope: None, why: REVOKED },
    BotEvent { name: "tokens_revoked", scope: None, why: REVOKED },
];

/// Which of [`BOT_SCOPES`] a token lacks. `granted` is the header `x-oauth-scopes`: names with commas between them.
pub fn missing_scopes(granted: &str) -> Vec<Scope> {
    let granted: Vec<&str> = granted.split(',').map(str::trim).collect();
    BOT_SCOPES.into_iter().filter(|scope| !granted.contains(&scope.name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::conversation::slack::{PayloadKind, read};
    use crate::conversation::{ChatEvent, Happening};

    /// An event of Slack's, with whatever members any of them has.
    fn heard(name: &str) -> ChatEvent {
        let (kind, channel_type) = name.split_once('.').unwrap_or((name, "channel"));
        let channel = if kind.ends_with("_rename") { json!({ "id": "C1", "name": "new" }) } else { json!("C1") };
        let payload = json!({
            "api_app_id": "A1", "team_id": "T1", "event_id": "Ev1", "authorizations": [{ "user_id": "U0BOT" }],
            "event": {
                "type": kind, "channel": channel, "channel_type": channel_type, "text": "help", "ts": "1.2", "team_ids": ["T2"],
                "user": if kind == "member_joined_channel" { "U0BOT" } else { "U1" }, "tokens": { "bot": ["U0BOT"] },
            },
        });
        read(PayloadKind::Event, &payload.to_string()).unwrap()
    }

    #[test]
    fn every_event_that_is_subscribed_to_means_something() {
        for event in BOT_EVENTS {
            assert_ne!(heard(event.name).what, Happening::Nothing, "{}", event.name);
        }
        assert_eq!(heard("team_join").what, Happening::Nothing);
    }

    #[test]
    fn every_event_has_the_scope_that_it_needs_and_lists_are_in_order() {
        let scopes = BOT_SCOPES.map(|scope| scope.name);
        assert!(scopes.is_sorted() && BOT_EVENTS.is_sorted_by_key(|event| event.name));
        for event in BOT_EVENTS {
            assert!(event.scope.is_none_or(|scope| scopes.contains(&scope)), "{}", event.name);
        }
    }

    #[test]
    fn what_a_token_lacks_is_named_with_its_reason() {
        let all = BOT_SCOPES.map(|scope| scope.name);
        assert_eq!(missing_scopes(&all.join(",")), []);
        assert_eq!(missing_scopes(&format!("{}, admin", all.join(", "))), []);
        let some = all.into_iter().filter(|name| *name != "chat:write").collect::<Vec<_>>().join(",");
        // `chat:write.public` is not `chat:write`.
        assert_eq!(missing_scopes(&some), [Scope { name: "chat:write", why: "post and update messages" }]);
        assert_eq!(missing_scopes("").len(), BOT_SCOPES.len());
    }
}
