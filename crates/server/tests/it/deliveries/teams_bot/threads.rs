//! Threads of a Teams bot: replied to, their first messages changed, and begun again where somebody took them away.

use serde_json::json;
use store::Picture;
use store::outbox::DeliveryState;

use super::{Botted, CHANNEL, CHANNEL_ON_THE_WIRE, botted, states};
use crate::kit::{MIDDAY_MS, TEAMS_TEAM, TOPIC, TeamsAnswer, TestServer};

/// SNS alarm JSON. Shape: the CloudWatch User Guide.
fn alarm(state: &str) -> String {
    json!({
        "AlarmName": "cpu", "AWSAccountId": "123456789012", "NewStateValue": state, "NewStateReason": "because",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu", "Region": "EU (Ireland)",
    })
    .to_string()
}

async fn publish(server: &TestServer, message: &str) {
    server.publish(TOPIC, message).await;
    server.pass(60_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarms_changes_are_one_thread_whose_first_message_tells_the_latest() {
    let Botted { server, teams } = botted().await;
    publish(&server, &alarm("ALARM")).await;
    publish(&server, &alarm("OK")).await;
    let requests = teams.requests();
    let methods: Vec<_> = requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["POST", "POST", "PUT"], "{requests:#?}");
    let conversation = &requests[1].path[2];
    assert!(conversation.starts_with(&format!("{CHANNEL_ON_THE_WIRE};messageid=")), "{conversation}");
    assert_eq!(
        (&requests[2].path[2], conversation.split('=').next_back()),
        (conversation, Some(requests[2].path[4].as_str()))
    );
    let [first, reply] = teams.messages().try_into().unwrap();
    assert!(first.to_string().contains("Resolved after 1 min"), "{first}");
    assert_eq!(first["attachments"][0]["content"]["body"][0]["style"], "good");
    assert!(reply["summary"].as_str().unwrap().contains("OK: cpu"), "{reply}");
}

/// In a channel's layout "Threads" a reply tells nobody.
#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_that_rings_again_stands_on_its_own() {
    let Botted { server, teams } = botted().await;
    for state in ["ALARM", "OK", "ALARM", "OK"] {
        publish(&server, &alarm(state)).await;
    }
    let requests = teams.requests();
    let roots = requests.iter().filter(|request| request.method == "POST" && request.path[2..].is_empty());
    assert_eq!(roots.count(), 2, "{requests:#?}");
    let updated: Vec<_> = requests.iter().filter(|request| request.method == "PUT").map(|put| &put.path[2]).collect();
    assert!(updated.len() == 2 && updated[0] != updated[1], "each has an end of its own: {updated:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_that_teams_refuses_with_its_picture_changes_without_it() {
    let Botted { server, teams } = botted().await;
    publish(&server, &alarm("ALARM")).await;
    let (posted, lane) =
        (server.deliveries().await[0].posted.clone().unwrap(), format!("teams/{TEAMS_TEAM}/{CHANNEL}"));
    let picture = Picture { file: "data:image/png;base64,iVBORw0K".to_owned(), alt_text: "Graph of cpu".to_owned() };
    server.store().keep_picture(&lane, &posted, &picture, MIDDAY_MS).await.unwrap();
    publish(&server, &alarm("OK")).await;
    teams.next_to(http::Method::PUT, [TeamsAnswer::Error(413, "MessageSizeTooBig")]);
    publish(&server, &alarm("INSUFFICIENT_DATA")).await;
    let updates = teams.requests().into_iter().filter(|request| request.method == http::Method::PUT);
    let pictures: Vec<bool> = updates.map(|update| update.body.to_string().contains("iVBORw0K")).collect();
    assert_eq!(pictures, [true, true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_was_removed_is_begun_again() {
    let Botted { server, teams } = botted().await;
    publish(&server, &alarm("ALARM")).await;
    teams.next([TeamsAnswer::Error(404, "ConversationNotFound")]);
    publish(&server, &alarm("OK")).await;
    assert_eq!(teams.messages().len(), 2);
    assert_eq!(states(&server).await, [DeliveryState::Delivered; 2]);
    publish(&server, &alarm("INSUFFICIENT_DATA")).await;
    assert_eq!(teams.requests().last().unwrap().method, http::Method::PUT, "the new thread goes on");
}

/// What Teams says to an update of what somebody deleted: observed, microsoft/BotFramework-Services#269.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_that_somebody_deleted_holds_nobody_up_and_the_next_opens_a_new_thread() {
    let Botted { server, teams } = botted().await;
    publish(&server, &alarm("ALARM")).await;
    teams.next_to(http::Method::PUT, [TeamsAnswer::Error(403, "ServiceError")]);
    publish(&server, &alarm("OK")).await;
    assert_eq!(states(&server).await, [DeliveryState::Delivered; 2]);
    publish(&server, &alarm("ALARM")).await;
    publish(&server, &alarm("OK")).await;
    let requests = teams.requests();
    let paths: Vec<_> = requests.iter().map(|request| (request.method.as_str(), request.path.len())).collect();
    let (begins, replies, updates) = (("POST", 2), ("POST", 4), ("PUT", 5));
    assert_eq!(paths, [begins, replies, updates, begins, replies, updates], "{requests:#?}");
    assert_ne!(requests[5].path[4], requests[2].path[4], "the new thread goes on");
}
