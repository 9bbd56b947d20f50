//! Which teams are whose: by who adds the app, until somebody takes it away.

use serde_json::{Value, json};
use store::outbox::DeliveryState;
use wire::operations::Operation::ListMicrosoftTeamsConfiguredTeams;

use super::{ANNA, Spoken, US, installer, spoken_with};
use crate::kit::{OTHER, TENANT, TOPIC, eventually, with};

pub(super) const NEW_TEAM: &str = "eeeeeeee-2222-4333-8444-555555555555";
pub(super) const NEW_THREAD: &str = "19:newgeneral@thread.tacv2";

pub(super) fn event(spoken: &Spoken, id: &str, team: &Value, more: Value) -> Value {
    let conversation = json!({"conversationType": "channel", "isGroup": true, "tenantId": TENANT, "id": NEW_THREAD});
    let data = json!({"tenant": {"id": TENANT}, "team": team});
    let event = with(spoken.mention(id, ""), json!({"text": "", "entities": [], "conversation": conversation}));
    with(with(event, json!({"channelData": data})), more)
}

fn team(name: &str) -> Value {
    json!({"id": NEW_THREAD, "name": name, "aadGroupId": NEW_TEAM})
}

pub(super) async fn teams(spoken: &Spoken) -> Vec<Value> {
    let listed = spoken.server.call(ListMicrosoftTeamsConfiguredTeams, json!({})).await.ok(200);
    listed["ConfiguredTeams"].as_array().unwrap().clone()
}

pub(super) async fn told(spoken: &Spoken, event: &Value) {
    assert_eq!(spoken.say(event).await.0, 200);
    spoken.answered().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_configured_when_somebody_authorised_adds_the_app() {
    let spoken = spoken_with(|settings| settings.microsoft_teams.installers = vec![installer(&[ANNA])]).await;
    let before = teams(&spoken).await;
    let by_ben = json!({"type": "installationUpdate", "action": "add",
        "from": {"id": "29:ben", "aadObjectId": "dddddddd-1111-4222-8333-444444444444"}});
    told(&spoken, &event(&spoken, "1", &team("New"), by_ben)).await;
    assert_eq!(teams(&spoken).await, before, "nobody authorised Ben");
    let renamed = json!({"type": "conversationUpdate"});
    let mut by_anna = event(&spoken, "2", &team("New"), renamed);
    by_anna["channelData"]["eventType"] = json!("teamRenamed");
    told(&spoken, &by_anna).await;
    assert_eq!(teams(&spoken).await, before, "whoever renames a team adds nothing to it");
    let added = json!({"type": "installationUpdate", "action": "add"});
    told(&spoken, &event(&spoken, "3", &team("New"), added)).await;
    let new = teams(&spoken).await.into_iter().find(|team| team["TeamId"] == NEW_TEAM).unwrap();
    assert_eq!(
        new,
        json!({"TenantId": TENANT, "TeamId": NEW_TEAM, "TeamName": "New", "State": "ENABLED", "StateReason": null})
    );
    by_anna["channelData"]["team"]["name"] = json!("Newer");
    by_anna["id"] = json!("4");
    told(&spoken, &by_anna).await;
    assert!(teams(&spoken).await.iter().any(|team| team["TeamName"] == "Newer"));
    let others = spoken.server.call_as(OTHER, ListMicrosoftTeamsConfiguredTeams, json!({})).await.ok(200);
    assert_eq!(others["ConfiguredTeams"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_whose_group_the_event_does_not_name_is_asked_for() {
    let spoken = spoken_with(|settings| settings.microsoft_teams.installers = vec![installer(&["*"])]).await;
    spoken.teams.team(NEW_THREAD, json!({"id": NEW_THREAD, "name": "Asked", "aadGroupId": NEW_TEAM}));
    let joined = json!({"type": "conversationUpdate", "membersAdded": [{"id": US}]});
    told(&spoken, &event(&spoken, "1", &json!({"id": NEW_THREAD}), joined)).await;
    let new = teams(&spoken).await.into_iter().find(|team| team["TeamId"] == NEW_TEAM).unwrap();
    assert_eq!(new["TeamName"], "Asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_app_is_gone_messages_wait_until_it_is_back() {
    let spoken = spoken_with(|settings| settings.microsoft_teams.installers = vec![installer(&[ANNA])]).await;
    spoken.configure().await;
    let ours = json!({"id": "19:general@thread.tacv2", "name": "Operations", "aadGroupId": crate::kit::TEAMS_TEAM});
    let removed = json!({"type": "installationUpdate", "action": "remove"});
    told(&spoken, &event(&spoken, "1", &ours, removed)).await;
    let listed = teams(&spoken).await;
    assert_eq!(listed[0]["State"], "DISABLED");
    assert!(listed[0]["StateReason"].as_str().unwrap().contains("add it there again"), "{listed:?}");

    spoken.server.publish(TOPIC, "held").await;
    eventually("the message is held", async || {
        spoken.server.deliveries().await.iter().all(|delivery| delivery.state == DeliveryState::Held).then_some(())
    })
    .await;
    assert!(spoken.teams.requests().is_empty(), "{:?}", spoken.teams.requests());

    spoken.server.clock.advance(1000);
    let added = json!({"type": "installationUpdate", "action": "add"});
    told(&spoken, &event(&spoken, "2", &ours, added)).await;
    spoken.server.clock.advance(5000);
    eventually("the message is out", async || {
        spoken.server.deliveries().await.iter().all(|delivery| delivery.state == DeliveryState::Delivered).then_some(())
    })
    .await;
    assert_eq!(teams(&spoken).await[0]["State"], "ENABLED");
}

/// Before anybody said where the team is served, the settings do, which lead nowhere here.
#[tokio::test(flavor = "multi_thread")]
async fn messages_go_where_a_token_proved_that_the_team_is_served() {
    let spoken = spoken_with(|settings| {
        let bot = settings.microsoft_teams.bot.as_mut().unwrap();
        bot.service_url = Some("https://teams.invalid/".parse().unwrap());
    })
    .await;
    spoken.configure().await;
    let ours = json!({"id": "19:general@thread.tacv2", "name": "Operations", "aadGroupId": crate::kit::TEAMS_TEAM});
    told(&spoken, &event(&spoken, "1", &ours, json!({"type": "installationUpdate", "action": "add"}))).await;
    spoken.server.publish(TOPIC, "here").await;
    eventually("the message is out", async || {
        spoken.server.deliveries().await.iter().all(|delivery| delivery.state == DeliveryState::Delivered).then_some(())
    })
    .await;
    let messages = spoken.teams.messages();
    assert!(messages.iter().any(|message| message.to_string().contains("here")), "{messages:#?}");
}
