//! Who is believed: the tokens of the Bot Framework alone, by keys that are fetched seldom.

use serde_json::json;

use super::{Spoken, spoken, spoken_with};
use crate::kit::{BotFramework, with};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MINUTE_MS: i64 = 60_000;

async fn verdict(spoken: &Spoken, id: &str, kid: &str) -> u16 {
    let activity = spoken.mention(id, "hello there");
    let claims = spoken.teams.framework.claims(activity["serviceUrl"].as_str().unwrap());
    let token = BotFramework::sign(&claims, kid);
    spoken.post(Some(&token), activity.to_string()).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_unproven_is_heard() {
    let spoken = spoken().await;
    let activity = spoken.mention("1", "help");
    let framework = &spoken.teams.framework;
    let good = framework.claims(activity["serviceUrl"].as_str().unwrap());
    let now = good["nbf"].as_i64().unwrap();
    for (what, claims) in [
        ("issuer", json!({"iss": "https://sts.windows.net/bbbbbbbb-7777-4888-9999-aaaaaaaaaaaa/"})),
        ("audience", json!({"aud": "eeeeeeee-3333-4444-8555-666666666666"})),
        ("expired", json!({"exp": now - 301})),
        ("not yet", json!({"nbf": now + 400})),
        ("service URL", json!({"serviceurl": "https://attacker.example/"})),
    ] {
        let token = BotFramework::sign(&with(good.clone(), claims), "k1");
        assert_eq!(spoken.post(Some(&token), activity.to_string()).await.0, 401, "{what}");
    }
    let token = BotFramework::sign(&good, "k1");
    for (what, authorization, body) in [
        ("no token", None, activity.to_string()),
        ("no bearer", Some(token.replace("Bearer ", "")), activity.to_string()),
        ("a byte less", Some(token[..token.len() - 1].to_owned()), activity.to_string()),
        ("another channel", Some(token.clone()), with(activity.clone(), json!({"channelId": "emulator"})).to_string()),
        ("no activity", Some(token.clone()), "{".to_owned()),
    ] {
        assert_eq!(spoken.post(authorization.as_deref(), body).await.0, 401, "{what}");
    }
    let nowhere = with(activity.clone(), json!({"conversation": {}}));
    assert_eq!(spoken.post(Some(&token), nowhere.to_string()).await.0, 400);
    assert_eq!(spoken.post(Some(&token), " ".repeat(1024 * 1024 + 1)).await.0, 413);
    assert!(spoken.heard().await.is_empty());
    assert_eq!(spoken.post(Some(&token), activity.to_string()).await.0, 200);
    assert_eq!(spoken.heard().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bot_there_is_no_door() {
    let spoken = spoken_with(|settings| settings.microsoft_teams.bot = None).await;
    let (status, reason) = spoken.say(&spoken.mention("1", "help")).await;
    assert!(status == 404 && reason.contains("microsoft_teams.bot"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_fetched_once_a_day_and_for_a_stranger_once_a_minute() {
    let spoken = spoken().await;
    let framework = &spoken.teams.framework;
    for id in ["1", "2", "3"] {
        assert_eq!(verdict(&spoken, id, "k1").await, 200);
    }
    assert_eq!(framework.fetched(), 1);
    for _ in 0..3 {
        assert_eq!(verdict(&spoken, "4", "k2").await, 401);
    }
    assert_eq!(framework.fetched(), 1, "a minute has not passed");
    spoken.server.clock.advance(MINUTE_MS);
    framework.publish(&["k1", "k2"]);
    assert_eq!(verdict(&spoken, "4", "k2").await, 200);
    assert_eq!(framework.fetched(), 2);
    framework.publish(&["k2"]);
    spoken.server.clock.advance(DAY_MS);
    assert_eq!(verdict(&spoken, "5", "k1").await, 401, "it is listed no more");
    assert_eq!(framework.fetched(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_fetched_anew_stay_good_for_a_day() {
    let spoken = spoken().await;
    assert_eq!(verdict(&spoken, "1", "k1").await, 200);
    spoken.teams.framework.is_away(true);
    spoken.server.clock.advance(DAY_MS);
    assert_eq!(verdict(&spoken, "2", "k1").await, 200);
    assert_eq!(verdict(&spoken, "3", "k2").await, 503, "it may be a new one");
    spoken.server.clock.advance(DAY_MS);
    assert_eq!(verdict(&spoken, "4", "k1").await, 503);
    spoken.server.clock.advance(MINUTE_MS);
    spoken.teams.framework.is_away(false);
    assert_eq!(verdict(&spoken, "4", "k1").await, 200);
}
