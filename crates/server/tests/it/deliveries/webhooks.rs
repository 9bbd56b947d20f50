//! Webhooks of Microsoft Teams and Amazon Chime: what is posted, and what their answers mean.

use serde_json::json;
use server::config::TeamsWebhookSettings;
use store::outbox::DeliveryState;
use wire::operations::Operation::{CreateChimeWebhookConfiguration, CreateMicrosoftTeamsChannelConfiguration};

use super::reason;
use crate::kit::{CHIME_URL, FakeWebhook, MIDDAY_MS, ManualClock, ROLE, TEAMS_TEAM, TENANT, TOPIC, TestServer};

const CHANNEL: &str = "19%3Aops%40thread.tacv2";
const TAKEN_BY_CHIME: (u16, &str) = (200, r#"{"MessageId":"m","RoomId":"r"}"#);
const TAKEN_BY_TEAMS: (u16, &str) = (202, "");

/// A webhook that is asked by the server's clock.
struct Hooked {
    server: TestServer,
    webhook: FakeWebhook,
}

async fn teams() -> Hooked {
    let clock = ManualClock::at_midday();
    let webhook = FakeWebhook::start(std::sync::Arc::new(clock.clone()), TAKEN_BY_TEAMS).await;
    let url = webhook.url("/workflows/1").to_string();
    let server = TestServer::start_at(clock, |settings| {
        settings.microsoft_teams.webhooks = vec![TeamsWebhookSettings {
            team_id: TEAMS_TEAM.parse().unwrap(),
            channel_id: CHANNEL.to_owned(),
            url: url.into(),
        }];
    })
    .await;
    let configuration = json!({
        "ConfigurationName": "ops", "ChannelId": CHANNEL, "TeamId": TEAMS_TEAM, "TenantId": TENANT, "IamRoleArn": ROLE,
        "SnsTopicArns": [TOPIC],
    });
    server.call(CreateMicrosoftTeamsChannelConfiguration, configuration).await.ok(201);
    Hooked { server, webhook }
}

async fn chime() -> Hooked {
    let clock = ManualClock::at_midday();
    let webhook = FakeWebhook::start(std::sync::Arc::new(clock.clone()), TAKEN_BY_CHIME).await;
    let url = webhook.url("/");
    let server = TestServer::start_at(clock, |settings| settings.chime.api_url = Some(url)).await;
    let configuration = json!({
        "ConfigurationName": "ops", "WebhookUrl": CHIME_URL, "WebhookDescription": "ops", "IamRoleArn": ROLE,
        "SnsTopicArns": [TOPIC],
    });
    server.call(CreateChimeWebhookConfiguration, configuration).await.ok(201);
    Hooked { server, webhook }
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_gets_an_adaptive_card() {
    let Hooked { server, webhook } = teams().await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let requests = webhook.requests();
    assert_eq!(requests[0].path_and_query, "/workflows/1");
    assert_eq!(requests[0].body["type"], "message");
    let card = &requests[0].body["attachments"][0];
    assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
    assert_eq!(card["content"]["version"], "1.4", "Workflows shows none of 1.5: msteams-docs#9801");
    assert!(card["content"].to_string().contains("message-1"), "{card}");
    assert_eq!(server.deliveries().await[0].state, DeliveryState::Delivered);
}

/// A connector's success that is none: Microsoft's own word for it stands in the text.
#[tokio::test(flavor = "multi_thread")]
async fn a_200_of_teams_that_says_429_is_tried_again() {
    let Hooked { server, webhook } = teams().await;
    let limited =
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x";
    webhook.next([(200, limited), (200, limited)]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert!(reason(&server, DeliveryState::Pending).await.contains("429"));
    server.pass(500).await;
    server.pass(60_000).await;
    assert_eq!(webhook.requests().len(), 3);
    assert_eq!(server.deliveries().await[0].state, DeliveryState::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_gone_is_dead_with_the_remedy_and_stops_nobody_else() {
    let Hooked { server, webhook } = teams().await;
    webhook.next([(404, "")]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert!(reason(&server, DeliveryState::Dead).await.contains("webhook"));
    server.revive(&server.deliveries().await[0]).await;
    assert_eq!(server.deliveries().await[0].state, DeliveryState::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn chime_gets_markdown_once_a_second() {
    let Hooked { server, webhook } = chime().await;
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    for _ in 0..20 {
        server.pass(100).await;
    }
    let requests = webhook.requests();
    let at: Vec<_> = requests.iter().map(|request| request.at_ms - MIDDAY_MS).collect();
    assert_eq!(at, [0, 1000, 2000]);
    assert!(requests[0].body["Content"].as_str().unwrap().contains("message-1"), "{requests:#?}");
    assert!(CHIME_URL.ends_with(&requests[0].path_and_query), "{requests:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn chimes_limit_is_waited_for_and_its_secret_is_nowhere() {
    let Hooked { server, webhook } = chime().await;
    webhook.next([(429, "{}"), (403, "{}")]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert!(reason(&server, DeliveryState::Pending).await.contains("429"));
    server.pass(2000).await;
    let reason = reason(&server, DeliveryState::Dead).await;
    assert!(reason.contains("403") && !reason.contains("token"), "{reason}");
    server.leaves_dead(1);
}
