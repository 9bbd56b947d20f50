//! Commands of AWS in Teams: shown in the thread, run by a press, answered below.

use std::sync::Arc;

use serde_json::json;

use super::{THREAD, button, spoken_with};
use crate::kit::{AwsAnswer, FakeAws, ManualClock, TENANT, eventually, with};

/// Where the bot writes to Anna alone.
const OWN: &str = "a:29:anna";

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_shown_run_by_a_press_and_answered_in_the_thread() {
    let aws = FakeAws::start(Arc::new(ManualClock::at_midday())).await;
    aws.answers("DeleteLogGroup", [AwsAnswer::Body(String::new())]);
    let spoken = spoken_with(|settings| settings.aws = aws.environment()).await;
    spoken.configure().await;
    spoken.say(&spoken.mention("1", "logs delete-log-group --log-group-name old --region eu-west-1")).await;
    spoken.answered().await;
    let shown = spoken.messages(THREAD).remove(0);
    assert!(shown.to_string().contains("--log-group-name old"), "{shown}");
    let data = button(&shown, "Run command");
    spoken.say(&spoken.press("f:2", &data, "1700000000001")).await;
    spoken.answered().await;
    eventually("it runs", async || (aws.of("DeleteLogGroup").len() == 1).then_some(())).await;
    let messages = eventually("it is answered", async || Some(spoken.messages(THREAD)).filter(|m| m.len() == 2)).await;
    assert!(messages[1].to_string().contains("delete-log-group"), "{}", messages[1]);
    let replaced = spoken.teams.requests().into_iter().filter(|request| request.method == "PUT");
    let replaced: Vec<_> = replaced.map(|request| request.body.to_string()).collect();
    assert!(replaced.len() == 1 && replaced[0].contains("Started"), "{replaced:?}");
    spoken.say(&spoken.press("f:3", &data, "1700000000001")).await;
    spoken.answered().await;
    assert!(spoken.messages("a:29:anna")[0].to_string().contains("runs once"));
    assert_eq!(aws.of("DeleteLogGroup").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_goes_on_in_the_channel_and_is_closed_once_it_is_sent() {
    let spoken = spoken_with(|_| ()).await;
    spoken.configure().await;
    spoken.say(&spoken.mention("1", "logs delete-log-group --region eu-west-1")).await;
    spoken.answered().await;
    let data = button(&spoken.messages(THREAD).remove(0), "Fill in parameters");
    spoken.say(&spoken.press("f:2", &data, "1700000000001")).await;
    spoken.answered().await;

    let form = spoken.messages(OWN).remove(0);
    let data = with(button(&form, "Continue"), json!({"log-group-name": "old"}));
    let conversation = json!({"conversationType": "personal", "tenantId": TENANT, "id": OWN});
    let place = json!({"conversation": conversation, "channelData": {"tenant": {"id": TENANT}}});
    spoken.say(&with(spoken.submit("f:3", &data, "1700000000002"), place)).await;
    spoken.answered().await;
    assert!(spoken.messages(THREAD)[1].to_string().contains("--log-group-name old"));
    let replaced: Vec<_> = spoken.teams.requests().into_iter().filter(|request| request.method == "PUT").collect();
    let [closed] = replaced.as_slice() else { panic!("{} were replaced", replaced.len()) };
    assert_eq!(closed.path[2..], [OWN, "activities", "1700000000002"]);
    assert!(closed.body.to_string().contains("Sent. It goes on where you asked."), "{}", closed.body);
}
