//! What people of Microsoft Teams say to the bot, by the front door: who is believed, what is answered and where, which teams are whose.
//!
//! The Bot Framework here is a fake of our own, made after Microsoft's pages; that it is believed as Microsoft's own library believes it
//! is `tests/conformance/test_teams_in.py`'s to show.

mod approvals;
mod commands;
mod groups;
mod installations;
mod names;
mod slow;
mod tokens;
mod unproven;

use std::sync::Arc;

use serde_json::{Value, json};
use server::config::{Settings, TeamsInstallerSettings};
use store::ListedChatEvent;
use wire::operations::Operation::CreateMicrosoftTeamsChannelConfiguration;

use crate::kit::{FakeTeams, ManualClock, OPS, ROLE, TEAMS_TEAM, TENANT, TOPIC, TestServer, eventually, with};

const US: &str = "28:dddddddd-3333-4444-8555-666666666666";
const ANNA: &str = "cccccccc-1111-4222-8333-444444444444";
const CHANNEL: &str = "19%3Aops%40thread.tacv2";
const THREAD: &str = "19:ops@thread.tacv2;messageid=1700000000000";

struct Spoken {
    server: TestServer,
    teams: FakeTeams,
    http: reqwest::Client,
}

async fn spoken_with(change: impl FnOnce(&mut Settings)) -> Spoken {
    let clock = ManualClock::at_midday();
    let teams = FakeTeams::start(Arc::new(clock.clone())).await;
    let server = TestServer::start_at(clock, |settings| {
        settings.microsoft_teams.bot = Some(teams.bot());
        change(settings);
    })
    .await;
    teams.conversation(THREAD);
    Spoken { server, teams, http: reqwest::Client::builder().no_proxy().build().unwrap() }
}

async fn spoken() -> Spoken {
    spoken_with(|_| ()).await
}

fn installer(user_ids: &[&str]) -> TeamsInstallerSettings {
    TeamsInstallerSettings {
        account_id: OPS.account_id.parse().unwrap(),
        tenant_id: TENANT.parse().unwrap(),
        user_ids: user_ids.iter().map(|id| (*id).to_owned()).collect(),
    }
}

impl Spoken {
    /// A mention in a thread of the channel, as Microsoft's pages show it.
    fn mention(&self, id: &str, text: &str) -> Value {
        json!({
            "type": "message", "id": id, "channelId": "msteams", "serviceUrl": self.teams.url("/teams/").as_str(),
            "from": {"id": "29:anna", "name": "Anna", "aadObjectId": ANNA},
            "recipient": {"id": US, "name": "aws"},
            "conversation": {"conversationType": "channel", "isGroup": true, "tenantId": TENANT, "id": THREAD},
            "channelData": {
                "tenant": {"id": TENANT}, "channel": {"id": "19:ops@thread.tacv2"},
                "team": {"id": "19:general@thread.tacv2", "name": "Operations", "aadGroupId": TEAMS_TEAM},
            },
            "text": format!("<at>aws</at> {text}"),
            "entities": [{"type": "mention", "text": "<at>aws</at>", "mentioned": {"id": US, "name": "aws"}}],
        })
    }

    fn personal(&self, id: &str, text: &str) -> Value {
        self.teams.conversation("a:anna");
        let conversation = json!({"conversationType": "personal", "tenantId": TENANT, "id": "a:anna"});
        let data = json!({"tenant": {"id": TENANT}});
        with(
            self.mention(id, ""),
            json!({"text": text, "entities": [], "conversation": conversation, "channelData": data}),
        )
    }

    /// The button of a message as Teams presses it.
    fn press(&self, id: &str, data: &Value, message_id: &str) -> Value {
        let value = json!({"action": {"type": "Action.Execute", "verb": "press", "data": data}, "trigger": "manual"});
        let invoke = json!({"type": "invoke", "name": "adaptiveCard/action", "value": value, "replyToId": message_id});
        with(self.mention(id, ""), invoke)
    }

    /// A form that is sent: a message without words.
    fn submit(&self, id: &str, data: &Value, message_id: &str) -> Value {
        let submitted =
            json!({"type": "message", "text": null, "entities": [], "value": data, "replyToId": message_id});
        with(self.mention(id, ""), submitted)
    }

    async fn post(&self, authorization: Option<&str>, body: String) -> (u16, String) {
        let url = format!("http://{}/teams/messages", self.server.address());
        let request = self.http.post(url).header("content-type", "application/json").body(body);
        let request = authorization.into_iter().fold(request, |request, value| request.header("authorization", value));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// With a good token.
    async fn say(&self, activity: &Value) -> (u16, String) {
        self.post(Some(&self.teams.framework.vouch(activity)), activity.to_string()).await
    }

    /// All that was heard, the newest first.
    async fn heard(&self) -> Vec<ListedChatEvent> {
        self.server.store().chat_events(None, None, 1000).await.unwrap()
    }

    /// Waits until all that was heard is answered; whatever failed, fails the test.
    async fn answered(&self) {
        let heard = eventually("all is answered", async || {
            let heard = self.heard().await;
            heard.iter().all(|event| event.state != "pending").then_some(heard)
        });
        for event in heard.await {
            assert_eq!((event.state.as_str(), event.reason), ("answered", None), "{}", event.key);
        }
    }

    /// The messages of a conversation, in the order in which they came.
    fn messages(&self, conversation_id: &str) -> Vec<Value> {
        let posts = self.teams.requests().into_iter().filter(|request| {
            request.method == "POST"
                && request.path.get(2).is_some_and(|id| id == conversation_id)
                && request.status == 201
        });
        posts.map(|request| request.body).collect()
    }

    async fn configure(&self) {
        let configuration = json!({
            "ConfigurationName": "ops", "ChannelId": CHANNEL, "TeamId": TEAMS_TEAM, "TenantId": TENANT,
            "IamRoleArn": ROLE, "SnsTopicArns": [TOPIC],
        });
        self.server.call(CreateMicrosoftTeamsChannelConfiguration, configuration).await.ok(201);
    }
}

/// The data of a card's button.
fn button(message: &Value, title: &str) -> Value {
    fn find<'a>(value: &'a Value, title: &str) -> Option<&'a Value> {
        match value {
            Value::Object(members) if members.get("title").is_some_and(|found| found == title) => members.get("data"),
            Value::Object(members) => members.values().find_map(|value| find(value, title)),
            Value::Array(values) => values.iter().find_map(|value| find(value, title)),
            _ => None,
        }
    }
    find(message, title).unwrap_or_else(|| panic!("there is no `{title}` in {message}")).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_heard_once_and_answered_in_its_thread() {
    let spoken = spoken().await;
    spoken.configure().await;
    let mention = spoken.mention("1700000000001", "help");
    for _ in 0..3 {
        assert_eq!(spoken.say(&mention).await, (200, String::new()));
    }
    spoken.answered().await;
    assert_eq!(spoken.heard().await.len(), 1);
    let messages = spoken.messages(THREAD);
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(messages[0].to_string().contains("What I can do here"), "{}", messages[0]);
    assert!(messages[0].to_string().contains(ROLE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_is_answered_at_once_and_its_ticket_is_good() {
    let spoken = spoken().await;
    spoken.configure().await;
    spoken.say(&spoken.mention("1", "help")).await;
    spoken.answered().await;
    let data = button(&spoken.messages(THREAD)[0], "Switch role");
    let (status, body) = spoken.say(&spoken.press("f:2", &data, "1700000000001")).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, body["statusCode"].as_i64()), (200, Some(200)));
    assert_eq!(body["type"], "application/vnd.microsoft.activity.message");
    spoken.answered().await;
    // What is the person's own is said in their own conversation.
    let (in_person, in_channel) = (spoken.messages("a:29:anna"), spoken.messages(THREAD));
    assert_eq!((in_person.len(), in_channel.len()), (1, 1), "{in_person:#?}");
    let forged = json!({"ticket": "AAAA"});
    spoken.say(&spoken.press("f:3", &forged, "1700000000001")).await;
    spoken.answered().await;
    assert!(spoken.messages("a:29:anna")[1].to_string().contains("not one that I know"));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_persons_own_conversation_everything_is_to_bellhop() {
    let spoken = spoken().await;
    assert_eq!(spoken.say(&spoken.personal("1", "help")).await.0, 200);
    spoken.answered().await;
    assert_eq!(spoken.messages("a:anna").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nothing_to_bellhop_is_taken_and_not_answered() {
    let spoken = spoken().await;
    let reaction = with(spoken.mention("1", ""), json!({"type": "messageReaction"}));
    assert_eq!(spoken.say(&reaction).await.0, 200);
    let unmentioned = with(spoken.mention("2", "hello"), json!({"entities": []}));
    assert_eq!(spoken.say(&unmentioned).await.0, 200);
    spoken.answered().await;
    assert_eq!(spoken.messages(THREAD), [] as [Value; 0]);
    // Teams asks for what the app does not have.
    let query = with(spoken.mention("3", ""), json!({"type": "invoke", "name": "composeExtension/query"}));
    assert_eq!(spoken.say(&query).await.0, 501);
    assert_eq!(spoken.heard().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_no_account_serves_is_not_heard() {
    let spoken = spoken().await;
    let other = "99999999-7777-4888-9999-aaaaaaaaaaaa";
    let conversation = json!({"conversationType": "personal", "tenantId": other, "id": "a:eve"});
    let data = json!({"tenant": {"id": other}});
    let foreign = with(spoken.mention("1", "help"), json!({"conversation": conversation, "channelData": data}));
    let (status, reason) = spoken.say(&foreign).await;
    assert!(status == 403 && reason.contains(other) && reason.contains("microsoft_teams.installers"), "{reason}");
    assert!(spoken.heard().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_is_no_answer() {
    let spoken = spoken().await;
    spoken.server.store().close().await;
    assert_eq!(spoken.say(&spoken.mention("1", "help")).await.0, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_renamed_has_its_name_in_the_api() {
    let spoken = spoken().await;
    spoken.configure().await;
    let data = json!({
        "tenant": {"id": TENANT}, "eventType": "channelRenamed", "channel": {"id": "19:ops@thread.tacv2", "name": "On call"},
        "team": {"id": "19:general@thread.tacv2", "aadGroupId": TEAMS_TEAM},
    });
    let renamed = with(spoken.mention("1", ""), json!({"type": "conversationUpdate", "channelData": data}));
    assert_eq!(spoken.say(&renamed).await.0, 200);
    spoken.answered().await;
    let operation = wire::operations::Operation::ListMicrosoftTeamsChannelConfigurations;
    let listed = spoken.server.call(operation, json!({})).await.ok(200);
    assert_eq!(listed["TeamChannelConfigurations"][0]["ChannelName"], "On call", "{listed}");
}
