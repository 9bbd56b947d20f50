//! Nothing that is not proven leaves a row in `chat_events`: every kind of activity, with every kind of proof that is none.
//!
//! A token does not cover the body: who holds a good one may bring another text in its name. What of the body must fit the token is the
//! service URL and the channel, and the tenant must be served: those are here.

use serde_json::{Value, json};

use super::{Spoken, installer, spoken_with};
use crate::kit::{BotFramework, with};

const ELSEWHERE: &str = "https://attacker.example/";
const OTHER_APP: &str = "eeeeeeee-3333-4444-8555-666666666666";
const OTHER_TENANT: &str = "99999999-7777-4888-9999-aaaaaaaaaaaa";

/// One of each kind that is heard with a good token.
fn activities(spoken: &Spoken) -> Vec<(&'static str, Value)> {
    let of = |id: &str, more: Value| with(spoken.mention(id, "help"), more);
    vec![
        ("mention", spoken.mention("1", "help")),
        ("personal", spoken.personal("2", "help")),
        ("press", spoken.press("f:3", &json!({"ticket": "AAAA"}), "1700000000001")),
        ("submit", of("4", json!({"value": {"ticket": "AAAA"}, "text": ""}))),
        ("added", of("5", json!({"type": "installationUpdate", "action": "add"}))),
        ("removed", of("6", json!({"type": "installationUpdate", "action": "remove"}))),
        ("members", of("7", json!({"type": "conversationUpdate", "membersAdded": [{"id": super::US}]}))),
    ]
}

/// What comes with a token that is none, and its status.
fn tries(spoken: &Spoken, activity: &Value) -> Vec<(String, u16, Option<String>, Value)> {
    let good = spoken.teams.framework.claims(activity["serviceUrl"].as_str().unwrap());
    let token = BotFramework::sign(&good, "k1");
    let now = good["nbf"].as_i64().unwrap();
    let mut tries = Vec::new();
    let mut unproven = |what: &str, authorization: Option<String>| {
        tries.push((what.to_owned(), 401, authorization, activity.clone()));
    };
    for (what, claims) in [
        ("issuer of single tenants", json!({"iss": format!("https://sts.windows.net/{OTHER_TENANT}/")})),
        ("issuer beginning so", json!({"iss": "https://api.botframework.com.attacker.example"})),
        ("no issuer", json!({"iss": null})),
        ("another app", json!({"aud": OTHER_APP})),
        ("two apps", json!({"aud": [OTHER_APP]})),
        ("no audience", json!({"aud": null})),
        ("expired", json!({"exp": now - 301})),
        ("no end", json!({"exp": null})),
        ("not yet", json!({"nbf": now + 400})),
        ("service URL", json!({"serviceurl": ELSEWHERE})),
        ("no service URL", json!({"serviceurl": null})),
    ] {
        unproven(what, Some(BotFramework::sign(&with(good.clone(), claims), "k1")));
    }
    let parts: Vec<&str> = token.trim_start_matches("Bearer ").split('.').collect();
    let other = BotFramework::sign(&with(good.clone(), json!({"aud": OTHER_APP})), "k1");
    let other_claims = other.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT","kid":"k1"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoiazEifQ";
    for (what, authorization) in [
        ("no token", None),
        ("an empty one", Some("Bearer ".to_owned())),
        ("no bearer", Some(token.replace("Bearer ", ""))),
        ("basic", Some(token.replace("Bearer", "Basic"))),
        ("another key", Some(BotFramework::forge(&good, "k1"))),
        ("an unknown key", Some(BotFramework::sign(&good, "k2"))),
        ("a shared secret", Some(BotFramework::sign_with_what_is_public(&good, "k1"))),
        ("no algorithm", Some(format!("Bearer {none}.{}.", parts[1]))),
        ("no algorithm, signed", Some(format!("Bearer {none}.{}.{}", parts[1], parts[2]))),
        ("no signature", Some(format!("Bearer {}.{}.", parts[0], parts[1]))),
        ("others' claims", Some(format!("Bearer {}.{other_claims}.{}", parts[0], parts[2]))),
        ("a byte less", Some(token[..token.len() - 1].to_owned())),
    ] {
        unproven(what, authorization);
    }
    let tenanted = |tenant: &str| {
        let mut other = activity.clone();
        other["channelData"]["tenant"]["id"] = json!(tenant);
        other["conversation"]["tenantId"] = json!(tenant);
        other
    };
    for (what, status, body) in [
        ("altered service URL", 401, with(activity.clone(), json!({"serviceUrl": ELSEWHERE}))),
        ("altered channel", 401, with(activity.clone(), json!({"channelId": "emulator"}))),
        ("no channel", 401, with(activity.clone(), json!({"channelId": null}))),
        ("a tenant that nobody serves", 403, tenanted(OTHER_TENANT)),
        ("no tenant", 400, tenanted("")),
    ] {
        tries.push((what.to_owned(), status, Some(token.clone()), body));
    }
    tries
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_proven_leaves_no_row() {
    let spoken = spoken_with(|settings| settings.microsoft_teams.installers = vec![installer(&["*"])]).await;
    let counted = async |outcome: &str| {
        spoken.server.metric(&format!("bellhop_teams_requests_total{{outcome=\"{outcome}\"}}")).await
    };
    let (mut unverified, mut foreign, mut malformed) = (0, 0, 0);
    for (kind, activity) in activities(&spoken) {
        for (what, status, authorization, body) in tries(&spoken, &activity) {
            let (answered, reason) = spoken.post(authorization.as_deref(), body.to_string()).await;
            assert_eq!(answered, status, "{kind}, {what}: {reason}");
            assert!(spoken.heard().await.is_empty(), "{kind}, {what}");
            *(match status {
                401 => &mut unverified,
                403 => &mut foreign,
                _ => &mut malformed,
            }) += 1;
        }
    }
    assert!(unverified > 100, "{unverified}");
    assert_eq!(counted("unverified").await, unverified);
    assert_eq!((counted("foreign").await, counted("malformed").await), (foreign, malformed));
    assert_eq!(spoken.teams.requests().len(), 0, "nobody is answered");
    // Each of them is heard with a good token, so it was the proof that was wrong.
    let kinds = activities(&spoken);
    for (number, (kind, activity)) in kinds.iter().enumerate() {
        let (status, reason) = spoken.say(activity).await;
        assert_eq!((status, spoken.heard().await.len()), (200, number + 1), "{kind}: {reason}");
    }
    let heard = counted("heard").await;
    assert_eq!(usize::try_from(heard).unwrap(), kinds.len());
    spoken.say(&kinds[0].1).await;
    assert_eq!((counted("repeated").await, counted("heard").await), (1, heard));
}
